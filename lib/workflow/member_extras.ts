// What members have besides a task, params and inputs: a rendered command, resources, attempts, what is kept.

import { type CommandTemplate, compileCommand } from "./command_template.ts";
import type { Context } from "./context.ts";
import type { Row } from "./expression/compile.ts";
import type { BoundPort, StageMember } from "./graph.ts";
import { compileResources, type ResourceTemplate } from "./resource_template.ts";
import { memberScope } from "./stage_scope.ts";
import type { StageState } from "./stage_state.ts";

type Extras = Pick<StageMember, "timeoutSeconds" | "command" | "resources" | "retry" | "keep">;

/** What the members of one stage have besides. */
export interface MemberExtras {
  /** The further fields of one member; null if an expression has no value, which is reported. */
  of(
    row: Row,
    params: Readonly<Record<string, unknown>>,
    inputs: Readonly<Record<string, BoundPort>>,
    members: readonly StageMember[],
  ): Extras | null;
}

/**
 * Prepares the further fields of a stage's members; null if something is wrong, which is reported.
 * The axes of the stage must be known.
 *
 * @example
 * ```ts
 * import { memberExtras } from "#lib/workflow/member_extras.ts";
 * import { assertEquals } from "@std/assert";
 * const state = { axes: [], slots: [], inputs: [], spec: { resources: [], timeoutSeconds: 60 } };
 * // deno-lint-ignore no-explicit-any
 * const extras = memberExtras({} as any, state as any);
 * assertEquals(extras?.of([], {}, {}, []), { timeoutSeconds: 60 });
 * ```
 */
export function memberExtras(context: Context, state: StageState): MemberExtras | null {
  const { spec } = state;
  const fixed: Extras = {
    ...(spec.timeoutSeconds === undefined ? {} : { timeoutSeconds: spec.timeoutSeconds }),
    ...(spec.retry === undefined ? {} : { retry: spec.retry }),
    ...(spec.keepsDigestOnly ? { keep: "digest" } : {}),
  };
  if (spec.run === undefined && spec.resources.length === 0) return { of: () => fixed };
  const scope = memberScope(context, state);
  let command: CommandTemplate | null = null;
  let resources: ResourceTemplate | null = null;
  if (spec.run !== undefined) command = compileCommand(context, spec, scope);
  if (spec.resources.length > 0) resources = compileResources(context, spec, scope);
  if (spec.run !== undefined && command === null) return null;
  if (spec.resources.length > 0 && resources === null) return null;
  return {
    of(row, params, inputs, members) {
      const asked = resources?.evaluate(row);
      const rendered = command?.render(row, params, inputs, members);
      if (asked === null || rendered === null) return null;
      return {
        ...fixed,
        ...(asked === undefined ? {} : { resources: asked }),
        ...(rendered === undefined ? {} : { command: rendered }),
      };
    },
  };
}
