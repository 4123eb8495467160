// What a gathered item is called in figures, by its coordinate on an axis.

import type { Item } from "../core/task.ts";
import { displayName } from "../draw/palette.ts";

/**
 * A coordinate in words: its label if it has one, a name as figures write it, or `axis = number`.
 *
 * @param kind of the figure, for the message
 * @throws {TypeError} if the item has no such coordinate, naming those there are.
 *
 * @example
 * ```ts
 * import { coordinateWords } from "#lib/figures/_coordinate_words.ts";
 * import { assertEquals } from "@std/assert";
 * const item = { value: null, coords: { r: 28, system: "two_stable" } };
 * const words = (axis: string) => coordinateWords("curves", item, axis, { "28": "chaos" });
 * assertEquals([words("r"), words("system")], ["chaos", "two stable"]);
 * ```
 */
export function coordinateWords(
  kind: string,
  { coords }: Item<unknown>,
  axis: string,
  labels: Readonly<Record<string, string>>,
): string {
  if (!Object.hasOwn(coords, axis)) {
    throw new TypeError(
      `${kind} asks for the coordinate '${axis}'; there are ${
        Object.keys(coords).sort().join(", ") || "none"
      }`,
    );
  }
  const value = coords[axis];
  if (Object.hasOwn(labels, String(value))) return labels[String(value)];
  return typeof value === "string" ? displayName(value) : `${displayName(axis)} = ${value}`;
}
