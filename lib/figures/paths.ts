// Representational paths: the stages of a model (its layers, its epochs) as points of a map, joined in order, a line per
// model. What all start from (the input) is a square, what they aim at (the labels) a star. Where a model's own input is
// missing, the one there is belongs to all, and it is drawn once. Lin & Kriegeskorte 2019, "Visualizing representational dynamics".

import { z } from "zod";
import { defineFigure } from "../core/figure.ts";
import type { Cell, Table } from "../core/table.ts";
import { ink, textSize } from "../draw/theme.ts";
import { columnIndex } from "../math/tables/columns.ts";
import { inPanels, type Panels, panelsOf } from "./_panels.ts";
import { planeAround, planeAxes, pointsOf } from "./_plane.ts";
import { legendAbove, type Series, seriesOf } from "./_series.ts";
import { levels, shown, tableOptions, words } from "./_table.ts";

const scalar = z.union([z.string(), z.number()]);

const params = z.strictObject({
  ...tableOptions,
  x: z.string().default("dim_1").describe("column of numbers across"),
  y: z.string().default("dim_2").describe("column of numbers up"),
  path: z.string().optional().describe("column with one path per value: the model"),
  point: z.string().default("layer").describe(
    "column that names the points along a path; they are joined in the order of `order`, numbers ascending, else as they come",
  ),
  input: scalar.optional().describe("value of `point` that paths start from, drawn as a square"),
  target: scalar.optional().describe("value of `point` that paths aim at, drawn as a star"),
  names: z.enum(["all", "ends", "none"]).default("ends")
    .describe(
      "which points have their names beside them: ends are the last of each path, input and target",
    ),
});

type Options = z.output<typeof params>;

/** One mark of the figure. */
interface Mark {
  readonly part: "step" | "point" | "last" | "input" | "target";
  readonly panel: string;
  readonly path: string;
  readonly x: number;
  readonly y: number;
  readonly at: number;
  readonly name: string;
  /** Whether the name stands below, for the path goes up on both sides. */
  readonly below: boolean;
}

export default defineFigure({
  name: "paths",
  summary: "Layers of models as points of a map, joined in order from input to labels.",
  takes: "table",
  params,
  build(all, options) {
    const table = shown(all, options.where, [options.facet, options.point]);
    const panels = panelsOf(table, options.y, options);
    const series = options.path === undefined
      ? undefined
      : seriesOf(ownRows(table, options), options.path, options.y, options);
    const marks = marksOf(table, options, panels, series);
    const plane = planeAround(marks.map(({ x, y }) => [x, y]), options.names !== "none");
    const texts = series?.texts ?? [""];
    const numPoints = marks.filter(({ part }) => part === "point" || part === "last").length;
    return {
      columns: panels.columns,
      caption: `${texts.length} path${texts.length === 1 ? "" : "s"} over ${numPoints} points` +
        (marks.some(({ part }) => part === "input") ? "; square: input" : "") +
        (marks.some(({ part }) => part === "target") ? "; star: labels" : "") +
        "; larger dot: end of a path. Both axes have one scale.",
      spec: (panelWidth) => {
        const axes = planeAxes(table, options, plane);
        return inPanels(panels, marks as never, {
          width: panelWidth,
          height: plane.height(panelWidth),
          layer: layers(axes, texts, series, options, panelWidth * panels.columns),
        });
      },
    };
  },
});

/** Rows that belong to a path: neither input nor target, so that these make no series of their own. */
function ownRows(table: Table, { point, input, target }: Options): Table {
  const at = columnIndex(table, point, "paths");
  const rows = table.rows.filter((row) => !isOne(row[at], input) && !isOne(row[at], target));
  if (rows.length > 0) return { ...table, rows };
  throw new TypeError(
    `paths finds no point but input and target; '${point}' must name the points of paths, too`,
  );
}

function marksOf(
  table: Table,
  options: Options,
  panels: Panels,
  series: Series | undefined,
): Mark[] {
  const point = columnIndex(table, options.point, "paths");
  const path = options.path === undefined ? -1 : columnIndex(table, options.path, "paths");
  const places = pointsOf(table, options.x, options.y, "paths");
  const order = new Map(
    levels(ownRows(table, options), options.point, options.order).map((level, at) => [level, at]),
  );
  const found = table.rows.flatMap((row, at) => {
    const place = places[at];
    if (place === null) return [];
    return [{
      cell: row[point],
      of: path < 0 ? null : row[path],
      panel: panels.of(row),
      name: words(row[point], options.labels),
      x: place[0],
      y: place[1],
    }];
  });
  return panels.titles.flatMap((panel) => {
    const here = found.filter((one) => one.panel === panel);
    const inputs = here.filter(({ cell }) => isOne(cell, options.input));
    const targets = here.filter(({ cell }) => isOne(cell, options.target));
    const own = here.filter((one) => !inputs.includes(one) && !targets.includes(one));
    const groups = [...new Set(own.map(({ of }) => of))];
    const marks = groups.flatMap((group): Mark[] => {
      if (group === null && path >= 0) {
        throw new TypeError(
          `paths finds the point ${
            own.find(({ of }) => of === null)!.name
          } without '${options.path}'; only input and target may lack it`,
        );
      }
      const text = series === undefined ? "" : series.textOf(group);
      const steps = own.filter(({ of }) => of === group)
        .sort((a, b) => order.get(a.cell as string)! - order.get(b.cell as string)!);
      refuseTwice(steps, text);
      const first = inputs.find(({ of }) => of === group) ??
        (inputs.length === 1 ? inputs[0] : undefined);
      const line = first === undefined ? steps : [first, ...steps];
      return [
        ...line.map((one, at): Mark => mark("step", one, text, at)),
        ...steps.map((one, at): Mark => {
          const part = at === steps.length - 1 ? "last" : "point";
          return mark(part, one, text, at, isValley(line, line.indexOf(one)));
        }),
      ];
    });
    return [
      ...marks,
      ...distinct(inputs).map((one) => mark("input", one, "", 0)),
      ...distinct(targets).map((one) => mark("target", one, "", 0)),
    ];
  });
}

interface Place {
  readonly panel: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

function mark(
  part: Mark["part"],
  { panel, name, x, y }: Place,
  path: string,
  at: number,
  below = false,
): Mark {
  return { part, panel, path, x, y, at, name, below };
}

/** Whether the path leaves a point upwards on the whole: its name is out of the way below. */
function isValley(line: readonly Place[], at: number): boolean {
  const beside = [line[at - 1], line[at + 1]].filter((one) => one !== undefined);
  return beside.length > 0 && beside.every(({ y }) => y > line[at].y);
}

function refuseTwice(steps: readonly Place[], path: string): void {
  const names = steps.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return;
  throw new TypeError(
    `paths finds the point ${twice} twice${path === "" ? "" : ` in the path ${path}`}; ` +
      "name the column of models with `path`, or filter the table",
  );
}

/** Points at one place are one: a shared input is drawn once. */
function distinct<T extends Place>(places: readonly T[]): T[] {
  return places.filter((one, at) =>
    places.findIndex(({ x, y }) => Math.hypot(x - one.x, y - one.y) <= 1e-6 * Math.hypot(x, y)) ===
      at
  );
}

function isOne(cell: Cell, wanted: string | number | undefined): boolean {
  return wanted !== undefined && cell !== null && String(cell) === String(wanted);
}

const STAR =
  "M0,-1L0.2245,-0.309L0.9511,-0.309L0.3633,0.118L0.5878,0.809L0,0.382L-0.5878,0.809L-0.3633,0.118L-0.9511,-0.309L-0.2245,-0.309Z";

function layers(
  axes: ReturnType<typeof planeAxes>,
  texts: readonly string[],
  series: Series | undefined,
  { names }: Options,
  width: number,
): Record<string, unknown>[] {
  const part = (...wanted: Mark["part"][]) => [{ filter: { field: "part", oneOf: wanted } }];
  const colour = series === undefined ? { value: "#0072B2" } : {
    field: "path",
    type: "nominal",
    scale: series.colour,
  };
  const legend = series === undefined ? null : legendAbove(texts, width, "stroke");
  const line = series === undefined ? { color: colour } : {
    color: { ...colour, legend },
    strokeDash: { field: "path", type: "nominal", scale: series.dash, legend },
  };
  const plain = series === undefined ? { color: colour } : { color: { ...colour, legend: null } };
  const named: Mark["part"][] = names === "all"
    ? ["point", "last", "input", "target"]
    : names === "ends"
    ? ["last", "input", "target"]
    : [];
  const signs = (shape: string, size: number, fill: string) => ({
    type: "point",
    filled: true,
    shape,
    size,
    fill,
    stroke: "white",
    strokeWidth: 0.6,
  });
  return [
    {
      transform: part("step"),
      mark: { type: "line", strokeWidth: 1.3 },
      encoding: { ...axes, ...line, order: { field: "at" } },
    },
    {
      transform: part("point"),
      mark: { type: "point", filled: true, size: 16 },
      encoding: { ...axes, ...plain },
    },
    {
      transform: part("last"),
      mark: { type: "point", filled: true, size: 48 },
      encoding: { ...axes, ...plain },
    },
    {
      transform: part("input"),
      mark: signs("square", 64, ink.text),
      encoding: axes,
    },
    {
      transform: part("target"),
      mark: signs(STAR, 110, ink.text),
      encoding: axes,
    },
    ...[false, true].flatMap((below) =>
      // A white rim keeps names legible where a line passes.
      ["white", undefined].map((stroke) => ({
        transform: [...part(...named), { filter: `datum.below === ${below}` }],
        mark: {
          type: "text",
          dy: below ? 10 : -8,
          fontSize: textSize.small,
          ...(stroke === undefined ? {} : { stroke, strokeWidth: 2.5, strokeJoin: "round" }),
        },
        encoding: { ...axes, text: { field: "name" } },
      }))
    ),
  ];
}
