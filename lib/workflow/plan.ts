// Plans: for every member of a graph, whether its result is known (hit), missing (run), or not yet decidable
// because something it reads is missing (maybe). One pass in topological order over integers, no recursion.
// Leaves out: why a member runs (why.ts) and when (lib/scheduler).

import type { ActionKey, Digest } from "../core/digest.ts";
import type { Manifest } from "../core/manifest.ts";
import type { Store } from "../core/store.ts";
import type { Graph } from "./graph.ts";
import { type KeyDeps, type KeyedAction, type Keys, prepareKeys } from "./keys.ts";
import { addAncestors, selectMembers } from "./selection.ts";

/** What a plan needs besides the graph. */
export interface PlanDeps extends KeyDeps {
  readonly store: Pick<Store, "lookup">;
  /** Globs of members that run although their results are known. */
  readonly force?: readonly string[];
  /** Globs of the members that are wanted; with what they need, nothing else is planned. */
  readonly only?: readonly string[];
}

/** What is known of one member before anything runs. */
export type PlanEntry =
  | { readonly verdict: "hit"; readonly key: ActionKey; readonly manifest: Manifest }
  | {
    readonly verdict: "run";
    /** `missing`: no result under its key; `forced`: asked for; `uncached`: it has no key. */
    readonly because: "missing" | "forced" | "uncached";
    /** Absent if `uncached`. */
    readonly keyed?: KeyedAction;
    /** Why it has no key: "caching off: …". */
    readonly note?: string;
    /** Index of an earlier member with the same key: the work is done once. */
    readonly sameAs?: number;
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
  readonly graph: Graph;
  /** One per member, in the graph's order. */
  readonly entries: readonly PlanEntry[];
  readonly counts: PlanCounts;
  readonly keys: Keys;
  /** Flags of the members that were forced. */
  readonly forced: Uint8Array;
  /** Globs of `force` and `only` that mean no member. */
  readonly unmatched: readonly string[];
}

/**
 * Plans a graph. Reads the closures, the input files and the store's index; runs nothing.
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
  const { members } = graph;
  const force = selectMembers(members, deps.force ?? []);
  const only = deps.only === undefined ? undefined : selectMembers(members, deps.only);
  const wanted = only && addAncestors(members, only.selected);
  const keys = await prepareKeys(members, deps, wanted);
  const entries: PlanEntry[] = new Array(members.length);
  const digestOf = (index: number, output: string) => plannedDigest(entries[index], output);
  const firstWith = new Map<ActionKey, number>();
  const counts = { stages: 0, hit: 0, run: 0, maybe: 0 };

  for (let i = 0; i < members.length; i++) {
    if (wanted && wanted[i] === 0) {
      entries[i] = leftOut;
      continue;
    }
    const entry = verdictOf(i);
    entries[i] = entry;
    counts.stages++;
    if (entry.verdict !== "left-out") counts[entry.verdict]++;
  }
  const unmatched = [...force.unmatched, ...only?.unmatched ?? []];
  return { graph, entries, counts, keys, forced: force.selected, unmatched };

  function verdictOf(index: number): PlanEntry {
    const keyed = keys.keyed(index, digestOf);
    if (keyed === undefined) return maybe;
    if (!keyed.ok) {
      return { verdict: "run", because: "uncached", note: `caching off: ${keyed.error}` };
    }
    const { key } = keyed.value;
    if (force.selected[index] === 0) {
      const manifest = deps.store.lookup(key);
      if (manifest !== undefined) return { verdict: "hit", key, manifest };
    }
    const sameAs = firstWith.get(key);
    if (sameAs === undefined) firstWith.set(key, index);
    return {
      verdict: "run",
      because: force.selected[index] === 0 ? "missing" : "forced",
      keyed: keyed.value,
      ...(sameAs === undefined ? {} : { sameAs }),
    };
  }
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
 * The digest of an output where the plan knows it.
 *
 * @example
 * ```ts
 * import { plannedDigest } from "#lib/workflow/plan.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(plannedDigest({ verdict: "maybe" }, "table"), undefined);
 * ```
 */
export function plannedDigest(entry: PlanEntry, output: string): Digest | undefined {
  return entry.verdict === "hit" ? entry.manifest.outputs[output]?.digest : undefined;
}

const maybe: PlanEntry = { verdict: "maybe" };
const leftOut: PlanEntry = { verdict: "left-out" };
