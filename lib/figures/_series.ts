// Series and categories: their texts, looks, legends and labels.

import type { Cell, Table } from "../core/table.ts";
import { roughAdvance, roughWidth } from "../draw/font_metrics.ts";
import { type SeriesLook, seriesLooks } from "../draw/palette.ts";
import { textSize } from "../draw/theme.ts";
import { wrapText } from "../draw/wrap_text.ts";
import { columnIndex } from "../math/tables/columns.ts";
import {
  axisTitle,
  distinctWords,
  type Labels,
  levels,
  unitOf,
  type Value,
  withUnit,
} from "./_table.ts";

/** The series of a figure, by the text shown for each. */
export interface Series {
  /** What the texts are values of, where they are bare numbers. */
  readonly title: string | null;
  readonly texts: readonly string[];
  /** Scales of Vega-Lite that give every text its colour and dash. */
  readonly colour: { readonly domain: readonly string[]; readonly range: readonly string[] };
  readonly dash: {
    readonly domain: readonly string[];
    readonly range: readonly (readonly number[])[];
  };
  textOf(value: Cell): string;
  lookOf(value: Cell): SeriesLook;
}

/**
 * The series of a column, those in `order` first. Where the unit of `value` differs between series, each text says its own.
 *
 * @throws {TypeError} if a column is absent or two series have one text.
 *
 * @example
 * ```ts
 * import { seriesOf } from "#lib/figures/_series.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ metric: "dsa", value: 1 }, { metric: "mine", value: 2 }]);
 * const { texts, colour } = seriesOf(table, "metric", "value", { labels: {} });
 * assertEquals([texts, colour.range], [["DSA", "mine"], ["#7B1E3C", "#0072B2"]]);
 * ```
 */
export function seriesOf(
  table: Table,
  column: string,
  value: string,
  { labels, order }: { readonly labels: Labels; readonly order?: readonly Value[] },
): Series {
  const index = columnIndex(table, column, "series");
  const values = levels(table, column, order);
  const oneUnit = unitOf(table, value, table.rows) !== null;
  const texts = distinctWords(values, labels).map((text, at) =>
    oneUnit
      ? text
      : withUnit(text, unitOf(table, value, table.rows.filter((row) => row[index] === values[at])))
  );
  const looks = seriesLooks(values.map(String));
  const areBare = values.every((one, at) => typeof one === "number" && texts[at] === String(one));
  const place = new Map(values.map((one, at) => [one as Cell, at]));
  return {
    title: areBare ? axisTitle(table, column, labels) : null,
    texts,
    colour: { domain: texts, range: looks.map(({ colour }) => colour) },
    dash: { domain: texts, range: looks.map(({ dash }) => dash.length === 0 ? [1, 0] : dash) },
    textOf: (one) => texts[place.get(one)!],
    lookOf: (one) => looks[place.get(one)!],
  };
}

/**
 * A legend above the figure, in as many rows as its texts need at a width in px; none for a single text. A title stands
 * in front.
 *
 * @example
 * ```ts
 * import { legendAbove } from "#lib/figures/_series.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(legendAbove(["DSA", "CKA", "Procrustes"], 200, "stroke")?.columns, 2);
 * assertEquals(legendAbove(["DSA"], 200, "stroke"), null);
 * ```
 */
export function legendAbove(
  texts: readonly string[],
  width: number,
  symbol: "stroke" | "square",
  title: string | null = null,
): Readonly<Record<string, unknown>> | null {
  if (texts.length < 2) return null;
  const widest = Math.max(...texts.map((text) => roughWidth(text, textSize.label))) + 32;
  const left = title === null ? width : width - roughWidth(title, textSize.title) - 12;
  return {
    title,
    ...(title === null ? {} : { titleOrient: "left" }),
    orient: "top",
    offset: 9,
    direction: "horizontal",
    columns: Math.max(1, Math.min(texts.length, Math.floor(left / widest))),
    symbolType: symbol,
    symbolSize: symbol === "stroke" ? 260 : 60,
    symbolStrokeWidth: symbol === "stroke" ? 1.6 : 1.2,
  };
}

/** Labels of categories on an x axis: one line each, several lines, or slanted. */
export interface CategoryLabels {
  readonly lines: readonly (string | readonly string[])[];
  readonly angle: number;
}

/**
 * How category labels stand on an x axis with bands of a width in px. Neighbours may take room from one another.
 *
 * @example
 * ```ts
 * import { categoryLabels } from "#lib/figures/_series.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(categoryLabels(["noise only", "admixture"], 50).lines, [["noise", "only"], ["admixture"]]);
 * assertEquals(categoryLabels(["noise only", "admixture"], 30).angle, -40);
 * ```
 */
export function categoryLabels(texts: readonly string[], band: number): CategoryLabels {
  const fit = (lines: readonly (readonly string[])[]) => {
    const widths = lines.map((words) =>
      Math.max(...words.map((word) => roughWidth(word, textSize.label)))
    );
    return widths.every((width, at) => at === 0 || (width + widths[at - 1]) / 2 + 2 <= band);
  };
  if (fit(texts.map((text) => [text]))) return { lines: texts, angle: 0 };
  const split = texts.map((text) => text.split(" "));
  return fit(split) ? { lines: split, angle: 0 } : { lines: texts, angle: -40 };
}

/**
 * A title beside an axis of a length in px, on as many lines as it needs.
 *
 * @example
 * ```ts
 * import { titleBeside } from "#lib/figures/_series.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(titleBeside("dissimilarity (rad)", 80), ["dissimilarity", "(rad)"]);
 * ```
 */
export function titleBeside(title: string, length: number): readonly string[] {
  return wrapText(title, length, textSize.title, () => roughAdvance);
}
