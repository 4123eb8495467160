// A run: which members are waiting, ready, flying or done, and what follows when one lands. Integers and loops, no
// recursion; nothing here waits except for flights.
//
// Every action is carried out once, however many members share its key. A unit is one action; a later fused sweep is
// several units of one grouping key handed to the executor together, each still landing by itself.
// Leaves out how one unit is carried out (flight.ts) and how events reach their reader (schedule.ts).

import type { Closure } from "../core/closure.ts";
import type { ActionKey } from "../core/digest.ts";
import type { RunEvent, RunTotals } from "../core/event.ts";
import type { StageFailure } from "../core/executor.ts";
import type { Manifest } from "../core/manifest.ts";
import type { Graph, StageMember } from "../workflow/graph.ts";
import type { KeyedAction } from "../workflow/keys.ts";
import { type Plan, plan } from "../workflow/plan.ts";
import { type Adjacency, adjacencyOf } from "./adjacency.ts";
import { coalesced } from "./coalesced.ts";
import type { EventQueue } from "./event_queue.ts";
import { type FlightDeps, fly, type Landing, type Unit } from "./flight.ts";
import { finishedOutputs } from "./finished_outputs.ts";
import { ranksOf } from "./priority.ts";
import { ReadyQueue } from "./ready_queue.ts";
import type { ScheduleDeps } from "./schedule.ts";
import { Slots } from "./slots.ts";
import { Stopper } from "./stopper.ts";

const leftOut = 0, waiting = 1, ready = 2, hit = 3, ran = 4, failed = 5, skipped = 6;

const progressEveryMs = 100;

/** What an event says besides its time. */
type Told = RunEvent extends infer E ? E extends RunEvent ? Omit<E, "at"> : never : never;

/** One carrying-out of a graph. */
export class Run {
  readonly #graph: Graph;
  readonly #deps: ScheduleDeps;
  readonly #events: EventQueue<RunEvent>;
  readonly #began: number;
  readonly #slots: Slots;
  readonly #stopper = new Stopper();
  readonly #status: Uint8Array;
  readonly #manifests: (Manifest | undefined)[];
  /** How many things each waiting member waits for: members not done, or members being healed. */
  readonly #waitsFor: Int32Array;
  readonly #arrivals: number[] = [];
  readonly #queue = new ReadyQueue<Unit>();
  /** Units that are queued or flying, by key. */
  readonly #units = new Map<ActionKey, Unit>();
  /** Keys carried out in this run: forcing a member does not run its twin again. */
  readonly #ranKeys = new Set<ActionKey>();
  /** Members whose bytes were lost and that run again → members that wait for the bytes. */
  readonly #healing = new Map<number, number[]>();
  readonly #healed = new Set<number>();
  readonly #readersKnow: Uint8Array;
  readonly #codes = new Map<Closure, Promise<string>>();
  #flightDepsMade: FlightDeps | undefined;
  #plan!: Plan;
  #edges!: Adjacency;
  #ranks!: Int32Array;
  #flying = 0;
  #patient = false;
  /** Why no more units are started, for people. */
  #stopping: string | undefined;
  #interrupted: string | undefined;
  #broken: { readonly error: unknown } | undefined;
  #idle: (() => void) | undefined;

  constructor(graph: Graph, deps: ScheduleDeps, events: EventQueue<RunEvent>) {
    const n = graph.members.length;
    this.#graph = graph;
    this.#deps = deps;
    this.#events = events;
    this.#began = deps.clock.monotonic();
    this.#slots = new Slots(this.#jobs());
    this.#status = new Uint8Array(n);
    this.#manifests = new Array(n);
    this.#waitsFor = new Int32Array(n);
    this.#readersKnow = new Uint8Array(n);
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
    this.#tell({
      type: "run-started",
      workflow: this.#graph.workflow,
      run,
      started_at: new Date(clock.now()).toISOString(),
      basin,
      deno,
      jobs: this.#jobs(),
    });
    this.#plan = await plan(this.#graph, this.#deps);
    this.#tell({ type: "planned", ...this.#plan.counts });
    for (const glob of this.#plan.unmatched) {
      this.#tell({ type: "warning", message: `no stage is called ${glob}` });
    }
    this.#settleHits();
    this.#rank();
    this.#arriveAll();
  }

  #jobs(): number {
    const { jobs, executor } = this.#deps;
    return Math.max(1, Math.min(jobs ?? executor.slots, executor.slots));
  }

  /** All results that are known already, in one pass; what is ready after it has arrived. */
  #settleHits(): void {
    const { entries } = this.#plan;
    const { members } = this.#graph;
    const edges = this.#edges = adjacencyOf(members);
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i];
      this.#status[i] = entry.verdict === "left-out" ? leftOut : waiting;
      if (entry.verdict === "hit") this.#markDone(i, entry.manifest, "hit", 0);
    }
    this.#waitsFor.set(edges.numProducers);
    for (let i = 0; i < entries.length; i++) {
      if (this.#status[i] !== hit) continue;
      for (let e = edges.start[i]; e < edges.start[i + 1]; e++) this.#waitsFor[edges.readers[e]]--;
    }
    for (let i = 0; i < entries.length; i++) {
      if (this.#status[i] === waiting && this.#waitsFor[i] === 0) this.#arrivals.push(i);
    }
  }

  #rank(): void {
    const { expectedSeconds } = this.#deps;
    const costs = Float64Array.from(
      this.#graph.members,
      (member, i) => this.#status[i] === waiting ? expectedSeconds?.(member) ?? 1 : 0,
    );
    this.#ranks = ranksOf(this.#edges, costs);
  }

  /** Members whose producers are all done: their keys can be made, and often that is all. */
  #arriveAll(): void {
    for (let k = 0; k < this.#arrivals.length; k++) {
      const index = this.#arrivals[k];
      if (this.#status[index] !== waiting || this.#stopping !== undefined) continue;
      const keyed = this.#keyed(index);
      if (keyed === undefined) continue;
      const known = this.#mustRun(index, keyed.key)
        ? undefined
        : this.#deps.store.lookup(keyed.key);
      if (known !== undefined) this.#done(index, known, "hit", 0);
      else this.#enqueue(index, keyed, false);
    }
    this.#arrivals.length = 0;
  }

  #keyed(index: number): KeyedAction | undefined {
    const entry = this.#plan.entries[index];
    if (entry.verdict === "run" && entry.keyed !== undefined && !this.#healed.size) {
      return entry.keyed;
    }
    const digestOf = (from: number, output: string) =>
      this.#manifests[from]?.outputs[output]?.digest;
    const keyed = this.#plan.keys.keyed(index, digestOf);
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
    this.#status[index] = ready;
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
    const member = this.#member(unit.members[0]);
    fly(unit, member, this.#timeout(unit), this.#flightDeps()).then(
      (landing) => this.#land(unit, landing),
      (error) => this.#break(error),
    ).catch((error) => this.#break(error)).finally(() => {
      this.#flying--;
      this.#slots.leave();
      this.#pump();
    });
  }

  #flightDeps(): FlightDeps {
    const { store, executor, files, clock, run, basin, deno } = this.#deps;
    const told = new Map<string, { at: number; fraction: number }>();
    return this.#flightDepsMade ??= {
      store,
      executor,
      files,
      clock,
      slots: this.#slots,
      stopper: this.#stopper,
      manifests: this.#manifests,
      refresh: coalesced(() => store.refresh()),
      code: (closure) => {
        const code = this.#codes.get(closure) ?? closure.code();
        this.#codes.set(closure, code);
        return code;
      },
      provenance: { workflow: this.#graph.workflow, run, executor: executor.name, deno, basin },
      aside: () => this.#pump(),
      started: ({ id }, worker) => {
        told.delete(id);
        this.#tell({ type: "stage-started", stage: id, worker });
      },
      progress: ({ id }, fraction, note) => {
        const last = told.get(id);
        const at = clock.monotonic();
        if (last !== undefined && at - last.at < progressEveryMs) return;
        const shown = Math.max(last?.fraction ?? 0, Math.min(1, fraction));
        told.set(id, { at, fraction: shown });
        const rest = note === undefined ? {} : { note };
        this.#tell({ type: "stage-progress", stage: id, fraction: shown, ...rest });
      },
      notDurable: (error) => this.#break(error),
    };
  }

  /** The longest timeout of those who share the work; none if one has none. */
  #timeout(unit: Unit): number | undefined {
    const limits = unit.members.map((index) => this.#member(index).timeoutSeconds ?? Infinity);
    const longest = Math.max(...limits);
    return longest === Infinity ? undefined : longest;
  }

  #land(unit: Unit, landing: Landing): void {
    this.#units.delete(unit.keyed.key);
    switch (landing.how) {
      case "hit":
        for (const index of unit.members) this.#done(index, landing.manifest, "hit", 0);
        break;
      case "ran": {
        this.#ranKeys.add(unit.keyed.key);
        const [first, ...others] = unit.members;
        this.#done(first, landing.manifest, "ran", landing.seconds);
        for (const index of others) this.#done(index, landing.manifest, "hit", 0);
        break;
      }
      case "failed":
        for (const index of unit.members) this.#fail(index, landing.failure, landing.seconds);
        break;
      case "stale":
        for (const index of unit.members) this.#status[index] = waiting;
        this.#arrivals.push(...unit.members);
        break;
      case "lost":
        this.#heal(unit, landing.producers);
    }
    this.#arriveAll();
  }

  #done(index: number, manifest: Manifest, how: "hit" | "ran", seconds: number): void {
    this.#markDone(index, manifest, how, seconds);
    const { start, readers } = this.#edges;
    if (this.#readersKnow[index] === 0) {
      this.#readersKnow[index] = 1;
      for (let e = start[index]; e < start[index + 1]; e++) this.#release(readers[e]);
    }
    const patients = this.#healing.get(index) ?? [];
    this.#healing.delete(index);
    for (const reader of patients) this.#release(reader);
  }

  #markDone(index: number, manifest: Manifest, how: "hit" | "ran", seconds: number): void {
    this.#status[index] = how === "hit" ? hit : ran;
    this.#manifests[index] = manifest;
    const { key } = manifest;
    const outputs = finishedOutputs(manifest);
    const stage = this.#member(index).id;
    this.#tell({ type: "stage-finished", stage, how, key, seconds, outputs });
  }

  #release(reader: number): void {
    if (--this.#waitsFor[reader] === 0) this.#arrivals.push(reader);
  }

  #fail(index: number, failure: StageFailure, seconds: number): void {
    const { id } = this.#member(index);
    this.#healing.delete(index);
    if (failure.reason === "cancelled" && this.#stopping !== undefined) {
      return this.#skip(index, `${this.#stopping} while it ran`);
    }
    this.#status[index] = failed;
    this.#tell({ type: "stage-failed", stage: id, failure, seconds });
    const { onFailure = "continue" } = this.#deps;
    if (onFailure !== "continue") this.#stop(`${id} failed`, onFailure === "stop");
    this.#skipReaders(index, `${id} failed`);
  }

  #skipReaders(index: number, because: string): void {
    const { start, readers } = this.#edges;
    const rest = [index];
    for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
      for (let e = start[next]; e < start[next + 1]; e++) {
        if (this.#status[readers[e]] !== waiting) continue;
        this.#skip(readers[e], because);
        rest.push(readers[e]);
      }
    }
  }

  #skip(index: number, because: string): void {
    this.#status[index] = skipped;
    this.#tell({ type: "stage-skipped", stage: this.#member(index).id, because });
  }

  /** Runs the producers of lost bytes again, once each; whoever needs the bytes waits. */
  #heal(unit: Unit, producers: readonly number[]): void {
    for (const index of unit.members) {
      this.#status[index] = waiting;
      this.#waitsFor[index] = 0;
    }
    for (const producer of producers) {
      const { id } = this.#member(producer);
      const patients = this.#healing.get(producer);
      if (this.#status[producer] > ran) {
        for (const index of unit.members) this.#skip(index, `${id} failed`);
        for (const index of unit.members) this.#skipReaders(index, `${id} failed`);
        return;
      }
      if (patients === undefined && this.#healed.has(producer)) {
        const message = `the bytes of ${id} cannot be read back, even after running it again`;
        for (const index of unit.members) this.#fail(index, { reason: "threw", message }, 0);
        return;
      }
      for (const index of unit.members) this.#waitsFor[index]++;
      if (patients !== undefined) patients.push(...unit.members);
      else {
        this.#healing.set(producer, [...unit.members]);
        this.#runAgain(producer);
      }
    }
  }

  #runAgain(producer: number): void {
    const { id } = this.#member(producer);
    const message = `the stored bytes of ${id} are damaged or gone; running it again`;
    this.#tell({ type: "warning", stage: id, message });
    this.#healed.add(producer);
    const keyed = this.#keyed(producer);
    if (keyed !== undefined) this.#enqueue(producer, keyed, true);
  }

  #break(error: unknown): void {
    this.#broken ??= { error };
    this.#stop("the store failed", true);
    this.#pump();
  }

  #stop(reason: string, cancel: boolean): void {
    this.#stopping ??= reason;
    if (cancel) this.#stopper.stop(reason);
    if (this.#idle !== undefined) this.#pump();
  }

  async #finish(): Promise<void> {
    const because = this.#stopping ?? "nothing could make it ready";
    for (let i = 0; i < this.#status.length; i++) {
      if (this.#status[i] === waiting || this.#status[i] === ready) this.#skip(i, because);
    }
    try {
      await this.#deps.store.flush();
    } catch (error) {
      this.#broken ??= { error };
    }
    const totals = this.#totals();
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

  #totals(): RunTotals {
    const counts = new Int32Array(skipped + 1);
    for (const status of this.#status) counts[status]++;
    return {
      stages: this.#status.length - counts[leftOut],
      ran: counts[ran],
      hit: counts[hit],
      failed: counts[failed],
      skipped: counts[skipped],
      fused: 0,
    };
  }

  #member(index: number): StageMember {
    return this.#graph.members[index];
  }

  #tell(event: Told): void {
    const at = Math.round((this.#deps.clock.monotonic() - this.#began) * 100) / 100;
    this.#events.push({ ...event, at } as RunEvent);
  }
}
