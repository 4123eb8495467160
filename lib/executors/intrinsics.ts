// The built-in objects and global variables, watched: a warm worker runs many tasks, and one that replaces
// `Array.prototype.map` would change what the next one computes. A worker where something was replaced or frozen is given
// up after the job; one where something was added, as packages do when they load (vega-lite adds `Set.prototype.toJSON`),
// is kept for the bundle that did so.

/** The first thing found to be different. */
export interface Changed {
  readonly how: "added" | "replaced";
  /** For instance `Map.prototype.get`. */
  readonly name: string;
}

/**
 * Remembers what the built-in objects look like now.
 *
 * @returns a function that tells what has changed since, replacements first.
 *
 * @example
 * ```ts
 * import { watchIntrinsics } from "#lib/executors/intrinsics.ts";
 * import { assertEquals } from "@std/assert";
 * const changed = watchIntrinsics();
 * assertEquals(changed(), undefined);
 * Object.defineProperty(Map.prototype, "first", { value: 1, configurable: true });
 * assertEquals(changed(), { how: "added", name: "Map.prototype.first" });
 * Reflect.deleteProperty(Map.prototype, "first");
 * ```
 */
export function watchIntrinsics(): () => Changed | undefined {
  const snapshots = Object.entries(watched).map(([name, object]) => snapshotOf(name, object));
  return () => {
    let added: Changed | undefined;
    for (const snapshot of snapshots) {
      const { name, object, numKeys } = snapshot;
      const other = replaced(snapshot);
      if (other !== undefined) return { how: "replaced", name: `${name}${other}` };
      if (added !== undefined) continue;
      const now = ownKeys(object);
      if (now.length === numKeys) continue;
      added = { how: "added", name: `${name}.${String(now.find((key) => !snapshot.has(key)))}` };
    }
    return added;
  };
}

interface Snapshot {
  readonly name: string;
  readonly object: object;
  readonly isExtensible: boolean;
  readonly numKeys: number;
  readonly has: (key: string | symbol) => boolean;
  readonly keys: readonly (string | symbol)[];
  readonly values: readonly unknown[];
  readonly accessors: readonly (readonly [string | symbol, PropertyDescriptor])[];
}

// Tasks may replace these, too.
const { getOwnPropertyDescriptor, isExtensible, ownKeys } = Reflect;

function snapshotOf(name: string, object: object): Snapshot {
  const all = ownKeys(object);
  // Of global variables only which there are: some of the runtime's are made when they are first used.
  const compared = object === globalThis
    ? []
    : all.map((key) => [key, getOwnPropertyDescriptor(object, key)!] as const);
  const values = compared.filter(([, { get, set }]) => get === undefined && set === undefined);
  return {
    name,
    object,
    isExtensible: isExtensible(object),
    numKeys: all.length,
    has: (key) => all.includes(key),
    keys: values.map(([key]) => key),
    values: values.map(([, { value }]) => value),
    accessors: compared.filter(([, { get, set }]) => get !== undefined || set !== undefined),
  };
}

/** What is not as it was. Plain reads, because this is done after every job. */
function replaced(snapshot: Snapshot): string | undefined {
  const { keys, values, accessors } = snapshot;
  const object = snapshot.object as Readonly<Record<string | symbol, unknown>>;
  if (isExtensible(object) !== snapshot.isExtensible) return "";
  for (let i = 0; i < keys.length; i++) {
    const found = object[keys[i]];
    // NaN differs from itself, and is a value here.
    if (found !== values[i] && (found === found || values[i] === values[i])) {
      return `.${String(keys[i])}`;
    }
  }
  for (const [key, known] of accessors) {
    const found = getOwnPropertyDescriptor(object, key);
    if (found?.get !== known.get || found?.set !== known.set) return `.${String(key)}`;
  }
  return undefined;
}

const watched: Readonly<Record<string, object>> = {
  "Object": Object,
  "Object.prototype": Object.prototype,
  "Function.prototype": Function.prototype,
  "Array": Array,
  "Array.prototype": Array.prototype,
  "String.prototype": String.prototype,
  "Number": Number,
  "Number.prototype": Number.prototype,
  "Math": Math,
  "JSON": JSON,
  "Reflect": Reflect,
  "Map.prototype": Map.prototype,
  "Set.prototype": Set.prototype,
  "Promise": Promise,
  "Promise.prototype": Promise.prototype,
  "RegExp.prototype": RegExp.prototype,
  "TypedArray.prototype": Object.getPrototypeOf(Float64Array.prototype),
  "Float64Array.prototype": Float64Array.prototype,
  "Float32Array.prototype": Float32Array.prototype,
  "ArrayBuffer.prototype": ArrayBuffer.prototype,
  "Error": Error,
  "Error.prototype": Error.prototype,
  "String": String,
  "Symbol.prototype": Symbol.prototype,
  "BigInt": BigInt,
  "Boolean.prototype": Boolean.prototype,
  "Date": Date,
  "Date.prototype": Date.prototype,
  "Map": Map,
  "Set": Set,
  "WeakMap.prototype": WeakMap.prototype,
  "RegExp": RegExp,
  "Uint8Array.prototype": Uint8Array.prototype,
  "Int32Array.prototype": Int32Array.prototype,
  "DataView.prototype": DataView.prototype,
  "Iterator.prototype": Object.getPrototypeOf(Object.getPrototypeOf([].values())),
  "Array Iterator.prototype": Object.getPrototypeOf([].values()),
  "Intl": Intl,
  "TextDecoder.prototype": TextDecoder.prototype,
  "TextEncoder.prototype": TextEncoder.prototype,
  "console": console,
  "globalThis": globalThis,
};
