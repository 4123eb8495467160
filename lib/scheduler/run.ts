// A run: what is started next, on what of the machine, and when it is over. Nothing here waits except for flights.
//
// Every action is carried out once, however many members share its key. A unit is one action; several of one group may
// be handed to the executor together (groups.ts), each still landing by itself.
// Leaves out what follows when something lands (course.ts), units in the air (flights.ts), what is known of the members
// (ledger.ts), and how events reach their reader (schedule.ts).

import type { RunEvent } from "../core/event.ts";
import type { Graph } from "../workflow/graph.ts";
import { type Plan, plan } from "../workflow/plan.ts";
import { Aliases } from "./alias.ts";
import { Course } from "./course.ts";
import type { EventQueue } from "./event_queue.ts";
import type { FlightDeps } from "./flight.ts";
import { Flights } from "./flights.ts";
import { flightDeps } from "./flight_deps.ts";
import { Growth } from "./growth.ts";
import { Ledger } from "./ledger.ts";
import { Line } from "./line.ts";
import { Pool } from "./pool.ts";
import { firstAttempt } from "./retry.ts";
import { Lane } from "./run_engine.ts";
import type { ScheduleDeps } from "./schedule.ts";
import { Stopper } from "./stopper.ts";
import { Teller } from "./teller.ts";

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
  readonly #aliases: Aliases;
  #ledger: Ledger | undefined;
  #course!: Course;
  #growth!: Growth;
  #line!: Line;
  #flights: Flights | undefined;
  #isGrowing = false;
  #cancelGrowth: (() => void) | undefined;
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
    const slots = { ...machine?.slots, ...new Lane(deps.engine).slots };
    this.#pool = new Pool({ cpus: places, ...machine, slots, places });
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
    const engine = this.#deps.engine?.numerics;
    this.#teller.tell({
      type: "run-started",
      workflow,
      run,
      started_at,
      basin,
      deno,
      jobs,
      ...(engine === undefined ? {} : { engine }),
    });
    const planned = this.#deps.planned ?? await plan(this.#given, this.#deps);
    this.#teller.tell({ type: "planned", ...planned.counts });
    for (const glob of planned.unmatched) {
      this.#teller.warn(undefined, `no stage is called ${glob}`);
    }
    const ledger = this.#ledger = new Ledger(planned, this.#teller, only);
    this.#growth = new Growth(planned.graph, clock);
    this.#line = new Line(this.#pool, ledger, this.#deps);
    this.#course = new Course({
      ledger,
      growth: this.#growth,
      store,
      teller: this.#teller,
      ...(force === undefined ? {} : { force }),
      stopping: () => this.#stopping,
      ready: (unit) => this.#line.add(unit),
      failed: (stage) => this.#failed(stage),
      traced: (manifest, keyed) => this.#aliases.add(manifest, keyed),
      grown: () => this.#grown(),
    });
    this.#flights = new Flights({
      ledger,
      course: this.#course,
      line: this.#line,
      pool: this.#pool,
      teller: this.#teller,
      shared: this.#sharedByFlights(ledger),
      stopping: () => this.#stopping,
      wake: () => this.#pump(),
      broke: (error) => this.#break(error),
    });
    // All results that are known already, in one pass; the rest arrives after it.
    const free = ledger.begin();
    this.#line.rank();
    for (const entry of planned.entries) {
      if (entry.verdict === "hit" && entry.traced) this.#aliases.add(entry.manifest, entry.traced);
    }
    this.#refuseLarge(planned);
    for (const table of planned.refused) this.#course.refuse(table);
    // The plan has used all tables that it could read.
    for (const { from } of planned.graph.growing?.wants ?? []) {
      const entry = planned.entries[from];
      if (entry.verdict === "hit") this.#growth.known(from, entry.manifest);
    }
    this.#course.arrivals.arrive(free);
  }

  #sharedByFlights(ledger: Ledger): FlightDeps {
    return flightDeps(this.#deps, {
      ledger,
      pool: this.#pool,
      stopper: this.#stopper,
      teller: this.#teller,
      contended: () => {
        this.#line.spread();
        this.#pump();
      },
      notDurable: (error) => this.#break(error),
    });
  }

  /** Stages that will run and ask for more than there is fail before anything else is done for them. */
  #refuseLarge({ entries, graph }: Plan): void {
    entries.forEach((entry, i) => {
      const { resources } = graph.members[i];
      if (resources === undefined || entry.verdict !== "run") return;
      const message = this.#line.shortage({ resources }, firstAttempt);
      if (message === undefined || !this.#ledger!.standing.isWaiting(i)) return;
      const failure = { reason: "threw", message } as const;
      this.#course.fail(i, { how: "failed", failure, seconds: 0 });
    });
  }

  #failed(stage: string): void {
    const { onFailure = "continue" } = this.#deps;
    if (onFailure !== "continue") this.#stop(`${stage} failed`, onFailure === "stop");
  }

  /** Starts what can be started; ends the run when nothing is left to wait for. */
  #pump(): void {
    this.#line.beginRound();
    while (this.#stopping === undefined && this.#line.size > 0) {
      const patience = this.#events.ready();
      if (patience !== undefined) return this.#waitForReader(patience);
      const next = this.#line.take();
      if (next === undefined) break;
      this.#flights!.launch(next.units, { request: next.request, grant: next.grant });
    }
    if (this.#stopping === undefined) this.#growIfDue();
    const isQuiet = this.#flights!.size === 0 && !this.#isGrowing;
    if (isQuiet && (this.#stopping !== undefined || this.#line.size === 0)) this.#idle?.();
  }

  #waitForReader(patience: Promise<void>): void {
    if (this.#patient) return;
    this.#patient = true;
    patience.then(() => {
      this.#patient = false;
      this.#pump();
    });
  }

  /** Grows the graph by the tables that have become known, now or as soon as it may. */
  #growIfDue(): void {
    if (this.#isGrowing) return;
    const canRun = this.#flights!.size > 0 || this.#line.size > 0;
    const delay = this.#growth.delay(!canRun) ??
      (!canRun && this.#course.hasLostTables() ? 0 : undefined);
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
    this.#line.rank();
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
    this.#flights?.ground();
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
    const continued = this.#ledger?.numContinued ?? 0;
    const interrupted = this.#interrupted ??
      (this.#broken === undefined ? undefined : "the store failed");
    this.#teller.tell({
      type: "run-finished",
      ok: totals.failed === 0 && totals.skipped === 0 && interrupted === undefined,
      ...totals,
      fused: this.#flights?.numFused ?? 0,
      ...(continued === 0 ? {} : { continued }),
      seconds: this.#teller.seconds,
      run,
      ...(interrupted === undefined ? {} : { interrupted }),
    });
    if (this.#broken !== undefined) throw this.#broken.error;
  }
}

const noTotals = { stages: 0, ran: 0, hit: 0, failed: 0, skipped: 0, fused: 0 };
