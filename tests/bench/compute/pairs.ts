// Gram matrices, distances and projections of many pairs of systems, in f32. Operations: 2 for each product and sum (half
// of a Gram matrix of one system is not computed, and not counted), 3 for each coordinate of a distance.
// Peers have their numbers where they need them; engines once so ("kernel"), and once with packing, uploading and reading
// back. The limit of a wasm thread is its arithmetic without fused multiply-add: per cycle, two products and two sums of
// four lanes each. NumPy measures distances by |x|² + |y|² − 2x·y, a third less work and less exact for near rows.

import { findAdapter } from "#gpu/runtime/adapter.ts";
import { WasmEngine } from "#gpu/runtime/wasm_engine.ts";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import {
  distancesOfPairs,
  gramOfPairs,
  type Matrix,
  type Pair,
  projectPairs,
} from "#gpu/pair_products.ts";
import gram from "#gpu/gram.ts";
import pairwiseDistances from "#gpu/pairwise_distances.ts";
import project from "#gpu/project.ts";
import { packMatrices, type PairProblem, pairTable } from "#gpu/shared/pair_tiles.ts";
import type { Engine } from "#lib/core/engine.ts";
import type { Kernel } from "#lib/core/kernel.ts";
import { type Benchmark, NoPeer, peer, requireAgreement, type Row, timed } from "./harness.ts";

interface Work {
  readonly work: "gram" | "distances" | "project";
  readonly num: number;
  readonly rows: number;
  readonly columns: number;
  readonly num_axes?: number;
}

export default {
  name: "pairs",
  summary: "Gram matrices, distances and projections of all pairs of 20 systems",
  async run({ quick }) {
    const scale = quick ? 10 : 1;
    const works: readonly Work[] = [
      { work: "gram", num: 20, rows: 2000 / scale, columns: 64 },
      { work: "gram", num: 20, rows: 2000 / scale, columns: 10 },
      { work: "distances", num: 20, rows: 350 / scale, columns: 64 },
      { work: "project", num: 64, rows: 2000 / scale, columns: 64, num_axes: 8 },
    ];
    const rows: Row[] = [];
    for (const work of works) rows.push(...await compare(work, quick ? 3 : 9));
    return rows;
  },
} satisfies Benchmark;

async function compare(work: Work, times: number): Promise<Row[]> {
  const { num, rows, columns, num_axes = 1 } = work;
  const systems = Array.from({ length: num }, (_, i) => matrix(i, rows, columns));
  const axes = Array.from({ length: num }, (_, i) => matrix(1000 + i, columns, num_axes));
  const pairs: Pair[] = systems.flatMap((_, i) => systems.slice(i).map((_, k): Pair => [i, i + k]));
  const run = (engine: Engine) =>
    work.work === "gram"
      ? gramOfPairs(engine, systems, pairs)
      : work.work === "distances"
      ? distancesOfPairs(engine, systems, pairs)
      : projectPairs(engine, [...systems, ...axes], systems.map((_, i): Pair => [i, num + i]));
  const operations = work.work === "gram"
    ? 2 * rows * columns * (columns * num * (num - 1) / 2 + (columns + 1) / 2 * num)
    : work.work === "distances"
    ? 3 * columns * rows * (rows * num * (num - 1) / 2 + rows / 2 * num)
    : 2 * rows * columns * num_axes * num;
  const label = `${work.work}, ${num} systems of ${rows} × ${columns}` +
    (work.work === "project" ? ` onto ${num_axes} axes` : `, ${pairs.length} pairs`);
  const made: Row[] = [];
  let expected: number[] | undefined;
  for (const by of ["numpy", "torch"]) {
    for (const threads of [1, 4]) {
      try {
        const found = await peer("pairs", { ...work, by, threads, times }, { threads });
        expected ??= found.result as number[];
        requireAgreement(`${label}, ${by}`, found.result as number[], expected, agreement);
        const name = `${by} ${found.versions[by]}, ${threads} thr, f32`;
        made.push({ work: label, by: name, seconds: found.seconds, operations });
      } catch (error) {
        if (!(error instanceof NoPeer)) throw error;
        made.push({ work: label, by, seconds: [NaN], note: error.message });
      }
    }
  }
  const best = made.reduce((a, b) => Math.min(...a.seconds) <= Math.min(...b.seconds) ? a : b);
  const add = (by: string, seconds: readonly number[], limit: number | undefined) => {
    const rate = operations / Math.min(...seconds) / 1e9;
    const share = limit === undefined
      ? {}
      : { note: `${Math.round(100 * rate / limit)} % of ${limit.toPrecision(3)} GFLOP/s` };
    made.push({ work: label, by, seconds, operations, against: best.by, ...share });
  };
  for await (const [by, engine, limit] of engines()) {
    const whole = await timed(times, () => run(engine));
    const sample = [whole.result[1], whole.result[whole.result.length - 2]]
      .flatMap((one) => [...one.subarray(0, 200)]);
    if (expected !== undefined) requireAgreement(`${label}, ${by}`, sample, expected, agreement);
    add(
      `${by}, kernel`,
      (await kernelOnly(engine, work, systems, axes, pairs, times)).seconds,
      limit,
    );
    add(by, whole.seconds, undefined);
    await engine[Symbol.asyncDispose]();
  }
  return made;
}

/** One dispatch on buffers that are there. */
async function kernelOnly(
  engine: Engine,
  { work }: Work,
  systems: readonly Matrix[],
  axes: readonly Matrix[],
  pairs: readonly Pair[],
  times: number,
) {
  const { data, placed } = packMatrices([...systems, ...axes]);
  let at = 0;
  const own = work === "project" ? systems.map((_, i): Pair => [i, systems.length + i]) : pairs;
  const { problems, num_problems, num_tiles } = pairTable(own.map(([i, j]): PairProblem => {
    const [left, right] = [placed[i], placed[j]];
    const [rows, columns, inner] = work === "gram"
      ? [left.columns, right.columns, left.rows]
      : work === "distances"
      ? [left.rows, right.rows, left.columns]
      : [left.rows, right.columns, left.columns];
    at += rows * columns;
    const symmetric = work !== "project" && i === j;
    return {
      left,
      right,
      rows,
      columns,
      inner,
      at: at - rows * columns,
      stride: columns,
      symmetric,
    };
  }));
  using packed = engine.upload(data);
  using table = engine.upload(problems);
  using result = engine.allocate(at);
  const kernels = { gram, distances: pairwiseDistances, project };
  return await timed(times, async () => {
    engine.dispatch(
      kernels[work] as Kernel<"problems" | "left" | "right" | "result", string>,
      { problems: table, left: packed, right: packed, result },
      { num_problems, num_tiles, squared: 0 },
    );
    await engine.settle();
  });
}

/** GFLOP/s of one wasm thread at best: 2 products and 2 sums of 4 lanes per cycle; unknown if the clock is. */
function wasmPeak(): number | undefined {
  try {
    const mhz = /cpu MHz\s*:\s*([\d.]+)/.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1];
    return mhz === undefined ? undefined : 16 * Number(mhz) / 1e3;
  } catch {
    return undefined;
  }
}

/** Sums of 2,000 products in f32, in other orders. */
const agreement = { abs: 2e-3, rel: 1e-4 };

async function* engines(): AsyncIterable<readonly [string, Engine, number | undefined]> {
  for (const threads of [1, 4]) {
    const engine = new WasmEngine({ threads, Worker });
    const peak = wasmPeak();
    yield [`wasm, ${threads} thr, f32`, engine, peak && threads * peak];
  }
  const found = await findAdapter(navigator.gpu);
  if (!found.ok) return;
  const engine = await WebgpuEngine.open(navigator.gpu, found.value);
  yield [`webgpu ${found.value.facts.device}, f32`, engine, undefined];
}

/** Numbers in [−½, ½) from a formula that the peer knows, too. */
function matrix(index: number, rows: number, columns: number): Matrix {
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < data.length; i++) {
    const word = Math.imul(i + index * 1_000_003, 2654435761) >>> 0;
    data[i] = (Math.imul(word ^ (word >>> 15), 2246822519) >>> 0) / 2 ** 32 - 0.5;
  }
  return { data, rows, columns };
}
