// Members that have all they need: their keys are made, known results are entered at once, the rest becomes units of
// work, one for each key. Leaves out when units start (run.ts) and what follows when they land (course.ts).

import type { ActionKey } from "../core/digest.ts";
import type { Manifest } from "../core/manifest.ts";
import type { Store } from "../core/store.ts";
import { isPresent, knownResult, tracedResult } from "../workflow/known_results.ts";
import type { KeyedAction } from "../workflow/keys.ts";
import type { Unit } from "./flight.ts";
import type { Growth } from "./growth.ts";
import type { Healing } from "./healing.ts";
import type { Ledger } from "./ledger.ts";
import { firstAttempt } from "./retry.ts";
import { status } from "./standing.ts";

/** What arrivals use. */
export interface ArrivalDeps {
  readonly ledger: Ledger;
  readonly growth: Growth;
  readonly healing: Healing;
  readonly store: Store;
  /** Why nothing more is started; `undefined` while it is. */
  readonly stopping: () => string | undefined;
  /** A unit can start; says what is wrong if it never can. */
  readonly ready: (unit: Unit) => string | undefined;
  /** A result was found by its trace. */
  readonly traced: (manifest: Manifest, keyed: KeyedAction) => void;
  /** The result of a member is known. */
  readonly hit: (index: number, manifest: Manifest) => void;
  /** A member cannot run. */
  readonly hopeless: (index: number, message: string) => void;
}

/**
 * The arrivals of one run.
 *
 * @example
 * ```ts ignore
 * arrivals.arrive(ledger.begin());
 * ```
 */
export class Arrivals {
  /** Whether something that was known has other bytes now or is lost, so that keys made before may be out of date. */
  anyChanged = false;
  /** Keys carried out in this run: forcing a member does not run its twin again. */
  readonly ranKeys = new Set<ActionKey>();
  readonly #deps: ArrivalDeps;
  readonly #ledger: Ledger;
  /** Members that have all they need, until their keys are made. */
  readonly #arrivals: number[] = [];
  /** Units that wait or fly, by key. */
  readonly #units = new Map<ActionKey, Unit>();

  constructor(deps: ArrivalDeps) {
    this.#deps = deps;
    this.#ledger = deps.ledger;
  }

  /** Members have all they need: their keys can be made, and often that is all. */
  arrive(free: readonly number[]): void {
    const arrivals = this.#arrivals;
    const busy = arrivals.length > 0;
    for (const index of free) arrivals.push(index);
    if (busy) return;
    for (let k = 0; k < arrivals.length && this.#deps.stopping() === undefined; k++) {
      if (this.#ledger.standing.isWaiting(arrivals[k])) this.#arriveOne(arrivals[k]);
    }
    arrivals.length = 0;
  }

  #arriveOne(index: number): void {
    const { store, traced } = this.#deps;
    const member = this.#ledger.member(index);
    if (member.pending === true) return;
    const empty = this.#ledger.emptyPort(index);
    if (empty !== undefined) {
      return this.arrive(this.#ledger.skip(index, `all that it gathers in ${empty} failed`));
    }
    const entry = this.#ledger.plan.entries[index];
    const isFresh = !this.#deps.healing.happened && !this.anyChanged;
    const planned = entry?.verdict === "run" && isFresh ? entry : undefined;
    const keyed = planned?.keyed ?? this.#ledger.keyed(index);
    if (typeof keyed === "string") return this.#deps.hopeless(index, keyed);
    if (this.#deps.healing.has(index)) {
      return this.enqueue(index, keyed, true, this.#ledger.manifests[index]);
    }
    if (this.#mustRun(index, keyed.key)) return this.enqueue(index, keyed, false);
    // What the plan found missing was looked for by its trace then, and will be when it starts.
    const known = planned?.because === "missing"
      ? ownResult(store.recall(keyed.key))
      : knownResult(store, keyed, member, this.#ledger.artifact);
    if (known === undefined) return this.enqueue(index, keyed, false);
    const needed = planned?.because === "recompute" || this.isNeeded(index);
    if (needed && !isPresent(store, known.manifest)) {
      return this.enqueue(index, keyed, false, known.manifest);
    }
    if (known.traced) traced(known.manifest, keyed);
    this.#deps.hit(index, known.manifest);
  }

  /** Whether somebody needs the bytes of a member however its readers fare. */
  isNeeded(index: number): boolean {
    return this.#ledger.isEnd(index) || this.#deps.growth.isWanted(index);
  }

  #mustRun(index: number, key: ActionKey): boolean {
    return this.#ledger.isForced(index) && !this.ranKeys.has(key);
  }

  /** Makes a unit of a member, or adds it to the one of its key. */
  enqueue(index: number, keyed: KeyedAction, healing: boolean, recorded?: Manifest): void {
    this.#ledger.standing.set(index, status.ready);
    const same = this.#units.get(keyed.key);
    if (same !== undefined) {
      // The first in the graph runs: it reads none of the others, should equal bytes have made them equal.
      if (index < same.members[0] && same.isStarted === undefined) same.members.unshift(index);
      else same.members.push(index);
      same.healing ||= healing;
      if (recorded !== undefined) same.recorded ??= recorded;
      return;
    }
    const code = this.#ledger.plan.keys.code(index);
    if (!code.ok) throw new Error(`${this.#ledger.member(index).id} has a key but no code`);
    const unit: Unit = {
      keyed,
      code: code.value,
      members: [index],
      forced: this.#mustRun(index, keyed.key),
      healing,
      attempts: firstAttempt,
      ...(recorded === undefined ? {} : { recorded }),
    };
    const problem = this.#deps.ready(unit);
    if (problem === undefined) this.#units.set(keyed.key, unit);
    else this.#deps.hopeless(index, problem);
  }

  /** A unit has landed. */
  landed({ keyed: { key } }: Unit, ran: boolean): void {
    this.#units.delete(key);
    if (ran) this.ranKeys.add(key);
  }

  /** The result of another unit that has landed meanwhile and that looked at nothing in which this one differs. */
  tracedNow({ keyed, members, forced, healing, recorded }: Unit): Manifest | undefined {
    if (forced || healing || recorded !== undefined) return undefined;
    const { store, traced } = this.#deps;
    const member = this.#ledger.member(members[0]);
    const manifest = tracedResult(store, keyed, member, this.#ledger.artifact);
    if (manifest === undefined) return undefined;
    const needed = members.some((index) => this.isNeeded(index));
    if (needed && !isPresent(store, manifest)) return undefined;
    traced(manifest, keyed);
    return manifest;
  }
}

function ownResult(manifest: Manifest | undefined) {
  return manifest && { manifest, traced: false };
}
