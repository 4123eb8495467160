// Finds a key among the records of packed segments: one hash table over all of them, open addressing, made of numbers
// only, so that a hundred thousand results cost a few milliseconds and no objects.

import { hashOf, type PackedSegment } from "./packed_segment.ts";

/** A record of one of the segments of a table. */
export interface PackedPlace<S> {
  readonly owner: S;
  readonly packed: PackedSegment;
  readonly index: number;
}

/** Records by key. Each is found once. */
export class PackedTable<S> {
  readonly #parts: { readonly owner: S; readonly packed: PackedSegment; readonly base: number }[] =
    [];
  #numRecords = 0;
  #numAdded = 0;
  /** Number of a record, and one; 0 is free. */
  #slots = new Int32Array(0);
  /** Records that were found already. */
  #taken = new Uint8Array(0);

  /** Adds the records of a segment. */
  add(owner: S, packed: PackedSegment): void {
    this.#parts.push({ owner, packed, base: this.#numRecords });
    this.#numRecords += packed.count;
  }

  /** The records of a key that were not taken before, given its hexadecimal digits. */
  take(hex: string): PackedPlace<S>[] {
    if (this.#numRecords === 0) return none;
    if (this.#numAdded < this.#numRecords) this.#build();
    const mask = this.#slots.length - 1;
    let found: PackedPlace<S>[] = none;
    for (let at = hashOf(hex) & mask;; at = (at + 1) & mask) {
      const number = this.#slots[at] - 1;
      if (number < 0) return found;
      if (this.#taken[number] === 1) continue;
      const { owner, packed, base } = this.#partOf(number);
      if (!packed.isOf(number - base, hex)) continue;
      this.#taken[number] = 1;
      const place = { owner, packed, index: number - base };
      if (found === none) found = [place];
      else found.push(place);
    }
  }

  /** The records of a segment that were not taken before. */
  takeAll(owner: S): PackedPlace<S>[] {
    if (this.#numAdded < this.#numRecords) this.#build();
    const found: PackedPlace<S>[] = [];
    for (const part of this.#parts) {
      if (part.owner !== owner) continue;
      for (let index = 0; index < part.packed.count; index++) {
        if (this.#taken[part.base + index] === 1) continue;
        this.#taken[part.base + index] = 1;
        found.push({ owner, packed: part.packed, index });
      }
    }
    return found;
  }

  #partOf(number: number) {
    let [low, high] = [0, this.#parts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#parts[middle].base <= number) low = middle;
      else high = middle - 1;
    }
    return this.#parts[low];
  }

  /** Adds what is not in the table yet; anew if it would be over half full. */
  #build(): void {
    const taken = new Uint8Array(this.#numRecords);
    taken.set(this.#taken);
    this.#taken = taken;
    if (2 * this.#numRecords > this.#slots.length) {
      let size = 1024;
      while (size < 4 * this.#numRecords) size *= 2;
      this.#slots = new Int32Array(size);
      this.#numAdded = 0;
    }
    const mask = this.#slots.length - 1;
    for (const { packed, base } of this.#parts) {
      for (let i = Math.max(0, this.#numAdded - base); i < packed.count; i++) {
        let at = packed.hashAt(i) & mask;
        while (this.#slots[at] !== 0) at = (at + 1) & mask;
        this.#slots[at] = base + i + 1;
      }
    }
    this.#numAdded = this.#numRecords;
  }
}

const none: never[] = [];
