// What a sampler draws from: a map of ranges and lists of choices, one for each dimension. A coordinate in [0, 1) becomes
// a value by the inverse of its distribution.

import { nearest } from "../nearest.ts";
import { describe } from "./fault.ts";

/** One dimension: its name, and the value at a coordinate in [0, 1). */
export interface Dimension {
  readonly name: string;
  at(u: number): unknown;
}

const keys: readonly string[] = ["from", "to", "scale", "integer"];

/**
 * Reads a space.
 *
 * @throws {TypeError} with a sentence for people, if it is none
 *
 * @example
 * ```ts
 * import { readSpace } from "#lib/workflow/expression/sampling_space.ts";
 * import { assertEquals } from "@std/assert";
 * const [lr, units] = readSpace("sobol", { lr: { from: 1, to: 100, scale: "log" }, units: [16, 32] });
 * assertEquals([lr.at(0.5), units.at(0.5)], [10, 32]);
 * ```
 */
export function readSpace(sampler: string, space: unknown): Dimension[] {
  if (!isMap(space)) {
    throw new TypeError(`${sampler} draws from a map of ranges, found ${describe(space)}`);
  }
  const dimensions = Object.entries(space).map(([name, value]) => readDimension(name, value));
  if (dimensions.length === 0) throw new TypeError(`${sampler} draws from an empty map`);
  if (Object.hasOwn(space, "id")) {
    throw new TypeError("a range cannot be called `id`: that is the number of the point");
  }
  return dimensions;
}

function readDimension(name: string, value: unknown): Dimension {
  if (Array.isArray(value)) {
    if (value.length === 0) throw new TypeError(`\`${name}\` has no choices`);
    return { name, at: (u) => value[Math.min(value.length - 1, Math.floor(u * value.length))] };
  }
  if (!isMap(value)) {
    throw new TypeError(
      `\`${name}\` is a range {from, to} or a list of choices, found ${describe(value)}`,
    );
  }
  for (const key of Object.keys(value)) {
    if (keys.includes(key)) continue;
    const near = nearest(key, keys);
    throw new TypeError(
      `the range \`${name}\` has no key \`${key}\`` +
        (near === undefined ? "" : `; did you mean \`${near}\`?`),
    );
  }
  const { from, to, scale = "linear", integer = false } = value;
  if (!isNumber(from) || !isNumber(to)) {
    throw new TypeError(`the range \`${name}\` needs the numbers \`from\` and \`to\``);
  }
  if (from >= to) {
    throw new TypeError(`the range \`${name}\` ends at ${to}, which is not above ${from}`);
  }
  if (scale !== "linear" && scale !== "log") {
    throw new TypeError(
      `the scale of \`${name}\` is \`linear\` or \`log\`, found ${describe(scale)}`,
    );
  }
  if (typeof integer !== "boolean") {
    throw new TypeError(`\`integer\` of \`${name}\` is true or false, found ${describe(integer)}`);
  }
  if (scale === "log" && from <= 0) {
    throw new TypeError(
      `the range \`${name}\` is logarithmic, so it starts above 0, not at ${from}`,
    );
  }
  if (integer && !(Number.isSafeInteger(from) && Number.isSafeInteger(to))) {
    throw new TypeError(`the range \`${name}\` of whole numbers has the ends ${from} and ${to}`);
  }
  return { name, at: rangeOf(from, to, scale, integer) };
}

/** Whole numbers have cells of equal length (on a log scale, of equal ratio): [n, n + 1). */
function rangeOf(
  from: number,
  to: number,
  scale: "linear" | "log",
  integer: boolean,
): (u: number) => number {
  const end = integer ? to + 1 : to;
  const value = scale === "log"
    ? (u: number) => tidy(Math.exp(Math.log(from) + u * (Math.log(end) - Math.log(from))))
    : (u: number) => tidy(from * (1 - u) + end * u);
  return (u) => {
    const found = Math.min(to, Math.max(from, value(u)));
    return integer ? Math.floor(found) : found;
  };
}

/** Twelve digits are more than a param needs, and let 10 be 10 rather than 10.000000000000002. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
