// The params of a run: what differs from the run before, then all of them.

import type { ParamRow, ReportContent, Section } from "../content.ts";
import { escapeHtml } from "../escape_html.ts";
import { grouped, plural } from "../format.ts";
import { timeHtml } from "../page_top.ts";

/** Bounds of what is listed; the resolved workflow has all. */
const most = { changed: 300, rows: 1000, value: 400 };

/**
 * The params of a run; nothing if they are not known.
 *
 * @example
 * ```ts
 * import { paramsSection } from "#lib/report/sections/params.ts";
 * import { reportContent } from "#tests/support/report_content.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const params = { rows: [{ path: "params.rank", value: "10", before: "20", change: "changed" as const }] };
 * assertStringIncludes(paramsSection(reportContent({ params }))!.html, "params.rank");
 * ```
 */
export function paramsSection({ params }: ReportContent): Section | null {
  if (params === undefined || params.rows.length === 0) return null;
  const { rows, previous, num_more = 0 } = params;
  const changed = rows.filter(({ change }) => change !== undefined);
  const kept = rows.filter(({ change }) => change !== "removed");
  const before = previous === undefined
    ? "<p>There is no earlier run of this workflow to compare with.</p>"
    : `<p>${
      changed.length === 0
        ? "Nothing differs"
        : `${plural(changed.length, "param")} differ${changed.length === 1 ? "s" : ""}`
    } from the run before, <bdi>${escapeHtml(previous.run)}</bdi> of ${
      timeHtml(previous.started_at)
    }${
      previous.profile === undefined ? "" : `, profile <bdi>${escapeHtml(previous.profile)}</bdi>`
    }.</p>`;
  return {
    id: "params",
    title: "Params",
    count: kept.length + num_more,
    html: `${before}\n${changesHtml(changed)}\n${allHtml(kept, num_more)}`,
  };
}

function changesHtml(rows: readonly ParamRow[]): string {
  if (rows.length === 0) return "";
  const body = rows.slice(0, most.changed).map(({ path, value, before, change }) =>
    `<tr><th scope="row"><code>${escapeHtml(path)}</code></th><td>${
      change === "added" ? '<small class="change">new</small>' : `<code>${cut(before ?? "")}</code>`
    }</td><td>${
      change === "removed" ? '<small class="change">gone</small>' : `<code>${cut(value)}</code>`
    }</td></tr>`
  );
  const more = rows.length - body.length;
  return `<div class="table" tabindex="0" role="region" aria-label="Params that differ"><table class="changes"><thead><tr><th scope="col">param</th><th scope="col">before</th><th scope="col">now</th></tr></thead><tbody>${
    body.join("\n")
  }</tbody></table></div>${more === 0 ? "" : `<p><small>and ${grouped(more)} more</small></p>`}`;
}

function allHtml(rows: readonly ParamRow[], numMore: number): string {
  const body = rows.slice(0, most.rows).map(({ path, value }) =>
    `<tr><th scope="row"><code>${escapeHtml(path)}</code></th><td><code>${
      cut(value)
    }</code></td></tr>`
  );
  const more = rows.length - body.length + numMore;
  return `<details class="reference"><summary>All params</summary><div class="table" tabindex="0" role="region" aria-label="All params"><table><thead><tr><th scope="col">param</th><th scope="col">value</th></tr></thead><tbody>${
    body.join("\n")
  }</tbody></table></div>${
    more === 0 ? "" : `<p><small>and ${grouped(more)} more, in config.resolved.yaml</small></p>`
  }</details><p class="paper">All params stand in config.resolved.yaml.</p>`;
}

function cut(value: string): string {
  return escapeHtml(value.length <= most.value ? value : `${value.slice(0, most.value)} …`);
}
