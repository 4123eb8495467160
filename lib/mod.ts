// What a task of one's own imports as "basin": definitions, artifact types, values, random streams, kernels, and tfjs.
// Leaves out the workflow engine, which a task never sees, and the numerics, which are imported by path (#lib/math/…).

export { z } from "zod";
export type { ArtifactType, ValueOf } from "./core/artifact.ts";
export { commonRank, type StudyRank } from "./core/artifacts/common_rank.ts";
export {
  type ControlledOperator,
  controlledOperator,
} from "./core/artifacts/controlled_operator.ts";
export { type Figure, figure } from "./core/artifacts/figure.ts";
export { file } from "./core/artifacts/file.ts";
export { folder } from "./core/artifacts/folder.ts";
export { type HankelGram, hankelGram } from "./core/artifacts/hankel_gram.ts";
export { type Network, network } from "./core/artifacts/network.ts";
export { type Operator, operator } from "./core/artifacts/operator.ts";
export { type Rdm, rdm } from "./core/artifacts/rdm.ts";
export { artifactCell, table, tableWithArtifacts } from "./core/artifacts/table.ts";
export { type Trajectories, trajectories } from "./core/artifacts/trajectories.ts";
export { type Trials, trials } from "./core/artifacts/trials.ts";
export { type Attractor, defineAttractor } from "./core/attractor.ts";
export { type Engine, type EngineBuffer, isDeviceLost } from "./core/engine.ts";
export { defineKernel, type Kernel } from "./core/kernel.ts";
export type { Member } from "./core/member.ts";
export { defineMetric, type Laws, type Metric, type Score, type Sense } from "./core/metric.ts";
export { defineNetworkModel, type NetworkModel } from "./core/network_model.ts";
export { defineNeurotask, type Neurotask } from "./core/neurotask.ts";
export { type RandomStream, randomStream } from "./core/random.ts";
export { type Cell, type Column, recordsOf, type Table, tableOf } from "./core/table.ts";
export { defineTask, type Item, many, one, optional, type Task } from "./core/task.ts";
export type { FusedMember, Fusion, SavedStates, TaskContext, TaskExample } from "./core/task.ts";
export { requireDims, type Tensor, tensor } from "./core/tensor.ts";
export { type Tfjs, withTfjs } from "./tfjs/with_tfjs.ts";
