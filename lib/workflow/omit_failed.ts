// Rule 8, `failed: omit`: members that failed are left out of a list instead of skipping the stage that takes it.

import type { Context } from "./context.ts";
import type { InputPlan, StageState } from "./stage_state.ts";

/**
 * Whether failed members are left out of an input.
 *
 * @example
 * ```ts
 * import { omitsFailed } from "#lib/workflow/omit_failed.ts";
 * import { assertEquals } from "@std/assert";
 * // deno-lint-ignore no-explicit-any
 * assertEquals(omitsFailed({ parts: [{ spec: { failed: undefined } }] } as any), false);
 * ```
 */
export function omitsFailed({ parts }: InputPlan): boolean {
  return parts.length > 0 && parts.every(({ spec }) => spec.failed !== undefined);
}

/**
 * Checks that `failed: omit` stands where there is a list to leave something out of.
 *
 * @example
 * ```ts
 * import { checkFailed } from "#lib/workflow/omit_failed.ts";
 * import { assertEquals } from "@std/assert";
 * // deno-lint-ignore no-explicit-any
 * assertEquals(checkFailed({} as any, { inputs: [] } as any), undefined);
 * ```
 */
export function checkFailed({ problems }: Context, { inputs }: StageState): void {
  for (const input of inputs) {
    const written = input.parts.filter(({ spec }) => spec.failed !== undefined);
    if (written.length === 0) continue;
    const { port } = input.spec;
    if (!input.isList) {
      problems.error(
        "bad-value",
        written[0].spec.failed!,
        `the input \`${port}\` is one artifact, so \`failed: omit\` leaves nothing to take`,
        { hint: "it is for lists: add `gather`, or remove `failed`" },
      );
    } else if (written.length < input.parts.length) {
      const other = input.parts.find(({ spec }) => spec.failed === undefined)!;
      problems.error(
        "bad-value",
        other.spec.at,
        `the stages in the input \`${port}\` differ in \`failed\``,
        {
          notes: [{ message: "`failed: omit` is here", at: written[0].spec.failed! }],
          hint: "write `failed: omit` in each of them, or in none",
        },
      );
    }
  }
}
