// Times training updates of networks, ours and PyTorch's, for rnn.ts, gru.ts and rnn_sweep.ts: same weights, same batch, the
// losses of the first updates compared before any time is looked at.
// The limit of a wasm thread is its arithmetic with strict rounding, as _peak.ts measures it; every row says its share.

import { findAdapter } from "#gpu/runtime/adapter.ts";
import { WasmEngine } from "#gpu/runtime/wasm_engine.ts";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import type { Engine } from "#lib/core/engine.ts";
import { median, minimum, NoPeer, peer, requireAgreement, type Row } from "./harness.ts";
import {
  keptLosses,
  type NetworkWork,
  openTraining,
  operationsOf,
  sideBySide,
} from "./_networks.ts";
import { measuredPeak } from "./_peak.ts";

/** A work and what it is measured for. */
export interface TrainingCase extends NetworkWork {
  /** Ratios that are aimed at, to the fastest PyTorch on as many cores. */
  readonly goals: { readonly one?: number; readonly four: number };
  /** Small enough for software adapters. */
  readonly onWebgpu?: boolean;
}

/** How PyTorch is asked: in one process with some threads, or in several with one each. */
interface PeerWay {
  readonly form: "stepwise" | "hoisted";
  readonly threads: number;
  readonly processes: number;
}

/** Rows of one case: PyTorch in every way, Basin with 1 and 4 threads, perhaps the adapter. */
export async function compareTraining(one: TrainingCase, quick: boolean): Promise<Row[]> {
  const work = labelOf(one);
  const operations = operationsOf(one);
  const times = quick ? 3 : Math.max(5, Math.min(30, Math.round(3e10 / operations)));
  const rows: Row[] = [];
  let losses: readonly number[] | undefined;
  for (const way of waysOf(one, quick)) {
    try {
      const { form, threads, processes } = way;
      const { cell, inputs, units, outputs, rows: numRows, steps, models } = one;
      const task = { cell, form, inputs, units, outputs, rows: numRows, steps, models, processes };
      const found = await peer("rnn", { ...task, updates: keptLosses, times }, { threads });
      const seen = found.result as number[];
      losses ??= seen;
      requireAgreement(`${work}, PyTorch`, seen, losses, { abs: 0, rel: 2e-5 });
      rows.push({ work, by: peerName(way), seconds: found.seconds, operations });
    } catch (error) {
      if (!(error instanceof NoPeer)) throw error;
      rows.push({ work, by: "PyTorch", seconds: [NaN], note: error.message });
      break;
    }
  }
  for (const threads of [1, 4]) {
    const goal = threads === 1 ? one.goals.one : one.goals.four;
    await using engine = new WasmEngine({ threads, Worker, memoryBytes: 2 ** 31 });
    const seconds = await timeTraining(engine, one, work, losses, times);
    const peers = rows.filter(({ by }) => by.startsWith("PyTorch"));
    const alike = threads > 1 ? peers : peers.filter(({ by }) => by.endsWith("1 thr"));
    const best = alike.toSorted((a, b) => minimum(a.seconds) - minimum(b.seconds)).at(0);
    rows.push({
      work,
      by: `wasm, ${threads} thr`,
      seconds,
      operations,
      ...(best && { against: best.by }),
      ...(goal !== undefined && { goal }),
      note: await noteOf(seconds, operations, threads, peers),
    });
  }
  if (one.models > 1) {
    const seconds = await timeWorkers(one, work, losses, times);
    const peers = rows.filter(({ by }) => by.startsWith("PyTorch"));
    const best = peers.toSorted((a, b) => minimum(a.seconds) - minimum(b.seconds)).at(0);
    rows.push({
      work,
      by: "wasm, 4 workers",
      seconds,
      operations,
      ...(best && { against: best.by }),
      goal: one.goals.four,
      note: await noteOf(seconds, operations, 4, peers),
    });
  }
  if (one.onWebgpu) rows.push(...await onAdapter(one, work, losses, quick));
  return rows;
}

async function noteOf(
  seconds: readonly number[],
  operations: number,
  threads: number,
  peers: readonly Row[],
): Promise<string> {
  const limit = threads * await measuredPeak();
  const rate = operations / minimum(seconds) / 1e9;
  const share = `${Math.round(100 * rate / limit)} % of ${limit.toPrecision(3)} GFLOP/s`;
  const stepwise = peers.filter(({ by }) => by.includes("stepwise"))
    .filter(({ by }) => threads > 1 || by.endsWith("1 thr"))
    .toSorted((a, b) => minimum(a.seconds) - minimum(b.seconds)).at(0);
  if (stepwise === undefined) return share;
  const least = minimum(stepwise.seconds) / minimum(seconds);
  const middle = median(stepwise.seconds) / median(seconds);
  return `${share}; ${least.toPrecision(3)} × / ${
    middle.toPrecision(3)
  } × to the best stepwise one`;
}

/**
 * Seconds of updates, after those whose losses are compared, which also let V8 compile. Of many models some are trained side
 * by side, those after them later, as `train_rnn` does; an update of all is the sum.
 */
async function timeTraining(
  engine: Engine,
  one: NetworkWork,
  work: string,
  losses: readonly number[] | undefined,
  times: number,
): Promise<number[]> {
  const total = new Array<number>(times).fill(0);
  const atOnce = sideBySide(engine, one);
  for (let firstModel = 0; firstModel < one.models; firstModel += atOnce) {
    const models = Math.min(atOnce, one.models - firstModel);
    const own = losses?.slice(firstModel * keptLosses, (firstModel + models) * keptLosses);
    const seconds = await timeSome(engine, { ...one, models, firstModel }, work, own, times);
    seconds.forEach((each, i) => total[i] += each);
  }
  return total;
}

async function timeSome(
  engine: Engine,
  one: NetworkWork,
  work: string,
  losses: readonly number[] | undefined,
  times: number,
): Promise<number[]> {
  using training = openTraining(engine, one);
  for (let i = 0; i < keptLosses; i++) training.update();
  const found = await training.losses();
  // f32 in another order, through Adam: 5 updates.
  if (losses !== undefined) requireAgreement(work, found, losses, { abs: 0, rel: 2e-5 });
  await engine.settle();
  const seconds: number[] = [];
  // Of a device many at once: each wait for it takes some ten milliseconds.
  const together = engine.name === "webgpu" ? 5 : 1;
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    for (let k = 0; k < together; k++) training.update();
    if (engine.name === "webgpu") await engine.settle();
    seconds.push((performance.now() - began) / 1000 / together);
  }
  return seconds;
}

/** Seconds of updates of all models, which four workers share, some updates at a time. */
async function timeWorkers(
  one: NetworkWork,
  work: string,
  losses: readonly number[] | undefined,
  times: number,
): Promise<number[]> {
  const count = 4;
  const share = Math.ceil(one.models / count);
  const url = new URL("./_training_worker.ts", import.meta.url);
  const workers = Array.from({ length: count }, () => new Worker(url, { type: "module" }));
  const ask = <T>(worker: Worker, message: unknown) =>
    new Promise<T>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data as T);
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(message);
    });
  try {
    const found = await Promise.all(workers.map((worker, i) => {
      const firstModel = i * share;
      const models = Math.max(0, Math.min(share, one.models - firstModel));
      return ask<number[]>(worker, { work: { ...one, models, firstModel } });
    }));
    if (losses !== undefined) {
      requireAgreement(`${work}, workers`, found.flat(), losses, { abs: 0, rel: 2e-5 });
    }
    const updates = 5;
    const seconds: number[] = [];
    for (let i = 0; i < times; i++) {
      const began = performance.now();
      await Promise.all(workers.map((worker) => ask(worker, { updates })));
      seconds.push((performance.now() - began) / 1000 / updates);
    }
    return seconds;
  } finally {
    for (const worker of workers) worker.terminate();
  }
}

async function onAdapter(
  one: NetworkWork,
  work: string,
  losses: readonly number[] | undefined,
  quick: boolean,
): Promise<Row[]> {
  const found = await findAdapter(navigator.gpu);
  if (!found.ok) return [];
  await using engine = await WebgpuEngine.open(navigator.gpu, found.value);
  const seconds = await timeTraining(engine, one, work, losses, quick ? 2 : 5);
  const { name, device } = found.value.facts;
  const by = `webgpu, ${device} adapter`;
  return [{ work, by, seconds, operations: operationsOf(one), note: name }];
}

/** Of one model every number of threads that could be best; of several one process per core. */
function waysOf({ models }: NetworkWork, quick: boolean): readonly PeerWay[] {
  const forms = ["stepwise", "hoisted"] as const;
  if (models > 1) {
    const many = forms.map((form) => ({ form, threads: 1, processes: 4 }));
    return quick ? many.slice(1) : [...many, { form: "hoisted", threads: 1, processes: 1 }];
  }
  return forms.flatMap((form) =>
    (quick ? [1, 2] : [1, 2, 4]).map((threads) => ({ form, threads, processes: 1 }))
  );
}

function peerName({ form, threads, processes }: PeerWay): string {
  return processes > 1 ? `PyTorch ${form}, ${processes} proc` : `PyTorch ${form}, ${threads} thr`;
}

function labelOf({ cell, inputs, units, outputs, rows, steps, models }: NetworkWork): string {
  const sizes = `H ${units}, B ${rows}, T ${steps}, ${inputs} in, ${outputs} out`;
  return `${models > 1 ? `${models} × ` : ""}${cell}, ${sizes}`;
}
