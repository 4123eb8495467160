// What is said about a stage's members once its axes are known: `keep`, `when`, `exclude`, the expressions in
// `where`, and the paths of input files.

import type { Axis } from "./axis.ts";
import type { Context } from "./context.ts";
import { outerScope } from "./call_context.ts";
import { describe } from "./expression/fault.ts";
import { compileTemplate, type Template } from "./expression/template.ts";
import type { Call } from "./link.ts";
import { suggest } from "./nearest.ts";
import { positionOrUnseen } from "./select.ts";
import { lenientScope, memberScope } from "./stage_scope.ts";
import type { StageSpec } from "./stage_spec.ts";
import type { Filters, StageState } from "./stage_state.ts";
import type { Tree } from "./tree.ts";

/**
 * Compiles the filters of a stage whose axes are known; null if something is wrong, which is reported.
 * The expressions in `where` are put into the columns of its inputs.
 *
 * @example
 * ```ts
 * import { compileFilters } from "#lib/workflow/filters.ts";
 * import { Params } from "#lib/workflow/params.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { assertEquals } from "@std/assert";
 * const problems = new Problems();
 * const state = { slots: [], axes: [], inputs: [], spec: { files: [] } };
 * // deno-lint-ignore no-explicit-any
 * const filters = compileFilters({ problems, params: new Params(undefined, problems) } as any, state as any);
 * assertEquals(filters?.conditions, []);
 * ```
 */
export function compileFilters(context: Context, state: StageState): Filters | null {
  const { problems } = context;
  const { spec, slots } = state;
  const axes = state.axes!;
  const before = problems.numErrors;
  const scope = memberScope(context, state);
  const compile = (tree: Tree) => compileTemplate(tree, scope, problems);
  const conditions: { template: Template; at: Tree }[] = [];
  for (const at of [spec.when, spec.keep]) {
    const template = at === undefined ? null : compile(at);
    if (template === null) continue;
    if (template.slots.size === 0 && typeof template.constant !== "boolean") {
      const found = describe(template.constant);
      problems.error("bad-value", at!, `expected true or false, found ${found}`);
    } else conditions.push({ template, at: at! });
  }
  for (let call = context.call; call !== undefined; call = call.caller.call) {
    const { when, keep } = call.spec.spec;
    for (const at of [when, keep]) {
      const template = at === undefined
        ? null
        : compileTemplate(at, outerScope(call, slots), call.caller.problems);
      if (template !== null) conditions.push({ template, at: at! });
    }
  }
  for (const input of state.inputs) {
    for (const part of input.parts) {
      for (const column of part.columns.values()) {
        if (column.kind === "chosen") {
          const template = compile(column.by);
          if (template !== null) column.template = template;
        } else if (column.kind === "kept" && column.filter !== null) {
          const template = compile(column.filter.list);
          if (template !== null) column.filter.template = template;
        }
      }
    }
  }
  const files = spec.files.flatMap((file) => {
    const template = file.outside === undefined
      ? compile(file.paths)
      : compileOutside(context, file.outside, file.paths, slots);
    return template === null ? [] : [{ spec: file, template }];
  });
  const exclude = readExclude(context, state, axes);
  warnOfSelfProduct(context, state, axes);
  return problems.numErrors > before ? null : { conditions, exclude, files };
}

/** What is written at a call further out. */
function compileOutside(
  context: Context,
  outside: Call,
  tree: Tree,
  slots: readonly Axis[],
): Template | null {
  let call = context.call;
  while (call !== undefined && call.spec !== outside) call = call.caller.call;
  if (call === undefined) return null;
  return compileTemplate(tree, outerScope(call, slots), call.caller.problems);
}

/**
 * Checks what can be checked of the expressions of a stage whose axes are not known: that they are well formed,
 * and that the params and functions they name exist.
 *
 * @example
 * ```ts
 * import { checkExpressions } from "#lib/workflow/filters.ts";
 * import { Params } from "#lib/workflow/params.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * const problems = new Problems();
 * const context = { problems, params: new Params(undefined, problems) };
 * // deno-lint-ignore no-explicit-any
 * checkExpressions(context as any, { files: [], inputs: [] } as any);
 * ```
 */
export function checkExpressions({ params, problems }: Context, spec: StageSpec): void {
  const where = spec.inputs.flatMap((input) => input.parts.flatMap((part) => part.where));
  const trees = [
    spec.when,
    spec.keep,
    ...spec.files.map(({ paths }) => paths),
    ...where.map(({ value }) => value),
  ];
  const scope = lenientScope(params);
  for (const tree of trees) if (tree !== undefined) compileTemplate(tree, scope, problems);
}

function readExclude(
  context: Context,
  { spec, slots }: StageState,
  axes: readonly Axis[],
): Filters["exclude"] {
  const { params, problems } = context;
  if (spec.exclude?.kind !== "list") return [];
  return spec.exclude.items.map((item) => {
    if (item.kind !== "map") return [];
    return [...item.entries].flatMap(([name, { key, value }]) => {
      const axis = axes.find((own) => own.name === name);
      if (axis === undefined) {
        problems.error("unknown-axis", key, `\`${spec.name}\` has no axis \`${name}\``, {
          hint: () => suggest(name, axes.map((own) => own.name), "axes"),
        });
        return [];
      }
      const template = compileTemplate(value, params.scope, problems);
      if (template === null) return [];
      const inside = new Uint8Array(axis.values.length);
      const { constant } = template;
      (Array.isArray(constant) ? constant : [constant]).forEach((id, i) => {
        const at = value.kind === "list" && i < value.items.length ? value.items[i] : value;
        const position = positionOrUnseen(context, axis, id, at);
        if (position !== null && position >= 0) inside[position] = 1;
      });
      return [{ slot: slots.indexOf(axis), inside }];
    });
  });
}

/** Rule 15: a stage times itself, unfiltered, is rarely meant. */
function warnOfSelfProduct({ problems }: Context, state: StageState, axes: readonly Axis[]): void {
  const { spec } = state;
  if (spec.keep !== undefined || spec.exclude !== undefined) return;
  for (const axis of axes) {
    const twin = axes.find((other) => other !== axis && other.root === axis.root);
    const isRagged = axis.ragged !== undefined;
    if (twin === undefined || (!isRagged && axis.values.length < 2)) continue;
    // Where one input has both, the pairing was made, and perhaps filtered, before.
    const together = state.inputs.some(({ joined }) =>
      joined.includes(axis) && joined.includes(twin)
    );
    if (together || !state.inputs.some(({ joined }) => joined.includes(twin))) continue;
    const { length } = axis.values;
    problems.warning(
      "self-product",
      spec.at,
      `\`${spec.name}\` pairs every \`${axis.name}\` with every \`${twin.name}\` ` +
        `${isRagged ? "" : `(${length} × ${length}), `}both ways round and each with itself`,
      { hint: `to have each pair once, write keep: \${{ ${axis.name} < ${twin.name} }}` },
    );
    return;
  }
}
