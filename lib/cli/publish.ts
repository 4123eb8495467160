// Publishing: copies of what people look at, from the store into the run folder, and the report over them.

import { join, relative } from "@std/path";
import type { Environment } from "../core/environment.ts";
import type { ReportFigure, ReportTable } from "../report/content.ts";
import { reportHtml } from "../report/html.ts";
import type { RunRecord } from "../report/record.ts";
import { collect, type Decoded } from "./collect.ts";
import { copiesTo } from "./copies.ts";
import { pageContent, pageFile } from "./page_content.ts";
import { type PreviousRun, reportParams } from "./previous_run.ts";
import type { RunFolder } from "./run_folder.ts";
import type { Session } from "./session.ts";
import { shownOutputs } from "./shown_outputs.ts";
import { sweepRows } from "./sweep_rows.ts";
import type { Terminal } from "./terminal.ts";

/** What publishing works with. */
export interface PublishInput {
  readonly terminal: Terminal;
  readonly session: Pick<Session, "graph" | "store" | "results" | "world">;
  readonly record: RunRecord;
  readonly folder: RunFolder;
  /** The command that repeats the run. */
  readonly command: string;
  readonly environment?: Environment;
  /** The run that params are compared with. */
  readonly previous?: PreviousRun | undefined;
  /** What was read for pages before. */
  readonly decoded?: Decoded;
}

/** What publishing made. */
export interface Published {
  /** Path of the report relative to the working folder. */
  readonly report: string;
  /** Tables of verdicts, and figures, as the report has them. */
  readonly verdicts: readonly ReportTable[];
  readonly figures: readonly ReportFigure[];
}

/** Writes `figures/`, `tables/`, `arrays/`, `files/`, `page.json` and `report.html`. */
export async function publish(input: PublishInput): Promise<Published> {
  const { session, record, folder, command, terminal, previous, decoded = new Map() } = input;
  const { shown, numLeftOut } = shownOutputs(session.graph, record);
  const copies = copiesTo(folder);
  const found = await collect(session.store, shown, decoded, copies.add);
  const { members, warnings } = await sweepRows(session, record);
  const content = await pageContent({
    session,
    members,
    record: { ...record, warnings: [...record.warnings, ...warnings] },
    command,
    found,
    numLeftOut: numLeftOut + copies.numLeftOut,
    params: reportParams(session.graph, previous),
    environment: input.environment,
  });
  await folder.writeJson("page.json", pageFile(content, shown, session.graph.profile, warnings));
  await folder.replace("report.html", await reportHtml(content));
  return {
    report: reportPath(terminal, folder),
    verdicts: found.verdicts,
    figures: found.figures,
  };
}

/** Where the report of a run lies, from the working folder. */
export function reportPath(
  { cwd }: Pick<Terminal, "cwd">,
  folder: Pick<RunFolder, "path">,
): string {
  return relative(cwd, join(folder.path, "report.html"));
}
