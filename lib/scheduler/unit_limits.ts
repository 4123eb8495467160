// Several members share one piece of work: it gets the longest time and the most attempts that any of them allows.

import type { RetryPolicy, StageMember } from "../workflow/graph.ts";

/**
 * The longest timeout; none if one has none.
 *
 * @example
 * ```ts
 * import { longestTimeout } from "#lib/scheduler/unit_limits.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(longestTimeout([{ timeoutSeconds: 1 }, { timeoutSeconds: 2 }]), 2);
 * assertEquals(longestTimeout([{ timeoutSeconds: 1 }, {}]), undefined);
 * ```
 */
export function longestTimeout(
  members: readonly Pick<StageMember, "timeoutSeconds">[],
): number | undefined {
  let longest = 0;
  for (const { timeoutSeconds } of members) {
    if (timeoutSeconds === undefined) return undefined;
    longest = Math.max(longest, timeoutSeconds);
  }
  return longest;
}

/**
 * The policy with the most attempts; the first of equals.
 *
 * @example
 * ```ts
 * import { patientPolicy } from "#lib/scheduler/unit_limits.ts";
 * import { assertEquals } from "@std/assert";
 * const retry = { attempts: 3, backoffSeconds: 1 };
 * assertEquals(patientPolicy([{}, { retry }]), retry);
 * ```
 */
export function patientPolicy(
  members: readonly Pick<StageMember, "retry">[],
): RetryPolicy | undefined {
  let most: RetryPolicy | undefined;
  for (const { retry } of members) {
    if (retry !== undefined && retry.attempts > (most?.attempts ?? 0)) most = retry;
  }
  return most;
}
