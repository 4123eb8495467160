// How a batch of ensembles is cut: members into groups whose points fit into memory, the rows of a group into chunks whose
// buffers fit into a binding, the points of a chunk into windows. None of it shows in a member's bytes.

import type { Engine } from "#lib/core/engine.ts";
import type { OdeKernel } from "./kernel.ts";
import { type EnsembleMember, lanes, type Stretch } from "./layout.ts";

/** One member: what it starts from, and who is told how it ends. */
export interface EnsembleJob {
  readonly member: EnsembleMember;
  readonly numTrials: number;
  /** Initial states, trials × units; asked for when the member's turn comes. */
  initial(): Float64Array;
  /** Its points, trials × points × units: `Float64Array` on the engine `ref`. */
  finish(points: Float32Array | Float64Array): void;
  /** Told instead if a trial left the finite numbers; the first trial, and its first such point. */
  diverged(trial: number, point: number): void;
  progress(fraction: number): void;
}

/** What all members of a batch share. */
export interface EnsembleOptions {
  readonly numUnits: number;
  /** Stored points per trial, the first one included. */
  readonly numPoints: number;
  readonly signal?: AbortSignal;
}

/** A member in the works. */
export interface OpenJob {
  readonly job: EnsembleJob;
  readonly initial: Float64Array;
  /** Trials that are not done. */
  left: number;
  points: Float32Array | Float64Array | undefined;
}

/** Rows that are computed side by side. */
export interface Chunk {
  readonly jobs: readonly OpenJob[];
  /** Members are indexes into `jobs`. */
  readonly stretches: readonly Stretch[];
  readonly numRows: number;
  /** Points per window. */
  readonly window: number;
  /** Steps per dispatch. */
  readonly steps: number;
}

/**
 * Whole members whose points lie in memory together.
 *
 * @example
 * ```ts
 * import { batches } from "#gpu/ode/chunks.ts";
 * import { assertEquals } from "@std/assert";
 * const jobs = [1, 2, 3].map(() => ({ numTrials: 1000 })) as never;
 * assertEquals([...batches(jobs, { numUnits: 3, numPoints: 5000 })].map(({ length }) => length), [1, 1, 1]);
 * ```
 */
export function* batches(
  jobs: readonly EnsembleJob[],
  { numPoints, numUnits }: EnsembleOptions,
): Iterable<readonly EnsembleJob[]> {
  let batch: EnsembleJob[] = [];
  let bytes = 0;
  for (const job of jobs) {
    const own = 4 * job.numTrials * numPoints * numUnits;
    if (batch.length > 0 && bytes + own > batchBytes) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(job);
    bytes += own;
  }
  if (batch.length > 0) yield batch;
}

/**
 * Cuts the rows of a batch, whole quads at a time, so that every buffer fits into a binding.
 *
 * @throws {RangeError} if a single step is too much for a software adapter.
 *
 * @example
 * ```ts
 * import { chunks } from "#gpu/ode/chunks.ts";
 * import { odeKernel } from "#gpu/ode/kernel.ts";
 * import lorenz from "#lib/models/attractors/lorenz.ts";
 * import { assertEquals } from "@std/assert";
 * const engine = { limits: { maxBindingBytes: 1200, maxWorkgroups: 100 } } as never;
 * const open = [{ job: { numTrials: 30, member: { substeps: 1 } } }] as never;
 * const made = [...chunks(engine, odeKernel(lorenz, "rk4", 3), open, { numUnits: 3, numPoints: 10 })];
 * assertEquals(made.map(({ numRows, window }) => [numRows, window]), [[30, 3]]);
 * ```
 */
export function* chunks(
  engine: Engine,
  kernel: OdeKernel,
  open: readonly OpenJob[],
  { numPoints, numUnits }: EnsembleOptions,
): Iterable<Chunk> {
  const { maxBindingBytes, maxWorkgroups } = engine.limits;
  const floats = Math.floor(Math.min(maxBindingBytes, chunkBytes) / 4);
  const padded = open.reduce((sum, { job }) => sum + Math.ceil(job.numTrials / lanes) * lanes, 0);
  const held = Math.min(
    Math.floor(floats / (kernel.blocks * numUnits)),
    lanes * Math.floor(maxWorkgroups / groupsPerQuad(kernel, numUnits)),
  );
  const whole = Math.floor(floats / (numPoints * numUnits));
  const turns = kernel.turnsPerStep(numUnits);
  if (turns > mostTurns && engine.name === "webgpu") {
    throw new RangeError(
      `${numUnits} units are more than a step on webgpu can take; use the engine wasm, or f64`,
    );
  }
  const wanted = Math.min(padded, held, Math.max(whole, busyRows));
  const numRows = Math.max(lanes, Math.floor(wanted / lanes) * lanes);
  for (const stretches of cut(open, numRows)) {
    const own = stretches.reduce((sum, { numTrials }) => sum + numTrials, 0);
    const jobs = [...new Set(stretches.map(({ member }) => open[member]))];
    const operations = own * numUnits * stepOperations;
    const steps = Math.max(
      1,
      Math.min(Math.floor(mostTurns / turns), Math.floor(dispatchOperations / operations)),
    );
    const substeps = Math.max(...jobs.map(({ job }) => job.member.substeps));
    const window = Math.min(
      numPoints,
      Math.max(1, Math.floor(floats / (own * numUnits))),
      Math.max(1, Math.floor(dispatchesAhead * steps / substeps)),
    );
    yield {
      jobs,
      stretches: stretches.map((one) => ({ ...one, member: jobs.indexOf(open[one.member]) })),
      numRows: own,
      window,
      steps,
    };
  }
}

/** Workgroups for a quad, where they are smallest. */
function groupsPerQuad(kernel: OdeKernel, numUnits: number): number {
  const uniforms = { first_point: 0, num_points: 1, first_step: 0, num_steps: 1 };
  const many = { ...uniforms, num_quads: 1024, num_units: numUnits };
  return kernel.grid(many, kernel.overrides("software"))[0] / 1024;
}

/** Groups of stretches with up to `numRows` rows, a multiple of four; stretches begin at multiples of four. */
function* cut(open: readonly OpenJob[], numRows: number): Iterable<readonly Stretch[]> {
  let stretches: Stretch[] = [];
  let room = numRows;
  for (const [member, { job: { numTrials } }] of open.entries()) {
    for (let firstTrial = 0; firstTrial < numTrials;) {
      const count = Math.min(numTrials - firstTrial, room);
      stretches.push({ member, firstTrial, numTrials: count });
      firstTrial += count;
      room -= Math.ceil(count / lanes) * lanes;
      if (room > 0) continue;
      yield stretches;
      stretches = [];
      room = numRows;
    }
  }
  if (stretches.length > 0) yield stretches;
}

/** Dispatches between two waits. */
export const dispatchesAhead = 16;

/** Whole members whose points lie in memory together; results that are larger than this come one by one. */
const batchBytes = 64 * 2 ** 20;
/** Points in one buffer. More would gain nothing, and is held several times while it is handed over. */
const chunkBytes = 64 * 2 ** 20;
/** Trajectories that keep any device busy. */
const busyRows = 16384;
/** Operations in one dispatch: some tenths of a second on one CPU core. */
const dispatchOperations = 8e9;
/** Operations per unit and step, roughly: a field, four times, and what the method adds. */
const stepOperations = 40;
/**
 * Mesa's software adapters leave every loop, silently, after 65,535 turns of all loops of an invocation together. This
 * is less by what a dispatch makes besides.
 */
const mostTurns = 60000;
