// The stages with their members counted, and the picture of how they depend on each other.

import type { ReportContent, Section } from "../content.ts";
import { escapeHtml } from "../escape_html.ts";
import { formatSeconds, stageOf } from "../format.ts";
import type { RunRecord } from "../record.ts";
import { svgUrl } from "../svg_url.ts";

const maxStageRows = 300;

/**
 * The stages of a run.
 *
 * @example
 * ```ts
 * import { stagesSection } from "#lib/report/sections/stages.ts";
 * import { reportContent } from "#tests/support/report_content.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(stagesSection(reportContent())!.id, "stages");
 * ```
 */
export function stagesSection({ record, graph }: ReportContent): Section | null {
  return {
    id: "stages",
    title: "Stages",
    html: stagesHtml(record) +
      (graph === ""
        ? ""
        : `<div class="graph"><img alt="The workflow's stages and how they depend on each other" src="${
          svgUrl(graph)
        }"></div>`),
  };
}

function stagesHtml(record: RunRecord): string {
  const groups = new Map<
    string,
    { ran: number; hit: number; failed: number; skipped: number; seconds: number }
  >();
  for (const { stage, status, seconds } of record.stages) {
    const name = stageOf(stage);
    const group = groups.get(name) ?? { ran: 0, hit: 0, failed: 0, skipped: 0, seconds: 0 };
    if (status !== "unfinished") group[status]++;
    if (status === "ran") group.seconds += seconds ?? 0;
    groups.set(name, group);
  }
  const shown = groups.size <= maxStageRows
    ? [...groups]
    : [...groups].sort(([, a], [, b]) => b.failed - a.failed || b.seconds - a.seconds)
      .slice(0, maxStageRows);
  const rest = groups.size - shown.length;
  const rows = shown.map(([name, group]) =>
    `<tr><th scope="row">${escapeHtml(name)}</th>` +
    [group.ran, group.hit, group.failed, group.skipped].map((count) =>
      `<td class="number">${count}</td>`
    ).join("") +
    `<td class="number">${group.ran === 0 ? "" : formatSeconds(group.seconds)}</td></tr>`
  );
  return `<div class="table"><table><thead><tr><th scope="col">stage</th><th scope="col" class="number">ran</th>` +
    `<th scope="col" class="number">hit</th><th scope="col" class="number">failed</th>` +
    `<th scope="col" class="number">skipped</th><th scope="col" class="number">worker time</th></tr></thead>` +
    `<tbody>${rows.join("\n")}</tbody></table></div>` +
    (rest === 0
      ? ""
      : `<p><small>and ${rest} more stages, of which none failed or took longer</small></p>`);
}
