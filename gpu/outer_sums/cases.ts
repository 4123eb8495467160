// Cases of the kernel `outer_sums` for the conformance suite.

import type { KernelCase } from "../../lib/core/kernel.ts";
import type { RandomStream } from "../../lib/core/random.ts";
import { type OuterBuffer, outerScratch, type OuterUniform } from "../outer_sums.ts";
import { fill, untouched } from "../rnn/cell_cases.ts";

interface OuterCase {
  readonly label: string;
  readonly models: number;
  readonly rows: number;
  readonly steps: number;
  readonly left: number;
  readonly right: number;
  readonly bySlot?: readonly [boolean, boolean];
  /** Numbers before and behind those that take part, and before the whole tensor. */
  readonly gap?: number;
  readonly stepsOf?: (model: number) => number;
  readonly firstRow?: number;
}

/** Declared and random cases: nothing, one, tiles (4 × 8, 8 × 8) and blocks (16, 32, 64) with their neighbours, large. */
export default function* cases(
  random: RandomStream,
): Iterable<KernelCase<OuterBuffer, OuterUniform>> {
  let index = 0;
  for (const one of listed(random)) yield caseOf(one, random, index++);
}

function* listed(random: RandomStream): Iterable<OuterCase> {
  const base = { models: 1, rows: 2, steps: 3, left: 5, right: 6 };
  yield { ...base, label: "one of everything", rows: 1, steps: 1, left: 1, right: 1 };
  yield { ...base, label: "no models", models: 0 };
  yield { ...base, label: "no rows", rows: 0 };
  yield { ...base, label: "no steps", steps: 0 };
  yield { ...base, label: "nothing on the left", left: 0 };
  for (const left of [3, 4, 5, 8, 9, 15, 16, 17, 33]) {
    for (const right of [0, 7, 8, 9]) yield { ...base, label: `${left} by ${right}`, left, right };
  }
  // 8 and 64 threads, alone or 16 to a tile: 4, 8, 64 tiles and their neighbours.
  for (const right of [24, 32, 40, 64, 72, 512, 520]) {
    yield { ...base, label: `a row of tiles, ${right}`, left: 3, right };
  }
  for (const [left, right] of [[63, 31], [64, 32], [65, 33], [66, 65], [99, 130]]) {
    yield { ...base, label: `blocks, ${left} by ${right}`, left, right };
  }
  // Slices of several trials, of one, and of none.
  for (const steps of [1, 64, 97, 192, 193]) {
    yield { ...base, label: `${steps} steps`, rows: 5, steps, left: 6, right: 9 };
  }
  for (const rows of [15, 16, 17, 40]) yield { ...base, label: `${rows} rows`, rows };
  yield { ...base, label: "gaps", models: 3, gap: 3 };
  yield { ...base, label: "gaps, column sums", models: 3, gap: 2, right: 0, left: 21 };
  yield { ...base, label: "slots on the left", models: 4, bySlot: [true, false] };
  yield { ...base, label: "slots on the right", models: 4, bySlot: [false, true], gap: 1 };
  yield { ...base, label: "fewer steps", models: 4, rows: 5, stepsOf: (m) => (m + 2) % 4 };
  yield { ...base, label: "later rows", rows: 7, firstRow: 3, left: 9, right: 11 };
  yield { ...base, label: "later rows, column sums", rows: 7, firstRow: 3, left: 9, right: 0 };
  yield { label: "large", models: 2, rows: 20, steps: 60, left: 40, right: 50 };
  for (let i = 0; i < 4; i++) {
    const draw = (bound: number, k: number) => random.integer(bound, 1000 + i, k);
    yield {
      label: `random ${i}`,
      models: 1 + draw(3, 0),
      rows: 1 + draw(20, 1),
      steps: 1 + draw(20, 2),
      left: 1 + draw(40, 3),
      right: draw(40, 4),
      gap: draw(3, 5),
      bySlot: [draw(2, 6) === 1, draw(2, 7) === 1],
    };
  }
}

function caseOf(
  { label, models, rows, steps, left, right, bySlot, gap = 0, stepsOf, firstRow = 0 }: OuterCase,
  random: RandomStream,
  index: number,
): KernelCase<OuterBuffer, OuterUniform> {
  const [leftBySlot, rightBySlot] = bySlot ?? [false, false];
  const slots = 3;
  const side = (num: number, isSlot: boolean, j: number) =>
    fill(random, index, j, (isSlot ? slots : models) * rows * (steps + gap) * (num + 2 * gap), 1);
  const { blocks, numbers } = outerScratch(left, right, steps);
  const result_stride = left * Math.max(1, right) + 2 * gap;
  return {
    label,
    buffers: {
      slots: Uint32Array.from(
        Array.from({ length: models }, (_, m) => [(m + 1) % slots, stepsOf?.(m) ?? steps]).flat(),
      ),
      left: side(left, leftBySlot, 20),
      right: side(right, rightBySlot, 21),
      result: fill(random, index, 22, models * result_stride, 1),
      scratch: untouched(models * blocks * numbers),
    },
    uniforms: {
      num_models: models,
      num_rows: rows,
      first_row: firstRow,
      end_row: rows,
      result_stride,
      result_at: gap,
      num_left: left,
      left_by_slot: leftBySlot ? 1 : 0,
      left_steps: steps + gap,
      left_first: gap,
      left_stride: left + 2 * gap,
      left_at: gap,
      num_right: right,
      right_by_slot: rightBySlot ? 1 : 0,
      right_steps: steps + gap,
      right_first: gap,
      right_stride: right + 2 * gap,
      right_at: gap,
      scratch_stride: numbers,
    },
    // Bound of rounding for sums of products of standard normal numbers: ε times the sum of their sizes.
    tolerance: { abs: 2e-7 * (rows * steps + 4), rel: 1e-6 },
  };
}
