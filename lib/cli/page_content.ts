// What the page of a run shows, put together; and the file `page.json` beside it, which holds whatever no other file of
// the run folder does, so that the page can be made again from the folder alone (read_run.ts).

import { join } from "@std/path";
import type { Environment } from "../core/environment.ts";
import type { MemberFacts, ReportContent, ReportParams } from "../report/content.ts";
import type { DagStage } from "../report/dag.ts";
import { stageOf } from "../report/format.ts";
import type { RunRecord } from "../report/record.ts";
import type { Collected } from "./collect.ts";
import type { Session } from "./session.ts";
import type { ShownOutput } from "./shown_outputs.ts";

/** What the page of a run is made from. */
export interface PageInput {
  readonly session: Pick<Session, "graph" | "store" | "results" | "world">;
  readonly record: RunRecord;
  /** The command that repeats the run. */
  readonly command: string;
  readonly found: Collected;
  readonly numLeftOut: number;
  readonly params?: ReportParams;
  readonly members?: readonly MemberFacts[];
  readonly environment?: Environment | undefined;
  readonly live?: ReportContent["live"];
}

/** What `page.json` holds. */
export interface PageFile {
  readonly format: 1;
  readonly title: string;
  readonly description: string;
  readonly command: string;
  /** For runs compared with this one; the rest of the environment is in `run.json`. */
  readonly profile?: string;
  readonly previous?: ReportParams["previous"];
  readonly num_left_out: number;
  readonly figures: readonly { stage: string; name: string; caption: string }[];
  readonly tables: readonly { stage: string; name: string; verdicts: boolean }[];
  readonly stages: readonly DagStage[];
  /** Where Graphviz lays them. */
  readonly graph: string;
  readonly members: readonly MemberFacts[];
  /** Of results that were found and not made. */
  readonly stored_warnings: readonly string[];
}

/** Stages in a drawing that can still be read. */
const maxDrawn = 300;

/** The content of a page. */
export async function pageContent(input: PageInput): Promise<ReportContent> {
  const { session, record, command, found, numLeftOut, params, members, environment, live } = input;
  const stages = dagStages(session, record);
  return {
    title: session.graph.workflow,
    description: session.graph.description,
    record,
    ...found,
    resolved: session.graph.resolved,
    command,
    numLeftOut,
    graph: await layOut(session, stages),
    stages,
    ...(members === undefined ? {} : { members }),
    ...(params === undefined ? {} : { params }),
    ...(environment === undefined ? {} : { environment }),
    ...(live === undefined ? {} : { live }),
  };
}

/** What `page.json` says of a page. */
export function pageFile(
  { title, description, command, numLeftOut = 0, figures, stages, graph, members, params }:
    ReportContent,
  shown: readonly ShownOutput[],
  profile: string | null,
  storedWarnings: readonly string[],
): PageFile {
  const captions = new Map(figures.map(({ files, caption }) => [files?.svg, caption]));
  return {
    format: 1,
    title,
    description,
    command,
    ...(profile === null ? {} : { profile }),
    ...(params?.previous === undefined ? {} : { previous: params.previous }),
    num_left_out: numLeftOut,
    figures: shown.filter(({ kind }) => kind === "figure").map(({ id, name }) => ({
      stage: id,
      name,
      caption: captions.get(`figures/${name}.svg`) ?? "",
    })),
    tables: shown.filter(({ kind }) => kind === "table")
      .map(({ id, name, isVerdict }) => ({ stage: id, name, verdicts: isVerdict })),
    stages: stages ?? [],
    graph,
    members: members ?? [],
    stored_warnings: storedWarnings,
  };
}

function dagStages({ graph }: PageInput["session"], record: RunRecord): readonly DagStage[] {
  const status = statusByStage(record);
  return graph.stages.map(({ name, task, axes, numMembers, from }) => {
    const known = status.get(name);
    return {
      name,
      task,
      axes,
      numMembers,
      from,
      ...(known === undefined ? {} : { status: known }),
    };
  });
}

async function layOut(
  { world, results }: PageInput["session"],
  stages: readonly DagStage[],
): Promise<string> {
  if (stages.length > maxDrawn) return "";
  const { recallDag } = await import("./draw_dag.ts");
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
