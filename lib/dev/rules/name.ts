// Lint rule `basin/name`: the word you see in YAML is the file you open. A task or member declares, in a literal,
// the very name of its file.

import { isMemberFile } from "../rooms.ts";
import { projectPath } from "./project_path.ts";

/** The rule: `export default define…({ name: "<file name>", … })`, directly or through a constant. */
export const name: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    if (path === undefined || !isMemberFile(path)) return {};
    const stem = path.slice(path.lastIndexOf("/") + 1, -".ts".length);
    return {
      Program(node) {
        if (!/^[a-z][a-z0-9_]*$/.test(stem)) {
          context.report({
            node,
            message: `the file name '${stem}' is a name in YAML, but not in snake_case`,
            hint: "Use lower-case letters, digits and _, beginning with a letter.",
          });
        }
        const exported = node.body.find((item) => item.type === "ExportDefaultDeclaration");
        const declared = exported && declaredName(node, exported.declaration);
        if (declared === undefined) {
          context.report({
            node: exported ?? node,
            message: `${path} shows no name`,
            hint:
              `Export it as \`export default define…({ name: "${stem}", … })\`, the name as a literal.`,
          });
        } else if (declared.value !== stem) {
          context.report({
            node: declared.node,
            message: `'${declared.value}' is declared in ${stem}.ts`,
            hint:
              `Rename one: the file name and the declared name are one word, '${stem}' or '${declared.value}'.`,
          });
        }
      },
    };
  },
};

interface Declared {
  readonly node: Deno.lint.Node;
  readonly value: string;
}

/** Follows a constant to its initialiser, a call to its first argument, `satisfies` to its operand. */
function declaredName(program: Deno.lint.Program, node: Deno.lint.Node): Declared | undefined {
  switch (node.type) {
    case "Identifier": {
      const init = initialiserOf(program, node.name);
      return init && declaredName(program, init);
    }
    case "CallExpression":
      return node.arguments.length === 0 ? undefined : declaredName(program, node.arguments[0]);
    case "TSSatisfiesExpression":
    case "TSAsExpression":
      return declaredName(program, node.expression);
    case "ObjectExpression": {
      for (const property of node.properties) {
        if (property.type !== "Property" || property.key.type !== "Identifier") continue;
        if (property.key.name !== "name") continue;
        const { value } = property;
        if (value.type === "Literal" && typeof value.value === "string") {
          return { node: value, value: value.value };
        }
      }
      return undefined;
    }
    default:
      return undefined;
  }
}

function initialiserOf(program: Deno.lint.Program, name: string): Deno.lint.Node | undefined {
  for (const item of program.body) {
    const declaration = item.type === "ExportNamedDeclaration" ? item.declaration : item;
    if (declaration?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declaration.declarations) {
      if (id.type === "Identifier" && id.name === name) return init ?? undefined;
    }
  }
  return undefined;
}
