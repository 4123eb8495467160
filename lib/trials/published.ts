// The published generator of training data (Guilhot et al. 2024 on NeuroGym 0.0.2), with its defects. 32 copies of the
// environment each fill a cache with back-to-back trials; a batch of 32 sequences is a window of the caches, the next batch
// the next window, and a window that would reach the end of the cache has it refilled first. What is handed on is a view of
// the cache, and views are copied only when all batches are made: whatever was in the cache before the last refill is lost,
// and every batch shows the last contents again. Hence 32 distinct sequences of 400 steps among 10,000, and 96 or 64 distinct
// test trials among 1,000. With `aliased: false` each batch is copied at once, and all sequences are distinct.

import { clear, type PlacedTrial, shapeOf, type TrialSource } from "./batches.ts";
import { type TrialSpec, trialWriter } from "./trial_writer.ts";
import { mostTrials, placedRun, writeRun } from "./windows.ts";

/** How the published generator is set up. */
export interface PublishedOptions {
  /** 10,000 for training, 1,000 for tests. */
  readonly numSequences: number;
  /** Steps of a sequence: 400 for training, one trial for tests. */
  readonly sequenceSteps: number;
  /** Whether sequences are views of a cache that is overwritten. */
  readonly aliased: boolean;
  /** Copies of the environment, sequences per batch. */
  readonly numCopies?: number;
  /**
   * The cache holds ⌊1 + cacheSteps / sequenceSteps⌋ sequences. 781.25 steps of 20 ms as published, and equally long in
   * time for another dt if absent: as many windows then fit as did.
   */
  readonly cacheSteps?: number;
}

/** A source with an end, that knows where each sequence comes from. */
export interface PublishedSource extends TrialSource {
  readonly numSequences: number;
  /** Windows that are taken from a cache before it is refilled. */
  readonly numWindows: number;
  /** Number of the window of all caches ever filled that a sequence shows. Equal numbers are equal sequences. */
  origin(sequence: number): number;
}

/**
 * The sequences of the published generator. Trial n of copy r in fill f has a number of its own, so contents follow the
 * seeds as everywhere; the published program draws from entropy.
 *
 * @throws {RangeError} if there are no sequences, or no steps
 *
 * @example
 * ```ts
 * import { publishedSource } from "#lib/trials/published.ts";
 * import pdmPro from "#lib/neurotasks/pdm_pro.ts";
 * import { assertEquals } from "@std/assert";
 * const spec = {
 *   neurotask: pdmPro, params: pdmPro.params.parse({}), mode: "train",
 *   dtMs: 20, seed: 0, designSeed: 0, label: "file",
 * } as const;
 * const source = publishedSource(spec, { numSequences: 10_000, sequenceSteps: 400, aliased: true });
 * const origins = Array.from({ length: 10_000 }, (_, i) => source.origin(i));
 * assertEquals(new Set(origins).size, 32);
 * ```
 */
export function publishedSource(spec: TrialSpec, options: PublishedOptions): PublishedSource {
  const { numSequences, sequenceSteps, aliased, numCopies = 32 } = options;
  const { cacheSteps = 781.25 * 20 / spec.dtMs } = options;
  if (!(numSequences >= 1 && sequenceSteps >= 1)) {
    throw new RangeError(
      `publishedSource() got ${numSequences} sequences of ${sequenceSteps} steps; it needs one at least of each`,
    );
  }
  const writer = trialWriter(spec);
  // A window that ends with the cache counts as reaching the end, so the last one is never shown.
  const numWindows = Math.max(1, Math.floor(cacheSteps / sequenceSteps));
  const shownSteps = numWindows * sequenceSteps;
  const most = mostTrials(writer, shownSteps);
  const lastFill = Math.floor((Math.ceil(numSequences / numCopies) - 1) / numWindows);
  const placeOf = (sequence: number) => {
    const batch = Math.floor(sequence / numCopies);
    return {
      copy: sequence % numCopies,
      fill: aliased ? lastFill : Math.floor(batch / numWindows),
      window: batch % numWindows,
    };
  };

  const shape = shapeOf(spec);
  const copies = new Map<number, Cache>();
  /** The cache of a copy after a fill. What has been asked for last is kept for each copy. */
  const cacheOf = (copy: number, fill: number): Cache => {
    const kept = copies.get(copy);
    if (kept?.fill === fill) return kept;
    const made = kept ?? emptyCache(shownSteps, shape.channels.length, shape.targetWidth);
    clear(shownSteps, shape, made);
    writeRun(writer, (fill * numCopies + copy) * most, made, 0, shownSteps);
    made.fill = fill;
    copies.set(copy, made);
    return made;
  };

  return {
    ...shape,
    maxSteps: sequenceSteps,
    numSequences,
    numWindows,
    origin(sequence) {
      const { copy, fill, window } = placeOf(sequence);
      return (fill * numWindows + window) * numCopies + copy;
    },
    write(first, num, out, stride = sequenceSteps) {
      clear(num * stride, shape, out);
      const steps = Math.min(sequenceSteps, stride);
      for (let row = 0; row < num; row++) {
        const { copy, fill, window } = placeOf(first + row);
        const cache = cacheOf(copy, fill);
        const copyTo = (to: Float32Array | undefined, from: Float32Array, width: number) =>
          to?.set(
            from.subarray(window * sequenceSteps * width, (window * sequenceSteps + steps) * width),
            row * stride * width,
          );
        copyTo(out.inputs, cache.inputs, shape.channels.length);
        copyTo(out.targets, cache.targets, shape.targetWidth);
        copyTo(out.mask, cache.mask, 1);
        copyTo(out.scored, cache.scored, 1);
        copyTo(out.decidable, cache.decidable, 1);
        if (out.lengths !== undefined) out.lengths[row] = steps;
      }
    },
    trials(sequence) {
      const { copy, fill, window } = placeOf(sequence);
      const from = window * sequenceSteps;
      return placedRun(writer, (fill * numCopies + copy) * most, from + sequenceSteps)
        .filter(({ design, at }) => at + design.numSteps > from)
        .map(({ design, at }): PlacedTrial => ({ design, at: at - from }));
    },
  };
}

interface Cache {
  readonly inputs: Float32Array;
  readonly targets: Float32Array;
  readonly mask: Float32Array;
  readonly scored: Float32Array;
  readonly decidable: Float32Array;
  fill: number;
}

function emptyCache(steps: number, numChannels: number, targetWidth: number): Cache {
  return {
    inputs: new Float32Array(steps * numChannels),
    targets: new Float32Array(steps * targetWidth),
    mask: new Float32Array(steps),
    scored: new Float32Array(steps),
    decidable: new Float32Array(steps),
    fill: -1,
  };
}
