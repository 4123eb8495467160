// Trying params: which ports the members of a stage will have, before there are members.

import type { ParamIssue } from "../core/resolve.ts";
import type { Context } from "./context.ts";
import { compileTemplate, type PlacedFault } from "./expression/template.ts";
import { reportIssues } from "./param_issues.ts";
import { fullRelation } from "./relation.ts";
import { lenientScope } from "./stage_scope.ts";
import type { StageState } from "./stage_state.ts";
import type { Resolution } from "./task_params.ts";

/** Combinations of the axes that params use which are tried. */
const maxTried = 1000;

/** Params of some combinations with what the task says to them. */
export interface Tried {
  readonly raw: unknown;
  readonly resolution: Resolution;
}

/**
 * Params of a stage that its task accepts, tried before members are made: they say which ports there are, and so
 * which inputs are taken. Where the task accepts none, what is wrong is reported, and null returned.
 * `isWhole` says whether the axes of all inputs are known.
 *
 * @example
 * ```ts
 * import { tryParams } from "#lib/workflow/try_params.ts";
 * import { assertEquals } from "@std/assert";
 * // deno-lint-ignore no-explicit-any
 * assertEquals(await tryParams({} as any, { task: null, with: null, spec: {} } as any, true), null);
 * ```
 */
export function tryParams(
  context: Context,
  state: StageState,
  isWhole: boolean,
): Promise<Tried[] | null> {
  const { spec, task } = state;
  if (task === null) return Promise.resolve(null);
  if (!isWhole) return tryConstantParams(context, state);
  if (spec.with !== undefined && state.with === null) return Promise.resolve(null);
  return tryAllParams(context, state);
}

/** Without usable axes: what can be said of params that depend on none. */
async function tryConstantParams(
  context: Context,
  state: StageState,
): Promise<Tried[] | null> {
  const { params, problems, taskParams } = context;
  const { spec, task } = state;
  const template = spec.with === undefined
    ? null
    : compileTemplate(spec.with.value, lenientScope(params), problems);
  if (spec.with !== undefined && (template === null || template.slots.size > 0)) return null;
  const raw = template?.constant ?? {};
  const tried = { raw, resolution: await taskParams.resolve(task!, raw) };
  return tried.resolution.ok ? [tried] : await mend(context, state, [tried]);
}

/** Every combination of the axes that the params use, or of as many values as there is time for. */
async function tryAllParams(context: Context, state: StageState): Promise<Tried[] | null> {
  const { problems, taskParams } = context;
  const { task, slots } = state;
  const template = state.with;
  const used = template === null ? [] : [...template.slots];
  let tooMany = used.reduce((product, slot) => product * slots[slot].values.length, 1);
  const pinned = new Set<number>();
  for (const slot of [...used].sort((a, b) => slots[b].values.length - slots[a].values.length)) {
    if (tooMany <= maxTried) break;
    pinned.add(slot);
    tooMany /= slots[slot].values.length;
  }
  const free = used.filter((slot) => !pinned.has(slot));
  const combinations = fullRelation(free.map((slot) => slots[slot]));
  const row = new Int32Array(slots.length);
  const raws: unknown[] = [];
  const faults: PlacedFault[] = [];
  for (let i = 0; i < combinations.length; i++) {
    free.forEach((slot, c) => row[slot] = combinations.columns[c][i]);
    if (template === null) raws.push({});
    else {
      const evaluated = template.evaluate(row);
      if (evaluated.ok) raws.push(evaluated.value);
      else faults.push(evaluated.error);
    }
  }
  const tried = await Promise.all(
    raws.map(async (raw) => ({ raw, resolution: await taskParams.resolve(task!, raw) })),
  );
  const right = tried.filter(({ resolution }) => resolution.ok);
  if (right.length > 0) return right;
  // Where some are right, those that are wrong are reported when their members are made, if they exist.
  for (const { code, at, message, hint } of faults.slice(0, 20)) {
    problems.error(code, at, message, { hint });
  }
  return await mend(context, state, tried.slice(0, 20));
}

/**
 * Reports what is wrong with params. A misspelt one does not hide which ports the task has: without it, inputs can
 * still be checked.
 */
async function mend(
  { problems, taskParams }: Context,
  { spec, task }: StageState,
  tried: readonly Tried[],
): Promise<Tried[] | null> {
  const mended: Tried[] = [];
  for (const { raw, resolution } of tried) {
    if (resolution.ok) continue;
    reportIssues(spec, resolution.error, raw, problems);
    const known = withoutUnknown(raw, resolution.error);
    if (known === null) continue;
    const again = await taskParams.resolve(task!, known);
    if (again.ok) mended.push({ raw: known, resolution: again });
  }
  return mended.length > 0 ? mended : null;
}

/** The params without unknown ones, if nothing else is wrong with them. */
function withoutUnknown(raw: unknown, issues: readonly ParamIssue[]): unknown {
  const unknown = new Set<string>();
  for (const { code, path, keys = [] } of issues) {
    if (code !== "unrecognized_keys" || path.length > 0) return null;
    for (const key of keys) unknown.add(key);
  }
  return Object.fromEntries(
    Object.entries(raw as Record<string, unknown>).filter(([name]) => !unknown.has(name)),
  );
}
