// Publishing: copies of what people look at, from the store into the run folder, and the report over them.

import { join, relative } from "@std/path";
import type { Files } from "../core/artifact.ts";
import { figure as figureType } from "../core/artifacts/figure.ts";
import { pathProblem } from "../core/artifacts/folder.ts";
import { table as tableType } from "../core/artifacts/table.ts";
import type { ActionKey } from "../core/digest.ts";
import type { DagStage } from "../report/dag.ts";
import type { ReportContent, ReportFigure, ReportTable } from "../report/content.ts";
import { reportHtml } from "../report/html.ts";
import { stageOf } from "../report/format.ts";
import type { RunRecord, StageRecord } from "../report/record.ts";
import type { StageMember } from "../workflow/graph.ts";
import { fileNameOf, type RunFolder } from "./run_folder.ts";
import type { Session } from "./session.ts";
import type { Terminal } from "./terminal.ts";
import { verdictLines } from "./verdict_lines.ts";

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

/** Stages in a drawing that can still be read. */
const maxDrawn = 300;

/** Tables and arrays of leaf stages copied at most; a sweep of thousands is read from the store. */
const maxCopies = 500;

/** Who reads a member's outputs: figures and asserts, which only look, or others; sums of these. */
const LOOKER = 1, USER = 2;

/** Artifacts read and written at a time. */
const filesAtOnce = 16;

/** Writes `figures/`, `tables/`, `arrays/`, `files/` and `report.html`. */
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
  await folder.write("report.html", await reportHtml(content));
  return {
    report: relative(terminal.cwd, join(folder.path, "report.html")),
    highlights: found.verdicts.flatMap(({ table }) => verdictLines(table)),
  };
}

async function collect({ session, record, folder }: PublishInput) {
  const figures: ReportFigure[] = [];
  const verdicts: ReportTable[] = [];
  const tables: ReportTable[] = [];
  let arrayBytes = 0;
  const { shown, ...rest } = shownOutputs(session, record);
  let { numLeftOut } = rest;
  for (let at = 0; at < shown.length; at += filesAtOnce) {
    const batch = shown.slice(at, at + filesAtOnce);
    const contents = await Promise.all(
      batch.map(({ stage, output }) => filesOf(session, stage, output)),
    );
    const writes: Promise<void>[] = [];
    batch.forEach(({ id, kind, isVerdict, name }, i) => {
      const files = contents[i];
      if (files === undefined) return;
      if (kind === "figure") {
        const { svg, caption } = figureType.decode(files);
        figures.push({ stage: id, svg, caption });
        writes.push(writeAll(folder, `figures/${name}`, files, {
          "figure.svg": "svg",
          "figure.png": "png",
          "figure.vl.json": "vl.json",
        }));
      } else if (kind === "table") {
        (isVerdict ? verdicts : tables).push({ stage: id, table: tableType.decode(files) });
        writes.push(writeAll(folder, `tables/${name}`, files, {
          "table.tsv": "tsv",
          "table.json": "json",
        }));
      } else {
        arrayBytes += Object.values(files).reduce((sum, { length }) => sum + length, 0);
        if (arrayBytes > maxArrayBytes) {
          numLeftOut++;
          return;
        }
        for (const [file, bytes] of Object.entries(files)) {
          // A record from another store may say anything.
          if (pathProblem(file) !== undefined) continue;
          const path = kind === "file"
            ? `files/${name}`
            : kind === "folder"
            ? `files/${name}/${file}`
            : `arrays/${name}.${file}`;
          writes.push(folder.write(path, bytes));
        }
      }
    });
    await Promise.all(writes);
  }
  return { figures, verdicts, tables, numLeftOut };
}

/** Outputs that people look at: figures, verdicts, tables that are only drawn or checked, and what no other stage reads. */
function shownOutputs({ graph }: PublishInput["session"], record: RunRecord) {
  const isLeaf = leavesOf(graph.members);
  const looked = graph.members.filter(({ index, outputs, task, pending, replaced }) =>
    // What took the place of a pending member may have its id.
    !pending && !replaced &&
    (isLeaf(index) || task.name === "claims" || Object.values(outputs).includes("figure"))
  );
  const ids = new Set(looked.map(({ id }) => id));
  const stages = new Map<string, StageRecord>();
  for (const stage of record.stages) if (ids.has(stage.stage)) stages.set(stage.stage, stage);
  let numCopies = 0;
  const shown = looked.flatMap(({ id, index, outputs, task }) => {
    const stage = stages.get(id);
    if (stage?.key === undefined) return [];
    const isVerdict = task.name === "claims";
    const isShown = isLeaf(index);
    const several = Object.keys(outputs).length > 1;
    return Object.entries(outputs)
      .filter(([, kind]) => kind === "figure" || isVerdict || (isShown && numCopies++ < maxCopies))
      .map(([output, kind]) => ({
        id,
        stage,
        output,
        kind,
        isVerdict,
        name: fileNameOf(id) + (several ? `.${output}` : ""),
      }));
  });
  return { shown, numLeftOut: Math.max(0, numCopies - maxCopies) };
}

/** Members that no other reads; of tables by `aggregate` also those that only figures and asserts read. */
function leavesOf(members: readonly StageMember[]): (index: number) => boolean {
  const readers = new Uint8Array(members.length);
  const isTable = new Uint8Array(members.length);
  for (const { index, inputs, task } of members) {
    if (task.name === "aggregate") isTable[index] = 1;
    const reader = task.name === "figure" || task.name === "assert" ? LOOKER : USER;
    for (const name in inputs) {
      for (const source of inputs[name].sources) {
        if ("from" in source) readers[source.from] |= reader;
      }
    }
  }
  return (index) => readers[index] === 0 || (readers[index] === LOOKER && isTable[index] === 1);
}

async function filesOf(
  { store }: PublishInput["session"],
  { key }: StageRecord,
  output: string,
): Promise<Files | undefined> {
  const artifact = store.recall(key as ActionKey)?.outputs[output];
  return artifact === undefined ? undefined : await store.read(artifact);
}

async function writeAll(
  folder: RunFolder,
  path: string,
  files: Files,
  endings: Readonly<Record<string, string>>,
): Promise<void> {
  await Promise.all(
    Object.entries(endings).filter(([name]) => files[name] !== undefined)
      .map(([name, ending]) => folder.write(`${path}.${ending}`, files[name])),
  );
}

async function drawGraph(
  { graph, world, results }: PublishInput["session"],
  record: RunRecord,
): Promise<string> {
  if (graph.stages.length > maxDrawn) return "";
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
    const name = stageOf(stage);
    const before = result.get(name);
    if (before === undefined || order.indexOf(status) > order.indexOf(before)) {
      result.set(name, status);
    }
  }
  return result;
}
