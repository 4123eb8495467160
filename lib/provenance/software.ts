// The software of a run as entities: Basin, what it stands on, the engine of its numbers, the machine, the checkout that
// its files come from.

import type { Environment } from "../core/environment.ts";
import { type Entities, references } from "./entities.ts";
import { fragmentId } from "./ids.ts";

/** Entities that others refer to. */
export interface SoftwareIds {
  /** The workflow engine. */
  readonly basin: string;
  readonly language: string;
  /** What the workflow's file was made from, if it lies in a checkout. */
  readonly source?: string;
  /** Contextual entities that nothing else refers to. */
  readonly mentioned: readonly string[];
  /** The engine of a class of numbers. */
  engine(numerics: string): string;
}

/**
 * Adds the software.
 *
 * @example
 * ```ts
 * import { Entities } from "#lib/provenance/entities.ts";
 * import { addSoftware } from "#lib/provenance/software.ts";
 * import { smallEnvironment } from "#tests/support/small_crate_run.ts";
 * import { assertEquals } from "@std/assert";
 * const { basin, engine } = addSoftware(new Entities(), smallEnvironment);
 * assertEquals([basin, engine("wasm-f32")], ["#basin", "#engine/wasm-f32"]);
 * ```
 */
export function addSoftware(entities: Entities, environment: Environment): SoftwareIds {
  const { basin, deno, v8, typescript, machine, lock } = environment;
  const runtime = entities.add({
    "@id": "https://deno.com/",
    "@type": "SoftwareApplication",
    name: "Deno",
    url: "https://deno.com/",
    softwareVersion: deno,
    description: `Runtime, with V8 ${v8} and TypeScript ${typescript}`,
  });
  const packages = environment.packages.map(({ name, version, integrity }) => {
    const url = packageUrl(name, version);
    return entities.add({
      "@id": url,
      "@type": "SoftwareApplication",
      name,
      url,
      softwareVersion: version,
      ...(integrity === undefined ? {} : { identifier: integrity }),
    });
  });
  const engines = new Map<string, string>();
  const engine = (numerics: string) => {
    let id = engines.get(numerics);
    if (id === undefined) engines.set(numerics, id = addEngine(entities, environment, numerics));
    return id;
  };
  if (environment.engine !== undefined) engine(environment.engine.numerics);
  const system = [machine.system, machine.os, machine.arch].filter((text) => text !== undefined);
  const application = entities.add({
    "@id": "#basin",
    "@type": "SoftwareApplication",
    name: "Basin",
    description: "Workflow engine for the dynamics of neural networks",
    softwareVersion: basin,
    operatingSystem: system.join(", "),
    ...(lock === undefined ? {} : { identifier: `deno.lock ${lock}` }),
    ...references("softwareRequirements", [runtime, ...packages, ...engines.values()]),
  });
  const language = entities.add({
    "@id": "#language",
    "@type": "ComputerLanguage",
    name: "Basin workflow",
    alternateName: "Basin",
    description: "YAML: stages with params, axes and inputs; each stage is a task or a command",
    version: basin,
  });
  const source = addSource(entities, environment);
  return {
    basin: application,
    language,
    ...(source === undefined ? {} : { source }),
    mentioned: [addMachine(entities, environment), ...(source === undefined ? [] : [source])],
    engine,
  };
}

function addEngine(entities: Entities, environment: Environment, numerics: string): string {
  const { engine, basin } = environment;
  // A run whose engine was lost goes on with another one.
  const facts = engine?.numerics === numerics ? engine : undefined;
  const details = [
    facts?.adapter === undefined ? undefined : `adapter ${facts.adapter}`,
    facts?.vendor === undefined ? undefined : `vendor ${facts.vendor}`,
    facts?.backend,
    facts?.driver === undefined ? undefined : `driver ${facts.driver}`,
    facts?.software === true ? "computed by the processor" : undefined,
    facts?.limits === undefined ? undefined : `limits ${JSON.stringify(facts.limits)}`,
  ].filter((text) => text !== undefined);
  return entities.add({
    "@id": fragmentId("engine", numerics),
    "@type": "SoftwareApplication",
    name: `engine ${facts?.name ?? numerics}`,
    description: [`numerics class ${numerics}`, ...details].join("; "),
    softwareVersion: basin,
  });
}

/** What is known of the computer, as properties: `additionalProperty` belongs to products and places. */
function addMachine(entities: Entities, { machine, jobs }: Environment): string {
  const { os, system, arch, processor, cpus, memory } = machine;
  const facts: Readonly<Record<string, string | number | undefined>> = {
    os,
    system,
    arch,
    processor,
    cpus,
    memory_bytes: memory,
    stages_at_a_time: jobs,
  };
  const properties = Object.entries(facts).filter(([, value]) => value !== undefined)
    .map(([name, value]) =>
      entities.add({ "@id": fragmentId("machine", name), "@type": "PropertyValue", name, value })
    );
  return entities.add({
    "@id": "#machine",
    "@type": "IndividualProduct",
    name: "the computer of the run",
    ...references("additionalProperty", properties),
  });
}

function addSource(entities: Entities, { git, workflow }: Environment): string | undefined {
  if (git === undefined) return undefined;
  const { commit, branch, dirty, dirtyDigest, numChanged, changed, unseen } = git;
  const names = changed.map(({ path, how }) => `${path} (${how})`).join(", ");
  const more = numChanged > changed.length ? `, and ${numChanged - changed.length} more` : "";
  const state = dirty === null
    ? unseen ?? "it is not known whether files differed from the commit"
    : dirty
    ? `${
      numChanged === 1 ? "1 file" : `${numChanged} files`
    } differed from the commit: ${names}${more}`
    : "no tracked file, and no file that the run used, differed from the commit";
  const seen = dirty === null || unseen === undefined ? "" : `; ${unseen}`;
  return entities.add({
    "@id": "#source",
    "@type": "SoftwareSourceCode",
    name: workflow,
    description: `From a Git checkout${
      branch === undefined ? "" : ` of ${branch}`
    }: ${state}${seen}`,
    version: `${commit ?? "no commit"}${dirty ? "-dirty" : ""}`,
    ...(dirtyDigest === undefined ? {} : { identifier: dirtyDigest }),
  });
}

function packageUrl(name: string, version: string): string {
  const [registry, plain] = name.split(":");
  const path = plain.split("/").map(encodeURIComponent).join("/").replace(/^%40/, "@");
  const at = encodeURIComponent(version);
  return registry === "npm"
    ? `https://www.npmjs.com/package/${path}/v/${at}`
    : `https://jsr.io/${path}@${at}`;
}
