// What was expected beside what was found: groups in the order that a hypothesis gives them, and in the order that each
// measure gives them. Ranks, because a hypothesis on an order says nothing on sizes.

import { z } from "zod";
import { defineFigure } from "../core/figure.ts";
import type { Table } from "../core/table.ts";
import { ink } from "../draw/theme.ts";
import { mean } from "../math/statistics/moments.ts";
import { columnIndex, numberIndex, numbersAt } from "../math/tables/columns.ts";
import { inPanels, panelHeight, panelsOf } from "./_panels.ts";
import { categoryLabels, legendAbove, type Series, seriesOf, titleBeside } from "./_series.ts";
import {
  distinctWords,
  levels,
  sampleText,
  shown,
  tableOptions,
  type Value,
  words,
} from "./_table.ts";

const params = z.strictObject({
  ...tableOptions,
  group: z.string().default("group").describe("column with the groups that are ordered"),
  expected: z.array(z.union([z.string(), z.number()])).min(2)
    .describe("groups from the largest value to the smallest, as expected"),
  y: z.string().default("value").describe("column of numbers; groups are ordered by its mean"),
  series: z.string().default("metric").describe("column with one order per value"),
  y_title: z.string().optional(),
  aspect: z.number().positive().optional().describe("height of a panel over its width"),
});

type Options = z.output<typeof params>;

export default defineFigure({
  name: "expectation",
  summary: "The order of groups that was expected, and the orders that were found.",
  takes: "table",
  params,
  build(all, options) {
    const table = shown(all, options.where, [options.facet, options.series, options.group]);
    const at = columnIndex(table, options.group, "expectation");
    const groups: Value[] = options.expected.filter((group) =>
      table.rows.some((row) => row[at] === group)
    );
    if (groups.length < 2) {
      throw new TypeError(
        `expectation finds ${groups.length} of the groups ${options.expected.join(", ")} in ` +
          `'${options.group}'; it orders at least 2`,
      );
    }
    const names = distinctWords(groups, options.labels);
    const panels = panelsOf(table, options.y, options);
    const series = seriesOf(table, options.series, options.y, options);
    const shapes = levels(table, options.series, options.order).map((one) =>
      series.lookOf(one).shape
    );
    const found = panels.titles.flatMap((panel) =>
      ordersOf(
        { ...table, rows: table.rows.filter((row) => panels.of(row) === panel) },
        groups,
        series,
        options,
      ).map((one) => ({ ...one, panel }))
    );
    const values = found.flatMap(({ text, look, ranks, panel }) =>
      ranks.map(({ group, rank }) => ({
        part: "found",
        panel,
        x: names[groups.indexOf(group)],
        y: rank,
        series: text,
        ...look,
      }))
    );
    const hypothesis = panels.titles.flatMap((panel) =>
      names.map((x, i) => ({ part: "expected", panel, x, y: names.length - i }))
    );
    return {
      columns: panels.columns,
      caption: "Dashed line: the order expected; signs: the order found, by the mean over " +
        `${sampleText(found.flatMap(({ counts }) => counts))} per group and series; ` +
        `1: the smallest. Rank correlation of both: ${
          found.map(({ text, panel, ranks }) =>
            `${[panel, text].filter((one) => one !== "").join(", ")} ${agreement(groups, ranks)}`
          ).join("; ")
        }.`,
      spec: (panelWidth) =>
        view(
          { names, series, shapes },
          panelWidth,
          panels.columns,
          options,
          (layer, height) =>
            inPanels(panels, [...hypothesis, ...values], { width: panelWidth, height, layer }),
        ),
    };
  },
});

/** Ranks of the groups by their mean, of each series. */
function ordersOf(table: Table, groups: readonly Value[], series: Series, options: Options) {
  const group = columnIndex(table, options.group, "expectation");
  const own = columnIndex(table, options.series, "expectation");
  const y = numberIndex(table, options.y, "expectation");
  const names = [...new Set(table.rows.map((row) => row[own]))];
  names.sort((a, b) =>
    series.texts.indexOf(series.textOf(a)) - series.texts.indexOf(series.textOf(b))
  );
  return names.map((name) => {
    const means = groups.flatMap((one) => {
      const rows = table.rows.filter((row) => row[own] === name && row[group] === one);
      const numbers = numbersAt(rows, y).filter(Number.isFinite);
      return numbers.length === 0
        ? []
        : [{ group: one, mean: mean(numbers), count: numbers.length }];
    });
    const { colour, shape } = series.lookOf(name);
    return {
      text: series.textOf(name),
      look: { colour, shape },
      counts: means.map(({ count }) => count),
      ranks: means.map(({ group, mean }) => ({
        group,
        // Equal means share the middle of their ranks.
        rank: 0.5 + means.filter((other) => other.mean < mean).length +
          means.filter((other) => other.mean === mean).length / 2,
      })),
    };
  });
}

/** Spearman's correlation of found ranks with those expected, as text. */
function agreement(
  groups: readonly Value[],
  ranks: readonly { readonly group: Value; readonly rank: number }[],
): string {
  const wanted = ranks.map(({ group }) => -groups.indexOf(group));
  const [a, b] = [wanted, ranks.map(({ rank }) => rank)].map((list) => {
    const centre = mean(list);
    return list.map((value) => value - centre);
  });
  const product = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, i) => sum + value * y[i], 0);
  const size = Math.sqrt(product(a, a) * product(b, b));
  return size === 0 ? "–" : (product(a, b) / size).toFixed(2).replace("-", "−");
}

function view(
  { names, series, shapes }: {
    readonly names: readonly string[];
    readonly series: Series;
    readonly shapes: readonly string[];
  },
  panelWidth: number,
  columns: number,
  options: Options,
  place: (
    layer: readonly Record<string, unknown>[],
    height: number,
  ) => Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const height = panelHeight(panelWidth, options.aspect);
  const { lines, angle } = categoryLabels(names, panelWidth / names.length);
  const x = {
    field: "x",
    type: "nominal",
    sort: names,
    title: null,
    scale: { domain: names, paddingInner: 0.1, paddingOuter: 0.1 },
    axis: {
      labelAngle: angle,
      labelExpr: `${JSON.stringify(lines)}[indexof(${JSON.stringify(names)}, datum.value)]`,
      labelOverlap: false,
      ticks: false,
    },
  };
  const title = options.y_title ?? `rank of ${words(options.y, options.labels)}`;
  const y = {
    field: "y",
    type: "quantitative",
    title: titleBeside(title, height),
    scale: { domain: [0.5, names.length + 0.5], nice: false, zero: false },
    axis: { values: names.map((_, i) => i + 1), format: "d" },
  };
  const { symbolType: _, ...legend } = legendAbove(series.texts, panelWidth * columns, "square") ??
    {};
  const own = { field: "series", type: "nominal", legend: series.texts.length < 2 ? null : legend };
  const part = (name: string) => [{ filter: { field: "part", equal: name } }];
  const offset = { xOffset: { field: "series", sort: series.texts, scale: { paddingOuter: 0.3 } } };
  return place([
    {
      transform: part("expected"),
      mark: {
        type: "line",
        interpolate: "step",
        strokeDash: [4, 3],
        strokeWidth: 1.2,
        color: ink.axis,
      },
      encoding: { x, y, order: { field: "y" } },
    },
    {
      transform: part("found"),
      mark: { type: "point", filled: true, size: 46, opacity: 1 },
      encoding: {
        x,
        y,
        ...offset,
        color: { ...own, scale: series.colour },
        shape: { ...own, scale: { domain: series.texts, range: shapes } },
      },
    },
  ], height);
}
