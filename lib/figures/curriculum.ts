// What groups of networks learn, in which order: a row per group, a block per rule. Blocks with a dashed outline train some
// parameters only.

import { z } from "zod";
import { defineFigure } from "../core/figure.ts";
import { ink, textSize } from "../draw/theme.ts";
import { numberIndex } from "../math/tables/columns.ts";
import { legendAbove, seriesOf } from "./_series.ts";
import { distinctWords, levels, pick, shown, tableOptions } from "./_table.ts";

const { facet: _facet, columns: _columns, ...options } = tableOptions;

const params = z.strictObject({
  ...options,
  group: z.string().default("group").describe("column with one row of blocks per value"),
  place: z.string().default("place").describe(
    "column of whole numbers: order of learning, the training proper from 1 on",
  ),
  rule: z.string().default("rule").describe("column with one colour per value"),
  trained: z.string().default("trained").describe("column that says which parameters change"),
  all: z.string().default("all").describe("its value where all of them do"),
  groups: z.array(z.string()).default([]).describe(
    "groups in the order shown, those that learn nothing among them; others follow",
  ),
  height: z.number().positive().default(17).describe("of a row, in px"),
});

export default defineFigure({
  name: "curriculum",
  summary: "What groups of networks learn in which order, a block per rule.",
  takes: "table",
  params,
  build(table, options) {
    const rows = shown(table, options.where, [options.group, options.place, options.rule]);
    const ids = [...new Set([...options.groups, ...levels(rows, options.group, options.order)])];
    const names = distinctWords(ids, options.labels);
    const rules = seriesOf(rows, options.rule, options.place, options);
    numberIndex(rows, options.place, "curriculum");
    const blocks = rows.rows.map((row) => {
      const cells = pick(rows, {
        group: options.group,
        place: options.place,
        rule: options.rule,
        trained: options.trained,
      }, row);
      return {
        group: names[ids.indexOf(cells.group!)],
        left: (cells.place as number) - 0.96,
        right: (cells.place as number) - 0.04,
        rule: rules.textOf(cells.rule),
        colour: rules.lookOf(cells.rule).colour,
        whole: cells.trained === options.all,
      };
    });
    const [first, last] = [
      Math.min(0, ...blocks.map(({ left }) => Math.floor(left))),
      Math.max(...blocks.map(({ right }) => Math.ceil(right))),
    ];
    return {
      columns: 1,
      caption: "Rules in the order of learning; line: end of the pretraining. " +
        (blocks.every(({ whole }) => whole)
          ? "All parameters are trained."
          : "Dashed outline: only some parameters are trained."),
      spec: (panelWidth) => {
        const x = (field: string) => ({
          field,
          type: "quantitative",
          axis: null,
          scale: { domain: [first, last], nice: false, zero: false },
        });
        const y = {
          field: "group",
          type: "nominal",
          sort: names,
          scale: { domain: names, paddingInner: 0.22, paddingOuter: 0.1 },
          title: null,
          axis: { grid: false, ticks: false, domain: false },
        };
        const own = { field: "colour", type: "nominal", scale: null };
        const legend = legendAbove(rules.texts, panelWidth, "square");
        const outline = (whole: boolean) => ({
          transform: [{ filter: `datum.whole === ${whole}` }],
          mark: {
            type: "rect",
            fill: null,
            strokeWidth: 1.1,
            strokeDash: whole ? [1, 0] : [3, 2],
          },
          encoding: { x: x("left"), x2: { field: "right" }, y, stroke: own },
        });
        return {
          data: { values: blocks },
          width: panelWidth,
          height: Math.round(options.height * names.length),
          layer: [
            {
              mark: { type: "rect", fillOpacity: 0.7 },
              encoding: {
                x: x("left"),
                x2: { field: "right" },
                y,
                fill: {
                  field: "rule",
                  type: "nominal",
                  scale: rules.colour,
                  legend: legend ?? { title: null, orient: "top", labelFontSize: textSize.label },
                },
              },
            },
            outline(true),
            outline(false),
            ...(first < 0
              ? [{
                mark: { type: "rule", color: ink.faint, strokeWidth: 0.8, strokeDash: [2, 2] },
                data: { values: [{ zero: 0 }] },
                encoding: { x: x("zero") },
              }]
              : []),
          ],
        };
      },
    };
  },
});
