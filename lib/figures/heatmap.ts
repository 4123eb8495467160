// A matrix in long form as a heat map, one panel per metric or whatever the facet is.

import { z } from "zod";
import { defineFigure } from "../core/figure.ts";
import type { Cell } from "../core/table.ts";
import { roughWidth } from "../draw/font_metrics.ts";
import { ink, textSize } from "../draw/theme.ts";
import { columnIndex } from "../math/tables/columns.ts";
import { inPanels, panelsOf } from "./_panels.ts";
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
  name: "heatmap",
  summary: "A matrix in long form (row, column, value), one panel per facet.",
  takes: "table",
  params: z.strictObject({
    ...tableOptions,
    a: z.string().default("a").describe("column that names the matrix's rows"),
    b: z.string().default("b").describe("column that names the matrix's columns"),
    value: z.string().default("value"),
    blocks: z.string().optional()
      .describe("column that belongs to `a`; a line is drawn where it changes from row to row"),
    scheme: z.enum(["viridis", "cividis", "magma"]).default("viridis")
      .describe("colour-blind-safe, and monotone in grey"),
    domain: z.tuple([z.number(), z.number()]).optional().describe("ends of the colour bar"),
    share_colour: z.boolean().optional()
      .describe("one colour bar for all panels; default: where all have one unit"),
    show_values: z.boolean().default(false).describe("the numbers in the cells, two digits"),
  }),
  build(all, params) {
    const table = shown(all, params.where, [params.facet, params.a, params.b]);
    const panels = panelsOf(table, params.value, params);
    const { a, b, value, labels } = params;
    const rowNames = levels(table, a, params.order);
    const both = [...rowNames, ...levels(table, b, params.order)];
    const names = distinctWords([...new Set(both)], labels);
    const values = table.rows.map((row): Record<string, Cell> => {
      const cells = pick(table, { a, b, value }, row);
      return {
        ...cells,
        a: words(cells.a, labels),
        b: words(cells.b, labels),
        panel: panels.of(row),
      };
    });
    refuseTwice(values);
    const units = new Set(
      panels.titles.map((title) =>
        unitOf(table, value, table.rows.filter((row) => panels.of(row) === title))
      ),
    );
    const shared = params.share_colour ?? units.size === 1;
    const title = axisTitle(table, value, labels);
    const edges = params.blocks === undefined
      ? []
      : blockEdges(table, a, params.blocks, rowNames).map((name) => words(name, labels));
    // On scales of their own, panels turn bright at values of their own.
    const brightOf = (rows: readonly Record<string, Cell>[]) => {
      const [low, high] = params.domain ?? extent(rows);
      return low + 0.6 * (high - low);
    };
    const bright = new Map(panels.titles.map((title) => [
      title,
      brightOf(shared ? values : values.filter(({ panel }) => panel === title)),
    ]));
    const marked = values.map((row) => ({
      ...row,
      bright: typeof row.value === "number" && row.value > bright.get(row.panel as string)!,
    }));
    const columnWords = distinctWords(levels(table, b, params.order), labels);
    const text = (panelWidth: number) =>
      Math.min(textSize.label, Math.max(textSize.small, 0.85 * panelWidth / names.length));
    const axis = (panelWidth: number) => ({
      labelFontSize: text(panelWidth),
      labelOverlap: panelWidth / names.length < 8.2 ? "parity" : false,
      grid: false,
      domain: false,
      ticks: false,
    });
    return {
      columns: panels.columns,
      caption: `${names.length} × ${names.length} values` +
        (panels.titles.length > 1 ? " per panel" : "") +
        (shared ? "; one colour scale." : "; each panel has its own colour scale."),
      spec: (panelWidth) => {
        const encoding = {
          x: {
            field: "b",
            type: "nominal",
            sort: names,
            scale: { domain: names },
            title: null,
            axis: {
              ...axis(panelWidth),
              labelAngle: isLevel(columnWords, panelWidth / names.length, text(panelWidth))
                ? 0
                : -90,
            },
          },
          y: {
            field: "a",
            type: "nominal",
            sort: names,
            scale: { domain: names },
            title: null,
            axis: axis(panelWidth),
          },
        };
        const colour = {
          field: "value",
          type: "quantitative",
          scale: {
            scheme: params.scheme,
            ...(params.domain === undefined ? { zero: true } : { domain: params.domain }),
          },
          legend: {
            orient: "bottom",
            title,
            gradientLength: Math.min(160, shared ? panelWidth * panels.columns : panelWidth),
            tickCount: 3,
            titleAnchor: "start",
          },
        };
        const layer: Record<string, unknown>[] = [
          { mark: { type: "rect" }, encoding: { ...encoding, color: colour } },
        ];
        const cell = panelWidth / names.length;
        // In smaller cells nobody could read them.
        if (params.show_values && cell >= smallestNumber) layer.push(valueLayer(encoding, cell));
        for (const edge of edges) layer.push(...edgeLayers(edge));
        return inPanels(
          panels,
          params.show_values ? marked : values,
          { width: panelWidth, height: panelWidth, layer },
          shared ? undefined : {
            scale: { color: "independent" },
            legend: { color: "independent" },
            axis: { x: "independent" },
          },
        );
      },
    };
  },
});

/** Whether texts fit below cells without being turned. */
function isLevel(texts: readonly string[], width: number, size: number): boolean {
  return texts.every((text) => roughWidth(text, size) + 4 <= width);
}

/** Ends of the colour scale: the values, and zero. */
function extent(values: readonly Record<string, Cell>[]): readonly [number, number] {
  const numbers = values.map(({ value }) => value).filter((value) => typeof value === "number");
  return [Math.min(0, ...numbers), Math.max(0, ...numbers)];
}

function refuseTwice(values: readonly Record<string, Cell>[]): void {
  const seen = new Set<string>();
  for (const { a, b, panel } of values) {
    const key = JSON.stringify([panel, a, b]);
    if (seen.has(key)) {
      throw new TypeError(
        `heatmap finds two values for the cell ${a}, ${b}${panel === "" ? "" : ` of ${panel}`}` +
          "; filter or facet the table",
      );
    }
    seen.add(key);
  }
}

/** Names of the rows that begin a new block. */
function blockEdges(
  table: Parameters<typeof levels>[0],
  a: string,
  blocks: string,
  names: readonly Cell[],
): Cell[] {
  const name = columnIndex(table, a, "figure");
  const block = columnIndex(table, blocks, "figure");
  const blockOf = new Map(table.rows.map((row) => [row[name], row[block]]));
  return names.filter((one, at) => at > 0 && blockOf.get(one) !== blockOf.get(names[at - 1]));
}

/** White lines before a row and before a column. */
function edgeLayers(name: string): Record<string, unknown>[] {
  const mark = { type: "rule", color: "white", strokeWidth: 1.5 };
  return [
    {
      mark,
      data: { values: [{}] },
      encoding: { x: { datum: name, type: "nominal", title: null, bandPosition: 0 } },
    },
    {
      mark,
      data: { values: [{}] },
      encoding: { y: { datum: name, type: "nominal", title: null, bandPosition: 0 } },
    },
  ];
}

/** Px of a cell that a number of two decimals fits into. */
const smallestNumber = 16;

/** Numbers in the cells, in ink on bright cells and in white on dark ones: viridis turns bright past its middle. */
function valueLayer(
  encoding: Record<string, unknown>,
  cell: number,
): Record<string, unknown> {
  return {
    mark: { type: "text", fontSize: Math.min(textSize.label, Math.max(textSize.tiny, cell / 2.6)) },
    encoding: {
      ...encoding,
      text: { field: "value", type: "quantitative", format: ".2f" },
      fill: { condition: { test: "datum.bright", value: ink.text }, value: "white" },
    },
  };
}
