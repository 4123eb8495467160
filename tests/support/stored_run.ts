// A workflow over the stored reference numbers, run from its YAML in a copy of the project, and what its run folder holds.
// For tests that go the way of a user: files by `import`, numbers from tables and arrays.

import { assert, assertLess } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { cp } from "node:fs/promises";
import { decodeNpy } from "#lib/core/npy.ts";
import type { Cell, Column } from "#lib/core/table.ts";
import { readTsv, recordsOf } from "#lib/core/table.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { copyProject } from "#tests/support/project.ts";
import { matchedDistance } from "../lib/math/linalg/matched_spectra.ts";

/** A row of a table. */
export type Row = Readonly<Record<string, Cell>>;

/** Stages as YAML has them. */
export type Stages = Record<string, Record<string, unknown>>;

/** What a run left of its last stages. */
export interface StoredRun {
  /** Rows of a table: `stage`, or `stage.output` where a stage has several. */
  table(name: string): readonly Row[];
  /** An array by its file in the run folder, without `.npy`: `fit.matrix`, `data.case-3.states`. */
  array(name: string): { readonly shape: readonly number[]; readonly data: Float64Array };
  /** What is written beside arrays, as `fit.operator`. */
  facts(name: string): Readonly<Record<string, unknown>>;
}

/** `files` of a stage: a file of the reference numbers. */
export const reference = (name: string) => ({ data: `../reference/${name}` });

/** Everything of a stage as one table, coordinates as columns. */
export const gathered = (stage: string) => ({
  task: "aggregate",
  from: { tables: { stage, gather: "all" } },
});

/** Tables of several stages as one, told apart by columns. */
export const union = (parts: readonly (readonly [string, Record<string, unknown>])[]) => ({
  task: "aggregate",
  gather: "all",
  from: { tables: parts.map(([stage, as]) => ({ stage, as })) },
});

/** 0, 1, … for the items of a list. */
export const indexes = (list: readonly unknown[]) => list.map((_, at) => at);

/** Params without those that are undefined. */
export const given = (params: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));

/** Runs a workflow beside a copy of the reference folders and reads what it leaves. */
export async function runStored(
  name: string,
  workflow: { readonly axes?: Record<string, unknown>; readonly stages: Stages },
  folders: readonly string[] = ["dsa"],
): Promise<StoredRun> {
  const path = `tests/e2e/${name}.yaml`;
  await using project = await copyProject({ [path]: JSON.stringify({ name, ...workflow }) });
  for (const folder of folders) {
    const from = fromFileUrl(new URL(`../reference/${folder}`, import.meta.url));
    await cp(from, project.path(`tests/reference/${folder}`), { recursive: true });
  }
  const { last } = await project.run([path]);
  const tables = new Map<string, Row[]>();
  const arrays = new Map<string, ReturnType<StoredRun["array"]>>();
  const facts = new Map<string, Record<string, unknown>>();
  for await (const { name } of Deno.readDir(project.path(`${last.run}/tables`))) {
    if (!name.endsWith(".tsv")) continue;
    const stem = name.replace(/\.tsv$/, "");
    const { columns } = JSON.parse(await project.read(`${last.run}/tables/${stem}.json`));
    const text = await project.read(`${last.run}/tables/${name}`);
    tables.set(withoutHash(stem), [...recordsOf(readTsv(text, columns as Column[]))]);
  }
  const folder = `${last.run}/arrays`;
  const files = await Array.fromAsync(Deno.readDir(project.path(folder))).catch(() => []);
  for (const { name } of files) {
    const stem = name.replace(/\.(npy|json)$/, "");
    if (name.endsWith(".npy")) {
      const { shape, data } = decodeNpy(await Deno.readFile(project.path(`${folder}/${name}`)));
      arrays.set(withoutHash(stem), { shape, data: Float64Array.from(data as Float64Array) });
    } else {
      facts.set(withoutHash(stem), JSON.parse(await project.read(`${folder}/${name}`)));
    }
  }
  return { table: of(tables), array: of(arrays), facts: of(facts) };
}

/** Names with capitals carry a hash, for disks that take them for small letters. */
const withoutHash = (name: string) => name.replace(/~[0-9a-f]{12}/, "");

function of<T>(found: ReadonlyMap<string, T>): (name: string) => T {
  return (name) => {
    const one = found.get(name);
    assert(one !== undefined, `no ${name} among ${[...found.keys()]}`);
    return one;
  };
}

/** The only row in which all these columns have these values. */
export function rowOf(rows: readonly Row[], where: Row): Row {
  const found = rows.filter((row) => Object.entries(where).every(([k, v]) => row[k] === v));
  assert(found.length === 1, `${found.length} rows have ${JSON.stringify(where)}`);
  return found[0];
}

/** Throws unless numbers agree, however deeply they are nested. */
export function near(found: unknown, expected: unknown, what: string, tolerance: number): void {
  const flat = (value: unknown) =>
    value instanceof Float64Array ? value : [value].flat(9).map(Number);
  assertAllClose(flat(found), flat(expected), { atol: tolerance, rtol: tolerance }, what);
}

/** A column of rows, in their order. */
export const column = (rows: readonly Row[], name: string) => rows.map((row) => Number(row[name]));

/** Throws unless two spectra agree as sets: rows with `re` and `im` against pairs. */
export function nearSpectrum(
  rows: readonly Row[],
  stored: readonly (readonly number[])[],
  what: string,
  tolerance: number,
): void {
  const found = { re: column(rows, "re"), im: column(rows, "im") };
  const expected = { re: stored.map(([re]) => re), im: stored.map(([, im]) => im) };
  assertLess(matchedDistance(found, expected), tolerance, what);
}
