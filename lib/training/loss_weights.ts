// What each step of each trial weighs in the loss. Weights of a batch sum to 1, so that the loss is Σ weight · (cross-entropy,
// or mean square over outputs) whatever the lengths of its trials.
// Sources: mean over all steps, as RepAL trained (97 % of it is "keep fixating"); the mask of NeuroGym (1 before the
// decision, then 2, 3, 4, 5, 5, …), which RepAL computed and used for accuracy alone.

/** Over which steps the loss is taken. */
export const lossSteps = ["all", "decision", "mask"] as const;

/** One of them. */
export type LossSteps = typeof lossSteps[number];

/** Rows × steps of a batch, as the generator of trials writes them; `lengths` has the steps of each row. */
export interface BatchSteps {
  readonly mask: Float32Array;
  readonly scored: Float32Array;
  readonly lengths: ArrayLike<number>;
}

/**
 * Writes the weights of a batch, rows × steps; 0 beyond the end of a row.
 *
 * @throws {RangeError} if no step weighs anything.
 *
 * @example
 * ```ts
 * import { writeLossWeights } from "#lib/training/loss_weights.ts";
 * import { assertEquals } from "@std/assert";
 * const batch = { mask: Float32Array.of(1, 1, 2, 0), scored: Float32Array.of(0, 0, 1, 0), lengths: [3] };
 * const weights = new Float32Array(4);
 * writeLossWeights("mask", batch, 4, weights);
 * assertEquals([...weights], [0.25, 0.25, 0.5, 0]);
 * ```
 */
export function writeLossWeights(
  over: LossSteps,
  { mask, scored, lengths }: BatchSteps,
  steps: number,
  out: Float32Array,
): void {
  const rows = lengths.length;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    for (let t = 0; t < steps; t++) {
      const at = row * steps + t;
      const weight = t >= lengths[row]
        ? 0
        : over === "all"
        ? 1
        : over === "decision"
        ? (scored[at] > 0 ? 1 : 0)
        : mask[at];
      out[at] = weight;
      total += weight;
    }
  }
  if (!(total > 0)) {
    throw new RangeError(
      `no step of the batch has any weight in a loss over '${over}'; train on \`over: all\``,
    );
  }
  for (let at = 0; at < rows * steps; at++) out[at] /= total;
}
