// Counting of right responses against what was counted by hand.

import { assertEquals } from "@std/assert";
import { accuraciesOf, countRight, noCounts, type Responses } from "#lib/training/accuracy.ts";

const counted = (responses: Responses) => {
  const counts = noCounts();
  countRight(responses, counts);
  return counts;
};

/** Two rows of four steps, two outputs; the second row has three steps. */
const base: Responses = {
  outputs: [
    ...[9, 0, 0, 1, 3, 0, 9, 9],
    ...[0, 9, 5, 0, 0, 1, 0, 9],
  ],
  numOutputs: 2,
  target: "class",
  targets: [0, 1, 1, 0, 0, 1, 1, 1],
  scored: [0, 1, 1, 0, 0, 1, 1, 1],
  decidable: [0, 1, 1, 0, 0, 0, 0, 0],
  lengths: [4, 3],
  steps: 4,
};

Deno.test("countRight() averages over the scored steps of a trial, and counts each step", () => {
  // Row 0: 3 against 1, wrong, one step of two right. Row 1: steps 1 and 2 alone, 5 against 1, one of two right.
  assertEquals(counted(base), {
    responses: 2,
    right: 0,
    decidable: 1,
    decidableRight: 0,
    steps: 4,
    stepsRight: 2,
    decidableSteps: 2,
    decidableStepsRight: 1,
  });
});

Deno.test("countRight() takes each run of scored steps of a window as one response", () => {
  const scored = [1, 0, 1, 1, 0, 1, 1, 0];
  const { responses, right, steps } = counted({ ...base, scored });
  // Row 0: step 0 is right; steps 2 and 3 have classes 1 and 0, of which the last counts: 12 against 9. Row 1: wrong.
  assertEquals([responses, right, steps], [3, 2, 5]);
});

Deno.test("countRight() lets each head respond that has a target", () => {
  const { responses, right } = counted({
    outputs: [1, 0, 0, 1, 5, 6],
    numOutputs: 6,
    heads: 3,
    target: "class",
    targets: [0, 0, -1],
    scored: [1],
    decidable: [1],
    lengths: [1],
    steps: 1,
  });
  assertEquals([responses, right], [2, 1]);
});

Deno.test("countRight() asks the neurotask whether values are near enough", () => {
  const values: Responses = {
    outputs: [0, 0, 1, 0, 0.2, 0],
    numOutputs: 2,
    target: "value",
    targets: [1, 0, 1, 0, 1, 0],
    scored: [0, 1, 1],
    decidable: [0, 1, 1],
    lengths: [3],
    steps: 3,
  };
  // The mean is (0.6, 0), 0.4 away; the last step alone is 0.8 away.
  assertEquals(accuraciesOf(counted(values)), {
    accuracy: 1,
    accuracy_all: 1,
    accuracy_per_step: 0.5,
    accuracy_per_step_decidable: 0.5,
  });
  assertEquals(counted({ ...values, isCorrect: () => false }).right, 0);
});

Deno.test("countRight() leaves out rows where nothing is scored", () => {
  const { responses, steps } = counted({ ...base, scored: Array(8).fill(0) });
  assertEquals([responses, steps], [0, 0]);
});
