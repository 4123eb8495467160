// The data inside a Vega-Lite specification, as tables of text. No document here, so that it can be tested anywhere.

import { tsvText } from "../sweep_cells.ts";

/** Rows of one data set of a specification. */
export interface SpecTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** All inline data of a specification, each set once; sets without any field only place marks, and are left out. */
export function tablesOfSpec(spec: unknown): SpecTable[] {
  const found = new Map<unknown, string>();
  const visit = (value: unknown, depth: number) => {
    if (typeof value !== "object" || value === null || depth > 30) return;
    if (Array.isArray(value)) {
      for (const one of value) visit(one, depth + 1);
      return;
    }
    const map = value as Record<string, unknown>;
    for (const [key, inner] of Object.entries(map)) {
      if (key === "data" && isMap(inner) && Array.isArray(inner.values)) {
        if (!found.has(inner.values)) found.set(inner.values, String(inner.name ?? ""));
      } else if (key === "datasets" && isMap(inner)) {
        for (const [name, rows] of Object.entries(inner)) {
          if (Array.isArray(rows)) found.set(rows, name);
        }
      } else if (key !== "config") visit(inner, depth + 1);
    }
  };
  visit(spec, 0);
  return [...found].map(([rows, name]) => tableOfRows(name, rows as unknown[]))
    .filter(({ rows, columns }) => rows.length > 0 && columns.length > 0);
}

/** Rows as tab-separated text with a head, for spreadsheets: missing values are n/a, and no text is a formula. */
export function tsvOf({ columns, rows }: SpecTable): string {
  const clean = (value: unknown) => tsvText(wordOf(value));
  return [columns, ...rows].map((row) => row.map(clean).join("\t") + "\n").join("");
}

/** A value as people read it. */
export function wordOf(value: unknown): string {
  if (value === null || value === undefined) return "n/a";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function tableOfRows(name: string, records: readonly unknown[]): SpecTable {
  const columns = new Set<string>();
  for (const record of records) {
    if (isMap(record)) { for (const column of Object.keys(record)) columns.add(column); }
    else columns.add("value");
  }
  const names = [...columns];
  const rows = records.map((record) =>
    isMap(record)
      ? names.map((column) => record[column])
      : names.map((column) => column === "value" ? record : undefined)
  );
  return { name, columns: names, rows };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
