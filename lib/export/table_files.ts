// Tables of an export: those of a stage's members as one, with coordinates as columns, in the manner of BIDS (`.tsv`, `n/a`,
// units in the sidecar), and as Parquet where that is asked for.

import { fileNameOf } from "../core/file_name.ts";
import { type Table, writeTsv } from "../core/table.ts";
import { writeParquet } from "../formats/write_parquet.ts";
import { bindTables, type PlacedTable } from "./bind_tables.ts";
import type { ExportFiles, Placed } from "./export_files.ts";
import { prettyJson } from "./exported_run.ts";
import { memberPlace } from "./member_id.ts";
import { partName } from "./names.ts";
import { tableSidecar } from "./stages_table.ts";

interface MemberTable extends PlacedTable {
  readonly placed: Placed;
}

/** Collects the tables of a stage and writes them. */
export class TableFiles {
  readonly #files: ExportFiles;
  /** By output and name. */
  #tables = new Map<string, MemberTable[]>();

  constructor(files: ExportFiles) {
    this.#files = files;
  }

  /** Keeps a table of a member; the main one of an artifact has no name. */
  add(placed: Placed, name: string, table: Table): void {
    const title = [placed.output.split("/")[0], name].filter((part) => part !== "").join(".");
    const { coords } = memberPlace(placed.member.id);
    const own = { placed, coords, table: name === "conditions" ? withTrials(table) : table };
    const others = this.#tables.get(title);
    if (others === undefined) this.#tables.set(title, [own]);
    else others.push(own);
  }

  /** Writes what is kept: one table of all, or, where members contradict one another, one each. */
  async write(stage: string): Promise<void> {
    const all = [...this.#tables].sort(([a], [b]) => a < b ? -1 : 1);
    this.#tables = new Map();
    const folder = `tables/${fileNameOf(stage)}`;
    for (const [title, tables] of all) {
      const ending = title.split(".").filter((part) => part !== "").map((part) =>
        `.${partName(part)}`
      ).join("");
      const bound = bindTables(tables);
      if (bound !== undefined) {
        const { task, kind } = tables[0].placed.facts;
        const from = { stage, task, kind, members: tables.length };
        const path = await this.#write(`${folder}${ending}`, bound, from, `${stage}.${title}`);
        for (const { placed } of tables) this.#list(placed, path);
        continue;
      }
      for (const one of tables) {
        const { placed } = one;
        const path = await this.#write(
          `${folder}/${fileNameOf(placed.member.id)}${ending}`,
          bindTables([one]) ?? one.table,
          placed.facts,
          `${placed.member.id}.${title}`,
        );
        this.#list(placed, path);
      }
    }
  }

  #list({ member }: Placed, path: string): void {
    const { files } = this.#files.listed(member);
    if (!files.includes(path)) files.push(path);
  }

  async #write(
    stem: string,
    table: Table,
    facts: Readonly<Record<string, unknown>>,
    identity: string,
  ): Promise<string> {
    const { claims, run, options, counts } = this.#files;
    const own = claims.claim(stem, [".tsv", ".json"], identity);
    const from = { workflow: run.workflow, run: run.run, ...facts };
    const sidecar = { ...tableSidecar(table.columns), GeneratedFrom: from };
    counts.tables++;
    this.#files.write(`${own}.tsv`, new TextEncoder().encode(writeTsv(table)));
    this.#files.write(`${own}.json`, prettyJson(sidecar));
    if (options.parquet && table.columns.length > 0) {
      this.#files.write(`${own}.parquet`, await writeParquet(table, from));
    }
    return `${own}.tsv`;
  }
}

/** Conditions are known by their trial, which is the place on the axis of the arrays. */
function withTrials(table: Table): Table {
  if (table.columns.some(({ name }) => name === "trial")) return table;
  const description = "place on the axis of trials, from 0 on";
  return {
    columns: [{ name: "trial", type: "number", description }, ...table.columns],
    rows: table.rows.map((row, trial) => [trial, ...row]),
  };
}
