// `report`: writes the report of the latest run again from what the store holds now. Computes nothing.

import { z } from "zod";
import { defineCommand, exitCodes } from "../command.ts";
import { overridesArgument, workflowArgument, workflowOptions } from "../options.ts";

export default defineCommand({
  name: "report",
  summary: "Write the report of a workflow from stored results, running nothing.",
  arguments: [workflowArgument, overridesArgument],
  options: z.strictObject({ ...workflowOptions }),
  examples: [{
    command: "deno task report workflows/attractors.yaml",
    summary: "after deleting results/runs",
  }],
  async handler(terminal, args, options) {
    const { openSession } = await import("../session.ts");
    const { reportStored } = await import("../report_stored.ts");
    await using session = await openSession(terminal, args, options);
    if (session.failed !== null) return session.failed;
    terminal.out(`${await reportStored(terminal, session, args, options)}\n`);
    return exitCodes.done;
  },
});
