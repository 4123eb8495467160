// How to make the run again: the command, the versions, the workflow as resolved.

import type { ReportContent, Section } from "../content.ts";
import { escapeHtml } from "../escape_html.ts";

const maxResolved = 200_000;

/**
 * How to reproduce a run.
 *
 * @example
 * ```ts
 * import { reproduceSection } from "#lib/report/sections/reproduce.ts";
 * import { reportContent } from "#tests/support/report_content.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const section = reproduceSection(reportContent({ command: "deno task run x.yaml" }));
 * assertStringIncludes(section!.html, "<code>deno task run x.yaml</code>");
 * ```
 */
export function reproduceSection({ record, command, resolved }: ReportContent): Section | null {
  return {
    id: "reproduce",
    title: "Reproduce",
    html: `<p>This page was made by <code>${escapeHtml(command)}</code></p>
<p>Basin ${escapeHtml(record.basin)}, Deno ${
      escapeHtml(record.deno)
    }, ${record.jobs} workers, started ${escapeHtml(record.started_at)}.</p>
<details><summary>The workflow as resolved</summary><pre>${
      escapeHtml(resolved.slice(0, maxResolved))
    }</pre>${
      resolved.length > maxResolved
        ? "<p><small>cut here; the whole text is in config.resolved.yaml</small></p>"
        : ""
    }</details>`,
  };
}
