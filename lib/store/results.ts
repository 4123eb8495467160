// Which result of a key counts, of those that the index of segments knows and by the bytes that are there.

import type { ActionKey } from "../core/digest.ts";
import type { Manifest } from "../core/manifest.ts";
import type { Entry } from "./segment.ts";
import type { SegmentIndex } from "./segment_index.ts";
import type { StoredBytes } from "./stored_bytes.ts";

/** A manifest that may count, and where it lies. */
export interface Candidate {
  readonly entry: Entry;
  readonly manifest: Manifest;
}

/** Results by key. */
export class Results {
  readonly #index: SegmentIndex;
  readonly #bytes: StoredBytes;

  constructor(index: SegmentIndex, bytes: StoredBytes) {
    this.#index = index;
    this.#bytes = bytes;
  }

  /** The result that counts, if its bytes are there. */
  whole(key: ActionKey): Candidate | undefined {
    return this.#index.candidates(key).find(({ manifest }) => this.#bytes.arePresent(manifest));
  }

  /** The result that counts, whether or not its bytes are there. */
  recall(key: ActionKey): Manifest | undefined {
    const entries = this.#index.entries(key);
    if (entries.length === 0) return undefined;
    if (entries.length === 1) return this.#index.load(entries[0]);
    const candidates = this.#index.candidates(key);
    if (candidates.length < 2) return candidates[0]?.manifest;
    return candidates.find(({ manifest }) => this.#bytes.arePresent(manifest))?.manifest ??
      candidates[0].manifest;
  }

  /** As `recall`, but with everything that is known read and checked. */
  recallWhole(key: ActionKey): Manifest | undefined {
    const entries = this.#index.entries(key);
    const chosen = entries.length < 2
      ? entries[0]
      : (this.whole(key) ?? this.#index.candidates(key)[0])?.entry;
    return chosen === undefined ? undefined : this.#index.loadWhole(chosen);
  }
}
