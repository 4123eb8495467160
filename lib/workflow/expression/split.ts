// Strings with `${{ }}` in them: taken apart, and the names they use. Leaves out what they mean (template.ts).

import type { ScalarTree, Tree } from "../tree.ts";
import { type Expression, parseExpression } from "./syntax.ts";
import type { Fault } from "./tokens.ts";

/**
 * Whether a tree is a string with an expression in it.
 *
 * @example
 * ```ts
 * import { hasExpression } from "#lib/workflow/expression/split.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert } from "@std/assert";
 * const place = { source: new SourceText("a.yaml", ""), start: 0, end: 0 };
 * assert(hasExpression({ kind: "scalar", value: "${{ seed }}", ...place }));
 * ```
 */
export function hasExpression(tree: Tree): tree is ScalarTree & { readonly value: string } {
  return tree.kind === "scalar" && typeof tree.value === "string" && tree.value.includes("${{");
}

/**
 * Names that the expressions of a tree use: axes, params (as `params`), anything. Broken expressions have none.
 *
 * @example
 * ```ts
 * import { namesIn } from "#lib/workflow/expression/split.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assertEquals } from "@std/assert";
 * const place = { source: new SourceText("a.yaml", ""), start: 0, end: 0 };
 * const names = namesIn({ kind: "scalar", value: "${{ group.label }}_${{ seed }}", ...place });
 * assertEquals([...names], ["group", "seed"]);
 * ```
 */
export function namesIn(tree: Tree): ReadonlySet<string> {
  const names = new Set<string>();
  const visitTree = (part: Tree): void => {
    if (part.kind === "list") part.items.forEach(visitTree);
    else if (part.kind === "map") {
      for (const { value } of part.entries.values()) {
        visitTree(value);
      }
    } else if (hasExpression(part)) {
      const pieces = splitTemplate(part.value);
      if (!Array.isArray(pieces)) return;
      for (const piece of pieces) if (typeof piece !== "string") visit(piece);
    }
  };
  const visit = (node: Expression): void => {
    switch (node.kind) {
      case "literal":
        return;
      case "name":
        names.add(node.name);
        return;
      case "member":
        return visit(node.object);
      case "index":
        visit(node.object);
        return visit(node.index);
      case "call":
        return node.args.forEach(visit);
      case "list":
        return node.items.forEach(visit);
      case "unary":
        return visit(node.operand);
      case "binary":
        visit(node.left);
        return visit(node.right);
      case "choice":
        visit(node.test);
        visit(node.yes);
        visit(node.no);
    }
  };
  visitTree(tree);
  return names;
}

const splitMemo = new Map<string, (string | Expression)[] | Fault>();

/**
 * A string as text and expressions in turn, or what is wrong with it. Equal strings share one answer: ten thousand
 * stages often hold ten.
 *
 * @example
 * ```ts
 * import { splitTemplate } from "#lib/workflow/expression/split.ts";
 * import { assertEquals } from "@std/assert";
 * const pieces = splitTemplate("seed ${{ seed }}");
 * assertEquals(Array.isArray(pieces) && pieces[0], "seed ");
 * ```
 */
export function splitTemplate(text: string): (string | Expression)[] | Fault {
  const known = splitMemo.get(text);
  if (known !== undefined) return known;
  const pieces = split(text);
  if (splitMemo.size > 10_000) splitMemo.clear();
  if (text.length < 1000) splitMemo.set(text, pieces);
  return pieces;
}

function split(text: string): (string | Expression)[] | Fault {
  const pieces: (string | Expression)[] = [];
  let at = 0;
  for (let open = text.indexOf("${{"); open >= 0; open = text.indexOf("${{", at)) {
    if (open > at) pieces.push(text.slice(at, open));
    const parsed = parseExpression(text, open + 3);
    if (!parsed.ok) return parsed.error;
    pieces.push(parsed.value.expression);
    at = parsed.value.end;
  }
  if (at < text.length) pieces.push(text.slice(at));
  const isBlank = (piece: string | Expression) => typeof piece === "string" && piece.trim() === "";
  const expressions = pieces.filter((piece) => !isBlank(piece));
  // Spaces around one whole expression (a folded scalar has a line end) do not make it a string.
  return expressions.length === 1 && typeof expressions[0] !== "string" ? expressions : pieces;
}
