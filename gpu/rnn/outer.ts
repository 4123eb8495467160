// Gradients of weights and biases from what lies on an engine after a backward pass: one call per tensor. Rows are summed by
// groups that their number alone decides, then the groups in order.

import type { Engine, EngineBuffer } from "#lib/core/engine.ts";
import groupSums from "../group_sums.ts";
import outerSums, { outerScratch } from "../outer_sums.ts";
import type { SweepShape } from "./program.ts";
import { ScratchBuffers } from "./scratch.ts";

/** One side of the products: numbers of each row and step. */
export interface OuterSide {
  readonly buffer: EngineBuffer;
  /** How many numbers take part. */
  readonly num: number;
  /** Slots instead of models are its first axis. */
  readonly bySlot?: boolean;
  /** Steps that a row has room for; those of the shape if absent. */
  readonly steps?: number;
  /** Where step 0 lies: 1 for states after each step. */
  readonly first?: number;
  /** Numbers per step; `num` if absent. */
  readonly stride?: number;
  /** The first number of a step that takes part. */
  readonly at?: number;
}

/** What is summed, and where to. */
export interface OuterSum {
  /** As in `SweepBuffers`. */
  readonly slots: EngineBuffer;
  readonly left: OuterSide;
  /** Absent for sums of the columns of `left`. */
  readonly right?: OuterSide;
  /** model × parameter. */
  readonly result: EngineBuffer;
  /** Where the tensor, left × right, begins in a model's parameters. */
  readonly at: number;
}

/**
 * Puts the kernels in line that sum left ⊗ right over all rows, and the steps that each model has.
 *
 * @param kept where scratch space stays for later calls; without it, it is made anew
 * @example
 * ```ts
 * import { sumOuter } from "#gpu/rnn/outer.ts";
 * import { RefEngine } from "#gpu/runtime/ref_engine.ts";
 * import { assertEquals } from "@std/assert";
 * await using engine = new RefEngine();
 * const shape = { models: 1, rows: 1, steps: 2, parameters: 2 };
 * const left = { buffer: engine.upload(Float32Array.of(1, 2)), num: 1 };
 * const right = { buffer: engine.upload(Float32Array.of(3, 4, 5, 6)), num: 2 };
 * const result = engine.allocate(2);
 * sumOuter(engine, shape, { slots: engine.upload(Uint32Array.of(0, 2)), left, right, result, at: 0 });
 * assertEquals([...await engine.download(result)], [1 * 3 + 2 * 5, 1 * 4 + 2 * 6]);
 * ```
 */
export function sumOuter(
  engine: Engine,
  { models, rows, steps, parameters, frozen }: Pick<
    SweepShape,
    "models" | "rows" | "steps" | "parameters" | "frozen"
  >,
  { slots, left, right, result, at }: OuterSum,
  kept?: ScratchBuffers,
): void {
  if (frozen?.some(([from, to]) => at >= from && at < to)) return;
  using own = new ScratchBuffers();
  const space = kept ?? own;
  const num_groups = groupsOf(engine, rows, steps);
  const columns = (side?: OuterSide) => ({
    num: side?.num ?? 0,
    stride: side?.stride ?? side?.num ?? 0,
  });
  const scratch_stride = outerScratch(columns(left), columns(right), steps);
  const num = left.num * Math.max(1, right?.num ?? 0);
  const partials = space.of(engine, "partials", models * num_groups * num);
  const packed = engine.name === "wasm" ? models * num_groups * scratch_stride : 1;
  const sides = { left: left.buffer, right: (right ?? left).buffer };
  const scratch = space.of(engine, "packed", packed);
  engine.dispatch(outerSums, { slots, ...sides, partials, scratch }, {
    num_models: models,
    num_rows: rows,
    num_groups,
    num_left: left.num,
    left_by_slot: left.bySlot === true ? 1 : 0,
    left_steps: left.steps ?? steps,
    left_first: left.first ?? 0,
    left_stride: left.stride ?? left.num,
    left_at: left.at ?? 0,
    num_right: right?.num ?? 0,
    right_by_slot: right?.bySlot === true ? 1 : 0,
    right_steps: right?.steps ?? steps,
    right_first: right?.first ?? 0,
    right_stride: right?.stride ?? right?.num ?? 0,
    right_at: right?.at ?? 0,
    scratch_stride,
  });
  engine.dispatch(groupSums, { partials, result }, {
    num_models: models,
    num_groups,
    num,
    result_stride: parameters,
    result_at: at,
  });
}

/** Groups of eight rows, up to eight groups; more where a shader's loops would get too long. */
function groupsOf({ name }: Engine, rows: number, steps: number): number {
  const groups = Math.max(1, Math.min(8, Math.ceil(rows / 8)));
  if (name !== "webgpu") return groups;
  return Math.max(groups, Math.ceil(rows / Math.max(1, Math.floor(mostTurns / (steps + 2)))));
}

/** Less than the 65,535 turns after which Mesa's software adapters leave loops. */
const mostTurns = 60000;
