// Why a member runs, may run or is up to date: the difference of its action to the nearest earlier one, field by
// field, followed through changed inputs to the root causes. Reads manifests; runs nothing.
// Leaves out what can differ between two actions (causes.ts) and the wording (why_text.ts).

import type { Action } from "../core/action.ts";
import type { Digest } from "../core/digest.ts";
import type { Manifest, Provenance } from "../core/manifest.ts";
import { type Cause, causesOf, sourcesOf, unreadCauses } from "./causes.ts";
import type { StageMember } from "./graph.ts";
import { History } from "./history.ts";
import type { ParamPlace } from "./param_place.ts";
import { type Plan, type PlanEntry, plannedDigest } from "./plan.ts";

export type { Cause };

/** One member on the way from the asked one to a cause, and the port through which the next one is read. */
export interface Link {
  readonly stage: string;
  readonly verdict: PlanEntry["verdict"];
  /** Absent on the last link. */
  readonly port?: string;
}

/** A way to one member's own causes. */
export interface Chain {
  readonly links: readonly Link[];
  readonly causes: readonly Cause[];
}

/** The answer to "why". */
export interface Why {
  readonly stage: string;
  readonly verdict: PlanEntry["verdict"];
  /** By which run an up-to-date result was made; for others, with which earlier result this one was compared. */
  readonly earlier?: Provenance;
  readonly chains: readonly Chain[];
  /** In what an up-to-date result differs from the one that was made: all that its task did not look at. */
  readonly unread?: readonly Cause[];
  /** For a `maybe`: the members whose bytes decide. */
  readonly waitsFor: readonly string[];
  /** It stands for members that a table will name, or reads such ones. */
  readonly isPending?: true;
}

/** What an explanation reads. */
export interface WhyDeps {
  /** Latest first; a `History` made before may be shared by several questions. */
  readonly manifests: Iterable<Manifest> | History;
  readonly place?: ParamPlace;
}

/**
 * Explains one member of a plan.
 *
 * @example
 * ```ts
 * import { why } from "#lib/workflow/why.ts";
 * import { plan } from "#lib/workflow/plan.ts";
 * import { fakeDeps, fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const graph = fakeGraph([{ id: "a" }, { id: "b", from: ["a"] }]);
 * const planned = await plan(graph, { ...fakeDeps(), store: { lookup: () => undefined } });
 * const { chains } = why(planned, 1, { manifests: [] });
 * assertEquals(chains[0].links.map(({ stage }) => stage), ["b", "a"]);
 * assertEquals(chains[0].causes, [{ kind: "new" }]);
 * ```
 */
export function why(plan: Plan, index: number, { manifests, place }: WhyDeps): Why {
  const { graph, entries } = plan;
  const entry = entries[index];
  const stage = graph.members[index].id;
  const base = { stage, verdict: entry.verdict, waitsFor: [] };
  if (entry.verdict === "left-out") return { ...base, chains: [] };
  if (entry.verdict === "hit") {
    const { provenance, action } = entry.manifest;
    const unread = entry.traced && unreadCauses(graph.members[index], action, entry.traced.action);
    return {
      ...base,
      earlier: provenance,
      chains: [],
      ...(unread === undefined ? {} : { unread }),
    };
  }
  const history = manifests instanceof History ? manifests : new History(manifests);
  const explainer = new Explainer(plan, history, place);
  const { chains, earlier } = explainer.explain(index);
  const isPending = graph.members[index].pending;
  const waitsFor = entry.verdict === "maybe" ? explainer.undecided(index) : [];
  return {
    ...base,
    ...(isPending === undefined ? {} : { isPending }),
    chains,
    waitsFor,
    ...(earlier === undefined ? {} : { earlier }),
  };
}

const unknownDigest = "sha256:0" as Digest;

/** A member that the search has reached, and the digest of it that used to be read. */
interface Node {
  readonly index: number;
  readonly before: Digest | undefined;
  /** The node that reads it, and through which port. */
  readonly reader?: { readonly node: Node; readonly port: string };
}

/** Breadth first, every member once: the shortest way to each cause, and no recursion. */
class Explainer {
  readonly #plan: Plan;
  readonly #history: History;
  readonly #place: ParamPlace;

  constructor(plan: Plan, history: History, place: ParamPlace | undefined) {
    this.#plan = plan;
    this.#history = history;
    const stages = new Map(plan.graph.stages.map(({ name, at }) => [name, at]));
    this.#place = (member, pointer) => place?.(member, pointer) ?? stages.get(member.stage);
  }

  explain(index: number): { chains: readonly Chain[]; earlier: Provenance | undefined } {
    const chains: Chain[] = [];
    const queue: Node[] = [{ index, before: undefined }];
    const seen = new Set([index]);
    let earlier: Provenance | undefined;
    for (let k = 0; k < queue.length; k++) {
      const node = queue[k];
      const baseline = this.#baseline(node);
      if (k === 0) earlier = baseline?.provenance;
      const { causes, upstream } = this.#compare(node, baseline);
      if (causes.length > 0) chains.push({ links: this.#links(node), causes });
      for (const next of upstream) {
        if (seen.has(next.index)) continue;
        seen.add(next.index);
        queue.push(next);
      }
    }
    return { chains, earlier };
  }

  /** Ids of what a member reads and what is not known yet. */
  undecided(index: number): readonly string[] {
    const { members } = this.#plan.graph;
    const found = new Set<string>();
    for (const { source } of sourcesOf(members[index])) {
      if ("from" in source && this.#plan.entries[source.from].verdict !== "hit") {
        found.add(members[source.from].id);
      }
    }
    return [...found];
  }

  /** The result that a node's member is compared with. */
  #baseline({ index, before }: Node): Manifest | undefined {
    const { graph } = this.#plan;
    const member = graph.members[index];
    const made = before === undefined ? undefined : this.#history.making(before);
    return made?.action.recipe.task === member.task.name
      ? made
      : this.#history.nearest(graph.workflow, member);
  }

  #compare(
    node: Node,
    baseline: Manifest | undefined,
  ): { readonly causes: readonly Cause[]; readonly upstream: readonly Node[] } {
    const entry = this.#plan.entries[node.index];
    if (entry.verdict === "run" && entry.because === "recompute") {
      const reader = this.#runningReader(node.index);
      return {
        causes: [{ kind: "lost", ...(reader === undefined ? {} : { reader }) }],
        upstream: [],
      };
    }
    if (this.#plan.graph.members[node.index].pending === true) {
      const causes = this.#refused(node.index).map((note): Cause => ({ kind: "uncached", note }));
      return { causes, upstream: this.#upstream(node, undefined) };
    }
    if (entry.verdict === "run" && entry.because !== "missing") {
      const { because, note = "" } = entry;
      const cause: Cause = because === "forced" ? { kind: "forced" } : { kind: "uncached", note };
      return { causes: [cause], upstream: [] };
    }
    if (entry.verdict === "run" && this.#history.of(entry.keyed!.key) !== undefined) {
      return { causes: [{ kind: "lost" }], upstream: [] };
    }
    const upstream = this.#upstream(node, baseline);
    if (baseline === undefined) {
      // What waits for something that is missing is explained by that.
      return entry.verdict === "maybe"
        ? { causes: [], upstream }
        : { causes: [{ kind: "new" }], upstream: [] };
    }
    const member = this.#plan.graph.members[node.index];
    const now = this.#actionOf(member);
    const code = this.#plan.keys.code(node.index);
    const causes = [...causesOf(member, code, baseline, now, this.#place)];
    if (causes.length + upstream.length === 0) causes.push({ kind: "other" });
    return { causes, upstream };
  }

  /** The action of a member whose files or command can differ; of others no more is needed than what they are. */
  #actionOf(member: StageMember): Action | undefined {
    const hasFiles = Object.values(member.inputs)
      .some(({ sources }) => sources.some((source) => "file" in source));
    if (!hasFiles && member.command === undefined) return undefined;
    // Digests of other members do not matter here, so any will do where they are not known.
    const keyed = this.#plan.keys.keyed(member.index, () => unknownDigest);
    return keyed?.ok ? keyed.value.action : undefined;
  }

  /** What is wrong with the known tables that a pending member waits for. */
  #refused(index: number): readonly string[] {
    const { graph: { members }, refused } = this.#plan;
    const sources = sourcesOf(members[index]).map(({ source }) => source);
    return refused.filter(({ from, output }) =>
      sources.some((source) => "from" in source && source.from === from && source.output === output)
    ).map(({ from, output, message }) =>
      `the table ${output} of \`${members[from].id}\` cannot be used: ${message}`
    );
  }

  /** A member that runs and reads this one. */
  #runningReader(index: number): string | undefined {
    const { graph: { members }, entries } = this.#plan;
    const reader = members.find((member, i) =>
      i > index && entries[i].verdict === "run" &&
      sourcesOf(member).some(({ source }) => "from" in source && source.from === index)
    );
    return reader?.id;
  }

  /** Producers whose bytes differ, or may differ, from those that were read. */
  #upstream(node: Node, baseline: Manifest | undefined): readonly Node[] {
    const { entries, graph } = this.#plan;
    const { inputs } = graph.members[node.index];
    const found: Node[] = [];
    for (const { port, position, source } of sourcesOf(graph.members[node.index])) {
      if (!("from" in source)) continue;
      const old = baseline?.action.inputs[port] ?? [];
      const now = plannedDigest(entries[source.from], source.output, source.part);
      // Positions can be compared only while as many are bound as before.
      const aligned = old.length === inputs[port].sources.length;
      const before = aligned ? old[position].digest : undefined;
      if (now !== undefined) {
        if (baseline === undefined || now === before) continue;
        if (!aligned && old.some(({ digest }) => digest === now)) continue;
      }
      found.push({ index: source.from, before, reader: { node, port } });
    }
    return found;
  }

  #links(node: Node): readonly Link[] {
    const links: Link[] = [];
    let port: string | undefined;
    for (let at: Node | undefined = node; at !== undefined; at = at.reader?.node) {
      const stage = this.#plan.graph.members[at.index].id;
      const { verdict } = this.#plan.entries[at.index];
      links.push({ stage, verdict, ...(port === undefined ? {} : { port }) });
      port = at.reader?.port;
    }
    return links.reverse();
  }
}
