// The table of members: choosing a stage, values, states and words, sorting, paging, copying. What rows there are is
// decided in sweep_table.ts; this file shows them.

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { SweepData } from "../sweep_data.ts";
import { sweepClass, type SweepColumn, sweepText } from "../sweep_cells.ts";
import { type SweepChoice, SweepTable } from "../sweep_table.ts";
import { button, element } from "./element.ts";
import { checkbox, copyText, labelled } from "./fields.ts";
import type { Page } from "./page.ts";

/** Rows at a time, and on phones. */
const rowsOfPage = 50;
const rowsOfPhone = 20;
/** Values of an axis that can be ticked; more are found by their text. */
const mostValues = 200;

/** Makes the table of members work. */
export async function setupSweep(page: Page): Promise<void> {
  const { document } = page;
  const section = document.getElementById("sweep");
  const tools = section?.querySelector<HTMLElement>(".sweep-tools");
  const table = section?.querySelector("table");
  if (!section || !tools || !table) return;
  const data = await page.data<SweepData>("sweep");
  if (data !== undefined) new SweepView(document, section, tools, table, new SweepTable(data));
}

class SweepView {
  readonly #document: Document;
  readonly #section: HTMLElement;
  readonly #table: HTMLTableElement;
  readonly #sweep: SweepTable;
  readonly #stage: HTMLSelectElement;
  readonly #search: HTMLInputElement;
  readonly #statuses: HTMLElement;
  readonly #axes: HTMLElement;
  readonly #common: HTMLElement;
  readonly #count: HTMLElement;
  readonly #pager: HTMLElement;
  #values = new Map<number, Set<number>>();
  #hidden = new Set<string>();
  #sort: SweepChoice["sort"] | undefined;
  #first = 0;
  #rows = new Uint32Array();
  readonly #numRows: number;

  constructor(
    document: Document,
    section: HTMLElement,
    tools: HTMLElement,
    table: HTMLTableElement,
    sweep: SweepTable,
  ) {
    this.#document = document;
    this.#section = section;
    this.#table = table;
    this.#sweep = sweep;
    this.#numRows = matchMedia("(max-width: 44rem)").matches ? rowsOfPhone : rowsOfPage;
    this.#stage = element("select", { id: "sweep-stage" });
    this.#search = element("input", {
      id: "sweep-text",
      type: "search",
      placeholder: "words",
      autocomplete: "off",
    });
    this.#statuses = element("fieldset", { class: "sweep-statuses" });
    this.#axes = element("div", { class: "sweep-axes" });
    this.#common = element("p", { class: "hint" });
    this.#count = element("p", { class: "sweep-count", role: "status" });
    this.#pager = section.querySelector<HTMLElement>(".sweep-rest")!;
    this.#fillStages();
    const copy = button("Copy as TSV", () => this.#copy(copy));
    const clear = button("Show all", () => {
      this.#search.value = "";
      this.#hidden.clear();
      this.#chooseStage("");
    });
    const top = element("div", { class: "sweep-row" });
    top.append(
      labelled("Stage", this.#stage),
      labelled("Find", this.#search),
      clear,
      copy,
    );
    tools.append(top, this.#statuses, this.#axes, this.#common, this.#count);
    this.#stage.addEventListener("change", () => this.#chooseStage(this.#stage.value));
    this.#search.addEventListener("input", () => this.#update());
    // Boxes of the picture and names in lists lead here.
    document.addEventListener("click", ({ target }) => {
      const link = target instanceof Element ? target.closest("a[data-stage]") : null;
      const name = link?.getAttribute("data-stage");
      if (name !== null && name !== undefined) this.#chooseStage(this.#known(name) ? name : "");
    });
    this.#update();
  }

  #known(name: string): boolean {
    return this.#sweep.stages().some((stage) => stage.name === name);
  }

  #fillStages(): void {
    const all = `all (${grouped(this.#sweep.numRows)})`;
    this.#stage.append(element("option", { value: "" }, all));
    for (const { name, count } of this.#sweep.stages()) {
      const text = `${name} (${grouped(count)})`;
      this.#stage.append(element("option", { value: name }, text));
    }
  }

  #chooseStage(name: string): void {
    this.#stage.value = name;
    this.#values = new Map();
    this.#sort = undefined;
    this.#update();
  }

  #choice(): SweepChoice {
    const stage = this.#stage.value;
    return {
      ...(stage === "" ? {} : { stage }),
      ...(this.#hidden.size === 0 ? {} : {
        statuses: new Set(
          [...this.#sweep.statuses({}).keys()].filter((one) => !this.#hidden.has(one)),
        ),
      }),
      values: this.#values,
      text: this.#search.value,
      ...(this.#sort === undefined ? {} : { sort: this.#sort }),
    };
  }

  /** Shows what is asked for, from its first row. */
  #update(): void {
    const choice = this.#choice();
    this.#first = 0;
    this.#rows = Uint32Array.from(this.#sweep.rows(choice));
    this.#showStatuses(choice);
    this.#showAxes(choice);
    const common = this.#sweep.common(choice);
    this.#common.hidden = common.length === 0;
    this.#common.textContent = common.length === 0
      ? ""
      : `The same for all: ${common.map(({ name, text }) => `${name} ${text}`).join(", ")}`;
    this.#showRows(choice);
  }

  #showStatuses(choice: SweepChoice): void {
    const counts = this.#sweep.statuses(choice);
    const all = [...this.#sweep.statuses({}).keys()];
    const document = this.#document;
    const focused = document.activeElement?.id;
    this.#statuses.hidden = all.length < 2;
    this.#statuses.replaceChildren(element("legend", {}, "Status"));
    for (const status of all) {
      const text = `${status} (${grouped(counts.get(status) ?? 0)})`;
      const box = checkbox(`sweep-status-${status}`, !this.#hidden.has(status), text);
      box.input.addEventListener("change", () => {
        if (box.input.checked) this.#hidden.delete(status);
        else this.#hidden.add(status);
        this.#update();
      });
      this.#statuses.append(box.label);
    }
    focus(document, focused);
  }

  #showAxes(choice: SweepChoice): void {
    const document = this.#document;
    const focused = document.activeElement?.id;
    const open = new Set(
      [...this.#axes.querySelectorAll("details[open]")].map((one) => one.getAttribute("data-axis")),
    );
    const scrolled = new Map(
      [...this.#axes.querySelectorAll("details")].map((
        one,
      ) => [one.getAttribute("data-axis"), one.querySelector("div")?.scrollTop ?? 0]),
    );
    this.#axes.replaceChildren();
    for (const { axis, name, values } of this.#sweep.axes(choice)) {
      if (values.length > mostValues) continue;
      const chosen = this.#values.get(axis);
      const details = element("details", { "data-axis": name });
      const title = chosen === undefined ? name : `${name} (${chosen.size} of ${values.length})`;
      details.append(element("summary", {}, title));
      details.open = open.has(name);
      const list = element("div", { role: "group", "aria-label": name });
      for (const { value, text, count } of values) {
        const id = `sweep-axis-${axis}-${value}`;
        const shown = `${text} (${grouped(count)})`;
        const box = checkbox(id, chosen?.has(value) ?? false, shown);
        box.input.addEventListener("change", () => {
          const now = this.#values.get(axis) ?? new Set();
          if (box.input.checked) now.add(value);
          else now.delete(value);
          if (now.size === 0) this.#values.delete(axis);
          else this.#values.set(axis, now);
          this.#update();
        });
        list.append(box.label);
      }
      details.append(list);
      this.#axes.append(details);
      list.scrollTop = scrolled.get(name) ?? 0;
    }
    focus(document, focused);
  }

  #showRows(choice: SweepChoice): void {
    const document = this.#document;
    const focused = document.activeElement?.getAttribute("data-key");
    const columns = this.#sweep.columns(choice);
    const head = element("tr", {});
    for (const column of columns) head.append(this.#heading(column));
    this.#table.tHead!.replaceChildren(head);
    const rows = [...this.#rows.subarray(this.#first, this.#first + this.#numRows)].map((row) => {
      const line = element("tr", {});
      for (const { kind, cell } of columns) {
        const text = sweepText(cell(row), kind);
        line.append(element("td", classed(sweepClass(kind, text)), text));
      }
      return line;
    });
    this.#table.tBodies[0].replaceChildren(...rows);
    this.#count.textContent = `${grouped(this.#rows.length)} of ${
      grouped(this.#sweep.numRows)
    } members`;
    this.#showPager();
    if (focused !== null && focused !== undefined) {
      [...this.#section.querySelectorAll<HTMLElement>("[data-key]")]
        .find((one) => one.getAttribute("data-key") === focused)?.focus();
    }
  }

  #heading({ key, title, kind }: SweepColumn): HTMLElement {
    const own = this.#sort?.key === key ? this.#sort : undefined;
    const order = own === undefined ? "none" : own.descending ? "descending" : "ascending";
    const heading = element("th", {
      scope: "col",
      ...(order === "none" ? {} : { "aria-sort": order }),
      ...classed(sweepClass(kind)),
    });
    const press = button(title, () => {
      this.#sort = own === undefined
        ? { key, descending: false }
        : own.descending
        ? undefined
        : { key, descending: true };
      this.#update();
    });
    press.setAttribute("data-key", key);
    heading.append(press);
    return heading;
  }

  #showPager(): void {
    const document = this.#document;
    const total = this.#rows.length;
    const last = Math.max(0, Math.floor((total - 1) / this.#numRows) * this.#numRows);
    const focused = document.activeElement?.getAttribute("data-to");
    const go = (title: string, to: number) => {
      const press = button(title, () => {
        this.#first = to;
        this.#showRows(this.#choice());
      });
      press.setAttribute("data-to", title);
      press.disabled = to < 0 || to > last || to === this.#first;
      return press;
    };
    const from = total === 0 ? 0 : this.#first + 1;
    const until = Math.min(total, this.#first + this.#numRows);
    this.#pager.classList.add("sweep-pager");
    this.#pager.replaceChildren(
      go("First", 0),
      go("Previous", this.#first - this.#numRows),
      element("span", {}, `${grouped(from)}–${grouped(until)} of ${grouped(total)}`),
      go("Next", this.#first + this.#numRows),
      go("Last", last),
    );
    if (focused === null || focused === undefined) return;
    const buttons = [...this.#pager.querySelectorAll("button")];
    const same = buttons.find((one) => one.getAttribute("data-to") === focused);
    (same?.disabled ? buttons.find((one) => !one.disabled) : same)?.focus();
  }

  async #copy(press: HTMLButtonElement): Promise<void> {
    const text = this.#sweep.tsv(this.#choice());
    const done = await copyText(this.#document, text);
    press.textContent = done ? `Copied ${grouped(this.#rows.length)} rows` : "Could not copy";
    setTimeout(() => press.textContent = "Copy as TSV", 2500);
  }
}

/** What was made anew has the focus that it had. */
function focus(document: Document, id: string | undefined): void {
  if (id !== undefined && id !== "") document.getElementById(id)?.focus();
}

function classed(name: string): Readonly<Record<string, string>> {
  return name === "" ? {} : { class: name };
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
