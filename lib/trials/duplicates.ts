// Which sequences are the same: by their inputs, to the last bit. A network that meets the same noise again can learn it by
// heart, so corrected data refuse duplicates.

import type { TrialSource } from "./batches.ts";

/** Sequences and their contents. */
export interface Duplicates {
  readonly numDistinct: number;
  /** For each sequence asked for, a number that is equal for equal inputs: 0, 1, … in order of first appearance. */
  readonly contents: Int32Array;
}

/**
 * Finds equal sequences by 64-bit fingerprints of their inputs: different ones count as equal once in 10¹⁹ pairs.
 *
 * @param sequences their numbers
 *
 * @example
 * ```ts
 * import { trialSource } from "#lib/trials/batches.ts";
 * import { findDuplicates } from "#lib/trials/duplicates.ts";
 * import go from "#lib/neurotasks/gonogo_go.ts";
 * import { assertEquals } from "@std/assert";
 * const spec = { neurotask: go, mode: "test", dtMs: 100, seed: 0, designSeed: 0, label: "evaluation" } as const;
 * const asPublished = trialSource({ ...spec, params: go.params.parse({ sigma: 0 }) });
 * const sequences = Array.from({ length: 20 }, (_, i) => i);
 * assertEquals(findDuplicates(asPublished, sequences).numDistinct, 2);
 * ```
 */
export function findDuplicates(
  source: Pick<TrialSource, "write" | "channels" | "targetWidth" | "maxSteps">,
  sequences: readonly number[],
): Duplicates {
  const inputs = new Float32Array(source.maxSteps * source.channels.length);
  const targets = new Float32Array(source.maxSteps * source.targetWidth);
  const words = new Int32Array(inputs.buffer);
  const known = new Map<string, number>();
  const contents = sequences.map((sequence) => {
    source.write(sequence, 1, { inputs, targets });
    const print = fingerprint(words);
    const content = known.get(print) ?? known.size;
    known.set(print, content);
    return content;
  });
  return { numDistinct: known.size, contents: Int32Array.from(contents) };
}

/**
 * Refuses sequences of which some are the same.
 *
 * @param name the neurotask's, for the message
 * @param instead how to have them all the same
 * @throws {RangeError} that says how many are distinct, and what to do
 *
 * @example
 * ```ts
 * import { requireDistinct } from "#lib/trials/duplicates.ts";
 * import { assertThrows } from "@std/assert";
 * const found = { numDistinct: 2, contents: Int32Array.of(0, 1, 0) };
 * assertThrows(() => requireDistinct(found, "gonogo_go"), RangeError, "only 2 of 3 sequences of gonogo_go");
 * ```
 */
export function requireDistinct(
  { numDistinct, contents }: Duplicates,
  name: string,
  instead = "`generator: as_published` and `duplicates: allow` take",
): void {
  if (numDistinct === contents.length) return;
  throw new RangeError(
    `only ${numDistinct} of ${contents.length} sequences of ${name} are distinct: the others repeat them to the last bit. ` +
      "Give the stimulus noise (`trial: {sigma: 1}`), vary the timing (`trial: {timing: …}`) or ask for fewer; " +
      `${instead} them as they are`,
  );
}

/** Two 32-bit hashes side by side (the mixing steps of MurmurHash3, Appleby, public domain). */
function fingerprint(words: Int32Array): string {
  let a = 0x2545f491;
  let b = 0x6b79a3cd;
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    let mixed = Math.imul(word, 0xcc9e2d51 | 0);
    mixed = Math.imul(mixed << 15 | mixed >>> 17, 0x1b873593);
    a ^= mixed;
    a = Math.imul(a << 13 | a >>> 19, 5) + 0xe6546b64 | 0;
    mixed = Math.imul(word, 0x239b961b);
    mixed = Math.imul(mixed << 17 | mixed >>> 15, 0x38b34ae5);
    b ^= mixed;
    b = Math.imul(b << 11 | b >>> 21, 5) + 0x561ccd1b | 0;
  }
  return `${a >>> 0},${b >>> 0}`;
}
