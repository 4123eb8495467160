// Panels of a figure: one per value of a facet column, and how high and wide they are.

import type { Cell, Table } from "../core/table.ts";
import { columnIndex, type Row } from "../math/tables/columns.ts";
import {
  axisTitle,
  distinctWords,
  type Labels,
  levels,
  unitOf,
  type Value,
  withUnit,
} from "./_table.ts";

/** Panels: their titles in order and how many stand side by side. */
export interface Panels {
  readonly titles: readonly string[];
  readonly columns: number;
  /** The title of the panel that a row belongs to. */
  of(row: Row): string;
}

/**
 * Panels of a facet column, or the one panel; numbers stand with the column's name. Where the unit of `value` differs between panels, each title says its own.
 *
 * @throws {TypeError} if a column is absent or two panels have one title.
 *
 * @example
 * ```ts
 * import { panelsOf } from "#lib/figures/_panels.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ metric: "dsa", value: 1 }, { metric: "procrustes", value: 2 }]);
 * assertEquals(panelsOf(table, "value", { facet: "metric", labels: {} }).titles, ["DSA", "Procrustes"]);
 * assertEquals(panelsOf(table, "metric", { facet: "value", labels: {} }).titles, ["value = 1", "value = 2"]);
 * ```
 */
export function panelsOf(
  table: Table,
  value: string,
  { facet, columns, labels, order }: {
    readonly facet?: string | undefined;
    readonly columns?: number | undefined;
    readonly labels: Labels;
    readonly order?: readonly Value[];
  },
): Panels {
  if (facet === undefined) return { titles: [""], columns: 1, of: () => "" };
  const index = columnIndex(table, facet, "facet");
  const values = levels(table, facet, order);
  const oneUnit = unitOf(table, value, table.rows) !== null;
  const titles = distinctWords(values, labels).map((text, at) => {
    // A number alone does not say what it is.
    const named = typeof values[at] === "number" && text === String(values[at])
      ? `${axisTitle(table, facet, labels)} = ${text}`
      : text;
    return oneUnit ? named : withUnit(
      named,
      unitOf(table, value, table.rows.filter((row) => row[index] === values[at])),
    );
  });
  const titleOf = new Map(values.map((one, at) => [one as Cell, titles[at]]));
  return {
    titles,
    columns: Math.min(titles.length, columns ?? 3),
    of: (row) => titleOf.get(row[index])!,
  };
}

/**
 * A specification with one view per panel; rows carry the field `panel`.
 *
 * @param resolve what panels do not share
 *
 * @example
 * ```ts
 * import { inPanels } from "#lib/figures/_panels.ts";
 * import { assertEquals } from "@std/assert";
 * const panels = { titles: [""], columns: 1, of: () => "" };
 * assertEquals(inPanels(panels, [], { mark: "bar" }), { data: { values: [] }, mark: "bar" });
 * ```
 */
export function inPanels(
  panels: Panels,
  values: readonly Readonly<Record<string, unknown>>[],
  view: Readonly<Record<string, unknown>>,
  resolve?: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (panels.titles.length === 1) return { data: { values }, ...view };
  // Beside an incomplete last row the common axis would stand far below the panels that it belongs to.
  const isFull = panels.titles.length % panels.columns === 0;
  const own = isFull ? resolve : {
    ...resolve,
    axis: { x: "independent", ...(resolve?.axis as Record<string, unknown> | undefined) },
  };
  return {
    data: { values },
    facet: { field: "panel", type: "nominal", sort: panels.titles, header: { title: null } },
    columns: panels.columns,
    spec: levelHeads(view),
    ...(own === undefined ? {} : { resolve: own }),
  };
}

/**
 * A layered view whose panels have their names at one height: names keep away from what sticks out above a panel, and here
 * something invisible does so in all of them.
 *
 * @example
 * ```ts
 * import { levelHeads } from "#lib/figures/_panels.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals((levelHeads({ layer: [] }).layer as unknown[]).length, 1);
 * ```
 */
export function levelHeads(
  view: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (!Array.isArray(view.layer)) return view;
  const mark = { type: "square", fillOpacity: 0, size: 1, x: 0, y: -HEAD };
  return { ...view, layer: [...view.layer, { data: { values: [{}] }, mark, encoding: {} }] };
}

/** What may stick out of a panel in px: half a number at an axis, a dot with its rim. */
const HEAD = 9;

/**
 * Height of a panel in px: by its aspect, or three quarters of its width but not higher than a third of a page.
 *
 * @example
 * ```ts
 * import { panelHeight } from "#lib/figures/_panels.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([panelHeight(200, undefined), panelHeight(600, undefined), panelHeight(600, 1)], [150, 250, 600]);
 * ```
 */
export function panelHeight(panelWidth: number, aspect: number | undefined): number {
  return Math.round(aspect === undefined ? Math.min(0.75 * panelWidth, 250) : panelWidth * aspect);
}
