// Templates: YAML values that may hold `${{ }}`. A string that is one whole expression keeps the expression's type;
// other strings get the text of scalars put in; everything else is a literal. Compiled once, evaluated per member.

import type { Problems } from "../problems.ts";
import type { Place } from "../source_text.ts";
import { plain, type ScalarTree, type Tree } from "../tree.ts";
import { compile, type Compiled, type Row, type Scope } from "./compile.ts";
import { describe, ExpressionError } from "./fault.ts";
import { hasExpression, splitTemplate } from "./split.ts";
import type { Expression } from "./syntax.ts";
import type { Fault } from "./tokens.ts";

/** A value that is known, or can be computed for a member. */
export interface Template {
  /** Slots of the axes it depends on; none means that `constant` holds the value. */
  readonly slots: ReadonlySet<number>;
  readonly constant: unknown;
  /** Where it is written. */
  readonly at: Place;
  /** The value for a member, or where and why there is none. */
  evaluate(row: Row): Evaluated;
}

/**
 * What becomes of the text of a value that is put into a string, such as quoting. Where it is given, a string that is
 * one whole expression is text as well. `piece` counts the expressions of the string.
 */
export type AsText = (text: string, piece: number) => string;

/** What evaluating gives. */
export type Evaluated =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: PlacedFault };

/** A fault in the text. */
export interface PlacedFault {
  readonly at: Place;
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/**
 * The value of a template for a member; what is wrong is added to `problems`, and `undefined` given.
 *
 * @example
 * ```ts
 * import { valueOrProblem } from "#lib/workflow/expression/template.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { assertEquals } from "@std/assert";
 * const template = { slots: new Set<number>(), constant: 3 };
 * assertEquals(valueOrProblem(template as never, [], new Problems()), 3);
 * ```
 */
export function valueOrProblem(template: Template, row: Row, problems: Problems): unknown {
  if (template.slots.size === 0) return template.constant;
  const result = template.evaluate(row);
  if (result.ok) return result.value;
  const { code, at, message, hint } = result.error;
  problems.error(code, at, message, { hint });
  return undefined;
}

/**
 * Compiles a tree. What is wrong is added to `problems`, and null returned.
 *
 * @example
 * ```ts
 * import { compileTemplate } from "#lib/workflow/expression/template.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assertEquals } from "@std/assert";
 * const none = () => undefined;
 * const scope = { axis: none, param: () => ({ ok: false as const, message: "" }), unknown: () => ({ message: "" }) };
 * const source = new SourceText("a.yaml", "run_${{ 1 + 1 }}");
 * const tree = { kind: "scalar" as const, value: source.text, source, start: 0, end: 16 };
 * assertEquals(compileTemplate(tree, scope, new Problems())?.constant, "run_2");
 * ```
 */
export function compileTemplate(
  tree: Tree,
  scope: Scope,
  problems: Problems,
  asText?: AsText,
): Template | null {
  const part = compilePart(tree, scope, problems, asText);
  if (part === null) return null;
  return {
    slots: part.slots,
    constant: part.constant,
    at: tree,
    evaluate: (row) => {
      try {
        return { ok: true, value: part.run(row) };
      } catch (error) {
        if (error instanceof PlacedError) return { ok: false, error: error.fault };
        throw error;
      }
    },
  };
}

/**
 * A value that cannot be worked out, with the place. It passes through expressions that use the value.
 *
 * @example
 * ```ts
 * import { PlacedError } from "#lib/workflow/expression/template.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assertEquals } from "@std/assert";
 * const at = { source: new SourceText("a.yaml", ""), start: 0, end: 0 };
 * assertEquals(new PlacedError({ at, code: "bad-expression", message: "no" }).message, "no");
 * ```
 */
export class PlacedError extends Error {
  readonly fault: PlacedFault;
  constructor(fault: PlacedFault) {
    super(fault.message);
    this.fault = fault;
  }
}

interface Part extends Compiled {
  readonly constant: unknown;
}

const none: ReadonlySet<number> = new Set();

function constantPart(constant: unknown): Part {
  return { slots: none, constant, run: () => constant };
}

function compilePart(
  tree: Tree,
  scope: Scope,
  problems: Problems,
  asText: AsText | undefined,
): Part | null {
  if (tree.kind === "scalar") {
    return hasExpression(tree)
      ? compileString(tree, scope, problems, asText)
      : constantPart(tree.value);
  }
  const children = tree.kind === "list"
    ? tree.items
    : [...tree.entries.values()].map((entry) => entry.value);
  const parts = children.map((child) => compilePart(child, scope, problems, asText));
  if (parts.includes(null)) return null;
  const known = parts as Part[];
  const slots = new Set(known.flatMap((part) => [...part.slots]));
  const names = tree.kind === "map" ? [...tree.entries.keys()] : null;
  const run = (row: Row) => {
    if (names === null) return known.map((part) => part.run(row));
    const record: Record<string, unknown> = {};
    for (let i = 0; i < names.length; i++) record[names[i]] = known[i].run(row);
    return record;
  };
  if (slots.size > 0) return { slots, constant: undefined, run };
  const changed = known.some((part, i) => part.constant !== plain(children[i]));
  return constantPart(changed ? run([]) : plain(tree));
}

function compileString(
  tree: ScalarTree & { readonly value: string },
  scope: Scope,
  problems: Problems,
  asText: AsText | undefined,
): Part | null {
  const pieces = splitTemplate(tree.value);
  if (!Array.isArray(pieces)) {
    report(problems, placed(tree, pieces, "expression-syntax"));
    return null;
  }
  const compiled: (string | (Compiled & { readonly written: Expression }))[] = [];
  let failed = false;
  for (const piece of pieces) {
    if (typeof piece === "string") {
      compiled.push(piece);
      continue;
    }
    try {
      compiled.push({ ...compile(piece, scope), written: piece });
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      if (!error.silent) report(problems, placed(tree, error.fault, error.code));
      failed = true;
    }
  }
  if (failed) return null;
  const slots = new Set(
    compiled.flatMap((piece) => typeof piece === "string" ? [] : [...piece.slots]),
  );
  const [first] = compiled;
  const run = (row: Row): unknown => {
    try {
      if (asText === undefined && compiled.length === 1 && typeof first !== "string") {
        return first.run(row);
      }
      let text = "";
      let count = 0;
      for (const piece of compiled) {
        if (typeof piece === "string") text += piece;
        else {
          const value = textOf(piece.run(row), piece.written);
          text += asText === undefined ? value : asText(value, count++);
        }
      }
      return text;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw new PlacedError(placed(tree, error.fault, error.code));
    }
  };
  if (slots.size > 0) return { slots, constant: undefined, run };
  try {
    return constantPart(run([]));
  } catch (error) {
    if (!(error instanceof PlacedError)) throw error;
    report(problems, error.fault);
    return null;
  }
}

function report(problems: Problems, { code, at, message, hint }: PlacedFault): void {
  problems.error(code, at, message, { hint });
}

function textOf(value: unknown, node: Expression): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new ExpressionError({
    message: `${describe(value)} cannot be put into a string`,
    hint: typeof value === "object" && value !== null && "id" in value
      ? "name a field of the record, such as `id`"
      : undefined,
    start: node.start,
    end: node.end,
  });
}

/**
 * The place in the text of a fault in a scalar's value; of the whole scalar where quoting hides it.
 *
 * @example
 * ```ts
 * import { placed } from "#lib/workflow/expression/template.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assertEquals } from "@std/assert";
 * const source = new SourceText("a.yaml", "x: ${{ y }}");
 * const tree = { kind: "scalar" as const, value: "${{ y }}", source, start: 3, end: 11 };
 * assertEquals(placed(tree, { message: "", start: 4, end: 5 }, "no").at.start, 7);
 * ```
 */
export function placed(
  tree: ScalarTree & { readonly value: string },
  fault: Fault,
  code: string,
): PlacedFault {
  const { source, start, end } = tree;
  const { message, hint } = fault;
  const raw = source.text.slice(start, end);
  const offset = raw.startsWith(tree.value) ? 0 : raw.startsWith(tree.value, 1) ? 1 : null;
  if (offset !== null) {
    const at = { source, start: start + offset + fault.start, end: start + offset + fault.end };
    return { at, code, message, hint };
  }
  // Quoting and indentation hide where it is; what stands there comes as often in the text as in the value.
  const part = tree.value.slice(fault.start, fault.end);
  const inText = part.length < 3 ? [] : occurrences(raw, part);
  const inValue = occurrences(tree.value, part);
  const found = inText.length === inValue.length ? inText[inValue.indexOf(fault.start)] : undefined;
  const at = found === undefined
    ? { source, start, end }
    : { source, start: start + found, end: start + found + part.length };
  return { at, code, message, hint };
}

function occurrences(text: string, part: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) {
    found.push(at);
    if (found.length > 1000) return [];
  }
  return found;
}
