// Several units of one group carried out as one: locks in the order of keys, a last look whether others have made a
// result, inputs, one batch; each unit lands by itself as it ends. Says how each landed; what follows is decided
// elsewhere (flights.ts).

import type { Grant, Job, StageFailure, TaskJob } from "../core/executor.ts";
import type { StageMember } from "../workflow/graph.ts";
import { attemptMany, type BatchMember } from "./attempt_many.ts";
import type { Attempted } from "./attempt.ts";
import { commitResult } from "./commit.ts";
import {
  type Boarding,
  cancelled,
  execute,
  type FlightDeps,
  type Landing,
  prepare,
  ranFor,
  type Unit,
  withStates,
} from "./flight.ts";
import { jobOf } from "./job_of.ts";
import { type UnitStates, unitStates } from "./unit_states.ts";

/** One of those that go together. */
export interface Passenger {
  readonly unit: Unit;
  /** The member that runs. */
  readonly member: StageMember;
}

/** Who hears of the units of a batch, each once. */
export interface TogetherDeps extends FlightDeps {
  /** @param fused how many ran as one. */
  readonly land: (unit: Unit, landing: Landing, fused: number) => void;
  /** Somebody else holds the key. */
  readonly leftOut: (unit: Unit) => void;
  /** The batch failed, and these with it. @param fused how many were in it. */
  readonly failedTogether: (units: readonly Unit[], failure: StageFailure, fused: number) => void;
}

interface Locked extends Passenger {
  readonly lock: Disposable;
}

interface Ready extends Locked {
  readonly inputs: Job["inputs"];
}

/** Members whose inputs are read at a time. */
const readAtOnce = 16;

/** How long all locks of a batch may take together if the store cannot say at once who holds one, in ms. */
const patience = 10;

/**
 * Carries units out as one.
 *
 * @param timeoutSeconds of one unit.
 * @throws {StorageError} what the store throws.
 *
 * @example
 * ```ts ignore
 * await flyTogether(passengers, 60, { request, grant }, deps);
 * ```
 */
export async function flyTogether(
  passengers: readonly Passenger[],
  timeoutSeconds: number | undefined,
  boarding: Boarding,
  deps: TogetherDeps,
): Promise<void> {
  const locked = await lockAll(passengers, deps);
  const locks = new Set(locked.map(({ lock }) => lock));
  try {
    if (locked.length > 0) await deps.refresh();
    const ready: Ready[] = [];
    for (let i = 0; i < locked.length; i += readAtOnce) {
      const some = locked.slice(i, i + readAtOnce);
      const prepared = await Promise.all(
        some.map(({ unit, member }) => prepare(unit, member, deps)),
      );
      some.forEach((passenger, k) => {
        const found = prepared[k];
        if (found.how === "ready") return ready.push({ ...passenger, inputs: found.inputs });
        release(passenger.lock, locks);
        deps.land(passenger.unit, found, 1);
      });
    }
    if (deps.stopper.stopped) {
      for (const { unit } of ready) deps.land(unit, cancelled(deps), 1);
    } else if (ready.length === 1) {
      const [{ unit, member, inputs, lock }] = ready;
      const landing = await execute(unit, member, timeoutSeconds, inputs, boarding.grant, deps);
      release(lock, locks);
      deps.land(unit, landing, 1);
    } else if (ready.length > 1) {
      await executeTogether(ready, timeoutSeconds, boarding.grant, locks, deps);
    }
  } finally {
    for (const lock of locks) lock[Symbol.dispose]();
  }
}

/** Locks in the order of keys; who is locked by others is left out, and so is who is known already. */
async function lockAll(
  passengers: readonly Passenger[],
  deps: TogetherDeps,
): Promise<readonly Locked[]> {
  const { store } = deps;
  const sorted = [...passengers].sort((a, b) => a.unit.keyed.key < b.unit.keyed.key ? -1 : 1);
  const locked: Locked[] = [];
  const until = deps.clock.monotonic() + patience;
  try {
    for (const passenger of sorted) {
      const { unit } = passenger;
      // Another process may have made it since the plan, and told at some refresh.
      const made = unit.forced || unit.healing ? undefined : store.lookup(unit.keyed.key);
      if (made !== undefined) {
        deps.land(unit, { how: "hit", manifest: made }, 1);
        continue;
      }
      const lock = await lockNow(unit, until, deps);
      if (lock === undefined) deps.leftOut(unit);
      else locked.push({ ...passenger, lock });
    }
  } catch (error) {
    for (const { lock } of locked) lock[Symbol.dispose]();
    throw error;
  }
  const order = new Map(passengers.map(({ unit }, i) => [unit, i]));
  return locked.sort((a, b) => order.get(a.unit)! - order.get(b.unit)!);
}

/** The lock, if nobody holds it. */
async function lockNow(
  { keyed: { key } }: Unit,
  until: number,
  { store, clock }: TogetherDeps,
): Promise<Disposable | undefined> {
  if (store.tryLock !== undefined) return await store.tryLock(key);
  const pending = store.lock(key);
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const cancel = clock.after(Math.max(0, until - clock.monotonic()), () => resolve(undefined));
  const lock = await Promise.race([pending, late]).finally(cancel);
  if (lock === undefined) pending.then((lock) => lock[Symbol.dispose](), () => {});
  return lock;
}

async function executeTogether(
  batch: readonly Ready[],
  timeoutSeconds: number | undefined,
  grant: Grant,
  locks: Set<Disposable>,
  deps: TogetherDeps,
): Promise<void> {
  const { clock, pool } = deps;
  const fused = batch.length;
  const members: (BatchMember & { readonly states?: UnitStates })[] = [];
  for (const { unit: { keyed, code, attempts, forced }, member, inputs } of batch) {
    const job = await jobOf(member, keyed, code, inputs, grant, deps) as TaskJob;
    const states = await unitStates(member, keyed, forced, deps);
    const attempt = attempts.number;
    members.push({ job, member, attempt, ...(states === undefined ? {} : { states }) });
  }
  const worker = pool.takeNumber();
  for (const { member } of batch) deps.started(member, worker, fused);
  const began = clock.monotonic();
  const started_at = new Date(clock.now()).toISOString();
  const open = new Set(batch);
  const landings: Promise<void>[] = [];
  const land = async (index: number, landing: Landing | Attempted) => {
    const one = batch[index];
    const { unit, member } = one;
    const { states } = members[index];
    await states?.settled();
    let last: Landing;
    if ("how" in landing) last = landing;
    else {
      const attempted = withStates(landing, states);
      last = ranFor(attempted, await commitResult(unit, member, attempted, started_at, deps));
    }
    release(one.lock, locks);
    deps.land(unit, last, fused);
  };
  try {
    const result = await attemptMany(members, timeoutSeconds, (index, ended) => {
      open.delete(batch[index]);
      const seconds = (clock.monotonic() - began) / 1000;
      const landing = ended.ok
        ? ended.value
        : { how: "failed", failure: ended.error, seconds, grant } as const;
      const landed = land(index, landing);
      // A store that fails ends the run, and the batch with it.
      landed.catch(deps.notDurable);
      landings.push(landed);
    }, deps);
    await Promise.all(landings);
    if (result.ok) return;
    for (const { lock } of open) release(lock, locks);
    const left = batch.filter((one) => open.has(one)).map(({ unit }) => unit);
    if (left.length > 0) deps.failedTogether(left, result.error, fused);
  } finally {
    await Promise.allSettled(landings);
    // Also of those that did not end: what they have kept is there when they go again.
    await Promise.all(members.map(({ states }) => states?.settled()));
    pool.returnNumber(worker);
  }
}

function release(lock: Disposable, locks: Set<Disposable>): void {
  if (locks.delete(lock)) lock[Symbol.dispose]();
}
