// Mean trajectories in three dimensions: a box in orthographic projection, a path per item, dots where it starts and
// ends. Small multiples or several paths in one box.

import { z } from "zod";
import { defineFigure } from "../core/figure.ts";
import type { Eye } from "../draw/orthographic.ts";
import { type SeriesLook, seriesLooks } from "../draw/palette.ts";
import { ink, textSize } from "../draw/theme.ts";
import { type BoxMark, boxValues, onPaper, reachOf } from "./_box_3d.ts";
import { coordinateWords } from "./_coordinate_words.ts";
import {
  belongsTo,
  type FixedPoint,
  fixedPointLayers,
  fixedPointsOf,
  fixedPointsText,
  stableOption,
} from "./_fixed_points.ts";
import { type Limits, limitsOf, meanPath, type Path, singlePaths } from "./_paths.ts";
import { sceneOf } from "./_scene.ts";
import { legendAbove } from "./_series.ts";
import { unitName, unitTitle } from "./_unit_title.ts";

const params = z.strictObject({
  panel_by: z.array(z.string()).optional().describe(
    "coordinates of which each combination has a panel of its own; default: all, one item per panel; " +
      "[] draws everything in one box",
  ),
  colour_by: z.string().optional().describe("coordinate that has one colour per value"),
  units: z.tuple([z.int().min(0), z.int().min(0), z.int().min(0)]).default([0, 1, 2])
    .describe("which units are drawn as x, y and z"),
  num_trials: z.int().min(0).default(0).describe("single trials drawn faintly beside the mean"),
  mean: z.boolean().default(true).describe(
    "the mean over trials; without it single trials are drawn in full",
  ),
  shift: z.enum(["none", "start"]).default("none").describe(
    "start: every path moved so that it begins at the origin, as the published figure of single trials has it",
  ),
  limits: z.enum(["shared", "own"]).default("shared").describe("axes of the panels"),
  azimuth: z.number().default(-60).describe("degrees the eye stands around the vertical axis"),
  elevation: z.number().min(-90).max(90).default(22).describe("degrees the eye stands above"),
  labels: z.record(z.string(), z.string()).default({}).describe("text shown for a value"),
  columns: z.int().min(1).optional().describe("panels beside one another; default: up to three"),
  stable: z.string().default("stable").describe(stableOption),
});

type Options = z.output<typeof params>;

export default defineFigure({
  name: "trajectories_3d",
  summary: "Mean trajectories of gathered systems in three dimensions, with their fixed points.",
  takes: "trajectories",
  params,
  build(items, options, extras) {
    if (items.length === 0) throw new TypeError("trajectories_3d got no trajectories to draw");
    const eye = { azimuth: options.azimuth, elevation: options.elevation };
    const axes = Object.keys(items[0].coords).sort();
    const panelAxes = options.panel_by ?? axes;
    const names = items.map((item) => ({
      item,
      panel: panelAxes.map((axis) => coordinateWords("trajectories_3d", item, axis, options.labels))
        .join(" · "),
      colour: options.colour_by === undefined
        ? ""
        : coordinateWords("trajectories_3d", item, options.colour_by, options.labels),
    }));
    const panels = [...new Set(names.map(({ panel }) => panel))];
    const colours = [...new Set(names.map(({ colour }) => colour))];
    // Known names keep their colour, whatever text is shown for them.
    const looks = seriesLooks(colours.map((text) => {
      const { item } = names.find(({ colour }) => colour === text)!;
      return String(options.colour_by === undefined ? "" : item.coords[options.colour_by]);
    }));
    if (!options.mean && options.num_trials === 0) {
      throw new TypeError("trajectories_3d has nothing to draw without the mean; give num_trials");
    }
    const placed = (path: Path) => options.shift === "none" ? path : fromOrigin(path);
    const paths = names.map(({ item, panel, colour }) => ({
      panel,
      colour,
      means: options.mean ? [placed(meanPath(item.value, options.units))] : [],
      singles: singlePaths(item.value, options.units, options.num_trials).map(placed),
    }));
    const fixedPoints = fixedPointsOf(
      extras?.fixedPoints,
      options.units.map((unit) => unitName(items[0].value.states, unit)),
      items,
      options.stable,
    );
    if (fixedPoints.length > 0 && options.shift !== "none") {
      throw new TypeError(
        "trajectories_3d cannot show fixed points of paths that are moved; leave `shift` out",
      );
    }
    const pointsIn = new Map(panels.map((panel) => [
      panel,
      fixedPoints.filter((point) =>
        names.some((one) => one.panel === panel && belongsTo(point, one.item))
      ),
    ]));
    const limitsFor = (shown: readonly string[]) =>
      limitsOf([
        ...paths.filter(({ panel }) => shown.includes(panel))
          .flatMap(({ means, singles }) => [...means, ...singles]),
        ...shown.map((panel) => pointsIn.get(panel)!.map(({ position }) => position) as never),
      ]);
    const limitsIn = new Map(panels.map((panel) => [
      panel,
      limitsFor(options.limits === "shared" ? panels : [panel]),
    ]));
    const unitNames = options.units.map((unit) => unitTitle(items[0].value, unit));
    const values = [
      ...panels.flatMap((panel) => boxValues(panel, eye, limitsIn.get(panel)!, unitNames)),
      ...paths.flatMap((path, at) => pathValues(path, at, eye, limitsIn.get(path.panel)!)),
      ...panels.flatMap((panel) =>
        pointValues(panel, pointsIn.get(panel)!, eye, limitsIn.get(panel)!)
      ),
    ];
    const columns = Math.min(panels.length, options.columns ?? 3);
    const scene = sceneOf({
      items,
      words: (item, axis) => coordinateWords("trajectories_3d", item, axis, options.labels),
      units: options.units,
      mean: options.mean,
      numTrials: options.num_trials,
      placed,
      colourBy: options.colour_by,
      panelBy: panelAxes,
      fixedPoints,
    });
    const trials = [...new Set(items.map(({ value }) => value.states.shape[0]))];
    return {
      columns,
      caption: (options.mean
        ? `Mean over ${trials.length === 1 ? trials[0] : "all"} trials` +
          (options.num_trials > 0 ? ` (thick) and ${options.num_trials} single trials (thin)` : "")
        : `${options.num_trials} single trials`) +
        (options.shift === "start" ? ", moved to one start" : "") +
        "; open dot: start, filled dot: end. Orthographic projection, " +
        (options.limits === "shared"
          ? "all panels with the same axes."
          : "each panel with its own axes.") +
        fixedPointsText(fixedPoints),
      ...(scene === undefined ? {} : { scene }),
      spec: (panelWidth) => view(panels, { colours, looks }, columns, values, panelWidth, options),
    };
  },
});

interface PathMark {
  readonly part: string;
  readonly panel: string;
  readonly colour: string;
  readonly path: string;
  readonly t: number;
  readonly u: number;
  readonly v: number;
}

function pathValues(
  { panel, colour, means, singles }: {
    panel: string;
    colour: string;
    means: Path[];
    singles: Path[];
  },
  at: number,
  eye: Eye,
  limits: Limits,
): PathMark[] {
  const place = onPaper(eye, limits);
  const points = (path: Path, part: string, id: string): PathMark[] =>
    path.map((point, t) => ({ part, panel, colour, path: id, t, ...place(point) }));
  const whole = (path: Path, id: string): PathMark[] => {
    const line = points(path, "mean", id);
    return [...line, { ...line[0], part: "start" }, { ...line[line.length - 1], part: "end" }];
  };
  return [
    ...singles.flatMap((path, trial) => {
      const id = `${at}/${trial}`;
      return means.length > 0 ? points(path, "single", id) : whole(path, id);
    }),
    ...means.flatMap((path) => whole(path, `${at}`)),
  ];
}

function pointValues(
  panel: string,
  points: readonly FixedPoint[],
  eye: Eye,
  limits: Limits,
): BoxMark[] {
  const place = onPaper(eye, limits);
  return points.map(({ position, stable }) => ({
    part: stable ? "stable" : "unstable",
    panel,
    ...place(position),
  }));
}

function fromOrigin(path: Path): Path {
  const [[x, y, z]] = path;
  return path.map((point) => [point[0] - x, point[1] - y, point[2] - z]);
}

function view(
  panels: readonly string[],
  { colours, looks }: {
    readonly colours: readonly string[];
    readonly looks: readonly SeriesLook[];
  },
  columns: number,
  values: readonly (BoxMark | PathMark)[],
  panelWidth: number,
  options: Options,
): Record<string, unknown> {
  const small = panelWidth < 140;
  const reach = reachOf(options);
  // Names stand below and left of the box.
  const wide = small ? 0.16 : 0.24;
  const thin = 0.06;
  const scale = (end: number) => ({
    domain: [-end - wide, end + thin],
    nice: false,
    zero: false,
  });
  const u = { field: "u", type: "quantitative", axis: null, scale: scale(reach.u) };
  const v = { field: "v", type: "quantitative", axis: null, scale: scale(reach.v) };
  const margin = wide + thin;
  const part = (...names: string[]) => ({ filter: { field: "part", oneOf: names } });
  const colour = {
    field: "colour",
    type: "nominal",
    scale: { domain: colours, range: looks.map((look) => look.colour) },
    legend: legendAbove(colours, panelWidth * columns, "stroke"),
  };
  const line = { x: u, y: v, color: colour, detail: { field: "path" }, order: { field: "t" } };
  const dash = {
    field: "colour",
    type: "nominal",
    scale: {
      domain: colours,
      range: looks.map((look) => look.dash.length === 0 ? [1, 0] : look.dash),
    },
    legend: colour.legend,
  };
  const layer = [
    {
      transform: [part("hidden edge")],
      mark: { type: "rule", color: ink.grid, strokeWidth: 0.7 },
      encoding: { x: u, y: v, x2: { field: "u2" }, y2: { field: "v2" } },
    },
    {
      transform: [part("edge")],
      mark: { type: "rule", color: "#BBBBBB", strokeWidth: 0.7 },
      encoding: { x: u, y: v, x2: { field: "u2" }, y2: { field: "v2" } },
    },
    {
      transform: [part("single")],
      mark: { type: "line", strokeWidth: 0.5, opacity: 0.35 },
      encoding: line,
    },
    {
      transform: [part("mean")],
      mark: { type: "line", strokeWidth: small ? 1.1 : 1.5 },
      encoding: { ...line, ...(colours.length > 1 ? { strokeDash: dash } : {}) },
    },
    {
      transform: [part("start")],
      mark: { type: "point", filled: true, fill: "white", size: small ? 14 : 24, strokeWidth: 1.1 },
      encoding: { x: u, y: v, stroke: { ...colour, legend: null } },
    },
    {
      transform: [part("end")],
      mark: { type: "point", filled: true, size: small ? 14 : 24 },
      encoding: { x: u, y: v, color: { ...colour, legend: null } },
    },
    ...(values.some((one) => one.part === "stable" || one.part === "unstable")
      ? fixedPointLayers({ x: u, y: v }, small ? 28 : 48)
      : []),
    {
      transform: [part("axis")],
      mark: { type: "text", fontSize: small ? textSize.small : textSize.label },
      encoding: { x: u, y: v, text: { field: "text" } },
    },
    ...(small ? [] : [{
      transform: [part("limit")],
      mark: { type: "text", fontSize: textSize.small, color: ink.faint },
      encoding: { x: u, y: v, text: { field: "text" } },
    }, {
      transform: [part("limit left")],
      mark: { type: "text", fontSize: textSize.small, color: ink.faint, align: "right" },
      encoding: { x: u, y: v, text: { field: "text" } },
    }]),
  ];
  const one = {
    width: panelWidth,
    height: Math.round(panelWidth * (2 * reach.v + margin) / (2 * reach.u + margin)),
    layer,
  };
  if (panels.length === 1) return { data: { values }, ...one };
  return {
    data: { values },
    facet: {
      field: "panel",
      type: "nominal",
      sort: panels,
      header: {
        title: null,
        labelPadding: 2,
        // Long names go on several lines in narrow panels.
        ...(small ? { labelFontSize: textSize.small, labelExpr: "split(datum.label, ' · ')" } : {}),
      },
    },
    columns,
    spacing: 6,
    spec: one,
  };
}
