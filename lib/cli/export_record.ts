// A run folder read for an export: who its members are, in the order of the workflow, and what surrounds them. A run that
// was cut off is read from its events.

import { dirname, relative } from "@std/path";
import { z } from "zod";
import type { ActionKey } from "../core/digest.ts";
import type { Disk } from "../core/disk.ts";
import type { GitState } from "../core/environment.ts";
import type { ExportedMember, ExportedRun } from "../export/exported_run.ts";
import type { StageRecord } from "../report/record.ts";
import type { FoundRun } from "./find_run.ts";
import { readRecord } from "./read_run.ts";
import { RunFileError, runFiles } from "./run_files.ts";
import { isRunId } from "./run_id.ts";
import { environmentSchema } from "./run_schema.ts";

/**
 * A run, as an export needs it. Its folder is named from the one above the results. The files of the run may have been
 * damaged or written by others: what is not needed is left out then.
 *
 * @throws {RunFileError} if there is no record of the run that can be read
 */
export async function exportedRun(
  disk: Pick<Disk, "read" | "stat" | "list">,
  { folder, run }: FoundRun,
  results: string,
): Promise<ExportedRun> {
  const files = runFiles(disk, folder);
  const record = await readRecord(files);
  const [plan, resolved, page] = await Promise.all([
    orNothing(files.json("plan.json", planSchema)),
    orNothing(files.text("config.resolved.yaml")),
    orNothing(files.json("page.json", pageSchema)),
  ]);
  const { engine } = record;
  const { command, git } = environmentSchema.safeParse(record.environment).data ?? {};
  return {
    workflow: record.workflow,
    ...(page === undefined || page.description === "" ? {} : { description: page.description }),
    // It becomes the name of a folder.
    run: isRunId(record.run) ? record.run : run,
    startedAt: record.started_at,
    seconds: record.seconds,
    basin: record.basin,
    deno: record.deno,
    ...(engine === undefined ? {} : { engine }),
    ok: record.ok,
    finished: record.finished,
    members: inOrder(record.stages, plan?.members ?? []).map(memberOf),
    ...(resolved === undefined ? {} : { resolved }),
    ...(command === undefined ? {} : { command }),
    ...(git === undefined ? {} : { git: gitOf(git) }),
    folder: relative(dirname(results), folder),
  };
}

const planSchema = z.looseObject({
  members: z.array(z.tuple([z.string()], z.unknown())).optional(),
});

const pageSchema = z.looseObject({ description: z.string() });

async function orNothing<T>(read: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof RunFileError) return undefined;
    throw error;
  }
}

function gitOf({ commit, dirty }: GitState): NonNullable<ExportedRun["git"]> {
  return commit === undefined ? { dirty } : { commit, dirty };
}

/** In the order of the plan; those that tables named later follow by id. The order of events is another in every run. */
function inOrder(
  stages: readonly StageRecord[],
  members: readonly (readonly [id: string, ...rest: unknown[]])[],
): readonly StageRecord[] {
  const place = new Map(members.map(([id], index) => [id, index]));
  const of = ({ stage }: StageRecord) => place.get(stage) ?? members.length;
  return stages.toSorted((a, b) => of(a) - of(b) || byId(a.stage, b.stage));
}

/** Numbers in ids by their size. */
function byId(a: string, b: string): number {
  const parts = (id: string) => id.split(/(\d+)/);
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = i % 2 === 1 ? Number(left[i]) - Number(right[i]) : 0;
    if (difference !== 0) return difference;
    if (left[i] !== right[i]) return left[i] < right[i] ? -1 : 1;
  }
  return left.length - right.length;
}

function memberOf(record: StageRecord): ExportedMember {
  const { stage, status, key, seconds, usage, engine, outputs = {}, failure, because } = record;
  const note = failure?.message ?? because;
  return {
    id: stage,
    status,
    ...(key === undefined ? {} : { key: key as ActionKey }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(usage === undefined ? {} : { cpuSeconds: usage.cpu_seconds }),
    ...(engine === undefined ? {} : { engine }),
    digests: Object.fromEntries(
      Object.entries(outputs).map(([name, { digest }]) => [name, digest]),
    ),
    ...(note === undefined ? {} : { note }),
  };
}
