// When a graph grows during a run: tables are collected as they become known, and given to the graph together.
// Growing costs time that depends on the whole graph, so it is done at once only if nothing else can run; else at most
// every 50 ms and every twice the time that it took last, so that it never takes more than a third of a run.

import type { Clock } from "../core/disk.ts";
import type { Manifest } from "../core/manifest.ts";
import type { Graph, WantedTable } from "../workflow/graph.ts";
import type { ResultStore } from "../workflow/known_results.ts";
import { growBy, readTables, type RefusedTable } from "../workflow/wanted_tables.ts";

const leastMs = 50;

/** What growing gave. */
export interface Grown {
  readonly graph: Graph;
  readonly refused: readonly RefusedTable[];
  /** Members whose table's bytes are gone and must be made again. */
  readonly gone: readonly WantedTable[];
}

/**
 * The tables that one run waits for.
 *
 * @example
 * ```ts
 * import { Growth } from "#lib/scheduler/growth.ts";
 * import { fakeGraph, realClock } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const growth = new Growth(fakeGraph([{ id: "a" }]), realClock);
 * growth.known(0, { outputs: {} } as never);
 * assertEquals(growth.delay(true), undefined); // the graph waits for nothing
 * ```
 */
export class Growth {
  readonly #clock: Clock;
  /** Wanted outputs by member. */
  #wants = new Map<number, string[]>();
  /** Tables that were given, or given up. */
  readonly #given = new Set<string>();
  #never: WantedTable[] = [];
  #arrived: { readonly wanted: WantedTable; readonly manifest: Manifest }[] = [];
  #lastEnd = -Infinity;
  #lastMs = 0;

  constructor(graph: Graph, clock: Clock) {
    this.#clock = clock;
    this.#expect(graph);
  }

  /** Whether a member makes a table that is waited for. */
  isWanted(index: number): boolean {
    return this.#wants.has(index);
  }

  /** A member has a result. */
  known(index: number, manifest: Manifest): void {
    for (const output of this.#wants.get(index) ?? []) {
      const name = nameOf({ from: index, output });
      if (this.#given.has(name)) continue;
      this.#given.add(name);
      this.#arrived.push({ wanted: { from: index, output }, manifest });
    }
  }

  /** A table will not be known. */
  giveUp(wanted: WantedTable): void {
    this.#given.add(nameOf(wanted));
    this.#never.push(wanted);
  }

  /**
   * Gives up the tables of members that are lost. Lists that do without what failed can go on then.
   *
   * @returns whether there is something to grow by that is no table.
   */
  giveUpLost(isLost: (index: number) => boolean): boolean {
    for (const [from, outputs] of this.#wants) {
      if (!isLost(from)) continue;
      for (const output of outputs) {
        if (!this.#given.has(nameOf({ from, output }))) this.giveUp({ from, output });
      }
    }
    return this.#never.length > 0;
  }

  /** In how many ms to grow; `undefined` if there is nothing to grow by. */
  delay(isIdle: boolean): number | undefined {
    if (this.#arrived.length === 0) return undefined;
    if (isIdle) return 0;
    const pause = Math.max(leastMs, 2 * this.#lastMs);
    return Math.max(0, this.#lastEnd + pause - this.#clock.monotonic());
  }

  /** Grows a graph by all that has arrived. @throws what the store throws. */
  async grow(graph: Graph, store: Pick<ResultStore, "read">): Promise<Grown> {
    const began = this.#clock.monotonic();
    const arrived = this.#arrived;
    const never = this.#never;
    this.#arrived = [];
    this.#never = [];
    const { tables, refused, gone } = await readTables(store, arrived);
    for (const wanted of gone) this.#given.delete(nameOf(wanted));
    const grown = await growBy(graph, tables, never);
    this.#expect(grown.graph);
    this.#lastEnd = this.#clock.monotonic();
    this.#lastMs = this.#lastEnd - began;
    return { graph: grown.graph, refused: [...refused, ...grown.refused], gone };
  }

  #expect({ growing }: Graph): void {
    this.#wants = new Map();
    for (const { from, output } of growing?.wants ?? []) {
      const outputs = this.#wants.get(from);
      if (outputs === undefined) this.#wants.set(from, [output]);
      else outputs.push(output);
    }
  }
}

function nameOf({ from, output }: WantedTable): string {
  return `${from} ${output}`;
}
