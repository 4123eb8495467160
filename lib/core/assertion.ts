// A failed assertion: a number that a workflow demanded and did not get. Not a bug and not a crash, so it is told
// apart from both, and a run that fails only by assertions ends with its own exit code (3).

/** How the message of a failed assertion begins; errors cross worker borders as text. */
export const assertionPrefix = "assertion: ";

/**
 * Thrown by a task whose check on a result does not hold. Its `name` stays `Error`: executors put other names in front
 * of the message, which must begin with the prefix.
 */
export class AssertionFailed extends Error {
  constructor(message: string) {
    super(assertionPrefix + message);
  }
}

/**
 * Whether a stage's failure message comes from {@link AssertionFailed}.
 *
 * @example
 * ```ts
 * import { AssertionFailed, isAssertion } from "#lib/core/assertion.ts";
 * import { assert } from "@std/assert";
 * assert(isAssertion(new AssertionFailed("value 0.3 is not above 0.5").message));
 * assert(!isAssertion("lorenz left the finite numbers"));
 * ```
 */
export function isAssertion(message: string): boolean {
  return message.startsWith(assertionPrefix);
}
