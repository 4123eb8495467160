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
  const snapshots = Object.entries(watched).map(([name, object]) => {
    const keys = ownKeys(object);
    // Of global variables only which there are: some of the runtime's are made when they are first used.
    const descriptors = object === globalThis
      ? []
      : keys.map((key) => getOwnPropertyDescriptor(object, key)!);
    return { name, object, keys, descriptors, isExtensible: isExtensible(object) };
  });
  return () => {
    let added: Changed | undefined;
    for (const { name, object, keys, descriptors, isExtensible: could } of snapshots) {
      if (isExtensible(object) !== could) return { how: "replaced", name };
      for (let i = 0; i < descriptors.length; i++) {
        if (isOther(object, keys[i], descriptors[i])) {
          return { how: "replaced", name: `${name}.${String(keys[i])}` };
        }
      }
      if (added !== undefined) continue;
      const now = ownKeys(object);
      if (now.length === keys.length) continue;
      const other = now.find((key) => !keys.includes(key));
      added = { how: "added", name: `${name}.${String(other)}` };
    }
    return added;
  };
}

// Tasks may replace these, too.
const { getOwnPropertyDescriptor, isExtensible, ownKeys } = Reflect;

function isOther(object: object, key: string | symbol, known: PropertyDescriptor): boolean {
  const found = getOwnPropertyDescriptor(object, key);
  return found === undefined || !Object.is(found.value, known.value) || found.get !== known.get ||
    found.set !== known.set || found.writable !== known.writable;
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
