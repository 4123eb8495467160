// Trying params: which ports the members of a stage will have, before there are members.

import type { ParamIssue } from "../core/resolve.ts";
import type { Axis } from "./axis.ts";
import type { Context } from "./context.ts";
import { notKnownYet } from "./expression/fault.ts";
import { compileTemplate, type PlacedFault, type Template } from "./expression/template.ts";
import type { RowAccess } from "./foreach.ts";
import { reportIssues } from "./param_issues.ts";
import { fullRelation, join, type Relation } from "./relation.ts";
import { gatheredAxis, lenientScope, stageScope } from "./stage_scope.ts";
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
 * which inputs are taken. Where the task accepts none, what is wrong is reported, and null returned. An empty list means
 * that nothing is wrong, but that params need rows of tables of which none is known.
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
  const rows = knownRows(state, used);
  if (rows !== null && rows.length === 0) return await tryWithoutRows(context, state);
  const combinations = triedCombinations(state, used, rows);
  const row = new Int32Array(slots.length);
  const raws: unknown[] = [];
  const faults: PlacedFault[] = [];
  for (let i = 0; i < combinations.length; i++) {
    combinations.axes.forEach((axis, c) => row[slots.indexOf(axis)] = combinations.columns[c][i]);
    if (template === null) raws.push({});
    else {
      const evaluated = template.evaluate(row);
      if (evaluated.ok) raws.push(evaluated.value);
      else if (evaluated.error.code !== notKnownYet) faults.push(evaluated.error);
    }
  }
  if (raws.length + faults.length === 0) return await tryWithoutRows(context, state);
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

/** The combinations to try: those of the known rows, if rows are used, with every value of the other axes. */
function triedCombinations(
  { slots }: StageState,
  used: readonly number[],
  rows: Relation | null,
): Relation {
  const others = used.filter((slot) => rows === null || !rows.axes.includes(slots[slot]));
  let tooMany = others.reduce((product, slot) => product * slots[slot].values.length, 1) *
    (rows?.length ?? 1);
  const pinned = new Set<number>();
  for (const slot of [...others].sort((a, b) => slots[b].values.length - slots[a].values.length)) {
    if (tooMany <= maxTried) break;
    pinned.add(slot);
    tooMany /= slots[slot].values.length;
  }
  const free = fullRelation(others.filter((slot) => !pinned.has(slot)).map((slot) => slots[slot]));
  // Their axes differ, so this is every pair of them.
  return rows === null ? free : join(rows, free, Infinity) as Relation;
}

/** Known rows of the axes among some slots that `foreach` makes; null if there are no such axes. */
function knownRows({ slots, rows }: StageState, used: readonly number[]): Relation | null {
  const ragged = used.map((slot) => slots[slot]).filter((axis) => axis.ragged !== undefined);
  if (ragged.length === 0) return null;
  let all: Relation = { axes: [], columns: [], length: 1 };
  for (const axis of ragged) {
    if (all.axes.includes(axis)) continue;
    const joined = join(all, rowsAs(axis, rows.get(axis)), 100 * maxTried);
    if (typeof joined === "number") return all;
    all = joined;
  }
  const length = Math.min(all.length, maxTried);
  return { ...all, columns: all.columns.map((column) => column.subarray(0, length)), length };
}

/** The known rows of one axis as a stage has them. */
function rowsAs(axis: Axis, access: RowAccess | null | undefined): Relation {
  if (access === undefined || access === null) {
    const { length } = axis.known;
    return { axes: [axis], columns: [Int32Array.from({ length }, (_, i) => i)], length };
  }
  const { relation: { columns, length } } = access.rows;
  const fits = Array.from({ length }, (_, i) => i).filter((i) =>
    access.at.every((step, c) => typeof step !== "number" || columns[c][i] === step)
  );
  const taken = [...access.at, axis].flatMap((step, c) =>
    typeof step === "number" ? [] : [[step, columns[c]] as const]
  );
  return {
    axes: taken.map(([step]) => step),
    columns: taken.map(([, column]) => Int32Array.from(fits, (i) => column[i])),
    length: fits.length,
  };
}

/**
 * What can be said of params before any row is known: those that need a row are left out. An empty list if the task
 * needs them to say what it takes and gives.
 */
async function tryWithoutRows(context: Context, state: StageState): Promise<Tried[] | null> {
  const { params, problems, taskParams } = context;
  const { spec, slots, task } = state;
  const tree = spec.with?.value;
  if (tree?.kind !== "map") return [];
  const scope = stageScope(slots, params, (name) => gatheredAxis(state, name), state.rows);
  const entries: [string, Template][] = [];
  const missing = new Set<string>();
  for (const [name, { value }] of tree.entries) {
    const template = compileTemplate(value, scope, problems);
    if (template === null) return null;
    const needsRow = [...template.slots].some((slot) => slots[slot]?.ragged !== undefined);
    if (needsRow) missing.add(name);
    else entries.push([name, template]);
  }
  const used = [...new Set(entries.flatMap(([, template]) => [...template.slots]))];
  const combinations = triedCombinations(state, used, null);
  const row = new Int32Array(slots.length);
  const raws: unknown[] = [];
  for (let i = 0; i < combinations.length; i++) {
    combinations.axes.forEach((axis, c) => row[slots.indexOf(axis)] = combinations.columns[c][i]);
    const values = entries.map(([name, template]) => [name, template.evaluate(row)] as const);
    if (!values.every(([, value]) => value.ok)) continue;
    raws.push(Object.fromEntries(values.map(([name, value]) => [name, value.ok && value.value])));
  }
  const tried = await Promise.all(
    raws.map(async (raw) => ({ raw, resolution: await taskParams.resolve(task!, raw) })),
  );
  const right = tried.filter(({ resolution }) => resolution.ok);
  if (right.length > 0 || tried.length === 0) return right;
  const [{ raw, resolution }] = tried;
  const wrong = resolution.ok
    ? []
    : resolution.error.filter(({ code, path, keys = [] }) =>
      code === "unrecognized_keys"
        ? keys.length > 0
        : code !== "custom" && code !== "check" && path.length > 0 && !missing.has(String(path[0]))
    );
  if (wrong.length === 0) return [];
  reportIssues(spec, wrong, raw, problems);
  return null;
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
