// The built-in objects and global variables, watched: a warm worker runs many tasks, and one that replaces
// `Array.prototype.map` would change what the next one computes. A worker where something was replaced or frozen is given
// up before another job's result is taken from it; one where something was added, as packages do when they load
// (vega-lite adds `Set.prototype.toJSON`), is kept for the bundle that did so. Names are listed only when another bundle
// is next, because that costs five times what comparing all values costs.

/** Built-in objects as they were. */
export interface WatchedIntrinsics {
  /** What was replaced, removed or frozen since, for instance `Map.prototype.get`: the first found. */
  replaced(): string | undefined;
  /** What was added since, or what global variable was removed. */
  added(): string | undefined;
}

/**
 * Remembers what the built-in objects look like now.
 *
 * @example
 * ```ts
 * import { watchIntrinsics } from "#lib/executors/intrinsics.ts";
 * import { assertEquals } from "@std/assert";
 * const watched = watchIntrinsics();
 * assertEquals([watched.replaced(), watched.added()], [undefined, undefined]);
 * Object.defineProperty(Map.prototype, "first", { value: 1, configurable: true });
 * assertEquals([watched.replaced(), watched.added()], [undefined, "Map.prototype.first"]);
 * Reflect.deleteProperty(Map.prototype, "first");
 * ```
 */
export function watchIntrinsics(): WatchedIntrinsics {
  const snapshots = Object.entries(watched).map(([name, object]) => snapshotOf(name, object));
  return {
    replaced() {
      for (let i = 0; i < snapshots.length; i++) {
        const found = replaced(snapshots[i]);
        if (found !== undefined) return `${snapshots[i].name}${found}`;
      }
      return undefined;
    },
    added() {
      for (const { name, object, names } of snapshots) {
        const now = ownKeys(object);
        if (now.length === names.length) continue;
        return `${name}.${String(now.find((key) => !names.includes(key)))}`;
      }
      return undefined;
    },
  };
}

interface Snapshot {
  readonly name: string;
  readonly object: object;
  readonly isExtensible: boolean;
  readonly names: readonly (string | symbol)[];
  readonly keys: readonly (string | symbol)[];
  readonly values: readonly unknown[];
  readonly accessors: readonly (readonly [string | symbol, PropertyDescriptor])[];
}

// Tasks may replace these, too.
const { getOwnPropertyDescriptor, isExtensible, ownKeys } = Reflect;

function snapshotOf(name: string, object: object): Snapshot {
  const names = ownKeys(object);
  // Of global variables only which there are: some of the runtime's are made when they are first used.
  const compared = object === globalThis
    ? []
    : names.map((key) => [key, getOwnPropertyDescriptor(object, key)!] as const);
  const values = compared.filter(([, { get, set }]) => get === undefined && set === undefined);
  return {
    name,
    object,
    isExtensible: isExtensible(object),
    names,
    keys: values.map(([key]) => key),
    values: values.map(([, { value }]) => value),
    accessors: compared.filter(([, { get, set }]) => get !== undefined || set !== undefined),
  };
}

/** What is not as it was. Plain reads and no iterators: this is done all the time, and by what tasks may have replaced. */
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
  for (let i = 0; i < accessors.length; i++) {
    const key = accessors[i][0];
    const known = accessors[i][1];
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
