// Values over two params of a sweep, one panel per score or whatever the facet is; what was left out stays blank.

import { z } from "zod";
import { defineFigure } from "../core/figure.ts";
import type { Cell, Table } from "../core/table.ts";
import { ink, textSize } from "../draw/theme.ts";
import { columnIndex, type Row } from "../math/tables/columns.ts";
import { inPanels, panelHeight, panelsOf } from "./_panels.ts";
import {
  axisTitle,
  distinctWords,
  levels,
  pick,
  shown,
  tableOptions,
  unitOf,
  words,
} from "./_table.ts";

export default defineFigure({
  name: "grid",
  summary: "Values over two params of a sweep, one panel per score.",
  takes: "table",
  params: z.strictObject({
    ...tableOptions,
    x: z.string().describe("column of the param across"),
    y: z.string().describe("column of the param upwards"),
    value: z.string().default("value"),
    mark: z.string().optional().describe("column that is true for cells to outline"),
    scheme: z.enum(["viridis", "cividis", "magma"]).default("viridis")
      .describe("colour-blind-safe, and monotone in grey"),
    domain: z.tuple([z.number(), z.number()]).optional()
      .describe("ends of the colour bar; values beyond have the colour of the end"),
    share_colour: z.boolean().default(false).describe("one colour bar for all panels"),
    show_values: z.boolean().default(false).describe("the numbers in the cells, two digits"),
    aspect: z.number().positive().default(0.75).describe("height of a panel over its width"),
  }),
  build(all, params) {
    const { x, y, value, mark, labels } = params;
    const table = withNumbers(shown(all, params.where, [params.facet, x, y]), value, params.facet);
    const panels = panelsOf(table, value, params);
    const across = distinctWords(levels(table, x, params.order), labels);
    const upwards = distinctWords(levels(table, y, params.order), labels);
    const values = table.rows.map((row) => {
      const cells = pick(table, { x, y, value, mark }, row);
      return {
        value: cells.value,
        mark: cells.mark ?? false,
        x: words(cells.x, labels),
        y: words(cells.y, labels),
        panel: panels.of(row),
        text: typeof cells.value === "number" ? numberText(cells.value) : "",
        bright: false,
      };
    });
    refuseTwice(values);
    for (const title of panels.titles) {
      const own = params.share_colour ? values : values.filter(({ panel }) => panel === title);
      const [low, high] = params.domain ?? extent(own);
      // Viridis turns bright past its middle.
      for (const one of own) one.bright = Number(one.value) > low + 0.6 * (high - low);
    }
    return {
      columns: panels.columns,
      caption: `${across.length} × ${upwards.length} combinations` +
        (panels.titles.length > 1
          ? params.share_colour
            ? " per panel; one colour scale."
            : " per panel; each has its own colour scale."
          : "."),
      spec: (panelWidth) => {
        const height = panelHeight(panelWidth, params.aspect);
        const encoding = {
          x: axis("x", axisTitle(table, x, labels), across),
          y: axis("y", axisTitle(table, y, labels), [...upwards].reverse()),
        };
        const longest = Math.max(...values.map(({ text }) => text.length));
        const fitting = Math.min(
          9,
          0.45 * height / upwards.length,
          // Digits are about 0.64 of the size wide.
          0.9 * panelWidth / across.length / (0.64 * longest),
        );
        const colour = {
          field: "value",
          type: "quantitative",
          scale: {
            scheme: params.scheme,
            ...(params.domain === undefined
              ? { zero: false }
              : { domain: params.domain, clamp: true }),
          },
          legend: {
            orient: "bottom",
            title: params.facet === undefined || params.share_colour
              ? axisTitle(table, value, labels)
              : unitOf(table, value, table.rows),
            gradientLength: Math.min(160, panelWidth),
            tickCount: 3,
            titleAnchor: "start",
          },
        };
        const layer: Record<string, unknown>[] = [
          {
            transform: [{ filter: "isValid(datum.value)" }],
            mark: { type: "rect" },
            encoding: { ...encoding, color: colour },
          },
          ...(mark === undefined ? [] : [{
            // A white rim shows the mark in print without colour, too.
            transform: [{ filter: "datum.mark === true" }],
            mark: { type: "rect", fill: null, stroke: "white", strokeWidth: 4 },
            encoding,
          }, {
            transform: [{ filter: "datum.mark === true" }],
            mark: { type: "rect", fill: null, stroke: "#d7191c", strokeWidth: 2 },
            encoding,
          }]),
          ...(params.show_values && fitting > 0.7 * textSize.tiny
            ? [{
              mark: { type: "text", fontSize: Math.max(textSize.tiny, fitting) },
              encoding: {
                ...encoding,
                text: { field: "text" },
                fill: { condition: { test: "datum.bright", value: ink.text }, value: "white" },
              },
            }]
            : []),
        ];
        return inPanels(
          panels,
          values,
          { width: panelWidth, height, layer },
          params.share_colour ? undefined : {
            scale: { color: "independent" },
            legend: { color: "independent" },
            axis: { x: "independent", y: "independent" },
          },
        );
      },
    };
  },
});

/** Without the panels in which no value is finite: they have no colours. */
function withNumbers(table: Table, value: string, facet: string | undefined): Table {
  const at = columnIndex(table, value, "the figure");
  const panel = facet === undefined ? -1 : columnIndex(table, facet, "facet");
  const panelOf = (row: Row) => panel < 0 ? null : row[panel];
  const filled = new Set(table.rows.filter((row) => Number.isFinite(row[at])).map(panelOf));
  if (filled.size === 0) throw new TypeError(`grid finds no finite number in column '${value}'`);
  return { ...table, rows: table.rows.filter((row) => filled.has(panelOf(row))) };
}

function axis(field: string, title: string, names: readonly string[]) {
  return {
    field,
    type: "nominal",
    sort: names,
    scale: { domain: names },
    title,
    axis: { labelAngle: 0, grid: false, domain: false, ticks: false, labelOverlap: false },
  };
}

function extent(values: readonly { readonly value: Cell }[]): readonly [number, number] {
  const numbers = values.map(({ value }) => value).filter((value) => typeof value === "number");
  return [Math.min(...numbers), Math.max(...numbers)];
}

function refuseTwice(
  values: readonly { readonly x: string; readonly y: string; readonly panel: string }[],
) {
  const seen = new Set<string>();
  for (const { x, y, panel } of values) {
    const key = JSON.stringify([panel, x, y]);
    if (seen.has(key)) {
      throw new TypeError(
        `grid finds two values for the cell ${x}, ${y}${panel === "" ? "" : ` of ${panel}`}` +
          "; filter or facet the table",
      );
    }
    seen.add(key);
  }
}

function numberText(value: number): string {
  // 0.70 has two digits as 0.68 has; what is whole has those that it has.
  const isWhole = Number.isInteger(value) || Math.abs(value) >= 10;
  const text = value.toPrecision(2);
  return (isWhole ? Number(text).toString() : text).replaceAll("-", "−");
}
