// What a report says of a stored result: numbers of its short tables for the table of members, the warnings that its
// artifacts carry, and what it took to make it. Reads only what lies inside the manifest.

import type { Files } from "../core/artifact.ts";
import { decodeRows } from "../core/artifacts/table.ts";
import type { ActionKey } from "../core/digest.ts";
import type { StoredArtifact } from "../core/manifest.ts";
import type { MemberFacts } from "../report/content.ts";
import type { OutputBytes, Store } from "../core/store.ts";
import type { Table } from "../core/table.ts";
import { factFiles, warningsOf } from "../core/warnings_of.ts";

/** What a report says of a result. */
export interface ResultFacts {
  /** Numbers by column: of tables of one row, and of the last row of tables over epochs. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
  readonly cost: NonNullable<MemberFacts["cost"]>;
}

/** Longer tables are no summaries. */
const maxTableBytes = 32 * 1024;

/** Numbers of one result; a table that is wider is data. */
const maxMetrics = 16;

/** The facts of a result; `undefined` if it is not there. */
export async function storedFacts(
  store: Pick<Store, "recall" | "read">,
  key: string,
): Promise<ResultFacts | undefined> {
  const manifest = store.recall(key as ActionKey);
  if (manifest === undefined) return undefined;
  const metrics: Record<string, number> = {};
  const facts: Record<string, OutputBytes> = {};
  for (const [output, artifact] of Object.entries(manifest.outputs)) {
    const wanted = artifact.kind === "table"
      ? artifact.files["table.tsv"]?.size <= maxTableBytes ? ["table.tsv", "table.json"] : []
      : factFiles;
    const files = await inlineFiles(store, artifact, wanted);
    if (files === undefined) continue;
    if (artifact.kind === "table") addMetrics(metrics, files);
    else facts[output] = { kind: artifact.kind, files };
  }
  const { seconds, usage } = manifest.provenance;
  return { metrics, warnings: warningsOf(facts), cost: { seconds, ...usage } };
}

async function inlineFiles(
  store: Pick<Store, "read">,
  artifact: StoredArtifact,
  names: readonly string[],
): Promise<Files | undefined> {
  const files: Record<string, StoredArtifact["files"][string]> = {};
  for (const name of names) {
    if (artifact.files[name]?.inline !== undefined) files[name] = artifact.files[name];
  }
  return Object.keys(files).length === 0 ? undefined : await store.read({ ...artifact, files });
}

/** The first table that has a number of a name gives it. */
function addMetrics(metrics: Record<string, number>, files: Files): void {
  if (files["table.tsv"] === undefined || files["table.json"] === undefined) return;
  const { columns, rows }: Table = decodeRows(files);
  const isCourse = columns.some(({ name }) => name === "epoch");
  const row = rows.length === 1 || isCourse ? rows.at(-1) : undefined;
  if (row === undefined) return;
  columns.forEach(({ name, type }, i) => {
    const cell = row[i];
    if (type !== "number" || typeof cell !== "number" || Object.hasOwn(metrics, name)) return;
    if (Object.keys(metrics).length < maxMetrics) metrics[name] = cell;
  });
}
