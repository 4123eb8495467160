// Weights of steps in the loss.

import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { lossSteps, writeLossWeights } from "#lib/training/loss_weights.ts";

/** Two rows of four steps; the second ends after two. */
const batch = {
  mask: [1, 1, 2, 3, 1, 2, 9, 9],
  scored: [0, 0, 1, 1, 0, 1, 1, 1],
  lengths: [4, 2],
};

Deno.test("writeLossWeights() weighs steps alike, decisions alone, or by the mask", () => {
  const expected = {
    all: [1, 1, 1, 1, 1, 1, 0, 0],
    decision: [0, 0, 1, 1, 0, 1, 0, 0],
    mask: [1, 1, 2, 3, 1, 2, 0, 0],
  };
  for (const over of lossSteps) {
    const weights = new Float32Array(8).fill(7);
    writeLossWeights(over, batch, weights);
    const total = expected[over].reduce((sum, w) => sum + w, 0);
    weights.forEach((weight, i) => assertAlmostEquals(weight, expected[over][i] / total, 1e-7));
  }
});

Deno.test("writeLossWeights() gives each head the weight 1, where it has targets", () => {
  const classes = [-1, 0, 1, 1, -1, 0, 1, 1].flatMap((of) => [of, -1, 0]);
  const weights = new Float32Array(24);
  writeLossWeights("all", { ...batch, classes }, weights, 3);
  const head = (place: number) => [...weights].filter((_, i) => i % 3 === place);
  head(0).forEach((weight, i) => assertAlmostEquals(weight, [0, 1, 1, 1, 0, 1, 0, 0][i] / 4, 1e-7));
  assertEquals(head(1), Array(8).fill(0));
  head(2).forEach((weight, i) => assertAlmostEquals(weight, i < 6 ? 1 / 6 : 0, 1e-7));
});

Deno.test("writeLossWeights() refuses batches in which nothing counts", () => {
  const nothing = { ...batch, scored: Array(8).fill(0) };
  const weights = new Float32Array(8);
  assertThrows(() => writeLossWeights("decision", nothing, weights), RangeError, "over: all");
});
