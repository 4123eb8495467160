// The content of a run's page, read back from its folder alone: results may have been collected from the store since. A
// run that was killed has no `run.json`; then its events tell how far it came. What is missing is said.

import { join } from "@std/path";
import { decodeRows } from "../core/artifacts/table.ts";
import type { Disk } from "../core/disk.ts";
import { fileNameOf } from "../core/file_name.ts";
import type { Scene } from "../core/figure.ts";
import type { Table } from "../core/table.ts";
import type { ReportContent, ReportFigure, ReportTable } from "../report/content.ts";
import { foldEvents, type RunRecord } from "../report/record.ts";
import { readConfig } from "./read_config.ts";
import { RunFileError, type RunFiles, runFiles } from "./run_files.ts";
import {
  columnsSchema,
  environmentSchema,
  pageSchema,
  recordSchema,
  sceneSchema,
  schemaProblem,
} from "./run_schema.ts";

/** A run read back. */
export interface ReadRun {
  readonly content: ReportContent;
  /** Id of the run before it, if it is known. */
  readonly previous?: string;
  /** What could not be read, in sentences. */
  readonly missing: readonly string[];
}

/** Reads a run folder. @throws {RunFileError} if it holds no run. */
export async function readRun(
  disk: Pick<Disk, "read" | "stat" | "list">,
  folder: string,
): Promise<ReadRun> {
  const files = runFiles(disk, folder);
  const missing: string[] = [];
  const optional = async <T>(read: Promise<T | undefined>, what?: string) => {
    try {
      const found = await read;
      if (found === undefined && what !== undefined) missing.push(`${what} is not there`);
      return found;
    } catch (error) {
      if (!(error instanceof RunFileError)) throw error;
      missing.push(error.message);
      return undefined;
    }
  };
  const { environment: told, previous, ...record } = await readRecord(files);
  const page = await optional(files.json("page.json", pageSchema));
  const written = await optional(files.text("config.resolved.yaml"), "config.resolved.yaml");
  const config = readConfig(written ?? "");
  if (written !== undefined && config === undefined) {
    missing.push(`config.resolved.yaml of the run ${files.run} is no workflow`);
  }
  // Written after all copies: without it those of a run that was killed may be cut off.
  const areCopied = disk.stat(join(folder, "run.json")) !== undefined;
  if (!record.finished || (!areCopied && page === undefined)) {
    missing.push(
      (record.finished
        ? `the run ${record.run} was cut off while figures and tables were copied; `
        : `the run ${record.run} did not end, and figures and tables are copied when a run ends; `) +
        "`deno task report` without --run shows those that are stored",
    );
  }
  const environment = told === undefined ? undefined : environmentSchema.safeParse(told);
  const copied = async (name: "figures" | "tables") =>
    areCopied ? await listed(files, record, name) : [];
  const figures: ReportFigure[] = [];
  for (const { stage, name, caption } of page?.figures ?? await copied("figures")) {
    const figure = await optional(figureOf(files, name, caption), `figures/${name}.svg`);
    if (figure !== undefined) figures.push({ stage, ...figure });
  }
  const verdicts: ReportTable[] = [];
  const tables: ReportTable[] = [];
  for (
    const { stage, name, verdicts: known } of page?.tables ?? await copied("tables")
  ) {
    const table = await optional(tableOf(files, name), `tables/${name}.tsv`);
    if (table === undefined) continue;
    const isVerdict = known ?? table.columns.some((column) => column.name === "verdict");
    (isVerdict ? verdicts : tables).push({ stage, table, file: `tables/${name}.tsv` });
  }
  return {
    content: {
      title: page?.title ?? record.workflow,
      description: page?.description ?? descriptionOf(config),
      record: { ...record, warnings: [...record.warnings, ...page?.stored_warnings ?? []] },
      verdicts,
      tables,
      figures,
      resolved: config === undefined ? "" : written ?? "",
      command: page?.command ?? environment?.data?.command ?? "",
      numLeftOut: page?.num_left_out ?? 0,
      graph: page?.graph ?? "",
      ...(page === undefined ? {} : { stages: page.stages, members: page.members }),
      ...(environment?.data === undefined ? {} : { environment: environment.data }),
    },
    ...(previous === undefined ? {} : { previous }),
    missing,
  };
}

/** The record of a run, and what its file says besides. */
export type KnownRecord = RunRecord & { previous?: string; environment?: unknown };

/** The record of a run: `run.json`, or else what its events tell. @throws {RunFileError} if there is neither. */
export async function readRecord(files: RunFiles): Promise<KnownRecord> {
  const record = await files.json("run.json", recordSchema);
  if (record !== undefined) return record;
  const events = await files.text("events.ndjson");
  if (events === undefined) {
    throw new RunFileError(`there is no run in ${files.run}: no run.json and no events.ndjson`);
  }
  const found = recordSchema.safeParse(foldEvents(eventsIn(events)));
  if (!found.success) {
    const problem = schemaProblem(found.error);
    throw new RunFileError(
      `events.ndjson of the run ${files.run} cannot be read: ${problem}`,
    );
  }
  if (found.data.run !== "") return found.data;
  throw new RunFileError(`the run ${files.run} ended before it began: no stage was started`);
}

/** Events that can be read; the last line of a run that was killed may be cut. */
function* eventsIn(text: string) {
  for (const line of text.split("\n")) {
    try {
      const event = JSON.parse(line);
      if (typeof event?.type === "string") yield event;
    } catch {
      // Nothing is known of it.
    }
  }
}

interface Listed {
  readonly stage: string;
  readonly name: string;
  readonly caption: string;
  readonly verdicts?: boolean;
}

/** Copies that lie there, for runs that do not list them, with the stages that they are of. */
async function listed(
  files: RunFiles,
  { stages }: RunRecord,
  folder: "figures" | "tables",
): Promise<readonly Listed[]> {
  const ids = new Map(stages.map(({ stage }) => [fileNameOf(stage), stage]));
  const ending = folder === "figures" ? ".svg" : ".tsv";
  return (await files.list(folder)).filter((name) => name.endsWith(ending)).map((file) => {
    const name = file.slice(0, -ending.length);
    return { stage: ids.get(name) ?? name, name, caption: "" };
  });
}

async function figureOf(
  files: RunFiles,
  name: string,
  caption: string,
): Promise<Omit<ReportFigure, "stage"> | undefined> {
  const svg = await files.text(`figures/${name}.svg`);
  if (svg === undefined) return undefined;
  const spec = await files.text(`figures/${name}.vl.json`);
  const isDrawn = (await files.list("figures")).includes(`${name}.png`);
  const scene = await files.json(`figures/${name}.scene.json`, sceneSchema);
  return {
    svg,
    caption,
    ...(spec === undefined ? {} : { spec }),
    ...(scene === undefined ? {} : { scene: scene as unknown as Scene }),
    files: {
      svg: `figures/${name}.svg`,
      ...(isDrawn ? { png: `figures/${name}.png` } : {}),
      ...(spec === undefined ? {} : { spec: `figures/${name}.vl.json` }),
    },
  };
}

async function tableOf(files: RunFiles, name: string): Promise<Table | undefined> {
  const [tsv, columns] = await Promise.all([
    files.text(`tables/${name}.tsv`),
    files.json(`tables/${name}.json`, columnsSchema),
  ]);
  if (tsv === undefined || columns === undefined) return undefined;
  const bytes = (text: string) => new TextEncoder().encode(text);
  try {
    return decodeRows({ "table.tsv": bytes(tsv), "table.json": bytes(JSON.stringify(columns)) });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new RunFileError(`tables/${name}.tsv of the run ${files.run}: ${error.message}`);
  }
}

function descriptionOf(config: Readonly<Record<string, unknown>> | undefined): string {
  return typeof config?.description === "string" ? config.description : "";
}
