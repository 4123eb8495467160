// What the engine `webgpu` holds after many rounds: memory and handles of a process of its own.
// Tolerances are for what a collector and a driver keep for later. They are far below what a leak of one buffer, bind
// group or device a round would add, which each test states.

import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { gpuTest } from "#tests/support/adapter.ts";
import type { Held } from "#tests/support/webgpu_memory.ts";

const MiB = 2 ** 20;

gpuTest(
  "WebgpuEngine holds no more after 1,000 rounds of making and giving back buffers",
  async () => {
    // A round makes two buffers with 0.2 to 0.5 MB together: 200 to 500 MB, if they stayed.
    const held = await work("buffers", 1000);
    assertFlat(held, 32 * MiB);
  },
);

gpuTest("WebgpuEngine gives its device back", async () => {
  // A device of Mesa's holds about 3.6 MB and a thread: 170 MB, if they stayed.
  const held = await work("devices", 60);
  assertFlat(held, 48 * MiB);
});

gpuTest(
  "WebgpuEngine sweeps ten times what a kernel can see, in chunks, without holding more",
  async () => {
    // Each chunk is the largest that can be bound: at least 128 MiB, if it stayed. Every sum is checked.
    const held = await work("chunks", 10);
    assertFlat(held, 16 * MiB);
  },
);

async function work(kind: string, rounds: number): Promise<readonly Held[]> {
  const script = fromFileUrl(new URL("../../support/webgpu_memory.ts", import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      "--allow-all",
      "--v8-flags=--expose-gc",
      script,
      kind,
      String(rounds),
    ],
    stdin: "null",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** From the third of ten points on, when pools are full and shaders compiled. */
function assertFlat(held: readonly Held[], toleranceBytes: number): void {
  assertEquals(held.length, 10);
  const [, , from] = held;
  const last = held[9];
  const grown = last.rssBytes - from.rssBytes;
  assert(grown < toleranceBytes, `${grown} bytes more: ${JSON.stringify(held)}`);
  assert(last.handles <= from.handles + 2, `more open files: ${JSON.stringify(held)}`);
}
