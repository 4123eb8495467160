// Planes in which both axes have one scale, as maps need it: a distance is as long across as it is up.

import type { Table } from "../core/table.ts";
import { numberIndex } from "../math/tables/columns.ts";
import { axisTitle, type Labels, unitOf } from "./_table.ts";

/** Ends of both axes, and how high the panel is for its width. */
export interface Plane {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  height(panelWidth: number): number;
}

/** Room around the outermost points, as a share of the wider side; more where names stand beside them. */
const ROOM = 0.07, ROOM_WITH_NAMES = 0.12;
/** Height over width of panels at least and at most. */
const FLATTEST = 0.5, STEEPEST = 1.15;

/**
 * The plane around points; a panel that would be too flat or too steep gets more room instead.
 *
 * @throws {TypeError} if there is no point.
 *
 * @example
 * ```ts
 * import { planeAround } from "#lib/figures/_plane.ts";
 * import { assertEquals } from "@std/assert";
 * const { x, y, height } = planeAround([[0, 0], [10, 10]]);
 * assertEquals([x, y, height(200)], [[-0.7, 10.7], [-0.7, 10.7], 200]);
 * ```
 */
export function planeAround(
  points: readonly (readonly [number, number])[],
  hasNames = false,
): Plane {
  if (points.length === 0) {
    throw new TypeError("the figure has nothing to show: no point has both coordinates");
  }
  const ends = [0, 1].map((axis) => {
    const values = points.map((point) => point[axis]);
    return [Math.min(...values), Math.max(...values)];
  });
  const spans = ends.map(([low, high]) => high - low);
  const room = (hasNames ? ROOM_WITH_NAMES : ROOM) * (Math.max(...spans) || 1);
  const sides = spans.map((span) => span + 2 * room);
  const aspect = Math.min(STEEPEST, Math.max(FLATTEST, sides[1] / sides[0]));
  const [wide, high] = sides[1] / sides[0] > aspect
    ? [sides[1] / aspect, sides[1]]
    : [sides[0], sides[0] * aspect];
  const around = ([low, top]: readonly number[], side: number): [number, number] => {
    const middle = (low + top) / 2;
    return [rounded(middle - side / 2), rounded(middle + side / 2)];
  };
  return {
    x: around(ends[0], wide),
    y: around(ends[1], high),
    height: (panelWidth) => Math.round(panelWidth * aspect),
  };
}

/**
 * The two coordinates of rows: null where one is missing or not finite.
 *
 * @throws {TypeError} if a column is absent or holds no numbers.
 *
 * @example
 * ```ts
 * import { pointsOf } from "#lib/figures/_plane.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ u: 1, v: 2 }, { u: null, v: 2 }]);
 * assertEquals(pointsOf(table, "u", "v", "scatter"), [[1, 2], null]);
 * ```
 */
export function pointsOf(
  table: Table,
  x: string,
  y: string,
  what: string,
): (readonly [number, number] | null)[] {
  const [across, up] = [x, y].map((name) => numberIndex(table, name, what));
  return table.rows.map((row) => {
    const [u, v] = [row[across], row[up]];
    const there = typeof u === "number" && typeof v === "number" && Number.isFinite(u) &&
      Number.isFinite(v);
    return there ? [u, v] : null;
  });
}

/**
 * Encodings of the two axes of a plane.
 *
 * @example
 * ```ts
 * import { planeAround, planeAxes } from "#lib/figures/_plane.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ dim_1: 1, dim_2: 2 }]);
 * const { x } = planeAxes(table, { x: "dim_1", y: "dim_2", labels: {} }, planeAround([[1, 2]]));
 * assertEquals(x.title, "dim 1");
 * ```
 */
export function planeAxes(
  table: Table,
  { x, y, labels }: { readonly x: string; readonly y: string; readonly labels: Labels },
  plane: Plane,
) {
  const axis = (column: string, field: "x" | "y") => ({
    field,
    type: "quantitative",
    title: axisTitle(table, column, labels),
    scale: { domain: plane[field], nice: false, zero: false },
    axis: { tickCount: 4, grid: false, domain: true, ticks: true },
  });
  return { x: axis(x, "x"), y: axis(y, "y") };
}

/**
 * Whether two columns have one unit, so that one scale for both means something.
 *
 * @example
 * ```ts
 * import { haveOneUnit } from "#lib/figures/_plane.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assert } from "@std/assert";
 * assert(haveOneUnit(tableOf([{ dim_1: 1, dim_2: 2 }]), "dim_1", "dim_2"));
 * ```
 */
export function haveOneUnit(table: Table, x: string, y: string): boolean {
  return unitOf(table, x, table.rows) === unitOf(table, y, table.rows);
}

/** Without the digits that sums and halves leave behind. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}
