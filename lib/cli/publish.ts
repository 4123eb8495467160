// Publishing: copies of what people look at, from the store into the run folder, and the report over them.

import { join, relative } from "@std/path";
import type { Files } from "../core/artifact.ts";
import { figure as figureType } from "../core/artifacts/figure.ts";
import { table as tableType } from "../core/artifacts/table.ts";
import type { ActionKey } from "../core/digest.ts";
import type { Table } from "../core/table.ts";
import type { DagStage } from "../report/dag.ts";
import {
  type ReportContent,
  type ReportFigure,
  reportHtml,
  type ReportTable,
} from "../report/html.ts";
import type { RunRecord, StageRecord } from "../report/record.ts";
import { dependentsOf } from "../workflow/graph.ts";
import { fileNameOf, type RunFolder } from "./run_folder.ts";
import type { Session } from "./session.ts";
import type { Terminal } from "./terminal.ts";

/** What publishing works with. */
export interface PublishInput {
  readonly terminal: Terminal;
  readonly session: Pick<Session, "graph" | "store" | "results" | "world">;
  readonly record: RunRecord;
  readonly folder: RunFolder;
  /** The command that repeats the run. */
  readonly command: string;
}

/** What publishing made. */
export interface Published {
  /** Path of the report relative to the working folder. */
  readonly report: string;
  /** Lines for the closing summary. */
  readonly highlights: readonly string[];
}

/** Arrays of leaf stages are copied up to this size together; larger ones stay in the store. */
const maxArrayBytes = 64e6;

/** Writes `figures/`, `tables/`, `arrays/` and `report.html`. */
export async function publish(input: PublishInput): Promise<Published> {
  const { session, record, folder, command, terminal } = input;
  const found = await collect(input);
  const content: ReportContent = {
    title: session.graph.workflow,
    description: session.graph.description,
    record,
    ...found,
    resolved: session.graph.resolved,
    command,
    graph: await drawGraph(session, record),
  };
  await folder.write("report.html", reportHtml(content));
  return {
    report: relative(terminal.cwd, join(folder.path, "report.html")),
    highlights: found.verdicts.flatMap(({ table }) => verdictLines(table)),
  };
}

async function collect({ session, record, folder }: PublishInput) {
  const { members } = session.graph;
  const dependents = dependentsOf(members);
  const byId = new Map(record.stages.map((stage) => [stage.stage, stage]));
  const figures: ReportFigure[] = [];
  const verdicts: ReportTable[] = [];
  const tables: ReportTable[] = [];
  let arrayBytes = 0;
  for (const member of members) {
    const stage = byId.get(member.id);
    if (stage?.key === undefined) continue;
    const isLeaf = dependents[member.index].length === 0;
    for (const [output, kind] of Object.entries(member.outputs)) {
      if (kind !== "figure" && member.task.name !== "claims" && !isLeaf) continue;
      const files = await filesOf(session, stage, output);
      if (files === undefined) continue;
      const name = fileNameOf(member.id) +
        (Object.keys(member.outputs).length > 1 ? `.${output}` : "");
      if (kind === "figure") {
        const value = figureType.decode(files);
        figures.push({ stage: member.id, svg: value.svg, caption: value.caption });
        await writeAll(folder, `figures/${name}`, files, {
          "figure.svg": "svg",
          "figure.png": "png",
          "figure.vl.json": "vl.json",
        });
      } else if (kind === "table") {
        const table = tableType.decode(files);
        (member.task.name === "claims" ? verdicts : tables).push({ stage: member.id, table });
        await writeAll(folder, `tables/${name}`, files, {
          "table.tsv": "tsv",
          "table.json": "json",
        });
      } else {
        arrayBytes += Object.values(files).reduce((sum, { length }) => sum + length, 0);
        if (arrayBytes > maxArrayBytes) continue;
        for (const [file, bytes] of Object.entries(files)) {
          await folder.write(`arrays/${name}.${file}`, bytes);
        }
      }
    }
  }
  return { figures, verdicts, tables };
}

async function filesOf(
  { store }: PublishInput["session"],
  { key }: StageRecord,
  output: string,
): Promise<Files | undefined> {
  const artifact = store.lookup(key as ActionKey)?.outputs[output];
  return artifact === undefined ? undefined : await store.read(artifact);
}

async function writeAll(
  folder: RunFolder,
  path: string,
  files: Files,
  endings: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, ending] of Object.entries(endings)) {
    if (files[name] !== undefined) await folder.write(`${path}.${ending}`, files[name]);
  }
}

/** One line per claim, with its number and verdict. */
function verdictLines(table: Table): string[] {
  const column = (name: string) => table.columns.findIndex((each) => each.name === name);
  const [claim, preset, verdict] = [column("claim"), column("preset"), column("verdict")];
  const id = claim >= 0 ? claim : column("id");
  if (id < 0 || verdict < 0) return [];
  return table.rows.map((row) =>
    `${row[id]}${preset < 0 ? "" : ` (${row[preset]})`}: ${row[verdict]}`
  );
}

async function drawGraph(
  { graph, world, results }: PublishInput["session"],
  record: RunRecord,
): Promise<string> {
  const { recallDag } = await import("./draw_dag.ts");
  const status = statusByStage(record);
  const stages = graph.stages.map((stage) => {
    const known = status.get(stage.name);
    return known === undefined ? stage : { ...stage, status: known };
  });
  return await recallDag(stages, world.disk, join(results, "pictures"));
}

/** The most telling status among a stage's members. */
function statusByStage(record: RunRecord): ReadonlyMap<string, NonNullable<DagStage["status"]>> {
  const order = ["hit", "ran", "skipped", "failed"] as const;
  const result = new Map<string, (typeof order)[number]>();
  for (const { stage, status } of record.stages) {
    if (status === "unfinished") continue;
    const name = stage.split("[")[0];
    const before = result.get(name);
    if (before === undefined || order.indexOf(status) > order.indexOf(before)) {
      result.set(name, status);
    }
  }
  return result;
}
