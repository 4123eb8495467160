// A report without a run: stored results as hits, everything else as not run.

import { foldEvents } from "../report/record.ts";
import type { RunEvent } from "../core/event.ts";
import { commandLine } from "./command_line.ts";
import { previousRun } from "./previous_run.ts";
import { publish } from "./publish.ts";
import { createRunFolder } from "./run_folder.ts";
import { runId } from "./run_id.ts";
import type { Session, SessionOptions } from "./session.ts";
import type { Terminal } from "./terminal.ts";
import { basinVersion, denoVersion } from "./version.ts";

/** Writes a run folder with the report; returns the report's path, or `null` if nothing is stored. */
export async function reportStored(
  terminal: Terminal,
  session: Session,
  args: readonly string[],
  options: SessionOptions,
): Promise<string | null> {
  const { world, results } = session;
  const plan = await session.plan();
  // A place that cannot be written is told before anything else.
  await world.disk.makeDirectory(results);
  if (plan.counts.hit === 0) return null;
  // As it is now that known tables have named more stages.
  const { graph } = plan;
  const hasPrograms = graph.members.some(({ command }) => command !== undefined);
  const now = world.clock.now();
  const run = runId(now, crypto.getRandomValues(new Uint8Array(3)));
  const folder = await createRunFolder(world.disk, results, graph.workflow, run);
  const events: RunEvent[] = [{
    type: "run-started",
    at: 0,
    workflow: graph.workflow,
    run,
    started_at: new Date(now).toISOString(),
    basin: basinVersion,
    deno: denoVersion,
    jobs: 0,
  }];
  plan.entries.forEach((entry, i) => {
    const { id: stage, replaced } = graph.members[i];
    if (replaced === true || entry.verdict === "left-out") return;
    if (entry.verdict === "hit") {
      events.push({
        type: "stage-finished",
        at: 0,
        stage,
        how: "hit",
        key: entry.key,
        seconds: 0,
        outputs: {},
      });
    } else events.push({ type: "stage-skipped", at: 0, stage, because: "not run yet" });
  });
  const { stages, hit } = plan.counts;
  const totals = { stages, hit, ran: 0, failed: 0, skipped: stages - hit, fused: 0 };
  events.push({ type: "run-finished", at: 0, ok: hit === stages, seconds: 0, run, ...totals });
  const published = await publish({
    terminal,
    session: { ...session, graph },
    record: foldEvents(events),
    folder,
    command: commandLine(args, { ...options, hasPrograms }),
    previous: await previousRun(world.disk, results, graph),
  });
  await folder.close();
  return published.report;
}
