// `show`: what a stage gave, read from the store: kinds, shapes, the first rows of tables, and where the files are.

import { bold, dim } from "@std/fmt/colors";
import { z } from "zod";
import type { StoredFile } from "../../core/manifest.ts";
import type { Store } from "../../core/store.ts";
import { numericsOf, type StageMember } from "../../workflow/graph.ts";
import { defineCommand, exitCodes } from "../command.ts";
import type { EngineChoice } from "../engine_choice.ts";
import type { LastFailure } from "../last_failure.ts";
import { overridesArgument, workflowArgument, workflowOptions } from "../options.ts";

/** A stored log, control characters shown but for tabs and line ends. */
async function logText(store: Store, log: StoredFile): Promise<string> {
  const files = await store.read({ kind: "log", digest: log.digest, files: { log } });
  if (files === undefined) return "  its log is damaged or gone\n";
  const { printable } = await import("../../report/format.ts");
  const text = printable(new TextDecoder().decode(files.log));
  return text.endsWith("\n") ? text : `${text}\n`;
}

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
    log: z.boolean().default(false).describe("what the stage printed when it was made"),
    rows: z.int().min(1).default(12).describe("rows of a table to show").meta({ placeholder: "N" }),
    digits: z.int().min(1).max(17).default(4).describe("significant digits of numbers")
      .meta({ placeholder: "N" }),
    values: z.boolean().default(false).describe(
      "all there is: numbers of arrays, every column of tables",
    ),
  }),
  examples: [
    {
      command: "deno task show workflows/attractors.yaml claims",
      summary: "the table of verdicts",
    },
    {
      command: "deno task show workflows/mine.yaml fit --values --digits 17",
      summary: "the numbers of its arrays, all digits",
    },
    {
      command: "deno task show workflows/mine.yaml 'fit[seed=0]' --log",
      summary: "what a stage printed",
    },
  ],
  async handler(terminal, args, options) {
    const [workflow, glob, ...overrides] = args;
    const { openSession } = await import("../session.ts");
    const { describeArtifact } = await import("../describe_artifact.ts");
    const { oneLine } = await import("../../report/format.ts");
    await using session = await openSession(terminal, [workflow, ...overrides], options);
    if (session.failed !== null) return session.failed;
    const plan = await session.plan();
    const chosen = session.match(glob, plan.graph);
    if (chosen.length === 0) {
      const { sayUnknownStage } = await import("../unknown_stage.ts");
      sayUnknownStage(terminal, glob, plan.graph);
      return exitCodes.usage;
    }
    let failures: ReadonlyMap<string, LastFailure> | undefined;
    for (const index of chosen) {
      const entry = plan.entries[index];
      const { id } = plan.graph.members[index];
      if (entry.verdict !== "hit") {
        const { failureText, lastFailures } = await import("../last_failure.ts");
        failures ??= await lastFailures(session.world.disk, session.results, plan.graph);
        const failure = failures.get(id);
        if (failure !== undefined) {
          terminal.out(failureText(id, failure, terminal.cwd));
          continue;
        }
        const reason = entry.verdict === "run" && entry.note !== undefined
          ? `cannot be looked up: ${entry.note.replace(/^caching off: /, "")}`
          : missing(plan.graph.members[index], session.engine);
        terminal.out(`${bold(id)} ${dim(reason)}\n`);
        continue;
      }
      const { seconds, started_at, omitted = [], states } = entry.manifest.provenance;
      terminal.out(`${bold(id)} ${dim(`made ${started_at}, took ${seconds.toFixed(2)} s`)}\n`);
      const { unit = "", found = 0, computed = 0 } = states?.work ?? {};
      if (found > 0) {
        const counts = `${found} of ${found + computed} ${oneLine(unit)}`;
        terminal.out(dim(`  ${counts} were found in states that earlier runs left\n`));
      }
      if (omitted.length > 0) {
        terminal.out(`  made without what failed: ${omitted.join(", ")}\n`);
      }
      if (options.log) {
        const { log } = entry.manifest;
        terminal.out(
          log === undefined
            ? `  ${dim("it printed nothing")}\n`
            : await logText(session.store, log),
        );
        continue;
      }
      for (const [name, artifact] of Object.entries(entry.manifest.outputs)) {
        const files = await session.store.read(artifact);
        terminal.out(
          files === undefined
            ? `  ${name}: its bytes are damaged or gone; run the workflow to make them again\n`
            : describeArtifact(name, artifact, files, {
              columns: terminal.columns(),
              rows: options.rows,
              digits: options.digits,
              values: options.values,
            }),
        );
      }
    }
    return exitCodes.done;
  },
});

/** What to say of a member without a result; what other engines have made may be there all the same. */
function missing(member: StageMember, engine: EngineChoice | null): string {
  const on = numericsOf(member) === "engine" && engine !== null ? ` on ${engine.numerics}` : "";
  return `has no stored result for these params${on}; run the workflow first`;
}
