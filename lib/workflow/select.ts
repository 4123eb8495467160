// Rule 4, `where`: what it does to one axis of a stage that is an input.

import { type Axis, idOf } from "./axis.ts";
import type { Context } from "./context.ts";
import { describe } from "./expression/fault.ts";
import { namesIn } from "./expression/split.ts";
import { compileTemplate } from "./expression/template.ts";
import { listNames, suggest } from "./nearest.ts";
import type { Problems } from "./problems.ts";
import type { Place } from "./source_text.ts";
import type { Column } from "./stage_state.ts";
import { childOf, type Tree } from "./tree.ts";

/**
 * The column that a `where` value makes of an axis; null if it is wrong, which is reported. `stage` is for messages.
 *
 * @example
 * ```ts
 * import { selectColumn } from "#lib/workflow/select.ts";
 * import { Axis, axisValues } from "#lib/workflow/axis.ts";
 * import { Params } from "#lib/workflow/params.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const [value, values, problems] = [parseYaml(new SourceText("a.yaml", "7")), axisValues([5, 7]), new Problems()];
 * assert(value.ok && values.ok);
 * const axis = new Axis("seed", values.value, value.value, 0);
 * const context = { problems, params: new Params(undefined, problems), unseen: [] };
 * assertEquals(selectColumn(context, axis, value.value), { kind: "fixed", position: 1 });
 * ```
 */
export function selectColumn(
  context: Pick<Context, "params" | "problems" | "unseen">,
  axis: Axis,
  tree: Tree,
): Column | null {
  const names = namesIn(tree);
  const differs = [...names].some((name) => name !== "params") || context.params.varies(tree);
  if (differs) {
    if (tree.kind === "scalar") return { kind: "chosen", axis, by: tree };
    const not = tree.kind === "map";
    const list = not ? childOf(tree, "not")! : tree;
    return {
      kind: "kept",
      target: axis,
      positions: null,
      allowed: null,
      filter: { axis, not, list },
    };
  }
  const { params, problems } = context;
  const template = compileTemplate(tree, params.scope, problems);
  if (template === null) return null;
  let value = template.constant;
  let place = tree;
  const not = typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.keys(value).length === 1 && Object.hasOwn(value, "not");
  if (not) {
    value = (value as { not: unknown }).not;
    place = childOf(tree, "not") ?? tree;
  }
  if (!not && !Array.isArray(value)) {
    const position = positionOrUnseen(context, axis, value, place);
    return position === null ? null : { kind: "fixed", position };
  }
  const list = Array.isArray(value) ? value : [value];
  const allowed = new Uint8Array(axis.values.length).fill(not ? 1 : 0);
  // Rows to come may be any of them.
  if (axis.unknownAt >= 0) allowed[axis.unknownAt] = 1;
  let failed = false;
  list.forEach((item, i) => {
    const at = place.kind === "list" && i < place.items.length ? place.items[i] : place;
    const position = positionOrUnseen(context, axis, item, at);
    if (position === null) failed = true;
    else if (position >= 0) allowed[position] = not ? 0 : 1;
  });
  return failed ? null : { kind: "kept", target: axis, positions: null, allowed, filter: null };
}

/**
 * The position of a value on an axis; -1 if no row known so far has it, which may be an error once all are known;
 * null if it cannot be there, which is reported.
 *
 * @example
 * ```ts
 * import { positionOrUnseen } from "#lib/workflow/select.ts";
 * import { Axis, unknownValue } from "#lib/workflow/axis.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assertEquals } from "@std/assert";
 * const at = { source: new SourceText("a.yaml", ""), start: 0, end: 0 };
 * const axis = new Axis("row", [unknownValue], at, 0, undefined, { isComplete: false });
 * const context = { problems: new Problems(), unseen: [] };
 * assertEquals(positionOrUnseen(context, axis, 100, at), -1);
 * assertEquals(context.unseen.length, 1);
 * ```
 */
export function positionOrUnseen(
  { problems, unseen }: Pick<Context, "problems" | "unseen">,
  axis: Axis,
  value: unknown,
  at: Place,
): number | null {
  if (axis.ragged === undefined || idOf(value) === undefined) {
    return positionOn(axis, value, at, problems);
  }
  const position = axis.positionOf(value);
  if (position === undefined) unseen.push({ axis, value, at });
  return position ?? -1;
}

/**
 * The position of a value on an axis; null if it is not there, which is reported.
 *
 * @example
 * ```ts
 * import { positionOn } from "#lib/workflow/select.ts";
 * import { Axis, axisValues } from "#lib/workflow/axis.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const values = axisValues(["a", "b"]);
 * assert(values.ok);
 * const at = { source: new SourceText("a.yaml", ""), start: 0, end: 0 };
 * const problems = new Problems();
 * assertEquals(positionOn(new Axis("group", values.value, at, 0), "c", at, problems), null);
 * assertEquals(problems.errors()[0].code, "unknown-value");
 * ```
 */
export function positionOn(
  axis: Axis,
  value: unknown,
  at: Place,
  problems: Problems,
): number | null {
  const position = axis.positionOf(value);
  if (position !== undefined) return position;
  problems.error(
    "unknown-value",
    at,
    typeof value === "object"
      ? `expected a value of the axis \`${axis.name}\`, found ${describe(value)}`
      : `the axis \`${axis.name}\` has no value ${JSON.stringify(value)}`,
    {
      notes: [{ message: `\`${axis.name}\` is declared here`, at: axis.at }],
      hint: () => {
        const values = axis.known.map(({ text }) => text);
        // A number near in spelling is not a number that was meant.
        return typeof value === "string"
          ? suggest(value, values, "values")
          : `the values are ${listNames(values)}`;
      },
    },
  );
  return null;
}
