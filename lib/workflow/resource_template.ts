// `resources` of a stage: what one attempt asks of the machine, by attempt. Values may be expressions over the stage's
// axes, the params, and `attempt`, which counts from 1.

import { parseBytes } from "../core/bytes.ts";
import type { Context } from "./context.ts";
import { memberSlot, type Row, type Scope } from "./expression/compile.ts";
import { describe } from "./expression/fault.ts";
import { compileTemplate, type Template, valueOrProblem } from "./expression/template.ts";
import type { Resources } from "./graph.ts";
import { nearest } from "./nearest.ts";
import type { Setting, StageSpec } from "./stage_spec.ts";

/** Resources of a stage, to be worked out for its members. */
export interface ResourceTemplate {
  /** By attempt, one entry if they are equal; null if a value is wrong, which is reported. */
  evaluate(row: Row): readonly Resources[] | null;
}

/**
 * Compiles `resources`. Null if something is wrong, which is reported.
 *
 * @example
 * ```ts
 * import { compileResources } from "#lib/workflow/resource_template.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const value = parseYaml(new SourceText("a.yaml", "${{ 4 * attempt }}GB"));
 * assert(value.ok);
 * const spec = { retry: { attempts: 2 }, resources: [{ name: "memory", at: value.value, value: value.value }] };
 * const scope = { axis: () => undefined, param: () => ({ ok: false, message: "" }), unknown: () => ({ message: "" }) };
 * // deno-lint-ignore no-explicit-any
 * const template = compileResources({ problems: new Problems() } as any, spec as any, scope as any);
 * assertEquals(template?.evaluate([])?.map((resources) => resources.memory), [4e9, 8e9]);
 * ```
 */
export function compileResources(
  { problems }: Pick<Context, "problems">,
  spec: StageSpec,
  scope: Scope,
): ResourceTemplate | null {
  let attempt = 1;
  const inResources: Scope = {
    ...scope,
    local: (name) =>
      name === "attempt"
        ? { value: { slots: new Set([memberSlot]), run: () => attempt } }
        : undefined,
    unknown: (name) =>
      nearest(name, ["attempt"]) === undefined
        ? scope.unknown(name)
        : { message: scope.unknown(name).message, hint: "did you mean `attempt`?" },
  };
  const settings = spec.resources.map((setting) => ({
    setting,
    template: compileTemplate(setting.value, inResources, problems),
  }));
  if (settings.some(({ template }) => template === null)) return null;
  const known = settings as { setting: Setting; template: Template }[];
  const slots = new Set(known.flatMap(({ template }) => [...template.slots]));
  const attempts = slots.has(memberSlot) ? spec.retry?.attempts ?? 1 : 1;
  const isConstant = slots.size === 0 || (slots.size === 1 && slots.has(memberSlot));
  const work = (row: Row): readonly Resources[] | null => {
    const list: Resources[] = [];
    for (attempt = 1; attempt <= attempts; attempt++) {
      const resources = resourcesOf(known, row);
      if (resources === null) return null;
      list.push(resources);
    }
    return list;
  };
  const resourcesOf = (
    templates: typeof known,
    row: Row,
  ): Resources | null => {
    let cpu = 1;
    let memory: number | undefined;
    const slotCounts: Record<string, number> = {};
    let failed = false;
    for (const { setting, template } of templates) {
      const value = valueOrProblem(template, row, problems);
      if (value === undefined) {
        failed = true;
        continue;
      }
      const amount = setting.name === "memory" ? sizeOf(value) : countOf(value);
      const fault = amount === undefined || (setting.name === "cpu" && amount === 0);
      if (fault) {
        problems.error("bad-value", setting.value, expected(setting.name, value), {
          hint: setting.name === "memory" ? "write a size such as 512MB, 8GB or 2GiB" : undefined,
        });
        failed = true;
        continue;
      }
      if (setting.name === "cpu") cpu = amount;
      else if (setting.name === "memory") memory = amount;
      else slotCounts[setting.name] = amount;
    }
    if (failed) return null;
    return { cpu, ...(memory === undefined ? {} : { memory }), slots: slotCounts };
  };
  if (!isConstant) return { evaluate: work };
  const constant = work([]);
  return constant === null ? null : { evaluate: () => constant };
}

function sizeOf(value: unknown): number | undefined {
  return typeof value === "string" ? parseBytes(value) : undefined;
}

/** A count, also where an expression in a text gave it. */
function countOf(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0
    ? number
    : undefined;
}

function expected(name: string, value: unknown): string {
  const wanted = name === "memory"
    ? "a size"
    : `a whole number${name === "cpu" ? " from 1" : " from 0"}`;
  return `\`${name}\` is ${wanted}, found ${describe(value)}`;
}
