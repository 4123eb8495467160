// The course of a run: what follows when a unit lands. Results are entered, failures and lost bytes dealt with, and
// graphs grown. Nothing here waits except for reading tables. Leaves out how members that can go on are taken on
// (arrivals.ts), when units start (run.ts) and how one is carried out (flight.ts).

import type { ActionKey } from "../core/digest.ts";
import type { Manifest } from "../core/manifest.ts";
import type { StateWork } from "../core/task.ts";
import type { WantedTable } from "../workflow/graph.ts";
import { isPresent } from "../workflow/known_results.ts";
import type { RefusedTable } from "../workflow/wanted_tables.ts";
import { type ArrivalDeps, Arrivals } from "./arrivals.ts";
import type { Landing, Unit } from "./flight.ts";
import { Healing } from "./healing.ts";
import type { Ledger } from "./ledger.ts";
import { changesOf } from "./recomputed.ts";
import { status } from "./standing.ts";
import type { Teller } from "./teller.ts";
import { wasFound } from "./unit_states.ts";

/** What the course of a run uses. */
export interface CourseDeps extends Omit<ArrivalDeps, "healing" | "hit" | "hopeless"> {
  readonly teller: Teller;
  readonly force?: readonly string[];
  /** A stage has failed. */
  readonly failed: (stage: string) => void;
  /** The graph has grown; what is new has not arrived yet. */
  readonly grown: () => void;
}

/**
 * The course of one run.
 *
 * @example
 * ```ts ignore
 * course.arrivals.arrive(ledger.begin());
 * ```
 */
export class Course {
  readonly healing = new Healing();
  readonly arrivals: Arrivals;
  readonly #deps: CourseDeps;
  readonly #ledger: Ledger;

  constructor(deps: CourseDeps) {
    this.#deps = deps;
    this.#ledger = deps.ledger;
    this.arrivals = new Arrivals({
      ...deps,
      healing: this.healing,
      hit: (index, manifest) => this.done(index, manifest, "hit", 0),
      hopeless: (index, message) => this.#fail(index, message),
    });
  }

  /** A unit has landed, for good. */
  land(unit: Unit, landing: Landing, began: number): void {
    const { keyed: { key }, members } = unit;
    this.arrivals.landed(unit, landing.how === "ran");
    if (landing.how === "hit" || landing.how === "ran") {
      const current = members.filter((index) => this.#isCurrent(index, key));
      if (unit.recorded !== undefined) this.#compare(unit, unit.recorded, landing.manifest);
      current.forEach((index, i) =>
        landing.how === "ran" && i === 0
          ? this.#ran(index, landing)
          : this.done(index, landing.manifest, "hit", 0)
      );
      this.#again(members.filter((index) => !current.includes(index)));
    } else if (landing.how === "stale") {
      this.arrivals.anyChanged = true;
      this.#again(members);
    } else if (landing.how === "lost") this.#heal(members, landing.producers, began);
    else for (const index of members) this.fail(index, landing);
  }

  /** What was found whole in states is a hit that took a moment. */
  #ran(index: number, { manifest, seconds, work }: Extract<Landing, { how: "ran" }>): void {
    this.done(index, manifest, wasFound(work) ? "hit" : "ran", seconds, work);
  }

  /** Whether a key is still a member's own; it is not if what it read was made again and came out different. */
  #isCurrent(index: number, key: ActionKey): boolean {
    if (!this.arrivals.anyChanged) return true;
    const keyed = this.#ledger.keyed(index);
    return typeof keyed === "string" || keyed.key === key;
  }

  /** A unit that has landed is carried out under another numerics class. */
  fallBack(unit: Unit, numerics: string): void {
    this.arrivals.landed(unit, false);
    this.arrivals.anyChanged = true;
    for (const index of unit.members) this.#ledger.fallBack(index, numerics);
    this.#again(unit.members);
  }

  #again(members: readonly number[]): void {
    for (const index of members) this.#ledger.standing.waitAgain(index, 0);
    this.arrivals.arrive(members);
  }

  /** A member has a result. Who read another one before is asked again. */
  done(
    index: number,
    manifest: Manifest,
    how: "hit" | "ran",
    seconds: number,
    work?: StateWork,
  ): void {
    const { standing } = this.#ledger;
    const changed = this.#ledger.settle(index, manifest, how, seconds, work);
    this.arrivals.anyChanged ||= changed;
    this.#deps.growth.known(index, manifest);
    this.arrivals.arrive(standing.release(index));
    this.arrivals.arrive(standing.satisfy(this.healing.end(index)));
    if (!changed) return;
    this.#again(
      [...standing.readersOf(index)].filter((reader) =>
        standing.of(reader) === status.hit || standing.of(reader) === status.ran
      ),
    );
  }

  #compare({ members }: Unit, recorded: Manifest, now: Manifest): void {
    for (const change of changesOf(recorded, now)) {
      this.#deps.teller.warn(this.#ledger.member(members[0]).id, change);
    }
  }

  /** A member has failed for good. */
  fail(index: number, { failure, seconds }: Extract<Landing, { how: "failed" }>): void {
    const waited = this.healing.end(index);
    const { id } = this.#ledger.member(index);
    const stopping = this.#deps.stopping();
    if (failure.reason === "cancelled" && stopping !== undefined) {
      this.#ledger.standing.set(index, status.skipped);
      return this.#deps.teller.skipped([id], `${stopping} while it ran`);
    }
    this.arrivals.anyChanged ||= this.#ledger.manifests[index] !== undefined;
    const free = this.#ledger.fail(index, failure, seconds);
    this.#deps.failed(id);
    this.arrivals.arrive(free);
    this.arrivals.arrive(this.#ledger.standing.satisfy(waited));
  }

  #fail(index: number, message: string): void {
    this.fail(index, { how: "failed", failure: { reason: "threw", message }, seconds: 0 });
  }

  /** Runs the producers of lost bytes again, once each; whoever needs the bytes waits. */
  #heal(members: readonly number[], producers: readonly number[], began: number): void {
    const { standing } = this.#ledger;
    const remedies = producers.map((producer) => {
      if (standing.isLost(producer)) return "give-up";
      // A member that reads another of the same key: the other one runs next.
      return members.includes(producer) ? "read-again" : this.healing.remedy(producer, began);
    });
    const hopeless = producers.find((_, i) => remedies[i] === "give-up");
    if (hopeless !== undefined) {
      const { id } = this.#ledger.member(hopeless);
      const message = `the bytes of ${id} cannot be read back, even after running it again`;
      for (const index of members) {
        // Who can do without is asked again, now that there is nothing to read.
        if (standing.isLost(hopeless) && !standing.needs(index, hopeless)) this.#again([index]);
        else this.#fail(index, message);
      }
      return;
    }
    const awaited = producers.filter((_, i) => remedies[i] !== "read-again");
    for (const index of members) standing.waitAgain(index, awaited.length);
    for (const producer of awaited) this.healing.wait(producer, members);
    producers.filter((_, i) => remedies[i] === "run-again").forEach((p) => this.#runAgain(p));
    if (awaited.length === 0) this.arrivals.arrive(members);
  }

  #runAgain(producer: number): void {
    const { id, keep } = this.#ledger.member(producer);
    const recorded = this.#ledger.manifests[producer]!;
    if (keep === undefined || isPresent(this.#deps.store, recorded)) {
      const message = `the stored bytes of ${id} are damaged or gone; running it again`;
      this.#deps.teller.warn(id, message);
    }
    const keyed = this.#ledger.keyed(producer);
    if (typeof keyed === "string") this.#fail(producer, keyed);
    else this.arrivals.enqueue(producer, keyed, true, recorded);
  }

  /** Tables have become known: the graph grows by them. @throws what the store throws. */
  async grow(): Promise<void> {
    const { growth, store, force } = this.#deps;
    const { graph, refused, gone } = await growth.grow(this.#ledger.graph, store);
    if (graph !== this.#ledger.graph) {
      const free = await this.#ledger.grow(graph, force);
      for (const { from } of graph.growing?.wants ?? []) {
        const manifest = this.#ledger.manifests[from];
        if (manifest !== undefined) growth.known(from, manifest);
      }
      this.#deps.grown();
      this.arrivals.arrive(free);
    }
    for (const table of refused) this.refuse(table);
    for (const table of gone) this.#tableGone(table);
  }

  /** Whether something waits for rows of tables that will not be made, and may do without them. */
  hasLostTables(): boolean {
    const { growth } = this.#deps;
    const { graph, standing } = this.#ledger;
    return graph.growing !== undefined && growth.giveUpLost((index) => standing.isLost(index)) &&
      graph.members.some(({ pending, index }) => pending === true && standing.isWaiting(index));
  }

  /** A table cannot be used: who stands for its rows fails. */
  refuse({ from, output, message }: RefusedTable): void {
    this.#deps.growth.giveUp({ from, output });
    const because = `the table ${output} of ${
      this.#ledger.member(from).id
    } cannot be used: ${message}`;
    for (const reader of this.#ledger.standing.readersOf(from)) {
      const { pending, inputs } = this.#ledger.member(reader);
      if (pending !== true || !this.#ledger.standing.isWaiting(reader)) continue;
      const waits = Object.values(inputs).some(({ sources }) =>
        sources.some((source) =>
          "from" in source && source.from === from && source.output === output
        )
      );
      if (waits) this.#fail(reader, because);
    }
  }

  /** The bytes of a table are gone: its maker runs again, once. */
  #tableGone({ from, output }: WantedTable): void {
    const remedy = this.healing.remedy(from, this.healing.moment());
    if (remedy === "give-up") {
      this.refuse({ from, output, message: "its bytes cannot be read back" });
    } else if (remedy === "run-again") {
      this.healing.wait(from, []);
      this.#runAgain(from);
    }
  }
}
