// `verify`: runs stages again without storing anything, and says whether the bytes come out as they did before.

import { bold, dim, green, red } from "@std/fmt/colors";
import { z } from "zod";
import { defineCommand, exitCodes } from "../command.ts";
import { overridesArgument, workflowArgument, workflowOptions } from "../options.ts";
import { wrap } from "../wrap.ts";

export default defineCommand({
  name: "verify",
  summary: "Run stages again and compare every byte with what is stored.",
  arguments: [
    workflowArgument,
    { name: "stage", summary: "id or glob, e.g. 'fit[seed=*]'", required: true, variadic: false },
    overridesArgument,
  ],
  options: z.strictObject({
    ...workflowOptions,
    repeat: z.int().min(1).max(1000).default(2).describe("repetitions").meta({ placeholder: "N" }),
  }),
  examples: [
    {
      command: "deno task verify workflows/attractors.yaml 'a_rank' --repeat 3",
      summary: "whether a stage always gives the same",
    },
  ],
  async handler(terminal, args, options) {
    const [workflow, glob, ...overrides] = args;
    const { openSession } = await import("../session.ts");
    await using session = await openSession(terminal, [workflow, ...overrides], options);
    if (session.failed !== null) return session.failed;
    const plan = await session.plan();
    const chosen = session.match(glob, plan.graph).map((index) => plan.graph.members[index])
      .filter(({ pending }) => pending !== true);
    if (chosen.length === 0) {
      const { sayUnknownStage } = await import("../unknown_stage.ts");
      sayUnknownStage(terminal, glob, plan.graph);
      return exitCodes.usage;
    }
    const { verifyMember } = await import("../verify_members.ts");
    const { differenceText } = await import("../../report/artifact_difference.ts");
    const { listenForSignals, exitCodeOf } = await import("../interruption.ts");
    using interruption = listenForSignals(terminal, (text) => terminal.err(text));
    let bad = 0;
    const say = (text: string) => {
      const lines = wrap(text, terminal.columns() - 4);
      terminal.out(lines.map((line) => `    ${line}\n`).join(""));
    };
    for (const { index, id } of chosen) {
      const { store, executor, files } = session;
      const { repeat } = options;
      const { signal } = interruption;
      const engine = session.engine === null ? {} : { engine: session.engine };
      const deps = { plan, store, executor, files, repeat, signal, ...engine };
      const found = await verifyMember(index, deps);
      if (interruption.reason !== null) return exitCodeOf(interruption.reason);
      if (!found.ok) {
        bad++;
        terminal.out(`${red("not verified")} ${bold(id)}\n`);
        say(found.error);
        continue;
      }
      const { differences, stored, volatile } = found.value;
      const compared = `${repeat === 1 ? "1 repetition" : `${repeat} repetitions`}, compared with ${
        stored ? "what is stored" : "each other: nothing is stored"
      }`;
      if (differences.length === 0) {
        terminal.out(`${green("same")} ${bold(id)} ${dim(compared)}\n`);
      } else {
        bad++;
        terminal.out(`${red("differs")} ${bold(id)} ${dim(compared)}\n`);
        for (const { output, repetition, files } of differences) {
          if (files === undefined) {
            say(`${output}, repetition ${repetition}: another digest; the stored bytes are gone`);
          }
          for (const difference of files ?? []) {
            say(`${output}, repetition ${repetition}: ${differenceText(difference)}`);
          }
        }
      }
      if (volatile.length > 0) say(`not compared, because volatile: ${volatile.join(", ")}`);
    }
    return bad === 0 ? exitCodes.done : exitCodes.stageFailed;
  },
});
