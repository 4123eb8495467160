// Fixed points beside trajectories: read from a table, and drawn so that stable and unstable ones differ in fill, shape
// and colour. Stable black and unstable red as FixedPointFinder has it (Golub & Sussillo 2018).

import type { Cell, Table } from "../core/table.ts";
import type { Item } from "../core/task.ts";
import { displayName } from "../draw/palette.ts";
import { columnIndex, numberIndex, type Row } from "../math/tables/columns.ts";

/** A fixed point in the space that is drawn. */
export interface FixedPoint {
  readonly position: readonly number[];
  readonly stable: boolean;
  /** Where it belongs: entries of the columns named like coordinates of the trajectories. */
  readonly coords: Readonly<Record<string, Exclude<Cell, null>>>;
  /** What it is, in words. */
  readonly label: string;
}

/** What kinds that show fixed points say of the column. */
export const stableOption =
  "column of the tables on the port fixed_points: whether a point is stable. " +
  "A point's place stands in columns named like the units that are drawn, or x, y, z; " +
  "columns named like coordinates say which systems it belongs to";

/**
 * The fixed points of a table that belong to a system; rows without a place are left out.
 *
 * @param names of the units that are drawn
 * @param items the systems
 * @throws {TypeError} if there are no columns for a point's place, or none that says whether it is stable.
 *
 * @example
 * ```ts
 * import { fixedPointsOf } from "#lib/figures/_fixed_points.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ r: 28, x: 0, y: 0, z: 0, stable: false }]);
 * const items = [{ value: null, coords: { r: 28 } }];
 * const [{ coords, label }] = fixedPointsOf(table, ["pc 1", "pc 2", "pc 3"], items, "stable");
 * assertEquals([coords, label], [{ r: 28 }, "unstable fixed point, r = 28"]);
 * ```
 */
export function fixedPointsOf(
  table: Table | undefined,
  names: readonly string[],
  items: readonly Item<unknown>[],
  stable: string,
): FixedPoint[] {
  if (table === undefined) return [];
  const has = (name: string) => table.columns.some((column) => column.name === name);
  const sets = [names, ["x", "y", "z"].slice(0, names.length)];
  const places = sets.find((set) => set.every(has));
  if (places === undefined) {
    throw new TypeError(
      `fixed_points needs the columns ${
        [...new Set(sets.map((set) => set.join(", ")))].join(" or ")
      }; there are ${table.columns.map(({ name }) => name).join(", ") || "none"}`,
    );
  }
  const at = places.map((name) => numberIndex(table, name, "fixed_points"));
  const stableAt = columnIndex(table, stable, "fixed_points");
  const own = Object.keys(items[0].coords).sort().filter(has).map((name) =>
    [name, columnIndex(table, name, "")] as const
  );
  return table.rows.flatMap((row) => {
    const position = at.map((index) => row[index]);
    if (!position.every((cell) => typeof cell === "number" && Number.isFinite(cell))) return [];
    const coords = Object.fromEntries(
      own.filter(([, index]) => row[index] !== null).map(([name, index]) => [name, row[index]!]),
    );
    const isStable = truth(row, stableAt, stable);
    const where = Object.entries(coords).map(([name, value]) =>
      typeof value === "string" ? displayName(value) : `${displayName(name)} = ${value}`
    );
    const label = [`${isStable ? "stable" : "unstable"} fixed point`, ...where].join(", ");
    const point = { position: position as number[], stable: isStable, coords, label };
    return items.some((item) => belongsTo(point, item)) ? [point] : [];
  });
}

/**
 * Whether a fixed point belongs to a system: no coordinate of theirs contradicts it.
 *
 * @example
 * ```ts
 * import { belongsTo } from "#lib/figures/_fixed_points.ts";
 * import { assertEquals } from "@std/assert";
 * const point = { position: [0, 0, 0], stable: true, coords: { r: 5 }, label: "" };
 * assertEquals([5, 28].map((r) => belongsTo(point, { value: null, coords: { r } })), [true, false]);
 * ```
 */
export function belongsTo(point: FixedPoint, { coords }: Item<unknown>): boolean {
  return Object.entries(point.coords).every(([axis, value]) =>
    !Object.hasOwn(coords, axis) || coords[axis] === value
  );
}

/**
 * The end of a caption that says how fixed points are drawn; nothing without any.
 *
 * @example
 * ```ts
 * import { fixedPointsText } from "#lib/figures/_fixed_points.ts";
 * import { assertEquals } from "@std/assert";
 * const point = { position: [0, 0, 0], stable: true, coords: {}, label: "" };
 * assertEquals(fixedPointsText([point]), " Black diamonds: stable fixed points (n = 1).");
 * ```
 */
export function fixedPointsText(points: readonly FixedPoint[]): string {
  const count = (stable: boolean) => points.filter((point) => point.stable === stable).length;
  const said = [
    count(true) > 0 ? `black diamonds: stable fixed points (n = ${count(true)})` : "",
    count(false) > 0 ? `open red triangles: unstable fixed points (n = ${count(false)})` : "",
  ].filter((text) => text !== "").join("; ");
  return said === "" ? "" : ` ${said[0].toUpperCase()}${said.slice(1)}.`;
}

/**
 * Layers that draw the rows with the parts `stable` and `unstable`.
 *
 * @param place encodings of x and y
 * @param size of a sign, in square px
 *
 * @example
 * ```ts
 * import { fixedPointLayers } from "#lib/figures/_fixed_points.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(fixedPointLayers({}, 30).map(({ mark }) => mark.shape), ["triangle-up", "diamond"]);
 * ```
 */
export function fixedPointLayers(place: Readonly<Record<string, unknown>>, size: number) {
  const layer = (part: string, mark: Readonly<Record<string, unknown>> & { shape: string }) => ({
    transform: [{ filter: { field: "part", equal: part } }],
    mark: { type: "point", size, filled: true, opacity: 1, ...mark },
    encoding: place,
  });
  return [
    layer("unstable", { shape: "triangle-up", fill: "white", stroke: "#C1121F", strokeWidth: 1.3 }),
    layer("stable", { shape: "diamond", fill: "#000000", stroke: "white", strokeWidth: 0.6 }),
  ];
}

function truth(row: Row, at: number, name: string): boolean {
  const cell = row[at];
  if (cell === true || cell === 1) return true;
  if (cell === false || cell === 0) return false;
  throw new TypeError(
    `fixed_points: the column '${name}' holds ${JSON.stringify(cell)}; give true or false`,
  );
}
