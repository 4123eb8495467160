// What a run leaves behind on GitHub: annotations at the stages that failed, and a summary for the page of the job.

import { annotation } from "../report/github.ts";
import { type JobFacts, jobSummary } from "../report/job_summary.ts";
import type { RunRecord } from "../report/record.ts";
import type { Graph } from "../workflow/graph.ts";
import type { Terminal } from "./terminal.ts";

/** GitHub shows no more annotations of one step. */
const maxAnnotations = 10;

/** Says it all if the program runs there; elsewhere nothing. */
export function tellGithub(
  terminal: Terminal,
  graph: Pick<Graph, "stages">,
  record: RunRecord,
  facts: JobFacts,
): void {
  if (terminal.env("GITHUB_ACTIONS") === "true") {
    const places = new Map(graph.stages.map(({ name, at }) => [name, at]));
    const failed = record.stages.filter(({ status }) => status === "failed");
    for (const { stage, failure } of failed.slice(0, maxAnnotations)) {
      const message = `${stage}: ${failure?.message ?? "failed"}`;
      terminal.err(annotation("error", message, places.get(stage.split("[")[0])));
    }
  }
  writeJobSummary(terminal, record, facts);
}

/** Only `run:ci` may write it. */
function writeJobSummary(
  terminal: Terminal,
  record: RunRecord,
  facts: JobFacts,
): void {
  const path = terminal.env("GITHUB_STEP_SUMMARY");
  if (path === undefined || path === "") return;
  try {
    Deno.writeTextFileSync(path, jobSummary(record, facts), { append: true });
  } catch (error) {
    const reason = error instanceof Deno.errors.NotCapable
      ? "use `deno task run:ci`"
      : String(error);
    terminal.err(`warning: no job summary: ${reason}\n`);
  }
}
