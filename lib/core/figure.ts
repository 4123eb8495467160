// Kinds of figures: a heat map, curves, a box plot, … one file each in `lib/figures/`. A kind turns data into a
// Vega-Lite specification and explains it; drawing is the draw room's work.

import type { z } from "zod";
import type { Trajectories } from "./artifacts/trajectories.ts";
import type { Member } from "./member.ts";
import type { Table } from "./table.ts";
import type { Item, ParamsSchema } from "./task.ts";

/** What a kind can be made from. */
export interface FigureData {
  /** One long table; gathered tables are bound first, their coordinates as columns. */
  table: Table;
  /** Gathered trajectories with their coordinates. */
  trajectories: readonly Item<Trajectories>[];
}

/** A path of a scene: a trajectory, or the mean of several. */
export interface ScenePath {
  /** Names of what it belongs to, by coordinate, as shown to people. */
  readonly coords: Readonly<Record<string, string>>;
  /** The mean over trials, or one trial. */
  readonly of: "mean" | "trial";
  /** x, y, z of each time step, one after the other. */
  readonly points: readonly number[];
}

/** A point of a scene: a fixed point. */
export interface ScenePoint {
  readonly coords: Readonly<Record<string, string>>;
  readonly position: readonly [x: number, y: number, z: number];
  readonly stable: boolean;
  /** What is said of it when it is pointed at. */
  readonly label?: string;
}

/** What a viewer can turn: trajectories and fixed points in three dimensions. */
export interface Scene {
  /** Names of the axes with their units. */
  readonly axes: readonly [x: string, y: string, z: string];
  /** Coordinates that paths may be coloured by, the figure's own choice first. */
  readonly colour_by: readonly string[];
  /** Coordinates of which each combination has a panel of its own in the figure. */
  readonly panel_by?: readonly string[];
  /** How coordinates are named to people, where that is not their own name. */
  readonly names?: Readonly<Record<string, string>>;
  /** The figures' colours by coordinate and text. */
  readonly colours?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly paths: readonly ScenePath[];
  readonly points: readonly ScenePoint[];
  /** Milliseconds from one point of a path to the next, if there is one for all; the last may follow sooner. */
  readonly dt_ms?: number;
  /** The same for the dimensionless time of a textbook system. */
  readonly dt?: number;
}

/** What figures may show besides their data. */
export interface FigureExtras {
  /** Fixed points, gathered into one table; only for kinds that take trajectories. */
  readonly fixedPoints?: Table;
}

/** A figure that only lacks its width. */
export interface FigureDraft {
  /** The Vega-Lite specification for panels of this width in px; inline data, no title. */
  spec(panelWidth: number): Readonly<Record<string, unknown>>;
  /** Number of panels beside one another. */
  readonly columns: number;
  /** What is shown: n, what error bars and bands are, what lines and dots mean. Sentences. */
  readonly caption: string;
  /** For figures of three dimensions. */
  readonly scene?: Scene;
}

/** A kind of figure. */
export interface FigureKind<
  P extends ParamsSchema = ParamsSchema,
  T extends keyof FigureData = keyof FigureData,
> extends Member {
  readonly params: P;
  /** Which input it takes. */
  readonly takes: T;
  build(data: FigureData[T], params: z.output<P>, extras?: FigureExtras): FigureDraft;
}

/**
 * Defines a kind of figure; inference only.
 *
 * @example
 * ```ts
 * import { defineFigure } from "#lib/core/figure.ts";
 * import { recordsOf, tableOf } from "#lib/core/table.ts";
 * import { z } from "zod";
 * import { assertEquals } from "@std/assert";
 * const dots = defineFigure({
 *   name: "dots", summary: "Dots.", params: z.strictObject({ x: z.string() }), takes: "table",
 *   build: (table, { x }) => ({
 *     spec: (width) => ({ width, mark: "point", data: { values: recordsOf(table) }, encoding: { x: { field: x } } }),
 *     columns: 1,
 *     caption: `n = ${table.rows.length}.`,
 *   }),
 * });
 * assertEquals(dots.build(tableOf([{ a: 1 }]), { x: "a" }).caption, "n = 1.");
 * ```
 */
export function defineFigure<P extends ParamsSchema, T extends keyof FigureData>(
  kind: FigureKind<P, T>,
): FigureKind<P, T> {
  return kind;
}
