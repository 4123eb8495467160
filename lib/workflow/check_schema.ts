// Schema problems in people's words: zod's issues, each at the key or value it is about.

import type { z } from "zod";
import { describe } from "./expression/fault.ts";
import { suggest } from "./nearest.ts";
import type { Problems } from "./problems.ts";
import { knownKeys, workflowSchema } from "./schema.ts";
import { type MapTree, plain, reach } from "./tree.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly (string | number)[];

/**
 * Checks the shape of a workflow. Returns the names of the stages that cannot be read; an unknown key alone does
 * not keep a stage from being looked at further.
 *
 * @example
 * ```ts
 * import { checkSchema } from "#lib/workflow/check_schema.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tree = parseYaml(new SourceText("a.yaml", "stages: { a: { tsak: dmd } }"));
 * assert(tree.ok && tree.value.kind === "map");
 * const problems = new Problems();
 * checkSchema(tree.value, problems);
 * assertEquals(problems.errors()[0].hint, "did you mean `task`?");
 * ```
 */
export function checkSchema(tree: MapTree, problems: Problems): ReadonlySet<string> {
  const broken = new Set<string>();
  const parsed = workflowSchema.safeParse(plain(tree));
  if (parsed.success) return broken;
  for (const issue of parsed.error.issues) {
    for (const { issue: leaf, path } of leaves(issue, [])) {
      if (leaf.code !== "invalid_key" && isAxisValue(path)) continue;
      if (leaf.code !== "unrecognized_keys" && path[0] === "stages") broken.add(String(path[1]));
      report(leaf, path, tree, problems);
    }
  }
  return broken;
}

/** Whether a path leads to the values of an axis: what is wrong with them is said where axes are declared. */
function isAxisValue(path: Path): boolean {
  return path[0] === "axes" ? path.length > 1 : path[0] === "stages" && path[2] === "matrix" &&
    path.length > 3;
}

/** The issues of the alternative that the value was meant to be: the one whose kind fits. */
function leaves(issue: Issue, before: Path): { issue: Issue; path: Path }[] {
  const path = [...before, ...issue.path as (string | number)[]];
  if (issue.code !== "invalid_union") return [{ issue, path }];
  const fitting = issue.errors.filter((issues) =>
    !issues.some((part) =>
      part.path.length === 0 && (part.code === "invalid_type" || part.code === "invalid_value")
    )
  );
  if (fitting.length !== 1) return [{ issue, path }];
  return fitting[0].flatMap((part) => leaves(part, path));
}

function report(issue: Issue, path: Path, tree: MapTree, problems: Problems): void {
  const { tree: at, key, steps } = reach(tree, path);
  const what = whatIs(path);
  if (issue.code === "unrecognized_keys") {
    for (const name of issue.keys) {
      const place = at.kind === "map" ? at.entries.get(name)?.key ?? at : at;
      problems.error("unknown-key", place, `${what.name} has no key \`${name}\``, {
        hint: () => suggest(name, what.keys, "keys"),
      });
    }
    return;
  }
  if (issue.code === "invalid_key") {
    const name = String(path[path.length - 1]);
    problems.error(
      "bad-name",
      key ?? at,
      `${JSON.stringify(name)} cannot be the name of ${whatIs(path.slice(0, -1)).child}`,
      { hint: namesAre(path) },
    );
    return;
  }
  if (steps < path.length) {
    const missing = String(path[path.length - 1]);
    problems.error("missing-key", key ?? at, `${what.name} needs the key \`${missing}\``);
    return;
  }
  const value = plain(at);
  const place = at.kind === "scalar" || key === undefined ? at : key;
  if (issue.code === "invalid_format" && path[0] === "name") {
    problems.error("bad-name", place, `${describe(value)} cannot be the name of a workflow`, {
      hint: "letters, digits, `_`, `.` and `-`: it names a folder",
    });
    return;
  }
  problems.error("bad-value", place, `${expected(issue, path)}, found ${describe(value)}`);
}

/** What a path leads to, what its children are, and the keys it may have. */
function whatIs(path: Path): { name: string; child: string; keys: readonly string[] } {
  if (path[0] === "profiles" && path.length > 2) return whatIs(path.slice(2));
  if (path[0] === "profiles" && path.length === 2) {
    return { name: `the profile \`${path[1]}\``, child: "", keys: knownKeys.profile };
  }
  if (path.length === 0) return { name: "a workflow", child: "", keys: knownKeys.workflow };
  const [section, stage, key] = path;
  const sections: Readonly<Record<string, string>> = {
    params: "a param",
    axes: "an axis",
    stages: "a stage",
    profiles: "a profile",
    inputs: "an input",
    outputs: "an output",
  };
  if (path.length === 1) {
    return { name: `\`${section}\``, child: sections[section] ?? "", keys: [] };
  }
  if (section !== "stages") return { name: `\`${path.join(".")}\``, child: "", keys: [] };
  if (path.length === 2) {
    return { name: `the stage \`${stage}\``, child: "", keys: knownKeys.stage };
  }
  if (key === "from") {
    if (path.length === 3) return { name: "`from`", child: "an input", keys: [] };
    const inner = path.slice(4).filter((step) => typeof step === "string");
    if (inner.length === 0 || path[path.length - 1] === "stage") {
      return { name: `the input \`${path[3]}\``, child: "", keys: knownKeys.input };
    }
    return { name: `\`${inner[0]}\``, child: "", keys: ["not"] };
  }
  if (key === "outputs" && path.length > 3) {
    return { name: `the output \`${path[3]}\``, child: "", keys: knownKeys.output };
  }
  if (key === "retry") return { name: "`retry`", child: "", keys: knownKeys.retry };
  return { name: `\`${key}\``, child: namedIn[String(key)] ?? "a port", keys: [] };
}

/** What the keys under a stage's key name. */
const namedIn: Readonly<Record<string, string>> = {
  matrix: "an axis",
  foreach: "a row",
  outputs: "an output",
  tools: "a tool",
  env: "an environment variable",
  resources: "a resource",
};

function namesAre(path: Path): string {
  const dashes = !["params", "axes", "matrix", "foreach", "env", "resources"]
    .some((key) => path.includes(key));
  return `letters, digits${dashes ? ", `_` and `-`" : " and `_`"}, not starting with a digit`;
}

/** Kinds of values as zod calls them and as people do. */
const kinds: Readonly<Record<string, string>> = {
  record: "a map",
  object: "a map",
  array: "a list",
  string: "a string",
  number: "a number",
  boolean: "true or false",
};

function expected(issue: Issue, path: Path): string {
  const last = String(path[path.length - 1]);
  const key = path[2];
  if (last === "gather") return "expected `all` or a list of axes such as [seed]";
  if (last === "keep" || last === "when") return "expected an expression ${{ … }}, true or false";
  if (last === "timeout") return "expected seconds or a duration such as 90s, 10m, 2h";
  if (last === "backoff") return "expected seconds or a duration such as 500ms, 5s, 1m";
  if (last === "run") return "expected a command: a text, or a list of words that is not empty";
  if (last === "env") return "expected a list of names or a map {NAME: value}";
  if (last === "retry") {
    return "expected a number of further attempts from 0 to 99, or {attempts, backoff}";
  }
  if (key === "outputs" && path.length === 4) {
    return "expected the kind of the output, such as `file`, or {kind, path, volatile}";
  }
  if (path[0] === "axes" || key === "matrix") {
    return "expected a list of scalars or records with an `id`, or an expression that gives one";
  }
  if (path.includes("where")) return "expected a scalar, a list or {not: […]}";
  if (key === "from" && path.length === 4) {
    return "expected a stage, a list of stages or {stage: …}";
  }
  switch (issue.code) {
    case "invalid_type":
      return `expected ${kinds[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `expected ${issue.values.map((value) => `\`${String(value)}\``).join(" or ")}`;
    case "invalid_union": {
      const names = new Set(
        issue.errors.flat().flatMap((part) =>
          part.code === "invalid_type" && part.path.length === 0
            ? [kinds[part.expected] ?? part.expected]
            : []
        ),
      );
      return `expected ${[...names].join(" or ")}`;
    }
    default:
      return issue.message.replace(/^Invalid input: /, "");
  }
}
