// How many responses are right. Per trial: one response, from the outputs averaged over the scored steps. Per step: every
// scored step is a response, as RepAL counts. For classes the response is the largest output (the class "keep fixating"
// among them, so that a network that never responds is wrong); for values it is right within a distance.
// Leaves out chance and the ideal observer, which the neurotask knows.

/** Sums of one evaluation set; shares are made of them by {@link accuraciesOf}. */
export interface Counts {
  trials: number;
  trialsRight: number;
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
  /** `class`: rows × steps; `value`: rows × steps × outputs. */
  readonly target: "class" | "value";
  readonly targets: ArrayLike<number>;
  /** rows × steps: where the response counts. */
  readonly scored: ArrayLike<number>;
  readonly lengths: ArrayLike<number>;
  /** By row: whether its trial can be decided at all. */
  readonly decidable: ArrayLike<number | boolean>;
  readonly steps: number;
  /** For values: Euclidean distance below which a response is right. */
  readonly within?: number;
}

/**
 * Counts of nothing.
 *
 * @example
 * ```ts
 * import { noCounts } from "#lib/training/accuracy.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(noCounts().trials, 0);
 * ```
 */
export function noCounts(): Counts {
  return {
    trials: 0,
    trialsRight: 0,
    decidable: 0,
    decidableRight: 0,
    steps: 0,
    stepsRight: 0,
    decidableSteps: 0,
    decidableStepsRight: 0,
  };
}

/** What a value may be away from its target to be right, where nothing else is said. */
const defaultWithin = 0.5;

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
 *   outputs: [1, 0, 0, 3, 2, 1], numOutputs: 2, target: "class", targets: [0, 1, 1], scored: [0, 1, 1],
 *   lengths: [3], decidable: [true], steps: 3,
 * }, counts);
 * assertEquals(accuraciesOf(counts).accuracy, 1); // 2 against 4 over both scored steps
 * assertEquals(accuraciesOf(counts).accuracy_per_step, 0.5);
 * ```
 */
export function countRight(responses: Responses, counts: Counts): void {
  const { numOutputs, steps, scored, lengths, decidable } = responses;
  const sums = new Float64Array(numOutputs);
  const wanted = new Float64Array(numOutputs);
  for (let row = 0; row < lengths.length; row++) {
    let t = 0;
    while (t < lengths[row]) {
      if (!(scored[row * steps + t] > 0)) {
        t++;
        continue;
      }
      sums.fill(0);
      wanted.fill(0);
      let numScored = 0;
      let numRight = 0;
      let target = 0;
      for (; t < lengths[row] && scored[row * steps + t] > 0; t++) {
        const at = row * steps + t;
        numScored++;
        numRight += isStepRight(responses, at) ? 1 : 0;
        for (let k = 0; k < numOutputs; k++) {
          sums[k] += responses.outputs[at * numOutputs + k];
          if (responses.target === "value") wanted[k] += responses.targets[at * numOutputs + k];
        }
        if (responses.target === "class") target = responses.targets[at];
      }
      const isRight = responses.target === "class"
        ? largest(sums, 0, numOutputs) === target
        : distance(sums, wanted, 0, numOutputs) / numScored < (responses.within ?? defaultWithin);
      counts.trials++;
      counts.trialsRight += isRight ? 1 : 0;
      counts.steps += numScored;
      counts.stepsRight += numRight;
      if (!decidable[row]) continue;
      counts.decidable++;
      counts.decidableRight += isRight ? 1 : 0;
      counts.decidableSteps += numScored;
      counts.decidableStepsRight += numRight;
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
 * assertEquals(accuraciesOf({ ...noCounts(), trials: 4, trialsRight: 3 }).accuracy_all, 0.75);
 * ```
 */
export function accuraciesOf(counts: Counts): {
  accuracy: number;
  accuracy_all: number;
  accuracy_per_step: number;
  accuracy_per_step_decidable: number;
} {
  return {
    accuracy: counts.decidableRight / counts.decidable,
    accuracy_all: counts.trialsRight / counts.trials,
    accuracy_per_step: counts.stepsRight / counts.steps,
    accuracy_per_step_decidable: counts.decidableStepsRight / counts.decidableSteps,
  };
}

function isStepRight(responses: Responses, at: number): boolean {
  const { outputs, targets, numOutputs, target, within = defaultWithin } = responses;
  if (target === "class") return largest(outputs, at * numOutputs, numOutputs) === targets[at];
  return distance(outputs, targets, at * numOutputs, numOutputs) < within;
}

function largest(values: ArrayLike<number>, from: number, count: number): number {
  let found = 0;
  for (let k = 1; k < count; k++) if (values[from + k] > values[from + found]) found = k;
  return found;
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>, from: number, count: number): number {
  let square = 0;
  for (let k = 0; k < count; k++) square += (a[from + k] - b[from + k]) ** 2;
  return Math.sqrt(square);
}
