// Where every member stands, and what follows when one is done or fails: integers and loops, no recursion.
// Leaves out keys, results and events (run.ts).

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
  readonly edges: Adjacency;
  readonly #status: Uint8Array;
  /** How many things a waiting member waits for: producers, or bytes that are being made again. */
  readonly #waitsFor: Int32Array;
  /** Whose readers have been told that it is done. */
  readonly #released: Uint8Array;

  constructor(members: readonly Pick<StageMember, "inputs">[]) {
    this.edges = adjacencyOf(members);
    this.#status = new Uint8Array(members.length);
    this.#waitsFor = this.edges.numProducers.slice();
    this.#released = new Uint8Array(members.length);
  }

  /** Sets the first standing of every member. @returns those that wait for nothing. */
  begin(first: (index: number) => "leftOut" | "waiting" | "hit"): readonly number[] {
    const { start, readers, numMembers } = this.edges;
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

  /** Puts a member somewhere. */
  set(index: number, to: Status): void {
    this.#status[index] = to;
  }

  /** A member was done for the first time: its readers wait for one thing less. @returns those that are free now. */
  release(index: number): readonly number[] {
    if (this.#released[index] === 1) return [];
    this.#released[index] = 1;
    const { start, readers } = this.edges;
    return this.satisfy(readers.subarray(start[index], start[index + 1]));
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

  /** Skips every waiting member that needs this one. @returns them. */
  skipReaders(index: number): readonly number[] {
    const { start, readers } = this.edges;
    const reached = [index];
    for (let k = 0; k < reached.length; k++) {
      for (let e = start[reached[k]]; e < start[reached[k] + 1]; e++) {
        if (!this.isWaiting(readers[e])) continue;
        this.#status[readers[e]] = status.skipped;
        reached.push(readers[e]);
      }
    }
    return reached.slice(1);
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
