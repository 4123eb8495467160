// Responses and losses of one network on one set of trials, trial by trial, from its outputs.

import type { Trials } from "#lib/core/artifacts/trials.ts";
import { accuraciesOf, countRight, type Counts, noCounts } from "#lib/training/accuracy.ts";
import { lengthsOf } from "./_network_states.ts";

/** What is known once all trials were added. */
export interface Evaluation {
  readonly target: "class" | "value";
  readonly outputs: readonly string[];
  /** Adds a trial, given its outputs (step × output). */
  add(trial: number, outputs: Float64Array): void;
  total(): {
    readonly accuracies: ReturnType<typeof accuraciesOf>;
    readonly losses: Readonly<Record<"loss_all" | "loss_decision" | "loss_mask", number>>;
    readonly responses: { readonly all: number; readonly decidable: number };
  };
  /** Accuracy, share of each response (classes only) and number of some trials. */
  share(trials: readonly number[]): (number | null)[];
}

/** Nothing yet. */
export function evaluationOf(
  trials: Trials,
  { numOutputs, isCorrect }: {
    readonly numOutputs: number;
    /** For values: whether a response is near enough to its target. */
    readonly isCorrect?: (response: Float64Array, target: Float64Array) => boolean;
  },
): Evaluation {
  const { targets, scored, mask, conditions, about } = trials;
  const target: "class" | "value" = about.target === "value" ? "value" : "class";
  const [numTrials, stride] = scored.shape;
  const width = targets.data.length / (numTrials * stride);
  if (target === "class" && width !== 1) {
    throw new RangeError(
      `evaluate got trials with ${width} targets per step; it scores networks with one head of classes`,
    );
  }
  const names = Array.isArray(about.outputs) && about.outputs.length === numOutputs
    ? about.outputs.map(String)
    : Array.from({ length: numOutputs }, (_, k) => `output_${k + 1}`);
  const columnOf = (name: string) => conditions.columns.findIndex((column) => column.name === name);
  const [decidableAt, numTrialsAt] = [columnOf("decidable"), columnOf("num_trials")];
  const lengths = lengthsOf(trials);
  const none = new Float32Array(stride);
  const counts = noCounts();
  const right = new Float64Array(numTrials).fill(NaN);
  const response = new Int32Array(numTrials).fill(-1);
  const sums = { all: [0, 0], decision: [0, 0], mask: [0, 0] };
  // A row of several trials has the conditions of its first; of the others it is not known.
  const isDecidable = (trial: number) =>
    (numTrialsAt < 0 || conditions.rows[trial][numTrialsAt] === 1) &&
    (decidableAt < 0 || conditions.rows[trial][decidableAt] === true);

  return {
    target,
    outputs: names,
    add(trial, outputs) {
      const part = <T extends ArrayLike<number>>(
        data: T & { subarray(a: number, b: number): T },
        size = 1,
      ) => data.subarray(trial * stride * size, (trial + 1) * stride * size);
      const before: Counts = { ...counts };
      const steps = part(scored.data as Float32Array);
      const own = {
        outputs,
        numOutputs,
        target,
        targets: part(targets.data as Float32Array, width),
        scored: steps,
        lengths: [lengths[trial]],
        decidable: isDecidable(trial) ? steps : none,
        steps: stride,
        ...(isCorrect === undefined ? {} : { isCorrect }),
      };
      countRight(own, counts);
      right[trial] = counts.responses === before.responses
        ? NaN
        : (counts.right - before.right) / (counts.responses - before.responses);
      response[trial] = responseOf(own);
      const weights = part(mask.data as Float32Array);
      for (let t = 0; t < lengths[trial]; t++) {
        const loss = lossAt(own, t, width);
        const add = (sum: number[], weight: number) => {
          sum[0] += weight * loss;
          sum[1] += weight;
        };
        add(sums.all, 1);
        add(sums.decision, own.scored[t] > 0 ? 1 : 0);
        add(sums.mask, weights[t]);
      }
    },
    total: () => ({
      accuracies: accuraciesOf(counts),
      losses: {
        loss_all: sums.all[0] / sums.all[1],
        loss_decision: sums.decision[0] / sums.decision[1],
        loss_mask: sums.mask[0] / sums.mask[1],
      },
      responses: { all: counts.responses, decidable: counts.decidable },
    }),
    share(some) {
      const answered = some.filter((trial) => !Number.isNaN(right[trial]));
      const n = answered.length;
      const part = (count: number) => n === 0 ? null : count / n;
      return [
        part(answered.reduce((sum, trial) => sum + right[trial], 0)),
        ...(target === "value"
          ? []
          : names.map((_, k) => part(answered.filter((trial) => response[trial] === k).length))),
        n,
      ];
    },
  };
}

interface Outputs {
  readonly outputs: Float64Array;
  readonly numOutputs: number;
  readonly target: "class" | "value";
  readonly targets: Float32Array;
  readonly scored: Float32Array;
  readonly lengths: readonly number[];
}

/** The largest output over the first run of scored steps; -1 without one. */
function responseOf({ outputs, numOutputs, scored, lengths: [length] }: Outputs): number {
  let t = 0;
  while (t < length && !(scored[t] > 0)) t++;
  if (t === length) return -1;
  const sums = new Float64Array(numOutputs);
  for (; t < length && scored[t] > 0; t++) {
    for (let k = 0; k < numOutputs; k++) sums[k] += outputs[t * numOutputs + k];
  }
  return sums.indexOf(Math.max(...sums));
}

/** Cross-entropy in nats, or the mean square over outputs. */
function lossAt(
  { outputs, numOutputs, target, targets }: Outputs,
  t: number,
  width: number,
): number {
  const own = outputs.subarray(t * numOutputs, (t + 1) * numOutputs);
  if (target === "value") {
    return own.reduce((sum, one, k) => sum + (one - targets[t * width + k]) ** 2, 0) / numOutputs;
  }
  const top = Math.max(...own);
  const total = own.reduce((sum, one) => sum + Math.exp(one - top), 0);
  return top + Math.log(total) - own[targets[t]];
}
