// What follows a failed attempt: whether there is another one, after how long, and on which slots not. Deterministic.

import type { Grant, StageFailure } from "../core/executor.ts";
import type { RetryPolicy, StageMember } from "../workflow/graph.ts";
import type { Request } from "./pool.ts";

/** The attempts of one unit so far. */
export interface Attempts {
  /** The one that runs or comes next, from 1. */
  readonly number: number;
  /** How many failed because a device went away; these do not count against the stage's own policy. */
  readonly lost: number;
  /** Slots on which a device went away. */
  readonly avoid: Readonly<Record<string, readonly number[]>>;
}

/** Another attempt. */
export interface NextAttempt {
  readonly attempts: Attempts;
  readonly waitSeconds: number;
}

/** Before the first attempt. */
export const firstAttempt: Attempts = { number: 1, lost: 0, avoid: {} };

/** Slots are many, and another one may do. */
const maxLost = 2;

const oneCore: Request = { cpu: 1, slots: {} };

/**
 * Decides on another attempt.
 *
 * @param grant what the failed attempt was given.
 * @param forgiven how often a device that went away is forgiven, whatever the stage says.
 *
 * @example
 * ```ts
 * import { firstAttempt, nextAttempt } from "#lib/scheduler/retry.ts";
 * import { assertEquals } from "@std/assert";
 * const policy = { attempts: 3, backoffSeconds: 5 };
 * const failure = { reason: "exited", message: "", code: 1 } as const;
 * const second = nextAttempt(firstAttempt, failure, policy, { cpu: 1, slots: {} });
 * const third = nextAttempt(second!.attempts, failure, policy, { cpu: 1, slots: {} });
 * assertEquals([second?.waitSeconds, third?.waitSeconds], [5, 10]);
 * assertEquals(nextAttempt(third!.attempts, failure, policy, { cpu: 1, slots: {} }), undefined);
 * ```
 */
export function nextAttempt(
  { number, lost, avoid }: Attempts,
  { reason }: StageFailure,
  policy: RetryPolicy | undefined,
  { slots }: Grant,
  forgiven = maxLost,
): NextAttempt | undefined {
  if (reason === "cancelled") return undefined;
  if (reason === "device-lost" && lost < forgiven) {
    const worse: Record<string, readonly number[]> = { ...avoid };
    for (const name in slots) worse[name] = [...worse[name] ?? [], ...slots[name]];
    return { attempts: { number: number + 1, lost: lost + 1, avoid: worse }, waitSeconds: 0 };
  }
  const own = number - lost;
  if (policy === undefined || own >= policy.attempts) return undefined;
  const waitSeconds = policy.backoffSeconds * 2 ** (own - 1);
  return { attempts: { number: number + 1, lost, avoid }, waitSeconds };
}

/**
 * What an attempt of a member asks for. Equal members share one request.
 *
 * @example
 * ```ts
 * import { firstAttempt, requestOf } from "#lib/scheduler/retry.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(requestOf({}, firstAttempt), { cpu: 1, slots: {} });
 * ```
 */
export function requestOf(
  { resources = [] }: Pick<StageMember, "resources">,
  { number, lost, avoid }: Attempts,
): Request {
  const own = number - lost;
  const asked = resources[Math.min(own, resources.length) - 1] ?? oneCore;
  return Object.keys(avoid).length === 0 ? asked : { ...asked, avoid };
}
