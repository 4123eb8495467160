// Operators of the expression language on plain values. Strict: no value is silently turned into another kind.

import { canonicalJson } from "../../core/canonical.ts";
import { describe, fault } from "./fault.ts";

/** Where an operand is written. */
interface Node {
  readonly start: number;
  readonly end: number;
}

/**
 * Arithmetic on two numbers: `+ - * / % **`. The result may not be finite.
 *
 * @example
 * ```ts
 * import { arithmetic } from "#lib/workflow/expression/operators.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([arithmetic("**", 2, 3), arithmetic("%", -1, 3)], [8, 2]);
 * ```
 */
export function arithmetic(operator: string, a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      // As in Python and mathematics: the sign of the divisor.
      return a - b * Math.floor(a / b);
    default:
      return a ** b;
  }
}

/**
 * Order of two numbers or two strings: `< <= > >=`.
 *
 * @example
 * ```ts
 * import { ordered } from "#lib/workflow/expression/operators.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(ordered("<=", 2, 2), true);
 * ```
 */
export function ordered<T extends number | string>(operator: string, a: T, b: T): boolean {
  switch (operator) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    default:
      return a >= b;
  }
}

/**
 * Whether two values are equal. Values of different kinds cannot be compared: that is a mistake, never `false`.
 *
 * @throws {ExpressionError}
 *
 * @example
 * ```ts
 * import { equal } from "#lib/workflow/expression/operators.ts";
 * import { assertEquals } from "@std/assert";
 * const at = { start: 0, end: 1 };
 * assertEquals([equal(1, 2, at), equal([1], [1], at)], [false, true]);
 * ```
 */
export function equal(a: unknown, b: unknown, node: Node): boolean {
  if (a === b || a === null || b === null) return a === b;
  if (typeof a === "object" && typeof b === "object") {
    return Array.isArray(a) === Array.isArray(b) && canonicalJson(a) === canonicalJson(b);
  }
  if (typeof a === typeof b) return false;
  const record = typeof a === "object" ? a : typeof b === "object" ? b : null;
  throw fault(
    node,
    `${describe(a)} and ${describe(b)} are never equal`,
    record !== null && !Array.isArray(record) && "id" in record
      ? "compare the record's `id`"
      : undefined,
  );
}

/**
 * A boolean; nothing else counts as true or false.
 *
 * @throws {ExpressionError}
 *
 * @example
 * ```ts
 * import { truth } from "#lib/workflow/expression/operators.ts";
 * import { assertEquals } from "@std/assert";
 * const at = { start: 0, end: 1 };
 * assertEquals(truth(true, at), true);
 * ```
 */
export function truth(value: unknown, node: Node): boolean {
  if (typeof value === "boolean") return value;
  throw fault(node, `expected true or false, found ${describe(value)}`);
}

/**
 * A number, for an operator that takes numbers.
 *
 * @throws {ExpressionError}
 *
 * @example
 * ```ts
 * import { numeric } from "#lib/workflow/expression/operators.ts";
 * import { assertEquals } from "@std/assert";
 * const at = { start: 0, end: 1 };
 * assertEquals(numeric(3, at, "+"), 3);
 * ```
 */
export function numeric(value: unknown, node: Node, operator: string): number {
  if (typeof value === "number") return value;
  throw fault(
    node,
    `\`${operator}\` takes numbers, found ${describe(value)}`,
    typeof value === "string" && operator === "+"
      ? "to join strings write them side by side: ${{ a }}_${{ b }}"
      : undefined,
  );
}
