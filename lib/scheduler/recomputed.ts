// Results that were made again: whether they are what they were.

import type { Manifest } from "../core/manifest.ts";

/**
 * What differs between a recorded result and the same made again, one sentence for each output.
 *
 * @example
 * ```ts
 * import { changesOf } from "#lib/scheduler/recomputed.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const made = (text: string) => ({ outputs: { t: { kind: "table", digest: digestOf(text), files: {} } } });
 * assertEquals(changesOf(made("a"), made("a")), []);
 * assertEquals(changesOf(made("a"), made("b")).length, 1);
 * ```
 */
export function changesOf(
  recorded: Pick<Manifest, "outputs">,
  now: Pick<Manifest, "outputs">,
): readonly string[] {
  const changes: string[] = [];
  for (const [name, { digest, volatile }] of Object.entries(recorded.outputs)) {
    const made = now.outputs[name]?.digest;
    if (made === digest || volatile === true) continue;
    changes.push(
      `made again, its output ${name} is not what it was: ${digest} before, ${made} now; ` +
        "what reads it is keyed anew",
    );
  }
  return changes;
}
