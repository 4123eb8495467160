// Built-in functions that look past proxies or refuse them, made to work with the params that a recorder watches: they
// see the plain values, and what they see counts as read.

import { readEverything } from "./recorded.ts";
import { replace } from "./replace.ts";
import { describing, unwatched } from "./watched_params.ts";

/**
 * Changes this global scope, for good. Not for the main process.
 *
 * @example
 * ```ts ignore
 * seeThroughRecorders();
 * structuredClone(params);
 * ```
 */
export function seeThroughRecorders(): void {
  describing.always = false;
  const { getOwnPropertyDescriptor, getOwnPropertyDescriptors } = Object;
  const ofReflect = Reflect.getOwnPropertyDescriptor;
  replace(Object, {
    getOwnPropertyDescriptor: (object: object, name: string) =>
      describing.run(() => getOwnPropertyDescriptor(object, name)),
    getOwnPropertyDescriptors: (object: object) =>
      describing.run(() => getOwnPropertyDescriptors(object)),
  });
  replace(Reflect, {
    getOwnPropertyDescriptor: (object: object, name: string) =>
      describing.run(() => ofReflect(object, name)),
  });
  const { structuredClone } = globalThis;
  replace(globalThis, {
    structuredClone: (value: unknown, ...options: [StructuredSerializeOptions?]) =>
      structuredClone(plainly(value), ...options),
  });
  const { inspect } = Deno;
  replace(Deno, {
    // It also looks into errors, promises and other proxies.
    inspect(...values: [unknown, Deno.InspectOptions?]) {
      readEverything();
      return inspect(...values);
    },
  });
  const { postMessage } = MessagePort.prototype;
  replace(MessagePort.prototype, {
    postMessage(this: MessagePort, message: unknown, ...options: [StructuredSerializeOptions?]) {
      return postMessage.call(this, plainly(message), ...options);
    },
  });
}

/**
 * A value without watched params in it: itself if there are none, else a copy of all that holds some.
 *
 * @example
 * ```ts
 * import { plainly } from "#lib/executors/see_through.ts";
 * import { Recorder } from "#lib/executors/recorded.ts";
 * import { assertEquals } from "@std/assert";
 * const { params } = new Recorder({ a: { b: 1 } });
 * assertEquals(structuredClone(plainly(new Map([["x", [params]]]))), new Map([["x", [{ a: { b: 1 } }]]]));
 * const own = [1];
 * assertEquals(plainly(own) === own, true);
 * ```
 */
export function plainly(value: unknown): unknown {
  return holdsWatched(value, new Set()) ? copied(value, new Map()) : value;
}

/**
 * Whether a value consists of nothing but lists, maps, sets, numbers and the like, so that showing it as text calls no
 * code of a task, which would be handed the means to look past proxies.
 *
 * @example
 * ```ts
 * import { isShownPlainly } from "#lib/executors/see_through.ts";
 * import { assertEquals } from "@std/assert";
 * const own = { [Symbol.for("Deno.customInspect")]: () => "" };
 * assertEquals([{ a: [1] }, [own], new Error("x")].map((one) => isShownPlainly(one)), [true, false, false]);
 * ```
 */
export function isShownPlainly(value: unknown, seen: Set<unknown> = new Set()): boolean {
  if (typeof value !== "object") return typeof value !== "function";
  if (value === null || seen.has(value)) return true;
  seen.add(value);
  if (shownByOwnCode.some((symbol) => symbol in value)) return false;
  const isKnown = isRecord(value) || Array.isArray(value) || ArrayBuffer.isView(value) ||
    value instanceof Map || value instanceof Set;
  if (!isKnown) return false;
  for (const part of parts(value)) if (!isShownPlainly(part, seen)) return false;
  return true;
}

const shownByOwnCode = [
  Symbol.for("Deno.customInspect"),
  Symbol.for("Deno.privateCustomInspect"),
  Symbol.for("nodejs.util.inspect.custom"),
];

function holdsWatched(value: unknown, seen: Set<unknown>): boolean {
  if (typeof value !== "object" || value === null || seen.has(value)) return false;
  seen.add(value);
  if (unwatched(value) !== undefined) return true;
  for (const inner of parts(value)) if (holdsWatched(inner, seen)) return true;
  return false;
}

/** Copies lists, maps and sets, each once, so that cycles stay cycles; all else stays what it is. */
function copied(value: unknown, copies: Map<unknown, unknown>): unknown {
  if (typeof value !== "object" || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const plain = unwatched(value) ?? value;
  const keep = <T extends object>(copy: T): T => {
    copies.set(value, copy);
    return copy;
  };
  if (Array.isArray(plain)) {
    const list: unknown[] = keep([]);
    for (const one of plain) list.push(copied(one, copies));
    return list;
  }
  if (plain instanceof Map) {
    const map = keep(new Map());
    for (const [key, one] of plain) map.set(copied(key, copies), copied(one, copies));
    return map;
  }
  if (plain instanceof Set) {
    const set = keep(new Set());
    for (const one of plain) set.add(copied(one, copies));
    return set;
  }
  if (!isRecord(plain)) return plain;
  const record = keep({});
  for (const [key, one] of Object.entries(plain)) {
    Object.defineProperty(record, key, {
      value: copied(one, copies),
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  return record;
}

function parts(value: object): Iterable<unknown> {
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  if (value instanceof Set || Array.isArray(value)) return value as Iterable<unknown>;
  return isRecord(value) ? Object.values(value) : [];
}

/** Objects without a life of their own: maps, and instances of a task's own classes. */
function isRecord(value: object): boolean {
  return Object.prototype.toString.call(value) === "[object Object]";
}
