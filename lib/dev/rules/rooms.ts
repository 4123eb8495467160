// Lint rule `basin/rooms`: a room imports only the rooms and packages that its row in the table names.
// Types count as much as values: an interface that two rooms need belongs to the room below both.

import { closedRooms, packageRooms, pureBuiltIns, roomOf, rooms as table } from "../rooms.ts";
import { projectPath } from "./project_path.ts";

/** The rule. See `rooms.ts` for the table. */
export const rooms: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    if (path === undefined || !path.includes("/")) return {};
    const from = roomOf(path);
    const check = (node: Deno.lint.Node, specifier: string) => {
      const problem = problemOf(path, from, specifier);
      if (problem !== undefined) context.report({ node, ...problem });
    };
    return {
      Program(node) {
        if (from !== undefined || path.startsWith(".")) return;
        context.report({
          node,
          message: `${path} lies in no room, so nothing says what it may import`,
          hint: "Move it into a room, or give its folder a row in lib/dev/rooms.ts.",
        });
      },
      ImportDeclaration: (node) => check(node.source, node.source.value),
      ExportAllDeclaration: (node) => check(node.source, node.source.value),
      ExportNamedDeclaration(node) {
        if (node.source) check(node.source, node.source.value);
      },
      ImportExpression(node) {
        if (node.source.type === "Literal" && typeof node.source.value === "string") {
          check(node.source, node.source.value);
        }
      },
      TSImportType(node) {
        const literal = literalOf(node);
        if (literal !== undefined) check(node, literal);
      },
    };
  },
};

interface Problem {
  readonly message: string;
  readonly hint: string;
}

function problemOf(path: string, from: string | undefined, specifier: string): Problem | undefined {
  if (from === undefined) return undefined;
  if (/^(https?|jsr|npm|file|data):/.test(specifier)) {
    return {
      message: `${from} imports '${specifier}' by address`,
      hint:
        "Name the package in `imports` of deno.json, with an exact version, and import that name.",
    };
  }
  const target = targetPath(path, specifier);
  return target === undefined ? packageProblem(from, specifier) : roomProblem(from, target);
}

/** The path of an import inside the project, or `undefined` for a package. */
function targetPath(path: string, specifier: string): string | undefined {
  if (specifier === "basin") return "lib/mod.ts";
  if (specifier.startsWith("#")) return specifier.slice(1);
  if (!specifier.startsWith(".")) return undefined;
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

function roomProblem(from: string, target: string): Problem | undefined {
  const to = roomOf(target);
  if (to === from) return undefined;
  const allowed = table[from].imports;
  const isData = !target.endsWith(".ts");
  if (to === undefined && isData && allowed === "everything") return undefined;
  if (to === undefined) {
    return {
      message: `${from} imports ${target}, which lies in no room`,
      hint: "Move it into a room, or give its folder a row in lib/dev/rooms.ts.",
    };
  }
  const closed = closedRooms.includes(to) && from !== "tests";
  if (!closed && (allowed === "everything" || allowed.includes(to))) return undefined;
  const may = allowed === "everything"
    ? `everything but ${closedRooms.join(" and ")}`
    : allowed.length === 0
    ? "no other room"
    : allowed.join(", ");
  return {
    message: `${from} imports ${to} (${target})`,
    hint: `${from} may import ${may}. ` +
      "Move what both need into a room below both, or hand it over as a value.",
  };
}

function packageProblem(from: string, specifier: string): Problem | undefined {
  if (specifier.startsWith("node:")) {
    if (!table[from].pure || pureBuiltIns.includes(specifier)) return undefined;
    return {
      message: `${from} imports '${specifier}'`,
      hint: `${from} is pure: of the built-in modules it may use ${pureBuiltIns.join(", ")}. ` +
        "Take what the module does as an argument, or through the interfaces of lib/core/disk.ts.",
    };
  }
  const name = specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
  if (!Object.hasOwn(packageRooms, name) || from === "tests" || from === "lib/dev") {
    return undefined;
  }
  const owners = packageRooms[name];
  if (owners.includes(from)) return undefined;
  return {
    message: `${from} imports the package '${name}'`,
    hint: owners.length === 0
      ? `'${name}' is for tests.`
      : `'${name}' belongs to ${owners.join(" and ")}; use what ${
        owners.length === 1 ? "it exports" : "they export"
      }.`,
  };
}

/** `import("./x.ts").Name` in a type: the tree that the linter hands over differs from its declared type. */
function literalOf(node: Deno.lint.TSImportType): string | undefined {
  const argument = node.argument as unknown as { literal?: { value?: unknown }; value?: unknown };
  const value = argument?.literal?.value ?? argument?.value;
  return typeof value === "string" ? value : undefined;
}
