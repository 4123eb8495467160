// `show`: what a stage gave, read from the store: kinds, shapes, the first rows of tables, and where the files are.

import { bold, dim } from "@std/fmt/colors";
import { z } from "zod";
import { defineCommand, exitCodes } from "../command.ts";
import { overridesArgument, workflowArgument, workflowOptions } from "../options.ts";

export default defineCommand({
  name: "show",
  summary: "Look at the stored results of a stage.",
  arguments: [
    workflowArgument,
    { name: "stage", summary: "id or glob, e.g. 'fit[seed=*]'", required: true, variadic: false },
    overridesArgument,
  ],
  options: z.strictObject({
    ...workflowOptions,
    rows: z.int().min(1).default(12).describe("rows of a table to show").meta({ placeholder: "N" }),
  }),
  examples: [
    {
      command: "deno task show workflows/attractors.yaml claims",
      summary: "the table of verdicts",
    },
  ],
  async handler(terminal, args, options) {
    const [workflow, glob, ...overrides] = args;
    const { openSession } = await import("../session.ts");
    const { describeArtifact } = await import("../describe_artifact.ts");
    await using session = await openSession(terminal, [workflow, ...overrides], options);
    if (session.failed !== null) return session.failed;
    const chosen = session.match(glob);
    if (chosen.length === 0) {
      const { sayUnknownStage } = await import("../unknown_stage.ts");
      sayUnknownStage(terminal, glob, session.graph);
      return exitCodes.usage;
    }
    const plan = await session.plan({ only: [glob] });
    for (const index of chosen) {
      const entry = plan.entries[index];
      const { id } = plan.graph.members[index];
      if (entry.verdict !== "hit") {
        terminal.out(
          `${bold(id)} ${dim("has no stored result for these params; run the workflow first")}\n`,
        );
        continue;
      }
      const { seconds, started_at } = entry.manifest.provenance;
      terminal.out(`${bold(id)} ${dim(`made ${started_at}, took ${seconds.toFixed(2)} s`)}\n`);
      for (const [name, artifact] of Object.entries(entry.manifest.outputs)) {
        const files = await session.store.read(artifact);
        terminal.out(
          files === undefined
            ? `  ${name}: its bytes are damaged or gone; run the workflow to make them again\n`
            : describeArtifact(name, artifact, files, {
              columns: terminal.columns(),
              rows: options.rows,
            }),
        );
      }
    }
    return exitCodes.done;
  },
});
