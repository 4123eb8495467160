// Declarations of axes: the workflow's, and a stage's `matrix` and `over`.

import { Axis, axisValues } from "./axis.ts";
import type { Context } from "./context.ts";
import { describe } from "./expression/fault.ts";
import { compileTemplate } from "./expression/template.ts";
import { sizes } from "./limits.ts";
import { suggest } from "./nearest.ts";
import type { Params } from "./params.ts";
import type { Problems } from "./problems.ts";
import type { Place } from "./source_text.ts";
import type { Setting, StageSpec } from "./stage_spec.ts";

/** Names with a meaning of their own in expressions or in `gather`. */
const reserved: readonly string[] = [
  ...["params", "true", "false", "null", "and", "or", "not", "in", "all"],
];

/** Ranks: the workflow's axes come first, then those of each stage. */
const axesPerStage = 10_000;

/**
 * Rank of the n-th axis that a stage declares.
 *
 * @example
 * ```ts
 * import { stageRank } from "#lib/workflow/declare_axes.ts";
 * import { assert } from "@std/assert";
 * assert(stageRank(0, 5) < stageRank(1, 0));
 * ```
 */
export function stageRank(stageIndex: number, n: number): number {
  return (stageIndex + 1) * axesPerStage + Math.min(n, axesPerStage - 1);
}

/**
 * Rank of the axis that a stage's `foreach` makes.
 *
 * @example
 * ```ts
 * import { rowRank, stageRank } from "#lib/workflow/declare_axes.ts";
 * import { assertEquals } from "@std/assert";
 * // deno-lint-ignore no-explicit-any
 * assertEquals(rowRank({ index: 2, matrix: [] } as any), stageRank(2, 0));
 * ```
 */
export function rowRank({ index, matrix }: Pick<StageSpec, "index" | "matrix">): number {
  return stageRank(index, matrix.length);
}

/**
 * Why an axis cannot have a name, or undefined if it can.
 *
 * @example
 * ```ts
 * import { takenName } from "#lib/workflow/declare_axes.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(takenName("seed"), undefined);
 * ```
 */
export function takenName(name: string): { readonly hint: string } | undefined {
  return reserved.includes(name)
    ? { hint: "the name has a meaning of its own in expressions" }
    : undefined;
}

/**
 * The axis that a name and a list (or an expression for one) declare; null if something is wrong, which is reported.
 *
 * @example
 * ```ts
 * import { declareAxis } from "#lib/workflow/declare_axes.ts";
 * import { Params } from "#lib/workflow/params.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const list = parseYaml(new SourceText("a.yaml", "[a, b]"));
 * assert(list.ok);
 * const problems = new Problems();
 * const setting = { name: "group", at: list.value, value: list.value };
 * assertEquals(declareAxis(setting, 0, new Params(undefined, problems), problems)?.values.length, 2);
 * ```
 */
export function declareAxis(
  { name, at, value: tree }: Setting,
  rank: number,
  params: Params,
  problems: Problems,
  shared?: Map<string, Axis>,
): Axis | null {
  const taken = takenName(name);
  if (taken !== undefined) {
    problems.error("bad-name", at, `an axis cannot be called \`${name}\``, taken);
    return null;
  }
  const template = compileTemplate(tree, params.scope, problems);
  if (template === null) return null;
  const list = template.constant;
  if (!Array.isArray(list)) {
    problems.error(
      "bad-axis",
      tree,
      `the values of the axis \`${name}\` must be a list, found ${describe(list)}`,
      { hint: typeof list === "number" ? "write ${{ range(n) }} for 0 to n - 1" : undefined },
    );
    return null;
  }
  const itemPlace = (i: number): Place =>
    tree.kind === "list" && i < tree.items.length ? tree.items[i] : tree;
  if (list.length === 0) {
    problems.error(
      "bad-axis",
      tree.end > tree.start ? tree : at,
      `the axis \`${name}\` has no values`,
    );
    return null;
  }
  if (list.length > sizes.members) {
    problems.error(
      "too-many-members",
      tree,
      `the axis \`${name}\` has ${list.length.toLocaleString("en")} values; ` +
        `a workflow has at most ${sizes.members.toLocaleString("en")} members`,
    );
    return null;
  }
  const values = axisValues(list);
  if (!values.ok) {
    const { position, message, hint } = values.error;
    problems.error("bad-axis", itemPlace(position), `the axis \`${name}\`: ${message}`, { hint });
    return null;
  }
  if (shared === undefined) return new Axis(name, values.value, at, rank);
  const key = JSON.stringify([name, at.source.file, at.start, values.value]);
  let axis = shared.get(key);
  if (axis === undefined) shared.set(key, axis = new Axis(name, values.value, at, rank));
  return axis;
}

/**
 * The axes that a stage declares or names: `matrix`, then `over`. Null if one of them is wrong.
 *
 * @example
 * ```ts
 * import { declaredAxes } from "#lib/workflow/declare_axes.ts";
 * import { assertEquals } from "@std/assert";
 * const spec = { index: 0, over: [], matrix: [] };
 * // deno-lint-ignore no-explicit-any
 * assertEquals(declaredAxes({} as any, spec as any), []);
 * ```
 */
export function declaredAxes(context: Context, spec: StageSpec): Axis[] | null {
  const { axes, params, problems, workflow, declarations } = context;
  const found: Axis[] = [];
  let failed = false;
  spec.matrix.forEach((setting, n) => {
    const shared = declarations.find((axis) => axis.name === setting.name);
    if (shared !== undefined) {
      problems.error(
        "axis-declared-twice",
        setting.at,
        `the axis \`${setting.name}\` is declared twice`,
        {
          notes: [{ message: "the workflow declares it here", at: shared.at }],
          hint: `to use the workflow's axis, write \`over: [${setting.name}]\``,
        },
      );
      failed = true;
      return;
    }
    const rank = stageRank(spec.index, n);
    const within = context.call === undefined ? undefined : context.shared;
    const axis = declareAxis(setting, rank, params, problems, within);
    if (axis === null) failed = true;
    else found.push(axis);
  });
  for (const { name, at } of spec.over) {
    const axis = axes.get(name);
    if (axis === undefined) {
      const owner = workflow.stages.find((stage) => stage.matrix.some((own) => own.name === name));
      const maker = workflow.stages.find((stage) => stage.foreach?.name === name);
      problems.error("unknown-axis", at, `there is no axis \`${name}\``, {
        hint: maker !== undefined
          ? `rows are no axis of the workflow: write the \`foreach\` of \`${maker.name}\` here as well, or take an input from it`
          : owner === undefined
          ? () => suggest(name, axes.keys(), "axes")
          : `\`${name}\` belongs to the stage \`${owner.name}\`; move it to the workflow's \`axes\` to share it`,
      });
      failed = true;
    } else if (axis === null) failed = true;
    else if (!found.includes(axis)) found.push(axis);
  }
  for (const name of context.call?.names ?? []) {
    const axis = axes.get(name);
    if (axis == null) failed = true;
    else if (!found.includes(axis)) found.push(axis);
  }
  return failed ? null : found;
}
