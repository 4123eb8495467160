// `run`: runs what is missing of a workflow, and leaves a run folder with events, report, figures and tables.

import { z } from "zod";
import { defineCommand } from "../command.ts";
import {
  overridesArgument,
  selectionOptions,
  workflowArgument,
  workflowOptions,
} from "../options.ts";

export default defineCommand({
  name: "run",
  summary: "Run what is missing of a workflow.",
  arguments: [workflowArgument, overridesArgument],
  options: z.strictObject({
    ...workflowOptions,
    ...selectionOptions,
    jobs: z.int().min(1).max(256).optional().meta({
      description: "workers at a time; default: one per processor",
      placeholder: "N",
    }),
    machine: z.string().optional().meta({
      description: "config/machine/NAME.yaml, or a path: cores, memory and named slots",
      placeholder: "NAME",
    }),
    executor: z.enum(["local", "slurm"]).default("local").describe("where stages run"),
    fail_fast: z.boolean().default(false).describe("stop at the first failure"),
    json: z.boolean().default(false).describe("events as NDJSON on standard output, nothing else"),
    quiet: z.boolean().default(false).describe("only failures and the summary"),
  }),
  examples: [
    { command: "deno task run workflows/attractors.yaml", summary: "everything that is missing" },
    {
      command: "deno task run workflows/attractors.yaml --profile smoke",
      summary: "small, in seconds",
    },
    {
      command: "deno task run workflows/attractors.yaml num_trials=50",
      summary: "with another param",
    },
  ],
  async handler(terminal, args, options) {
    const { runWorkflow } = await import("../run_workflow.ts");
    return await runWorkflow(terminal, args, options);
  },
});
