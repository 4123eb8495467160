// A figure with all that belongs to it: large, with its data as a table, its specification, and both to copy or to save.

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { FigureData, FiguresData } from "../sections/figures.ts";
import { printable } from "../format.ts";
import { indexOf, layCells } from "./cells.ts";
import { copyFrom } from "./copy.ts";
import { button, element } from "./element.ts";
import type { Page } from "./page.ts";
import { compareCells, sortableHeads } from "./sort_table.ts";
import { tablesOfScene } from "./scene_tables.ts";
import { type SpecTable, tablesOfSpec, tsvOf, wordOf } from "./spec_data.ts";

/** Rows that are shown; all are copied and saved. */
const mostRows = 500;

/** Buttons and clicks on pictures open figures; drawings too large for the page are put in. */
export async function setupDialog(page: Page): Promise<void> {
  const figures = page.document.querySelectorAll<HTMLElement>("#figures figure");
  if (figures.length === 0) return;
  const knownOf = async (figure: HTMLElement): Promise<FigureData> =>
    (await page.data<FiguresData>("figures"))?.figures[indexOf(figure)] ?? {};
  for (const figure of figures) {
    const picture = figure.querySelector<HTMLElement>(".picture");
    if (picture === null) continue;
    const show = async (at?: "data") => open(figure, await knownOf(figure), at);
    figure.querySelector("button.look")?.addEventListener("click", () => show("data"));
    if (picture.querySelector("img") === null) {
      const { svg } = await knownOf(figure);
      if (svg === undefined) continue;
      putIn(picture, svg, figure);
    }
    picture.classList.add("opens");
    picture.addEventListener("click", (event) => {
      if ((event.target as Element).closest("a, button") === null) show();
    });
  }
}

function putIn(picture: HTMLElement, svg: string, figure: HTMLElement): void {
  const image = element("img", {
    alt: figure.querySelector("figcaption")?.textContent ?? "",
    src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`,
  });
  picture.replaceChildren(image);
}

/** Opens a figure at its picture, or at its data. */
function open(figure: HTMLElement, known: FigureData, at?: "data"): void {
  const name = figure.querySelector("figcaption strong")?.textContent ?? "figure";
  const dialog = element("dialog", { "aria-labelledby": "dialog-title", class: "figure-dialog" });
  const picture = figure.querySelector(".picture")!.cloneNode(true) as HTMLElement;
  picture.classList.remove("opens");
  for (const old of picture.querySelectorAll("canvas, noscript")) old.remove();
  const caption = element("p");
  caption.append(...figure.querySelector("figcaption")!.cloneNode(true).childNodes);
  const files = figure.querySelector(".actions span")?.cloneNode(true);
  const body = element("div", { class: `dialog-body ${figure.className}` }, picture, caption);
  if (files !== undefined) {
    body.append(element("p", { class: "actions" }, "Files beside this page: ", files));
  }
  if (known.spec !== undefined) {
    body.append(...dataParts(name, tablesOf(known)), ...specParts(name, known.spec));
  }
  const close = button("Close", () => dialog.close());
  dialog.append(
    element(
      "div",
      { class: "dialog-head" },
      element("h2", { id: "dialog-title" }, element("bdi", {}, name)),
      close,
    ),
    body,
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  if (known.cells !== undefined) layCells(picture, known.cells);
  if (at === "data") body.querySelector("h3")?.scrollIntoView({ behavior: "instant" });
}

/** In three dimensions the specification has only what was projected: then it is the scene's own. */
function tablesOf({ spec, scene }: FigureData): readonly SpecTable[] {
  return scene === undefined ? tablesOfSpec(spec) : tablesOfScene(scene);
}

function dataParts(name: string, tables: readonly SpecTable[]): HTMLElement[] {
  return tables.flatMap((table, i, all) => {
    const title = all.length === 1
      ? "Data"
      : `Data ${table.name === "" ? i + 1 : printable(table.name)}`;
    const file = `${fileName(name)}${all.length === 1 ? "" : `.${i + 1}`}`;
    const copy: HTMLButtonElement = button("Copy data as TSV", () => copyFrom(copy, tsvOf(table)));
    const count = table.rows.length;
    return [
      element("h3", {}, title),
      element(
        "p",
        { class: "actions" },
        copy,
        button("Save data", () => save(`${file}.tsv`, tsvOf(table), "text/tab-separated-values")),
        element(
          "small",
          {},
          count <= mostRows
            ? `${count} row${count === 1 ? "" : "s"}`
            : `The first ${mostRows} of ${count} rows; copied and saved are all.`,
        ),
      ),
      tableBox(table, title),
    ];
  });
}

function tableBox(table: SpecTable, title: string): HTMLElement {
  const { columns } = table;
  const isNumber = columns.map((_, column) =>
    table.rows.some((row) => typeof row[column] === "number") &&
    table.rows.every((row) => typeof row[column] !== "string")
  );
  const kind = (column: number) => isNumber[column] ? { class: "number" } : {};
  const head = element(
    "tr",
    {},
    ...columns.map((name, i) => element("th", { scope: "col", ...kind(i) }, printable(name))),
  );
  const body = element("tbody");
  const fill = (rows: SpecTable["rows"]) =>
    body.replaceChildren(
      ...rows.slice(0, mostRows).map((row) =>
        element("tr", {}, ...row.map((cell, i) => element("td", kind(i), printable(wordOf(cell)))))
      ),
    );
  fill(table.rows);
  const made = element("table", { class: "sortable" }, element("thead", {}, head), body);
  // All rows are sorted, not only those that are seen.
  sortableHeads(made, (column, direction) =>
    fill(
      direction === 0
        ? table.rows
        : table.rows.toSorted((a, b) =>
          direction * compareCells(wordOf(a[column]), wordOf(b[column]), direction)
        ),
    ));
  return element(
    "div",
    { class: "table long", tabindex: "0", role: "region", "aria-label": title },
    made,
  );
}

function specParts(name: string, spec: unknown): HTMLElement[] {
  const text = JSON.stringify(spec, null, 2);
  const copy: HTMLButtonElement = button("Copy specification", () => copyFrom(copy, text));
  const shown = text.length > mostSpec
    ? `${text.slice(0, mostSpec)}\n… (cut here; copied and saved is all)`
    : text;
  return [
    element("h3", {}, "Vega-Lite specification"),
    element(
      "p",
      { class: "actions" },
      copy,
      button(
        "Save specification",
        () => save(`${fileName(name)}.vl.json`, text, "application/json"),
      ),
      element("small", {}, "Opens in the Vega editor and in Altair; the data are in it."),
    ),
    element(
      "pre",
      { tabindex: "0", role: "region", "aria-label": "Specification" },
      printable(shown),
    ),
  ];
}

const mostSpec = 100_000;

function fileName(name: string): string {
  return name.replace(/[^\w.=-]+/g, "_").slice(0, 80) || "figure";
}

function save(name: string, text: string, type: string): void {
  const href = URL.createObjectURL(new Blob([text], { type }));
  element("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}
