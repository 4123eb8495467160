// Traces over time, one above the other, each on a scale of its own: what a network is given in a trial and what it
// answers. Periods are bands behind the traces, named above them.

import { z } from "zod";
import { defineFigure } from "../core/figure.ts";
import type { Cell } from "../core/table.ts";
import { ink, textSize } from "../draw/theme.ts";
import { columnIndex, numberIndex, type Row } from "../math/tables/columns.ts";
import { inPanels, panelsOf } from "./_panels.ts";
import { legendAbove, seriesOf } from "./_series.ts";
import { axisTitle, distinctWords, levels, shown, tableOptions, words } from "./_table.ts";

const params = z.strictObject({
  ...tableOptions,
  x: z.string().default("time_ms").describe("column of numbers: time"),
  y: z.string().default("value").describe("column of numbers"),
  trace: z.string().default("trace").describe("column with one trace per value, top to bottom"),
  colour: z.string().optional().describe("column with one colour per value: input, rule, output"),
  period: z.string().optional().describe("column with the period of each moment"),
  steps: z.boolean().default(true).describe(
    "whether a value holds until the next moment, or lines lead to it",
  ),
  height: z.number().positive().default(22).describe("of a trace, in px"),
});

type Options = z.output<typeof params>;

/** Share of a trace's height that its values take. */
const used = 0.78;

export default defineFigure({
  name: "traces",
  summary: "Traces over time, one above the other, with periods behind them.",
  takes: "table",
  params,
  build(all, options) {
    const table = shown(all, options.where, [options.facet, options.trace, options.x]);
    const panels = panelsOf(table, options.y, options);
    const names = levels(table, options.trace, options.order);
    const texts = distinctWords(names, options.labels);
    const [x, y] = [options.x, options.y].map((name) => numberIndex(table, name, "traces"));
    const trace = columnIndex(table, options.trace, "traces");
    const colour = options.colour === undefined
      ? undefined
      : seriesOf(table, options.colour, options.y, options);
    const colourAt = options.colour === undefined
      ? -1
      : columnIndex(table, options.colour, "traces");
    // Room above the traces for the names of periods.
    const head = options.period === undefined ? 0 : 12 / options.height;
    const height = Math.round(options.height * (names.length + head));
    const scaleOf = scales(table.rows, y, colourAt < 0 ? trace : colourAt);
    const rows = options.steps ? heldToTheEnd(table.rows, x, trace) : table.rows;
    const values = rows.filter((row) => typeof row[y] === "number").map((row) => {
      const at = names.indexOf(row[trace]!);
      const { low, high } = scaleOf(row);
      return {
        part: "trace",
        panel: panels.of(row),
        x: row[x],
        y: names.length - 1 - at + used * ((row[y] as number) - low) / (high - low),
        trace: texts[at],
        ...(colour === undefined ? {} : { colour: colour.textOf(row[colourAt]) }),
      };
    });
    const periods = options.period === undefined
      ? []
      : periodMarks(table.rows, x, columnIndex(table, options.period, "traces"), options).map((
        mark,
      ) => ({ ...mark, panel: panels.of(mark.row), row: undefined }));
    return {
      columns: panels.columns,
      caption: `${names.length} traces, ` +
        (colour === undefined
          ? "each on a scale of its own that holds 0"
          : "those of one colour on one scale that holds 0") +
        (options.period === undefined ? "." : "; bands: periods."),
      spec: (panelWidth) => {
        const across = {
          field: "x",
          type: "quantitative",
          title: axisTitle(table, options.x, options.labels),
          scale: { zero: false, nice: false },
          axis: { tickCount: 5, grid: false },
        };
        const up = {
          field: "y",
          type: "quantitative",
          title: null,
          scale: { domain: [-0.1, names.length + head], nice: false, zero: false },
          axis: {
            values: names.map((_, at) => at + used / 2),
            labelExpr: `${JSON.stringify(texts.toReversed())}[floor(datum.value)]`,
            labelOverlap: false,
            grid: false,
          },
        };
        const part = (name: string) => [{ filter: { field: "part", equal: name } }];
        const legend = colour === undefined
          ? null
          : legendAbove(colour.texts, panelWidth * panels.columns, "stroke");
        return inPanels(panels, [...periods, ...values], {
          width: panelWidth,
          height,
          layer: [
            ...(periods.length === 0 ? [] : [
              {
                transform: part("period"),
                mark: { type: "rect", color: "#F1F1F1" },
                encoding: {
                  x: across,
                  x2: { field: "x2" },
                  opacity: { field: "shade", type: "quantitative", scale: null },
                },
              },
              {
                transform: part("period"),
                mark: {
                  type: "text",
                  baseline: "top",
                  y: 3,
                  fontSize: textSize.small,
                  color: ink.axis,
                },
                encoding: {
                  x: { ...across, field: "middle" },
                  text: { field: "text" },
                },
              },
            ]),
            {
              transform: part("trace"),
              mark: {
                type: "line",
                strokeWidth: 1.1,
                interpolate: options.steps ? "step-after" : "linear",
              },
              encoding: {
                x: across,
                y: up,
                detail: { field: "trace", type: "nominal" },
                ...(colour === undefined ? { stroke: { value: ink.text } } : {
                  color: { field: "colour", type: "nominal", scale: colour.colour, legend },
                }),
              },
            },
          ],
        });
      },
    };
  },
});

/** Ends of the scale of a row's trace: the values of all rows that share it, and 0. */
function scales(rows: readonly Row[], y: number, shared: number) {
  const ends = new Map<Cell, { low: number; high: number }>();
  for (const row of rows) {
    const value = row[y];
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    const { low, high } = ends.get(row[shared]) ?? { low: 0, high: 0 };
    ends.set(row[shared], { low: Math.min(low, value), high: Math.max(high, value) });
  }
  return (row: Row) => {
    const { low, high } = ends.get(row[shared])!;
    return { low, high: high === low ? low + 1 : high };
  };
}

/** The last value of each trace once more, a step later: it holds that long. */
function heldToTheEnd(rows: readonly Row[], x: number, trace: number): readonly Row[] {
  const last = new Map<Cell, Row>();
  for (const row of rows) {
    const known = last.get(row[trace]);
    if (known === undefined || row[x]! > known[x]!) last.set(row[trace], row);
  }
  const step = stepOf(rows, x);
  const more = [...last.values()].map((row) =>
    row.map((cell, at) => at === x ? (cell as number) + step : cell)
  );
  return [...rows, ...more];
}

function stepOf(rows: readonly Row[], x: number): number {
  const times = [...new Set(rows.map((row) => row[x] as number))].sort((a, b) => a - b);
  return times.length > 1 ? times[1] - times[0] : 1;
}

/** One band per run of moments of one period; every second one is shaded. */
function periodMarks(rows: readonly Row[], x: number, period: number, { labels }: Options) {
  const moments = [...new Map(rows.map((row) => [row[x] as number, row])).entries()]
    .sort(([a], [b]) => a - b);
  const step = stepOf(rows, x);
  const marks: { x: number; x2: number; name: Cell; row: Row }[] = [];
  for (const [at, row] of moments) {
    const last = marks.at(-1);
    if (last !== undefined && last.name === row[period]) last.x2 = at + step;
    else marks.push({ x: at, x2: at + step, name: row[period], row });
  }
  return marks.filter(({ name }) => name !== null).map(({ x, x2, name, row }, at) => ({
    part: "period",
    x,
    x2,
    middle: (x + x2) / 2,
    text: words(name, labels),
    shade: at % 2,
    row,
  }));
}
