// Plans: for every member of a graph, whether its result is known (hit), missing (run), or not yet decidable
// because something it reads is missing (maybe). A graph that waits for tables grows by those that are known.
// Leaves out: how a verdict is found (verdicts.ts), why a member runs (why.ts) and when (lib/scheduler).

import type { ActionKey, Digest } from "../core/digest.ts";
import type { Manifest } from "../core/manifest.ts";
import { type Continuing, continuing } from "./continuing.ts";
import type { Graph } from "./graph.ts";
import type { ResultStore } from "./known_results.ts";
import type { KeyDeps, KeyedAction, Keys } from "./keys.ts";
import { type Part, partOf } from "./part.ts";
import { plannedArtifact, Verdicts } from "./verdicts.ts";
import { growBy, readTables, type RefusedTable } from "./wanted_tables.ts";

/** What a plan needs besides the graph. */
export interface PlanDeps extends KeyDeps {
  readonly store: ResultStore;
  /** Globs of members that run although their results are known. */
  readonly force?: readonly string[];
  /** Globs of the members that are wanted; with what they need, nothing else is planned. */
  readonly only?: readonly string[];
}

/** What is known of one member before anything runs. */
export type PlanEntry =
  | {
    readonly verdict: "hit";
    /** The key under which the result is stored. */
    readonly key: ActionKey;
    readonly manifest: Manifest;
    /** Its own action, if the result was found by what the task of another one looked at. */
    readonly traced?: KeyedAction;
  }
  | {
    readonly verdict: "run";
    /**
     * `missing`: no result under its key; `forced`: asked for; `uncached`: it has no key; `recompute`: its result is
     * known, but the bytes are gone and somebody needs them.
     */
    readonly because: "missing" | "forced" | "uncached" | "recompute";
    /** Absent if `uncached`. */
    readonly keyed?: KeyedAction;
    /** Why it has no key: "caching off: …". */
    readonly note?: string;
    /** Index of an earlier member with the same key: the work is done once. */
    readonly sameAs?: number;
    /** The known result, if `recompute`. */
    readonly recorded?: Manifest;
  }
  | { readonly verdict: "maybe" }
  | { readonly verdict: "left-out" };

/** How many members have each verdict; `stages` counts those not left out. */
export interface PlanCounts {
  readonly stages: number;
  readonly hit: number;
  readonly run: number;
  readonly maybe: number;
}

/** A planned graph. */
export interface Plan {
  /** The graph given, grown by the tables that are known. */
  readonly graph: Graph;
  /** One per member, in the graph's order. */
  readonly entries: readonly PlanEntry[];
  readonly counts: PlanCounts;
  readonly keys: Keys;
  /** Flags of the members that were forced. */
  readonly forced: Uint8Array;
  /** Flags of the members that `only` means; absent if all are wanted. */
  readonly selected?: Uint8Array;
  /** Globs of `force` and `only` that mean no member. */
  readonly unmatched: readonly string[];
  /** Known tables that `foreach` cannot use. */
  readonly refused: readonly RefusedTable[];
  /** By index: states that members which run may go on from. Absent if there are none. */
  readonly continuing?: ReadonlyMap<number, Continuing>;
}

/**
 * Plans a graph. Reads the closures, the input files, the store's index and known tables; runs nothing.
 *
 * @example
 * ```ts
 * import { plan } from "#lib/workflow/plan.ts";
 * import { fakeDeps, fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const graph = fakeGraph([{ id: "a" }, { id: "b", from: ["a"] }]);
 * const { entries } = await plan(graph, { ...fakeDeps(), store: { lookup: () => undefined } });
 * assertEquals(entries.map((entry) => entry.verdict), ["run", "maybe"]);
 * ```
 */
export async function plan(graph: Graph, deps: PlanDeps): Promise<Plan> {
  const verdicts = await Verdicts.of(graph, deps);
  const refused: RefusedTable[] = [];
  const asked = new Set<string>();
  for (;;) {
    const known = (verdicts.graph.growing?.wants ?? []).flatMap((wanted) => {
      const entry = verdicts.entries[wanted.from];
      if (entry.verdict !== "hit" || asked.has(`${wanted.from} ${wanted.output}`)) return [];
      asked.add(`${wanted.from} ${wanted.output}`);
      return [{ wanted, manifest: entry.manifest }];
    });
    const read = await readTables(deps.store, known);
    const { tables } = read;
    refused.push(...read.refused);
    if (tables.length === 0) break;
    const grown = await growBy(verdicts.graph, tables);
    refused.push(...grown.refused);
    if (grown.graph !== verdicts.graph) await verdicts.grow(grown.graph);
  }
  const { entries, keys, forced, selected, unmatched } = verdicts;
  const states = await continuing(verdicts.graph.members, entries, deps.store);
  return {
    graph: verdicts.graph,
    entries,
    counts: verdicts.counts(),
    keys,
    forced,
    ...(selected === undefined ? {} : { selected }),
    unmatched,
    refused,
    ...(states.size === 0 ? {} : { continuing: states }),
  };
}

/**
 * The members that a `maybe` waits for: those it reads whose own results are not known, without repeats.
 *
 * @example
 * ```ts
 * import { plan, waitsFor } from "#lib/workflow/plan.ts";
 * import { fakeDeps, fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const graph = fakeGraph([{ id: "a" }, { id: "b", from: ["a"] }]);
 * const planned = await plan(graph, { ...fakeDeps(), store: { lookup: () => undefined } });
 * assertEquals(waitsFor(planned, 1), [0]);
 * ```
 */
export function waitsFor(plan: Plan, index: number): readonly number[] {
  const found = new Set<number>();
  for (const port of Object.values(plan.graph.members[index].inputs)) {
    for (const source of port.sources) {
      if ("from" in source && plan.entries[source.from].verdict !== "hit") found.add(source.from);
    }
  }
  return [...found];
}

/**
 * The digest of an output, or of a part of it, where the plan knows it.
 *
 * @example
 * ```ts
 * import { plannedDigest } from "#lib/workflow/plan.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(plannedDigest({ verdict: "maybe" }, "table"), undefined);
 * ```
 */
export function plannedDigest(entry: PlanEntry, output: string, part?: Part): Digest | undefined {
  const artifact = plannedArtifact(entry, output);
  if (artifact === undefined || part === undefined) return artifact?.digest;
  return partOf(artifact, part).digest;
}
