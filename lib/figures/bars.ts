// Bars: one number per category, with an error bar if there is one; R² and gaps of curves, for example.

import { z } from "zod";
import { defineFigure } from "../core/figure.ts";
import { ink } from "../draw/theme.ts";
import { numberIndex, numbersAt } from "../math/tables/columns.ts";
import { inPanels, panelHeight, panelsOf } from "./_panels.ts";
import { categoryLabels, legendAbove, seriesOf, titleBeside } from "./_series.ts";
import {
  axisTitle,
  distinctWords,
  levels,
  pick,
  sampleText,
  shown,
  tableOptions,
  words,
} from "./_table.ts";

/** Height of the y axis over the highest bar where numbers stand above the bars. */
const headroom = 1.12;

export default defineFigure({
  name: "bars",
  summary: "One bar per category, grouped by series, with error bars if given.",
  takes: "table",
  params: z.strictObject({
    ...tableOptions,
    x: z.string().default("metric").describe("column with one bar, or group of bars, per value"),
    y: z.string().default("value"),
    series: z.string().optional().describe("column with one bar per value within a group"),
    error: z.string().optional().describe("column with half the length of the error bar"),
    error_is: z.string().default("SEM").describe("what the error bar is, for the caption"),
    n: z.string().optional().describe("column with n, for the caption"),
    y_title: z.string().optional(),
    y_domain: z.tuple([z.number(), z.number()]).optional(),
    share_y: z.boolean().default(true).describe("one y axis for all panels"),
    show_values: z.boolean().default(false).describe("the numbers above the bars"),
    aspect: z.number().positive().optional()
      .describe("height of a panel over its width; default: 0.75, lower for wide panels"),
  }),
  build(all, options) {
    const coloured = options.series ?? options.x;
    const table = shown(all, options.where, [options.facet, coloured, options.x]);
    const panels = panelsOf(table, options.y, options);
    const { labels } = options;
    const series = seriesOf(table, coloured, options.y, options);
    const values = table.rows.map((row) => {
      const cells = pick(
        table,
        { x: options.x, series: coloured, y: options.y, half: options.error },
        row,
      );
      const { y, half } = cells;
      const both = typeof y === "number" && typeof half === "number";
      return {
        x: words(cells.x, labels),
        series: series.textOf(cells.series),
        y,
        low: both ? y - half : null,
        high: both ? y + half : null,
        panel: panels.of(row),
      };
    });

    const categories = distinctWords(levels(table, options.x, options.order), labels);
    const xOf = (panelWidth: number) => {
      const { lines, angle } = categoryLabels(categories, panelWidth / categories.length);
      const index = `indexof(${JSON.stringify(categories)}, datum.value)`;
      return {
        field: "x",
        type: "nominal",
        sort: categories,
        title: null,
        axis: {
          labelAngle: angle,
          labelExpr: `${JSON.stringify(lines)}[${index}]`,
          labelOverlap: false,
          ticks: false,
        },
        scale: { paddingInner: 0.3, paddingOuter: 0.2 },
      };
    };
    const offset = options.series === undefined
      ? {}
      : { xOffset: { field: "series", sort: series.texts } };
    const tops = values.map(({ y, high }) => high ?? (typeof y === "number" ? y : 0));
    const title = options.y_title ?? axisTitle(table, options.y, labels);
    const y = (height: number) => ({
      type: "quantitative",
      title: titleBeside(title, height),
      axis: { tickCount: 5 },
      ...(options.y_domain !== undefined
        ? { scale: { domain: options.y_domain } }
        : options.show_values
        ? { scale: { domainMax: headroom * Math.max(...tops) } }
        : {}),
    });
    const colour = (panelWidth: number) => ({
      field: "series",
      type: "nominal",
      scale: series.colour,
      legend: options.series === undefined
        ? null
        : legendAbove(series.texts, panelWidth * panels.columns, "square"),
    });
    const low = options.y_domain?.[0] ?? 0;
    const counts = options.n === undefined
      ? []
      : numbersAt(table.rows, numberIndex(table, options.n, "bars"));
    return {
      columns: panels.columns,
      caption: (counts.length === 0 ? "" : `${sampleText(counts)}. `) +
        (options.error === undefined ? "No error bars." : `Error bars: ± ${options.error_is}.`) +
        (low === 0 ? "" : ` The axis begins at ${low}.`),
      spec: (panelWidth) => {
        const x = xOf(panelWidth);
        const height = panelHeight(panelWidth, options.aspect);
        return inPanels(
          panels,
          values,
          {
            width: panelWidth,
            height,
            layer: [
              {
                mark: { type: "bar", clip: true },
                encoding: {
                  x,
                  ...offset,
                  y: { ...y(height), field: "y" },
                  color: colour(panelWidth),
                },
              },
              // A white rim shows where an error bar lies on a dark bar.
              ...(options.error === undefined ? [] : [["white", 2.8], [ink.axis, 1]].map((
                [color, strokeWidth],
              ) => ({
                mark: { type: "rule", color, strokeWidth, clip: true },
                encoding: {
                  x,
                  ...offset,
                  y: { ...y(height), field: "low" },
                  y2: { field: "high" },
                },
              }))),
              ...(options.show_values
                ? [{
                  mark: { type: "text", baseline: "bottom", dy: -2 },
                  encoding: {
                    x,
                    ...offset,
                    y: { ...y(height), field: options.error === undefined ? "y" : "high" },
                    text: { field: "y", type: "quantitative", format: ".3r" },
                  },
                }]
                : []),
            ],
          },
          options.share_y ? undefined : { scale: { y: "independent" }, axis: { x: "independent" } },
        );
      },
    };
  },
});
