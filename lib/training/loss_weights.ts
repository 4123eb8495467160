// What each step of each trial weighs in the loss. Weights of a batch sum to 1 for each head, so that the loss is
// Σ weight · (cross-entropy, or mean square over outputs), whatever the lengths of its trials.
// Sources: mean over all steps, as RepAL trained (97 % of it is "keep fixating"); the mask of NeuroGym (1 before the
// decision, then 2, 3, 4, 5, 5, …), which RepAL computed and used for accuracy alone.

/** Over which steps the loss is taken. */
export const lossSteps = ["all", "decision", "mask"] as const;

/** One of them. */
export type LossSteps = typeof lossSteps[number];

/** A batch, rows × steps, as the source of trials writes it. */
export interface BatchSteps {
  readonly mask: ArrayLike<number>;
  readonly scored: ArrayLike<number>;
  /** Steps of each row. */
  readonly lengths: ArrayLike<number>;
  /** rows × steps × heads, where there are heads: a negative class is none, and weighs nothing. */
  readonly classes?: ArrayLike<number>;
}

/**
 * Writes the weights of a batch, rows × steps × heads; 0 beyond the end of a row.
 *
 * @throws {RangeError} if no step weighs anything.
 *
 * @example
 * ```ts
 * import { writeLossWeights } from "#lib/training/loss_weights.ts";
 * import { assertEquals } from "@std/assert";
 * const batch = { mask: [1, 1, 2, 0], scored: [0, 0, 1, 0], lengths: [3] };
 * const weights = new Float32Array(4);
 * writeLossWeights("mask", batch, weights);
 * assertEquals([...weights], [0.25, 0.25, 0.5, 0]);
 * ```
 */
export function writeLossWeights(
  over: LossSteps,
  { mask, scored, lengths, classes }: BatchSteps,
  out: Float32Array,
  heads = 1,
): void {
  const rows = lengths.length;
  const steps = out.length / (rows * heads);
  let isEmpty = true;
  for (let head = 0; head < heads; head++) {
    let total = 0;
    for (let row = 0; row < rows; row++) {
      for (let t = 0; t < steps; t++) {
        const at = row * steps + t;
        const isOut = t >= lengths[row] ||
          (classes !== undefined && classes[at * heads + head] < 0);
        const weight = isOut
          ? 0
          : over === "all"
          ? 1
          : over === "decision"
          ? (scored[at] > 0 ? 1 : 0)
          : mask[at];
        out[at * heads + head] = weight;
        total += weight;
      }
    }
    if (total === 0) continue;
    isEmpty = false;
    for (let at = head; at < out.length; at += heads) out[at] /= total;
  }
  if (isEmpty) {
    throw new RangeError(
      `no step of a batch weighs anything in a loss over '${over}'; write \`loss: {over: all}\``,
    );
  }
}
