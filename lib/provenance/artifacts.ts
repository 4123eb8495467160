// Artifacts as entities, by digest: what two members made alike is one entity.

import type { CrateArtifact, CrateMember, CrateRun } from "./content.ts";
import { type Entities, referencesText } from "./entities.ts";
import type { FormalParameters } from "./formal_parameters.ts";
import { fileId, fragmentId } from "./ids.ts";

interface Known {
  readonly id: string;
  readonly artifact: CrateArtifact;
  /** The member and output that had it first. */
  readonly name: string;
  /** Few; each once. */
  readonly parameters: string[];
  readonly files: string[];
}

/**
 * Collects artifacts while actions are written; they are written last, when all their uses are known.
 *
 * @example
 * ```ts
 * import { Artifacts } from "#lib/provenance/artifacts.ts";
 * import { Entities } from "#lib/provenance/entities.ts";
 * import { FormalParameters } from "#lib/provenance/formal_parameters.ts";
 * import { smallRun } from "#tests/support/small_crate_run.ts";
 * import { assertEquals } from "@std/assert";
 * const run = smallRun();
 * const artifacts = new Artifacts(run, new FormalParameters(new Entities()));
 * const made = artifacts.output(run.members[0], "train", run.members[0].outputs[0]);
 * assertEquals(artifacts.input("compare", run.members[2].inputs[0]), made);
 * ```
 */
export class Artifacts {
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
    const known = this.#note(artifact, port);
    addOnce(known.parameters, this.#parameters.port(tool, "input", port, kind));
    return known.id;
  }

  output(member: CrateMember, tool: string, artifact: CrateArtifact): string {
    const { port, kind, files } = artifact;
    const known = this.#note(artifact, `${member.id}.${port}`);
    addOnce(known.parameters, this.#parameters.port(tool, "output", port, kind));
    for (const file of files ?? []) if (this.#isFile.has(file)) addOnce(known.files, fileId(file));
    const stage = this.#run.stages[member.stage];
    if (stage.isLeaf) {
      const result = this.#parameters.port("", "output", `${stage.name}.${port}`, kind);
      addOnce(known.parameters, result);
      this.results.push(known.id);
    }
    return known.id;
  }

  finish(entities: Entities): void {
    for (const { id, artifact, name, parameters, files } of this.#known.values()) {
      const { digest, kind, bytes } = artifact;
      entities.addText(
        id,
        `"@type":"Dataset","name":${JSON.stringify(name)},` +
          `"additionalType":${JSON.stringify(kind)},"identifier":${JSON.stringify(digest)}` +
          (bytes === undefined ? "" : `,"contentSize":"${bytes}"`) +
          referencesText("hasPart", files) + referencesText("exampleOfWork", parameters),
      );
    }
  }

  #note(artifact: CrateArtifact, name: string): Known {
    const { digest } = artifact;
    let known = this.#known.get(digest);
    if (known === undefined) {
      const start = digest.indexOf(":") + 1;
      const id = fragmentId("artifact", digest.slice(start, start + 24));
      this.#known.set(digest, known = { id, artifact, name, parameters: [], files: [] });
    }
    return known;
  }
}

function addOnce(list: string[], text: string): void {
  if (!list.includes(text)) list.push(text);
}
