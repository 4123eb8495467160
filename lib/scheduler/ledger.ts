// What a run knows of every member: where it stands, its result, its key. Ends of members are entered here and told;
// who could go on because of an end is the answer. Leaves out what is started (run.ts) and what follows (course.ts).

import type { StageFailure } from "../core/executor.ts";
import type { Manifest, StoredArtifact } from "../core/manifest.ts";
import type { StateWork } from "../core/task.ts";
import type { Graph, StageMember } from "../workflow/graph.ts";
import { type KeyedAction, underClass } from "../workflow/keys.ts";
import { partOf } from "../workflow/part.ts";
import type { Plan } from "../workflow/plan.ts";
import { addAncestors, selectMembers } from "../workflow/selection.ts";
import { finishedOutputs } from "./finished_outputs.ts";
import { Standing, status } from "./standing.ts";
import type { Teller } from "./teller.ts";

const maxNamed = 5;
const nothing = { usage: undefined, engine: null };

/**
 * The members of one run.
 *
 * @example
 * ```ts ignore
 * const ledger = new Ledger(plan, teller);
 * const free = ledger.begin();
 * ```
 */
export class Ledger {
  readonly plan: Plan;
  readonly manifests: (Manifest | undefined)[];
  readonly standing: Standing;
  /** Members that ran and went on from saved states. */
  numContinued = 0;
  readonly #teller: Teller;
  /** Members whose device was lost for good: where they are computed instead. */
  readonly #fallenTo = new Map<number, string>();
  readonly #only: readonly string[] | undefined;
  #graph: Graph;
  #forced: Uint8Array;
  #selected: Uint8Array | undefined;
  #anyLost = false;

  /** @param only the globs that the plan was made with. */
  constructor(plan: Plan, teller: Teller, only?: readonly string[]) {
    this.plan = plan;
    this.#graph = plan.graph;
    this.#forced = plan.forced;
    this.#selected = plan.selected;
    this.#only = only;
    this.#teller = teller;
    this.standing = new Standing(plan.graph.members);
    this.manifests = new Array(plan.graph.members.length);
  }

  /** The graph as it is now. */
  get graph(): Graph {
    return this.#graph;
  }

  /** A member. */
  member(index: number): StageMember {
    return this.#graph.members[index];
  }

  /** Enters all results that are known already. @returns the members that wait for nothing. */
  begin(): readonly number[] {
    const { entries } = this.plan;
    return this.standing.begin((i) => {
      const entry = entries[i];
      if (entry.verdict === "hit") this.settle(i, entry.manifest, "hit", 0);
      else if (entry.verdict === "run") this.manifests[i] = entry.recorded;
      return entry.verdict === "hit" ? "hit" : entry.verdict === "left-out" ? "leftOut" : "waiting";
    });
  }

  /** The graph has grown. @returns the members that wait for nothing. */
  async grow(graph: Graph, force: readonly string[] = []): Promise<readonly number[]> {
    const { members } = graph;
    const selected = this.#only && selectMembers(members, this.#only).selected;
    const wanted = selected && addAncestors(members, selected.slice());
    await this.plan.keys.extend(members, wanted);
    this.#graph = graph;
    this.#selected = selected;
    this.#forced = selectMembers(members, force).selected;
    this.manifests.length = members.length;
    const { free, hopeless } = this.standing.grow(
      members,
      (i) => members[i].replaced === true || wanted?.[i] === 0 ? "leftOut" : "waiting",
    );
    const freed: number[] = [...free];
    for (const { index, because } of hopeless) {
      if (!this.standing.isWaiting(index)) continue;
      const failed = this.standing.of(because) === status.failed;
      freed.push(
        ...this.skip(index, `${this.member(because).id} ${failed ? "failed" : "was skipped"}`),
      );
    }
    return freed;
  }

  /** How many members there are, and how many stand for others that are not known yet. */
  counts(): { stages: number; hit: number; run: number; maybe: number } {
    const counts = { stages: 0, hit: 0, run: 0, maybe: 0 };
    this.#graph.members.forEach(({ pending }, i) => {
      const at = this.standing.of(i);
      if (at === status.leftOut) return;
      counts.stages++;
      if (at === status.hit) counts.hit++;
      else if (pending === true || at === status.waiting) counts.maybe++;
      else counts.run++;
    });
    return counts;
  }

  /** A member has a result. @returns whether other bytes than before. */
  settle(
    index: number,
    manifest: Manifest,
    how: "hit" | "ran",
    seconds: number,
    work?: StateWork,
  ): boolean {
    const continued = work !== undefined && work.found > 0 ? work : undefined;
    if (how === "ran" && continued !== undefined) this.numContinued++;
    const before = this.manifests[index];
    this.manifests[index] = manifest;
    this.standing.set(index, status[how]);
    const stage = this.member(index).id;
    const omitted = this.omittedBy(index);
    if (omitted.length > 0) {
      const named = omitted.slice(0, maxNamed).join(", ");
      const more = omitted.length > maxNamed ? ` and ${omitted.length - maxNamed} more` : "";
      this.#teller.warn(stage, `it does without what failed: ${named}${more}`);
    }
    // Of a hit nothing is looked at but outputs: stores know these without reading the rest.
    const { usage, engine } = how === "ran" ? manifest.provenance : nothing;
    this.#teller.tell({
      type: "stage-finished",
      stage,
      how,
      key: manifest.key,
      seconds,
      outputs: finishedOutputs(manifest),
      ...(usage === undefined ? {} : { usage }),
      ...(engine === null ? {} : { engine }),
      ...(omitted.length === 0 ? {} : { omitted }),
      ...(continued === undefined ? {} : { continued }),
    });
    return before !== undefined && before !== manifest &&
      Object.entries(before.outputs).some(([name, { digest }]) =>
        manifest.outputs[name]?.digest !== digest
      );
  }

  /** A member failed; who needs it is skipped. @returns those that can go on without it. */
  fail(index: number, failure: StageFailure, seconds: number): readonly number[] {
    const { id } = this.member(index);
    this.#anyLost = true;
    this.standing.set(index, status.failed);
    this.#teller.tell({ type: "stage-failed", stage: id, failure, seconds });
    return this.#skipReaders(index, `${id} failed`);
  }

  /** A member is skipped, and who needs it. @returns those that can go on without it. */
  skip(index: number, because: string): readonly number[] {
    this.#anyLost = true;
    this.standing.set(index, status.skipped);
    this.#teller.skipped([this.member(index).id], because);
    return this.#skipReaders(index, because);
  }

  /** All that has not ended is skipped. */
  skipRest(because: string): void {
    this.#teller.skipped(this.standing.skipRest().map((i) => this.member(i).id), because);
  }

  #skipReaders(index: number, because: string): readonly number[] {
    const { skipped, free } = this.standing.skipReaders(index);
    this.#teller.skipped(skipped.map((i) => this.member(i).id), because);
    return free;
  }

  /** Ids of the failed members that a member's lists leave out. */
  omittedBy(index: number): readonly string[] {
    if (!this.#anyLost) return [];
    return this.standing.omittedBy(index).map((i) => this.member(i).id);
  }

  /** A port of a member for which nothing is left, since all that it gathers failed. */
  emptyPort(index: number): string | undefined {
    if (!this.#anyLost) return undefined;
    const { inputs } = this.member(index);
    return Object.keys(inputs).find((name) => {
      const { omitFailed, sources } = inputs[name];
      return omitFailed === true && sources.length > 0 &&
        sources.every((source) => "from" in source && this.standing.isLost(source.from));
    });
  }

  /** The action of a member by what is known now, or what is wrong. */
  keyed(index: number): KeyedAction | string {
    const keyed = this.plan.keys.keyed(index, (from, output, part) => {
      if (this.standing.isLost(from)) return "omitted";
      const artifact = this.artifact(from, output);
      return artifact === undefined || part === undefined
        ? artifact?.digest
        : partOf(artifact, part).digest;
    });
    if (keyed?.ok) {
      const fallen = this.#fallenTo.get(index);
      return fallen === undefined ? keyed.value : underClass(keyed.value, fallen);
    }
    return keyed === undefined
      ? "an input has no result that can be used"
      : `it cannot be run: ${keyed.error}`;
  }

  /** From now on a member is keyed for another engine. */
  fallBack(index: number, numerics: string): void {
    this.#fallenTo.set(index, numerics);
  }

  /** An output of a member that has a result. */
  readonly artifact = (index: number, output: string): StoredArtifact | undefined =>
    this.manifests[index]?.outputs[output];

  /** Whether a member runs although its result may be known. */
  isForced(index: number): boolean {
    return this.#forced[index] === 1;
  }

  /** Whether the bytes of a member are wanted for their own sake. */
  isEnd(index: number): boolean {
    if (this.#selected !== undefined) return this.#selected[index] === 1;
    return this.member(index).keep === undefined && this.standing.readersOf(index).length === 0;
  }
}
