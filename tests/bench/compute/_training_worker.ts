// One of several workers that share a sweep, each with an engine of one thread, as runs have them: opens its models, then
// makes as many updates of each as it is told.

import { WasmEngine } from "#gpu/runtime/wasm_engine.ts";
import {
  keptLosses,
  type NetworkTraining,
  type NetworkWork,
  openTraining,
  sideBySide,
} from "./_networks.ts";

const scope = self as unknown as Worker;
const trainings: NetworkTraining[] = [];

scope.onmessage = async ({ data }: MessageEvent<{ work: NetworkWork } | { updates: number }>) => {
  if ("updates" in data) {
    for (const training of trainings) {
      for (let i = 0; i < data.updates; i++) training.update();
    }
    scope.postMessage("done");
    return;
  }
  const { work } = data;
  const engine = new WasmEngine({ threads: 1, Worker, memoryBytes: 2 ** 31 });
  const first = work.firstModel ?? 0;
  const losses: number[] = [];
  const atOnce = sideBySide(engine, work);
  for (let at = 0; at < work.models; at += atOnce) {
    const models = Math.min(atOnce, work.models - at);
    const training = openTraining(engine, { ...work, models, firstModel: first + at });
    for (let i = 0; i < keptLosses; i++) training.update();
    losses.push(...await training.losses());
    trainings.push(training);
  }
  scope.postMessage(losses);
};
