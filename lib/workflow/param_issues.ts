// What is wrong with a task's params, said at the place in the YAML: an unknown key at the key, a missing one at
// its parent, a wrong value at the value or at the expression that gave it.

import type { ParamIssue } from "../core/resolve.ts";
import { describe } from "./expression/fault.ts";
import { suggest } from "./nearest.ts";
import type { More, Problems } from "./problems.ts";
import type { Place } from "./source_text.ts";
import type { StageSpec } from "./stage_spec.ts";
import { reach, type Tree } from "./tree.ts";

/** One problem with params, ready to be reported. */
export interface ParamProblem {
  readonly code: string;
  readonly at: Place;
  readonly message: string;
  readonly more: More;
}

/**
 * The problems that an issue stands for. `raw` are the params as they were checked.
 *
 * @example
 * ```ts
 * import { paramProblems } from "#lib/workflow/param_issues.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assertEquals } from "@std/assert";
 * const at = { source: new SourceText("a.yaml", ""), start: 0, end: 0 };
 * const spec = { task: { name: "dmd", at }, with: undefined };
 * const issue = { path: ["rank"], code: "invalid_type", message: "Invalid input: expected number, received undefined" };
 * // deno-lint-ignore no-explicit-any
 * const [problem] = paramProblems(spec as any, issue, {});
 * assertEquals(problem.message, "`dmd` needs the param `rank`: expected a number");
 * ```
 */
export function paramProblems(spec: StageSpec, issue: ParamIssue, raw: unknown): ParamProblem[] {
  const task = spec.task.name;
  const root = spec.with;
  const { tree, key, steps } = root === undefined
    ? { tree: undefined, key: undefined, steps: 0 }
    : reach(root.value, issue.path);
  const parent = key ?? (steps > 0 ? tree : undefined) ?? root?.key ?? spec.task.at;
  const name = pathText(issue.path);
  if (issue.code === "unrecognized_keys") {
    return (issue.keys ?? []).map((unknown) => {
      const entry = tree?.kind === "map" && steps === issue.path.length
        ? tree.entries.get(unknown)
        : undefined;
      const inside = name === "" ? `\`${task}\`` : `\`${name}\` of \`${task}\``;
      return {
        code: "unknown-param",
        at: entry?.key ?? (tree?.kind === "scalar" ? tree : parent),
        message: `${inside} has no param \`${unknown}\``,
        more: issue.known === undefined ? {} : {
          hint: () => suggestParam(unknown, issue.known!, issue.path.length === 0 ? task : ""),
        },
      };
    });
  }
  const found = follow(raw, issue.path);
  if (issue.code === "check") {
    // The value may be a default, or lie in what an expression gave: then what is nearest above it is shown.
    const at = root === undefined ? spec.task.at : tree?.kind === "scalar" ? tree : parent;
    const whose = name === ""
      ? `the params of \`${task}\``
      : `the param \`${name}\` of \`${task}\``;
    const { known } = issue;
    const hint = () => suggest(String(found), known!, "values");
    const more = known === undefined || typeof found !== "string" ? {} : { hint };
    return [{ code: "wrong-param", at, message: `${whose}: ${issue.message}`, more }];
  }
  const wanted = wording(issue.message);
  if (found === undefined && issue.path.length > 0) {
    // An expression that gives the map from which something is missing is a better place than the param's key.
    const isExpression = steps < issue.path.length && tree?.kind === "scalar";
    return [{
      code: "missing-param",
      at: isExpression ? tree : parent,
      message: `\`${task}\` needs the param \`${name}\`: ${wanted}`,
      more: {},
    }];
  }
  const at = tree === undefined ? spec.task.at : tree.kind === "scalar" ? tree : parent;
  const { known } = issue;
  const isShort = typeof found !== "object" || found === null;
  // What chooses a member says itself what it found.
  const ending = issue.code === "unknown-member" ? "" : `, found ${describe(found)}`;
  return [{
    code: "wrong-param",
    at,
    message: name === ""
      ? `the params of \`${task}\`: ${wanted}`
      : `the param \`${name}\` of \`${task}\`: ${wanted}${ending}`,
    more: known === undefined || !isShort
      ? {}
      : { hint: () => suggest(String(found), known, "values") },
  }];
}

/**
 * Reports issues that hold for every member alike.
 *
 * @example
 * ```ts
 * import { reportIssues } from "#lib/workflow/param_issues.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assertEquals } from "@std/assert";
 * const at = { source: new SourceText("a.yaml", ""), start: 0, end: 0 };
 * const spec = { task: { name: "dmd", at }, with: undefined };
 * const problems = new Problems();
 * // deno-lint-ignore no-explicit-any
 * reportIssues(spec as any, [{ path: ["rank"], code: "invalid_type", message: "no" }], {}, problems);
 * assertEquals(problems.errors()[0].code, "missing-param");
 * ```
 */
export function reportIssues(
  spec: StageSpec,
  issues: readonly ParamIssue[],
  raw: unknown,
  problems: Problems,
): void {
  for (const issue of issues) {
    for (const { code, at, message, more } of paramProblems(spec, issue, raw)) {
      problems.error(code, at, message, more);
    }
  }
}

/**
 * Reports params with nothing behind their colon: a value that was forgotten, where `null` would leave them out.
 *
 * @example
 * ```ts
 * import { reportEmptyParams } from "#lib/workflow/param_issues.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tree = parseYaml(new SourceText("a.yaml", "{ rank: , ridge: null }"));
 * assert(tree.ok);
 * const problems = new Problems();
 * reportEmptyParams(tree.value, problems);
 * assertEquals(problems.errors().map(({ message }) => message), ["the param `rank` has no value"]);
 * ```
 */
export function reportEmptyParams(params: Tree, problems: Problems): void {
  if (params.kind !== "map") return;
  for (const [name, { key, value }] of params.entries) {
    if (value.kind !== "scalar" || value.value !== null) continue;
    if (/[~l]/i.test(value.source.text.slice(value.start, value.end))) continue;
    problems.error("missing-param", key, `the param \`${name}\` has no value`, {
      hint: "give it one, or leave it out: remove the line, or write null",
    });
  }
}

/** The nearest param; of a task with more params than a line can list, also who lists them all. */
function suggestParam(unknown: string, known: readonly string[], task: string): string {
  const hint = suggest(unknown, known, "params");
  const isOwn = /[^\w]/.test(task);
  return task === "" || isOwn || !/ and \d+ more$/.test(hint)
    ? hint
    : `${hint}; \`deno task describe ${task}\` explains them`;
}

function pathText(path: readonly (string | number)[]): string {
  return path.map((step, i) => typeof step === "number" ? `[${step}]` : i === 0 ? step : `.${step}`)
    .join("");
}

function follow(value: unknown, path: readonly (string | number)[]): unknown {
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) {
      return undefined;
    }
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

const kinds: Readonly<Record<string, string>> = {
  number: "a number",
  int: "a whole number",
  string: "a string",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
  null: "null",
};

/** zod's sentence without its preamble: "expected a number", "expected number to be >=1". */
function wording(message: string): string {
  const type = /^Invalid input: expected (\w+), received .*$/.exec(message);
  if (type !== null) return `expected ${kinds[type[1]] ?? type[1]}`;
  return message
    .replace(
      /^(Invalid input|Invalid option|Too small|Too big|Invalid number|Invalid string): /,
      "",
    )
    .replace(
      /^expected one of (.*)$/,
      (_, list: string) => `expected one of ${list.replaceAll("|", ", ")}`,
    );
}
