// Timers without time: callbacks run in the order of their due times, each in a turn of its own, and nobody waits.
// What a task computes with timers is then the same on every machine, and a timer is no clock.

/** Replacements for the global functions, and a way to forget what is due. */
export interface VirtualTimers {
  // deno-lint-ignore no-explicit-any
  setTimeout(callback: (...args: any[]) => void, ms?: number, ...args: unknown[]): number;
  // deno-lint-ignore no-explicit-any
  setInterval(callback: (...args: any[]) => void, ms?: number, ...args: unknown[]): number;
  // deno-lint-ignore no-explicit-any
  setImmediate(callback: (...args: any[]) => void, ...args: unknown[]): number;
  clearTimeout(id?: number): void;
  clearImmediate(id?: number): void;
  clearInterval(id?: number): void;
  clear(): void;
}

interface Timer {
  readonly id: number;
  readonly due: number;
  /** Repeats after so many ms, or never. */
  readonly every: number | undefined;
  readonly call: () => void;
}

/**
 * Makes timers on a clock of their own.
 *
 * @param turn runs a callback in a later turn of the event loop; the real `setTimeout` unless told.
 *
 * @example
 * ```ts
 * import { virtualTimers } from "#lib/executors/virtual_timers.ts";
 * import { assertEquals } from "@std/assert";
 * const { setTimeout } = virtualTimers();
 * const order: string[] = [];
 * const done = new Promise<void>((resolve) => setTimeout(resolve, 3_600_000));
 * setTimeout(() => order.push("later"), 1000);
 * setTimeout(() => order.push("sooner"), 10);
 * await done;
 * assertEquals(order, ["sooner", "later"]);
 * ```
 */
export function virtualTimers(
  turn: (callback: () => void) => void = laterTurn(globalThis.setTimeout),
): VirtualTimers {
  const timers = new Map<number, Timer>();
  let now = 0;
  let lastId = 0;
  let turning = false;

  function add(call: () => void, ms: unknown, repeats: boolean, id = ++lastId): number {
    const delay = ms === immediately ? 0 : Math.max(1, Number(ms) || 0);
    timers.set(id, { id, due: now + delay, every: repeats ? delay : undefined, call });
    wake();
    return id;
  }
  function wake(): void {
    if (turning || timers.size === 0) return;
    turning = true;
    turn(fire);
  }
  function fire(): void {
    turning = false;
    let next: Timer | undefined;
    // Equal times fire in the order in which they were set, which is the map's.
    for (const timer of timers.values()) if (!next || timer.due < next.due) next = timer;
    if (next === undefined) return;
    now = next.due;
    timers.delete(next.id);
    if (next.every !== undefined) add(next.call, next.every, true, next.id);
    wake();
    next.call();
  }
  return {
    setTimeout: (callback, ms, ...args) => add(() => callback(...args), ms, false),
    setInterval: (callback, ms, ...args) => add(() => callback(...args), ms, true),
    setImmediate: (callback, ...args) => add(() => callback(...args), immediately, false),
    clearImmediate: (id) => void timers.delete(id as number),
    clearTimeout: (id) => void timers.delete(id as number),
    clearInterval: (id) => void timers.delete(id as number),
    clear: () => timers.clear(),
  };
}

const immediately = Symbol("immediately");

function laterTurn(realSetTimeout: typeof setTimeout): (callback: () => void) => void {
  return (callback) => void realSetTimeout(callback, 0);
}
