// Box plot of groups: box and median, whiskers, no outliers, and beside each box the mean ± SEM, as the published figures
// have it. One box per group, coloured by it; or, split by a series (the cell of the networks), one per group and series.

import { z } from "zod";
import { defineFigure } from "../core/figure.ts";
import { ink } from "../draw/theme.ts";
import { groupRows, numberIndex, numbersAt } from "../math/tables/columns.ts";
import { boxOf, meanAndError } from "./_boxes.ts";
import { inPanels, panelHeight, panelsOf } from "./_panels.ts";
import {
  type CategoryLabels,
  categoryLabels,
  legendAbove,
  type Series,
  seriesOf,
  titleBeside,
} from "./_series.ts";
import {
  axisTitle,
  distinctWords,
  levels,
  pick,
  sampleText,
  shown,
  tableOptions,
} from "./_table.ts";

const params = z.strictObject({
  ...tableOptions,
  group: z.string().default("group").describe("column with one place on the x axis per value"),
  series: z.string().optional().describe("column with one box per value at each place"),
  value: z.string().default("value"),
  floor: z.string().optional().describe("column with the self floor, drawn as a dotted level"),
  spread: z.enum(["population", "sample"]).default("population")
    .describe("divisor of the standard deviation in the SEM: n as published, or n − 1"),
  points: z.boolean().default(false).describe("every value as a faint dot beside its box"),
  y_title: z.string().optional(),
  y_domain: z.tuple([z.number(), z.number()]).optional(),
  share_y: z.boolean().default(true).describe("one y axis for all panels"),
  aspect: z.number().positive().optional()
    .describe("height of a panel over its width; default: 0.75, lower for wide panels"),
});

type Options = z.output<typeof params>;

export default defineFigure({
  name: "box",
  summary: "One box per group, or per group and series, with mean ± SEM beside each.",
  takes: "table",
  params,
  build(all, options) {
    const table = shown(all, options.where, [options.facet, options.group, options.series]);
    const panels = panelsOf(table, options.value, options);
    const series = seriesOf(table, options.series ?? options.group, options.value, options);
    const groups = levels(table, options.group, options.order);
    const names = distinctWords(groups, options.labels);
    const sides = options.series === undefined ? [] : levels(table, options.series, options.order);
    const value = numberIndex(table, options.value, "box");
    const by = [options.group, options.series, options.facet].filter((name) => name !== undefined);
    const counts: number[] = [];
    const marks = groupRows(table, by, "box").flatMap(({ rows }) => {
      const cells = pick(table, { group: options.group, side: options.series }, rows[0]);
      const numbers = numbersAt(rows, value).filter(Number.isFinite);
      if (numbers.length === 0) return [];
      counts.push(numbers.length);
      const look = series.lookOf(cells.side ?? cells.group);
      const own = {
        panel: panels.of(rows[0]),
        group: series.textOf(cells.side ?? cells.group),
        colour: look.colour,
        ...placeOf(
          groups.indexOf(cells.group!),
          options.series === undefined ? 0 : sides.indexOf(cells.side!),
          Math.max(1, sides.length),
        ),
      };
      return [
        { ...own, part: "box", ...boxOf(numbers), ...meanAndError(numbers, options.spread) },
        ...(options.points ? numbers.map((y) => ({ ...own, part: "point", y })) : []),
      ];
    });
    if (marks.length === 0) {
      throw new TypeError(`box finds no number in the column '${options.value}'`);
    }
    const floors = options.floor === undefined ? [] : floorMarks(table, options, panels.of);
    const divisor = options.spread === "population" ? "n" : "n − 1";
    return {
      columns: panels.columns,
      caption:
        `Box: quartiles and median; whiskers: farthest values within 1.5 box lengths; outliers not shown. ` +
        `Dot beside each box: mean ± SEM (deviation with divisor ${divisor}, over √n). ${
          sampleText(counts)
        } per box.` + (options.points ? " Faint dots: the values." : "") +
        (options.floor === undefined ? "" : " Dotted level: self floor."),
      spec: (panelWidth) => {
        const height = panelHeight(panelWidth, options.aspect);
        const legend = options.series === undefined
          ? null
          : legendAbove(series.texts, panelWidth * panels.columns, "square");
        return inPanels(
          panels,
          [...marks, ...floors],
          {
            width: panelWidth,
            height,
            layer: layers(
              categoryLabels(names, panelWidth / names.length),
              series,
              legend,
              titleBeside(
                options.y_title ?? axisTitle(table, options.value, options.labels),
                height,
              ),
              options,
            ),
          },
          options.share_y ? undefined : { scale: { y: "independent" }, axis: { x: "independent" } },
        );
      },
    };
  },
});

/** One level per panel: the mean of the column. */
function floorMarks(
  table: Parameters<typeof numberIndex>[0],
  { facet, floor }: Options,
  panelOf: (row: readonly (string | number | boolean | null)[]) => string,
) {
  const index = numberIndex(table, floor!, "box");
  return groupRows(table, facet === undefined ? [] : [facet], "box").flatMap(({ rows }) => {
    const numbers = numbersAt(rows, index).filter(Number.isFinite);
    if (numbers.length === 0) return [];
    const y = numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
    return [{ part: "floor", panel: panelOf(rows[0]), y }];
  });
}

/** Where the parts of a box stand on the x axis; groups are one apart. */
function placeOf(at: number, side: number, numSides: number) {
  const step = Math.min(0.84 / numSides, 0.7);
  const left = at + (side - numSides / 2) * step;
  return {
    left: left + 0.06 * step,
    right: left + 0.58 * step,
    middle: left + 0.32 * step,
    beside: left + 0.74 * step,
    far: left + 0.92 * step,
  };
}

function layers(
  names: CategoryLabels,
  series: Series,
  legend: Readonly<Record<string, unknown>> | null,
  yTitle: readonly string[],
  { y_domain, points, floor }: Options,
): Record<string, unknown>[] {
  const axis = {
    values: names.lines.map((_, at) => at),
    labelExpr: `${JSON.stringify(names.lines)}[datum.value]`,
    labelAngle: names.angle,
    labelOverlap: false,
    ticks: false,
    grid: false,
  };
  const scale = { domain: [-0.5, names.lines.length - 0.5], nice: false, zero: false };
  const x = (field: string) => ({ field, type: "quantitative", scale, axis, title: null });
  const y = (field: string) => ({
    field,
    type: "quantitative",
    title: yTitle,
    axis: { tickCount: 5 },
    scale: y_domain === undefined ? { zero: true, nice: 5 } : { domain: y_domain },
  });
  const own = { field: "colour", type: "nominal", scale: null };
  const part = (name: string) => [{ filter: { field: "part", equal: name } }];
  const box = { x: x("left"), x2: { field: "right" }, y: y("q1"), y2: { field: "q3" } };
  const rule = (width: number) => ({ type: "rule", strokeWidth: width });
  const boxes = { transform: part("box") };
  return [
    ...(floor === undefined ? [] : [{
      transform: part("floor"),
      mark: { type: "rule", strokeDash: [1, 2.5], strokeWidth: 1.2, color: ink.faint },
      encoding: { y: y("y") },
    }]),
    ...(points
      ? [{
        transform: part("point"),
        mark: { type: "point", filled: true, size: 7, opacity: 0.35 },
        encoding: { x: x("far"), y: y("y"), fill: own },
      }]
      : []),
    {
      ...boxes,
      mark: rule(1.2),
      encoding: { x: x("middle"), y: y("bottom"), y2: { field: "top" }, stroke: own },
    },
    { ...boxes, mark: { type: "rect", fill: "white" }, encoding: box },
    {
      ...boxes,
      mark: { type: "rect", fillOpacity: 0.22, strokeWidth: 1.2 },
      encoding: {
        ...box,
        fill: { field: "group", type: "nominal", scale: series.colour, legend },
        stroke: own,
      },
    },
    {
      ...boxes,
      mark: rule(2),
      encoding: { x: x("left"), x2: { field: "right" }, y: y("median"), stroke: own },
    },
    {
      ...boxes,
      mark: rule(1.4),
      encoding: { x: x("beside"), y: y("low"), y2: { field: "high" }, stroke: own },
    },
    {
      ...boxes,
      mark: { type: "point", filled: true, size: 16 },
      encoding: { x: x("beside"), y: y("mean"), fill: own },
    },
  ];
}
