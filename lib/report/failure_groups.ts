// Failures for people: members of one stage of the file that failed with the same message are one.

import { stageOf } from "./format.ts";
import type { RunRecord } from "./record.ts";

/** Members that failed alike. */
export interface FailureGroup {
  /** Ids, at least one. */
  readonly stages: readonly string[];
  readonly reason: string;
  readonly message: string;
}

/**
 * What failed, in the order of the first of each group.
 *
 * @example
 * ```ts
 * import { failureGroups } from "#lib/report/failure_groups.ts";
 * import { foldEvents } from "#lib/report/record.ts";
 * import { assertEquals } from "@std/assert";
 * const failed = (stage: string, message: string) =>
 *   ({ type: "stage-failed", at: 0, stage, failure: { reason: "threw", message }, seconds: 1 }) as const;
 * const groups = failureGroups(foldEvents([failed("a[n=1]", "x"), failed("b", "x"), failed("a[n=2]", "x")]));
 * assertEquals(groups.map(({ stages }) => stages), [["a[n=1]", "a[n=2]"], ["b"]]);
 * ```
 */
export function failureGroups({ stages }: Pick<RunRecord, "stages">): readonly FailureGroup[] {
  const groups = new Map<string, FailureGroup & { readonly stages: string[] }>();
  for (const { stage, status, failure } of stages) {
    if (status !== "failed") continue;
    const { reason = "threw", message = "" } = failure ?? {};
    const name = JSON.stringify([stageOf(stage), reason, message]);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { stages: [stage], reason, message });
    else group.stages.push(stage);
  }
  return [...groups.values()];
}
