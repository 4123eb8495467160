// Lorenz ensembles by the classical Runge–Kutta method: 65,536 trajectories, states in registers, the last point kept;
// and a sweep of 64 small ensembles as one batch against one by one.
// Operations per trajectory and step: four fields of 9 (dx 2, dy 4, dz 3), three probes of 6, and 18 to put them
// together, 72 in all. Bytes: a state in and out, 24 per trajectory in f32, whatever the number of steps.
// The limit of a wasm thread is its arithmetic: two products and two sums of four lanes a cycle (_formula.ts); of the
// software adapter twice as many lanes on all cores.

import { findAdapter } from "#gpu/runtime/adapter.ts";
import { WasmEngine } from "#gpu/runtime/wasm_engine.ts";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import { odeKernel } from "#gpu/ode/kernel.ts";
import { type EnsembleJob, runEnsembles } from "#gpu/ode/run.ts";
import type { Engine } from "#lib/core/engine.ts";
import { rk4 } from "#lib/math/ode/rk4.ts";
import lorenz from "#lib/models/attractors/lorenz.ts";
import { wasmPeak } from "./_formula.ts";
import {
  type Benchmark,
  minimum,
  NoPeer,
  peer,
  requireAgreement,
  type Row,
  timed,
} from "./harness.ts";

const params = { s: 10, r: 28, b: 8 / 3 };
const operationsPerStep = 72;
const numCompared = 64;
/** Points are compared after few steps: later, trajectories in f32 and f64 part, as chaos has it. */
const comparedSteps = 20;

export default {
  name: "lorenz_ensemble",
  summary: "Lorenz ensembles in f32 against NumPy and PyTorch, and a sweep in one batch",
  async run({ quick }) {
    const num = quick ? 4096 : 65_536;
    const steps = quick ? 200 : 1000;
    return [...await ensemble(num, steps, quick ? 3 : 7), ...await sweep(quick ? 3 : 15)];
  },
} satisfies Benchmark;

async function ensemble(num: number, steps: number, times: number): Promise<Row[]> {
  const work = `Lorenz RK4, ${num} trajectories × ${steps} steps`;
  const shared = { work, operations: num * steps * operationsPerStep, bytes: 24 * num };
  const rows: Row[] = [];
  let expected: readonly number[] | undefined;
  const cores = navigator.hardwareConcurrency;
  // NumPy works element by element on one thread; PyTorch may use more, and the best number is found by short runs.
  const peers = [
    ["numpy", "float64", [1]],
    ["numpy", "float32", [1]],
    ["numpy in place", "float64", [1]],
    ["numpy in place", "float32", [1]],
    ["torch", "float32", [1, 2, cores]],
  ] as const;
  for (const [by, dtype, candidates] of peers) {
    try {
      const ask = (count: number, repeats: number, threads: number) =>
        peer("lorenz_ensemble", { by, dtype, num, steps: count, times: repeats }, { threads });
      const short = [];
      for (const threads of new Set(candidates)) short.push(await ask(comparedSteps, 3, threads));
      for (const { result } of short) {
        expected ??= result as number[];
        requireAgreement(by, result as number[], expected, { abs: 1e-4, rel: 1e-4 });
      }
      short.sort((a, b) => minimum(a.seconds) - minimum(b.seconds));
      const { threads } = short[0];
      const { seconds } = await ask(steps, Math.min(times, 3), threads);
      const label = `${by}, ${dtype}, ${threads} thr`;
      rows.push({ ...shared, by: label, seconds, ...(rows.length > 0 ? { against } : {}) });
    } catch (error) {
      if (!(error instanceof NoPeer)) throw error;
      rows.push({ ...shared, by, seconds: [NaN], note: error.message });
    }
  }
  const start = startOf(num);
  const plain = await timed(2, () => inDoubles(start, steps));
  rows.push({ ...shared, by: "TypeScript, f64, 1 thread", seconds: plain.seconds, against });
  expected ??= [...inDoubles(start.subarray(0, 3 * numCompared), comparedSteps)];
  for await (const { by, engine, goal, limit } of engines()) {
    await using _ = engine;
    const few = await onEngine(engine, start, comparedSteps);
    requireAgreement(by, few.slice(0, 3 * numCompared), expected, { abs: 1e-4, rel: 1e-4 });
    const { seconds } = await timed(times, () => onEngine(engine, start, steps));
    const reached = shared.operations / minimum(seconds) / 1e9;
    const note = limit === undefined ? {} : {
      note: `limit ${limit.toFixed(0)} GFLOP/s, reached ${(100 * reached / limit).toFixed(0)} %`,
    };
    rows.push({
      ...shared,
      by,
      seconds,
      against,
      ...(goal === undefined ? {} : { goal }),
      ...note,
    });
  }
  return rows;
}

const against = "numpy, float64, 1 thr";

/** 64 members of 200 trajectories × 200 stored points, each with another r and seed. */
async function sweep(times: number): Promise<Row[]> {
  const work = "64 ensembles of 200 trajectories × 200 points";
  const rows: Row[] = [];
  for await (const { by, engine } of engines()) {
    await using _ = engine;
    const made: Float32Array[] = [];
    const jobs = Array.from(
      { length: 64 },
      (_, i) => jobOf(200, { ...params, r: 20 + i / 4 }, i, made),
    );
    const options = { numUnits: 3, numPoints: 200 };
    const kernel = odeKernel(lorenz, "rk4", 3);
    const counted = async (run: () => Promise<void>) => {
      const { dispatches, downloads } = engine.counts;
      await run();
      return `${engine.counts.dispatches - dispatches} dispatches, ${
        engine.counts.downloads - downloads
      } downloads`;
    };
    const single = async () => {
      for (const job of jobs) await runEnsembles(engine, kernel, [job], options);
    };
    const fused = () => runEnsembles(engine, kernel, jobs, options);
    const counts = [await counted(single)];
    const alone = made.slice();
    counts.push(await counted(fused));
    for (const [i, points] of made.entries()) {
      requireAgreement(`member ${i}`, points, alone[i], { abs: 0, rel: 0 });
    }
    const operations = 64 * 200 * 199 * operationsPerStep;
    const one = await timed(times, single);
    const all = await timed(times, fused);
    rows.push(
      { work, by: `${by}, one by one`, seconds: one.seconds, operations, note: counts[0] },
      {
        work,
        by: `${by}, fused`,
        seconds: all.seconds,
        operations,
        against: `${by}, one by one`,
        note: `${counts[1]}; the same bytes`,
      },
    );
  }
  return rows;
}

interface Way {
  readonly by: string;
  readonly engine: Engine;
  readonly goal?: number;
  readonly limit?: number;
}

async function* engines(): AsyncIterable<Way> {
  const peak = wasmPeak(4);
  const cores = navigator.hardwareConcurrency;
  yield {
    by: "wasm, 1 thread",
    engine: new WasmEngine({ threads: 1, Worker }),
    goal: 5,
    limit: peak,
  };
  yield {
    by: `wasm, ${cores} threads`,
    engine: new WasmEngine({ threads: cores, Worker }),
    limit: cores * peak,
  };
  const found = await findAdapter(navigator.gpu);
  if (!found.ok) return;
  const { name, device } = found.value.facts;
  const engine = await WebgpuEngine.open(navigator.gpu, found.value);
  const by = `webgpu, ${name.split("(")[0].trim()}`;
  yield device === "software"
    ? { by, engine, goal: 40, limit: 2 * cores * peak }
    : { by, engine, goal: 40 };
}

function startOf(num: number): Float64Array {
  const start = new Float64Array(3 * num);
  for (let i = 0; i < num; i++) start.set([i % 97 / 97, i % 89 / 89, i % 83 / 83], 3 * i);
  return start;
}

/** Last states in f64. */
function inDoubles(start: Float64Array, steps: number): Float64Array {
  const points = rk4(lorenz.vectorField(params), start, {
    numUnits: 3,
    numTime: 2,
    dt: 0.01 * steps,
    substeps: steps,
  });
  return points.filter((_, i) => i % 6 >= 3);
}

/** Last states in f32, through all that a stage goes through. */
async function onEngine(engine: Engine, start: Float64Array, steps: number): Promise<Float32Array> {
  const made: Float32Array[] = [];
  const job = { ...jobOf(start.length / 3, params, 0, made), initial: () => start };
  const member = { ...job.member, substeps: steps };
  const kernel = odeKernel(lorenz, "rk4", 3);
  await runEnsembles(engine, kernel, [{ ...job, member }], { numUnits: 3, numPoints: 2 });
  return made[0].filter((_, i) => i % 6 >= 3);
}

function jobOf(
  numTrials: number,
  own: typeof params,
  index: number,
  made: Float32Array[],
): EnsembleJob {
  return {
    member: {
      h: 0.01,
      noise: 0,
      key: [0, 0],
      substeps: 1,
      discard: 0,
      constants: lorenz.engine!.constants(own),
    },
    numTrials,
    initial: () => startOf(numTrials),
    finish: (points) => void (made[index] = points as Float32Array),
    diverged: (trial) => {
      throw new Error(`trial ${trial} of member ${index} diverged`);
    },
    progress: () => {},
  };
}
