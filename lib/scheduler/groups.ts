// Units that wait and may run as one: who goes along with the one that goes next.
//
// Nobody waits for company: a unit starts when it is the most urgent and there is room for it, with those of its group
// that are ready by then. While all workers are busy groups grow by themselves. Where several batches may run at a time,
// a group is cut into as many parts as there could be batches, all of the same size, so that no worker is left without
// work for having come second; and into smaller ones on processors as long as nobody knows how long members take, or if
// they are slow, for then fusing gains nothing, and other workers and processes had better share them.

import type { Unit } from "./flight.ts";
import type { Waiting } from "./ready_units.ts";

/**
 * The groups of those that wait.
 *
 * @example
 * ```ts
 * import { Groups } from "#lib/scheduler/groups.ts";
 * import { assertEquals } from "@std/assert";
 * const groups = new Groups();
 * const group = { name: "g", most: 64 };
 * const units = Array.from({ length: 6 }, () => ({ group }) as never);
 * for (const item of units) groups.add({ item, isGone: false });
 * groups.remove(units[0]);
 * assertEquals(groups.companions(units[0], 2).length, 2); // 3 of 6, with the first
 * ```
 */
export class Groups {
  readonly #waiting = new Map<string, Map<Unit, Waiting<Unit>>>();
  /** Sizes of batches that were settled on in this round. */
  readonly #sizes = new Map<string, number>();

  /** Forgets how large batches should be: what has become ready since counts from now on. */
  beginRound(): void {
    this.#sizes.clear();
  }

  /** One waits. */
  add(waiting: Waiting<Unit>): void {
    const { group } = waiting.item;
    if (group === undefined) return;
    let units = this.#waiting.get(group.name);
    if (units === undefined) this.#waiting.set(group.name, units = new Map());
    units.set(waiting.item, waiting);
  }

  /** One waits no longer. */
  remove(unit: Unit): void {
    if (unit.group === undefined) return;
    const units = this.#waiting.get(unit.group.name);
    units?.delete(unit);
    if (units?.size === 0) this.#waiting.delete(unit.group.name);
  }

  /**
   * Who goes with a unit that is about to start.
   *
   * @param atOnce how many batches of the group could run at a time.
   * @param inTime how many there may be in a batch that should not take too long.
   */
  companions(unit: Unit, atOnce: number, inTime = Infinity): readonly Waiting<Unit>[] {
    const units = unit.group && this.#waiting.get(unit.group.name);
    if (unit.group === undefined || units === undefined) return [];
    const { name, most } = unit.group;
    let size = this.#sizes.get(name);
    if (size === undefined) {
      size = Math.ceil((units.size + 1) / atOnce);
      this.#sizes.set(name, size);
    }
    return [...units.values().take(Math.min(size, most, inTime) - 1)];
  }
}
