// Canonical JSON: equal values give equal text, on every machine. Keys and digests are made from it.
// `JSON.parse(text, reviveCanonical)` reads it back.

/**
 * Writes a plain value as canonical JSON: object keys sorted by code unit, no white space, shortest
 * round-trip numbers, and `-0`, `NaN`, `±Infinity` spelled out as `{"$number":"…"}` so that they
 * differ from every other value (a key of that name is written with one `$` more). Properties that are `undefined` are left out. Strings are kept
 * as they are (no Unicode normalisation: NFC and NFD stay different).
 *
 * @throws {TypeError} for values that have no canonical form (functions, symbols, cycles, class instances).
 *
 * @example
 * ```ts
 * import { canonicalJson } from "#lib/core/canonical.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(canonicalJson({ b: 1, a: [0.1, -0, null] }), '{"a":[0.1,{"$number":"-0"},null],"b":1}');
 * ```
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

/**
 * The reviver that reads canonical JSON back: spelled-out numbers become numbers, escaped keys what they were.
 *
 * @example
 * ```ts
 * import { canonicalJson, reviveCanonical } from "#lib/core/canonical.ts";
 * import { assertEquals } from "@std/assert";
 * const value = { a: NaN, b: { $number: "-0" } };
 * assertEquals(JSON.parse(canonicalJson(value), reviveCanonical), value);
 * ```
 */
export function reviveCanonical(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  if (!entries.some(([key]) => spellsNumber.test(key))) return value;
  const [[key, text]] = entries;
  if (entries.length === 1 && key === "$number") return Number(text);
  return Object.fromEntries(
    entries.map(([key, inner]) => [spellsNumber.test(key) ? key.slice(1) : key, inner]),
  );
}

const spellsNumber = /^\$+number$/;
const dollar = 36;
const maxDepth = 1000;

function write(value: unknown, depth: number): string {
  if (depth > maxDepth) throw new TypeError("canonicalJson() met a value nested over 1000 deep");
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      if (Number.isFinite(value) && !Object.is(value, -0)) return String(value);
      return `{"$number":"${Object.is(value, -0) ? "-0" : value}"}`;
    case "boolean":
      return value ? "true" : "false";
    case "object":
      break;
    default:
      throw new TypeError(`canonicalJson() cannot write a ${typeof value}`);
  }
  if (value === null) return "null";
  if (Array.isArray(value)) {
    let text = "[";
    for (let i = 0; i < value.length; i++) {
      if (i > 0) text += ",";
      text += write(value[i] === undefined ? null : value[i], depth + 1);
    }
    return text + "]";
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`canonicalJson() cannot write a ${prototype?.constructor?.name}`);
  }
  const record = value as Record<string, unknown>;
  let text = "{";
  const keys = Object.keys(record);
  if (keys.length > 1) keys.sort();
  for (const key of keys) {
    if (record[key] === undefined) continue;
    if (text.length > 1) text += ",";
    const name = key.charCodeAt(0) === dollar && spellsNumber.test(key) ? `$${key}` : key;
    text += JSON.stringify(name) + ":" + write(record[key], depth + 1);
  }
  return text + "}";
}
