// Points in a plane: one per row, coloured by a group or a number, with or without their names. For maps (mds, tsne,
// components), whose axes have one scale, and for any two columns.

import { z } from "zod";
import { defineFigure } from "../core/figure.ts";
import type { Cell, Table } from "../core/table.ts";
import { ink, textSize } from "../draw/theme.ts";
import { columnIndex } from "../math/tables/columns.ts";
import { inPanels, panelHeight, panelsOf } from "./_panels.ts";
import { haveOneUnit, planeAround, planeAxes, pointsOf } from "./_plane.ts";
import { legendAbove, type Series, seriesOf } from "./_series.ts";
import { axisTitle, sampleText, shown, tableOptions, words } from "./_table.ts";

const params = z.strictObject({
  ...tableOptions,
  x: z.string().default("dim_1").describe("column of numbers across"),
  y: z.string().default("dim_2").describe("column of numbers up"),
  colour: z.string().optional()
    .describe(
      "column with one colour and shape per value; numbers of more than 12 values: a colour bar",
    ),
  text: z.string().optional().describe("column whose values are written beside the points"),
  equal_axes: z.boolean().optional()
    .describe("whether both axes have one scale; default: where both columns have one unit"),
  size: z.number().positive().default(26).describe("area of a point in square px"),
  opacity: z.number().gt(0).max(1).default(0.9),
  scheme: z.enum(["viridis", "cividis", "magma"]).default("viridis").describe("of the colour bar"),
});

type Options = z.output<typeof params>;

/** Values of numbers up to which each has a colour of its own. */
const MOST_LEVELS = 12;

export default defineFigure({
  name: "scatter",
  summary: "One point per row in the plane of two columns, coloured by a third.",
  takes: "table",
  params,
  build(all, options) {
    const { x, y, colour } = options;
    const table = shown(all, options.where, [options.facet]);
    const panels = panelsOf(table, y, options);
    const points = pointsOf(table, x, y, "scatter");
    const series = colour === undefined || isContinuous(table, colour)
      ? undefined
      : seriesOf(table, colour, y, options);
    const values = table.rows.flatMap((row, at) => {
      const point = points[at];
      if (point === null) return [];
      return [{
        x: point[0],
        y: point[1],
        panel: panels.of(row),
        ...(colour === undefined
          ? {}
          : groupOf(row[columnIndex(table, colour, "scatter")], series)),
        ...(options.text === undefined
          ? {}
          : { text: textOf(row[columnIndex(table, options.text, "scatter")], options) }),
      }];
    });
    const plane = planeAround(
      values.map((value) => [value.x, value.y]),
      options.text !== undefined,
    );
    const isMap = options.equal_axes ?? haveOneUnit(table, x, y);
    const counts = panels.titles.map((title) =>
      values.filter(({ panel }) => panel === title).length
    );
    const left = points.filter((point) => point === null).length;
    return {
      columns: panels.columns,
      caption: `${sampleText(counts)} points${panels.titles.length > 1 ? " per panel" : ""}` +
        (isMap ? "; both axes have one scale" : "") +
        (left > 0 ? `; ${left} without coordinates not shown` : "") + ".",
      spec: (panelWidth) => {
        const axes = planeAxes(table, options, plane);
        const legend = series === undefined
          ? barLegend(table, options, panelWidth)
          : legendAbove(series.texts, panelWidth * panels.columns, "square");
        return inPanels(panels, values, {
          width: panelWidth,
          height: isMap ? plane.height(panelWidth) : panelHeight(panelWidth, undefined),
          layer: [
            {
              mark: { type: "point", filled: true, size: options.size, opacity: options.opacity },
              encoding: { ...axes, ...colourOf(series, options, legend) },
            },
            ...(options.text === undefined ? [] : [{
              mark: { type: "text", dy: -6, fontSize: textSize.small, color: ink.axis },
              encoding: { ...axes, text: { field: "text" } },
            }]),
          ],
        });
      },
    };
  },
});

function isContinuous(table: Table, column: string): boolean {
  const index = columnIndex(table, column, "scatter");
  const found = new Set(table.rows.map((row) => row[index]).filter((cell) => cell !== null));
  return found.size > MOST_LEVELS && [...found].every((cell) => typeof cell === "number");
}

function groupOf(cell: Cell, series: Series | undefined): Record<string, Cell> {
  if (series === undefined) return { number: cell };
  return cell === null ? { group: null } : { group: series.textOf(cell) };
}

function textOf(cell: Cell, { labels }: Options): string {
  return cell === null ? "" : words(cell, labels);
}

function colourOf(
  series: Series | undefined,
  { colour, scheme }: Options,
  legend: Readonly<Record<string, unknown>> | null,
): Record<string, unknown> {
  if (colour === undefined) return {};
  if (series === undefined) {
    return { color: { field: "number", type: "quantitative", scale: { scheme }, legend } };
  }
  const shapes = series.texts.map((_, at) => SHAPES[at % SHAPES.length]);
  return {
    color: { field: "group", type: "nominal", scale: series.colour, legend },
    // Told apart without colour, too.
    shape: {
      field: "group",
      type: "nominal",
      scale: { domain: series.texts, range: shapes },
      legend: legend === null ? null : withoutSymbol(legend),
    },
  };
}

const SHAPES = ["circle", "square", "diamond", "triangle-up", "cross", "triangle-down"];

/** The legend of colours, whose symbols then take the shapes. */
function withoutSymbol(legend: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { symbolType: _, ...rest } = legend;
  return rest;
}

function barLegend(
  table: Table,
  { colour, labels }: Options,
  panelWidth: number,
): Readonly<Record<string, unknown>> | null {
  if (colour === undefined) return null;
  return {
    orient: "bottom",
    title: axisTitle(table, colour, labels),
    gradientLength: Math.min(160, panelWidth),
    tickCount: 3,
    titleAnchor: "start",
  };
}
