// What the machine has to give: places (how many members are worked on at a time), cores, memory, and named slots that
// are handed over by index. Never more than there is, and no index to two at a time. A member that waits for another
// process to finish the same work steps aside, so that what it was given does other work meanwhile.

import type { Grant } from "../core/executor.ts";
import type { Resources } from "../workflow/graph.ts";

/** What there is. */
export interface Budget {
  /** Members worked on at a time. */
  readonly places: number;
  readonly cpus: number;
  /** Bytes; absent: memory is not counted. */
  readonly memory?: number;
  readonly slots: Readonly<Record<string, readonly number[]>>;
}

/** What is asked for, and which slots will not do if there are others. */
export interface Request extends Resources {
  readonly avoid?: Readonly<Record<string, readonly number[]>>;
}

const maxAside = 64;

/**
 * A budget and what is left of it.
 *
 * @example
 * ```ts
 * import { Pool } from "#lib/scheduler/pool.ts";
 * import { assertEquals } from "@std/assert";
 * const pool = new Pool({ places: 4, cpus: 4, slots: { gpu: [0, 1] } });
 * const request = { cpu: 1, slots: { gpu: 1 } };
 * assertEquals(pool.enter(request)?.slots, { gpu: [0] });
 * assertEquals(pool.enter(request)?.slots, { gpu: [1] });
 * assertEquals(pool.enter(request), undefined);
 * ```
 */
export class Pool {
  readonly #budget: Budget;
  #places: number;
  #cpus: number;
  #memory: number;
  /** Free indexes, ascending. */
  readonly #slots = new Map<string, number[]>();
  #aside = 0;
  readonly #comingBack: { request: Request; take: (grant: Grant) => void }[] = [];
  readonly #numbers: number[];

  constructor(budget: Budget) {
    this.#budget = budget;
    this.#places = budget.places;
    this.#cpus = budget.cpus;
    this.#memory = budget.memory ?? Infinity;
    for (const [name, indexes] of Object.entries(budget.slots)) {
      this.#slots.set(name, [...new Set(indexes)].sort((a, b) => a - b));
    }
    this.#numbers = Array.from({ length: budget.places }, (_, i) => budget.places - 1 - i);
  }

  /** What of a request is more than there is at all; `undefined` if it can be met. */
  shortage({ cpu, memory, slots }: Resources): string | undefined {
    const { cpus, memory: bytes, slots: named } = this.#budget;
    if (cpu > cpus) return `${cpu} cores, and ${cpus} may be used here`;
    if (memory !== undefined && bytes !== undefined && memory > bytes) {
      return `${sizeText(memory)} of memory, and ${sizeText(bytes)} may be used here`;
    }
    for (const [name, count] of Object.entries(slots)) {
      const there = new Set(named[name]).size;
      if (count > there) {
        return `${count} of ${name}, and there ${there === 1 ? "is" : "are"} ${there}`;
      }
    }
    return undefined;
  }

  /** Whether anything can be taken at all. */
  get isOpen(): boolean {
    return this.#places > 0 && this.#cpus > 0 && this.#aside < maxAside &&
      this.#comingBack.length === 0;
  }

  /**
   * Takes what is asked for, if it is there.
   *
   * @param held somebody who goes first and cannot be met yet: of what is short for it nothing is taken, of the rest
   *   as much is left as it needs.
   */
  enter(request: Request, held?: Request): Grant | undefined {
    if (!this.isOpen || !this.#fits(request, held)) return undefined;
    return this.#take(request);
  }

  /** How many that ask for this could be in at a time, if nobody else were. */
  capacity({ cpu, memory = 0, slots }: Request): number {
    const { places, cpus, memory: bytes = Infinity, slots: named } = this.#budget;
    let num = Math.min(places, Math.floor(cpus / cpu));
    if (memory > 0) num = Math.min(num, Math.floor(bytes / memory));
    for (const name in slots) {
      if (slots[name] === 0) continue;
      num = Math.min(num, Math.floor(new Set(named[name]).size / slots[name]));
    }
    return Math.max(1, num);
  }

  /**
   * Takes memory for so many further members of a batch, or for as many as there is memory for.
   *
   * @param held as in {@link Pool.enter}.
   * @returns the larger grant, and for how many it is enough.
   */
  widen(
    grant: Grant,
    { memory = 0 }: Request,
    num: number,
    held?: Request,
  ): { readonly grant: Grant; readonly num: number } {
    if (memory === 0) return { grant, num };
    const fit = Math.min(num, Math.floor(left(this.#memory, held?.memory) / memory));
    this.#memory -= fit * memory;
    return { grant: { ...grant, memory: (grant.memory ?? 0) + fit * memory }, num: fit };
  }

  /** Gives back for good. */
  leave(grant: Grant): void {
    this.#give(grant);
    for (let next = this.#comingBack[0]; next !== undefined; next = this.#comingBack[0]) {
      if (!this.#fits(next.request)) break;
      this.#comingBack.shift();
      next.take(this.#take(next.request));
    }
  }

  /** Gives back for now. */
  stepAside(grant: Grant): void {
    this.#aside++;
    this.leave(grant);
  }

  /** Waits for the same again, before all who have not been in yet. */
  comeBack(request: Request): Promise<Grant> {
    this.#aside--;
    if (this.#comingBack.length === 0 && this.#fits(request)) {
      return Promise.resolve(this.#take(request));
    }
    return new Promise((take) => this.#comingBack.push({ request, take }));
  }

  /** The least worker number that is free; for those who are in. */
  takeNumber(): number {
    return this.#numbers.pop()!;
  }

  /** Returns a worker number. */
  returnNumber(number: number): void {
    insert(this.#numbers, number, (a, b) => b - a);
  }

  /** How many slots of a name are not among these. */
  numOthers(name: string, avoid: readonly number[]): number {
    return new Set(this.#budget.slots[name]?.filter((index) => !avoid.includes(index))).size;
  }

  #fits(request: Request, held?: Request): boolean {
    const { cpu, memory = 0, slots } = request;
    if (this.#places < 1 || cpu > left(this.#cpus, held?.cpu)) return false;
    if (memory > 0 && memory > left(this.#memory, held?.memory)) return false;
    for (const name in slots) {
      if (slots[name] === 0) continue;
      const free = this.#usable(name, request).length;
      if (slots[name] > left(free, held?.slots[name])) return false;
    }
    return true;
  }

  /** Free indexes; without those to avoid, if the machine has enough others. */
  #usable(name: string, { slots, avoid }: Request): readonly number[] {
    const free = this.#slots.get(name) ?? [];
    const bad = avoid?.[name];
    if (bad === undefined || this.numOthers(name, bad) < slots[name]) return free;
    return free.filter((index) => !bad.includes(index));
  }

  #take(request: Request): Grant {
    const { cpu, memory, slots } = request;
    this.#places--;
    this.#cpus -= cpu;
    this.#memory -= memory ?? 0;
    const given: Record<string, readonly number[]> = {};
    for (const name in slots) {
      const taken = given[name] = this.#usable(name, request).slice(0, slots[name]);
      const rest = this.#slots.get(name)?.filter((index) => !taken.includes(index));
      if (rest !== undefined) this.#slots.set(name, rest);
    }
    return { cpu, slots: given, ...(memory === undefined ? {} : { memory }) };
  }

  #give({ cpu, memory, slots }: Grant): void {
    this.#places++;
    this.#cpus += cpu;
    this.#memory += memory ?? 0;
    for (const name in slots) {
      for (const index of slots[name]) insert(this.#slots.get(name)!, index, (a, b) => a - b);
    }
  }
}

/** What may be taken of something while somebody who needs some of it goes first. */
function left(free: number, held: number | undefined): number {
  if (held === undefined || held === 0) return free;
  return free < held ? 0 : free - held;
}

function insert(sorted: number[], item: number, compare: (a: number, b: number) => number): void {
  let i = sorted.length;
  sorted.push(item);
  for (; i > 0 && compare(sorted[i - 1], item) > 0; i--) sorted[i] = sorted[i - 1];
  sorted[i] = item;
}

function sizeText(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let at = 0;
  let size = bytes;
  for (; size >= 1000 && at < units.length - 1; at++) size /= 1000;
  return `${Number(size.toPrecision(3))} ${units[at]}`;
}
