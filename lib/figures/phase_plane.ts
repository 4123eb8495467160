// Trajectories in a plane: one unit against another, a panel per system, single trials beside their mean, dots where
// paths start and end. For three units there is trajectories_3d.

import { z } from "zod";
import type { Trajectories } from "../core/artifacts/trajectories.ts";
import { defineFigure } from "../core/figure.ts";
import type { Item } from "../core/task.ts";
import { seriesLooks } from "../draw/palette.ts";
import { coordinateWords } from "./_coordinate_words.ts";
import {
  belongsTo,
  fixedPointLayers,
  fixedPointsOf,
  fixedPointsText,
  stableOption,
} from "./_fixed_points.ts";
import { levelHeads } from "./_panels.ts";
import { legendAbove } from "./_series.ts";
import { unitName, unitTitle } from "./_unit_title.ts";

const params = z.strictObject({
  panel_by: z.array(z.string()).optional().describe(
    "coordinates of which each combination has a panel of its own; default: all; [] draws everything in one panel",
  ),
  colour_by: z.string().optional().describe("coordinate that has one colour per value"),
  units: z.tuple([z.int().min(0), z.int().min(0)]).default([0, 1])
    .describe("which units are drawn across and up"),
  num_trials: z.int().min(0).default(0).describe("single trials drawn faintly beside the mean"),
  limits: z.enum(["shared", "own"]).default("shared").describe("axes of the panels"),
  labels: z.record(z.string(), z.string()).default({}).describe("text shown for a value"),
  columns: z.int().min(1).optional().describe("panels beside one another; default: up to three"),
  stable: z.string().default("stable").describe(stableOption),
});

type Options = z.output<typeof params>;

/** Points drawn per path at most. */
const maxPoints = 1200;

export default defineFigure({
  name: "phase_plane",
  summary: "Trajectories of gathered systems in the plane of two units, with their fixed points.",
  takes: "trajectories",
  params,
  build(items, options, extras) {
    if (items.length === 0) throw new TypeError("phase_plane got no trajectories to draw");
    const named = namedPaths(items, options);
    const panels = [...new Set(named.map(({ panel }) => panel))];
    const colours = [...new Set(named.map(({ colour }) => colour))];
    const fixedPoints = fixedPointsOf(
      extras?.fixedPoints,
      options.units.map((unit) => unitName(items[0].value.states, unit)),
      items,
      options.stable,
    );
    const values = [
      ...named.flatMap(pointsOf),
      ...panels.flatMap((panel) =>
        fixedPoints.filter((point) =>
          named.some((one) => one.panel === panel && belongsTo(point, one.item))
        ).map(({ stable, position: [x, y] }) => ({
          part: stable ? "stable" : "unstable",
          panel,
          x,
          y,
        }))
      ),
    ];
    const [across, up] = options.units.map((unit) => unitTitle(items[0].value, unit));
    const columns = Math.min(panels.length, options.columns ?? 3);
    const trials = [...new Set(items.map(({ value }) => value.states.shape[0]))];
    const what = trials.length === 1 && trials[0] === 1
      ? "One trial each"
      : `Mean over ${trials.length === 1 ? trials[0] : "all"} trials` +
        (options.num_trials > 0 ? ` (thick) and up to ${options.num_trials} of them (thin)` : "");
    return {
      columns,
      caption: `${what}; open dot: start, filled dot: end.` +
        (panels.length > 1 && options.limits === "own" ? " Each panel has its own axes." : "") +
        " Across and up have scales of their own." +
        fixedPointsText(fixedPoints),
      spec: (width) => view({ panels, colours, columns, values, width, across, up }, options),
    };
  },
});

interface NamedPaths {
  readonly item: Item<Trajectories>;
  readonly panel: string;
  readonly colour: string;
  readonly id: string;
  readonly mean: Points;
  readonly singles: readonly Points[];
}

type Points = readonly (readonly [t: number, x: number, y: number])[];

function namedPaths(items: readonly Item<Trajectories>[], options: Options): NamedPaths[] {
  const panelAxes = options.panel_by ?? Object.keys(items[0].coords).sort();
  return items.map((item, at) => {
    const [numTrials] = item.value.states.shape;
    const shown = numTrials === 1 ? 0 : Math.min(options.num_trials, numTrials);
    return {
      item,
      panel: panelAxes.map((axis) => coordinateWords("phase_plane", item, axis, options.labels))
        .join(" · "),
      colour: options.colour_by === undefined
        ? ""
        : coordinateWords("phase_plane", item, options.colour_by, options.labels),
      id: String(at),
      mean: meanPoints(item.value, options.units),
      singles: Array.from(
        { length: shown },
        (_, trial) => trialPoints(item.value, options.units, trial),
      ),
    };
  });
}

function meanPoints(value: Trajectories, units: readonly number[]): Points {
  const [numTrials] = value.states.shape;
  const all = Array.from({ length: numTrials }, (_, trial) => trialPoints(value, units, trial));
  // Where trials differ in length, the mean goes as far as all of them.
  const last = Math.min(...all.map((points) => points[points.length - 1][0]));
  return all[0].filter(([t]) => t <= last).map(([t], k) => {
    const mean = (axis: 1 | 2) => all.reduce((sum, points) => sum + points[k][axis], 0) / numTrials;
    return [t, mean(1), mean(2)];
  });
}

function trialPoints(
  { states, lengths }: Trajectories,
  units: readonly number[],
  trial: number,
): Points {
  const [, numTime, numUnits] = states.shape;
  const absent = units.find((unit) => unit >= numUnits);
  if (absent !== undefined) {
    throw new RangeError(
      `phase_plane draws the units ${units.join(" and ")}, but there are ${numUnits} ` +
        "(counted from 0); choose two with `units`",
    );
  }
  const length = lengths?.[trial] ?? numTime;
  const step = Math.max(1, Math.ceil(numTime / maxPoints));
  return Array.from({ length: Math.ceil(length / step) }, (_, k) => {
    const t = k * step;
    const [x, y] = units.map((unit) => states.data[(trial * numTime + t) * numUnits + unit]);
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      throw new RangeError(
        `phase_plane cannot draw the state ${x}, ${y} of trial ${trial} at ${t}`,
      );
    }
    return [t, x, y];
  });
}

function pointsOf({ panel, colour, id, mean, singles }: NamedPaths) {
  const path = (points: Points, part: string, name: string) =>
    points.map(([t, x, y]) => ({ part, panel, colour, path: name, t, x, y }));
  const line = path(mean, "mean", id);
  return [
    ...singles.flatMap((points, trial) => path(points, "single", `${id}/${trial}`)),
    ...line,
    { ...line[0], part: "start" },
    { ...line[line.length - 1], part: "end" },
  ];
}

interface Drawn {
  readonly panels: readonly string[];
  readonly colours: readonly string[];
  readonly columns: number;
  readonly values: readonly Readonly<Record<string, unknown>>[];
  readonly width: number;
  readonly across: string;
  readonly up: string;
}

function view(drawn: Drawn, options: Options): Readonly<Record<string, unknown>> {
  const { panels, colours, columns, values, width, across, up } = drawn;
  const axis = (field: string, title: string) => ({
    field,
    type: "quantitative",
    title,
    axis: { tickCount: width < 140 ? 3 : 5 },
    scale: { zero: false },
  });
  const place = { x: axis("x", across), y: axis("y", up) };
  const colour = {
    field: "colour",
    type: "nominal",
    scale: { domain: colours, range: seriesLooks(colours).map((look) => look.colour) },
    legend: legendAbove(colours, width * columns, "stroke"),
  };
  const looks = seriesLooks(colours);
  const dash = {
    field: "colour",
    type: "nominal",
    scale: {
      domain: colours,
      range: looks.map((look) => look.dash.length === 0 ? [1, 0] : look.dash),
    },
    legend: colour.legend,
  };
  const line = { ...place, color: colour, detail: { field: "path" }, order: { field: "t" } };
  const part = (name: string) => [{ filter: { field: "part", equal: name } }];
  const layer = [
    {
      transform: part("single"),
      mark: { type: "line", strokeWidth: 0.5, opacity: 0.35 },
      encoding: line,
    },
    {
      transform: part("mean"),
      mark: { type: "line", strokeWidth: 0.9 },
      encoding: { ...line, ...(colours.length > 1 ? { strokeDash: dash } : {}) },
    },
    {
      transform: part("start"),
      mark: { type: "point", filled: true, fill: "white", size: 24, strokeWidth: 1.1 },
      encoding: { ...place, stroke: { ...colour, legend: null } },
    },
    {
      transform: part("end"),
      mark: { type: "point", filled: true, size: 24 },
      encoding: { ...place, color: { ...colour, legend: null } },
    },
    ...(values.some(({ part }) => part === "stable" || part === "unstable")
      ? fixedPointLayers(place, 48)
      : []),
  ];
  const one = { width, height: width, layer };
  if (panels.length === 1) return { data: { values }, ...one };
  return {
    data: { values },
    facet: { field: "panel", type: "nominal", sort: panels, header: { title: null } },
    columns,
    spec: levelHeads(one),
    ...(options.limits === "own"
      ? { resolve: { scale: { x: "independent", y: "independent" } } }
      : {}),
  };
}
