// NumPy's legacy generator, bit for bit: MT19937 seeded by an integer, 53-bit doubles, polar normals.
// It exists only so that studies published with `np.random.seed(n)` can be drawn again; everything else
// takes its randomness from the counter-based streams of lib/core/random.ts.
// Leaves out: seeding by arrays, ziggurat normals and all other distributions.

/**
 * Length of an exported generator state: 624 words of the key, the position in it, whether a normal number
 * is waiting, and that number.
 *
 * @example
 * ```ts
 * import { LegacyRandom, LEGACY_STATE_LENGTH } from "#lib/math/random/mt19937.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new LegacyRandom(42).exportState().length, LEGACY_STATE_LENGTH);
 * ```
 */
export const LEGACY_STATE_LENGTH = 627;

const KEY_LENGTH = 624;
const SHIFT = 397;

/**
 * The generator behind `numpy.random.RandomState(seed)` and, after `numpy.random.seed(seed)`, behind
 * `numpy.random.rand`, `randn` and `randint`.
 *
 * Sources: Matsumoto & Nishimura 1998 (MT19937; `init_genrand` of 2002 for the seed); Marsaglia & Bray 1964
 * (polar method). NumPy's conventions kept here: a double is (a >> 5, b >> 6) of two words a, b in that order; of
 * the accepted pair (x₁, x₂) the normal f·x₂ is returned first and f·x₁ waits for the next call; uniform
 * draws leave a waiting normal alone.
 *
 * @example
 * ```ts
 * import { LegacyRandom } from "#lib/math/random/mt19937.ts";
 * import { assertEquals } from "@std/assert";
 * const random = new LegacyRandom(42);
 * assertEquals(random.fillUniform(new Float64Array(1))[0], 0.3745401188473625);
 * ```
 */
export class LegacyRandom {
  /** The key as the recurrence left it. */
  readonly #key = new Int32Array(KEY_LENGTH);
  /** The key's words after tempering, as unsigned numbers, ready to be handed out. */
  readonly #words = new Uint32Array(KEY_LENGTH);
  /** Words of the key already handed out. */
  #position = KEY_LENGTH;
  #hasNormal = false;
  #waitingNormal = 0;

  /**
   * Seeds the generator as `RandomState(seed)` does.
   *
   * @throws {RangeError} if the seed is not an integer in [0, 2³²).
   */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
      throw new RangeError(
        `LegacyRandom() got seed ${seed}; NumPy's legacy seeding takes an integer from 0 to 4294967295`,
      );
    }
    let word = seed | 0;
    for (let i = 0; i < KEY_LENGTH; i++) {
      this.#key[i] = word;
      word = (Math.imul(1812433253, word ^ (word >>> 30)) + i + 1) | 0;
    }
  }

  /** A generator that continues where `exportState` was called. */
  static fromState(state: Float64Array): LegacyRandom {
    const random = new LegacyRandom(0);
    random.importState(state);
    return random;
  }

  /**
   * The whole state as numbers: 624 key words, position, 0 or 1 for a waiting normal, and that normal.
   * The first 624 and the rest are what NumPy's `get_state()` calls `key`, `pos`, `has_gauss`, `gauss`.
   */
  exportState(): Float64Array {
    const state = new Float64Array(LEGACY_STATE_LENGTH);
    for (let i = 0; i < KEY_LENGTH; i++) state[i] = this.#key[i] >>> 0;
    state[KEY_LENGTH] = this.#position;
    state[KEY_LENGTH + 1] = this.#hasNormal ? 1 : 0;
    state[KEY_LENGTH + 2] = this.#waitingNormal;
    return state;
  }

  /**
   * Takes over a state made by `exportState`, or by NumPy's `get_state()` in the same order.
   *
   * @throws {RangeError} if the length is not 627 or the numbers are no state.
   */
  importState(state: Float64Array): void {
    const position = state[KEY_LENGTH];
    const hasNormal = state[KEY_LENGTH + 1];
    const isState = state.length === LEGACY_STATE_LENGTH && Number.isInteger(position) &&
      position >= 0 && position <= KEY_LENGTH && (hasNormal === 0 || hasNormal === 1) &&
      state.subarray(0, KEY_LENGTH).every((word) => word >>> 0 === word);
    if (!isState) {
      throw new RangeError(
        `importState() got ${state.length} numbers that are no generator state; it takes ` +
          `${LEGACY_STATE_LENGTH}: 624 words, a position from 0 to 624, 0 or 1, and the waiting normal`,
      );
    }
    for (let i = 0; i < KEY_LENGTH; i++) this.#key[i] = state[i];
    temper(this.#key, this.#words);
    this.#position = position;
    this.#hasNormal = hasNormal === 1;
    this.#waitingNormal = state[KEY_LENGTH + 2];
  }

  /** Fills `out` with uniform numbers in [low, high), as `RandomState.uniform(low, high)`. */
  fillUniform(out: Float64Array, low = 0, high = 1): Float64Array {
    const range = high - low;
    for (let i = 0; i < out.length; i++) out[i] = low + range * this.#double();
    return out;
  }

  /** Fills `out` with integers in [low, high), as `RandomState.randint(low, high)`: one word per try. */
  fillIntegers(out: Int32Array, low: number, high: number): Int32Array {
    const largest = high - low - 1;
    if (!Number.isInteger(low) || !Number.isInteger(high) || largest < 0) {
      throw new RangeError(
        `fillIntegers() got bounds [${low}, ${high}), which hold no integer; it takes integers, low < high`,
      );
    }
    const mask = largest === 0 ? 0 : 0xffffffff >>> Math.clz32(largest);
    for (let i = 0; i < out.length; i++) {
      let offset = 0;
      if (largest > 0) {
        do offset = (this.#word() & mask) >>> 0; while (offset > largest);
      }
      out[i] = low + offset;
    }
    return out;
  }

  /** Fills `out` with standard normal numbers, as `RandomState.standard_normal` or `randn`. */
  fillNormal(out: Float64Array): Float64Array {
    const length = out.length;
    let i = 0;
    if (this.#hasNormal && length > 0) {
      out[i++] = this.#waitingNormal;
      this.#hasNormal = false;
      this.#waitingNormal = 0;
    }
    const words = this.#words;
    let position = this.#position;
    while (i < length) {
      let x1: number, x2: number, squared: number;
      do {
        if (position + 4 > KEY_LENGTH) {
          this.#position = position;
          x1 = 2 * this.#double() - 1;
          x2 = 2 * this.#double() - 1;
          position = this.#position;
        } else {
          x1 = 2 * toDouble(words[position], words[position + 1]) - 1;
          x2 = 2 * toDouble(words[position + 2], words[position + 3]) - 1;
          position += 4;
        }
        squared = x1 * x1 + x2 * x2;
      } while (squared >= 1 || squared === 0);
      const factor = Math.sqrt(-2 * Math.log(squared) / squared);
      out[i++] = factor * x2;
      if (i < length) {
        out[i++] = factor * x1;
      } else {
        this.#hasNormal = true;
        this.#waitingNormal = factor * x1;
      }
    }
    this.#position = position;
    return out;
  }

  /** Moves on as if `count` uniform numbers had been drawn. */
  skipUniform(count: number): void {
    requireCount("skipUniform", count);
    for (let left = 2 * count; left > 0;) {
      if (this.#position === KEY_LENGTH) this.#regenerate();
      const step = Math.min(left, KEY_LENGTH - this.#position);
      this.#position += step;
      left -= step;
    }
  }

  /** Moves on as if `count` normal numbers had been drawn, without computing those that nobody needs. */
  skipNormal(count: number): void {
    requireCount("skipNormal", count);
    if (count === 0) return;
    // The waiting normal and all whole pairs go unseen; an odd last one is drawn so that its twin waits.
    let left = this.#hasNormal ? count - 1 : count;
    this.#hasNormal = false;
    this.#waitingNormal = 0;
    const words = this.#words;
    let position = this.#position;
    for (; left >= 2; left -= 2) {
      let squared: number;
      do {
        let x1: number, x2: number;
        if (position + 4 > KEY_LENGTH) {
          this.#position = position;
          x1 = 2 * this.#double() - 1;
          x2 = 2 * this.#double() - 1;
          position = this.#position;
        } else {
          x1 = 2 * toDouble(words[position], words[position + 1]) - 1;
          x2 = 2 * toDouble(words[position + 2], words[position + 3]) - 1;
          position += 4;
        }
        squared = x1 * x1 + x2 * x2;
      } while (squared >= 1 || squared === 0);
    }
    this.#position = position;
    if (left === 1) this.fillNormal(new Float64Array(1));
  }

  #word(): number {
    if (this.#position === KEY_LENGTH) this.#regenerate();
    return this.#words[this.#position++];
  }

  #double(): number {
    const high = this.#word();
    return toDouble(high, this.#word());
  }

  #regenerate(): void {
    advance(this.#key);
    temper(this.#key, this.#words);
    this.#position = 0;
  }
}

function toDouble(high: number, low: number): number {
  // Dividing by a power of two is exact, so multiplying by its inverse gives the same bits.
  return ((high >>> 5) * 67108864 + (low >>> 6)) * (1 / 9007199254740992);
}

/** The recurrence of MT19937 over the whole key. */
function advance(key: Int32Array): void {
  const split = KEY_LENGTH - SHIFT;
  for (let i = 0; i < split; i++) key[i] = key[i + SHIFT] ^ twist(key[i], key[i + 1]);
  for (let i = split; i < KEY_LENGTH - 1; i++) key[i] = key[i - split] ^ twist(key[i], key[i + 1]);
  key[KEY_LENGTH - 1] = key[SHIFT - 1] ^ twist(key[KEY_LENGTH - 1], key[0]);
}

function twist(upper: number, lower: number): number {
  const word = (upper & 0x80000000) | (lower & 0x7fffffff);
  return (word >>> 1) ^ (-(lower & 1) & 0x9908b0df);
}

function temper(key: Int32Array, words: Uint32Array): void {
  for (let i = 0; i < KEY_LENGTH; i++) {
    let word = key[i];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    words[i] = word ^ (word >>> 18);
  }
}

function requireCount(who: string, count: number): void {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`${who}() got count ${count}; it takes a whole number from 0 up`);
  }
}
