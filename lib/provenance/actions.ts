// What was done as entities: one action a member, one control action a stage, one organize action for all of it. Of very
// many members each stage is one action, which says so.

import type { CrateArtifact, CrateMember, CrateRun } from "./content.ts";
import { type Entities, type Entity, reference, references, timeText } from "./entities.ts";
import { encodingFormat } from "./files.ts";
import type { FormalParameters } from "./formal_parameters.ts";
import { fileId, fragmentId } from "./ids.ts";
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
  const { id, key, origin, error, started, ended, command } = member;
  const tool = run.tools[member.tool];
  const objects = new Set<string>();
  for (const artifact of member.inputs) objects.add(artifacts.input(tool.name, artifact));
  for (const { port, path } of member.sources) {
    objects.add(addSource(entities, parameters, tool.name, port, path));
  }
  for (const [name, value] of Object.entries(member.params)) {
    if (value !== undefined) objects.add(parameters.value(tool.name, name, value));
  }
  const results = member.outputs.map((artifact) => artifacts.output(member, tool.name, artifact));
  const how = error !== undefined
    ? "failed"
    : origin === undefined
    ? "done in this run"
    : `found in the store: made by run ${origin.run} as ${origin.stage}; times are those of that`;
  const by = tool.engine === undefined ? "" : `; numbers by ${tool.engine}`;
  return entities.add({
    "@id": fragmentId("action", id),
    "@type": "CreateAction",
    name: id,
    description: `${how}${by}${command === undefined ? "" : `; ${command}`}`,
    instrument: reference(toolId(tool)),
    ...(key === undefined ? {} : { identifier: key }),
    ...times(started, ended),
    ...references("object", objects),
    ...references("result", new Set(results)),
    ...(origin === undefined ? {} : { subjectOf: reference(originId(entities, origin.run)) }),
    ...status(error),
  });
}

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
      for (const [param, value] of Object.entries(member.params)) {
        if (value !== undefined) objects.add(parameters.value(tool.name, param, value));
      }
      for (const { port, path } of member.sources) {
        objects.add(addSource(entities, parameters, tool.name, port, path));
      }
      if (isLeaf) {
        for (const artifact of member.outputs) {
          results.add(artifacts.output(member, tool.name, artifact));
        }
      }
      if (member.started !== undefined) started = Math.min(started, member.started);
      if (member.ended !== undefined) ended = Math.max(ended, member.ended);
      if (member.origin !== undefined) numHits++;
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
        "with its key, times and digests",
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
  return entities.add({
    "@id": fragmentId("origin", run),
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

interface Known {
  readonly artifact: CrateArtifact;
  /** The member and output that had it first. */
  readonly name: string;
  readonly parameters: Set<string>;
  readonly files: Set<string>;
}

/** Artifacts by digest: what two members made alike is one entity. */
class Artifacts {
  readonly results: string[] = [];
  readonly #run: CrateRun;
  readonly #parameters: FormalParameters;
  readonly #known = new Map<string, Known>();
  readonly #isFile: ReadonlySet<string>;

  constructor(run: CrateRun, parameters: FormalParameters) {
    this.#run = run;
    this.#parameters = parameters;
    this.#isFile = new Set(run.files.map(({ path }) => path));
  }

  input(tool: string, artifact: CrateArtifact): string {
    const { port, kind } = artifact;
    this.#note(artifact, artifact.port).parameters
      .add(this.#parameters.port(tool, "input", port, kind));
    return artifactId(artifact);
  }

  output(member: CrateMember, tool: string, artifact: CrateArtifact): string {
    const { port, kind, files = [] } = artifact;
    const known = this.#note(artifact, `${member.id}.${port}`);
    known.parameters.add(this.#parameters.port(tool, "output", port, kind));
    for (const file of files) if (this.#isFile.has(file)) known.files.add(file);
    const id = artifactId(artifact);
    const stage = this.#run.stages[member.stage];
    if (stage.isLeaf) {
      known.parameters.add(this.#parameters.port("", "output", `${stage.name}.${port}`, kind));
      this.results.push(id);
    }
    return id;
  }

  finish(entities: Entities): void {
    for (const { artifact, name, parameters, files } of this.#known.values()) {
      const { digest, kind, bytes } = artifact;
      entities.add(
        {
          "@id": artifactId(artifact),
          "@type": "Dataset",
          name,
          additionalType: kind,
          identifier: digest,
          ...(bytes === undefined ? {} : { contentSize: String(bytes) }),
          ...references("hasPart", Array.from(files, fileId)),
          ...references("exampleOfWork", parameters),
        } satisfies Entity,
      );
    }
  }

  #note(artifact: CrateArtifact, name: string): Known {
    let known = this.#known.get(artifact.digest);
    if (known === undefined) {
      known = { artifact, name, parameters: new Set(), files: new Set() };
      this.#known.set(artifact.digest, known);
    }
    return known;
  }
}

function artifactId({ digest }: CrateArtifact): string {
  return fragmentId("artifact", digest.slice(digest.indexOf(":") + 1));
}
