// Lines with a band of ± SEM against a quantity: dissimilarity against noise σ or share α, accuracy against updates.

import { z } from "zod";
import { defineFigure } from "../core/figure.ts";
import type { Cell, Table } from "../core/table.ts";
import { mean, standardError } from "../math/statistics/moments.ts";
import { groupRows, numberIndex, numbersAt } from "../math/tables/columns.ts";
import { inPanels, panelHeight, panelsOf } from "./_panels.ts";
import { legendAbove, type Series, seriesOf, titleBeside } from "./_series.ts";
import { axisTitle, pick, sampleText, shown, tableOptions, words } from "./_table.ts";

const params = z.strictObject({
  ...tableOptions,
  x: z.string().describe("a column of numbers: sigma, alpha, updates, … with its unit"),
  y: z.string().default("value"),
  series: z.string().default("metric").describe("column with one line per value"),
  error: z.string().optional().describe(
    "column with half the height of the band, for tables that are summarised already; " +
      "without it, rows that agree on x are averaged here",
  ),
  n: z.string().optional().describe("column with n, for tables that are summarised already"),
  floor: z.string().optional().describe("column with the self floor, drawn as a dashed level"),
  spread: z.enum(["population", "sample"]).default("population")
    .describe("divisor of the standard deviation: n as published, or n − 1"),
  x_log: z.boolean().default(false),
  y_log: z.boolean().default(false),
  zero: z.boolean().default(true).describe("whether both axes begin at 0 (proportionality shows)"),
  y_title: z.string().optional(),
  share_y: z.boolean().default(true).describe("one y axis for all panels"),
  aspect: z.number().positive().optional()
    .describe("height of a panel over its width; default: 0.75, lower for wide panels"),
});

export default defineFigure({
  name: "curves",
  summary: "Lines with a band of ± SEM against a quantity, one per series.",
  takes: "table",
  params,
  build(all, options) {
    const table = shown(all, options.where, [options.facet, options.series, options.x]);
    const panels = panelsOf(table, options.y, options);
    const { points, caption } = options.error === undefined
      ? averaged(table, options)
      : summarised(table, options);
    const series = seriesOf(table, options.series, options.y, options);
    const values = points.map(({ row, x, y, half, floor }) => {
      const { series: name } = pick(table, { series: options.series }, row);
      const { colour, shape } = series.lookOf(name);
      return {
        x,
        y,
        low: y === null || half === null ? null : y - half,
        high: y === null || half === null ? null : y + half,
        series: series.textOf(name),
        colour,
        shape,
        panel: panels.of(row),
        ...(floor === undefined ? {} : { floor }),
      };
    });
    return {
      columns: panels.columns,
      caption: caption +
        (options.floor === undefined ? "" : " Dotted levels with open signs: self floor."),
      spec: (panelWidth) => {
        const height = panelHeight(panelWidth, options.aspect);
        const legend = legendAbove(
          series.texts,
          panelWidth * panels.columns,
          "stroke",
          series.title,
        );
        return inPanels(
          panels,
          values,
          {
            width: panelWidth,
            height,
            layer: layers(table, options, values.map(({ x }) => x!), series, legend, height),
          },
          options.share_y ? undefined : { scale: { y: "independent" }, axis: { x: "independent" } },
        );
      },
    };
  },
});

function layers(
  table: Table,
  options: Options,
  xs: readonly number[],
  series: Series,
  legend: Readonly<Record<string, unknown>> | null,
  height: number,
): Record<string, unknown>[] {
  const scale = (log: boolean) => log ? { type: "log" } : { zero: options.zero };
  const ticks = [...new Set(xs)];
  const x = {
    field: "x",
    type: "quantitative",
    title: axisTitle(table, options.x, options.labels),
    scale: { ...scale(options.x_log), nice: false, padding: 6 },
    axis: ticks.length <= 6
      ? { values: ticks, labelExpr: "format(datum.value, '~g')", labelOverlap: "greedy" }
      : { tickCount: 5 },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    title: titleBeside(options.y_title ?? axisTitle(table, options.y, options.labels), height),
    // The ends are ticks, so that panels with axes of their own stand level.
    scale: options.y_log ? scale(true) : { ...scale(false), nice: 5 },
    axis: { tickCount: 5 },
  });
  const own = (field: string) => ({ field, type: "nominal", scale: null });
  const detail = { field: "series", type: "nominal" };
  const plain = { field: "series", type: "nominal", scale: series.colour, legend };
  const level = (mark: Record<string, unknown>, encoding: Record<string, unknown>) => ({
    transform: [{
      aggregate: [{ op: "mean", field: "floor", as: "floor" }],
      groupby: ["series", "colour", "shape", "panel"],
    }],
    mark,
    encoding: { y: y("floor"), color: plain, ...encoding },
  });
  const floors = options.floor === undefined ? [] : [
    level({ type: "rule", strokeDash: [1, 2.5], strokeWidth: 1 }, {}),
    // The sign of the series at the end of its level: without colour the levels look alike.
    level({ type: "point", filled: false, fill: "white", x: "width", size: 26, strokeWidth: 1 }, {
      shape: own("shape"),
    }),
  ];
  return [
    {
      mark: { type: "area", opacity: 0.2 },
      encoding: { x, y: y("low"), y2: { field: "high" }, color: plain, detail },
    },
    ...floors,
    {
      mark: { type: "line" },
      encoding: {
        x,
        y: y("y"),
        color: { field: "series", type: "nominal", scale: series.colour, legend },
        strokeDash: { field: "series", type: "nominal", scale: series.dash, legend },
      },
    },
    // Dots mark measurements; where there are many they only hide the line.
    ...(ticks.length > 12 ? [] : [{
      mark: { type: "point", filled: true },
      encoding: { x, y: y("y"), color: plain, shape: own("shape") },
    }]),
  ];
}

interface Point {
  readonly row: readonly Cell[];
  readonly x: number | null;
  readonly y: number | null;
  readonly half: number | null;
  readonly floor?: Cell;
}

type Options = z.output<typeof params>;

function averaged(table: Table, options: Options): { points: Point[]; caption: string } {
  const by = [options.series, options.x, ...(options.facet === undefined ? [] : [options.facet])];
  const y = numberIndex(table, options.y, "curves");
  const counts: number[] = [];
  const points = groupRows(table, by, "curves").map(({ rows }) => {
    const numbers = numbersAt(rows, y);
    counts.push(numbers.length);
    const filled = numbers.length > 0;
    return {
      ...placed(table, options, rows[0]),
      y: filled ? finite(mean(numbers)) : null,
      half: filled ? finite(standardError(numbers, options.spread)) : null,
    };
  });
  const divisor = options.spread === "population" ? "n" : "n − 1";
  return {
    points: ordered(points),
    caption: Math.max(...counts) === 1
      ? "Single values, no error."
      : `Mean over ${
        sampleText(counts)
      } per point; band: ± SEM (deviation with divisor ${divisor}, over √n).`,
  };
}

function summarised(table: Table, options: Options): { points: Point[]; caption: string } {
  const points = table.rows.map((row) => {
    const { y, half } = pick(table, { y: options.y, half: options.error }, row);
    return { ...placed(table, options, row), y: y as number | null, half: half as number | null };
  });
  const counts = options.n === undefined
    ? []
    : numbersAt(table.rows, numberIndex(table, options.n, "curves"));
  const sample = counts.length === 0 ? "" : ` over ${sampleText(counts)}`;
  return {
    points: ordered(points),
    caption: `${capital(words(options.y, options.labels))}${sample} per point; band: ± ${
      words(options.error!, options.labels)
    }.`,
  };
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function placed(table: Table, options: Options, row: readonly Cell[]) {
  const { x, floor } = pick(table, { x: options.x, floor: options.floor }, row);
  return { row, x: x as number | null, ...(options.floor === undefined ? {} : { floor }) };
}

function ordered(points: Point[]): Point[] {
  return points.filter(({ x }) => x !== null).sort((a, b) => a.x! - b.x!);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
