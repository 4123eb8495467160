// How many dispatches go into one submit: enough that submits cost little, few enough that none keeps the device for
// long, because drivers take a device away from who holds it for seconds. Learns from what waiting took.
// Decides when work is handed over, never what it computes.

/** Dispatches in one submit at most. */
const mostDispatches = 64;
/** Milliseconds of work in one submit, as far as can be told. */
const mostMs = 100;
/** What waiting takes even if nothing is to be done: Deno looks every 10 ms. */
const floorMs = 12;

/** Paces the submits of one device. */
export class Pace {
  readonly #now: (() => number) | undefined;
  #line = 0;
  #sinceIdle = 0;
  #busySince: number | undefined;
  #msEach = 0;

  /** @param now milliseconds; without a clock, submits are paced by their dispatches alone. */
  constructor(now?: () => number) {
    this.#now = now;
  }

  /** One more dispatch is in line; whether to submit now. */
  add(): boolean {
    this.#line++;
    return this.#line >= mostDispatches || this.#line * this.#msEach >= mostMs;
  }

  /** What was in line was submitted. */
  submitted(): void {
    this.#sinceIdle += this.#line;
    this.#line = 0;
    this.#busySince ??= this.#now?.();
  }

  /** All that was submitted is done. */
  idle(): void {
    if (this.#now !== undefined && this.#busySince !== undefined && this.#sinceIdle > 0) {
      const ms = Math.max(0, this.#now() - this.#busySince - floorMs);
      this.#msEach = ms / this.#sinceIdle;
    }
    this.#busySince = undefined;
    this.#sinceIdle = 0;
  }
}
