// The line of units that could start: in the order of their urgency, and of those the first that the machine has room
// for. Where several processes share the work, each takes things in an order of its own.

import type { StageMember } from "../workflow/graph.ts";
import type { Unit } from "./flight.ts";
import type { Ledger } from "./ledger.ts";
import type { Pool } from "./pool.ts";
import { ranksOf } from "./priority.ts";
import { ReadyUnits } from "./ready_units.ts";
import { type Attempts, requestOf } from "./retry.ts";
import type { ScheduleDeps } from "./schedule.ts";

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
  readonly #deps: Pick<ScheduleDeps, "expectedSeconds" | "first" | "run">;
  readonly #units = new ReadyUnits<Unit>();
  #ranks: Int32Array = new Int32Array(0);
  /** Whether other processes were met on the same work. */
  #isShared = false;

  constructor(
    pool: Pool,
    ledger: Ledger,
    deps: Pick<ScheduleDeps, "expectedSeconds" | "first" | "run">,
  ) {
    this.#pool = pool;
    this.#ledger = ledger;
    this.#deps = deps;
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
    this.#units.push(this.#ranks[index], unit, requestOf(member, unit.attempts));
    return undefined;
  }

  /** Takes the next one that there is room for, with what it was given. */
  take(): ReturnType<ReadyUnits<Unit>["take"]> {
    return this.#units.take(this.#pool);
  }
}
