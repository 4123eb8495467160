// How many responses are right. Per trial: one response, from the outputs averaged over the scored steps. Per step: every
// scored step is a response, as RepAL counts. For classes the response is the largest output (the class "keep fixating"
// among them, so that a network that never responds is wrong); for values the neurotask says what is near enough.
// Where classes come in heads, each head responds. Leaves out chance and the ideal observer, which the neurotask knows.

import type { Accuracies } from "./stop_rule.ts";

/** Sums of one evaluation set; shares are made of them by {@link accuraciesOf}. */
export interface Counts {
  responses: number;
  right: number;
  decidable: number;
  decidableRight: number;
  steps: number;
  stepsRight: number;
  decidableSteps: number;
  decidableStepsRight: number;
}

/** What is looked at: outputs of rows × steps × outputs with what they should be. */
export interface Responses {
  readonly outputs: ArrayLike<number>;
  readonly numOutputs: number;
  readonly target: "class" | "value";
  /** `class`: rows × steps × heads, −1 for none; `value`: rows × steps × outputs. */
  readonly targets: ArrayLike<number>;
  /** Groups of outputs of one size, each with classes of its own; 1 if absent. */
  readonly heads?: number;
  /** rows × steps: not 0 where a response counts. */
  readonly scored: ArrayLike<number>;
  /** rows × steps: not 0 where it counts and can be decided at all. */
  readonly decidable: ArrayLike<number>;
  /** Steps of each row. */
  readonly lengths: ArrayLike<number>;
  readonly steps: number;
  /** For values: whether a response is near enough to its target; by default within a distance of 0.5. */
  isCorrect?(response: Float64Array, target: Float64Array): boolean;
}

/**
 * Counts of nothing.
 *
 * @example
 * ```ts
 * import { noCounts } from "#lib/training/accuracy.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(noCounts().responses, 0);
 * ```
 */
export function noCounts(): Counts {
  return {
    responses: 0,
    right: 0,
    decidable: 0,
    decidableRight: 0,
    steps: 0,
    stepsRight: 0,
    decidableSteps: 0,
    decidableStepsRight: 0,
  };
}

/**
 * Adds the responses of rows to counts. Each run of scored steps is one response, so that a window of several trials has
 * several; a row without a scored step has none.
 *
 * @example
 * ```ts
 * import { accuraciesOf, countRight, noCounts } from "#lib/training/accuracy.ts";
 * import { assertEquals } from "@std/assert";
 * const counts = noCounts();
 * countRight({
 *   outputs: [1, 0, 0, 3, 2, 1], numOutputs: 2, target: "class", targets: [0, 1, 1],
 *   scored: [0, 1, 1], decidable: [0, 1, 1], lengths: [3], steps: 3,
 * }, counts);
 * assertEquals(accuraciesOf(counts).accuracy, 1); // 2 against 4 over both scored steps
 * assertEquals(accuraciesOf(counts).accuracy_per_step, 0.5);
 * ```
 */
export function countRight(responses: Responses, counts: Counts): void {
  const { numOutputs, lengths, decidable, steps, target } = responses;
  const heads = target === "class" ? responses.heads ?? 1 : 1;
  const perHead = numOutputs / heads;
  const perTarget = target === "class" ? 1 : numOutputs;
  const step = new Float64Array(perHead);
  const sums = new Float64Array(perHead);
  const wanted = new Float64Array(perTarget);
  const stepWanted = new Float64Array(perTarget);
  const isRight = target === "class"
    ? (given: Float64Array, aim: Float64Array) => largest(given) === aim[0]
    : responses.isCorrect ?? near;
  for (let row = 0; row < lengths.length; row++) {
    for (let head = 0; head < heads; head++) {
      for (let t = 0; t < lengths[row];) {
        const first = row * steps + t;
        if (!isScored(responses, first, head, heads)) {
          t++;
          continue;
        }
        sums.fill(0);
        wanted.fill(0);
        let numScored = 0;
        let numRight = 0;
        let numDecidable = 0;
        for (; t < lengths[row] && isScored(responses, row * steps + t, head, heads); t++) {
          const at = row * steps + t;
          for (let k = 0; k < perHead; k++) {
            step[k] = responses.outputs[at * numOutputs + head * perHead + k];
            sums[k] += step[k];
          }
          for (let k = 0; k < perTarget; k++) {
            stepWanted[k] = responses.targets[(at * heads + head) * perTarget + k];
            wanted[k] = target === "class" ? stepWanted[k] : wanted[k] + stepWanted[k];
          }
          numScored++;
          numRight += isRight(step, stepWanted) ? 1 : 0;
          numDecidable += decidable[at] > 0 ? 1 : 0;
        }
        for (let k = 0; k < perHead; k++) sums[k] /= numScored;
        if (target === "value") { for (let k = 0; k < perTarget; k++) wanted[k] /= numScored; }
        const right = isRight(sums, wanted) ? 1 : 0;
        counts.responses++;
        counts.right += right;
        counts.steps += numScored;
        counts.stepsRight += numRight;
        if (numDecidable === 0) continue;
        counts.decidable++;
        counts.decidableRight += right;
        counts.decidableSteps += numScored;
        counts.decidableStepsRight += numRight;
      }
    }
  }
}

/**
 * Shares of right responses; `NaN` where there was nothing to count.
 *
 * @example
 * ```ts
 * import { accuraciesOf, noCounts } from "#lib/training/accuracy.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(accuraciesOf({ ...noCounts(), responses: 4, right: 3 }).accuracy_all, 0.75);
 * ```
 */
export function accuraciesOf(counts: Counts): Accuracies {
  return {
    accuracy: counts.decidableRight / counts.decidable,
    accuracy_all: counts.right / counts.responses,
    accuracy_per_step: counts.stepsRight / counts.steps,
    accuracy_per_step_decidable: counts.decidableStepsRight / counts.decidableSteps,
  };
}

/** Scored, and of a head that has a target there. */
function isScored(
  { scored, targets, target }: Responses,
  at: number,
  head: number,
  heads: number,
): boolean {
  return scored[at] > 0 && (target === "value" || targets[at * heads + head] >= 0);
}

function largest(values: Float64Array): number {
  let found = 0;
  for (let k = 1; k < values.length; k++) if (values[k] > values[found]) found = k;
  return found;
}

function near(response: Float64Array, target: Float64Array): boolean {
  let square = 0;
  for (let k = 0; k < response.length; k++) square += (response[k] - target[k]) ** 2;
  return square < 0.25;
}
