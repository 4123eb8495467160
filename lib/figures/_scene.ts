// The scene that a viewer turns: the paths of a figure of three dimensions in data coordinates, not larger than a page
// can carry. Leaves out how it is drawn; that is the viewer's.

import type { Trajectories } from "../core/artifacts/trajectories.ts";
import type { Scene, ScenePath } from "../core/figure.ts";
import type { Item } from "../core/task.ts";
import { displayName, seriesLooks } from "../draw/palette.ts";
import { belongsTo, type FixedPoint } from "./_fixed_points.ts";
import { meanPath, type Path, singlePaths, stepOf } from "./_paths.ts";
import { unitTitle } from "./_unit_title.ts";

/** What a scene is made of. */
export interface SceneParts {
  readonly items: readonly Item<Trajectories>[];
  /** A coordinate of an item in words. */
  readonly words: (item: Item<Trajectories>, axis: string) => string;
  readonly units: readonly number[];
  readonly mean: boolean;
  /** Single trials per item that the figure itself draws. */
  readonly numTrials: number;
  /** Where a path is put. */
  readonly placed: (path: Path) => Path;
  readonly colourBy: string | undefined;
  readonly panelBy: readonly string[];
  readonly fixedPoints: readonly FixedPoint[];
}

/** Numbers in the paths of a scene at most: about 200 kB in a report. */
export const maxSceneNumbers = 60_000;

/** Points per path at most, and those worth having before single trials are added to the figure's. */
const MOST_POINTS = 400, GOOD_POINTS = 150;

/** Single trials per item that are added for the viewer. */
const extraTrials = 5;

/** Fewer points than these show no path. */
const fewestPoints = 8;

/**
 * The scene of trajectories; `undefined` if there are so many that none of them could be told.
 *
 * Long paths are thinned: every so many time points one is kept, and the last. Numbers have five significant digits of
 * the box's size.
 *
 * @example
 * ```ts
 * import { sceneOf } from "#lib/figures/_scene.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * const states = tensor(["trial", "time", "unit"], [1, 2, 3], Float64Array.of(0, 1, 2, 3, 4, 5));
 * const scene = sceneOf({
 *   items: [{ value: { states, dt: 20, timeUnit: "ms" }, coords: { seed: 1 } }],
 *   words: (item, axis) => `${axis} = ${item.coords[axis]}`,
 *   units: [0, 1, 2], mean: true, numTrials: 0, placed: (path) => path,
 *   colourBy: undefined, panelBy: ["seed"], fixedPoints: [],
 * });
 * assertEquals(scene!.paths[0], { coords: { seed: "seed = 1" }, of: "mean", points: [0, 1, 2, 3, 4, 5] });
 * ```
 */
export function sceneOf(parts: SceneParts): Scene | undefined {
  const { items, words, units, mean, placed, colourBy, panelBy, fixedPoints } = parts;
  const longest = Math.max(...items.map(({ value }) => value.states.shape[1]));
  const plan = fitting(parts, longest);
  if (plan === undefined) return undefined;
  const axes = Object.keys(items[0].coords).sort();
  const coordsOf = (item: Item<Trajectories>) =>
    Object.fromEntries(axes.map((axis) => [axis, words(item, axis)]));
  const found = items.flatMap((item) => {
    const coords = coordsOf(item);
    const path = (of: ScenePath["of"], points: Path) => ({ coords, of, points: placed(points) });
    return [
      ...(mean ? [path("mean", meanPath(item.value, units, plan.step))] : []),
      ...singlePaths(item.value, units, plan.numTrials, plan.step).map((one) => path("trial", one)),
    ];
  });
  const digit = digitOf(found.map(({ points }) => points));
  const colouring = [
    ...new Set([...(colourBy === undefined ? [] : [colourBy]), ...panelBy, ...axes]),
  ].filter((axis) =>
    axis === colourBy || new Set(items.map(({ coords }) => coords[axis])).size > 1
  );
  const steps = new Set(items.map(({ value }) => `${value.dt} ${value.timeUnit}`));
  const [{ value: { dt, timeUnit } }] = items;
  const time = steps.size > 1
    ? {}
    : timeUnit === "ms"
    ? { dt_ms: dt * plan.step }
    : { dt: dt * plan.step };
  return {
    axes: units.map((unit) => unitTitle(items[0].value, unit)) as [string, string, string],
    colour_by: colouring,
    panel_by: panelBy.filter((axis) => colouring.includes(axis)),
    names: Object.fromEntries(axes.map((axis) => [axis, displayName(axis)])),
    colours: Object.fromEntries(colouring.map((axis) => [axis, coloursOf(items, axis, words)])),
    paths: found.map(({ points, ...path }) => ({ ...path, points: points.flat().map(digit) })),
    points: fixedPoints.map((point) => {
      const item = items.find((one) => belongsTo(point, one));
      const own = axes.filter((axis) => item !== undefined && Object.hasOwn(point.coords, axis));
      return {
        coords: Object.fromEntries(own.map((axis) => [axis, words(item!, axis)])),
        position: point.position.map(digit) as [number, number, number],
        stable: point.stable,
        label: point.label,
      };
    }),
    ...time,
  };
}

/** How many trials and which time points fit into a scene. */
function fitting({ items, mean, numTrials }: SceneParts, longest: number) {
  const most = Math.max(...items.map(({ value }) => value.states.shape[0]));
  const least = Math.min(numTrials, most);
  const pointsFor = (trials: number) =>
    Math.floor(maxSceneNumbers / (3 * items.length * (trials + (mean ? 1 : 0))));
  // A mean over one trial is that trial.
  let trials = mean && most === 1 ? least : Math.min(most, Math.max(least, extraTrials));
  while (trials > least && pointsFor(trials) < Math.min(longest, GOOD_POINTS)) trials--;
  const points = Math.min(MOST_POINTS, pointsFor(trials));
  if (points < Math.min(longest, fewestPoints)) return undefined;
  return { numTrials: trials, step: longest < 2 ? 1 : stepOf(longest, Math.max(2, points)) };
}

/** Rounds to the decimal that is a hundred-thousandth of the largest number, or finer. */
function digitOf(paths: readonly Path[]): (value: number) => number {
  let largest = 0;
  for (const path of paths) {
    for (const point of path) {
      for (const value of point) largest = Math.max(largest, Math.abs(value));
    }
  }
  const decimals = largest === 0 ? 0 : 4 - Math.floor(Math.log10(largest));
  return (value) => Number(value.toFixed(Math.max(0, Math.min(20, decimals)))) + 0;
}

function coloursOf(
  items: readonly Item<Trajectories>[],
  axis: string,
  words: SceneParts["words"],
): Record<string, string> {
  const texts = new Map(items.map((item) => [words(item, axis), String(item.coords[axis])]));
  const looks = seriesLooks([...texts.values()]);
  return Object.fromEntries([...texts.keys()].map((text, at) => [text, looks[at].colour]));
}
