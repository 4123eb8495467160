// The expression parser (operator precedence, after Pratt): tokens -> syntax tree.
// Nothing in the language loops, assigns or calls user code; see workflows/README.md for what it can say.

import { err, ok, type Result } from "../../core/result.ts";
import { type Fault, type Token, tokenize } from "./tokens.ts";

/** A node of an expression; `start` and `end` are offsets in the string that holds it. */
export type Expression =
  & { readonly start: number; readonly end: number; readonly depth: number }
  & (
    | { readonly kind: "literal"; readonly value: string | number | boolean | null }
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "member"; readonly object: Expression; readonly name: string }
    | { readonly kind: "index"; readonly object: Expression; readonly index: Expression }
    | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
    | { readonly kind: "list"; readonly items: readonly Expression[] }
    | { readonly kind: "unary"; readonly operator: "-" | "!"; readonly operand: Expression }
    | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
    | {
      readonly kind: "choice";
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    }
  );

/** Expressions nested or chained further than this are refused, so that nothing below can run out of stack. */
const maxDepth = 100;

/** How tightly binary operators bind. `**` binds to the right, comparisons to neither side. */
const powers: Readonly<Record<string, number>> = {
  "||": 2,
  "&&": 3,
  "==": 5,
  "!=": 5,
  "<": 5,
  "<=": 5,
  ">": 5,
  ">=": 5,
  "in": 5,
  "+": 6,
  "-": 6,
  "*": 7,
  "/": 7,
  "%": 7,
  "**": 9,
};
const notPower = 4;
const minusPower = 8;
const comparison = 5;

class Failure extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}

/**
 * Parses the expression behind a `${{`. `end` is the offset behind its `}}`.
 *
 * @example
 * ```ts
 * import { parseExpression } from "#lib/workflow/expression/syntax.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const parsed = parseExpression("${{ 1 + 2 * 3 }}", 3);
 * assert(parsed.ok && parsed.value.expression.kind === "binary");
 * assertEquals(parsed.value.expression.operator, "+");
 * ```
 */
export function parseExpression(
  text: string,
  from: number,
): Result<{ readonly expression: Expression; readonly end: number }, Fault> {
  const tokens = tokenize(text, from);
  if (!tokens.ok) return tokens;
  const end = tokens.value[tokens.value.length - 1].end;
  if (tokens.value.length === 1) {
    return err({ message: "an empty expression", start: from - 3, end });
  }
  try {
    const parser = new ExpressionParser(tokens.value);
    return ok({ expression: parser.parse(), end });
  } catch (failure) {
    if (failure instanceof Failure) return err(failure.fault);
    throw failure;
  }
}

class ExpressionParser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #nesting = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Expression {
    const expression = this.#choice();
    if (this.#next.kind !== "end") this.#unexpected("`}}`");
    return expression;
  }

  get #next(): Token {
    return this.#tokens[this.#at];
  }

  #take(): Token {
    return this.#tokens[this.#at++];
  }

  #is(text: string): boolean {
    return this.#next.kind === "symbol" && this.#next.text === text;
  }

  #expect(text: string): Token {
    if (!this.#is(text)) this.#unexpected(`\`${text}\``);
    return this.#take();
  }

  #unexpected(wanted: string): never {
    const { kind, text, start, end } = this.#next;
    const found = kind === "end" ? "the end of the expression" : `\`${text}\``;
    throw new Failure({ message: `expected ${wanted}, found ${found}`, start, end });
  }

  #choice(): Expression {
    const test = this.#binary(0);
    if (!this.#is("?")) return test;
    this.#take();
    if (++this.#nesting > maxDepth) this.#tooDeep(this.#next);
    const yes = this.#choice();
    this.#expect(":");
    const no = this.#choice();
    this.#nesting--;
    return this.#node({ kind: "choice", test, yes, no }, test.start, no.end, [test, yes, no]);
  }

  #binary(power: number): Expression {
    if (++this.#nesting > maxDepth) this.#tooDeep(this.#next);
    let left = this.#unary();
    for (;;) {
      const token = this.#next;
      const operator = token.kind === "symbol" || token.text === "in" ? token.text : "";
      const own = Object.hasOwn(powers, operator) ? powers[operator] : 0;
      if (own === 0 || own <= power) break;
      this.#take();
      const right = this.#binary(operator === "**" ? own - 1 : own);
      left = this.#node({ kind: "binary", operator, left, right }, left.start, right.end, [
        left,
        right,
      ]);
      if (own === comparison && this.#next.kind !== "end" && powers[this.#next.text] === own) {
        const { start, end } = this.#next;
        throw new Failure({
          message: "comparisons cannot be chained",
          start,
          end,
          hint: "write a < b && b < c",
        });
      }
    }
    this.#nesting--;
    return left;
  }

  #unary(): Expression {
    const token = this.#next;
    if (token.kind === "symbol" && (token.text === "-" || token.text === "!")) {
      this.#take();
      const operand = this.#binary(minusPower);
      const operator = token.text;
      return this.#node({ kind: "unary", operator, operand }, token.start, operand.end, [operand]);
    }
    if (token.kind === "symbol" && token.text === "not") {
      this.#take();
      const operand = this.#binary(notPower);
      return this.#node(
        { kind: "unary", operator: "!", operand },
        token.start,
        operand.end,
        [operand],
      );
    }
    return this.#postfix();
  }

  #postfix(): Expression {
    let object = this.#primary();
    for (;;) {
      if (this.#is(".")) {
        this.#take();
        const name = this.#take();
        if (name.kind !== "name") {
          this.#at--;
          this.#unexpected("the name of a field");
        }
        object = this.#node(
          { kind: "member", object, name: name.text },
          object.start,
          name.end,
          [object],
        );
      } else if (this.#is("[")) {
        this.#take();
        const index = this.#choice();
        const { end } = this.#expect("]");
        object = this.#node({ kind: "index", object, index }, object.start, end, [object, index]);
      } else return object;
    }
  }

  #primary(): Expression {
    const token = this.#next;
    const { start, end } = token;
    if (token.kind === "number") {
      this.#take();
      return this.#node({ kind: "literal", value: Number(token.text) }, start, end, []);
    }
    if (token.kind === "string") {
      this.#take();
      return this.#node({ kind: "literal", value: token.text }, start, end, []);
    }
    if (token.kind === "name") return this.#nameOrCall();
    if (this.#is("(")) {
      this.#take();
      const inner = this.#choice();
      this.#expect(")");
      return inner;
    }
    if (this.#is("[")) {
      this.#take();
      const items = this.#items("]");
      const last = this.#expect("]");
      return this.#node({ kind: "list", items }, start, last.end, items);
    }
    return this.#unexpected("a value");
  }

  #nameOrCall(): Expression {
    const { text: name, start, end } = this.#take();
    if (this.#is("(")) {
      this.#take();
      const args = this.#items(")");
      const last = this.#expect(")");
      return this.#node({ kind: "call", name, args }, start, last.end, args);
    }
    if (name === "true" || name === "false" || name === "null") {
      const value = name === "null" ? null : name === "true";
      return this.#node({ kind: "literal", value }, start, end, []);
    }
    return this.#node({ kind: "name", name }, start, end, []);
  }

  #items(closing: string): Expression[] {
    const items: Expression[] = [];
    while (!this.#is(closing)) {
      items.push(this.#choice());
      if (!this.#is(",")) break;
      this.#take();
    }
    return items;
  }

  // deno-lint-ignore no-explicit-any
  #node(part: any, start: number, end: number, parts: readonly Expression[]): Expression {
    let depth = 0;
    for (const { depth: inner } of parts) depth = Math.max(depth, inner);
    if (depth >= maxDepth) this.#tooDeep({ start, end });
    return { ...part, start, end, depth: depth + 1 };
  }

  #tooDeep({ start, end }: { readonly start: number; readonly end: number }): never {
    throw new Failure({
      message: "the expression is too long",
      start,
      end: Math.min(end, start + 1),
      hint: "put parts of it into params",
    });
  }
}
