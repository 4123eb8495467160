// Rule 7: the axes that the stages of one input have together.

import { compareIdentities, type KeyCell } from "../core/row_identity.ts";
import { Axis, axisValues, idOf, idText, type Ragged, unknownValue } from "./axis.ts";
import type { Context } from "./context.ts";
import { stageRank } from "./declare_axes.ts";
import type { Place } from "./source_text.ts";
import type { InputSpec, PartSpec, StageSpec } from "./stage_spec.ts";
import type { Column, StageState } from "./stage_state.ts";

/** A part with its axes by name; what `as` gives is an id until the union is known. */
export interface Part {
  readonly spec: PartSpec;
  readonly source: StageState;
  readonly columns: Map<Axis, Column>;
  readonly axes: Map<string, Axis>;
  readonly given: Map<string, { readonly value: unknown; readonly at: Place }>;
}

/**
 * The axes of an input by name: those of its only part, or of the union of its parts. Null if they have none together,
 * which is reported.
 *
 * @example
 * ```ts
 * import { unite } from "#lib/workflow/unite.ts";
 * import { assertEquals } from "@std/assert";
 * // deno-lint-ignore no-explicit-any
 * assertEquals(unite({} as any, {} as any, {} as any, [], { n: 0 })?.size, 0);
 * ```
 */
export function unite(
  context: Context,
  stage: StageSpec,
  input: InputSpec,
  parts: readonly Part[],
  rank: { n: number },
): Map<string, Axis> | null {
  const { problems } = context;
  const names = new Set(parts.flatMap((part) => [...part.axes.keys(), ...part.given.keys()]));
  const axes = new Map<string, Axis>();
  for (const name of names) {
    const lacking = parts.find((part) => !part.axes.has(name) && !part.given.has(name));
    if (lacking !== undefined) {
      problems.error(
        "union-axes",
        lacking.spec.at,
        `\`${lacking.spec.stage}\` lacks the axis \`${name}\` that other stages in the input ` +
          `\`${input.port}\` have`,
        { hint: `give it one: { stage: ${lacking.spec.stage}, as: { ${name}: … } }` },
      );
      return null;
    }
    const axis = uniteAxis(context, stage, name, parts, rank);
    if (axis === null) return null;
    axes.set(name, axis);
  }
  return axes;
}

/** One axis of a union: the parts' own, if they share it and it has every value that `as` gives; else a new one. */
function uniteAxis(
  context: Context,
  stage: StageSpec,
  name: string,
  parts: readonly Part[],
  rank: { n: number },
): Axis | null {
  const { problems, unions } = context;
  const own = new Set(parts.flatMap((part) => part.axes.get(name) ?? []));
  const givens = parts.flatMap((part) => part.given.get(name) ?? []);
  for (const { value, at } of givens) {
    if (idOf(value) !== undefined && typeof value !== "object") continue;
    problems.error("bad-value", at, "`as` gives a scalar on an axis");
    return null;
  }
  const shared = own.size === 1 ? [...own][0] : own.size === 0 ? context.axes.get(name) : undefined;
  if (shared && hasAll(shared, givens.map(({ value }) => value))) return shared;
  const values = new Map<string, unknown>();
  for (const part of parts) {
    const axis = part.axes.get(name);
    if (axis?.ragged !== undefined) continue;
    if (axis !== undefined) { for (const { text, value } of axis.values) values.set(text, value); }
    else {
      const { value } = part.given.get(name)!;
      values.set(idText(idOf(value)!), value);
    }
  }
  // Values of rows come last and sorted, so that their order does not depend on which are known.
  const raggeds = [...own].filter((axis) => axis.ragged !== undefined);
  const rows = raggeds.flatMap((axis) => axis.known.map(({ value }) => value as KeyCell));
  if (raggeds.length > 1) rows.sort((a, b) => compareIdentities({ cells: [a] }, { cells: [b] }));
  for (const value of rows) {
    const text = idText(value);
    if (!values.has(text)) values.set(text, value);
  }
  const at = givens[0]?.at ?? parts[0].spec.at;
  // Unions of the same axes and values are the same axis, so that two inputs made alike can meet on it.
  const key = JSON.stringify([name, [...own].map((axis) => axis.uid), [...values.keys()]]);
  let axis = unions.get(key);
  if (axis === undefined) {
    const made = axisValues([...values.values()]);
    if (!made.ok) {
      problems.error("bad-axis", at, `the axis \`${name}\`: ${made.error.message}`);
      return null;
    }
    const all = raggeds.length === 0 ? made.value : [...made.value, unknownValue];
    axis = new Axis(
      name,
      all,
      at,
      stageRank(stage.index, rank.n++),
      undefined,
      togetherOf(raggeds),
    );
    unions.set(key, axis);
  }
  return axis;
}

/** Whether values are on an axis, whatever tables will tell: then a union needs no axis of its own. */
function hasAll(axis: Axis, values: readonly unknown[]): boolean {
  if (axis.ragged !== undefined) return values.length === 0;
  return values.every((value) => axis.positionOf(value) !== undefined);
}

function togetherOf(axes: readonly Axis[]): Ragged | undefined {
  if (axes.length === 0) return undefined;
  return {
    get isComplete() {
      return axes.every((axis) => axis.ragged!.isComplete);
    },
  };
}
