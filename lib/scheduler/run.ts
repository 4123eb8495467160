// A run: what is started next, on what of the machine, and when it is over. Nothing here waits except for flights.
//
// Every action is carried out once, however many members share its key. A unit is one action; a later fused sweep is
// several units of one grouping key handed to the executor together, each still landing by itself.
// Leaves out what follows when something lands (course.ts), how one unit is carried out (flight.ts), what is known of
// the members (ledger.ts), and how events reach their reader (schedule.ts).

import type { RunEvent } from "../core/event.ts";
import type { Manifest } from "../core/manifest.ts";
import type { Graph, StageMember } from "../workflow/graph.ts";
import { isPresent, tracedResult } from "../workflow/known_results.ts";
import { type Plan, plan } from "../workflow/plan.ts";
import { Aliases } from "./alias.ts";
import { Course } from "./course.ts";
import type { EventQueue } from "./event_queue.ts";
import { type Boarding, type FlightDeps, fly, type Landing, type Unit } from "./flight.ts";
import { flightDeps } from "./flight_deps.ts";
import { Growth } from "./growth.ts";
import { Ledger } from "./ledger.ts";
import { Pool } from "./pool.ts";
import { ranksOf } from "./priority.ts";
import { ReadyUnits } from "./ready_units.ts";
import { Resting } from "./resting.ts";
import { firstAttempt, nextAttempt, requestOf } from "./retry.ts";
import type { ScheduleDeps } from "./schedule.ts";
import { Stopper } from "./stopper.ts";
import { Teller } from "./teller.ts";
import { longestTimeout, patientPolicy } from "./unit_limits.ts";

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
  readonly #given: Graph;
  readonly #deps: ScheduleDeps;
  readonly #events: EventQueue<RunEvent>;
  readonly #teller: Teller;
  readonly #jobs: number;
  readonly #pool: Pool;
  readonly #stopper = new Stopper();
  readonly #queue = new ReadyUnits<Unit>();
  readonly #resting: Resting;
  readonly #aliases: Aliases;
  #ledger: Ledger | undefined;
  #course!: Course;
  #growth!: Growth;
  #flightDeps!: FlightDeps;
  #ranks!: Int32Array;
  #flying = 0;
  #isGrowing = false;
  #cancelGrowth: (() => void) | undefined;
  /** Whether other processes were met on the same work. */
  #shared = false;
  #patient = false;
  /** Why no more units are started, for people. */
  #stopping: string | undefined;
  #interrupted: string | undefined;
  #broken: { readonly error: unknown } | undefined;
  #idle: (() => void) | undefined;

  constructor(graph: Graph, deps: ScheduleDeps, events: EventQueue<RunEvent>) {
    const { executor, machine, clock } = deps;
    this.#given = graph;
    this.#deps = deps;
    this.#events = events;
    this.#teller = new Teller(events, clock);
    this.#jobs = Math.max(1, Math.min(deps.jobs ?? executor.slots, executor.slots));
    const places = this.#jobs;
    this.#pool = new Pool({ cpus: places, slots: {}, ...machine, places });
    this.#resting = new Resting(clock);
    this.#aliases = new Aliases(deps.store, (error) => this.#break(error));
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
    const { deno, basin, run, clock, store, only, force } = this.#deps;
    const started_at = new Date(clock.now()).toISOString();
    const { workflow } = this.#given;
    const jobs = this.#jobs;
    this.#teller.tell({ type: "run-started", workflow, run, started_at, basin, deno, jobs });
    const planned = this.#deps.planned ?? await plan(this.#given, this.#deps);
    this.#teller.tell({ type: "planned", ...planned.counts });
    for (const glob of planned.unmatched) {
      this.#teller.warn(undefined, `no stage is called ${glob}`);
    }
    const ledger = this.#ledger = new Ledger(planned, this.#teller, only);
    this.#growth = new Growth(planned.graph, clock);
    this.#flightDeps = flightDeps(this.#deps, {
      ledger,
      pool: this.#pool,
      stopper: this.#stopper,
      teller: this.#teller,
      contended: () => {
        this.#spread();
        this.#pump();
      },
      notDurable: (error) => this.#break(error),
    });
    this.#course = new Course({
      ledger,
      growth: this.#growth,
      store,
      teller: this.#teller,
      ...(force === undefined ? {} : { force }),
      stopping: () => this.#stopping,
      ready: (unit) => this.#ready(unit),
      failed: (stage) => this.#failed(stage),
      traced: (manifest, keyed) => this.#aliases.add(manifest, keyed),
      grown: () => this.#grown(),
    });
    // All results that are known already, in one pass; the rest arrives after it.
    const free = ledger.begin();
    this.#rank();
    for (const entry of planned.entries) {
      if (entry.verdict === "hit" && entry.traced) this.#aliases.add(entry.manifest, entry.traced);
    }
    this.#refuseLarge(planned);
    for (const table of planned.refused) this.#course.refuse(table);
    this.#course.arrive(free);
  }

  /** Stages that will run and ask for more than there is fail before anything else is done for them. */
  #refuseLarge({ entries, graph }: Plan): void {
    entries.forEach((entry, i) => {
      const { resources } = graph.members[i];
      if (resources === undefined || entry.verdict !== "run") return;
      const shortage = this.#pool.shortage(requestOf({ resources }, firstAttempt));
      if (shortage === undefined || !this.#ledger!.standing.isWaiting(i)) return;
      const failure = { reason: "threw", message: tooLarge(shortage) } as const;
      this.#course.fail(i, { how: "failed", failure, seconds: 0 });
    });
  }

  #rank(): void {
    const { expectedSeconds, first, run } = this.#deps;
    const { graph, standing } = this.#ledger!;
    const costs = Float64Array.from(
      graph.members,
      (member, i) => standing.isOpen(i) ? expectedSeconds?.(member) ?? 1 : 0,
    );
    this.#ranks = ranksOf(standing.edges, costs, this.#shared ? run : undefined);
    // All of them before all others, in their own order.
    first?.forEach((flag, i) => this.#ranks[i] -= flag * graph.members.length);
    this.#queue.rerank(({ members }) => this.#ranks[members[0]]);
  }

  /** Other processes work on the same: from now on this one takes things in an order of its own. */
  #spread(): void {
    if (this.#shared) return;
    this.#shared = true;
    this.#rank();
  }

  #ready(unit: Unit): string | undefined {
    const [index] = unit.members;
    const request = requestOf(this.#ledger!.member(index), unit.attempts);
    const shortage = this.#pool.shortage(request);
    if (shortage !== undefined) return tooLarge(shortage);
    this.#queue.push(this.#ranks[index], unit, request);
    return undefined;
  }

  #failed(stage: string): void {
    const { onFailure = "continue" } = this.#deps;
    if (onFailure !== "continue") this.#stop(`${stage} failed`, onFailure === "stop");
  }

  /** Starts what can be started; ends the run when nothing is left to wait for. */
  #pump(): void {
    while (this.#stopping === undefined && this.#queue.size > 0) {
      const patience = this.#events.ready();
      if (patience !== undefined) return this.#waitForReader(patience);
      const next = this.#queue.take(this.#pool);
      if (next === undefined) break;
      this.#launch(next.item, { request: next.request, grant: next.grant });
    }
    if (this.#stopping === undefined) this.#growIfDue();
    const isQuiet = this.#flying === 0 && this.#resting.size === 0 && !this.#isGrowing;
    if (isQuiet && (this.#stopping !== undefined || this.#queue.size === 0)) this.#idle?.();
  }

  #waitForReader(patience: Promise<void>): void {
    if (this.#patient) return;
    this.#patient = true;
    patience.then(() => {
      this.#patient = false;
      this.#pump();
    });
  }

  #launch(unit: Unit, boarding: Boarding): void {
    const traced = unit.forced || unit.recorded ? undefined : this.#traced(unit);
    if (traced !== undefined) {
      this.#pool.leave(boarding.grant);
      return this.#course.land(unit, { how: "hit", manifest: traced }, 0);
    }
    this.#flying++;
    const began = this.#course.healing.moment();
    const members = this.#membersOf(unit);
    fly(unit, members[0], longestTimeout(members), boarding, this.#flightDeps)
      .then((landing) => this.#land(unit, landing, began))
      .catch((error) => this.#break(error))
      .finally(() => {
        this.#flying--;
        this.#pool.leave(boarding.grant);
        this.#pump();
      });
  }

  /** The result of another unit that has landed meanwhile and that looked at nothing in which this one differs. */
  #traced({ keyed, members }: Unit): Manifest | undefined {
    const { store } = this.#deps;
    const { artifact } = this.#ledger!;
    const manifest = tracedResult(store, keyed, this.#ledger!.member(members[0]), artifact);
    if (manifest === undefined) return undefined;
    const needed = members.some((index) => this.#course.isNeeded(index));
    if (needed && !isPresent(store, manifest)) return undefined;
    this.#aliases.add(manifest, keyed);
    return manifest;
  }

  #land(unit: Unit, landing: Landing, began: number): void {
    if (landing.how === "hit") this.#spread();
    if (landing.how === "failed" && landing.grant !== undefined && this.#stopping === undefined) {
      const members = this.#membersOf(unit);
      const { failure, grant } = landing;
      const next = nextAttempt(unit.attempts, failure, patientPolicy(members), grant);
      if (next !== undefined) {
        const shortage = this.#pool.shortage(requestOf(members[0], next.attempts));
        if (shortage === undefined) return this.#rest(unit, next, failure);
        const message = `${failure.message}; it is not tried again: ${tooLarge(shortage)}`;
        return this.#course.land(unit, { ...landing, failure: { ...failure, message } }, began);
      }
    }
    this.#course.land(unit, landing, began);
  }

  /** The next attempt begins after a while; meanwhile the unit holds nothing of the machine. */
  #rest(
    unit: Unit,
    { attempts, waitSeconds }: NonNullable<ReturnType<typeof nextAttempt>>,
    failure: Extract<Landing, { how: "failed" }>["failure"],
  ): void {
    const stage = this.#ledger!.member(unit.members[0]).id;
    const attempt = unit.attempts.number;
    this.#teller.tell({
      type: "stage-retried",
      stage,
      attempt,
      failure,
      wait_seconds: waitSeconds,
    });
    unit.attempts = attempts;
    if (waitSeconds === 0) return void this.#ready(unit);
    this.#resting.add(waitSeconds, () => {
      this.#ready(unit);
      this.#pump();
    });
  }

  #membersOf({ members }: Unit): readonly StageMember[] {
    return members.map((index) => this.#ledger!.member(index));
  }

  /** Grows the graph by the tables that have become known, now or as soon as it may. */
  #growIfDue(): void {
    if (this.#isGrowing) return;
    const canRun = this.#flying > 0 || this.#queue.size > 0 || this.#resting.size > 0;
    const delay = this.#growth.delay(!canRun);
    this.#cancelGrowth?.();
    this.#cancelGrowth = undefined;
    if (delay === undefined) return;
    if (delay === 0) return this.#grow();
    this.#cancelGrowth = this.#deps.clock.after(delay, () => this.#pump());
  }

  #grow(): void {
    this.#isGrowing = true;
    this.#course.grow().catch((error) => this.#break(error)).finally(() => {
      this.#isGrowing = false;
      this.#pump();
    });
  }

  #grown(): void {
    this.#rank();
    this.#teller.tell({ type: "planned", ...this.#ledger!.counts(), grown: true });
    this.#deps.grown?.(this.#ledger!.graph);
  }

  #break(error: unknown): void {
    this.#broken ??= { error };
    this.#stop("the store failed", true);
  }

  #stop(reason: string, cancel: boolean): void {
    this.#stopping ??= reason;
    if (cancel) this.#stopper.stop(reason);
    this.#resting.clear();
    this.#cancelGrowth?.();
    if (this.#idle !== undefined) this.#pump();
  }

  async #finish(): Promise<void> {
    const { store, run } = this.#deps;
    this.#ledger?.skipRest(this.#stopping ?? "nothing could make it ready");
    try {
      await this.#aliases.settled();
      await store.flush();
    } catch (error) {
      this.#broken ??= { error };
    }
    const totals = this.#ledger?.standing.totals() ?? noTotals;
    const interrupted = this.#interrupted ??
      (this.#broken === undefined ? undefined : "the store failed");
    this.#teller.tell({
      type: "run-finished",
      ok: totals.failed === 0 && totals.skipped === 0 && interrupted === undefined,
      ...totals,
      seconds: this.#teller.seconds,
      run,
      ...(interrupted === undefined ? {} : { interrupted }),
    });
    if (this.#broken !== undefined) throw this.#broken.error;
  }
}

const noTotals = { stages: 0, ran: 0, hit: 0, failed: 0, skipped: 0, fused: 0 };

function tooLarge(shortage: string): string {
  return `it asks for ${shortage}; config/machine and --jobs say what may be used`;
}
