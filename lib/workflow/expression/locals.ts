// Names that only some places know, such as `inputs` in a command: their fields, which are known beforehand.

import { suggest } from "../nearest.ts";
import { ExpressionError, fault } from "./fault.ts";
import type { Local } from "./scope.ts";
import type { Expression } from "./syntax.ts";

/**
 * The field that a step of a path names; undefined where an expression works it out.
 *
 * @example
 * ```ts
 * import { fieldName } from "#lib/workflow/expression/locals.ts";
 * import { parseExpression } from "#lib/workflow/expression/syntax.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const parsed = parseExpression("${{ inputs['x'] }}", 3);
 * assert(parsed.ok);
 * assertEquals(fieldName(parsed.value.expression), "x");
 * ```
 */
export function fieldName(step: Expression): string | undefined {
  if (step.kind === "member") return step.name;
  if (step.kind !== "index" || step.index.kind !== "literal") return undefined;
  const { value } = step.index;
  return typeof value === "string" ? value : undefined;
}

/**
 * Checks that a field is named, and exists. `first` is the first step behind the name.
 *
 * @throws {ExpressionError}
 *
 * @example
 * ```ts
 * import { checkLocal } from "#lib/workflow/expression/locals.ts";
 * import { assertThrows } from "@std/assert";
 * const root = { kind: "name" as const, name: "inputs", start: 0, end: 6, depth: 1 };
 * const value = { slots: new Set<number>(), run: () => ({}) };
 * const local = { value, fields: { names: ["x"], what: "inputs" } };
 * assertThrows(() => checkLocal(root, local, undefined), Error, "no value of its own");
 * ```
 */
export function checkLocal(
  root: Extract<Expression, { kind: "name" }>,
  { fields }: Local,
  first: Expression | undefined,
): void {
  if (fields === undefined) return;
  const { names, what } = fields;
  const example = names.length > 0 ? `write ${root.name}.${names[0]}` : `there are no ${what}`;
  if (first === undefined) throw fault(root, `\`${root.name}\` is no value of its own`, example);
  const name = fieldName(first);
  if (name === undefined) throw fault(first, `name one of the ${what}`, example);
  if (names.includes(name)) return;
  const { start, end } = first;
  throw new ExpressionError({
    message: `\`${root.name}\` has no \`${name}\``,
    hint: suggest(name, names, what),
    start,
    end,
  }, "unknown-name");
}
