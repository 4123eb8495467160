// Units in the air, alone or several as one, and those that wait on the ground for their next attempt.
//
// What breaks a batch (its device, memory, time, worker, or what `runMany` throws) breaks it as a whole: those that had
// not ended go again in halves, and only what breaks one alone is that one's failure and counts as its attempt.

import type { Manifest } from "../core/manifest.ts";
import type { StageFailure } from "../core/executor.ts";
import type { StageMember } from "../workflow/graph.ts";
import type { Course } from "./course.ts";
import { FallBack } from "./fall_back.ts";
import { type Boarding, type FlightDeps, fly, type Landing, type Unit } from "./flight.ts";
import { flyTogether } from "./fly_together.ts";
import type { Ledger } from "./ledger.ts";
import type { Line } from "./line.ts";
import type { Pool } from "./pool.ts";
import { Resting } from "./resting.ts";
import { type NextAttempt, nextAttempt } from "./retry.ts";
import type { Teller } from "./teller.ts";
import { longestTimeout, patientPolicy } from "./unit_limits.ts";
import { wasFound } from "./unit_states.ts";

/** What the flights of a run report to. */
export interface FlightsDeps {
  readonly ledger: Ledger;
  readonly course: Course;
  readonly line: Line;
  readonly pool: Pool;
  readonly teller: Teller;
  readonly shared: FlightDeps;
  /** Why nothing more is started; `undefined` while it is. */
  readonly stopping: () => string | undefined;
  /** Something has landed, or has waited long enough. */
  readonly wake: () => void;
  /** The store failed. */
  readonly broke: (error: unknown) => void;
}

/**
 * The flights of one run.
 *
 * @example
 * ```ts ignore
 * const next = line.take();
 * if (next !== undefined) flights.launch(next.units, next);
 * ```
 */
export class Flights {
  /** Members that have run together with others. */
  numFused = 0;
  readonly #deps: FlightsDeps;
  readonly #resting: Resting;
  readonly #fallBack: FallBack;
  #flying = 0;
  /** Parts that groups were cut into so far. */
  #numParts = 0;
  #cancelWake: (() => void) | undefined;

  constructor(deps: FlightsDeps) {
    this.#deps = deps;
    this.#resting = new Resting(deps.shared.clock);
    this.#fallBack = new FallBack(deps.shared.engine);
  }

  /** How many fly, or wait for their next attempt. */
  get size(): number {
    return this.#flying + this.#resting.size;
  }

  /** Nobody is waited for any more who is not flying. */
  ground(): void {
    this.#resting.clear();
  }

  /** Starts units of one group with what they were given together. */
  launch(units: readonly Unit[], boarding: Boarding): void {
    const { course, pool, shared, broke, wake } = this.#deps;
    const going = units.filter((unit) => !this.#isDone(unit));
    if (going.length === 0) return pool.leave(boarding.grant);
    this.#flying++;
    for (const unit of going) unit.isStarted = true;
    const began = course.healing.moment();
    const members = going.map((unit) => this.#membersOf(unit));
    const timeout = longestTimeout(members.flat());
    const flight = going.length === 1
      ? fly(going[0], members[0][0], timeout, boarding, shared)
        .then((landing) => this.#land(going[0], landing, began))
      : flyTogether(going.map((unit, i) => ({ unit, member: members[i][0] })), timeout, boarding, {
        ...shared,
        land: (unit, landing, fused) => {
          if (landing.how === "ran" && fused > 1 && !wasFound(landing.work)) this.numFused++;
          this.#land(unit, landing, began);
          this.#wakeSoon();
        },
        leftOut: (unit) => this.#leaveOut(unit),
        failedTogether: (left, failure, fused) => this.#halve(left, failure, fused, began),
      });
    flight.catch(broke).finally(() => {
      this.#flying--;
      pool.leave(boarding.grant);
      this.#cancelWake?.();
      this.#cancelWake = undefined;
      wake();
    });
  }

  /** Whether a unit need not fly: its result was found, or its device given up. */
  #isDone(unit: Unit): boolean {
    const { course } = this.#deps;
    const traced: Manifest | undefined = course.arrivals.tracedNow(unit);
    if (traced !== undefined) course.land(unit, { how: "hit", manifest: traced }, 0);
    else if (!this.#fallBack.gaveUp || !this.#goElsewhere(unit)) return false;
    return true;
  }

  /** What has become ready in one go starts together. */
  #wakeSoon(): void {
    this.#cancelWake ??= this.#deps.shared.clock.after(0, () => {
      this.#cancelWake = undefined;
      this.#deps.wake();
    });
  }

  #land(unit: Unit, landing: Landing, began: number): void {
    const { course, line, stopping } = this.#deps;
    const isOnEngine = this.#fallBack.isOnEngine(unit.keyed.action.recipe.numerics);
    if (landing.how === "ran") {
      if (isOnEngine) this.#fallBack.worked();
      // What went on from states tells little of how long the others take.
      const isWhole = (landing.work?.found ?? 0) === 0;
      if (unit.group !== undefined && isWhole) line.learn(unit, landing.seconds);
    }
    // Another process has made it.
    if (landing.how === "hit") line.spread();
    if (landing.how === "failed" && landing.grant !== undefined && stopping() === undefined) {
      const members = this.#membersOf(unit);
      const { failure, grant } = landing;
      const isLost = failure.reason === "device-lost" && isOnEngine;
      if (isLost) this.#lost();
      // A device is tried once more, in a worker of its own.
      if (isLost && unit.attempts.lost >= 1 && this.#goElsewhere(unit, failure)) return;
      const forgiven = isOnEngine ? 1 : undefined;
      const next = nextAttempt(unit.attempts, failure, patientPolicy(members), grant, forgiven);
      if (next !== undefined) {
        const shortage = line.shortage(members[0], next.attempts);
        if (shortage === undefined) return this.#rest(unit, next, failure);
        const message = `${failure.message}; it is not tried again: ${shortage}`;
        return course.land(unit, { ...landing, failure: { ...failure, message } }, began);
      }
    }
    course.land(unit, landing, began);
  }

  /** Somebody else is at it: waits for its lock alone. */
  #leaveOut(unit: Unit): void {
    const { line } = this.#deps;
    unit.part = ++this.#numParts;
    line.spread();
    line.add(unit);
  }

  /** A batch failed: those that had not ended go again in smaller ones. */
  #halve(units: readonly Unit[], failure: StageFailure, fused: number, began: number): void {
    const { course, line, teller, ledger, stopping } = this.#deps;
    const stopped = stopping();
    if (failure.reason === "cancelled" || stopped !== undefined) {
      // There is no time left to find out whose failure it is: it is nobody's.
      const cancelled = { reason: "cancelled", message: stopped ?? failure.message } as const;
      const landing = { how: "failed", failure: cancelled, seconds: 0 } as const;
      for (const unit of units) course.land(unit, landing, began);
      return;
    }
    const isOnEngine = this.#fallBack.isOnEngine(units[0].keyed.action.recipe.numerics);
    if (failure.reason === "device-lost" && isOnEngine) this.#lost();
    const { id } = ledger.member(units[0].members[0]);
    const [first] = failure.message.split("\n");
    teller.warn(
      id,
      `running as one with ${fused - 1} more, it failed (${failure.reason}: ${first}); ` +
        `${units.length === 1 ? "it is" : `${units.length} are`} tried again in smaller batches`,
    );
    const parts = [++this.#numParts, ++this.#numParts];
    units.forEach((unit, i) => {
      unit.part = parts[2 * i < units.length ? 0 : 1];
      line.add(unit);
    });
  }

  #lost(): void {
    const { teller } = this.#deps;
    if (!this.#fallBack.lost()) return;
    const to = this.#fallBack.fallback!.numerics;
    teller.warn(undefined, `the device is lost again and again; what is left runs on ${to}`);
  }

  /** Lets a unit be computed where the run falls back to. @returns whether it does. */
  #goElsewhere(unit: Unit, failure?: StageFailure): boolean {
    const { course, ledger, teller } = this.#deps;
    const numerics = this.#fallBack.classFor(unit.keyed.action.recipe.numerics);
    if (numerics === undefined) return false;
    if (failure !== undefined) {
      const { id } = ledger.member(unit.members[0]);
      teller.warn(id, `its device was lost twice (${failure.message}); it runs on ${numerics}`);
    }
    course.fallBack(unit, numerics);
    return true;
  }

  /** The next attempt begins after a while; meanwhile the unit holds nothing of the machine. */
  #rest(unit: Unit, { attempts, waitSeconds }: NextAttempt, failure: StageFailure): void {
    const { ledger, line, teller, wake } = this.#deps;
    teller.tell({
      type: "stage-retried",
      stage: ledger.member(unit.members[0]).id,
      attempt: unit.attempts.number,
      failure,
      wait_seconds: waitSeconds,
    });
    unit.attempts = attempts;
    unit.part = ++this.#numParts;
    if (waitSeconds === 0) return void line.add(unit);
    this.#resting.add(waitSeconds, () => {
      line.add(unit);
      wake();
    });
  }

  #membersOf({ members }: Unit): readonly StageMember[] {
    return members.map((index) => this.#deps.ledger.member(index));
  }
}
