// Tasks and commands as entities: the tools that the workflow puts together, each with the digest of its code.

import type { CrateRun, CrateTool } from "./content.ts";
import { type Entities, reference, references } from "./entities.ts";
import type { FormalParameters } from "./formal_parameters.ts";
import { fragmentId } from "./ids.ts";
import type { SoftwareIds } from "./software.ts";

/**
 * The id of a tool.
 *
 * @example
 * ```ts
 * import { toolId } from "#lib/provenance/tools.ts";
 * import { assertEquals } from "@std/assert";
 * const code = `sha256:${"ab".repeat(32)}`;
 * assertEquals(toolId({ name: "dmd", summary: "", code }), "#tool/dmd/abababababababab");
 * ```
 */
export function toolId({ name, code, engine }: CrateTool): string {
  return fragmentId(
    "tool",
    name,
    ...(code === undefined ? [] : [code.slice(code.indexOf(":") + 1, code.indexOf(":") + 17)]),
    ...(engine === undefined ? [] : [engine]),
  );
}

/**
 * Adds the tools, once all their parameters are known; returns their ids.
 *
 * @example
 * ```ts
 * import { Entities } from "#lib/provenance/entities.ts";
 * import { FormalParameters } from "#lib/provenance/formal_parameters.ts";
 * import { addSoftware } from "#lib/provenance/software.ts";
 * import { addTools } from "#lib/provenance/tools.ts";
 * import { smallRun } from "#tests/support/small_crate_run.ts";
 * import { assertEquals } from "@std/assert";
 * const entities = new Entities();
 * const run = { ...smallRun(), tools: [{ name: "dmd", summary: "" }] };
 * const software = addSoftware(entities, run.environment);
 * assertEquals(addTools(entities, run, new FormalParameters(entities), software), ["#tool/dmd"]);
 * ```
 */
export function addTools(
  entities: Entities,
  { tools, environment }: CrateRun,
  parameters: FormalParameters,
  software: SoftwareIds,
): readonly string[] {
  return tools.map((tool) => {
    const { name, summary, code, engine } = tool;
    const { inputs, outputs } = parameters.of(name);
    return entities.add({
      "@id": toolId(tool),
      "@type": "SoftwareApplication",
      name,
      ...(summary === "" ? {} : { description: summary }),
      softwareVersion: code ?? environment.basin,
      softwareRequirements: engine === undefined
        ? reference(software.basin)
        : [reference(software.basin), reference(software.engine(engine))],
      ...references("input", inputs),
      ...references("output", outputs),
    });
  });
}
