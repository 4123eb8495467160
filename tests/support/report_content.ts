// Contents of reports for tests: an empty one, with whatever a test puts in.

import type { ReportContent } from "#lib/report/content.ts";
import { foldEvents } from "#lib/report/record.ts";

/** An empty report with parts replaced. */
export function reportContent(parts: Partial<ReportContent> = {}): ReportContent {
  return {
    title: "t",
    description: "",
    record: foldEvents([]),
    verdicts: [],
    tables: [],
    figures: [],
    resolved: "",
    command: "deno task run x.yaml",
    graph: "",
    ...parts,
  };
}
