// From a scene and what the reader chose to a picture: which paths and points are shown, in which colours and box.

import type { Scene } from "../../core/figure.ts";
import type { Picture, Sign } from "./paint_3d.ts";
import { wordsOf } from "./scene_words.ts";
import { boxAround, type Eye, inBox, isDark, legible, mixed } from "./view_3d.ts";

/** What the reader chose. */
export interface Choice {
  eye: Eye;
  /** How far the centre is moved, in px. */
  shift: readonly [number, number];
  colourBy: string | undefined;
  /** The panel of the figure that is shown alone. */
  panel: string | undefined;
  /** Values of `colourBy` that are not shown. */
  hidden: Set<string>;
  means: boolean;
  trials: boolean;
  fixed: boolean;
  /** Paths are drawn up to this point. */
  step: number;
}

/** A picture, and what is said of the things in it. */
export interface ScenePicture extends Picture {
  /** Texts of the signs. */
  readonly labels: readonly string[];
  /** Which path of the scene each path is. */
  readonly paths: readonly number[];
  /** Colours of the values of `colourBy`. */
  readonly colours: readonly string[];
}

type Coords = Scene["paths"][number]["coords"];

/**
 * The picture of a scene.
 *
 * @param numSteps points of the longest path
 * @param ink colours of text and ground, as `#rrggbb`
 *
 * @example
 * ```ts
 * import { firstEye } from "#lib/report/client/view_3d.ts";
 * import { pictureOf } from "#lib/report/client/scene_picture.ts";
 * import { assertEquals } from "@std/assert";
 * const path = { coords: { r: "r = 5" }, of: "mean" as const, points: [0, 0, 0, 2, 2, 2] };
 * const scene = { axes: ["x", "y", "z"] as [string, string, string], colour_by: ["r"], paths: [path], points: [] };
 * const choice = {
 *   eye: firstEye, shift: [0, 0] as const, colourBy: "r", panel: undefined, hidden: new Set<string>(),
 *   means: true, trials: false, fixed: true, step: 1,
 * };
 * const ink = { text: "#000000", soft: "#444444", line: "#888888", back: "#ffffff" };
 * assertEquals(pictureOf(scene, choice, 2, ink).labels, ["r = 5: start", "r = 5: end"]);
 * ```
 */
export function pictureOf(
  scene: Scene,
  choice: Choice,
  numSteps: number,
  ink: Picture["ink"],
): ScenePicture {
  const { back } = ink;
  const values = valuesOf(scene, choice.colourBy);
  const valueOf = (coords: Coords) =>
    choice.colourBy === undefined ? "" : coords[choice.colourBy] ?? "";
  const inPanel = (coords: Coords) =>
    choice.panel === undefined || panelOf(scene, coords) === choice.panel;
  const isOn = ({ of, coords }: Scene["paths"][number]) =>
    (of === "mean" ? choice.means : choice.trials) && inPanel(coords);
  const paths = scene.paths.flatMap((path, at) =>
    isOn(path) && !choice.hidden.has(valueOf(path.coords)) ? [at] : []
  );
  const points = choice.fixed ? scene.points.filter((point) => isBeside(scene, choice, point)) : [];
  const box = boxAround([
    ...scene.paths.filter(isOn).map((path) => path.points),
    ...points.map(({ position }) => position),
  ]);
  const own = choice.colourBy === undefined ? {} : scene.colours?.[choice.colourBy] ?? {};
  const colours = values.map((value, at) => {
    const colour = own[value] ?? fallback[at % fallback.length];
    return isDark(back) ? legible(colour, back, darkContrast) : colour;
  });

  const numbers = paths.reduce((sum, at) => sum + scene.paths[at].points.length, 0);
  const positions = new Float32Array(numbers);
  const starts = [0];
  const lookOf: number[] = [];
  const signs: Sign[] = [];
  const labels: string[] = [];
  for (const at of paths) {
    const { coords, of, points } = scene.paths[at];
    const placed = inBox(points, box);
    const from = starts[starts.length - 1];
    positions.set(placed, 3 * from);
    starts.push(from + placed.length / 3);
    const value = values.indexOf(valueOf(coords));
    const isThin = of === "trial" && choice.means;
    lookOf.push(2 * value + (isThin ? 1 : 0));
    if (isThin) continue;
    const end = Math.min(choice.step, placed.length / 3 - 1);
    signs.push(
      { kind: "start", at: placed.subarray(0, 3), colour: colours[value] },
      { kind: "end", at: placed.subarray(3 * end, 3 * end + 3), colour: colours[value] },
    );
    const name = wordsOf(coords) || (of === "mean" ? "mean" : "trial");
    labels.push(`${name}: start`, `${name}: ${choice.step < numSteps - 1 ? "now" : "end"}`);
  }
  for (const { position, stable, label } of points) {
    const red = legible("#C1121F", back, isDark(back) ? darkContrast : 3);
    const colour = stable ? ink.text : red;
    signs.push({ kind: stable ? "stable" : "unstable", at: inBox(position, box), colour });
    labels.push(label ?? `${stable ? "stable" : "unstable"} fixed point`);
  }
  const width = choice.means || paths.length < 12 ? 2.2 : 1.4;
  return {
    positions,
    starts,
    lookOf,
    looks: colours.flatMap((colour) => [
      { colour, width },
      { colour: mixed(colour, back, 0.35), width: 1 },
    ]),
    step: choice.step,
    signs,
    axes: scene.axes,
    box,
    eye: choice.eye,
    shift: choice.shift,
    ink,
    labels,
    paths,
    colours,
  };
}

/**
 * The panel of a figure that something belongs to, by its coordinates; empty where the figure has but one.
 *
 * @example
 * ```ts
 * import { panelOf } from "#lib/report/client/scene_picture.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(panelOf({ panel_by: ["a", "r"] }, { r: "r = 5", a: "full" }), "full · r = 5");
 * ```
 */
export function panelOf({ panel_by = [] }: Pick<Scene, "panel_by">, coords: Coords): string {
  return panel_by.flatMap((axis) => coords[axis] ?? []).join(" · ");
}

/**
 * The values of a coordinate among the paths, in their order; one empty text without a coordinate.
 *
 * @example
 * ```ts
 * import { valuesOf } from "#lib/report/client/scene_picture.ts";
 * import { assertEquals } from "@std/assert";
 * const path = (r: string) => ({ coords: { r }, of: "mean" as const, points: [] });
 * assertEquals(valuesOf({ paths: [path("5"), path("28"), path("5")] }, "r"), ["5", "28"]);
 * ```
 */
export function valuesOf({ paths }: Pick<Scene, "paths">, axis: string | undefined): string[] {
  if (axis === undefined) return [""];
  return [...new Set(paths.map(({ coords }) => coords[axis] ?? ""))];
}

/** Whether a fixed point is shown: what it lacks of coordinates contradicts nothing. */
function isBeside(
  scene: Scene,
  { panel, colourBy, hidden }: Choice,
  { coords }: Scene["points"][number],
): boolean {
  if (colourBy !== undefined && hidden.has(coords[colourBy])) return false;
  return panel === undefined || scene.paths.some((path) =>
    panelOf(scene, path.coords) === panel &&
    Object.entries(coords).every(([axis, value]) => path.coords[axis] === value)
  );
}

/** Contrast of colours on a dark ground, before what is far is made paler. */
const darkContrast = 5;

/** Colours where the scene names none. Okabe & Ito 2008. */
const fallback = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"];
