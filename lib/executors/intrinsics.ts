// The built-in objects, watched: a warm worker runs many tasks, and one that replaces `Array.prototype.map` would
// change what the next one computes. A worker where something was replaced is given up after the job; one where
// something was added, as packages do when they load (vega-lite adds `Set.prototype.toJSON`), is kept for the
// bundle that did so.
// Leaves out global variables: packages define them, and a task that reads another's is its own fault.

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
    const keys = Reflect.ownKeys(object);
    const descriptors = keys.map((key) => Reflect.getOwnPropertyDescriptor(object, key)!);
    return { name, object, keys, descriptors };
  });
  return () => {
    let added: Changed | undefined;
    for (const { name, object, keys, descriptors } of snapshots) {
      for (let i = 0; i < keys.length; i++) {
        const found = Reflect.getOwnPropertyDescriptor(object, keys[i]);
        const { value, get, set } = descriptors[i];
        if (
          found === undefined || !Object.is(found.value, value) || found.get !== get ||
          found.set !== set
        ) return { how: "replaced", name: `${name}.${String(keys[i])}` };
      }
      if (added !== undefined) continue;
      const now = Reflect.ownKeys(object);
      if (now.length === keys.length) continue;
      const other = now.find((key) => !keys.includes(key));
      added = { how: "added", name: `${name}.${String(other)}` };
    }
    return added;
  };
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
};
