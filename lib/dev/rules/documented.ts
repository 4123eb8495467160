// Lint rule `basin/documented`: a file opens with a sentence on what it is for, every export has a doc comment, and
// functions show an example, which runs as a test (examples.ts). Re-exports are documented at home.

import { roomOf } from "../rooms.ts";
import { projectPath } from "./project_path.ts";

/** Rooms that this rule leaves alone: tests have titles, declarations describe another library. */
const exempt: readonly string[] = ["tests", "lib/types"];

/**
 * Rooms whose exports need no example: they run programs, talk to terminals or run in browsers, and their tests show how.
 * Neither do files that start with `_`, which only their siblings import.
 */
const withoutExamples: readonly string[] = ["lib/dev", "lib/cli", "lib/report/client", "tasks"];

/** The rule. */
export const documented: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    const room = path === undefined ? undefined : roomOf(path);
    if (path === undefined || room === undefined || exempt.includes(room)) return {};
    const { text } = context.sourceCode;
    const seen = new Set<string>();
    const examples = !withoutExamples.includes(room) && !/\/_\w+\.ts$/.test(path);
    return {
      Program(node) {
        if (/^(#!.*\n)?\/\//.test(text)) return;
        context.report({
          node,
          message: `${path} does not open with a comment`,
          hint: "Begin with a `//` sentence on what the file is for, and what it leaves out.",
        });
      },
      ExportNamedDeclaration(node) {
        const { declaration } = node;
        if (!declaration) return;
        const names = namesOf(declaration);
        // The second and later signatures of an overloaded function share the first one's comment.
        if (names.every((each) => seen.has(each))) return;
        for (const each of names) seen.add(each);
        const title = names.join(", ");
        const comment = docCommentBefore(text, node.range[0]);
        if (comment === undefined) {
          context.report({
            node: declaration,
            message: `the export '${title}' has no doc comment`,
            hint: "Say in `/** … */` what it does, with shapes, units and the errors it throws.",
          });
        } else if (
          examples && needsExample(declaration, text) &&
          !/@example[\s\S]*```ts/.test(comment)
        ) {
          context.report({
            node: declaration,
            message: `the doc comment of '${title}' has no example`,
            hint: "Add `@example` with a fenced ts block of a few lines; it runs as a test.",
          });
        }
      },
    };
  },
};

/** The doc comment that ends right before an offset; line comments (lint directives) may stand between. */
function docCommentBefore(text: string, offset: number): string | undefined {
  const before = text.slice(0, offset).replace(/(\s|\/\/[^\n]*\n)*$/, "");
  if (!before.endsWith("*/")) return undefined;
  const start = before.lastIndexOf("/**");
  const comment = start < 0 ? "" : before.slice(start);
  return comment.indexOf("*/") === comment.length - 2 ? comment : undefined;
}

/** Functions, and constants made by calling one. Plain data and schemas speak for themselves. */
function needsExample(declaration: Deno.lint.Node, text: string): boolean {
  if (declaration.type === "VariableDeclaration") {
    return declaration.declarations.some(({ init }) =>
      (init?.type === "CallExpression" && !text.startsWith("z.", init.range[0])) ||
      init?.type === "ArrowFunctionExpression" || init?.type === "FunctionExpression"
    );
  }
  return declaration.type === "FunctionDeclaration" || declaration.type === "TSDeclareFunction";
}

function namesOf(declaration: Deno.lint.Node): readonly string[] {
  switch (declaration.type) {
    case "VariableDeclaration":
      return declaration.declarations.map(({ id }) => id.type === "Identifier" ? id.name : "…");
    case "FunctionDeclaration":
    case "TSDeclareFunction":
    case "ClassDeclaration":
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
    case "TSEnumDeclaration":
      return [declaration.id?.type === "Identifier" ? declaration.id.name : "default"];
    default:
      return ["…"];
  }
}
