// The table of members as a person asks for it: a stage or all of them, some values, some states, some text, in some
// order. No document: the page makes its first rows with it, and its script all others.

import { cellText } from "./cell_text.ts";
import { oneLine } from "./format.ts";
import { compareCells, sortedRows, type SweepColumn, tsvText } from "./sweep_cells.ts";
import { statusLetters, type SweepData, type SweepStage } from "./sweep_data.ts";

/** What is asked for. */
export interface SweepChoice {
  /** Name of a stage; absent: all. */
  readonly stage?: string;
  /** Statuses that are shown; absent: all. */
  readonly statuses?: ReadonlySet<string>;
  /** By axis the positions of the values that are shown; absent: all. */
  readonly values?: ReadonlyMap<number, ReadonlySet<number>>;
  /** Words that a row must have, each somewhere; small and capital letters alike. */
  readonly text?: string;
  readonly sort?: { readonly key: string; readonly descending: boolean };
}

/** An axis that rows can be chosen by. */
export interface SweepAxis {
  readonly axis: number;
  readonly name: string;
  /** Values that rows of the other choices have, with how many do. */
  readonly values: readonly {
    readonly value: number;
    readonly text: string;
    readonly count: number;
  }[];
}

/**
 * The members of a run as rows.
 *
 * @example
 * ```ts
 * import { SweepTable } from "#lib/report/sweep_table.ts";
 * import { assertEquals } from "@std/assert";
 * const fit = { name: "fit", status: "rf", seconds: [2, 1], axes: [], metrics: [], notes: [] };
 * const table = new SweepTable({ axes: [], engines: [], notes: [], stages: [fit] });
 * assertEquals([...table.rows({ sort: { key: "time", descending: false } })], [1, 0]);
 * ```
 */
export class SweepTable {
  readonly #data: SweepData;
  readonly #offsets: number[] = [];
  readonly #stages: Uint32Array;
  readonly #notes = new Map<number, number>();
  #texts: string[] | undefined;

  constructor(data: SweepData) {
    this.#data = data;
    let count = 0;
    for (const { status, notes } of data.stages) {
      for (const [member, note] of notes) this.#notes.set(count + member, note);
      this.#offsets.push(count);
      count += status.length;
    }
    this.#stages = new Uint32Array(count);
    data.stages.forEach(({ status }, i) =>
      this.#stages.fill(i, this.#offsets[i], this.#offsets[i] + status.length)
    );
  }

  /** Members of all stages. */
  get numRows(): number {
    return this.#stages.length;
  }

  /** Stages with how many members each has. */
  stages(): readonly { readonly name: string; readonly count: number }[] {
    return this.#data.stages.map(({ name, status }) => ({ name, count: status.length }));
  }

  /** How many rows have each status, whatever statuses are chosen. */
  statuses(choice: SweepChoice): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    const { statuses: _, sort: __, ...others } = choice;
    for (const row of this.rows(others)) {
      const status = this.#status(row);
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    return counts;
  }

  /** Axes of the chosen stage, or of all, on which rows differ. */
  axes(choice: SweepChoice): readonly SweepAxis[] {
    const found = new Set<number>();
    for (const stage of this.#chosen(choice)) for (const [axis] of stage.axes) found.add(axis);
    return [...found].sort((a, b) => a - b).map((axis) => this.#axis(axis, choice))
      .filter(({ values }) => values.length > 1);
  }

  /** Columns of a stage, or of all. Of one stage, axes and numbers that never differ are left out. */
  columns(choice: SweepChoice): readonly SweepColumn[] {
    const stages = this.#chosen(choice);
    const one = stages.length === 1 ? stages[0] : undefined;
    const columns: SweepColumn[] = [];
    if (one === undefined) {
      columns.push({
        key: "stage",
        title: "stage",
        kind: "text",
        cell: (row) => this.#data.stages[this.#stages[row]].name,
      });
    }
    const hasMembers = one === undefined || one.brackets !== undefined;
    if (one !== undefined && !hasMembers) {
      for (const [axis, values] of one.axes) {
        if (!differs(values)) continue;
        const { name, values: list } = this.#data.axes[axis];
        const offset = this.#offsetOf(one);
        columns.push({
          key: `axis ${name}`,
          title: name,
          kind: values.every((value) => value < 0 || typeof list[value] === "number")
            ? "number"
            : "text",
          cell: (row) => values[row - offset] < 0 ? null : list[values[row - offset]],
        });
      }
    }
    columns.push({
      key: "status",
      title: "status",
      kind: "status",
      cell: (row) => this.#status(row),
    });
    columns.push({
      key: "time",
      title: "time",
      kind: "seconds",
      cell: (row) => this.#stageOf(row).seconds[this.#memberOf(row)],
    });
    if (hasMembers) {
      const cell = (row: number) => this.#member(row);
      columns.push({ key: "member", title: "member", kind: "member", cell });
    }
    if (stages.some(({ engines }) => engines !== undefined)) {
      columns.push({
        key: "engine",
        title: "engine",
        kind: "text",
        cell: (row) =>
          this.#data.engines[this.#stageOf(row).engines?.[this.#memberOf(row)] ?? -1] ?? null,
      });
    }
    if (one !== undefined) {
      const offset = this.#offsetOf(one);
      for (const [name, values] of one.metrics) {
        if (one.status.length > 1 && !differs(values)) continue;
        const cell = (row: number) => values[row - offset];
        columns.push({ key: `metric ${name}`, title: name, kind: "number", cell });
      }
    }
    if (stages.some(({ notes }) => notes.length > 0)) {
      columns.push({ key: "note", title: "note", kind: "note", cell: (row) => this.#note(row) });
    }
    return columns;
  }

  /** What all members of the chosen stage have in common and no column shows. */
  common(choice: SweepChoice): readonly { readonly name: string; readonly text: string }[] {
    const stages = this.#chosen(choice);
    if (stages.length !== 1 || stages[0].brackets !== undefined) return [];
    const [{ axes, metrics, status }] = stages;
    return [
      ...axes.filter(([, values]) => !differs(values)).map(([axis, [value]]) => {
        const { name, values } = this.#data.axes[axis];
        return { name, text: cellText(values[value]) };
      }),
      ...metrics.filter(([, values]) => status.length > 1 && !differs(values))
        .map(([name, [value]]) => ({ name, text: cellText(value) })),
    ];
  }

  /** Rows that are asked for, in the order that is asked for. Rows that are equal in it keep theirs. */
  rows(choice: SweepChoice): Uint32Array {
    const { statuses, values, sort } = choice;
    const words = wordsOf(choice.text);
    const texts = words.length === 0 ? undefined : this.#allTexts();
    const rows = new Uint32Array(this.numRows);
    let count = 0;
    this.#data.stages.forEach((stage, i) => {
      if (choice.stage !== undefined && stage.name !== choice.stage) return;
      const filters = [...values ?? []].map(([axis, shown]) => ({
        shown,
        column: stage.axes.find(([own]) => own === axis)?.[1],
      }));
      if (filters.some(({ column }) => column === undefined)) return;
      for (let member = 0; member < stage.status.length; member++) {
        const row = this.#offsets[i] + member;
        if (statuses !== undefined && !statuses.has(statusLetters[stage.status[member]])) continue;
        if (!filters.every(({ shown, column }) => shown.has(column![member]))) continue;
        if (texts !== undefined && !words.every((word) => texts[row].includes(word))) continue;
        rows[count++] = row;
      }
    });
    const found = rows.subarray(0, count);
    const column = sort === undefined
      ? undefined
      : this.columns(choice).find(({ key }) => key === sort.key);
    return column === undefined ? found : sortedRows(found, column, sort!.descending);
  }

  /** Rows with a header, for spreadsheets. Numbers have more digits than on the page. */
  tsv(choice: SweepChoice): string {
    const columns = this.columns(choice);
    const lines = [
      columns.map(({ title, kind }) => tsvText(kind === "seconds" ? `${title} (s)` : title)),
    ];
    for (const row of this.rows(choice)) {
      lines.push(columns.map((column) => {
        const cell = column.cell(row);
        return cell === null ? "n/a" : tsvText(String(cell));
      }));
    }
    return lines.map((line) => line.join("\t")).join("\n") + "\n";
  }

  #chosen({ stage }: SweepChoice): readonly SweepStage[] {
    return this.#data.stages.filter(({ name }) => stage === undefined || name === stage);
  }

  #axis(axis: number, choice: SweepChoice): SweepAxis {
    const { name, values } = this.#data.axes[axis];
    const { sort: _, ...rest } = choice;
    const others = new Map(choice.values ?? []);
    others.delete(axis);
    const counts = new Uint32Array(values.length);
    for (const row of this.rows({ ...rest, values: others })) {
      const column = this.#stageOf(row).axes.find(([own]) => own === axis)?.[1];
      const value = column?.[this.#memberOf(row)] ?? -1;
      if (value >= 0) counts[value]++;
    }
    const own = choice.values?.get(axis);
    return {
      axis,
      name,
      values: values.map((value, i) => ({
        value: i,
        text: oneLine(String(value)),
        count: counts[i],
      }))
        .filter(({ value, count }) => count > 0 || own?.has(value))
        .sort((a, b) => compareCells(values[a.value], values[b.value])),
    };
  }

  #stageOf(row: number): SweepStage {
    return this.#data.stages[this.#stages[row]];
  }

  #memberOf(row: number): number {
    return row - this.#offsets[this.#stages[row]];
  }

  #offsetOf(stage: SweepStage): number {
    return this.#offsets[this.#data.stages.indexOf(stage)];
  }

  #status(row: number): string {
    return statusLetters[this.#stageOf(row).status[this.#memberOf(row)]];
  }

  #note(row: number): string | null {
    const note = this.#notes.get(row);
    return note === undefined ? null : this.#data.notes[note];
  }

  /** What an id has in brackets. */
  #member(row: number): string {
    const { axes, brackets } = this.#stageOf(row);
    const member = this.#memberOf(row);
    if (brackets !== undefined) return brackets[member];
    return axes.filter(([, values]) => values[member] >= 0).map(([axis, values]) => {
      const { name, values: list } = this.#data.axes[axis];
      return `${name}=${list[values[member]]}`;
    }).join(", ");
  }

  /** What is looked for in: made when somebody looks for something, once. */
  #allTexts(): readonly string[] {
    return this.#texts ??= Array.from(this.#stages, (stage, row) => {
      const engine = this.#stageOf(row).engines?.[this.#memberOf(row)] ?? -1;
      return [
        this.#data.stages[stage].name,
        this.#member(row),
        this.#status(row),
        this.#data.engines[engine] ?? "",
        this.#note(row) ?? "",
      ].join("\n").toLowerCase();
    });
  }
}

function differs(values: readonly unknown[]): boolean {
  return values.some((value) => value !== values[0]);
}

function wordsOf(text = ""): readonly string[] {
  return text.toLowerCase().split(/\s+/).filter((word) => word !== "");
}
