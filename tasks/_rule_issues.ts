// What is wrong with the rules of a network before anything runs: timing against dt_ms, and rules that cannot share one.
// Paths lead from the params of a stage that names them as `rule` or `rules`, `trial` and `dt_ms`.

import type { TrialMode } from "#lib/core/neurotask.ts";
import { type RuleMember, sharingIssues } from "#lib/trials/channels.ts";
import { timingIssues } from "#lib/trials/timing.ts";

/** Something wrong with params, and where. */
export interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * What is wrong with the timing of rules; of several at one place the first. Where one mode is used only, the other's
 * defaults may be what they are; what is written must be right.
 *
 * @param only the mode that is used; both if absent
 *
 * @example
 * ```ts
 * import { timingIssuesOf } from "#tasks/_rule_issues.ts";
 * import pdmPro from "#lib/neurotasks/pdm_pro.ts";
 * import { assertEquals } from "@std/assert";
 * const members = [{ neurotask: pdmPro, params: pdmPro.params.parse({}) }];
 * assertEquals(timingIssuesOf(members, 30, "test")[0].path, ["dt_ms"]);
 * ```
 */
export function timingIssuesOf(
  members: readonly RuleMember[],
  dtMs: number,
  only?: TrialMode,
): readonly Issue[] {
  const found = new Map<string, Issue>();
  for (const { neurotask, params } of members) {
    for (const mode of ["train", "test"] as const) {
      const isUsed = only === undefined || mode === only;
      for (const { path, message } of timingIssues(neurotask, params, mode, dtMs)) {
        if (!isUsed && path.length === 0) continue;
        const full = path.length === 0 ? ["dt_ms"] : ["trial", ...path];
        const place = full.join(".");
        if (!found.has(place)) found.set(place, { path: full, message });
      }
    }
  }
  return [...found.values()];
}

/**
 * What keeps rules from sharing a network.
 *
 * @example
 * ```ts
 * import { sharingIssuesOf } from "#tasks/_rule_issues.ts";
 * import pdmPro from "#lib/neurotasks/pdm_pro.ts";
 * import reachingPro from "#lib/neurotasks/reaching_pro.ts";
 * import { assertEquals } from "@std/assert";
 * const members = [pdmPro, reachingPro].map((neurotask) => ({ neurotask, params: neurotask.params.parse({}) }));
 * assertEquals(sharingIssuesOf(members)[0].path, ["rules", 1]);
 * ```
 */
export function sharingIssuesOf(members: readonly RuleMember[]): readonly Issue[] {
  return sharingIssues(members).map(({ place, message }) => ({ path: ["rules", place], message }));
}
