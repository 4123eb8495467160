// The verdict on every member of a graph: one pass forward for keys and results, one pass backward for bytes that
// somebody needs and that are gone. Integers and loops, no recursion. A graph that grew is gone over again, for what
// is new or newly wanted only.

import type { ActionKey, Digest } from "../core/digest.ts";
import type { Manifest, StoredArtifact } from "../core/manifest.ts";
import type { Graph } from "./graph.ts";
import { isPresent, knownResult } from "./known_results.ts";
import { type KeyedAction, type Keys, prepareKeys } from "./keys.ts";
import { type Part, partOf } from "./part.ts";
import type { PlanCounts, PlanDeps, PlanEntry } from "./plan.ts";
import { addAncestors, selectMembers } from "./selection.ts";

/**
 * The plan of a graph in the making.
 *
 * @example
 * ```ts ignore
 * const verdicts = await Verdicts.of(graph, deps);
 * await verdicts.grow(grown);
 * ```
 */
export class Verdicts {
  graph: Graph;
  keys!: Keys;
  /** One per member; absent where not gone over yet. */
  entries: PlanEntry[] = [];
  forced: Uint8Array = new Uint8Array(0);
  /** Flags of what is wanted for its own sake, where that was said. */
  selected: Uint8Array | undefined;
  unmatched: readonly string[] = [];
  readonly #deps: PlanDeps;
  readonly #firstWith = new Map<ActionKey, number>();
  #wanted: Uint8Array | undefined;

  private constructor(graph: Graph, deps: PlanDeps) {
    this.graph = graph;
    this.#deps = deps;
  }

  /** Goes over a graph. */
  static async of(graph: Graph, deps: PlanDeps): Promise<Verdicts> {
    const verdicts = new Verdicts(graph, deps);
    await verdicts.grow(graph);
    return verdicts;
  }

  /** Goes over what is new in a graph that grew out of the last one. */
  async grow(graph: Graph): Promise<void> {
    const { members } = this.graph = graph;
    const { force = [], only } = this.#deps;
    const forced = selectMembers(members, force);
    this.forced = forced.selected;
    const chosen = only === undefined ? undefined : selectMembers(members, only);
    this.selected = chosen?.selected;
    this.unmatched = [...forced.unmatched, ...chosen?.unmatched ?? []];
    this.#wanted = chosen && addAncestors(members, chosen.selected.slice());
    if (this.keys === undefined) {
      this.keys = await prepareKeys(members, this.#deps, this.#wanted);
    } else await this.keys.extend(members, this.#wanted);
    for (let i = 0; i < members.length; i++) {
      if (members[i].replaced === true || this.#wanted?.[i] === 0) this.entries[i] = leftOut;
      else if (this.entries[i] === undefined || this.entries[i] === leftOut) {
        this.entries[i] = this.#verdictOn(i);
      }
    }
    this.#recompute();
  }

  /** How many members have each verdict. */
  counts(): PlanCounts {
    const counts = { stages: 0, hit: 0, run: 0, maybe: 0 };
    for (const { verdict } of this.entries) {
      if (verdict === "left-out") continue;
      counts.stages++;
      counts[verdict]++;
    }
    return counts;
  }

  #verdictOn(index: number): PlanEntry {
    const member = this.graph.members[index];
    if (member.pending === true) return maybe;
    const keyed = this.keys.keyed(index, this.#digestOf);
    if (keyed === undefined) return maybe;
    if (!keyed.ok) {
      return { verdict: "run", because: "uncached", note: `caching off: ${keyed.error}` };
    }
    const because = this.forced[index] === 0 ? "missing" : "forced";
    if (because === "missing") {
      const known = knownResult(this.#deps.store, keyed.value, member, this.#artifactOf);
      if (known !== undefined) {
        const { manifest, traced } = known;
        const { key } = manifest;
        return { verdict: "hit", key, manifest, ...(traced ? { traced: keyed.value } : {}) };
      }
    }
    return this.#run(index, keyed.value, because);
  }

  #run(
    index: number,
    keyed: KeyedAction,
    because: "missing" | "forced" | "recompute",
    recorded?: Manifest,
  ): PlanEntry {
    const first = this.#firstWith.get(keyed.key);
    const isFirst = first === undefined || first === index;
    if (isFirst) this.#firstWith.set(keyed.key, index);
    return {
      verdict: "run",
      because,
      keyed,
      ...(isFirst ? {} : { sameAs: first }),
      ...(recorded === undefined ? {} : { recorded }),
    };
  }

  /** Turns hits whose bytes are needed and gone into runs. Latest first, so that what those read is looked at too. */
  #recompute(): void {
    const { graph, entries } = this;
    const { members, growing } = graph;
    const needed = new Uint8Array(members.length);
    const read = new Uint8Array(members.length);
    for (const { from } of growing?.wants ?? []) needed[from] = 1;
    for (let i = members.length - 1; i >= 0; i--) {
      let entry = entries[i];
      if (entry.verdict === "left-out") continue;
      const { inputs, keep } = members[i];
      if (entry.verdict === "hit") {
        const isEnd = this.selected === undefined
          ? read[i] === 0 && keep === undefined
          : this.selected[i] === 1;
        if ((needed[i] === 1 || isEnd) && !isPresent(this.#deps.store, entry.manifest)) {
          // Made anew rather than read from the manifest, which need not be readable.
          const keyed = this.keys.keyed(i, this.#digestOf);
          if (keyed?.ok) {
            entry = entries[i] = this.#run(i, keyed.value, "recompute", entry.manifest);
          }
        }
      }
      const reads = entry.verdict === "run" && entry.because !== "uncached" &&
        entry.sameAs === undefined;
      for (const name in inputs) {
        for (const source of inputs[name].sources) {
          if (!("from" in source)) continue;
          read[source.from] = 1;
          if (reads) needed[source.from] = 1;
        }
      }
    }
  }

  readonly #artifactOf = (index: number, output: string): StoredArtifact | undefined =>
    plannedArtifact(this.entries[index], output);

  readonly #digestOf = (index: number, output: string, part?: Part): Digest | undefined => {
    const artifact = plannedArtifact(this.entries[index], output);
    return artifact === undefined || part === undefined
      ? artifact?.digest
      : partOf(artifact, part).digest;
  };
}

/**
 * An output where the plan knows it, its bytes being there or not.
 *
 * @example
 * ```ts
 * import { plannedArtifact } from "#lib/workflow/verdicts.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(plannedArtifact({ verdict: "maybe" }, "table"), undefined);
 * ```
 */
export function plannedArtifact(entry: PlanEntry, output: string): StoredArtifact | undefined {
  if (entry.verdict === "hit") return entry.manifest.outputs[output];
  return entry.verdict === "run" ? entry.recorded?.outputs[output] : undefined;
}

const maybe: PlanEntry = { verdict: "maybe" };
const leftOut: PlanEntry = { verdict: "left-out" };
