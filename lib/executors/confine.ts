// Confinement: what a worker takes away from the code of tasks before any of it is loaded. Permissions already
// refuse files, network, environment and processes; here go the clock, chance, the machine's looks, and the ways
// to end the worker without a word. A result then depends on the key and on nothing else.
//
// A task that asks for the time or for chance gets an error that says what to do instead. Packages ask for both while
// they load (loggers, caches, tables of tfjs) and would break: for callers outside the bundle the clock stands still at
// its epoch, and chance is a fixed sequence for each place that draws. Timers fire in the order of their times, but
// without waiting, so that they cannot be read as a clock either.
// Leaves out: protection from a task that wants to break the worker's own code. It would only harm its own results.

import { virtualTimers } from "./virtual_timers.ts";

/** What the worker keeps for itself. */
export interface Kept {
  /** Milliseconds, for the seconds of a job. */
  readonly monotonic: () => number;
  /** Forgets what a finished job left behind: timers, and how often packages drew. */
  readonly forget: () => void;
}

/**
 * Confines this global scope, for good.
 *
 * @param isTaskCode tells from a line of a stack trace whether it lies in a bundle.
 *
 * @example
 * ```ts ignore
 * const { monotonic, forget } = confine((frame) => frame.includes("blob:"));
 * ```
 */
export function confine(isTaskCode: (frame: string) => boolean): Kept {
  const realPerformance = globalThis.performance;
  const monotonic = realPerformance.now.bind(realPerformance);
  stopClocks(isTaskCode);
  const restart = fixChance(isTaskCode);
  const { clear, ...timers } = virtualTimers();
  Object.assign(globalThis, timers);
  closeExits();
  // One processor and one language everywhere, or results would follow the machine.
  define(navigator, { hardwareConcurrency: 1, language: "en-US", languages: ["en-US"] });
  const forget = () => {
    clear();
    restart();
  };
  return { monotonic, forget };
}

const clockHint = "the clock is not part of a stage's key; take times as params";
const chanceHint =
  "chance is not part of a stage's key; draw from randomStream(seed, label) of lib/core/random.ts";

function stopClocks(isTaskCode: (frame: string) => boolean): void {
  const at = (what: string): number => {
    if (isTaskCode(caller())) throw new Error(`${what} is not there for tasks: ${clockHint}`);
    return 0;
  };
  const RealDate = Date;
  const FrozenDate = function (this: unknown, ...args: []): unknown {
    if (new.target === undefined) return new RealDate(at("Date()")).toString();
    const value = args.length === 0 ? [at("new Date()")] as never as [] : args;
    return Reflect.construct(RealDate, value, new.target);
  };
  Object.setPrototypeOf(FrozenDate, RealDate);
  define(FrozenDate, {
    prototype: RealDate.prototype,
    now: () => at("Date.now()"),
    parse: RealDate.parse,
    UTC: RealDate.UTC,
    length: 7,
    name: "Date",
  });
  define(RealDate.prototype, { constructor: FrozenDate });
  define(RealDate, { now: () => at("Date.now()") });
  define(globalThis, { Date: FrozenDate });
  define(Object.getPrototypeOf(performance), {
    now: () => at("performance.now()"),
    timeOrigin: 0,
    mark: () => void at("performance.mark()"),
    measure: () => void at("performance.measure()"),
  });
  define(Event.prototype, { timeStamp: 0 });
  stopIntlClocks(at);
  if ("Temporal" in globalThis) {
    const names = Object.getOwnPropertyNames(Temporal.Now);
    const refuse = names.map((name) => [name, () => at(`Temporal.Now.${name}()`)]);
    define(Temporal.Now, Object.fromEntries(refuse.filter(([name]) => name !== "timeZoneId")));
  }
  define(process, {
    hrtime: Object.assign(() => [at("process.hrtime()"), 0], {
      bigint: () => BigInt(at("process.hrtime.bigint()")),
    }),
    uptime: () => at("process.uptime()"),
  });
}

/** `format()` without a date formats the time it is. */
function stopIntlClocks(at: (what: string) => number): void {
  const prototype = Intl.DateTimeFormat.prototype;
  const { formatToParts } = prototype;
  const getFormat = Object.getOwnPropertyDescriptor(prototype, "format")!.get!;
  const given = (date?: Date | number) => date ?? at("Intl.DateTimeFormat");
  Object.defineProperty(prototype, "format", {
    configurable: true,
    get(this: Intl.DateTimeFormat) {
      const format = getFormat.call(this);
      return (date?: Date | number) => format(given(date));
    },
  });
  define(prototype, {
    formatToParts(this: Intl.DateTimeFormat, date?: Date | number) {
      return formatToParts.call(this, given(date));
    },
  });
}

/** @returns what starts all sequences again. */
function fixChance(isTaskCode: (frame: string) => boolean): () => void {
  const drawn = new Map<string, number>();
  const draw = (what: string): number => {
    const frame = caller();
    if (isTaskCode(frame)) throw new Error(`${what} is not there for tasks: ${chanceHint}`);
    // The place without its folder, which differs between machines. What one place draws does not depend on
    // which others drew before, for a package loads once and draws in many jobs.
    const place = /[^/]*$/.exec(frame)![0];
    const count = drawn.get(place) ?? 0;
    drawn.set(place, count + 1);
    return fraction(place, count);
  };
  const refuse = (what: string) => () => {
    throw new Error(`${what} is not there for tasks: ${chanceHint}`);
  };
  define(Math, { random: () => draw("Math.random()") });
  define(Object.getPrototypeOf(crypto), {
    getRandomValues<T extends ArrayBufferView>(view: T): T {
      const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      for (let i = 0; i < bytes.length; i++) bytes[i] = 256 * draw("crypto.getRandomValues()");
      return view;
    },
    randomUUID: refuse("crypto.randomUUID()"),
  });
  return () => drawn.clear();
}

/** A number in [0, 1) from a place and a count: FNV-1a and the finaliser of MurmurHash3 (both public domain). */
function fraction(place: string, count: number): number {
  let h = 2166136261 ^ count;
  for (let i = 0; i < place.length; i++) h = Math.imul(h ^ place.charCodeAt(i), 16777619);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

/** Ending the worker from inside would leave its job waiting for ever; more workers would have all of this back. */
function closeExits(): void {
  const refuse = (what: string) => () => {
    throw new Error(`${what} is not there for tasks: return, or throw`);
  };
  define(globalThis, { close: refuse("close()") });
  const ends = ["exit", "reallyExit", "_exiting", "abort", "kill", "_kill"];
  define(process, Object.fromEntries(ends.map((name) => [name, refuse(`process.${name}()`)])));
  // `Deno` itself stays: Deno's own node modules look at it. Without permissions it can do little.
  define(Deno, {
    exit: refuse("Deno.exit()"),
    pid: 1,
    ppid: 0,
    memoryUsage: refuse("memoryUsage()"),
  });
  define(process, { memoryUsage: refuse("process.memoryUsage()") });
  for (const name of ["Worker", "BroadcastChannel"]) Reflect.deleteProperty(globalThis, name);
}

function define(target: object, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    const fixed = Object.getOwnPropertyDescriptor(target, name)?.configurable === false;
    if (fixed) (target as Record<string, unknown>)[name] = value;
    else Object.defineProperty(target, name, { value, configurable: true, writable: true });
  }
}

/** The line of the stack trace that is the first outside this file. */
function caller(): string {
  const lines = new Error().stack?.split("\n") ?? [];
  return lines.slice(1).find((line) => !line.includes(import.meta.url)) ?? "";
}
