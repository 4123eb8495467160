// One place on earth for all tasks: English (en-US) and UTC, whatever the machine says. Neither is part of a key.
// Leaves out languages and time zones that a task names itself: they work as everywhere.

import { replace, replaceConstructor } from "./replace.ts";

const language = "en-US";
const timeZone = "UTC";

/**
 * Fixes the language and the time zone of this global scope, for good.
 *
 * @example
 * ```ts ignore
 * fixPlace();
 * (1234.5).toLocaleString(); // 1,234.5
 * ```
 */
export function fixPlace(): void {
  fixDates();
  fixLanguage();
  if ("Temporal" in globalThis) replace(Temporal.Now, { timeZoneId: () => timeZone });
}

function fixLanguage(): void {
  // In these, texts and dates lead to the constructors below; a language that is named stays.
  const takers: readonly (readonly [object, readonly string[], number])[] = [
    [String.prototype, ["toLocaleLowerCase", "toLocaleUpperCase"], 0],
    [String.prototype, ["localeCompare"], 1],
    [Number.prototype, ["toLocaleString"], 0],
    [BigInt.prototype, ["toLocaleString"], 0],
    [Array.prototype, ["toLocaleString"], 0],
    [Object.getPrototypeOf(Float64Array.prototype), ["toLocaleString"], 0],
    ...temporalPrototypes().map((one) => [one, ["toLocaleString"], 0] as const),
  ];
  for (const [prototype, names, at] of takers) {
    for (const name of names) {
      const real = (prototype as Record<string, (...args: unknown[]) => unknown>)[name];
      replace(prototype, {
        [name](this: unknown, ...args: unknown[]) {
          args[at] ??= language;
          return Reflect.apply(real, this, args);
        },
      });
    }
  }
  const dates = Date.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name of ["toLocaleString", "toLocaleDateString", "toLocaleTimeString"]) {
    const real = dates[name];
    replace(dates, {
      [name](this: Date, locales?: unknown, options?: object) {
        const { timeZone: named } = (options ?? {}) as { timeZone?: string };
        const zoned = { ...options, timeZone: named ?? timeZone };
        return Reflect.apply(real, this, [locales ?? language, zoned]);
      },
    });
  }
  for (const name of Object.getOwnPropertyNames(Intl)) {
    if (!/^[A-Z]/.test(name) || name === "Locale") continue;
    const isDates = name === "DateTimeFormat";
    replaceConstructor(Intl, name, ([locales, options, ...rest]) => [
      locales ?? language,
      isDates ? { ...options, timeZone: options?.timeZone ?? timeZone } : options,
      ...rest,
    ]);
  }
}

function temporalPrototypes(): object[] {
  if (!("Temporal" in globalThis)) return [];
  return Object.getOwnPropertyNames(Temporal)
    .map((name) => (Temporal as unknown as Record<string, { prototype?: object }>)[name].prototype)
    .filter((prototype) => prototype !== undefined && "toLocaleString" in prototype)
    .map((prototype) => prototype!);
}

/** Local time is UTC: every method that speaks of local time becomes the one that speaks of UTC. */
function fixDates(): void {
  const { prototype } = Date;
  const methods = prototype as unknown as Record<string, unknown>;
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const utc = name.replace(/^(get|set)(?!UTC)/, "$1UTC");
    if (utc !== name && typeof methods[utc] === "function") {
      replace(prototype, { [name]: methods[utc] });
    }
  }
  const { toUTCString } = prototype;
  const invalid = (date: Date) => Number.isNaN(date.getTime());
  // Thu, 01 Jan 1970 00:00:00 GMT
  const parts = (date: Date) => toUTCString.call(date).replace(",", "").split(" ");
  const dateText = (date: Date) => {
    const [weekday, day, month, year] = parts(date);
    return `${weekday} ${month} ${day} ${year}`;
  };
  const timeText = (date: Date) => `${parts(date)[4]} GMT+0000 (Coordinated Universal Time)`;
  replace(prototype, {
    getTimezoneOffset(this: Date) {
      return invalid(this) ? NaN : 0;
    },
    getYear(this: Date) {
      return this.getUTCFullYear() - 1900;
    },
    toDateString(this: Date) {
      return invalid(this) ? "Invalid Date" : dateText(this);
    },
    toTimeString(this: Date) {
      return invalid(this) ? "Invalid Date" : timeText(this);
    },
    toString(this: Date) {
      return invalid(this) ? "Invalid Date" : `${dateText(this)} ${timeText(this)}`;
    },
    setYear(this: Date, year: number) {
      return this.setUTCFullYear(year >= 0 && year < 100 ? 1900 + year : year);
    },
  });
  const { parse } = Date;
  replace(Date, { parse: (text: unknown) => parse(inUtc(String(text))) });
  replaceConstructor(globalThis, "Date", (args) => {
    if (args.length > 1) return [Date.UTC(...args as [number, number])];
    return typeof args[0] === "string" ? [Date.parse(args[0])] : args;
  });
}

/** A date as text, which without a zone would be one of local time. */
function inUtc(text: string): string {
  if (/(?:Z|GMT|UTC|\b[ECMP][SD]T|[+-]\d\d:?\d\d)\s*(?:\(.*\))?\s*$/i.test(text)) return text;
  // A day alone is UTC already, by the standard.
  if (/^\s*(?:[+-]\d\d)?\d{4}(?:-\d\d){0,2}\s*$/.test(text)) return text;
  return /\dT\d/.test(text) ? `${text}Z` : `${text} UTC`;
}
