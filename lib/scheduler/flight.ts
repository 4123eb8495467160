// One action carried out: lock its key, look once more whether somebody else has made it, read the inputs, execute,
// commit. Says how it landed and changes nothing else; the run (run.ts) draws the conclusions.

import type { ActionKey } from "../core/digest.ts";
import type { Grant, Job, StageFailure } from "../core/executor.ts";
import type { Manifest } from "../core/manifest.ts";
import type { Store } from "../core/store.ts";
import type { StateWork } from "../core/task.ts";
import type { StageMember } from "../workflow/graph.ts";
import type { FuseGroup } from "../workflow/fuse_groups.ts";
import type { KeyedAction, MemberCode } from "../workflow/keys.ts";
import { type AttemptDeps, type Attempted, attemptJob } from "./attempt.ts";
import { type CommitDeps, commitResult } from "./commit.ts";
import { type JobDeps, jobOf } from "./job_of.ts";
import type { Pool, Request } from "./pool.ts";
import { type InputSources, readInputs } from "./read_inputs.ts";
import type { Attempts } from "./retry.ts";
import { type UnitStates, unitStates } from "./unit_states.ts";

/** One action to carry out, with all members whose action it is. */
export interface Unit {
  readonly keyed: KeyedAction;
  readonly code: MemberCode;
  /** Indexes; the first one runs, the others share its result. */
  readonly members: number[];
  /** Run although a result is known. */
  readonly forced: boolean;
  /** Run because the bytes of the known result are lost. */
  healing: boolean;
  /** The result that is made again, to compare with. */
  recorded?: Manifest;
  attempts: Attempts;
  /** Whether it was started, so that the first of its members stays the first. */
  isStarted?: true;
  /** Which others it may run with as one, if with any. */
  group?: FuseGroup | undefined;
  /** The part of the group that it is left with, after a batch has failed, a key was locked or an attempt failed. */
  part?: number;
}

/** How a unit ended. */
export type Landing =
  | { readonly how: "hit"; readonly manifest: Manifest }
  | {
    readonly how: "ran";
    readonly manifest: Manifest;
    readonly seconds: number;
    /** How much of it was found in states on the way. */
    readonly work?: StateWork;
  }
  | {
    readonly how: "failed";
    readonly failure: StageFailure;
    readonly seconds: number;
    /** What the attempt was given; absent if it was not begun. */
    readonly grant?: Grant;
  }
  | { readonly how: "lost"; readonly producers: readonly number[] }
  | { readonly how: "stale" };

/** What a flight uses. */
export interface FlightDeps extends InputSources, AttemptDeps, JobDeps, CommitDeps {
  readonly store: Store;
  readonly pool: Pool;
  /** Sees what other processes have committed. */
  readonly refresh: () => Promise<void>;
  /** This flight waits for another process; what it was given is free meanwhile. */
  readonly contended: () => void;
  /** @param fused how many run as one. */
  readonly started: (member: StageMember, worker: number, fused: number) => void;
}

/** What a flight was given; it gives it back when it lands. */
export interface Boarding {
  readonly request: Request;
  grant: Grant;
}

/** How long a lock may take before what the flight was given goes to others, in ms. */
const patience = 10;

/**
 * Carries a unit out.
 *
 * @param member the member that runs.
 * @param timeoutSeconds the longest time that any of the unit's members allows.
 * @throws {StorageError} what the store throws.
 *
 * @example
 * ```ts ignore
 * const landing = await fly(unit, graph.members[unit.members[0]], undefined, { request, grant }, deps);
 * ```
 */
export async function fly(
  unit: Unit,
  member: StageMember,
  timeoutSeconds: number | undefined,
  boarding: Boarding,
  deps: FlightDeps,
): Promise<Landing> {
  const { key } = unit.keyed;
  // Another process may have made it since the plan, and told at some refresh.
  const made = unit.forced || unit.healing ? undefined : deps.store.lookup(key);
  if (made !== undefined) return { how: "hit", manifest: made };
  const lock = await lockKey(key, boarding, deps);
  if (lock === undefined) return cancelled(deps);
  try {
    await deps.refresh();
    const ready = await prepare(unit, member, deps);
    if (ready.how !== "ready") return ready;
    return await execute(unit, member, timeoutSeconds, ready.inputs, boarding.grant, deps);
  } finally {
    lock[Symbol.dispose]();
  }
}

/** A unit whose key is locked, with its inputs. */
export interface Ready {
  readonly how: "ready";
  readonly inputs: Job["inputs"];
}

/**
 * Looks once more whether a unit whose key is locked must be carried out, and reads its inputs.
 *
 * @throws {StorageError} what the store throws.
 *
 * @example
 * ```ts ignore
 * const ready = await prepare(unit, member, deps);
 * ```
 */
export async function prepare(
  unit: Unit,
  member: StageMember,
  deps: FlightDeps,
): Promise<Landing | Ready> {
  const known = unit.forced ? undefined : deps.store.lookup(unit.keyed.key);
  if (known !== undefined && (!unit.healing || await isWhole(known, deps.store))) {
    return { how: "hit", manifest: known };
  }
  if (deps.stopper.stopped) return cancelled(deps);
  const read = await readInputs(member, unit.keyed.action, deps);
  if (read.how === "read") return { how: "ready", inputs: read.inputs };
  if (read.how !== "failed") return read;
  return { how: "failed", failure: { reason: "threw", message: read.message }, seconds: 0 };
}

/** Waits for the lock; if that takes long, another process is at it, and what was given is lent to other work. */
async function lockKey(
  key: ActionKey,
  boarding: Boarding,
  deps: FlightDeps,
): Promise<Disposable | undefined> {
  const { store, clock, pool, stopper } = deps;
  let aside = false;
  const cancelTimer = clock.after(patience, () => {
    aside = true;
    pool.stepAside(boarding.grant);
    deps.contended();
  });
  const pending = store.lock(key);
  try {
    const lock = await stopper.race(pending);
    if (lock === undefined) pending.then((late) => late[Symbol.dispose](), () => {});
    return lock;
  } finally {
    cancelTimer();
    if (aside) boarding.grant = await pool.comeBack(boarding.request);
  }
}

/** Whether all bytes of a result can be read. */
async function isWhole(manifest: Manifest, store: Store): Promise<boolean> {
  for (const artifact of Object.values(manifest.outputs)) {
    if (await store.read(artifact) === undefined) return false;
  }
  return true;
}

/**
 * Executes a unit whose key is locked, and commits what it gave.
 *
 * @throws {StorageError} what the store throws.
 *
 * @example
 * ```ts ignore
 * const landing = await execute(unit, member, undefined, ready.inputs, boarding.grant, deps);
 * ```
 */
export async function execute(
  unit: Unit,
  member: StageMember,
  timeoutSeconds: number | undefined,
  inputs: Job["inputs"],
  grant: Grant,
  deps: FlightDeps,
): Promise<Landing> {
  const { clock, pool } = deps;
  const { keyed, code, attempts } = unit;
  const job = await jobOf(member, keyed, code, inputs, grant, deps);
  const states = await unitStates(member, keyed, unit.forced, deps);
  const worker = pool.takeNumber();
  deps.started(member, worker, 1);
  const began = clock.monotonic();
  const started_at = new Date(clock.now()).toISOString();
  try {
    const attempt = {
      attempt: attempts.number,
      ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
      ...(states === undefined ? {} : { states }),
    };
    const result = await attemptJob(job, member, attempt, deps);
    await states?.settled();
    if (!result.ok) {
      const seconds = (clock.monotonic() - began) / 1000;
      return { how: "failed", failure: result.error, seconds, grant };
    }
    const attempted = withStates(result.value, states);
    const manifest = await commitResult(unit, member, attempted, started_at, deps);
    return ranFor(attempted, manifest);
  } finally {
    pool.returnNumber(worker);
  }
}

/**
 * What an attempt gave, with what it tells of its states.
 *
 * @example
 * ```ts ignore
 * const attempted = withStates(result.value, states);
 * ```
 */
export function withStates(attempted: Attempted, states: UnitStates | undefined): Attempted {
  return states === undefined ? attempted : { ...attempted, states: states.record };
}

/**
 * How a unit landed whose result was committed.
 *
 * @example
 * ```ts ignore
 * return ranFor(attempted, manifest);
 * ```
 */
export function ranFor({ seconds, states }: Attempted, manifest: Manifest): Landing {
  const work = states?.work;
  return { how: "ran", manifest, seconds, ...(work === undefined ? {} : { work }) };
}

/**
 * How a unit ends that the run has no more time for.
 *
 * @example
 * ```ts ignore
 * if (deps.stopper.stopped) return cancelled(deps);
 * ```
 */
export function cancelled({ stopper }: Pick<FlightDeps, "stopper">): Landing {
  const message = stopper.reason ?? "stopped";
  return { how: "failed", failure: { reason: "cancelled", message }, seconds: 0 };
}
