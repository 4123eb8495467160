// `graph`: the workflow's stages and how they depend on each other, as a picture.

import { z } from "zod";
import { defineCommand, exitCodes } from "../command.ts";
import { overridesArgument, workflowArgument, workflowOptions } from "../options.ts";

export default defineCommand({
  name: "graph",
  summary: "Draw the stages of a workflow and how they depend on each other.",
  arguments: [workflowArgument, overridesArgument],
  options: z.strictObject({
    ...workflowOptions,
    format: z.enum(["svg", "mermaid", "dot"]).default("svg").describe("kind of picture"),
  }),
  examples: [
    { command: "deno task graph workflows/attractors.yaml > graph.svg", summary: "as SVG" },
    {
      command: "deno task graph workflows/attractors.yaml --format mermaid",
      summary: "for a Markdown page",
    },
  ],
  async handler(terminal, args, options) {
    const { openSession } = await import("../session.ts");
    const { dagDot, dagMermaid } = await import("../../report/dag.ts");
    await using session = await openSession(terminal, args, options, { store: false });
    if (session.failed !== null) return session.failed;
    const { stages } = session.graph;
    if (options.format === "mermaid") terminal.out(dagMermaid(stages));
    else if (options.format === "dot") terminal.out(dagDot(stages));
    else {
      const { drawDag } = await import("../draw_dag.ts");
      terminal.out(await drawDag(stages));
    }
    return exitCodes.done;
  },
});
