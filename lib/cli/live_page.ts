// The page of a run that goes on: `report.html`, written again and again while stages run. It is a view and nothing else:
// whatever goes wrong with it is told when the run has ended, and stops nothing.

import type { RunEvent } from "../core/event.ts";
import type { ReportParams } from "../report/content.ts";
import { stageOf } from "../report/format.ts";
import { reportHtml } from "../report/html.ts";
import type { RunRecord } from "../report/record.ts";
import type { Graph } from "../workflow/graph.ts";
import { collect, type Decoded } from "./collect.ts";
import { pageContent, type PageInput } from "./page_content.ts";
import { type PageNews, PagePace } from "./page_pace.ts";
import { type PreviousRun, reportParams } from "./previous_run.ts";
import type { RunFolder } from "./run_folder.ts";
import { shownOutputs } from "./shown_outputs.ts";
import { storageProblem } from "./storage_problem.ts";
import { sweepRows } from "./sweep_rows.ts";

/** What the page is made from; what changes is asked for each time. */
export interface LivePageInput extends Pick<PageInput, "command" | "environment"> {
  session(): PageInput["session"];
  record(): RunRecord;
  /** The run that params are compared with. */
  readonly previous: PreviousRun | undefined;
  readonly folder: Pick<RunFolder, "replace">;
  /** What was read for pages before. */
  readonly decoded: Decoded;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** A page that is kept up to date. */
export interface LivePage {
  /** There will be something to see: from now on it is written. */
  open(): void;
  /** Takes note of what happened. */
  event(event: RunEvent): void;
  /** Writes the page if it is time to; called a few times a second. */
  tick(): void;
  /** Waits for what is being written. */
  written(): Promise<void>;
  /** Waits for what is being written; nothing is written afterwards. Says what went wrong, if anything did. */
  close(): Promise<string | undefined>;
  /** The last page of a run that ended by an error: it no longer says that it goes on. */
  abandon(): Promise<void>;
}

/** Keeps the page of a run up to date. */
export function livePage(input: LivePageInput): LivePage {
  const { folder, now = () => performance.now() } = input;
  let pace: PagePace | undefined;
  // Looked at once: it does not change while stages run.
  let params: ReportParams | undefined;
  let writing: Promise<void> | undefined;
  let closed = false;
  let problem: string | undefined;
  let isThere = false;
  let news: PageNews = { events: 0, shown: 0 };
  const write = async (live: PageInput["live"]) => {
    params ??= reportParams(input.session().graph, input.previous);
    await folder.replace("report.html", await htmlOf(input, params, live));
  };
  const writeNow = async (pace: PagePace) => {
    const began = now();
    const known = news;
    try {
      const written_at = new Date(input.session().world.clock.now()).toISOString();
      await write({ written_at, every_seconds: pace.everySeconds() });
      isThere = true;
    } catch (error) {
      problem ??= storageProblem(error) ?? String(error);
    }
    pace.wrote(began, now(), known);
    writing = undefined;
  };
  return {
    open() {
      pace ??= new PagePace(now());
    },
    event(event) {
      const isShown = event.type === "stage-finished" && isLookedAt(event, input.session().graph);
      news = { events: news.events + 1, shown: news.shown + (isShown ? 1 : 0) };
    },
    tick() {
      if (closed || pace === undefined || writing !== undefined) return;
      if (pace.due(now(), news)) writing = writeNow(pace);
    },
    async written() {
      await writing;
    },
    async close() {
      closed = true;
      await writing;
      return problem;
    },
    async abandon() {
      closed = true;
      await writing;
      if (isThere) await write(undefined).catch(() => {});
    },
  };
}

/** Whether somebody who waits for a run wants to see this first: a figure, or verdicts. */
function isLookedAt(
  { stage, outputs }: Extract<RunEvent, { type: "stage-finished" }>,
  { stages }: Pick<Graph, "stages">,
): boolean {
  const kinds = Object.values(outputs).map(({ kind }) => kind);
  if (kinds.includes("figure")) return true;
  const name = stageOf(stage);
  return kinds.includes("table") &&
    stages.some((one) => one.name === name && one.task === "claims");
}

async function htmlOf(
  input: LivePageInput,
  params: ReportParams,
  live: PageInput["live"],
): Promise<string> {
  const { command, environment, decoded } = input;
  const session = input.session();
  const record = input.record();
  const { shown, numLeftOut } = shownOutputs(session.graph, record);
  const found = await collect(session.store, shown, decoded);
  const { members, warnings } = await sweepRows(session, record);
  return await reportHtml(
    await pageContent({
      session,
      members,
      record: { ...record, warnings: [...record.warnings, ...warnings] },
      command,
      found,
      numLeftOut,
      params,
      environment,
      ...(live === undefined ? {} : { live }),
    }),
  );
}
