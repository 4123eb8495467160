// `plan`: hit, run or maybe for every stage, with expected time from history. Runs nothing.

import { z } from "zod";
import type { StageMember } from "../../workflow/graph.ts";
import { defineCommand, exitCodes } from "../command.ts";
import {
  overridesArgument,
  selectionOptions,
  workflowArgument,
  workflowOptions,
} from "../options.ts";

export default defineCommand({
  name: "plan",
  summary: "Show what a run would do, and how long it may take.",
  arguments: [workflowArgument, overridesArgument],
  options: z.strictObject({
    ...workflowOptions,
    ...selectionOptions,
    all: z.boolean().default(false).describe("every member, not only totals by stage"),
    json: z.boolean().default(false).describe("as JSON on standard output"),
  }),
  examples: [
    { command: "deno task plan workflows/attractors.yaml", summary: "what would run now" },
    {
      command: "deno task plan workflows/attractors.yaml n_delays=20",
      summary: "what a change would cost",
    },
  ],
  async handler(terminal, args, options) {
    const { openSession } = await import("../session.ts");
    const { continuesText, planByStage, planText } = await import("../plan_text.ts");
    const { engineText } = await import("../engine_text.ts");
    const { stageHistory } = await import("../stage_history.ts");
    await using session = await openSession(terminal, args, options);
    if (session.failed !== null) return session.failed;
    const { only, force } = options;
    for (const glob of [...only ?? [], ...force ?? []]) {
      if (session.graph.growing !== undefined || session.match(glob).length > 0) continue;
      const { sayUnknownStage } = await import("../unknown_stage.ts");
      sayUnknownStage(terminal, glob, session.graph);
      return exitCodes.usage;
    }
    const plan = await session.plan({
      ...(only === undefined ? {} : { only }),
      ...(force === undefined ? {} : { force }),
    });
    if (plan.unmatched.length > 0) {
      const { sayUnknownStage } = await import("../unknown_stage.ts");
      sayUnknownStage(terminal, plan.unmatched[0], plan.graph);
      return exitCodes.usage;
    }
    // Reading every manifest takes a moment, which a plan of nothing but hits need not spend.
    const isDone = plan.counts.run + plan.counts.maybe === 0;
    const history = stageHistory(isDone ? [] : session.store.manifests());
    const { plannedBatches } = await import("../../workflow/planned_batches.ts");
    const { expectedTime } = await import("../../workflow/expected_time.ts");
    const { availableUnder } = await import("../../workflow/available.ts");
    const available = availableUnder(plan, session.store, history.engines);
    const { readMachine } = await import("../machine.ts");
    const machine = readMachine(terminal);
    if (machine === null) return exitCodes.usage;
    const cores = machine.cpus ?? terminal.numCpus;
    const oneDevice = session.engine?.name === "webgpu";
    const expectedSeconds = ({ id, stage, task }: StageMember) =>
      history.expected(id, stage, task.name);
    const batches = plannedBatches(plan, { cores, oneDevice, expectedSeconds });
    const rows = planByStage(plan, history, batches);
    const { seconds: _, ...time } = expectedTime(
      plan,
      expectedSeconds,
      cores,
    );
    if (options.json) {
      const members = plan.entries.map((entry, i) => ({
        stage: plan.graph.members[i].id,
        verdict: entry.verdict,
        ...("key" in entry ? { key: entry.key } : {}),
        ...(plan.continuing?.has(i) ? { continues: plan.continuing.get(i) } : {}),
      })).filter(({ verdict }) => verdict !== "left-out");
      const expected = {
        cores,
        unseen: time.numUnseen,
        work_seconds: time.work,
        path_seconds: time.longestPath,
        at_least_seconds: time.atLeast,
      };
      terminal.out(
        JSON.stringify({
          ...plan.counts,
          engine: session.engine?.numerics ?? null,
          available,
          stages_by_name: rows,
          members,
          expected,
        }) + "\n",
      );
      return exitCodes.done;
    }
    if (options.all) {
      plan.entries.forEach((entry, i) =>
        entry.verdict !== "left-out" &&
        terminal.out(
          `${entry.verdict.padEnd(8)} ${plan.graph.members[i].id}${
            continuesText(plan.continuing?.get(i))
          }\n`,
        )
      );
    }
    terminal.out(planText(plan, rows, terminal.columns(), { ...time, cores }));
    terminal.out(engineText(session.engine, available, terminal.columns()));
    return exitCodes.done;
  },
});
