// Rows of the live view: columns that keep their places, as many as the terminal is wide enough for.

import { dim, red } from "@std/fmt/colors";
import { columnsOf, fit, padded } from "./format.ts";

/** What a row says of a stage; empty texts where there is nothing to say. */
export interface StageRow {
  readonly name: string;
  /** Share that is done, from 0 to 1. */
  readonly share: number;
  readonly count: string;
  readonly running: string;
  readonly rate: string;
  readonly left: string;
  /** E.g. how many failed. */
  readonly trouble: string;
  readonly note: string;
}

const gap = 2;
const leastName = 14, leastBar = 8, mostBar = 20, leastRest = 8;

/** Columns by importance: what there is no room for is left out from the end. */
const columns = ["count", "left", "running", "bar", "rate"] as const;
type Column = (typeof columns)[number];

/**
 * A bar of this many columns.
 *
 * @example
 * ```ts
 * import { bar } from "#lib/report/live_rows.ts";
 * import { stripAnsiCode } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 * assertEquals(stripAnsiCode(bar(0.5, 6)), "━━━───");
 * ```
 */
export function bar(share: number, width: number): string {
  const filled = Math.floor(Math.min(1, Math.max(0, share)) * width);
  return "━".repeat(filled) + (filled < width ? dim("─".repeat(width - filled)) : "");
}

/**
 * Lays rows out. Columns never become narrower again, so that texts stay where they are.
 *
 * @example
 * ```ts
 * import { RowLayout } from "#lib/report/live_rows.ts";
 * import { stripAnsiCode } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 * const row = { name: "fits", share: 0.5, count: "5/10", running: "", rate: "", left: "20 s left", trouble: "", note: "" };
 * assertEquals(stripAnsiCode(new RowLayout().lines([row], 40)[0]), "  fits  ━━━━━─────  5/10  20 s left");
 * ```
 */
export class RowLayout {
  readonly #widths = { name: 0, count: 0, running: 0, rate: 0, left: 0 };
  #columns = 0;

  /** A line for each row, none wider than this. */
  lines(rows: readonly StageRow[], width: number): string[] {
    const widths = this.#widths;
    if (width !== this.#columns) {
      Object.assign(widths, { name: 0, count: 0, running: 0, rate: 0, left: 0 });
      this.#columns = width;
    }
    for (const row of rows) {
      for (const name of ["name", "count", "running", "rate", "left"] as const) {
        widths[name] = Math.max(widths[name], columnsOf(row[name]));
      }
    }
    const least = Math.min(widths.name, leastName);
    let room = width - gap - least;
    const places = new Map<Column, number>();
    for (const column of columns) {
      const wanted = column === "bar" ? leastBar : widths[column];
      if (wanted === 0 || room < wanted + gap) continue;
      places.set(column, wanted);
      room -= wanted + gap;
    }
    const most = Math.max(least, Math.min(widths.name, Math.floor(0.4 * width)));
    const name = least + Math.max(0, Math.min(room, most - least));
    room -= name - least;
    if (places.has("bar")) {
      // A third of what is left, so that notes have room as well.
      const more = Math.min(mostBar - leastBar, Math.floor(Math.max(0, room) / 3));
      places.set("bar", leastBar + more);
      room -= more;
    }
    return rows.map((row) => lineOf(row, Math.max(1, Math.min(name, width - gap)), places, room));
  }
}

function lineOf(
  row: StageRow,
  name: number,
  places: ReadonlyMap<Column, number>,
  room: number,
): string {
  const cell = (column: Column, paint: (text: string) => string = String) => {
    const width = places.get(column);
    if (width === undefined) return "";
    if (column === "bar") return " ".repeat(gap) + bar(row.share, width);
    const text = fit(row[column], width);
    const blank = " ".repeat(width - columnsOf(text));
    return " ".repeat(gap) + (column === "left" ? paint(text) + blank : blank + paint(text));
  };
  const line = "  " + padded(row.name, name) + cell("bar") +
    cell("count", row.trouble === "" ? String : red) + cell("running") + cell("rate", dim) +
    cell("left");
  const parts = [row.trouble, row.note].filter((part) => part !== "");
  if (room < leastRest + gap || parts.length === 0) return line.trimEnd();
  const all = parts.join(" · ");
  const rest = columnsOf(all) <= room - gap ? all : fit(parts[0], room - gap);
  return line + " ".repeat(gap) + (row.trouble === "" ? dim(rest) : red(rest));
}
