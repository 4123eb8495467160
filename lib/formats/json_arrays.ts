// Arrays in JSON: numbers in lists of rows, found by a path into the document such as `pairs[3].A`. `null` is a missing
// number; NaN and Infinity, which JSON does not have but Python writes, are read as well.

import { closestString } from "@std/text";
import {
  type ArrayFile,
  countEntries,
  describeArrays,
  type ListedArray,
  type NumericArray,
} from "./numeric_array.ts";

const what = "the JSON file";

/** A JSON file: arrays by path, and any other value. */
export interface JsonFile extends ArrayFile {
  /** @throws {TypeError} if the path leads nowhere; the message says how far it leads and what is there. */
  at(path: string): unknown;
}

/**
 * Opens a JSON document. The path "" is the whole document.
 *
 * @throws {TypeError} if the text is no JSON.
 *
 * @example
 * ```ts
 * import { openJson } from "#lib/formats/json_arrays.ts";
 * import { assertEquals } from "@std/assert";
 * const file = openJson(new TextEncoder().encode('{"pairs": [{"A": [[1, 2], [3, NaN]]}]}'));
 * assertEquals(file.read("pairs[0].A"), { shape: [2, 2], data: Float64Array.of(1, 2, 3, NaN) });
 * assertEquals(file.list(), [{ name: "pairs[0].A", shape: [2, 2], type: "numbers" }]);
 * ```
 */
export function openJson(bytes: Uint8Array): JsonFile {
  const document = parse(bytes);
  return {
    format: "json",
    list() {
      const found: ListedArray[] = [];
      collect(document, "", found, 0);
      return found;
    },
    at: (path) => follow(document, path),
    read(path) {
      const value = follow(document, path);
      const where = path === "" ? what : `'${path}' of ${what}`;
      const shape = shapeOf(value);
      if (shape === undefined) {
        const inside: ListedArray[] = [];
        collect(value, path, inside, 0);
        throw new TypeError(
          `${where} is ${describe(value)}, not numbers in lists` +
            (inside.length > 0 ? `; name an array in it: ${describeArrays(inside)}` : ""),
        );
      }
      return toArray(value, shape, where);
    },
    texts(path) {
      const value = follow(document, path);
      const isTexts = Array.isArray(value) &&
        value.every((one) => typeof one === "string" || typeof one === "number");
      return isTexts ? value.map(String) : undefined;
    },
  };
}

function parse(bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes).replace(/^\ufeff/, "");
  try {
    return JSON.parse(text);
  } catch (error) {
    const words = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;
    const plain = text.replace(words, (found) => {
      if (found.startsWith('"')) return found;
      if (found.endsWith("NaN")) return "null";
      return found.startsWith("-") ? "-1e999" : "1e999";
    });
    try {
      return JSON.parse(plain);
    } catch {
      throw new TypeError(`${what} cannot be read: ${(error as Error).message.slice(0, 200)}`);
    }
  }
}

/** Steps of a path: `a.b[3]["c d"]`, each with the text up to its end. */
function stepsOf(path: string): { key: string | number; end: number }[] {
  const step =
    /\s*(?:^|\.)?\s*(?:\[\s*(\d+)\s*\]|\[\s*("(?:[^"\\]|\\.)*"|'[^']*')\s*\]|([^.[\]]+))/gy;
  const steps: { key: string | number; end: number }[] = [];
  const start = path.startsWith("$") ? 1 : 0;
  for (step.lastIndex = start; step.lastIndex < path.length;) {
    const from = step.lastIndex;
    const found = step.exec(path);
    if (found === null) {
      throw new TypeError(
        `the path '${path}' is not understood from '${
          path.slice(from)
        }' on; write it like pairs[3].A`,
      );
    }
    const [, index, quoted, name] = found;
    const key = index !== undefined
      ? Number(index)
      : quoted !== undefined
      ? quoted.slice(1, -1).replace(/\\(.)/g, "$1")
      : name.trim();
    steps.push({ key, end: step.lastIndex });
  }
  return steps;
}

function follow(document: unknown, path: string): unknown {
  let value = document;
  let end = 0;
  for (const step of stepsOf(path)) {
    const here = end === 0 ? what : `'${path.slice(0, end)}' of ${what}`;
    if (Array.isArray(value)) {
      const index = typeof step.key === "number" ? step.key : Number(step.key);
      if (!(index < value.length)) {
        throw new TypeError(
          `${here} is a list of ${value.length}, without an entry ${JSON.stringify(step.key)}` +
            (value.length > 0 ? `; its entries are [0] to [${value.length - 1}]` : ""),
        );
      }
      value = value[index];
    } else if (typeof value === "object" && value !== null) {
      const key = String(step.key);
      if (!Object.hasOwn(value, key)) {
        const keys = Object.keys(value);
        const nearest = keys.length === 0 ? undefined : closestString(key, keys.slice(0, 1000));
        throw new TypeError(
          `${here} has no '${key}'${nearest === undefined ? "" : `; did you mean '${nearest}'?`} ` +
            `It has ${keys.slice(0, 20).join(", ")}${keys.length > 20 ? ", …" : ""}`,
        );
      }
      value = (value as Record<string, unknown>)[key];
    } else {
      throw new TypeError(`${here} is ${describe(value)}; the path '${path}' goes on below it`);
    }
    end = step.end;
  }
  return value;
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" || value === null || typeof value === "boolean";
}

/** The shape of nested lists by their first entries; `undefined` if these end in something else than a number. */
function shapeOf(value: unknown): number[] | undefined {
  if (typeof value === "number") return [];
  const shape: number[] = [];
  while (Array.isArray(value)) {
    shape.push(value.length);
    if (shape.length > 8) return undefined;
    value = value[0];
  }
  return shape.length > 0 && (isNumber(value) || value === undefined) ? shape : undefined;
}

function toArray(value: unknown, shape: readonly number[], where: string): NumericArray {
  const data = new Float64Array(countEntries(shape, where));
  let at = 0;
  const fill = (part: unknown, axis: number, path: string): void => {
    if (axis === shape.length) {
      if (!isNumber(part)) throw new TypeError(`entry ${path} of ${where} is ${describe(part)}`);
      data[at++] = part === null ? NaN : Number(part);
      return;
    }
    if (!Array.isArray(part) || part.length !== shape[axis]) {
      throw new TypeError(
        `${where} has rows of unequal length: ${path || "it"} is ${
          describe(part)
        } where a list of ${shape[axis]} was expected`,
      );
    }
    for (let i = 0; i < part.length; i++) fill(part[i], axis + 1, `${path}[${i}]`);
  };
  fill(value, 0, "");
  return { shape, data };
}

/** Arrays of two or more numbers below a value, at most a thousand. */
function collect(value: unknown, path: string, found: ListedArray[], depth: number): void {
  if (found.length >= 1000 || depth > 64 || typeof value !== "object" || value === null) return;
  const shape = shapeOf(value);
  if (shape !== undefined) {
    found.push({ name: path, shape, type: "numbers" });
    return;
  }
  const isList = Array.isArray(value);
  for (const [key, inner] of Object.entries(value)) {
    const step = isList
      ? `[${key}]`
      : /^[^.[\]"'\s]+$/.test(key)
      ? `${path === "" ? "" : "."}${key}`
      : `[${JSON.stringify(key)}]`;
    collect(inner, path + step, found, depth + 1);
  }
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value === null) return "null";
  if (typeof value === "object") {
    const keys = Object.keys(value);
    return `an object with ${keys.slice(0, 8).join(", ") || "nothing"}${
      keys.length > 8 ? ", …" : ""
    }`;
  }
  return typeof value === "string"
    ? `the text ${JSON.stringify(value.slice(0, 40))}`
    : String(value);
}
