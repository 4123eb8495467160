// Nearest names: what somebody who wrote an unknown name may have meant.

import { levenshteinDistance } from "@std/text";

/** Longer names are not compared: nobody mistypes them, and comparing is quadratic. */
const maxLength = 64;
const maxListed = 12;

/**
 * The known name nearest to one that is not known, if any is near enough to be what was meant.
 *
 * @example
 * ```ts
 * import { nearest } from "#lib/workflow/nearest.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(nearest("tsak", ["task", "from", "with"]), "task");
 * assertEquals(nearest("colour", ["task", "from", "with"]), undefined);
 * ```
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  if (name.length > maxLength) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  const lower = name.toLowerCase();
  for (const candidate of known) {
    if (candidate.length > maxLength || candidate === name) continue;
    if (name.length > 2 && bestDistance > 1 && candidate.toLowerCase().startsWith(lower)) {
      // The beginning of a name is as good as one slip.
      bestDistance = 1;
      best = candidate;
    }
    if (Math.abs(candidate.length - name.length) > bestDistance) continue;
    const distance = distanceOf(lower, candidate.toLowerCase());
    if (distance < bestDistance) {
      bestDistance = distance;
      best = candidate;
    }
  }
  return best;
}

/**
 * A hint for an unknown name: the nearest known one, or, where none is near, those that exist.
 *
 * @example
 * ```ts
 * import { suggest } from "#lib/workflow/nearest.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(suggest("trian", ["train", "test"], "stages"), "did you mean `train`?");
 * assertEquals(suggest("zzz", ["train", "test"], "stages"), "the stages are `train` and `test`");
 * assertEquals(suggest("zzz", [], "stages"), "there are no stages");
 * ```
 */
export function suggest(name: string, known: Iterable<string>, what: string): string {
  const names = [...known];
  const near = nearest(name, names);
  if (near !== undefined) return `did you mean \`${near}\`?`;
  if (names.length === 0) return `there are no ${what}`;
  if (names.length === 1) return `there is only \`${names[0]}\``;
  return `the ${what} are ${listNames(names)}`;
}

/**
 * Names in a sentence.
 *
 * @example
 * ```ts
 * import { listNames } from "#lib/workflow/nearest.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(listNames(["a", "b", "c"]), "`a`, `b` and `c`");
 * ```
 */
export function listNames(names: readonly string[]): string {
  const quoted = names.slice(0, maxListed).map((name) => `\`${name}\``);
  if (names.length > maxListed) return `${quoted.join(", ")} and ${names.length - maxListed} more`;
  if (quoted.length < 2) return quoted.join("");
  return `${quoted.slice(0, -1).join(", ")} and ${quoted[quoted.length - 1]}`;
}

// A swap of two neighbours, the commonest slip, counts as one edit rather than two.
function distanceOf(a: string, b: string): number {
  const distance = levenshteinDistance(a, b);
  if (distance !== 2 || a.length !== b.length) return distance;
  const i = [...a].findIndex((letter, at) => letter !== b[at]);
  const swapped = a.slice(0, i) + a[i + 1] + a[i] + a.slice(i + 2);
  return swapped === b ? 1 : distance;
}
