// What the closing screen says beyond the record: verdicts, compared with those of the run before, and the figure that
// is worth the first look.

import { join } from "@std/path";
import { decodeRows } from "../core/artifacts/table.ts";
import type { Disk } from "../core/disk.ts";
import type { Table } from "../core/table.ts";
import { type ClaimVerdict, claimVerdicts } from "../report/claim_verdicts.ts";
import type { ReportFigure, ReportTable } from "../report/content.ts";
import type { RunRecord } from "../report/record.ts";

/** Tables of the run before that are read at most. */
const maxTables = 8;

/**
 * The verdicts of each table; marked where they were others in the run before.
 *
 * @param home the folder of the workflow's runs @param previous the id of the run before
 */
export async function closingVerdictsOf(
  disk: Pick<Disk, "read">,
  home: string,
  tables: readonly ReportTable[],
  previous: string | undefined,
): Promise<readonly (readonly ClaimVerdict[])[]> {
  return await Promise.all(tables.map(async ({ table, file }, i) => {
    const known = previous !== undefined && file !== undefined && i < maxTables
      ? await readTable(disk, join(home, previous, file))
      : undefined;
    return claimVerdicts(table, known);
  }));
}

/** The first figure that was drawn in this run; none where all was there already. */
export function firstLook(
  record: Pick<RunRecord, "stages">,
  figures: readonly ReportFigure[],
): ReportFigure | undefined {
  const names = new Set(figures.map(({ stage }) => stage));
  const drawn = new Set<string>();
  for (const { stage, status } of record.stages) {
    if (status === "ran" && names.has(stage)) drawn.add(stage);
  }
  return figures.find(({ stage }) => drawn.has(stage));
}

/** A copy beside a report, by the path of its TSV; it may be gone or damaged. */
async function readTable(disk: Pick<Disk, "read">, path: string): Promise<Table | undefined> {
  try {
    return decodeRows({
      "table.tsv": await disk.read(path),
      "table.json": await disk.read(path.replace(/\.tsv$/, ".json")),
    });
  } catch {
    return undefined;
  }
}
