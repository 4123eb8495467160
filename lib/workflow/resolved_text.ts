// The resolved workflow as YAML: extends, profile and overrides applied, params and axes as values. It loads again,
// on its own, to the same graph (apart from relative paths written in extended files).

import { stringify } from "yaml";
import type { Axis } from "./axis.ts";
import type { Workflow } from "./load.ts";
import { plain } from "./tree.ts";

/**
 * Writes the resolved workflow.
 *
 * @example
 * ```ts
 * import { loadWorkflow } from "#lib/workflow/load.ts";
 * import { resolvedText } from "#lib/workflow/resolved_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const text = "name: a\nparams: { n: '${{ 1 + 1 }}' }\nstages: { s: { task: t } }";
 * const loaded = await loadWorkflow("a.yaml", () => Promise.resolve(text), { overrides: [] });
 * assert(loaded.ok);
 * assertEquals(resolvedText(loaded.value, { n: 2 }, []), "name: a\nparams:\n  n: 2\nstages:\n  s:\n    task: t\n");
 * ```
 */
export function resolvedText(
  workflow: Workflow,
  params: Readonly<Record<string, unknown>>,
  axes: readonly Axis[],
): string {
  return stringify(resolvedValue(workflow, params, axes), {
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
}

/**
 * The same as a value, before it is written.
 *
 * @example
 * ```ts
 * import { loadWorkflow } from "#lib/workflow/load.ts";
 * import { resolvedValue } from "#lib/workflow/resolved_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const text = "name: a\nstages: { s: { task: t } }";
 * const loaded = await loadWorkflow("a.yaml", () => Promise.resolve(text), { overrides: [] });
 * assert(loaded.ok);
 * assertEquals(resolvedValue(loaded.value, {}, []), { name: "a", stages: { s: { task: "t" } } });
 * ```
 */
export function resolvedValue(
  workflow: Workflow,
  params: Readonly<Record<string, unknown>>,
  axes: readonly Axis[],
): Readonly<Record<string, unknown>> {
  const { name: _name, params: _params, axes: _axes, ...rest } = plain(workflow.tree) as Record<
    string,
    unknown
  >;
  const { description, stages, ...others } = rest;
  const resolved = {
    name: workflow.name,
    ...(description === undefined ? {} : { description }),
    ...(workflow.params === undefined ? {} : { params }),
    ...(axes.length === 0 ? {} : {
      axes: Object.fromEntries(axes.map((axis) => [
        axis.name,
        axis.values.map(({ value }) => value),
      ])),
    }),
    ...others,
    stages,
  };
  return resolved;
}
