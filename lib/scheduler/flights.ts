// Units in the air, and those that wait on the ground for their next attempt.

import type { StageFailure } from "../core/executor.ts";
import type { StageMember } from "../workflow/graph.ts";
import type { Course } from "./course.ts";
import { type Boarding, type FlightDeps, fly, type Landing, type Unit } from "./flight.ts";
import type { Ledger } from "./ledger.ts";
import type { Line } from "./line.ts";
import type { Pool } from "./pool.ts";
import { Resting } from "./resting.ts";
import { type NextAttempt, nextAttempt } from "./retry.ts";
import type { Teller } from "./teller.ts";
import { longestTimeout, patientPolicy } from "./unit_limits.ts";

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
 * if (next !== undefined) flights.launch(next.item, next);
 * ```
 */
export class Flights {
  readonly #deps: FlightsDeps;
  readonly #resting: Resting;
  #flying = 0;

  constructor(deps: FlightsDeps) {
    this.#deps = deps;
    this.#resting = new Resting(deps.shared.clock);
  }

  /** How many fly, or wait for their next attempt. */
  get size(): number {
    return this.#flying + this.#resting.size;
  }

  /** Nobody is waited for any more who is not flying. */
  ground(): void {
    this.#resting.clear();
  }

  /** Starts a unit with what it was given. */
  launch(unit: Unit, boarding: Boarding): void {
    const { course, pool, shared, broke, wake } = this.#deps;
    const traced = course.arrivals.tracedNow(unit);
    if (traced !== undefined) {
      pool.leave(boarding.grant);
      return course.land(unit, { how: "hit", manifest: traced }, 0);
    }
    this.#flying++;
    unit.isStarted = true;
    const began = course.healing.moment();
    const members = this.#membersOf(unit);
    fly(unit, members[0], longestTimeout(members), boarding, shared)
      .then((landing) => this.#land(unit, landing, began))
      .catch(broke)
      .finally(() => {
        this.#flying--;
        pool.leave(boarding.grant);
        wake();
      });
  }

  #land(unit: Unit, landing: Landing, began: number): void {
    const { course, line, stopping } = this.#deps;
    // Another process has made it.
    if (landing.how === "hit") line.spread();
    if (landing.how === "failed" && landing.grant !== undefined && stopping() === undefined) {
      const members = this.#membersOf(unit);
      const { failure, grant } = landing;
      const next = nextAttempt(unit.attempts, failure, patientPolicy(members), grant);
      if (next !== undefined) {
        const shortage = line.shortage(members[0], next.attempts);
        if (shortage === undefined) return this.#rest(unit, next, failure);
        const message = `${failure.message}; it is not tried again: ${shortage}`;
        return course.land(unit, { ...landing, failure: { ...failure, message } }, began);
      }
    }
    course.land(unit, landing, began);
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
