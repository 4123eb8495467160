// What was done as entities: one action a member, one control action a stage, one organize action for all of it. Of very
// many members each stage is one action, which says so.

import { Artifacts } from "./artifacts.ts";
import type { CrateMember, CrateRun } from "./content.ts";
import { type Entities, reference, references, referencesText, timeText } from "./entities.ts";
import { encodingFormat } from "./files.ts";
import type { FormalParameters } from "./formal_parameters.ts";
import { fragmentId } from "./ids.ts";
import { maxActions } from "./profile.ts";
import { toolId } from "./tools.ts";

/** Ids of what was added. */
export interface ActionIds {
  /** Of members, or of stages. */
  readonly actions: readonly string[];
  readonly controls: readonly string[];
  /** Artifacts that no stage of the workflow reads. */
  readonly results: readonly string[];
}

/**
 * Adds actions and the artifacts between them.
 *
 * @example
 * ```ts
 * import { addActions } from "#lib/provenance/actions.ts";
 * import { Entities } from "#lib/provenance/entities.ts";
 * import { FormalParameters } from "#lib/provenance/formal_parameters.ts";
 * import { smallRun } from "#tests/support/small_crate_run.ts";
 * import { assertEquals } from "@std/assert";
 * const entities = new Entities();
 * const { controls } = addActions(entities, smallRun(), new FormalParameters(entities));
 * assertEquals(controls, ["#control/fit", "#control/score"]);
 * ```
 */
export function addActions(
  entities: Entities,
  run: CrateRun,
  parameters: FormalParameters,
  limit = maxActions,
): ActionIds {
  const artifacts = new Artifacts(run, parameters);
  const groups = groupByStage(run);
  const isWhole = run.members.length <= limit;
  const actions: string[] = [];
  const controls: string[] = [];
  groups.forEach((members, stage) => {
    if (members.length === 0) return;
    const own = isWhole
      ? members.map((member) => memberAction(entities, run, member, parameters, artifacts))
      : stageActions(entities, run, members, parameters, artifacts);
    for (const id of own) actions.push(id);
    const { name } = run.stages[stage];
    const failed = members.filter(({ error }) => error !== undefined);
    controls.push(entities.add({
      "@id": fragmentId("control", name),
      "@type": "ControlAction",
      name: `Members of ${name}`,
      instrument: reference(fragmentId("step", name)),
      ...references("object", own),
      ...status(failed.length === 0 ? undefined : `${failed.length} of ${members.length} failed`),
    }));
  });
  artifacts.finish(entities);
  return { actions, controls, results: artifacts.results };
}

/**
 * `actionStatus`, and `error` if there is one.
 *
 * @example
 * ```ts
 * import { status } from "#lib/provenance/actions.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(status(undefined), { actionStatus: "http://schema.org/CompletedActionStatus" });
 * ```
 */
export function status(error: string | undefined): Readonly<Record<string, string>> {
  return error === undefined
    ? { actionStatus: "http://schema.org/CompletedActionStatus" }
    : { actionStatus: "http://schema.org/FailedActionStatus", error };
}

function groupByStage({ stages, members }: CrateRun): readonly CrateMember[][] {
  const groups: CrateMember[][] = stages.map(() => []);
  for (const member of members) groups[member.stage].push(member);
  return groups;
}

function memberAction(
  entities: Entities,
  run: CrateRun,
  member: CrateMember,
  parameters: FormalParameters,
  artifacts: Artifacts,
): string {
  const { id, key, isHit, origin, error, started, ended, command, inputs, sources, outputs } =
    member;
  const tool = run.tools[member.tool];
  const values = parameters.values(tool.name, member.params);
  const objects = inputs.map((artifact) => artifacts.input(tool.name, artifact));
  for (const { port, path } of sources) {
    objects.push(addSource(entities, parameters, tool.name, port, path));
  }
  const results = outputs.map((artifact) => artifacts.output(member, tool.name, artifact));
  const how = error !== undefined
    ? "failed"
    : !isHit
    ? "done in this run"
    : origin === undefined
    ? "found in the store"
    : `found in the store, done by run ${origin.run}${
      origin.stage === id ? "" : ` as ${origin.stage}`
    }`;
  const by = tool.engine === undefined ? "" : `; numbers by ${tool.engine}`;
  const description = `${how}${by}${command === undefined ? "" : `; ${command}`}`;
  return entities.addText(
    fragmentId("action", id),
    `"@type":"CreateAction","name":${JSON.stringify(id)},` +
      `"description":${JSON.stringify(description)},"instrument":{"@id":"${toolId(tool)}"}` +
      (key === undefined ? "" : `,"identifier":"${key}"`) +
      (started === undefined ? "" : `,"startTime":"${timeText(started)}"`) +
      (ended === undefined ? "" : `,"endTime":"${timeText(ended)}"`) +
      referencesText("object", withoutRepeats([...objects, ...values])) +
      referencesText("result", withoutRepeats(results)) +
      (origin === undefined ? "" : `,"subjectOf":{"@id":"${originId(entities, origin.run)}"}`) +
      (error === undefined ? completed : `,${JSON.stringify(status(error)).slice(1, -1)}`),
  );
}

const completed = ',"actionStatus":"http://schema.org/CompletedActionStatus"';

function withoutRepeats(ids: readonly string[]): readonly string[] {
  return ids.length < 2 ? ids : [...new Set(ids)];
}

/** Members of a leaf stage up to which all its artifacts are described; of more, those that the folder has copies of. */
const maxResults = 2000;

/** For each tool of a stage one action, with the values of its params and no artifacts but those of leaves. */
function stageActions(
  entities: Entities,
  run: CrateRun,
  members: readonly CrateMember[],
  parameters: FormalParameters,
  artifacts: Artifacts,
): readonly string[] {
  const byTool = new Map<number, CrateMember[]>();
  for (const member of members) {
    const list = byTool.get(member.tool);
    if (list === undefined) byTool.set(member.tool, [member]);
    else list.push(member);
  }
  return Array.from(byTool, ([number, list]) => {
    const tool = run.tools[number];
    const { name, isLeaf } = run.stages[list[0].stage];
    const objects = new Set<string>();
    const results = new Set<string>();
    let started = Infinity;
    let ended = -Infinity;
    let numHits = 0;
    let numFailed = 0;
    for (const member of list) {
      for (const id of parameters.values(tool.name, member.params)) objects.add(id);
      for (const { port, path } of member.sources) {
        objects.add(addSource(entities, parameters, tool.name, port, path));
      }
      if (isLeaf) {
        for (const artifact of member.outputs) {
          if (list.length > maxResults && (artifact.files ?? []).length === 0) continue;
          results.add(artifacts.output(member, tool.name, artifact));
        }
      }
      if (member.isHit) numHits++;
      else {
        if (member.started !== undefined) started = Math.min(started, member.started);
        if (member.ended !== undefined) ended = Math.max(ended, member.ended);
      }
      if (member.error !== undefined) numFailed++;
    }
    const total = list.length;
    return entities.add({
      "@id": fragmentId("action", name, String(number)),
      "@type": "CreateAction",
      name: `${total} members of ${name}`,
      description:
        `${total - numHits - numFailed} done in this run, ${numHits} found in the store, ` +
        `${numFailed} failed. The run has too many members to list them here: run.json has each ` +
        "with its key, times and digests; times here are those of this run",
      instrument: reference(toolId(tool)),
      ...times(
        Number.isFinite(started) ? started : undefined,
        Number.isFinite(ended) ? ended : undefined,
      ),
      ...references("object", objects),
      ...references("result", results),
      subjectOf: reference("run.json"),
      ...status(numFailed === 0 ? undefined : `${numFailed} of ${total} failed`),
    });
  });
}

function times(
  started: number | undefined,
  ended: number | undefined,
): Readonly<Record<string, string>> {
  return {
    ...(started === undefined ? {} : { startTime: timeText(started) }),
    ...(ended === undefined ? {} : { endTime: timeText(ended) }),
  };
}

function originId(entities: Entities, run: string): string {
  const id = fragmentId("origin", run);
  if (entities.has(id)) return id;
  return entities.add({
    "@id": id,
    "@type": "CreativeWork",
    name: `run ${run}`,
    description: "The run that did the work first; its folder holds a record of its own",
  });
}

/** A file from outside of the run folder is named and not held. */
function addSource(
  entities: Entities,
  parameters: FormalParameters,
  tool: string,
  port: string,
  path: string,
): string {
  return entities.add({
    "@id": fragmentId("input-file", path, tool, port),
    "@type": "File",
    name: path,
    description: "A file from outside of the run folder",
    encodingFormat: encodingFormat(path),
    exampleOfWork: reference(parameters.port(tool, "input", port, "file")),
  });
}
