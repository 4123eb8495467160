// Points with the line of least squares through them, its band, and what it found: dissimilarity against the difference in
// accuracy, or against the share of rules in common. One line per series and panel.

import { z } from "zod";
import { defineFigure } from "../core/figure.ts";
import { ink, textSize } from "../draw/theme.ts";
import { fitLine } from "../math/statistics/line_fit.ts";
import { mean } from "../math/statistics/moments.ts";
import { criticalT } from "../math/statistics/student_t.ts";
import { groupRows, numberIndex } from "../math/tables/columns.ts";
import { inPanels, panelHeight, panelsOf } from "./_panels.ts";
import { legendAbove, seriesOf, titleBeside } from "./_series.ts";
import { axisTitle, pick, sampleText, shown, tableOptions } from "./_table.ts";

const params = z.strictObject({
  ...tableOptions,
  x: z.string().describe("column of numbers across"),
  y: z.string().default("value"),
  series: z.string().optional().describe("column with one line and colour per value"),
  level: z.number().gt(0).lt(1).default(0.95).describe("of the band of the line"),
  says: z.boolean().default(true).describe("slope, R² and p written above the points"),
  zero: z.boolean().default(false).describe("whether the y axis begins at 0"),
  size: z.number().positive().default(12).describe("area of a point in square px"),
  opacity: z.number().gt(0).max(1).default(0.4),
  y_title: z.string().optional(),
  share_y: z.boolean().default(true).describe("one y axis for all panels"),
  aspect: z.number().positive().optional()
    .describe("height of a panel over its width; default: 0.75, lower for wide panels"),
});

/** Places along x where the band is drawn. */
const bandPoints = 25;

export default defineFigure({
  name: "regression",
  summary: "Points with the line of least squares, its band, slope, R² and p.",
  takes: "table",
  params,
  build(all, options) {
    const table = shown(all, options.where, [options.facet, options.series]);
    const panels = panelsOf(table, options.y, options);
    const x = numberIndex(table, options.x, "regression");
    const y = numberIndex(table, options.y, "regression");
    const series = options.series === undefined
      ? undefined
      : seriesOf(table, options.series, options.y, options);
    const by = [options.facet, options.series].filter((name) => name !== undefined);
    const counts: number[] = [];
    const linesIn = new Map<string, number>();
    const marks = groupRows(table, by, "regression").flatMap(({ rows }) => {
      const points = rows.filter((row) => isNumber(row[x]) && isNumber(row[y]));
      if (points.length === 0) return [];
      counts.push(points.length);
      const name = series === undefined ? null : pick(table, { s: options.series }, rows[0]).s;
      const own = {
        panel: panels.of(rows[0]),
        series: series?.textOf(name) ?? "",
        colour: series?.lookOf(name).colour ?? ink.axis,
      };
      const [xs, ys] = [x, y].map((column) => points.map((row) => row[column] as number));
      const line = linesIn.get(own.panel) ?? 0;
      linesIn.set(own.panel, line + 1);
      return [
        ...xs.map((one, at) => ({ ...own, part: "point", x: one, y: ys[at] })),
        ...lineMarks(xs, ys, options.level, own.series).map((mark) => ({ ...own, ...mark, line })),
      ];
    });
    if (marks.length === 0) {
      throw new TypeError(`regression finds no row with both ${options.x} and ${options.y}`);
    }
    const most = Math.max(...linesIn.values());
    const room = options.says ? 0.13 * most : 0;
    const { isCut } = within(marks, options.share_y, room);
    return {
      columns: panels.columns,
      caption: `${sampleText(counts)} points per line. Lines: least squares; band: ${
        100 * options.level
      } % interval of the line${
        isCut ? ", cut off where it leaves the panel" : ""
      }. Band and p take every point as independent.`,
      spec: (panelWidth) => {
        const height = panelHeight(panelWidth, options.aspect);
        const isNarrow = panelWidth < narrow;
        const kept = within(marks, options.share_y, isNarrow ? 2 * room : room).shown;
        const legend = series === undefined
          ? null
          : legendAbove(series.texts, panelWidth * panels.columns, "stroke");
        const across = {
          field: "x",
          type: "quantitative",
          title: axisTitle(table, options.x, options.labels),
          scale: { zero: false, nice: false, padding: 6 },
          axis: { tickCount: 5 },
        };
        const title = options.y_title ?? axisTitle(table, options.y, options.labels);
        const up = (field: string) => ({
          field,
          type: "quantitative",
          title: titleBeside(title, height),
          scale: { zero: options.zero, nice: 5 },
          axis: { tickCount: 5 },
        });
        const part = (name: string) => [{ filter: { field: "part", equal: name } }];
        const own = { field: "colour", type: "nominal", scale: null };
        const detail = { field: "series", type: "nominal" };
        const layer: Record<string, unknown>[] = [
          {
            transform: part("room"),
            mark: { type: "point", opacity: 0 },
            encoding: { y: up("y") },
          },
          {
            transform: part("point"),
            mark: { type: "point", filled: true, size: options.size, opacity: options.opacity },
            encoding: { x: across, y: up("y"), fill: own },
          },
          {
            transform: part("line"),
            mark: { type: "area", opacity: 0.2 },
            encoding: { x: across, y: up("low"), y2: { field: "high" }, fill: own, detail },
          },
          {
            transform: part("line"),
            mark: { type: "line", strokeWidth: 1.6 },
            encoding: {
              x: across,
              y: up("y"),
              ...(series === undefined
                ? { stroke: own }
                : { color: { field: "series", type: "nominal", scale: series.colour, legend } }),
              detail,
            },
          },
        ];
        if (options.says) {
          for (let line = 0; line < most; line++) {
            layer.push({
              transform: [
                { filter: `datum.part === 'says' && datum.line === ${line}` },
                ...(isNarrow
                  ? [{ calculate: "replace(datum.text, ', ', '\\n')", as: "text" }]
                  : []),
              ],
              mark: {
                type: "text",
                align: "left",
                baseline: "top",
                x: 4,
                y: 3 + (isNarrow ? 20 : 10) * line,
                lineBreak: "\n",
                lineHeight: 10,
                fontSize: textSize.small,
              },
              encoding: { text: { field: "text" } },
            });
          }
        }
        return inPanels(
          panels,
          kept,
          { width: panelWidth, height, layer },
          options.share_y ? undefined : { scale: { y: "independent" }, axis: { x: "independent" } },
        );
      },
    };
  },
});

type Mark = Readonly<Record<string, string | number | null>> & { readonly panel: string };

/** Marks with bands that end a little beyond the points, and the room above for what is said. */
function within(
  marks: readonly Mark[],
  shared: boolean,
  room: number,
): { readonly shown: readonly Mark[]; readonly isCut: boolean } {
  const ends = new Map<string, { low: number; high: number }>();
  const place = ({ panel }: Mark) => shared ? "" : panel;
  for (const mark of marks) {
    if (typeof mark.y !== "number") continue;
    const { low, high } = ends.get(place(mark)) ?? { low: mark.y, high: mark.y };
    ends.set(place(mark), { low: Math.min(low, mark.y), high: Math.max(high, mark.y) });
  }
  let isCut = false;
  const shown = marks.map((mark): Mark => {
    if (typeof mark.low !== "number" || typeof mark.high !== "number") return mark;
    const { low, high } = ends.get(place(mark))!;
    const beyond = 0.08 * (high - low);
    const cut = { low: Math.max(mark.low, low - beyond), high: Math.min(mark.high, high + beyond) };
    isCut ||= cut.low !== mark.low || cut.high !== mark.high;
    return { ...mark, ...cut };
  });
  const panels = new Map(marks.map((mark) => [mark.panel, ends.get(place(mark))!]));
  const above = [...panels].map(([panel, { low, high }]) => ({
    part: "room",
    panel,
    y: high + room * (high - low),
  }));
  return { shown: [...shown, ...above], isCut };
}

/** The line from the smallest to the largest x with its band, and its numbers in words; nothing where x does not vary. */
function lineMarks(
  xs: readonly number[],
  ys: readonly number[],
  level: number,
  name: string,
): Record<string, string | number | null>[] {
  const first = xs.reduce((least, x) => Math.min(least, x));
  const last = xs.reduce((most, x) => Math.max(most, x));
  if (xs.length < 2 || first === last) return [];
  const { slope, intercept, rSquared, slopeStandardError, df, pTwoSided } = fitLine(xs, ys);
  const centre = mean(xs);
  const squares = xs.reduce((sum, one) => sum + (one - centre) ** 2, 0);
  const noise = slopeStandardError * Math.sqrt(squares);
  const reach = df > 0 ? criticalT(level, df) : NaN;
  const line = Array.from({ length: bandPoints }, (_, k) => {
    const x = first + (last - first) * k / (bandPoints - 1);
    const y = intercept + slope * x;
    const half = reach * noise * Math.sqrt(1 / xs.length + (x - centre) ** 2 / squares);
    const known = Number.isFinite(half);
    return { part: "line", x, y, low: known ? y - half : null, high: known ? y + half : null };
  });
  const p = Number.isNaN(pTwoSided) ? "" : `, p ${pText(pTwoSided)}`;
  const text = `${name === "" ? "" : `${name}: `}slope ${numberText(slope)}, R² ${
    numberText(rSquared)
  }${p}`;
  return [...line, { part: "says", text }];
}

/** A panel of fewer px takes the words on two lines. */
const narrow = 170;

function pText(p: number): string {
  if (p < 1e-300) return "< 1e−300";
  return `= ${p < 1e-3 ? p.toExponential(0).replace("-", "−") : numberText(p)}`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "–";
  const text = Math.abs(value) >= 1e-3 || value === 0
    ? String(Number(value.toPrecision(2)))
    : value.toExponential(1);
  return text.replaceAll("-", "−");
}

function isNumber(cell: unknown): cell is number {
  return typeof cell === "number" && Number.isFinite(cell);
}
