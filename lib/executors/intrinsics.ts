// The built-in objects, watched: a warm worker runs many tasks, and one that replaces `Array.prototype.map` would
// change what the next one computes. Such a worker is given up after the job.
// Leaves out global variables: packages define them, and a task that reads another's is its own fault.

/**
 * Remembers what the built-in objects look like now.
 *
 * @returns a function that names the first thing that has changed since, if anything has.
 *
 * @example
 * ```ts
 * import { watchIntrinsics } from "#lib/executors/intrinsics.ts";
 * import { assertEquals } from "@std/assert";
 * const changed = watchIntrinsics();
 * assertEquals(changed(), undefined);
 * Object.defineProperty(Map.prototype, "first", { value: 1, configurable: true });
 * assertEquals(changed(), "Map.prototype.first");
 * Reflect.deleteProperty(Map.prototype, "first");
 * ```
 */
export function watchIntrinsics(): () => string | undefined {
  const snapshots = Object.entries(watched).map(([name, object]) => ({
    name,
    object,
    keys: Reflect.ownKeys(object),
    descriptors: Reflect.ownKeys(object).map((key) =>
      Reflect.getOwnPropertyDescriptor(object, key)!
    ),
  }));
  return () => {
    for (const { name, object, keys, descriptors } of snapshots) {
      const now = Reflect.ownKeys(object);
      if (now.length !== keys.length) {
        const other = now.find((key) => !keys.includes(key)) ??
          keys.find((key) => !now.includes(key));
        return `${name}.${String(other)}`;
      }
      for (let i = 0; i < keys.length; i++) {
        const found = Reflect.getOwnPropertyDescriptor(object, keys[i]);
        const { value, get, set } = descriptors[i];
        if (
          found === undefined || !Object.is(found.value, value) || found.get !== get ||
          found.set !== set
        ) return `${name}.${String(keys[i])}`;
      }
    }
    return undefined;
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
