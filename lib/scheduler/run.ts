// A run: what is started next, and what follows when something lands. Nothing here waits except for flights.
//
// Every action is carried out once, however many members share its key. A unit is one action; a later fused sweep is
// several units of one grouping key handed to the executor together, each still landing by itself.
// Leaves out how one unit is carried out (flight.ts), where members stand (standing.ts), and how events reach their
// reader (schedule.ts).

import type { Closure } from "../core/closure.ts";
import type { ActionKey } from "../core/digest.ts";
import type { RunEvent } from "../core/event.ts";
import type { StageFailure } from "../core/executor.ts";
import type { Manifest } from "../core/manifest.ts";
import type { Graph, StageMember } from "../workflow/graph.ts";
import type { KeyedAction } from "../workflow/keys.ts";
import { type Plan, plan } from "../workflow/plan.ts";
import { coalesced } from "./coalesced.ts";
import type { EventQueue } from "./event_queue.ts";
import { finishedOutputs } from "./finished_outputs.ts";
import { type FlightDeps, fly, type Landing, type Unit } from "./flight.ts";
import { Healing } from "./healing.ts";
import { ranksOf } from "./priority.ts";
import { progressFilter } from "./progress_filter.ts";
import { ReadyQueue } from "./ready_queue.ts";
import type { ScheduleDeps } from "./schedule.ts";
import { Slots } from "./slots.ts";
import { Standing, status } from "./standing.ts";
import { Stopper } from "./stopper.ts";

/** What an event says besides its time. */
type Told = RunEvent extends infer E ? E extends RunEvent ? Omit<E, "at"> : never : never;

/**
 * One carrying-out of a graph.
 *
 * @example
 * ```ts ignore
 * const run = new Run(graph, deps, events);
 * await run.go();
 * ```
 */
export class Run {
  readonly #graph: Graph;
  readonly #deps: ScheduleDeps;
  readonly #events: EventQueue<RunEvent>;
  readonly #began: number;
  readonly #jobs: number;
  readonly #slots: Slots;
  readonly #stopper = new Stopper();
  readonly #standing: Standing;
  readonly #healing = new Healing();
  readonly #manifests: (Manifest | undefined)[];
  /** Members that have all they need, until their keys are made. */
  readonly #arrivals: number[] = [];
  readonly #queue = new ReadyQueue<Unit>();
  /** Units that are queued or flying, by key. */
  readonly #units = new Map<ActionKey, Unit>();
  /** Keys carried out in this run: forcing a member does not run its twin again. */
  readonly #ranKeys = new Set<ActionKey>();
  readonly #flightDeps: FlightDeps;
  #plan!: Plan;
  #ranks!: Int32Array;
  #flying = 0;
  /** Whether other processes were met on the same work. */
  #shared = false;
  #patient = false;
  /** Why no more units are started, for people. */
  #stopping: string | undefined;
  #interrupted: string | undefined;
  #broken: { readonly error: unknown } | undefined;
  #idle: (() => void) | undefined;

  constructor(graph: Graph, deps: ScheduleDeps, events: EventQueue<RunEvent>) {
    this.#graph = graph;
    this.#deps = deps;
    this.#events = events;
    this.#began = deps.clock.monotonic();
    this.#jobs = Math.max(1, Math.min(deps.jobs ?? deps.executor.slots, deps.executor.slots));
    this.#slots = new Slots(this.#jobs);
    this.#standing = new Standing(graph.members);
    this.#manifests = new Array(graph.members.length);
    this.#flightDeps = this.#makeFlightDeps();
  }

  /** Stops: cancels what runs, starts nothing more. */
  interrupt(reason: string): void {
    this.#interrupted ??= reason;
    this.#stop(`interrupted (${reason})`, true);
  }

  /** Runs to the end. @throws what the store threw. */
  async go(): Promise<void> {
    try {
      await this.#start();
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
        this.#pump();
      });
    } catch (error) {
      this.#broken ??= { error };
    }
    await this.#finish();
  }

  async #start(): Promise<void> {
    const { deno, basin, run, clock } = this.#deps;
    const started_at = new Date(clock.now()).toISOString();
    const { workflow } = this.#graph;
    this.#tell({ type: "run-started", workflow, run, started_at, basin, deno, jobs: this.#jobs });
    this.#plan = this.#deps.planned ?? await plan(this.#graph, this.#deps);
    const { entries, counts, unmatched } = this.#plan;
    this.#tell({ type: "planned", ...counts });
    for (const glob of unmatched) {
      this.#tell({ type: "warning", message: `no stage is called ${glob}` });
    }
    // All results that are known already, in one pass; the rest arrives after it.
    const free = this.#standing.begin((i) => {
      const entry = entries[i];
      if (entry.verdict === "hit") this.#settle(i, entry.manifest, "hit", 0);
      return entry.verdict === "hit" ? "hit" : entry.verdict === "left-out" ? "leftOut" : "waiting";
    });
    this.#rank();
    this.#arrive(free);
  }

  #rank(spread?: string): void {
    const { expectedSeconds } = this.#deps;
    const costs = Float64Array.from(
      this.#graph.members,
      (member, i) => this.#standing.isOpen(i) ? expectedSeconds?.(member) ?? 1 : 0,
    );
    this.#ranks = ranksOf(this.#standing.edges, costs, spread);
    // All of them before all others, in their own order.
    this.#deps.first?.forEach((flag, i) => this.#ranks[i] -= flag * this.#graph.members.length);
  }

  /** Other processes work on the same: from now on this one takes things in an order of its own. */
  #spread(): void {
    if (this.#shared) return;
    this.#shared = true;
    this.#rank(this.#deps.run);
    this.#queue.rerank(({ members }) => this.#ranks[members[0]]);
  }

  /** Members have all they need: their keys can be made, and often that is all. */
  #arrive(free: readonly number[]): void {
    const arrivals = this.#arrivals;
    const busy = arrivals.length > 0;
    for (const index of free) arrivals.push(index);
    if (busy) return;
    for (let k = 0; k < arrivals.length && this.#stopping === undefined; k++) {
      const index = arrivals[k];
      if (!this.#standing.isWaiting(index)) continue;
      const keyed = this.#keyed(index);
      if (keyed === undefined) continue;
      const healing = this.#healing.has(index);
      const known = healing || this.#mustRun(index, keyed.key)
        ? undefined
        : this.#deps.store.lookup(keyed.key);
      if (known !== undefined) this.#done(index, known, "hit", 0);
      else this.#enqueue(index, keyed, healing);
    }
    arrivals.length = 0;
  }

  #keyed(index: number): KeyedAction | undefined {
    const entry = this.#plan.entries[index];
    if (entry.verdict === "run" && entry.keyed !== undefined && !this.#healing.happened) {
      return entry.keyed;
    }
    const keyed = this.#plan.keys.keyed(
      index,
      (from, output) => this.#manifests[from]?.outputs[output]?.digest,
    );
    if (keyed?.ok) return keyed.value;
    const message = keyed === undefined
      ? "an input has no result that can be used"
      : `it cannot be run: ${keyed.error}`;
    this.#fail(index, { reason: "threw", message }, 0);
    return undefined;
  }

  #mustRun(index: number, key: ActionKey): boolean {
    return this.#plan.forced[index] === 1 && !this.#ranKeys.has(key);
  }

  #enqueue(index: number, keyed: KeyedAction, healing: boolean): void {
    this.#standing.set(index, status.ready);
    const same = this.#units.get(keyed.key);
    if (same !== undefined) {
      same.members.push(index);
      same.healing ||= healing;
      return;
    }
    const code = this.#plan.keys.code(index);
    if (!code.ok) throw new Error(`${this.#member(index).id} has a key but no code`);
    const forced = this.#mustRun(index, keyed.key);
    const unit: Unit = { keyed, code: code.value, members: [index], forced, healing };
    this.#units.set(keyed.key, unit);
    this.#queue.push(this.#ranks[index], unit);
  }

  /** Starts what can be started; ends the run when nothing is left to wait for. */
  #pump(): void {
    while (this.#stopping === undefined && this.#queue.size > 0) {
      const patience = this.#events.ready();
      if (patience !== undefined) return this.#waitForReader(patience);
      if (!this.#slots.enter()) break;
      this.#launch(this.#queue.pop()!);
    }
    if (this.#flying === 0 && (this.#stopping !== undefined || this.#queue.size === 0)) {
      this.#idle?.();
    }
  }

  #waitForReader(patience: Promise<void>): void {
    if (this.#patient) return;
    this.#patient = true;
    patience.then(() => {
      this.#patient = false;
      this.#pump();
    });
  }

  #launch(unit: Unit): void {
    this.#flying++;
    const began = this.#healing.moment();
    fly(unit, this.#member(unit.members[0]), this.#timeout(unit), this.#flightDeps)
      .then((landing) => this.#land(unit, landing, began))
      .catch((error) => this.#break(error))
      .finally(() => {
        this.#flying--;
        this.#slots.leave();
        this.#pump();
      });
  }

  /** The longest timeout of those who share the work; none if one has none. */
  #timeout({ members }: Unit): number | undefined {
    const longest = members.reduce(
      (most, index) => Math.max(most, this.#member(index).timeoutSeconds ?? Infinity),
      0,
    );
    return longest === Infinity ? undefined : longest;
  }

  #land({ keyed: { key }, members }: Unit, landing: Landing, began: number): void {
    this.#units.delete(key);
    switch (landing.how) {
      case "hit":
        this.#spread();
        for (const index of members) this.#done(index, landing.manifest, "hit", 0);
        break;
      case "ran":
        this.#ranKeys.add(key);
        this.#done(members[0], landing.manifest, "ran", landing.seconds);
        for (const index of members.slice(1)) this.#done(index, landing.manifest, "hit", 0);
        break;
      case "failed":
        for (const index of members) this.#fail(index, landing.failure, landing.seconds);
        break;
      case "stale":
        for (const index of members) this.#standing.waitAgain(index, 0);
        this.#arrive(members);
        break;
      case "lost":
        this.#heal(members, landing.producers, began);
    }
  }

  #done(index: number, manifest: Manifest, how: "hit" | "ran", seconds: number): void {
    this.#standing.set(index, status[how]);
    this.#settle(index, manifest, how, seconds);
    this.#arrive(this.#standing.release(index));
    this.#arrive(this.#standing.satisfy(this.#healing.end(index)));
  }

  #settle(index: number, manifest: Manifest, how: "hit" | "ran", seconds: number): void {
    this.#manifests[index] = manifest;
    const stage = this.#member(index).id;
    const { key } = manifest;
    const outputs = finishedOutputs(manifest);
    this.#tell({ type: "stage-finished", stage, how, key, seconds, outputs });
  }

  #fail(index: number, failure: StageFailure, seconds: number): void {
    const { id } = this.#member(index);
    this.#healing.end(index);
    if (failure.reason === "cancelled" && this.#stopping !== undefined) {
      this.#standing.set(index, status.skipped);
      return this.#tellSkipped([index], `${this.#stopping} while it ran`);
    }
    this.#standing.set(index, status.failed);
    this.#tell({ type: "stage-failed", stage: id, failure, seconds });
    const { onFailure = "continue" } = this.#deps;
    if (onFailure !== "continue") this.#stop(`${id} failed`, onFailure === "stop");
    this.#tellSkipped(this.#standing.skipReaders(index), `${id} failed`);
  }

  /** Runs the producers of lost bytes again, once each; whoever needs the bytes waits. */
  #heal(members: readonly number[], producers: readonly number[], began: number): void {
    const remedies = producers.map((producer) => this.#healing.remedy(producer, began));
    const hopeless = producers.find((producer, i) =>
      remedies[i] === "give-up" || this.#standing.of(producer) >= status.failed
    );
    if (hopeless !== undefined) {
      const { id } = this.#member(hopeless);
      const message = `the bytes of ${id} cannot be read back, even after running it again`;
      for (const index of members) this.#fail(index, { reason: "threw", message }, 0);
      return;
    }
    const awaited = producers.filter((_, i) => remedies[i] !== "read-again");
    for (const index of members) this.#standing.waitAgain(index, awaited.length);
    for (const producer of awaited) this.#healing.wait(producer, members);
    producers.filter((_, i) => remedies[i] === "run-again").forEach((p) => this.#runAgain(p));
    if (awaited.length === 0) this.#arrive(members);
  }

  #runAgain(producer: number): void {
    const { id } = this.#member(producer);
    const message = `the stored bytes of ${id} are damaged or gone; running it again`;
    this.#tell({ type: "warning", stage: id, message });
    const keyed = this.#keyed(producer);
    if (keyed !== undefined) this.#enqueue(producer, keyed, true);
  }

  #break(error: unknown): void {
    this.#broken ??= { error };
    this.#stop("the store failed", true);
  }

  #stop(reason: string, cancel: boolean): void {
    this.#stopping ??= reason;
    if (cancel) this.#stopper.stop(reason);
    if (this.#idle !== undefined) this.#pump();
  }

  async #finish(): Promise<void> {
    this.#tellSkipped(this.#standing.skipRest(), this.#stopping ?? "nothing could make it ready");
    try {
      await this.#deps.store.flush();
    } catch (error) {
      this.#broken ??= { error };
    }
    const totals = this.#standing.totals();
    const interrupted = this.#interrupted ??
      (this.#broken === undefined ? undefined : "the store failed");
    this.#tell({
      type: "run-finished",
      ok: totals.failed === 0 && totals.skipped === 0 && interrupted === undefined,
      ...totals,
      seconds: (this.#deps.clock.monotonic() - this.#began) / 1000,
      run: this.#deps.run,
      ...(interrupted === undefined ? {} : { interrupted }),
    });
    if (this.#broken !== undefined) throw this.#broken.error;
  }

  #makeFlightDeps(): FlightDeps {
    const { store, executor, files, clock, run, basin, deno } = this.#deps;
    const codes = new Map<Closure, Promise<string>>();
    const filter = progressFilter(() => clock.monotonic());
    return {
      store,
      executor,
      files,
      clock,
      slots: this.#slots,
      stopper: this.#stopper,
      manifests: this.#manifests,
      refresh: coalesced(() => store.refresh()),
      code: (closure) => {
        const code = codes.get(closure) ?? closure.code();
        codes.set(closure, code);
        return code;
      },
      provenance: { workflow: this.#graph.workflow, run, executor: executor.name, deno, basin },
      contended: (free) => {
        this.#spread();
        if (free) this.#pump();
      },
      started: ({ id }, worker) => this.#tell({ type: "stage-started", stage: id, worker }),
      progress: ({ id }, fraction, note) => {
        const shown = filter(id, fraction, note);
        if (shown !== undefined) this.#tell({ type: "stage-progress", stage: id, ...shown });
      },
      notDurable: (error) => this.#break(error),
    };
  }

  #member(index: number): StageMember {
    return this.#graph.members[index];
  }

  #tellSkipped(indexes: readonly number[], because: string): void {
    for (const index of indexes) {
      this.#tell({ type: "stage-skipped", stage: this.#member(index).id, because });
    }
  }

  #tell(event: Told): void {
    const at = Math.round((this.#deps.clock.monotonic() - this.#began) * 100) / 100;
    this.#events.push({ ...event, at } as RunEvent);
  }
}
