// A run folder read for an export: who its members are, in the order of the workflow, and what surrounds them. A run that
// was cut off is read from its events.

import { dirname, join, relative } from "@std/path";
import type { ActionKey } from "../core/digest.ts";
import type { Disk } from "../core/disk.ts";
import type { Environment, GitState } from "../core/environment.ts";
import type { RunEvent } from "../core/event.ts";
import type { ExportedMember, ExportedRun } from "../export/exported_run.ts";
import { foldEvents, type RunRecord, type StageRecord } from "../report/record.ts";
import type { FoundRun } from "./find_run.ts";

/** What `run.json` has beyond the record; older ones have less. */
interface RunFile extends Omit<RunRecord, "engine"> {
  readonly engine?: string | { readonly numerics: string };
  readonly environment?: Partial<Environment>;
}

/** A run, as an export needs it. Its folder is named from the one above the results. */
export async function exportedRun(
  disk: Pick<Disk, "read" | "stat">,
  { folder, run }: FoundRun,
  results: string,
): Promise<ExportedRun> {
  const read = async (name: string) =>
    disk.stat(join(folder, name))?.isFile
      ? new TextDecoder().decode(await disk.read(join(folder, name)))
      : undefined;
  const [file, plan, resolved, page] = await Promise.all(
    ["run.json", "plan.json", "config.resolved.yaml", "page.json"].map(read),
  );
  const record: RunFile = file === undefined
    ? foldEvents(eventsOf(await read("events.ndjson") ?? ""))
    : JSON.parse(file);
  const { engine } = record;
  const description = describedIn(page);
  const { command, git } = record.environment ?? {};
  return {
    workflow: record.workflow,
    ...(description === undefined ? {} : { description }),
    run: record.run === "" ? run : record.run,
    startedAt: record.started_at,
    seconds: record.seconds,
    basin: record.basin,
    deno: record.deno,
    ...(engine === undefined
      ? {}
      : { engine: typeof engine === "string" ? engine : engine.numerics }),
    ok: record.ok,
    finished: record.finished,
    members: inOrder(record.stages, plan).map(memberOf),
    ...(resolved === undefined ? {} : { resolved }),
    ...(command === undefined ? {} : { command }),
    ...(git === undefined ? {} : { git: gitOf(git) }),
    folder: relative(dirname(results), folder),
  };
}

function gitOf({ commit, dirty }: GitState): NonNullable<ExportedRun["git"]> {
  return commit === undefined ? { dirty } : { commit, dirty };
}

/** A run that was killed may leave half a line at the end. */
function eventsOf(text: string): RunEvent[] {
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line) as RunEvent);
}

function describedIn(page: string | undefined): string | undefined {
  if (page === undefined) return undefined;
  const { description } = JSON.parse(page);
  return typeof description === "string" && description !== "" ? description : undefined;
}

/** In the order of the plan; those that tables named later follow by id. The order of events is another in every run. */
function inOrder(stages: readonly StageRecord[], plan: string | undefined): readonly StageRecord[] {
  const { members = [] } = plan === undefined
    ? {}
    : JSON.parse(plan) as { members?: readonly (readonly [string, string])[] };
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
