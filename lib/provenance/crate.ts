// The file `ro-crate-metadata.json` of a run: a Workflow Run RO-Crate of the profile Provenance Run Crate 0.5, on
// RO-Crate 1.1. All ids are relative, so that the folder can be moved, zipped and published.

import { joinBytes } from "../core/join_bytes.ts";
import { addActions, status } from "./actions.ts";
import type { CrateRun } from "./content.ts";
import { Entities, reference, references, timeText } from "./entities.ts";
import { addFiles, encodingFormat } from "./files.ts";
import { FormalParameters } from "./formal_parameters.ts";
import { fragmentId } from "./ids.ts";
import {
  contexts,
  crateFile,
  crateVersion,
  maxActions,
  profiles,
  workflowFile,
} from "./profile.ts";
import { addSoftware, type SoftwareIds } from "./software.ts";
import { addTools, toolId } from "./tools.ts";

/** What may be asked for beside the content. */
export interface CrateOptions {
  /** Takes out of params what must not be told, such as folders of this machine. */
  readonly hide?: (text: string) => string;
  /** Members that are described one by one. */
  readonly maxActions?: number;
}

/**
 * The crate's metadata file, one entity a line.
 *
 * @example
 * ```ts
 * import { crateBytes } from "#lib/provenance/crate.ts";
 * import { smallRun } from "#tests/support/small_crate_run.ts";
 * import { assertEquals } from "@std/assert";
 * const crate = JSON.parse(new TextDecoder().decode(crateBytes(smallRun())));
 * assertEquals(crate["@graph"][0].about, { "@id": "./" });
 * ```
 */
export function crateBytes(run: CrateRun, options: CrateOptions = {}): Uint8Array {
  const entities = new Entities();
  const { workflow } = run;
  entities.add({
    "@id": crateFile,
    "@type": "CreativeWork",
    about: reference("./"),
    conformsTo: [reference(crateVersion), reference(profiles[3][0])],
  });
  const body = new Entities();
  const runAction = fragmentId("run", run.run);
  const software = addSoftware(body, run.environment);
  const parameters = new FormalParameters(body, options.hide);
  const given = Object.entries(workflow.params)
    .map(([name, value]) => parameters.value("", name, value));
  const files = addFiles(body, run.files, runAction);
  const { actions, controls, results } = addActions(
    body,
    run,
    parameters,
    options.maxActions ?? maxActions,
  );
  const tools = addTools(body, run, parameters, software);
  addWorkflow(body, run, parameters, software, tools);
  const failure = run.ok ? undefined : run.error ?? "the run is not whole";
  addRun(body, run, runAction, { given, results, failure });
  addEngineRun(body, run, { runAction, controls, software, failure });
  parameters.finish();
  const { totals } = run;
  entities.add({
    "@id": "./",
    "@type": "Dataset",
    name: `${workflow.name}, run ${run.run}`,
    description: (workflow.description === "" ? "" : `${workflow.description} `) +
      `(${totals.stages} stages: ${totals.ran} ran, ${totals.hit} found in the store, ` +
      `${totals.failed} failed, ${totals.skipped} skipped)`,
    datePublished: timeText(run.ended),
    license: reference("#license"),
    conformsTo: profiles.map(([id]) => reference(id)),
    mainEntity: reference(workflowFile),
    ...references("hasPart", new Set([workflowFile, ...files])),
    ...references("mentions", [runAction, ...actions, ...software.mentioned]),
  });
  for (const [id, name, version] of profiles) {
    entities.add({ "@id": id, "@type": "CreativeWork", name, version });
  }
  entities.add({
    "@id": "#license",
    "@type": "CreativeWork",
    name: "No licence stated",
    description: "Whoever publishes this folder says here under which licence.",
  });
  const encoder = new TextEncoder();
  return joinBytes([
    encoder.encode(`{"@context":${JSON.stringify(contexts)},"@graph":[\n`),
    entities.bytes(),
    encoder.encode(",\n"),
    body.bytes(),
    encoder.encode("\n]}\n"),
  ]);
}

function addWorkflow(
  entities: Entities,
  run: CrateRun,
  parameters: FormalParameters,
  software: SoftwareIds,
  tools: readonly string[],
): void {
  const { workflow, environment, files } = run;
  const file = files.find(({ path }) => path === workflowFile);
  const byStage = run.stages.map(() => new Set<string>());
  for (const { stage, tool } of run.members) byStage[stage].add(toolId(run.tools[tool]));
  run.stages.forEach(({ tool }, i) => {
    if (byStage[i].size === 0) byStage[i].add(toolId(run.tools[tool]));
  });
  const steps = run.stages.map(({ name, description }, position) =>
    entities.add({
      "@id": fragmentId("step", name),
      "@type": "HowToStep",
      name,
      ...(description === "" ? {} : { description }),
      position: String(position),
      ...references("workExample", byStage[position]),
    })
  );
  const { inputs, outputs } = parameters.of("");
  entities.add({
    "@id": workflowFile,
    "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
    name: workflow.name,
    ...(workflow.description === "" ? {} : { description: workflow.description }),
    encodingFormat: encodingFormat(workflowFile),
    ...(file === undefined ? {} : { contentSize: String(file.bytes), sha256: file.sha256 }),
    programmingLanguage: reference(software.language),
    version: environment.git?.commit ?? file?.sha256 ?? environment.basin,
    ...(software.source === undefined ? {} : { isBasedOn: reference(software.source) }),
    ...references("input", inputs),
    ...references("output", outputs),
    ...references("step", steps),
    ...references("hasPart", new Set(tools)),
  });
}

function addRun(
  entities: Entities,
  { run, workflow, environment, started, ended }: CrateRun,
  id: string,
  { given, results, failure }: {
    readonly given: readonly string[];
    readonly results: readonly string[];
    readonly failure: string | undefined;
  },
): void {
  entities.add({
    "@id": id,
    "@type": "CreateAction",
    name: `Run ${run} of ${workflow.name}`,
    description: environment.command,
    instrument: reference(workflowFile),
    startTime: timeText(started),
    endTime: timeText(ended),
    ...references("object", given),
    ...references("result", new Set(results)),
    ...status(failure),
  });
}

/** Only of a run in which something was done: the profile wants at least one step. */
function addEngineRun(
  entities: Entities,
  { run, started, ended, environment }: CrateRun,
  { runAction, controls, software, failure }: {
    readonly runAction: string;
    readonly controls: readonly string[];
    readonly software: SoftwareIds;
    readonly failure: string | undefined;
  },
): void {
  if (controls.length === 0) return;
  entities.add({
    "@id": fragmentId("engine-run", run),
    "@type": "OrganizeAction",
    name: `Basin ${environment.basin}`,
    instrument: reference(software.basin),
    startTime: timeText(started),
    endTime: timeText(ended),
    ...references("object", controls),
    result: reference(runAction),
    ...status(failure),
  });
}
