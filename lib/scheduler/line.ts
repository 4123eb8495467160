// The line of units that could start: in the order of their urgency, and of those the first that the machine has room
// for, with those that may run as one with it. Where several processes share the work, each takes things in an order of its own.

import type { Digest } from "../core/digest.ts";
import type { Grant } from "../core/executor.ts";
import { type FuseGroup, fuseGroup, mostInTime } from "../workflow/fuse_groups.ts";
import type { StageMember } from "../workflow/graph.ts";
import type { Unit } from "./flight.ts";
import { Groups } from "./groups.ts";
import type { Ledger } from "./ledger.ts";
import type { Pool, Request } from "./pool.ts";
import { ranksOf } from "./priority.ts";
import { ReadyUnits } from "./ready_units.ts";
import { type Attempts, requestOf } from "./retry.ts";
import { Lane } from "./run_engine.ts";
import type { ScheduleDeps } from "./schedule.ts";

/** Members that start as one on a processor while nobody knows how long they take. */
const mostUnknown = 4;

/** What of a run its line uses. */
export type LineDeps = Pick<
  ScheduleDeps,
  "expectedSeconds" | "first" | "run" | "executor" | "engine"
>;

/** Units that start together, and what they were given. */
export interface Departure {
  readonly units: readonly Unit[];
  readonly request: Request;
  readonly grant: Grant;
}

/**
 * The line of one run.
 *
 * @example
 * ```ts ignore
 * const line = new Line(pool, ledger, deps);
 * line.rank();
 * ```
 */
export class Line {
  readonly #pool: Pool;
  readonly #ledger: Ledger;
  readonly #deps: LineDeps;
  readonly #units = new ReadyUnits<Unit>();
  readonly #groups = new Groups();
  /** Seconds that units of some code take, as it was seen in this run. */
  readonly #seconds = new Map<Digest, number>();
  readonly #lane: Lane;
  #ranks: Int32Array = new Int32Array(0);
  /** Whether other processes were met on the same work. */
  #isShared = false;

  constructor(pool: Pool, ledger: Ledger, deps: LineDeps) {
    this.#pool = pool;
    this.#ledger = ledger;
    this.#deps = deps;
    this.#lane = new Lane(deps.engine);
  }

  /** How many wait. */
  get size(): number {
    return this.#units.size;
  }

  /** Ranks all members by what is known now of their times: also those that only may run. */
  rank(): void {
    const { expectedSeconds, first, run } = this.#deps;
    const { graph, standing } = this.#ledger;
    if (!standing.anyOpen()) return;
    const costs = Float64Array.from(
      graph.members,
      (member, i) => standing.isOpen(i) ? expectedSeconds?.(member) ?? 1 : 0,
    );
    this.#ranks = ranksOf(standing.edges, costs, this.#isShared ? run : undefined);
    // All of them before all others, in their own order.
    first?.forEach((flag, i) => this.#ranks[i] -= flag * graph.members.length);
    this.#units.rerank(({ members }) => this.#ranks[members[0]]);
  }

  /** Other processes work on the same: from now on this one takes things in an order of its own. */
  spread(): void {
    if (this.#isShared) return;
    this.#isShared = true;
    this.rank();
  }

  /** Why an attempt can never be made here, if so. */
  shortage(member: Pick<StageMember, "resources">, attempts: Attempts): string | undefined {
    const shortage = this.#pool.shortage(requestOf(member, attempts));
    return shortage &&
      `it asks for ${shortage}; config/machine and --jobs say what may be used`;
  }

  /** A unit could start. @returns why it never can. */
  add(unit: Unit): string | undefined {
    const [index] = unit.members;
    const member = this.#ledger.member(index);
    const shortage = this.shortage(member, unit.attempts);
    if (shortage !== undefined) return shortage;
    const { numerics } = unit.keyed.action.recipe;
    const request = this.#lane.request(requestOf(member, unit.attempts), numerics);
    if (member.task.fuse !== undefined && this.#deps.executor.executeMany !== undefined) {
      unit.group = this.#groupOf(unit, member);
    }
    const waiting = this.#units.push(this.#ranks[index], unit, request);
    if (unit.group !== undefined) this.#groups.add(waiting);
    return undefined;
  }

  #groupOf(unit: Unit, member: StageMember): FuseGroup | undefined {
    const group = fuseGroup(member, unit.keyed, this.#ledger.artifact);
    if (group === undefined || unit.part === undefined) return group;
    return { ...group, name: `${group.name} ${unit.part}` };
  }

  /** A unit took so many seconds. */
  learn({ keyed: { weak } }: Unit, seconds: number): void {
    const known = this.#seconds.get(weak);
    this.#seconds.set(weak, known === undefined ? seconds : (known + seconds) / 2);
  }

  #mostInTime({ keyed, members }: Unit): number {
    if (this.#lane.isOnDevice(keyed.action.recipe.numerics)) return Infinity;
    const seconds = this.#seconds.get(keyed.weak) ??
      this.#deps.expectedSeconds?.(this.#ledger.member(members[0]));
    return seconds === undefined ? mostUnknown : mostInTime(seconds);
  }

  /** What has become ready since the last round counts from now on. */
  beginRound(): void {
    this.#groups.beginRound();
  }

  /** Takes the next one that there is room for and those that go with it, with what they were given. */
  take(): Departure | undefined {
    const taken = this.#units.take(this.#pool);
    if (taken === undefined) return undefined;
    const { item, request, grant, held } = taken;
    if (item.group === undefined) return { units: [item], request, grant };
    this.#groups.remove(item);
    const others = this.#groups.companions(
      item,
      this.#pool.capacity(request),
      this.#mostInTime(item),
    );
    if (others.length === 0) return { units: [item], request, grant };
    const wide = this.#pool.widen(grant, request, others.length, held);
    const along = others.slice(0, wide.num);
    for (const waiting of along) {
      this.#units.withdraw(waiting);
      this.#groups.remove(waiting.item);
    }
    return { units: [item, ...along.map(({ item }) => item)], request, grant: wide.grant };
  }
}
