// Where every member stands, and what follows when one is done or fails: integers and loops, no recursion. A graph
// may grow: members keep their places, more follow. Leaves out keys, results and events (run.ts).

import type { RunTotals } from "../core/event.ts";
import type { StageMember } from "../workflow/graph.ts";
import { type Adjacency, adjacencyOf } from "./adjacency.ts";

/** Where a member can stand. */
export const status = {
  leftOut: 0,
  waiting: 1,
  ready: 2,
  hit: 3,
  ran: 4,
  failed: 5,
  skipped: 6,
} as const;

/** What standing needs of a member. */
export type Placed = Pick<StageMember, "inputs"> & Partial<Pick<StageMember, "replaced">>;

/** A new member that needs what has failed already. */
export interface Hopeless {
  readonly index: number;
  readonly because: number;
}

/** A value of {@link status}. */
export type Status = typeof status[keyof typeof status];

/**
 * The members of one run.
 *
 * @example
 * ```ts
 * import { Standing, status } from "#lib/scheduler/standing.ts";
 * import { fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const graph = fakeGraph([{ id: "a" }, { id: "b", from: ["a"] }]);
 * const standing = new Standing(graph.members);
 * assertEquals(standing.begin(() => "waiting"), [0]);
 * standing.set(0, status.ran);
 * assertEquals(standing.release(0), [1]);
 * assertEquals(standing.totals().ran, 1);
 * ```
 */
export class Standing {
  #members: readonly Placed[];
  #edges: Adjacency;
  #status: Uint8Array;
  /** How many things a waiting member waits for: producers, or bytes that are being made again. */
  #waitsFor: Int32Array;
  /** Whose readers have been told that it is done, or that there will be nothing. */
  #released: Uint8Array;

  constructor(members: readonly Placed[]) {
    this.#members = members;
    this.#edges = adjacencyOf(members);
    this.#status = new Uint8Array(members.length);
    this.#waitsFor = this.#edges.numProducers.slice();
    this.#released = new Uint8Array(members.length);
  }

  /** Who reads whom. */
  get edges(): Adjacency {
    return this.#edges;
  }

  /**
   * The graph has grown. Members that were replaced are left out, new ones wait, or have no hope.
   *
   * @returns those that wait for nothing, and those that need what failed with what that is.
   */
  grow(
    members: readonly Placed[],
    first: (index: number) => "leftOut" | "waiting" | "hit",
  ): { readonly free: readonly number[]; readonly hopeless: readonly Hopeless[] } {
    const before = this.#members.length;
    this.#members = members;
    const { numProducers, start, readers } = this.#edges = adjacencyOf(members);
    this.#status = extended(this.#status, new Uint8Array(members.length));
    this.#released = extended(this.#released, new Uint8Array(members.length));
    this.#waitsFor = extended(this.#waitsFor, numProducers.slice());
    for (let i = 0; i < before; i++) {
      if (members[i].replaced === true) this.#status[i] = status.leftOut;
      else if (this.#status[i] === status.leftOut && first(i) !== "leftOut") {
        // Left out before, and needed by what is new.
        this.#status[i] = status[first(i)];
        if (this.#status[i] === status.hit) this.#released[i] = 1;
      }
    }
    for (let i = before; i < members.length; i++) {
      this.#status[i] = status[first(i)];
      if (this.#status[i] === status.hit) this.#released[i] = 1;
    }
    const hopeless: Hopeless[] = [];
    for (let i = 0; i < members.length; i++) {
      if (this.#released[i] === 0) continue;
      const failed = this.#status[i] >= status.failed;
      for (let e = start[i]; e < start[i + 1]; e++) {
        const reader = readers[e];
        if (reader < before) continue;
        this.#waitsFor[reader]--;
        if (failed && this.isWaiting(reader) && this.needs(reader, i)) {
          hopeless.push({ index: reader, because: i });
        }
      }
    }
    const free: number[] = [];
    for (let i = 0; i < members.length; i++) {
      if (this.isWaiting(i) && this.#waitsFor[i] === 0) free.push(i);
    }
    return { free, hopeless };
  }

  /** Sets the first standing of every member. @returns those that wait for nothing. */
  begin(first: (index: number) => "leftOut" | "waiting" | "hit"): readonly number[] {
    const { start, readers, numMembers } = this.#edges;
    for (let i = 0; i < numMembers; i++) {
      this.#status[i] = status[first(i)];
      if (this.#status[i] !== status.hit) continue;
      this.#released[i] = 1;
      for (let e = start[i]; e < start[i + 1]; e++) this.#waitsFor[readers[e]]--;
    }
    const free: number[] = [];
    for (let i = 0; i < numMembers; i++) {
      if (this.isWaiting(i) && this.#waitsFor[i] === 0) free.push(i);
    }
    return free;
  }

  /** Where a member stands. */
  of(index: number): Status {
    return this.#status[index] as Status;
  }

  /** Whether a member waits for its inputs, or has just got them. */
  isWaiting(index: number): boolean {
    return this.#status[index] === status.waiting;
  }

  /** Whether a member has not ended yet. */
  isOpen(index: number): boolean {
    return this.isWaiting(index) || this.#status[index] === status.ready;
  }

  /** Whether any member has not ended yet. */
  anyOpen(): boolean {
    return this.#status.includes(status.waiting) || this.#status.includes(status.ready);
  }

  /** Puts a member somewhere. */
  set(index: number, to: Status): void {
    this.#status[index] = to;
  }

  /** A member was done for the first time: its readers wait for one thing less. @returns those that are free now. */
  release(index: number): readonly number[] {
    if (this.#released[index] === 1) return [];
    this.#released[index] = 1;
    return this.satisfy(this.readersOf(index));
  }

  /** Who reads a member, ascending. */
  readersOf(index: number): Int32Array {
    const { start, readers } = this.#edges;
    return readers.subarray(start[index], start[index + 1]);
  }

  /** Whether a reader can do nothing without a producer, rather than leave it out of a list. */
  needs(reader: number, producer: number): boolean {
    const { inputs } = this.#members[reader];
    for (const name in inputs) {
      if (inputs[name].omitFailed === true) continue;
      for (const source of inputs[name].sources) {
        if ("from" in source && source.from === producer) return true;
      }
    }
    return false;
  }

  /** Whether a member failed or was skipped. */
  isLost(index: number): boolean {
    return this.#status[index] >= status.failed;
  }

  /** The failed and skipped members that a member leaves out of its lists. */
  omittedBy(index: number): readonly number[] {
    const { inputs } = this.#members[index];
    const found = new Set<number>();
    for (const name in inputs) {
      if (inputs[name].omitFailed !== true) continue;
      for (const source of inputs[name].sources) {
        if ("from" in source && this.isLost(source.from)) found.add(source.from);
      }
    }
    return [...found];
  }

  /** Some members wait for one thing less. @returns those that are free now. */
  satisfy(members: Iterable<number>): readonly number[] {
    const free: number[] = [];
    for (const member of members) if (--this.#waitsFor[member] === 0) free.push(member);
    return free;
  }

  /** A member that was ready must wait for so many things after all. */
  waitAgain(index: number, things: number): void {
    this.#status[index] = status.waiting;
    this.#waitsFor[index] = things;
  }

  /**
   * A member will give nothing: skips every waiting member that needs it; those that can do without wait for one
   * thing less.
   */
  skipReaders(
    index: number,
  ): { readonly skipped: readonly number[]; readonly free: readonly number[] } {
    const reached = [index];
    const free: number[] = [];
    for (let k = 0; k < reached.length; k++) {
      const lost = reached[k];
      const wasReleased = this.#released[lost] === 1;
      this.#released[lost] = 1;
      for (const reader of this.readersOf(lost)) {
        if (!this.isWaiting(reader)) continue;
        if (this.needs(reader, lost)) {
          this.#status[reader] = status.skipped;
          reached.push(reader);
        } else if (!wasReleased && --this.#waitsFor[reader] === 0) free.push(reader);
      }
    }
    return { skipped: reached.slice(1), free };
  }

  /** Skips all that has not ended. @returns them. */
  skipRest(): readonly number[] {
    const rest: number[] = [];
    for (let i = 0; i < this.#status.length; i++) {
      if (!this.isOpen(i)) continue;
      this.#status[i] = status.skipped;
      rest.push(i);
    }
    return rest;
  }

  /** How many stand where. */
  totals(): RunTotals {
    const counts = new Int32Array(status.skipped + 1);
    for (const at of this.#status) counts[at]++;
    return {
      stages: this.#status.length - counts[status.leftOut],
      ran: counts[status.ran],
      hit: counts[status.hit],
      failed: counts[status.failed],
      skipped: counts[status.skipped],
      fused: 0,
    };
  }
}

function extended<A extends Uint8Array | Int32Array>(old: A, to: A): A {
  to.set(old);
  return to;
}
