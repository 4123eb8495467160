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
  readonly groups?: number;
}

/** Declared and random cases: nothing, one, tiles (4 × 8, 8 × 8) with their neighbours, large. */
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
  // 8 and 64 threads: tiles for one workgroup and their neighbours.
  for (const right of [56, 64, 72, 504, 512, 520]) {
    yield { ...base, label: `a row of tiles, ${right}`, left: 3, right };
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
  yield { ...base, label: "groups", rows: 7, groups: 3, left: 9, right: 11 };
  yield { ...base, label: "groups, column sums", rows: 7, groups: 3, left: 9, right: 0 };
  yield { ...base, label: "more groups than rows", models: 2, rows: 2, groups: 3 };
  yield {
    ...base,
    label: "long rows, packed",
    rows: 3,
    steps: 40,
    left: 21,
    right: 130,
    groups: 2,
  };
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
      groups: 1 + draw(5, 8),
      bySlot: [draw(2, 6) === 1, draw(2, 7) === 1],
    };
  }
}

function caseOf(
  { label, models, rows, steps, left, right, bySlot, gap = 0, stepsOf, groups = 1 }: OuterCase,
  random: RandomStream,
  index: number,
): KernelCase<OuterBuffer, OuterUniform> {
  const [leftBySlot, rightBySlot] = bySlot ?? [false, false];
  const slots = 3;
  const side = (num: number, isSlot: boolean, j: number) =>
    fill(random, index, j, (isSlot ? slots : models) * rows * (steps + gap) * (num + 2 * gap), 1);
  const columns = (num: number) => ({ num, stride: num + 2 * gap });
  const scratch_stride = outerScratch(columns(left), columns(right), steps);
  return {
    label,
    buffers: {
      slots: Uint32Array.from(
        Array.from({ length: models }, (_, m) => [(m + 1) % slots, stepsOf?.(m) ?? steps]).flat(),
      ),
      left: side(left, leftBySlot, 20),
      right: side(right, rightBySlot, 21),
      partials: fill(random, index, 22, models * groups * left * Math.max(1, right), 1),
      scratch: untouched(models * groups * scratch_stride),
    },
    uniforms: {
      num_models: models,
      num_rows: rows,
      num_groups: groups,
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
      scratch_stride,
    },
    // Bound of rounding for sums of products of standard normal numbers: ε times the sum of their sizes.
    tolerance: { abs: 2e-7 * (rows * steps + 4), rel: 1e-6 },
  };
}
