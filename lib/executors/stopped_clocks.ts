// Clocks, stopped: a task that asks for the time gets an error, a package the epoch.

import type { RefuseTasks } from "./confine.ts";
import { replace, replaceConstructor } from "./replace.ts";
import type { VirtualTimers } from "./virtual_timers.ts";

const clockHint = "the clock is not part of a stage's key; take times as params";
const collectorHint = "when garbage is collected is not part of a stage's key";

/**
 * Stops the clocks of this global scope, for good.
 *
 * @example
 * ```ts ignore
 * stopClocks((what) => { throw new Error(`no ${what}`); }, setTimeout);
 * ```
 */
export function stopClocks(
  refuseTasks: RefuseTasks,
  setTimeout: VirtualTimers["setTimeout"],
): void {
  const at = (what: string): number => {
    refuseTasks(what, clockHint);
    return 0;
  };
  stopDate(at);
  stopIntl(at);
  replace(Object.getPrototypeOf(performance), {
    now: () => at("performance.now()"),
    timeOrigin: 0,
    mark: () => void at("performance.mark()"),
    measure: () => void at("performance.measure()"),
  });
  replace(Event.prototype, { timeStamp: 0 });
  if ("Temporal" in globalThis) {
    for (const name of Object.getOwnPropertyNames(Temporal.Now)) {
      if (name === "timeZoneId") continue;
      replace(Temporal.Now, { [name]: () => at(`Temporal.Now.${name}()`) });
    }
  }
  replace(process, {
    hrtime: Object.assign(() => [at("process.hrtime()"), 0], {
      bigint: () => BigInt(at("process.hrtime.bigint()")),
    }),
    uptime: () => at("process.uptime()"),
  });
  const none = () => ({ user: at("processor time"), system: 0 });
  replace(process, { cpuUsage: none, threadCpuUsage: none, resourceUsage: none });
  replace(Deno, { cpuUsage: none });
  // Waiting is a clock for whoever counts meanwhile.
  for (const name of ["wait", "waitAsync"]) {
    const real = (Atomics as unknown as Record<string, (...args: unknown[]) => unknown>)[name];
    replace(Atomics, {
      [name](...args: unknown[]) {
        at(`Atomics.${name}()`);
        return real(...args);
      },
    });
  }
  replace(AbortSignal, {
    timeout(ms: number) {
      const control = new AbortController();
      const reason = new DOMException("Signal timed out.", "TimeoutError");
      setTimeout(() => control.abort(reason), ms);
      return control.signal;
    },
  });
  replaceConstructor(globalThis, "File", ([parts, name, options]) => [
    parts,
    name,
    { ...options, lastModified: options?.lastModified ?? 0 },
  ]);
  for (const name of ["WeakRef", "FinalizationRegistry"]) {
    replaceConstructor(globalThis, name, (args) => {
      refuseTasks(`${name}()`, collectorHint);
      return args;
    });
  }
}

function stopDate(at: (what: string) => number): void {
  const RealDate = Date;
  const FrozenDate = function (this: unknown, ...args: []): unknown {
    if (new.target === undefined) return new RealDate(at("Date()")).toString();
    const value = args.length === 0 ? [at("new Date()")] as never as [] : args;
    return Reflect.construct(RealDate, value, new.target);
  };
  Object.setPrototypeOf(FrozenDate, RealDate);
  replace(FrozenDate, {
    prototype: RealDate.prototype,
    now: () => at("Date.now()"),
    parse: RealDate.parse,
    UTC: RealDate.UTC,
    length: 7,
    name: "Date",
  });
  replace(RealDate.prototype, { constructor: FrozenDate });
  replace(RealDate, { now: () => at("Date.now()") });
  replace(globalThis, { Date: FrozenDate });
}

/** `format()` without a date formats the time it is. */
function stopIntl(at: (what: string) => number): void {
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
  replace(prototype, {
    formatToParts(this: Intl.DateTimeFormat, date?: Date | number) {
      return formatToParts.call(this, given(date));
    },
  });
}
