// One action carried out: lock its key, look once more whether somebody else has made it, read the inputs, execute,
// check, commit. Says how it landed and changes nothing else; the run (run.ts) draws the conclusions.

import type { Closure } from "../core/closure.ts";
import type { ActionKey } from "../core/digest.ts";
import type { Clock } from "../core/disk.ts";
import type { Executor, Job, StageFailure } from "../core/executor.ts";
import type { Manifest, Provenance } from "../core/manifest.ts";
import type { Store } from "../core/store.ts";
import type { StageMember } from "../workflow/graph.ts";
import type { KeyedAction, MemberCode } from "../workflow/keys.ts";
import { outputProblem } from "./check_outputs.ts";
import { type InputSources, readInputs } from "./read_inputs.ts";
import type { Slots } from "./slots.ts";
import type { Stopper } from "./stopper.ts";

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
}

/** How a unit ended. */
export type Landing =
  | { readonly how: "hit"; readonly manifest: Manifest }
  | { readonly how: "ran"; readonly manifest: Manifest; readonly seconds: number }
  | { readonly how: "failed"; readonly failure: StageFailure; readonly seconds: number }
  | { readonly how: "lost"; readonly producers: readonly number[] }
  | { readonly how: "stale" };

/** What a flight uses. */
export interface FlightDeps extends InputSources {
  readonly store: Store;
  readonly executor: Executor;
  readonly clock: Clock;
  readonly slots: Slots;
  readonly stopper: Stopper;
  /** Sees what other processes have committed. */
  readonly refresh: () => Promise<void>;
  readonly code: (closure: Closure) => Promise<string>;
  readonly provenance: Omit<Provenance, "stage" | "started_at" | "seconds" | "engine" | "modules">;
  /** This flight waits for another process; if `free`, its slot is free meanwhile. */
  readonly contended: (free: boolean) => void;
  readonly started: (member: StageMember, worker: number) => void;
  readonly progress: (member: StageMember, fraction: number, note?: string) => void;
  /** Told when what was committed turns out not to be durable. */
  readonly notDurable: (error: unknown) => void;
}

/** How long a lock may take before its slot is given to others, in ms. */
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
 * const landing = await fly(unit, graph.members[unit.members[0]], undefined, deps);
 * ```
 */
export async function fly(
  unit: Unit,
  member: StageMember,
  timeoutSeconds: number | undefined,
  deps: FlightDeps,
): Promise<Landing> {
  const { key } = unit.keyed;
  // Another process may have made it since the plan, and told at some refresh.
  const made = unit.forced || unit.healing ? undefined : deps.store.lookup(key);
  if (made !== undefined) return { how: "hit", manifest: made };
  const lock = await lockKey(key, deps);
  if (lock === undefined) return cancelled(deps);
  try {
    await deps.refresh();
    const known = unit.forced ? undefined : deps.store.lookup(key);
    if (known !== undefined && (!unit.healing || await isWhole(known, deps.store))) {
      return { how: "hit", manifest: known };
    }
    if (deps.stopper.stopped) return cancelled(deps);
    const read = await readInputs(member, unit.keyed.action, deps);
    if (read.how === "failed") {
      return { how: "failed", failure: { reason: "threw", message: read.message }, seconds: 0 };
    }
    if (read.how !== "read") return read;
    return await execute(unit, member, timeoutSeconds, read.inputs, deps);
  } finally {
    lock[Symbol.dispose]();
  }
}

/** Waits for the lock; if that takes long, another process is at it, and the slot is lent to other work. */
async function lockKey(key: ActionKey, deps: FlightDeps): Promise<Disposable | undefined> {
  const { store, clock, slots, stopper } = deps;
  let aside = false;
  const cancelTimer = clock.after(patience, () => {
    aside = slots.stepAside();
    deps.contended(aside);
  });
  const pending = store.lock(key);
  try {
    const lock = await stopper.race(pending);
    if (lock === undefined) pending.then((late) => late[Symbol.dispose](), () => {});
    return lock;
  } finally {
    cancelTimer();
    if (aside) await slots.comeBack();
  }
}

/** Whether all bytes of a result can be read. */
async function isWhole(manifest: Manifest, store: Store): Promise<boolean> {
  for (const artifact of Object.values(manifest.outputs)) {
    if (await store.read(artifact) === undefined) return false;
  }
  return true;
}

async function execute(
  unit: Unit,
  member: StageMember,
  timeoutSeconds: number | undefined,
  inputs: Job["inputs"],
  deps: FlightDeps,
): Promise<Landing> {
  const { clock, slots } = deps;
  const bundle = {
    digest: unit.code.closure.digest,
    code: await deps.code(unit.code.closure),
  };
  const chosen = Object.entries(member.members);
  const members = Object.fromEntries(chosen.map(([p, { room, name }]) => [p, `${room}/${name}`]));
  const worker = slots.takeNumber();
  deps.started(member, worker);
  const began = clock.monotonic();
  const started_at = new Date(clock.now()).toISOString();
  const seconds = () => (clock.monotonic() - began) / 1000;
  try {
    const job = { bundle, params: member.params, members, inputs };
    const result = await executeInTime(job, member, timeoutSeconds, deps);
    if (!result.ok) return { how: "failed", failure: result.error, seconds: seconds() };
    const problem = outputProblem(member.outputs, result.value.outputs);
    if (problem !== undefined) {
      const failure = { reason: "bad-output", message: problem } as const;
      return { how: "failed", failure, seconds: seconds() };
    }
    const provenance: Provenance = {
      ...deps.provenance,
      stage: member.id,
      started_at,
      seconds: result.value.seconds,
      engine: member.task.numerics === "engine" ? unit.keyed.action.recipe.numerics : null,
      modules: unit.code.closure.modules,
    };
    const committed = await deps.store.commit(
      { key: unit.keyed.key, weak: unit.keyed.weak, action: unit.keyed.action, provenance },
      result.value.outputs,
    );
    committed.durable.catch(deps.notDurable);
    return { how: "ran", manifest: committed.manifest, seconds: result.value.seconds };
  } finally {
    slots.returnNumber(worker);
  }
}

async function executeInTime(
  job: Job,
  member: StageMember,
  timeoutSeconds: number | undefined,
  { clock, executor, stopper, progress }: FlightDeps,
): ReturnType<Executor["execute"]> {
  const control = new AbortController();
  const forget = stopper.onStop((reason) => control.abort(reason));
  let timedOut = false;
  const cancelTimer = timeoutSeconds === undefined ? () => {} : clock.after(
    timeoutSeconds * 1000,
    () => {
      timedOut = true;
      control.abort("timed out");
    },
  );
  try {
    const result = await executor.execute(job, {
      signal: control.signal,
      progress: (fraction, note) => progress(member, fraction, note),
    });
    if (result.ok || !timedOut) return result;
    const message = `did not finish within its timeout of ${timeoutSeconds} s`;
    return { ok: false, error: { reason: "timed-out", message } };
  } catch (error) {
    // Executors answer with values; one that throws is broken, but the run need not be.
    return { ok: false, error: { reason: "crashed", message: `the executor threw: ${error}` } };
  } finally {
    cancelTimer();
    forget();
  }
}

function cancelled({ stopper }: FlightDeps): Landing {
  const message = stopper.reason ?? "stopped";
  return { how: "failed", failure: { reason: "cancelled", message }, seconds: 0 };
}
