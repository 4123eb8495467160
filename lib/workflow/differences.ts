// Differences between plain values, leaf by leaf, addressed by JSON pointers (RFC 6901).

/** One place where two values differ; `undefined` where one of them has nothing. */
export interface Difference {
  readonly pointer: string;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * The places where two plain values differ, in the order of sorted keys. Lists of different lengths differ as a
 * whole: their positions mean different things.
 *
 * @example
 * ```ts
 * import { differences } from "#lib/workflow/differences.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(differences({ lr: 1, phases: [{ n: 1 }] }, { lr: 1, phases: [{ n: 2 }], seed: 0 }), [
 *   { pointer: "/phases/0/n", before: 1, after: 2 },
 *   { pointer: "/seed", before: undefined, after: 0 },
 * ]);
 * ```
 */
export function differences(before: unknown, after: unknown): readonly Difference[] {
  const found: Difference[] = [];
  compare(before, after, "", found);
  return found;
}

function compare(before: unknown, after: unknown, pointer: string, found: Difference[]): void {
  if (Object.is(before, after)) return;
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    before.forEach((item, i) => compare(item, after[i], `${pointer}/${i}`, found));
  } else if (isRecord(before) && isRecord(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    for (const name of [...names].sort()) {
      const escaped = name.replaceAll("~", "~0").replaceAll("/", "~1");
      compare(before[name], after[name], `${pointer}/${escaped}`, found);
    }
  } else found.push({ pointer, before, after });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
