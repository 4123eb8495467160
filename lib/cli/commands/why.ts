// `why`: why a stage would run, or why it would not, followed to the root cause.

import { z } from "zod";
import { defineCommand, exitCodes } from "../command.ts";
import { overridesArgument, workflowArgument, workflowOptions } from "../options.ts";

export default defineCommand({
  name: "why",
  summary: "Explain why a stage would run, followed to the root cause.",
  arguments: [
    workflowArgument,
    { name: "stage", summary: "id or glob, e.g. 'fit[seed=0]'", required: true, variadic: false },
    overridesArgument,
  ],
  options: z.strictObject({ ...workflowOptions }),
  examples: [
    {
      command: "deno task why workflows/attractors.yaml a_rank",
      summary: "before running anything",
    },
  ],
  async handler(terminal, args, options) {
    const [workflow, stage, ...overrides] = args;
    const { openSession } = await import("../session.ts");
    await using session = await openSession(terminal, [workflow, ...overrides], options);
    if (session.failed !== null) return session.failed;
    const { explain } = await import("../explain.ts");
    return await explain(terminal, session, stage) ? exitCodes.done : exitCodes.usage;
  },
});
