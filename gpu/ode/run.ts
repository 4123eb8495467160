// Runs ensembles on an engine: chunk by chunk, each in windows of points, each window in dispatches that stay well under a
// second; hands members over as they are done; goes on from the last states that were downloaded if the device goes away.
// Leaves out how a batch is cut (chunks.ts), what the numbers mean (layout.ts) and the kernels (kernel.ts).

import {
  type Engine,
  type EngineArray,
  type EngineBuffer,
  isDeviceLost,
} from "#lib/core/engine.ts";
import {
  batches,
  type Chunk,
  chunks,
  dispatchesAhead,
  type EnsembleJob,
  type EnsembleOptions,
  type OpenJob,
} from "./chunks.ts";
import type { OdeKernel } from "./kernel.ts";
import { type EnsembleMember, memberTables, numQuadsOf, packStates, quadTable } from "./layout.ts";

export type { EnsembleJob, EnsembleOptions } from "./chunks.ts";

/**
 * Runs members. A member's bytes do not depend on the others, nor on how the work was cut.
 *
 * @throws {EngineError} and {DeviceLostError} as the engine does; members that were not told how they ended did not end.
 *
 * @example
 * ```ts
 * import { odeKernel } from "#gpu/ode/kernel.ts";
 * import { runEnsembles } from "#gpu/ode/run.ts";
 * import { RefEngine } from "#gpu/runtime/ref_engine.ts";
 * import lorenz from "#lib/models/attractors/lorenz.ts";
 * import { assertEquals } from "@std/assert";
 * const member = { h: 0.01, noise: 0, key: [0, 0], substeps: 1, discard: 0, constants: [10, 28, 8 / 3] } as const;
 * let points: ArrayLike<number> = [];
 * const job = { member, numTrials: 1, initial: () => Float64Array.of(0, 0, 1), finish: (x: ArrayLike<number>) => points = x,
 *   diverged: () => {}, progress: () => {} };
 * await runEnsembles(new RefEngine(), odeKernel(lorenz, "rk4", 3), [job], { numUnits: 3, numPoints: 2 });
 * assertEquals([points.length, points[3], points[5] < 1], [6, 0, true]);
 * ```
 */
export async function runEnsembles(
  engine: Engine,
  kernel: OdeKernel,
  jobs: readonly EnsembleJob[],
  options: EnsembleOptions,
): Promise<void> {
  using room = new PointsRoom(engine);
  for (const batch of batches(jobs, options)) {
    const open = batch.map((job) => ({
      job,
      initial: job.initial(),
      left: job.numTrials,
      points: undefined,
    }));
    for (const chunk of chunks(engine, kernel, open, options)) {
      await runChunk(engine, kernel, room, chunk, options);
    }
  }
}

/** Up to where a chunk came. */
interface Checkpoint {
  /** First point that is not done. */
  point: number;
  /** Steps done before the first point; `Infinity` once states have settled. */
  settled: number;
  state: EngineArray;
}

async function runChunk(
  engine: Engine,
  kernel: OdeKernel,
  room: PointsRoom,
  chunk: Chunk,
  options: EnsembleOptions,
): Promise<void> {
  const { numUnits } = options;
  const rows = concatenated(chunk, numUnits);
  const settled = chunk.jobs.some(({ job }) => job.member.discard > 0) ? 0 : Infinity;
  const state = packStates(chunk.stretches, rows, numUnits, kernel.blocks);
  const checkpoint: Checkpoint = { point: 0, settled, state };
  for (;;) {
    try {
      return await goOn(engine, kernel, room, chunk, checkpoint, options);
    } catch (error) {
      if (!isDeviceLost(error)) throw error;
      room.forget();
      if (!await engine.renew()) throw error;
    }
  }
}

async function goOn(
  engine: Engine,
  kernel: OdeKernel,
  room: PointsRoom,
  chunk: Chunk,
  checkpoint: Checkpoint,
  { numUnits, numPoints, signal }: EnsembleOptions,
): Promise<void> {
  const { jobs, stretches, numRows, window, steps } = chunk;
  const tables = memberTables(jobs.map(({ job }) => job.member));
  using quads = engine.upload(quadTable(stretches));
  using members = engine.upload(tables.members);
  using constants = engine.upload(tables.constants);
  using state = engine.upload(checkpoint.state);
  const points = room.of(numRows * window * numUnits);
  const buffers = { quads, members, constants, state, points };
  const shared = { num_quads: numQuadsOf(stretches), num_units: numUnits, num_steps: steps };

  const longest = (of: (member: EnsembleMember) => number) =>
    Math.max(...jobs.map(({ job }) => of(job.member)));
  const settling = longest(({ discard }) => discard);
  let settled = checkpoint.settled;
  while (settled < settling) {
    for (let i = 0; i < dispatchesAhead && settled < settling; i++, settled += steps) {
      signal?.throwIfAborted();
      engine.dispatch(kernel, buffers, {
        ...shared,
        first_point: 0,
        num_points: 0,
        first_step: settled,
      });
    }
    // At the end of it the points follow at once, and the states after them.
    if (settled >= settling) break;
    checkpoint.state = await engine.download(state);
    checkpoint.settled = settled;
  }
  while (checkpoint.point < numPoints) {
    const first = checkpoint.point;
    const count = Math.min(window, numPoints - first);
    const most = longest(({ substeps }) => (first === 0 ? count - 1 : count) * substeps);
    // A window of the first point alone has no steps, and stores it all the same.
    for (let done = 0; done < Math.max(1, most); done += steps) {
      signal?.throwIfAborted();
      engine.dispatch(kernel, buffers, {
        ...shared,
        first_point: first,
        num_points: count,
        first_step: done,
      });
    }
    const isLast = first + count === numPoints;
    const [read, after] = await Promise.all([
      reader(engine, points, numRows * count * numUnits),
      isLast ? checkpoint.state : engine.download(state),
    ]);
    checkpoint.point = first + count;
    checkpoint.state = after;
    checkpoint.settled = Infinity;
    await take(chunk, read, first, count, numPoints, numUnits);
  }
}

/** Gives stretches of points that were computed. */
type Reader = (at: number, length: number) => EngineArray | Promise<EngineArray>;

/** A device is waited for once, for all points; other engines hand over stretch by stretch, which is a copy less. */
async function reader(engine: Engine, points: EngineBuffer, length: number): Promise<Reader> {
  if (engine.name !== "webgpu") return (at, size) => engine.download(points, at, size);
  const all = await engine.download(points, 0, length);
  return (at, size) => all.subarray(at, at + size);
}

/** Puts a window of points where they belong, and ends members that are complete. */
async function take(
  { jobs, stretches }: Chunk,
  read: Reader,
  first: number,
  count: number,
  numPoints: number,
  numUnits: number,
): Promise<void> {
  const length = count * numUnits;
  let from = 0;
  for (const { member, firstTrial, numTrials } of stretches) {
    const open = jobs[member];
    const { job } = open;
    const made = await read(from, numTrials * length) as Float32Array | Float64Array;
    from += numTrials * length;
    if (numTrials === job.numTrials && count === numPoints) {
      open.points = made.length * made.BYTES_PER_ELEMENT < made.buffer.byteLength
        ? made.slice()
        : made;
    } else {
      const Numbers = made instanceof Float64Array ? Float64Array : Float32Array;
      open.points ??= new Numbers(job.numTrials * numPoints * numUnits);
      for (let trial = 0; trial < numTrials; trial++) {
        const to = ((firstTrial + trial) * numPoints + first) * numUnits;
        open.points.set(made.subarray(trial * length, (trial + 1) * length), to);
      }
    }
    if (first + count < numPoints) {
      const share = numTrials * (first + count) / numPoints;
      job.progress((job.numTrials - open.left + share) / job.numTrials);
      continue;
    }
    open.left -= numTrials;
    job.progress(1 - open.left / job.numTrials);
    if (open.left === 0) end(open, numPoints, numUnits);
  }
}

function end(open: OpenJob, numPoints: number, numUnits: number): void {
  const points = open.points!;
  open.points = undefined;
  const row = numPoints * numUnits;
  for (let trial = 0; trial < open.job.numTrials; trial++) {
    // No step leads back from infinity or NaN, so the last point tells whether any was there.
    let isFinite = true;
    for (let at = (trial + 1) * row - numUnits; at < (trial + 1) * row; at++) {
      isFinite &&= Number.isFinite(points[at]);
    }
    if (isFinite) continue;
    const own = points.subarray(trial * row, (trial + 1) * row);
    const at = own.findIndex((x: number) => !Number.isFinite(x));
    return open.job.diverged(trial, Math.floor(at / numUnits));
  }
  open.job.finish(points);
}

/** Initial states of the rows of a chunk. */
function concatenated({ jobs, stretches, numRows }: Chunk, numUnits: number): Float64Array {
  if (stretches.length === 1) {
    const [{ member, firstTrial, numTrials }] = stretches;
    return jobs[member].initial.subarray(
      firstTrial * numUnits,
      (firstTrial + numTrials) * numUnits,
    );
  }
  const rows = new Float64Array(numRows * numUnits);
  let at = 0;
  for (const { member, firstTrial, numTrials } of stretches) {
    const end = (firstTrial + numTrials) * numUnits;
    rows.set(jobs[member].initial.subarray(firstTrial * numUnits, end), at);
    at += numTrials * numUnits;
  }
  return rows;
}

/** One buffer of points for all chunks: it is the large one, and its former contents do not matter. */
class PointsRoom {
  #buffer: EngineBuffer | undefined;

  constructor(readonly engine: Engine) {}

  /** A buffer of at least this length. */
  of(length: number): EngineBuffer {
    if (this.#buffer !== undefined && this.#buffer.length >= length) return this.#buffer;
    this[Symbol.dispose]();
    this.#buffer = this.engine.allocate(length);
    return this.#buffer;
  }

  /** After a loss. */
  forget(): void {
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#buffer?.[Symbol.dispose]();
    this.#buffer = undefined;
  }
}
