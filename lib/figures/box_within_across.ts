// Box plot of two groups per series (dissimilarities within and across regimes, per metric): box and median, whiskers,
// no outliers, and beside each box the mean ± SEM, as the published figure has it.

import { z } from "zod";
import { defineFigure } from "../core/figure.ts";
import type { Cell, Table } from "../core/table.ts";
import { ink } from "../draw/theme.ts";
import { columnIndex, numberIndex, numbersAt } from "../math/tables/columns.ts";
import { boxOf, meanAndError } from "./_boxes.ts";
import { inPanels, panelHeight, panelsOf } from "./_panels.ts";
import { type CategoryLabels, categoryLabels, seriesOf, titleBeside } from "./_series.ts";
import { axisTitle, distinctWords, levels, shown, tableOptions } from "./_table.ts";

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const params = z.strictObject({
  ...tableOptions,
  group: z.string().default("pair").describe("column with the groups drawn side by side"),
  groups: z.array(scalar).min(1).default(["within", "across"]).describe(
    "its values, left to right",
  ),
  series: z.string().default("metric").describe("column with one set of boxes per value"),
  value: z.string().default("value"),
  spread: z.enum(["population", "sample"]).default("population")
    .describe("divisor of the standard deviation in the SEM: n as published, or n − 1"),
  y_title: z.string().optional(),
  y_domain: z.tuple([z.number(), z.number()]).optional(),
  aspect: z.number().positive().optional()
    .describe("height of a panel over its width; default: 0.75, lower for wide panels"),
});

export default defineFigure({
  name: "box_within_across",
  summary: "Boxes of two groups per series, with mean ± SEM beside each box.",
  takes: "table",
  params,
  build(all, options) {
    const table = shown(all, options.where, [options.facet, options.series, options.group]);
    const panels = panelsOf(table, options.value, options);
    const series = seriesOf(table, options.series, options.value, options);
    const groups = distinctWords(options.groups, options.labels);
    const boxes = panels.titles.flatMap((panel) =>
      levels(table, options.series, options.order).flatMap((name, at) =>
        options.groups.flatMap((group, side) => {
          const numbers = numbersOf(table, options, (row) => panels.of(row) === panel, name, group);
          if (numbers.length === 0) return [];
          return [{
            panel,
            group: groups[side],
            colour: series.lookOf(name).colour,
            n: numbers.length,
            ...placeOf(at, side, options.groups.length),
            ...boxOf(numbers),
            ...meanAndError(numbers, options.spread),
          }];
        })
      )
    );
    if (boxes.length === 0) {
      throw new TypeError(
        `box_within_across finds no row with ${options.group} = ${options.groups.join(" or ")}`,
      );
    }
    const counts = groups.map((group) => {
      const own = boxes.filter((box) => box.group === group).map(({ n }) => n);
      const range = Math.min(...own) === Math.max(...own)
        ? `${own[0]}`
        : `${Math.min(...own)} to ${Math.max(...own)}`;
      return `n = ${range} ${group}`;
    });
    const divisor = options.spread === "population" ? "n" : "n − 1";
    return {
      columns: panels.columns,
      caption:
        `Box: quartiles and median; whiskers: farthest values within 1.5 box lengths; outliers not shown. ` +
        `Dot beside each box: mean ± SEM (deviation with divisor ${divisor}, over √n). ${
          counts.join(", ")
        } per series.`,
      spec: (panelWidth) =>
        inPanels(panels, boxes, {
          width: panelWidth,
          height: panelHeight(panelWidth, options.aspect),
          layer: layers(
            categoryLabels(series.texts, panelWidth / series.texts.length),
            groups,
            titleBeside(
              options.y_title ?? axisTitle(table, options.value, options.labels),
              panelHeight(panelWidth, options.aspect),
            ),
            options.y_domain,
          ),
        }),
    };
  },
});

function numbersOf(
  table: Table,
  options: z.output<typeof params>,
  inPanel: (row: readonly Cell[]) => boolean,
  name: Cell,
  group: Cell,
): number[] {
  const series = columnIndex(table, options.series, "box_within_across");
  const side = columnIndex(table, options.group, "box_within_across");
  const value = numberIndex(table, options.value, "box_within_across");
  return numbersAt(
    table.rows.filter((row) => row[series] === name && row[side] === group && inPanel(row)),
    value,
  ).filter(Number.isFinite);
}

/** Where the parts of a box stand on the x axis; series are one apart. */
function placeOf(at: number, side: number, numSides: number) {
  const step = 0.8 / numSides;
  const left = at - 0.4 + side * step;
  return {
    left: left + 0.04 * step,
    right: left + 0.58 * step,
    middle: left + 0.31 * step,
    beside: left + 0.76 * step,
  };
}

function layers(
  names: CategoryLabels,
  groups: readonly string[],
  yTitle: readonly string[],
  yDomain: readonly number[] | undefined,
): Record<string, unknown>[] {
  const scale = { domain: [-0.5, names.lines.length - 0.5], nice: false, zero: false };
  const axis = {
    values: names.lines.map((_, at) => at),
    labelExpr: `${JSON.stringify(names.lines)}[datum.value]`,
    labelAngle: names.angle,
    labelOverlap: false,
    ticks: false,
    grid: false,
  };
  const x = (field: string) => ({ field, type: "quantitative", scale, axis, title: null });
  const y = (field: string) => ({
    field,
    type: "quantitative",
    title: yTitle,
    axis: { tickCount: 5 },
    scale: yDomain === undefined ? { zero: true } : { domain: yDomain },
  });
  const own = { field: "colour", type: "nominal", scale: null };
  const dashes = [[1, 0], [3, 2], [1, 1.5], [6, 2]];
  const dash = {
    field: "group",
    type: "nominal",
    sort: groups,
    scale: { domain: groups, range: groups.map((_, side) => dashes[side % dashes.length]) },
    legend: {
      title: null,
      orient: "top",
      direction: "horizontal",
      symbolType: "square",
      symbolSize: 70,
      symbolFillColor: "white",
      symbolStrokeColor: ink.axis,
    },
  };
  const box = { x: x("left"), x2: { field: "right" }, y: y("q1"), y2: { field: "q3" } };
  return [
    {
      mark: { type: "rule", strokeWidth: 1.2 },
      encoding: {
        x: x("middle"),
        y: y("bottom"),
        y2: { field: "top" },
        stroke: own,
        strokeDash: dash,
      },
    },
    { mark: { type: "rect", fill: "white" }, encoding: box },
    { mark: { type: "rect", fillOpacity: 0.18 }, encoding: { ...box, fill: own } },
    // Vega-Lite knows no dashes by data for rectangles: one layer per group.
    ...groups.map((group, side) => ({
      transform: [{ filter: { field: "group", equal: group } }],
      mark: {
        type: "rect",
        fill: null,
        strokeWidth: 1.2,
        strokeDash: dashes[side % dashes.length],
      },
      encoding: { ...box, stroke: own },
    })),
    {
      mark: { type: "rule", strokeWidth: 2 },
      encoding: { x: x("left"), x2: { field: "right" }, y: y("median"), stroke: own },
    },
    {
      mark: { type: "rule", strokeWidth: 1.4 },
      encoding: { x: x("beside"), y: y("low"), y2: { field: "high" }, stroke: own },
    },
    {
      mark: { type: "point", filled: true, size: 14 },
      encoding: { x: x("beside"), y: y("mean"), fill: own },
    },
  ];
}
