// What a scene shows, in words and numbers: for those who cannot see it, and for what the pointer is at.

import type { Scene } from "../../core/figure.ts";
import { numberText, timeText } from "./view_3d.ts";

/**
 * The words of all coordinates.
 *
 * @example
 * ```ts
 * import { wordsOf } from "#lib/report/client/scene_words.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(wordsOf({ r: "r = 5", regime: "two stable" }), "r = 5 · two stable");
 * ```
 */
export function wordsOf(coords: Scene["paths"][number]["coords"]): string {
  return Object.values(coords).join(" · ");
}

/**
 * How many of what a scene holds.
 *
 * @example
 * ```ts
 * import { summaryOf } from "#lib/report/client/scene_words.ts";
 * import { assertEquals } from "@std/assert";
 * const path = { coords: {}, of: "mean" as const, points: [] };
 * const axes = ["x", "y", "z"] as [string, string, string];
 * assertEquals(summaryOf({ axes, paths: [path, path], points: [] }), "2 mean trajectories over x, y, z");
 * ```
 */
export function summaryOf(
  { paths, points, axes }: Pick<Scene, "paths" | "points" | "axes">,
): string {
  const means = paths.filter(({ of }) => of === "mean").length;
  const count = (number: number, one: string, more: string) =>
    number === 0 ? [] : [`${number} ${number === 1 ? one : more}`];
  const parts = [
    ...count(means, "mean trajectory", "mean trajectories"),
    ...count(paths.length - means, "single trial", "single trials"),
    ...count(points.length, "fixed point", "fixed points"),
  ];
  return `${parts.join(", ")} over ${axes.join(", ")}`;
}

/** A row of the table that stands for the picture: a name, what is there, and where. */
export interface SceneRow {
  readonly name: string;
  readonly at: string;
  readonly place: readonly string[];
}

/** Paths and fixed points in words at most. */
const mostInWords = 60;

/**
 * Where paths start and end, and where fixed points are. Single trials stand in it only where there are no means.
 *
 * @example
 * ```ts
 * import { sceneRows } from "#lib/report/client/scene_words.ts";
 * import { assertEquals } from "@std/assert";
 * const path = { coords: { r: "r = 5" }, of: "mean" as const, points: [0, 1, -2, 3, 4, 5] };
 * assertEquals(sceneRows({ paths: [path], points: [] })[0], { name: "r = 5", at: "start", place: ["0", "1", "−2"] });
 * ```
 */
export function sceneRows({ paths, points }: Pick<Scene, "paths" | "points">): SceneRow[] {
  const means = paths.filter(({ of }) => of === "mean");
  return [
    ...(means.length > 0 ? means : paths).slice(0, mostInWords).flatMap(({ coords, points }) => [
      { name: wordsOf(coords), at: "start", place: short(points.slice(0, 3), 4) },
      { name: wordsOf(coords), at: "end", place: short(points.slice(-3), 4) },
    ]),
    ...points.slice(0, mostInWords).map(({ position, stable, label }) => ({
      name: label ?? "fixed point",
      at: stable ? "stable" : "unstable",
      place: short(position, 4),
    })),
  ];
}

/**
 * What is said of a point of a path: whose it is, when, and where.
 *
 * @example
 * ```ts
 * import { pointWords } from "#lib/report/client/scene_words.ts";
 * import { assertEquals } from "@std/assert";
 * const path = { coords: { r: "r = 5" }, of: "trial" as const, points: [0, 1, 2, 3, 4, 5] };
 * assertEquals(pointWords({ paths: [path], dt_ms: 20 }, 0, 1, 2), "r = 5 · single trial · 20 ms · (3, 4, 5)");
 * ```
 */
export function pointWords(
  scene: Pick<Scene, "paths" | "dt" | "dt_ms">,
  path: number,
  step: number,
  numSteps: number,
): string {
  const { coords, of, points } = scene.paths[path];
  const place = short(points.slice(3 * step, 3 * step + 3), 3);
  return [
    wordsOf(coords),
    of === "trial" ? "single trial" : "",
    timeText(step, scene, numSteps),
    `(${place.join(", ")})`,
  ].filter((text) => text !== "").join(" · ");
}

function short(numbers: readonly number[], digits: number): string[] {
  return numbers.map((value) => numberText(Number(value.toPrecision(digits))));
}
