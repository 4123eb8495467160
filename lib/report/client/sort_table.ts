// Tables that sort by the column whose head is pressed: upwards, downwards, and as they were.

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { Page } from "./page.ts";

/** Lets the tables of the page be sorted. */
export function setupSort({ document }: Page): void {
  for (const table of document.querySelectorAll<HTMLTableElement>("table.sortable")) {
    const body = table.tBodies[0];
    if (body === undefined || body.rows.length < 2) continue;
    const rows = [...body.rows];
    sortableHeads(table, (column, direction) => {
      if (direction === 0) return body.append(...rows);
      const texts = new Map(rows.map((row) => [row, row.cells[column]?.textContent ?? ""]));
      body.append(
        ...rows.toSorted((a, b) =>
          direction * compareCells(texts.get(a)!, texts.get(b)!, direction)
        ),
      );
    });
  }
}

/** Makes buttons of a table's heads; `sort` is told the column and 1, −1, or 0 for the order of the beginning. */
export function sortableHeads(
  table: HTMLTableElement,
  sort: (column: number, direction: 1 | -1 | 0) => void,
): void {
  const heads = [...table.tHead?.rows[0]?.cells ?? []];
  heads.forEach((head, column) => {
    const press = document.createElement("button");
    press.type = "button";
    press.append(...head.childNodes);
    head.append(press);
    press.addEventListener("click", () => {
      const before = head.getAttribute("aria-sort");
      const direction = before === null ? 1 : before === "ascending" ? -1 : 0;
      for (const other of heads) other.removeAttribute("aria-sort");
      if (direction !== 0) {
        head.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
      }
      sort(column, direction);
    });
  });
}

/** Numbers by size, text by the alphabet with numbers in it by size; what is missing is last either way. */
export function compareCells(a: string, b: string, direction: 1 | -1 = 1): number {
  const missing = (text: string) => text === "" || text === "n/a" || text === "–";
  if (missing(a) || missing(b)) return direction * (Number(missing(a)) - Number(missing(b)));
  const [x, y] = [Number(a), Number(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return collator.compare(a, b);
}

const collator = new Intl.Collator("en", { numeric: true });
