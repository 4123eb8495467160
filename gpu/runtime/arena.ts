// Where blocks lie in a memory that can only grow: best fit among what was given back, neighbours joined, so that
// sizes that change from job to job do not tear it into pieces. Numbers only; growing the memory is its owner's.

/** A stretch of the memory. */
interface Stretch {
  readonly at: number;
  readonly size: number;
}

/** All blocks begin on multiples of this: a cache line, so that threads never write to the same one. */
export const alignment = 64;

/** Hands out addresses from `base` on. */
export class Arena {
  /** Sizes of the blocks in use, by address. */
  readonly #used = new Map<number, number>();
  /** What lies free below the top, by address; no two touch. */
  #free: Stretch[] = [];
  #top: number;
  #peak: number;
  #numBytesUsed = 0;

  /** @param base a multiple of `alignment` */
  constructor(base: number) {
    this.#top = base;
    this.#peak = base;
  }

  /** How far the memory must reach. */
  get top(): number {
    return this.#top;
  }

  /** How far the memory had to reach since this was asked last. */
  takePeak(): number {
    const peak = this.#peak;
    this.#peak = this.#top;
    return peak;
  }

  /** Bytes in blocks that are in use. */
  get numBytesUsed(): number {
    return this.#numBytesUsed;
  }

  get numBlocks(): number {
    return this.#used.size;
  }

  /** Address of a block of at least `numBytes`. May raise the top. */
  alloc(numBytes: number): number {
    const size = Math.max(1, Math.ceil(numBytes / alignment)) * alignment;
    const at = this.#take(size) ?? this.#raise(size);
    this.#used.set(at, size);
    this.#numBytesUsed += size;
    return at;
  }

  /**
   * Takes a block back.
   *
   * @throws {RangeError} if none in use begins there
   */
  free(at: number): void {
    const size = this.#used.get(at);
    if (size === undefined) throw new RangeError(`No block in use begins at ${at}`);
    this.#used.delete(at);
    this.#numBytesUsed -= size;
    let next = this.#free.findIndex((stretch) => stretch.at > at);
    if (next < 0) next = this.#free.length;
    let [start, end] = [at, at + size];
    let [from, to] = [next, next];
    const before = this.#free[next - 1];
    if (before !== undefined && before.at + before.size === start) {
      start = before.at;
      from--;
    }
    const after = this.#free[next];
    if (after !== undefined && after.at === end) {
      end += after.size;
      to++;
    }
    // What touches the top is not kept as a hole, but lowers it.
    const isLast = end === this.#top;
    if (isLast) this.#top = start;
    this.#free.splice(from, to - from, ...(isLast ? [] : [{ at: start, size: end - start }]));
  }

  /** The smallest hole that is large enough, and the first of several. */
  #take(size: number): number | undefined {
    let best = -1;
    for (let i = 0; i < this.#free.length; i++) {
      const { size: room } = this.#free[i];
      if (room >= size && (best < 0 || room < this.#free[best].size)) best = i;
    }
    if (best < 0) return undefined;
    const { at, size: room } = this.#free[best];
    const rest = room === size ? [] : [{ at: at + size, size: room - size }];
    this.#free.splice(best, 1, ...rest);
    return at;
  }

  #raise(size: number): number {
    const at = this.#top;
    this.#top += size;
    if (this.#top > this.#peak) this.#peak = this.#top;
    return at;
  }
}
