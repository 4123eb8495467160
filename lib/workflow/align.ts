// Aligning an input: which axes a stage or a union of stages has once `where`, `rename`, `as` and `gather` are
// applied (rules 4 to 7). Nothing is enumerated here.

import { type Axis, unknownValue } from "./axis.ts";
import type { Context } from "./context.ts";
import { stageRank } from "./declare_axes.ts";
import { compileTemplate } from "./expression/template.ts";
import { listNames, suggest } from "./nearest.ts";
import { selectColumn } from "./select.ts";
import type { Place } from "./source_text.ts";
import type { Gather, InputSpec, Named, PartSpec, StageSpec } from "./stage_spec.ts";
import type { Column, InputPlan, PartPlan } from "./stage_state.ts";
import { type Part, unite } from "./unite.ts";

/**
 * Aligns one input of a stage. Null if something is wrong (reported), or if the axes of a source are not known
 * because something is wrong there. `rank` counts the axes that the stage makes.
 *
 * @example
 * ```ts
 * import { align } from "#lib/workflow/align.ts";
 * import { assertEquals } from "@std/assert";
 * const input = { port: "x", at: null, parts: [] };
 * // deno-lint-ignore no-explicit-any
 * const plan = align({} as any, { gather: undefined } as any, input as any, { n: 0 });
 * assertEquals(plan?.joined, []);
 * ```
 */
export function align(
  context: Context,
  stage: StageSpec,
  input: InputSpec,
  rank: { n: number },
): InputPlan | null {
  const parts = input.parts.map((spec) => readPart(context, stage, spec, rank));
  if (parts.includes(null)) return null;
  const known = parts as Part[];
  const axes = unite(context, stage, input, known, rank);
  if (axes === null) return null;
  const gatheredNames = known.map((part) => gatheredOf(context, stage, part));
  if (gatheredNames.includes(null)) return null;
  const [first, ...others] = gatheredNames as ReadonlySet<string>[];
  const differing = others.findIndex((names) =>
    names.size !== first.size || [...names].some((name) => !first.has(name))
  );
  if (differing >= 0) {
    context.problems.error(
      "unequal-gather",
      known[differing + 1].spec.at,
      `the stages in the input \`${input.port}\` gather different axes`,
      { hint: "write the same `gather` in each, or one `gather` on the stage" },
    );
    return null;
  }
  const all = [...axes.values()];
  return {
    spec: input,
    parts: known.map((part) => toPlan(part, axes)),
    gathered: all.filter((axis) => first?.has(axis.name)),
    joined: all.filter((axis) => !first?.has(axis.name)),
    isList: known.some((part) =>
      part.spec.gather !== undefined ||
      (stage.relay === undefined && gatheredBefore(part) !== null)
    ) ||
      (first?.size ?? 0) > 0,
  };
}

function readPart(
  context: Context,
  stage: StageSpec,
  spec: PartSpec,
  rank: { n: number },
): Part | null {
  const { problems, states } = context;
  const source = states.get(spec.stage);
  if (source === undefined || source.axes === null) return null;
  let failed = false;
  const unknown = ({ name, at }: Named, known: Iterable<string>, inWhat: string) => {
    problems.error("unknown-axis", at, `${inWhat} has no axis \`${name}\``, {
      hint: () => suggest(name, known, "axes"),
    });
    failed = true;
  };
  const byName = new Map(source.axes.map((axis) => [axis.name, axis]));
  const columns = new Map<Axis, Column>(
    source.axes.map((axis) => [axis, kept(axis)]),
  );
  for (const setting of spec.where) {
    const axis = byName.get(setting.name);
    if (axis === undefined) {
      unknown(setting, byName.keys(), `\`${spec.stage}\``);
      continue;
    }
    const column = selectColumn(context, axis, setting.value);
    if (column === null) failed = true;
    else columns.set(axis, column);
  }
  const axes = new Map<string, Axis>();
  for (const [axis, column] of columns) if (column.kind === "kept") axes.set(axis.name, axis);
  const renamed = new Map<string, Axis>();
  for (const { name, to, at } of spec.rename) {
    const axis = axes.get(name);
    if (axis === undefined) {
      unknown({ name, at }, axes.keys(), `the input from \`${spec.stage}\``);
      continue;
    }
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(to)) {
      problems.error("bad-name", at, `an axis cannot be called \`${to}\``);
      failed = true;
      continue;
    }
    axes.delete(name);
    renamed.set(to, axis);
  }
  for (const [to, axis] of renamed) {
    const { at } = spec.rename.find((entry) => entry.to === to)!;
    if (axes.has(to)) {
      problems.error("axis-conflict", at, `\`${spec.stage}\` already has an axis \`${to}\``);
      failed = true;
      continue;
    }
    const target = axis.renamed(to, at, stageRank(stage.index, rank.n++));
    const column = columns.get(axis)!;
    if (column.kind === "kept") column.target = target;
    axes.set(to, target);
  }
  const given = new Map<string, { value: unknown; at: Place }>();
  for (const { name, at, value } of spec.as) {
    if (axes.has(name)) {
      problems.error("axis-conflict", at, `\`${spec.stage}\` has the axis \`${name}\` already`, {
        hint: "`as` is for an axis that the stage lacks; `where` selects on one that it has",
      });
      failed = true;
      continue;
    }
    const template = compileTemplate(value, context.params.scope, problems);
    if (template === null) failed = true;
    else given.set(name, { value: template.constant, at: value });
  }
  return failed ? null : { spec, source, columns, axes, given };
}

function kept(axis: Axis): Column {
  return { kind: "kept", target: axis, positions: null, allowed: null, filter: null };
}

/** Names of the axes that a part hands over as a list. */
function gatheredOf(context: Context, stage: StageSpec, part: Part): ReadonlySet<string> | null {
  const carried = new Set([...part.axes.keys(), ...part.given.keys()]);
  const names = new Set<string>();
  // A relay hands on what is to be gathered; whoever takes it does so.
  for (const axis of stage.relay === undefined ? gatheredBefore(part) ?? [] : []) {
    names.add(axis.name);
  }
  const own = part.spec.gather;
  if (own?.all) return carried;
  if (stage.gather?.all) return carried;
  for (const { name, at } of own === undefined ? [] : namesOf(own)) {
    if (carried.has(name)) {
      names.add(name);
      continue;
    }
    const renamed = part.spec.rename.find((entry) => entry.name === name);
    const fixed = part.spec.where.some((entry) => entry.name === name);
    context.problems.error(
      "unknown-axis",
      at,
      `the input from \`${part.spec.stage}\` has no axis \`${name}\` to gather`,
      {
        hint: renamed !== undefined
          ? `it is called \`${renamed.to}\` here`
          : fixed && part.source.axes!.some((axis) => axis.name === name)
          ? "`where` with a single value removes the axis; a list keeps it"
          : carried.size === 0
          ? "it has no axes"
          : `it has ${listNames([...carried])}`,
      },
    );
    return null;
  }
  for (const { name } of stage.gather === undefined ? [] : namesOf(stage.gather)) {
    if (carried.has(name)) names.add(name);
  }
  return names;
}

/**
 * The axes of a part that the call gathers which hands it in, by the names they have here; null if it gathers nothing.
 *
 * @example
 * ```ts
 * import { gatheredBefore } from "#lib/workflow/align.ts";
 * import { assertEquals } from "@std/assert";
 * // deno-lint-ignore no-explicit-any
 * assertEquals(gatheredBefore({ source: {}, columns: new Map() } as any), null);
 * ```
 */
export function gatheredBefore(
  { source, columns }: Pick<PartPlan, "source" | "columns">,
): Axis[] | null {
  const gathers = source.relay?.gathers ?? null;
  if (gathers === null) return null;
  return [...gathers].flatMap((axis) => {
    const column = columns.get(axis);
    return column?.kind === "kept" ? [column.target] : [];
  });
}

function namesOf(gather: Gather): readonly Named[] {
  return gather.all ? [] : gather.axes;
}

function toPlan(part: Part, axes: ReadonlyMap<string, Axis>): PartPlan {
  for (const column of part.columns.values()) {
    if (column.kind !== "kept") continue;
    const target = axes.get(column.target.name)!;
    if (target === column.target) continue;
    column.positions = Int32Array.from(
      column.target.values,
      (value) => value === unknownValue ? target.unknownAt : target.positionOf(value.value)!,
    );
    column.target = target;
  }
  const given = new Map(
    [...part.given].map(([name, { value }]) => {
      const axis = axes.get(name)!;
      return [axis, axis.positionOf(value)!] as const;
    }),
  );
  return { spec: part.spec, source: part.source, columns: part.columns, given };
}
