// The stages: how they depend on each other as a picture, and the same as a list with what became of their members.

import type { ReportContent, Section } from "../content.ts";
import { readLayout } from "../dag_layout.ts";
import { dagSvg, stateBar } from "../dag_svg.ts";
import { escapeHtml } from "../escape_html.ts";
import { plural } from "../format.ts";
import { stageLink } from "../stage_link.ts";
import { countsText, type StageSum, stageSums, stateOf } from "../stage_sums.ts";

const maxStageRows = 300;
/** Stages named as the sources of another. */
const maxSources = 6;

/**
 * The stages of a run: the picture if there is one, and the list.
 *
 * @example
 * ```ts
 * import { stagesSection } from "#lib/report/sections/stages.ts";
 * import { reportContent } from "#tests/support/report_content.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(stagesSection(reportContent())!.id, "stages");
 * ```
 */
export function stagesSection(content: ReportContent): Section | null {
  const { graph, stages = [] } = content;
  const sums = stageSums(content);
  const layout = graph === "" ? undefined : readLayout(graph, stages.length);
  const list = listHtml(sums);
  const hits = sums.some(({ counts }) => counts.hit > 0)
    ? " Hits were in the store already and were not computed again."
    : "";
  return {
    id: "stages",
    title: "Stages",
    html: layout === undefined || stages.length === 0
      ? list
      : `<p class="hint">Each box is a stage with all its members; it leads to them in the table below.${hits}</p>
<div class="dag" tabindex="0" role="region" aria-label="Picture of the stages">${
        dagSvg(stages, layout, sums)
      }</div>
<details class="stage-list"><summary>The ${
        plural(sums.length, "stage")
      } as a list</summary>${list}</details>`,
  };
}

function listHtml(sums: readonly StageSum[]): string {
  if (sums.length === 0) return "<p>Nothing was heard of any stage yet.</p>";
  const shown = sums.length <= maxStageRows ? sums : sums
    .map((sum, i) => ({ sum, i }))
    .sort((a, b) =>
      b.sum.counts.failed - a.sum.counts.failed || b.sum.ran.seconds - a.sum.ran.seconds ||
      a.i - b.i
    )
    .slice(0, maxStageRows).map(({ sum }) => sum);
  const rest = sums.length - shown.length;
  // Of a run that left no plan only what became of its members is known.
  const isKnown = shown.some(({ info, axes }) => info !== undefined || axes.length > 0);
  const head = ["stage", isKnown ? "what it does" : "", "members", isKnown ? "reads" : ""];
  return `<div class="table"><table class="stages"><thead><tr>${
    head.filter((title) => title !== "").map((title) => `<th scope="col">${title}</th>`).join("")
  }</tr></thead>` +
    `<tbody>${shown.map((sum) => rowHtml(sum, isKnown)).join("\n")}</tbody></table></div>` +
    (rest === 0
      ? ""
      : `<p class="more"><small>and ${
        plural(rest, "more stage")
      }, of which none failed or took longer</small></p>`);
}

function rowHtml({ name, info, axes, counts }: StageSum, isKnown: boolean): string {
  const over = axes.map(({ name, count }) => count === 0 ? name : `${name} ${count}`).join(" × ");
  const task = info === undefined || info.task === name ? "" : info.task;
  const from = info?.from ?? [];
  const more = from.length > maxSources ? ` and ${from.length - maxSources} more` : "";
  const state = stateOf(counts);
  return `<tr><th scope="row">${stageLink(name)}</th>${
    isKnown
      ? `<td>${escapeHtml([task, over].filter((part) => part !== "").join(" over "))}</td>`
      : ""
  }` +
    `<td class="states">${
      state === undefined
        ? info?.numMembers === 0 ? "none" : `${info?.numMembers ?? 0}, not begun`
        : `<span class="state-word ${state}">${countsText(counts)}</span><svg class="bar" ` +
          `width="90" height="4" aria-hidden="true">${
            stateBar(counts, { x: 0, y: 0, width: 90, height: 4 })
          }</svg>`
    }</td>${
      isKnown
        ? `<td class="sources">${escapeHtml(from.slice(0, maxSources).join(", ") + more)}</td>`
        : ""
    }</tr>`;
}
