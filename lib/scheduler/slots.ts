// How many members are worked on at a time, and which worker number each shows. A member that waits for another
// process to finish the same work steps aside, so that its slot does other work meanwhile.

const maxAside = 64;

/**
 * A fixed number of places.
 *
 * @example
 * ```ts
 * import { Slots } from "#lib/scheduler/slots.ts";
 * import { assertEquals } from "@std/assert";
 * const slots = new Slots(1);
 * assertEquals([slots.enter(), slots.enter()], [true, false]);
 * slots.stepAside();
 * assertEquals(slots.enter(), true);
 * slots.leave();
 * await slots.comeBack();
 * ```
 */
export class Slots {
  readonly #total: number;
  #engaged = 0;
  #aside = 0;
  readonly #comingBack: (() => void)[] = [];
  readonly #numbers: number[];

  constructor(total: number) {
    this.#total = total;
    this.#numbers = Array.from({ length: total }, (_, i) => total - 1 - i);
  }

  /** Takes a place if there is one. */
  enter(): boolean {
    if (this.#engaged >= this.#total || this.#comingBack.length > 0) return false;
    this.#engaged++;
    return true;
  }

  /** Gives the place up for now; false if too many have done so already. */
  stepAside(): boolean {
    if (this.#aside >= maxAside) return false;
    this.#aside++;
    this.leave();
    return true;
  }

  /** Waits for a place again, before all who have not been in yet. */
  async comeBack(): Promise<void> {
    this.#aside--;
    if (this.#engaged < this.#total) this.#engaged++;
    else await new Promise<void>((resolve) => this.#comingBack.push(resolve));
  }

  /** Gives the place up for good. */
  leave(): void {
    const next = this.#comingBack.shift();
    if (next === undefined) this.#engaged--;
    else next();
  }

  /** The least worker number that is free; for those who are in. */
  takeNumber(): number {
    return this.#numbers.pop()!;
  }

  /** Returns a worker number. */
  returnNumber(number: number): void {
    let i = this.#numbers.length;
    this.#numbers.push(number);
    for (; i > 0 && this.#numbers[i - 1] < number; i--) this.#numbers[i] = this.#numbers[i - 1];
    this.#numbers[i] = number;
  }
}
