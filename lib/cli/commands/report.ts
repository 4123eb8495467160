// `report`: writes the report of a workflow from what the store holds now, or of runs from their folders. Computes
// nothing.

import { z } from "zod";
import { defineCommand, exitCodes } from "../command.ts";
import { overridesArgument, workflowArgument, workflowOptions } from "../options.ts";

export default defineCommand({
  name: "report",
  summary: "Write the report of a workflow from stored results, running nothing.",
  arguments: [workflowArgument, overridesArgument],
  options: z.strictObject({
    ...workflowOptions,
    run: z.string().optional().meta({
      description:
        "a run, from its folder: its id or the beginning of it, its path, latest, previous",
      placeholder: "RUN",
    }),
    diff: z.string().optional().meta({
      description: "another run, to be shown side by side with --run, or with the latest",
      placeholder: "RUN",
    }),
  }),
  examples: [{
    command: "deno task report workflows/attractors.yaml",
    summary: "after deleting results/runs",
  }, {
    command: "deno task report workflows/attractors.yaml --diff previous",
    summary: "what the latest run changed",
  }],
  async handler(terminal, args, options) {
    if (options.run !== undefined || options.diff !== undefined) {
      const { reportRun } = await import("../report_run.ts");
      return await reportRun(terminal, args, options);
    }
    const { openSession } = await import("../session.ts");
    const { reportStored } = await import("../report_stored.ts");
    await using session = await openSession(terminal, args, options);
    if (session.failed !== null) return session.failed;
    const report = await reportStored(terminal, session, args, options);
    if (report === null) {
      terminal.err(
        `error: no result of ${args[0]} is stored; run it first: deno task run ${args[0]}\n`,
      );
      return exitCodes.usage;
    }
    terminal.out(`${report}\n`);
    return exitCodes.done;
  },
});
