// Faults of expressions: what cannot be compiled or evaluated, by offsets in the string that holds it.

import type { Fault } from "./tokens.ts";

/**
 * An expression that cannot be compiled or evaluated. Caught where templates are (template.ts); never a user's.
 *
 * @example
 * ```ts
 * import { ExpressionError } from "#lib/workflow/expression/fault.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new ExpressionError({ message: "no", start: 0, end: 1 }).message, "no");
 * ```
 */
export class ExpressionError extends Error {
  readonly fault: Fault;
  /** `bad-expression` unless said otherwise. */
  readonly code: string;
  /** The cause was reported elsewhere: say nothing. */
  readonly silent: boolean;

  constructor(fault: Fault, code = "bad-expression", silent = false) {
    super(fault.message);
    this.fault = fault;
    this.code = code;
    this.silent = silent;
  }
}

/**
 * An error at a node of an expression.
 *
 * @example
 * ```ts
 * import { fault } from "#lib/workflow/expression/fault.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(fault({ start: 3, end: 4 }, "no").fault.start, 3);
 * ```
 */
export function fault(
  node: { readonly start: number; readonly end: number },
  message: string,
  hint?: string,
): ExpressionError {
  return new ExpressionError({ message, hint, start: node.start, end: node.end });
}

/** Code of the fault of an expression that waits for a table: no error, but no value either. */
export const notKnownYet = "not-known-yet";

/**
 * The fault of an expression that needs what a table will tell which is not known yet.
 *
 * @example
 * ```ts
 * import { notKnownYet, unknownYet } from "#lib/workflow/expression/fault.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(unknownYet({ start: 3, end: 4 }).code, notKnownYet);
 * ```
 */
export function unknownYet(
  { start, end }: { readonly start: number; readonly end: number },
): ExpressionError {
  return new ExpressionError(
    { message: "the value is in a table that is not known yet", start, end },
    notKnownYet,
  );
}

/**
 * A value in a message: what it is, and the value itself if it is short.
 *
 * @example
 * ```ts
 * import { describe } from "#lib/workflow/expression/fault.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(describe("a"), 'the string "a"');
 * assertEquals(describe({ id: "x" }), "a map");
 * ```
 */
export function describe(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value.length > 40 ? "a string" : `the string ${JSON.stringify(value)}`;
    case "number":
      return `the number ${value}`;
    case "boolean":
      return String(value);
    default:
      if (value === null || value === undefined) return "nothing";
      return Array.isArray(value) ? `a list of ${value.length}` : "a map";
  }
}
