// Expressions -> closures. Names are looked up once, when compiling; running one costs no look-ups, so that
// 100,000 members stay cheap. There is no way from here to prototypes, globals or code.

import { sizes } from "../limits.ts";
import { suggest } from "../nearest.ts";
import { checkField, element, field } from "./access.ts";
import { describe, ExpressionError, fault, unknownYet } from "./fault.ts";
import { functions } from "./functions.ts";
import { arithmetic, equal, numeric, ordered, truth } from "./operators.ts";
import { checkLocal, fieldName } from "./locals.ts";
import type { Compiled, OnAxis, Row, Scope } from "./scope.ts";
import type { Expression } from "./syntax.ts";

export { memberSlot } from "./scope.ts";
export type { Compiled, Found, Local, OnAxis, Row, Scope } from "./scope.ts";

/**
 * Compiles an expression for a scope.
 *
 * @throws {ExpressionError} for unknown names and the like.
 *
 * @example
 * ```ts
 * import { compile } from "#lib/workflow/expression/compile.ts";
 * import { parseExpression } from "#lib/workflow/expression/syntax.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const parsed = parseExpression("${{ len(range(3)) ** 2 }}", 3);
 * assert(parsed.ok);
 * const none = () => undefined;
 * const scope = { axis: none, param: () => ({ ok: false as const, message: "" }), unknown: () => ({ message: "" }) };
 * assertEquals(compile(parsed.value.expression, scope).run([]), 9);
 * ```
 */
export function compile(expression: Expression, scope: Scope): Compiled {
  switch (expression.kind) {
    case "literal": {
      const { value } = expression;
      return { slots: none, run: () => value };
    }
    case "name":
    case "member":
    case "index":
      return compilePath(expression, scope);
    case "call":
      return compileCall(expression, scope);
    case "list": {
      const items = expression.items.map((item) => compile(item, scope));
      return { slots: union(items), run: (row) => listOf(items, row, expression) };
    }
    case "unary":
      return compileUnary(expression, scope);
    case "binary":
      return compileBinary(expression, scope);
    case "choice": {
      const test = compile(expression.test, scope);
      const yes = compile(expression.yes, scope);
      const no = compile(expression.no, scope);
      return {
        slots: union([test, yes, no]),
        run: (row) => (truth(test.run(row), expression.test) ? yes : no).run(row),
      };
    }
  }
}

const none: ReadonlySet<number> = new Set();

/** Lists may hold lists, which are bounded each by itself: here together. */
function listOf(items: readonly Compiled[], row: Row, expression: Of<"list">): unknown[] {
  const list: unknown[] = [];
  let count = 0;
  for (const item of items) {
    const value = item.run(row);
    list.push(value);
    count += 1 + (Array.isArray(value) ? numValues(value) : 0);
    if (count > sizes.list) {
      throw fault(expression, `the list holds over ${sizes.list.toLocaleString("en")} values`);
    }
  }
  return list;
}

/** Values in a list and in the lists inside it; stops counting beyond the limit. */
function numValues(list: readonly unknown[]): number {
  let count = list.length;
  for (let i = 0; i < list.length && count <= sizes.list; i++) {
    const item = list[i];
    if (Array.isArray(item)) count += numValues(item);
  }
  return count;
}

type Of<K extends Expression["kind"]> = Extract<Expression, { kind: K }>;

function compilePath(expression: Of<"name" | "member" | "index">, scope: Scope): Compiled {
  // The longest run of names and constant indexes from the root: `params.groups[0].label`.
  const steps: { readonly name: string | number; readonly node: Expression }[] = [];
  let root: Expression = expression;
  const chain: Expression[] = [];
  while (root.kind === "member" || root.kind === "index") {
    chain.push(root);
    root = root.object;
  }
  if (root.kind !== "name") return compileAccess(expression, scope);
  if (root.name !== "params") {
    const local = scope.local?.(root.name);
    if (local !== undefined) {
      checkLocal(root, local, chain[chain.length - 1]);
      return chain.reverse().reduce((object, node) => access(object, node, scope), local.value);
    }
    const found = scope.axis(root.name);
    if (found === undefined) {
      const { message, hint } = scope.unknown(root.name);
      throw new ExpressionError(
        { message, hint, start: root.start, end: root.end },
        "unknown-name",
      );
    }
    if (found.axis.ragged !== undefined) return compileRow(root, chain, found, scope);
    if (expression.kind !== "name") {
      const first = chain[chain.length - 1];
      if (first.kind === "member") checkField(first.name, first, found.axis);
      return compileAccess(expression, scope);
    }
    const { slot, axis } = found;
    return { slots: new Set([slot]), run: (row) => axis.values[row[slot]].value };
  }
  for (const node of chain.reverse()) {
    if (node.kind === "member") steps.push({ name: node.name, node });
    else if (node.kind === "index" && node.index.kind === "literal") {
      const { value } = node.index;
      if (typeof value !== "string" && typeof value !== "number") break;
      steps.push({ name: value, node });
    } else break;
  }
  const found = scope.param(steps.map((step) => step.name));
  if (!found.ok) {
    const { start, end } = expression;
    const message = found.message ?? "";
    throw new ExpressionError(
      { message, hint: found.hint, start, end },
      found.code ?? "unknown-name",
      found.message === undefined,
    );
  }
  const base: Compiled = found.by ?? { slots: none, run: () => found.value };
  return chain.slice(found.steps).reduce((object, node) => access(object, node, scope), base);
}

/** The row of a `foreach`: alone it is what the row is known by, with a column its entry there. */
function compileRow(
  root: Of<"name">,
  chain: Expression[],
  { slot, axis, column }: OnAxis,
  scope: Scope,
): Compiled {
  const first = chain.pop();
  if (first === undefined) {
    return {
      slots: new Set([slot]),
      run: (row) => {
        if (row[slot] === axis.unknownAt) throw unknownYet(root);
        return axis.values[row[slot]].value;
      },
    };
  }
  const name = fieldName(first);
  if (name === undefined || column === undefined) {
    throw fault(first, `name a column of the row, such as \`${axis.name}.column\``);
  }
  const cell = column(name, first);
  return chain.reverse().reduce((object, node) => access(object, node, scope), cell);
}

function compileAccess(expression: Of<"name" | "member" | "index">, scope: Scope): Compiled {
  if (expression.kind === "name") return compilePath(expression, scope);
  return access(compile(expression.object, scope), expression, scope);
}

function access(object: Compiled, node: Expression, scope: Scope): Compiled {
  if (node.kind === "member") {
    const { name } = node;
    return { slots: object.slots, run: (row) => field(object.run(row), name, node) };
  }
  const index = compile((node as Of<"index">).index, scope);
  return {
    slots: union([object, index]),
    run: (row) => element(object.run(row), index.run(row), node),
  };
}

function compileCall(expression: Of<"call">, scope: Scope): Compiled {
  const { name, args: written } = expression;
  const start = expression.start;
  if (!Object.hasOwn(functions, name)) {
    throw new ExpressionError(
      {
        message: `there is no function \`${name}\``,
        hint: suggest(name, Object.keys(functions), "functions"),
        start,
        end: start + name.length,
      },
      "unknown-name",
    );
  }
  const { minArgs, maxArgs, usage, call } = functions[name];
  if (written.length < minArgs || written.length > maxArgs) {
    throw fault(expression, `\`${name}\` is called with ${written.length} arguments`, usage);
  }
  const args = written.map((argument) => compile(argument, scope));
  return {
    slots: union(args),
    run: (row) => {
      try {
        return call(args.map((argument) => argument.run(row)));
      } catch (error) {
        if (error instanceof RangeError || error instanceof TypeError) {
          throw fault(expression, error.message, usage);
        }
        throw error;
      }
    },
  };
}

function compileUnary(expression: Of<"unary">, scope: Scope): Compiled {
  const operand = compile(expression.operand, scope);
  const { slots } = operand;
  if (expression.operator === "!") {
    return { slots, run: (row) => !truth(operand.run(row), expression.operand) };
  }
  return { slots, run: (row) => -numeric(operand.run(row), expression.operand, "-") };
}

function compileBinary(expression: Of<"binary">, scope: Scope): Compiled {
  const { operator } = expression;
  const left = compile(expression.left, scope);
  const right = compile(expression.right, scope);
  const slots = union([left, right]);
  switch (operator) {
    case "&&":
      return {
        slots,
        run: (row) =>
          truth(left.run(row), expression.left) && truth(right.run(row), expression.right),
      };
    case "||":
      return {
        slots,
        run: (row) =>
          truth(left.run(row), expression.left) || truth(right.run(row), expression.right),
      };
    case "==":
      return { slots, run: (row) => equal(left.run(row), right.run(row), expression) };
    case "!=":
      return { slots, run: (row) => !equal(left.run(row), right.run(row), expression) };
    case "in":
      return {
        slots,
        run: (row) => {
          const list = right.run(row);
          if (!Array.isArray(list)) {
            throw fault(expression.right, `\`in\` looks into a list, found ${describe(list)}`);
          }
          const value = left.run(row);
          return list.some((item) => equal(value, item, expression));
        },
      };
    case "<":
    case "<=":
    case ">":
    case ">=":
      return { slots, run: compileOrder(expression, left, right, scope) };
    default:
      return {
        slots,
        run: (row) => {
          const value = arithmetic(
            operator,
            numeric(left.run(row), expression.left, operator),
            numeric(right.run(row), expression.right, operator),
          );
          if (Number.isFinite(value)) return value;
          throw fault(
            expression,
            `the result is ${Number.isNaN(value) ? "no number" : "infinite"}`,
          );
        },
      };
  }
}

/** Order: of positions, if both sides are axes with the same root; else of two numbers or two strings. */
function compileOrder(
  expression: Of<"binary">,
  left: Compiled,
  right: Compiled,
  scope: Scope,
): (row: Row) => boolean {
  const { operator } = expression;
  const [a, b] = [expression.left, expression.right].map((side) =>
    side.kind === "name" ? scope.axis(side.name) : undefined
  );
  if (a !== undefined && b !== undefined && a.axis.root === b.axis.root) {
    const { unknownAt } = a.axis;
    if (unknownAt < 0) return (row) => ordered(operator, row[a.slot], row[b.slot]);
    return (row) => {
      if (row[a.slot] === unknownAt || row[b.slot] === unknownAt) throw unknownYet(expression);
      return ordered(operator, row[a.slot], row[b.slot]);
    };
  }
  return (row) => {
    const x = left.run(row);
    const y = right.run(row);
    if (typeof x === "number" && typeof y === "number") return ordered(operator, x, y);
    if (typeof x === "string" && typeof y === "string") return ordered(operator, x, y);
    throw fault(
      expression,
      `${describe(x)} and ${describe(y)} have no order`,
      "two numbers, two strings, or an axis and its renamed twin (by position) can be compared",
    );
  };
}

function union(parts: readonly Compiled[]): ReadonlySet<number> {
  const used = parts.filter((part) => part.slots.size > 0);
  if (used.length === 0) return none;
  return used.length === 1 ? used[0].slots : new Set(used.flatMap((part) => [...part.slots]));
}
