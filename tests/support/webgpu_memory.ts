// A program of its own: works the engine `webgpu` for many rounds and prints, as JSON, what the process held at points
// on the way. In a process of its own, because tests beside it in one process would be counted, too.
// Arguments: what to do, and how many rounds.

import { scale, shaderKernel } from "./shader_kernel.ts";
import { webgpuEngine } from "./webgpu_engine.ts";

/** What the process held, after garbage was collected. */
export interface Held {
  readonly round: number;
  readonly rssBytes: number;
  readonly handles: number;
}

const kinds: Readonly<Record<string, (rounds: number) => AsyncIterable<number>>> = {
  /** Buffers made, used, read and given back, of ever other sizes; every tenth round waits. */
  async *buffers(rounds) {
    await using engine = await webgpuEngine();
    for (let round = 1; round <= rounds; round++) {
      using x = engine.upload(new Float32Array(50_000 + (round % 7) * 10_000).fill(1));
      using y = engine.allocate(1000 + round);
      engine.dispatch(scale, { x }, { num: 1000, factor: 2 });
      engine.dispatch(scale, { x: y }, { num: 1000, factor: 2 });
      if (round % 10 === 0) check((await engine.download(x, 998, 3)).join(), "2,2,1");
      yield round;
    }
  },
  /** Whole devices, opened, used and disposed of. */
  async *devices(rounds) {
    for (let round = 1; round <= rounds; round++) {
      await using engine = await webgpuEngine();
      using x = engine.upload(new Float32Array(1000).fill(1));
      engine.dispatch(scale, { x }, { num: 1000, factor: 2 });
      check((await engine.download(x, 0, 1)).join(), "2");
      yield round;
    }
  },
  /** Ten times what a kernel can see, made and summed on the device in as many chunks as there are rounds. */
  async *chunks(rounds) {
    await using engine = await webgpuEngine();
    const total = 10 * engine.limits.maxBindingBytes / 4;
    const length = Math.ceil(total / rounds / 4) * 4;
    for (let round = 1; round <= rounds; round++) {
      using x = engine.allocate(length, "u32");
      using sums = engine.allocate(partials, "u32");
      const uniforms = { first: ((round - 1) * length) % 2 ** 32, num: length / 4 };
      engine.dispatch(fill, { x }, uniforms);
      engine.dispatch(sum, { x, sums }, uniforms);
      const parts = await engine.download(sums);
      const found = [...parts].reduce((all, each) => (all + each) >>> 0, 0);
      // The sum of first … first + length − 1, modulo 2^32.
      const exact = BigInt(length) * BigInt(2 * uniforms.first + length - 1) / 2n;
      check(String(found), String(BigInt.asUintN(32, exact)));
      yield round;
    }
  },
};

const partials = 1024;

const fill = shaderKernel(
  `struct Params { first: u32, num: u32 }
  @group(0) @binding(0) var<uniform> p: Params;
  @group(0) @binding(1) var<storage, read_write> x: array<vec4u>;
  @compute @workgroup_size(16) fn main(@builtin(global_invocation_id) id: vec3u) {
    for (var i = id.x; i < p.num; i += ${partials}u) {
      x[i] = p.first + 4u * i + vec4u(0u, 1u, 2u, 3u);
    }
  }`,
  { name: "fill", grid: () => [partials / 16, 1, 1] },
);

const sum = shaderKernel(
  `struct Params { first: u32, num: u32 }
  @group(0) @binding(0) var<uniform> p: Params;
  @group(0) @binding(1) var<storage, read> x: array<vec4u>;
  @group(0) @binding(2) var<storage, read_write> sums: array<u32>;
  @compute @workgroup_size(16) fn main(@builtin(global_invocation_id) id: vec3u) {
    var all = vec4u(0u);
    for (var i = id.x; i < p.num; i += ${partials}u) { all += x[i]; }
    sums[id.x] = all.x + all.y + all.z + all.w;
  }`,
  { name: "sum", grid: () => [partials / 16, 1, 1] },
);

function check(found: string, expected: string): void {
  if (found !== expected) throw new Error(`found ${found} instead of ${expected}`);
}

if (import.meta.main) {
  Deno.env.set("XDG_RUNTIME_DIR", "/tmp");
  const [kind, rounds] = Deno.args;
  const held: Held[] = [];
  for await (const round of kinds[kind](Number(rounds))) {
    if (round % (Number(rounds) / 10) !== 0) continue;
    (globalThis as { gc?(): void }).gc!();
    held.push({
      round,
      rssBytes: Deno.memoryUsage().rss,
      handles: [...Deno.readDirSync("/proc/self/fd")].length,
    });
  }
  console.log(JSON.stringify(held));
}
