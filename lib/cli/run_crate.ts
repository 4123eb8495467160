// The record of a run's provenance: collects what lib/provenance writes, from the graph, the outcome, the store and the
// files of the run folder. Written last, when all of these stand.

import { resolve } from "@std/path";
import { parse } from "yaml";
import { DiskError } from "../core/disk.ts";
import type { Environment } from "../core/environment.ts";
import type { CrateArtifact, CrateMember, CrateRun, CrateSource } from "../provenance/content.ts";
import { crateBytes } from "../provenance/crate.ts";
import { crateFile, maxActions } from "../provenance/profile.ts";
import type { RunRecord, StageRecord } from "../report/record.ts";
import type { Graph, StageMember } from "../workflow/graph.ts";
import { copiedOutputs } from "./copied_outputs.ts";
import { crateFiles } from "./crate_files.ts";
import { choiceOf, ToolList } from "./crate_tools.ts";
import { relativeTo, withoutPaths } from "./environment.ts";
import { type Origin, originsOf } from "./origins.ts";
import type { RunFolder } from "./run_folder.ts";
import type { Session } from "./session.ts";
import type { Terminal } from "./terminal.ts";

/** What the record is made from. */
export interface RunCrateInput {
  readonly terminal: Pick<Terminal, "root" | "cwd" | "err">;
  readonly session: Pick<Session, "graph" | "store" | "results" | "world">;
  readonly record: RunRecord;
  readonly folder: Pick<RunFolder, "path" | "flush" | "replace">;
  readonly environment: Environment;
}

/**
 * Writes `ro-crate-metadata.json` into the run folder, after everything else. A run that is done does not fail for a
 * record of it: what goes wrong here is a warning, except what goes wrong with the disk.
 */
export async function writeRunCrate(input: RunCrateInput): Promise<void> {
  try {
    await writeCrate(input);
  } catch (error) {
    if (error instanceof DiskError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    input.terminal.err(`warning: ${crateFile} could not be written: ${reason}\n`);
  }
}

async function writeCrate(input: RunCrateInput): Promise<void> {
  const { terminal, session, record, folder } = input;
  await folder.flush();
  const origins = await originsOf(
    {
      disk: session.world.disk,
      folder: resolve(session.results, "facts"),
      workflow: session.graph.workflow,
    },
    session.store,
    asked(session.graph, record).flatMap(({ key, outputs = {}, status }) =>
      key === undefined ? [] : [{ key, outputs, isNew: status === "ran" }]
    ),
  );
  const content = await crateContent(input, origins);
  const hide = (text: string) => withoutPaths(text, terminal.root);
  await folder.replace(crateFile, crateBytes(content, { hide }));
}

async function crateContent(
  { terminal: { root, cwd }, session, record, folder, environment }: RunCrateInput,
  origins: ReadonlyMap<string, Origin>,
): Promise<CrateRun> {
  const { graph, store, world } = session;
  const copies = copiedOutputs(graph, record, store);
  const files = await crateFiles(world.disk, folder.path, copies.digestOf);
  for (const { path } of files) copies.note(path);
  const hide = (text: string) => withoutPaths(text, root);
  const stages = inOrder(graph.stages);
  const stageNumbers = new Map(stages.map(({ name }, i) => [name, i]));
  const tools = new ToolList();
  const records = new Map<string, StageRecord>();
  for (const stage of record.stages) records.set(stage.stage, stage);
  const started = Date.parse(record.started_at);
  const outputsOf = graph.members.map(({ id, replaced }) =>
    replaced ? undefined : records.get(id)?.outputs
  );
  const firstOfStage = new Map<string, StageMember>();
  const members: CrateMember[] = [];
  for (const member of graph.members) {
    const { id, stage, params, command, pending, replaced } = member;
    if (!firstOfStage.has(stage)) firstOfStage.set(stage, member);
    const own = records.get(id);
    if (pending || replaced || own === undefined || own.status === "skipped") continue;
    const origin = own.key === undefined ? undefined : origins.get(own.key);
    const { inputs, sources } = inputsOf(
      member,
      outputsOf,
      (file) => relativeTo(root, resolve(cwd, file)),
    );
    members.push({
      id,
      stage: stageNumbers.get(stage)!,
      tool: tools.numberOf(member, origin),
      ...(own.key === undefined ? {} : { key: own.key }),
      params,
      inputs,
      sources,
      outputs: Object.entries(own.outputs ?? {}).map(([port, { kind, digest, bytes }]) => ({
        port,
        kind,
        digest,
        bytes,
        ...copies.filesOf(id, port),
      })),
      ...timesOf(own, origin, started),
      ...(own.status === "hit" && origin !== undefined
        ? { origin: { run: origin.run, stage: origin.stage } }
        : {}),
      isHit: own.status === "hit",
      ...failureOf(own, hide),
      ...(command === undefined ? {} : { command: hide(lineOf(command.command.line)) }),
    });
  }
  const isRead = new Set(stages.flatMap(({ from }) => from));
  return {
    workflow: {
      name: graph.workflow,
      description: graph.description,
      params: workflowParams(graph),
    },
    run: record.run.slice(record.run.lastIndexOf("/") + 1),
    started,
    ended: world.clock.now(),
    ok: record.ok,
    ...(record.ok ? {} : { error: hide(whyNotWhole(record)) }),
    totals: record.totals,
    environment,
    stages: stages.map(({ name, description }) => ({
      name,
      description,
      isLeaf: !isRead.has(name),
      tool: tools.numberOf(firstOfStage.get(name), undefined),
    })),
    tools: tools.list,
    members,
    files,
  };
}

/** Results whose origin is told: all, or one of each tool where members are not told of one by one. */
function asked(graph: Graph, { stages }: RunRecord): readonly StageRecord[] {
  let numActions = 0;
  for (const { status } of stages) if (status !== "skipped") numActions++;
  if (numActions <= maxActions) return stages;
  const records = new Map(stages.map((stage) => [stage.stage, stage]));
  const byChoice = new Map<string, StageRecord>();
  for (const member of graph.members) {
    const record = records.get(member.id);
    if (record?.key === undefined) continue;
    const choice = choiceOf(member);
    if (!byChoice.has(choice)) byChoice.set(choice, record);
  }
  return [...byChoice.values()];
}

function inputsOf(
  { inputs }: StageMember,
  outputsOf: readonly (StageRecord["outputs"] | undefined)[],
  named: (file: string) => string,
): { readonly inputs: readonly CrateArtifact[]; readonly sources: readonly CrateSource[] } {
  const artifacts: CrateArtifact[] = [];
  const sources: CrateSource[] = [];
  for (const port in inputs) {
    for (const source of inputs[port].sources) {
      if ("file" in source) {
        sources.push({ port, path: named(source.file) });
        continue;
      }
      const output = outputsOf[source.from]?.[source.output];
      // Left out because it failed.
      if (output === undefined) continue;
      artifacts.push({ port, kind: output.kind, digest: output.digest, bytes: output.bytes });
    }
  }
  return { inputs: artifacts, sources };
}

function timesOf(
  { started, seconds }: StageRecord,
  origin: Origin | undefined,
  runStarted: number,
): { readonly started?: number; readonly ended?: number } {
  if (origin !== undefined) {
    return { started: origin.started, ended: origin.started + origin.seconds * 1000 };
  }
  if (started === undefined) return {};
  const from = runStarted + started;
  return { started: from, ...(seconds === undefined ? {} : { ended: from + seconds * 1000 }) };
}

function failureOf(
  { status, failure }: StageRecord,
  hide: (text: string) => string,
): { readonly error?: string } {
  if (status === "failed") return { error: hide(failure?.message ?? "failed") };
  return status === "unfinished" ? { error: "not finished when the run ended" } : {};
}

function whyNotWhole({ interrupted, stages, totals }: RunRecord): string {
  if (interrupted !== undefined) return `interrupted: ${interrupted}`;
  const failed = stages.find(({ status }) => status === "failed");
  if (failed === undefined) return `${totals.skipped} stages were skipped`;
  const more = totals.failed > 1 ? ` (and ${totals.failed - 1} more failed)` : "";
  return `${failed.stage}: ${failed.failure?.message ?? "failed"}${more}`;
}

function lineOf(line: string | readonly string[]): string {
  return typeof line === "string" ? line : line.join(" ");
}

/** Stages, each after those that it reads. */
function inOrder(stages: Graph["stages"]): Graph["stages"] {
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  const ordered = new Set<Graph["stages"][number]>();
  const visit = (name: string) => {
    const stage = byName.get(name);
    if (stage === undefined) return;
    byName.delete(name);
    stage.from.forEach(visit);
    ordered.add(stage);
  };
  for (const { name } of stages) visit(name);
  return [...ordered];
}

/** Params of the workflow itself. */
function workflowParams(
  { resolved, resolvedValue }: Pick<Graph, "resolved" | "resolvedValue">,
): Readonly<Record<string, unknown>> {
  const value = (resolvedValue?.() ?? parse(resolved)) as { readonly params?: object } | null;
  return { ...value?.params };
}
