// Choices from a list: permutations and combinations, in the order that Python's itertools has. Their sizes are known
// before anything is made, so that a slip is a message and not a long wait.

import { sizes } from "../limits.ts";

/**
 * Ordered choices of `count` different items, in lexicographic order of their positions. As values of an axis each is
 * known by its items' ids joined with `_`, as those of `zip` are.
 *
 * @throws {TypeError} if `list` is no list or `count` no whole number
 * @throws {RangeError} if the list has fewer items, or there are too many choices
 *
 * @example
 * ```ts
 * import { permutations } from "#lib/workflow/expression/choices.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(permutations(["a", "b"], 2), [["a", "b"], ["b", "a"]]);
 * ```
 */
export function permutations(list: unknown, count: unknown): unknown[][] {
  return choose("permutations", list, count, false);
}

/**
 * Choices of `count` different items in the order of the list, in lexicographic order of their positions.
 *
 * @throws {TypeError} if `list` is no list or `count` no whole number
 * @throws {RangeError} if the list has fewer items, or there are too many choices
 *
 * @example
 * ```ts
 * import { combinations } from "#lib/workflow/expression/choices.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(combinations(["a", "b", "c"], 2), [["a", "b"], ["a", "c"], ["b", "c"]]);
 * ```
 */
export function combinations(list: unknown, count: unknown): unknown[][] {
  return choose("combinations", list, count, true);
}

function choose(name: string, list: unknown, count: unknown, isSorted: boolean): unknown[][] {
  if (!Array.isArray(list)) throw new TypeError(`${name} takes a list and how many to choose`);
  if (typeof count !== "number" || !Number.isInteger(count) || count < 1) {
    throw new TypeError(`how many ${name} choose must be a whole number from 1`);
  }
  if (count > list.length) {
    throw new RangeError(`${name} cannot choose ${count} of a list of ${list.length}`);
  }
  requireSize(name, list.length, count, isSorted);
  const found: unknown[][] = [];
  const chosen: number[] = [];
  const used = new Array<boolean>(list.length).fill(false);
  const extend = () => {
    if (chosen.length === count) {
      found.push(chosen.map((at) => list[at]));
      return;
    }
    for (let at = isSorted ? (chosen.at(-1) ?? -1) + 1 : 0; at < list.length; at++) {
      if (used[at]) continue;
      used[at] = true;
      chosen.push(at);
      extend();
      chosen.pop();
      used[at] = false;
    }
  };
  extend();
  return found;
}

/** Choices, and the items in all of them, stay below the limit of a list. */
function requireSize(name: string, length: number, count: number, isSorted: boolean): void {
  let choices = 1;
  for (let i = 0; i < count; i++) {
    choices *= length - i;
    if (isSorted) choices /= i + 1;
  }
  // Quotients of binomials are whole, but not always to the last bit.
  if (Math.round(choices) * count > sizes.list) {
    throw new RangeError(
      `${name} would make ${Math.round(choices).toLocaleString("en")} lists of ${count}; at most ${
        sizes.list.toLocaleString("en")
      } items are allowed in all`,
    );
  }
}
