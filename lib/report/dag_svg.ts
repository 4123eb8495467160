// The picture of the graph: boxes and arrows as SVG inside the page, in the page's own colours, each box a link.

import type { DagStage } from "./dag.ts";
import { boxLines, type DagLayout, type Point } from "./dag_layout.ts";
import { escapeHtml } from "./escape_html.ts";
import { grouped, oneLine, plural } from "./format.ts";
import { countsText, type StageSum, stateOf, statuses } from "./stage_sums.ts";

/** Room around the picture, in pixels. */
const margin = 6;
/** Pictures up to this width are shrunk to the page, and can be read there. */
const shrinkable = 1400;
const barHeight = 4;
const inset = 11;

/**
 * Draws the stages of a layout. A box says its name, what it does, how its members ended, and links to the table of
 * members.
 *
 * @param sums in any order
 *
 * @example
 * ```ts
 * import { dagSvg } from "#lib/report/dag_svg.ts";
 * import { assert } from "@std/assert";
 * const stage = { name: "<b>", task: "dmd", axes: [], numMembers: 1, from: [] };
 * const layout = { width: 100, height: 50, boxes: [{ at: [50, 25], width: 90, height: 40 }], arrows: [] } as const;
 * assert(!dagSvg([stage], layout, []).includes("<b>"));
 * ```
 */
export function dagSvg(
  stages: readonly DagStage[],
  layout: DagLayout,
  sums: readonly StageSum[],
): string {
  const byName = new Map(sums.map((sum) => [sum.name, sum]));
  const width = Math.ceil(layout.width + 2 * margin);
  const height = Math.ceil(layout.height + 2 * margin);
  const fits = width <= shrinkable ? ' class="fits"' : "";
  const arrows = layout.arrows.map(({ points }) => arrowSvg(points));
  const boxes = stages.map((stage, i) => boxSvg(stage, layout.boxes[i], byName.get(stage.name)));
  return `<svg${fits} role="group" aria-label="The workflow's stages and how they depend on each other" ` +
    `width="${width}" height="${height}" viewBox="${-margin} ${-margin} ${width} ${height}">` +
    `<g class="arrows" aria-hidden="true">${arrows.join("")}</g>\n${boxes.join("\n")}</svg>`;
}

/**
 * A thin bar of states, as long as there are members in each.
 *
 * @example
 * ```ts
 * import { stateBar } from "#lib/report/dag_svg.ts";
 * import { assertEquals } from "@std/assert";
 * const counts = { failed: 1, skipped: 0, unfinished: 0, ran: 1, hit: 0 };
 * assertEquals(
 *   stateBar(counts, { x: 0, y: 0, width: 10, height: 4 }),
 *   '<rect class="failed" x="0" y="0" width="5" height="4"/><rect class="ran" x="5" y="0" width="5" height="4"/>',
 * );
 * ```
 */
export function stateBar(
  counts: StageSum["counts"],
  at: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): string {
  const present = statuses.filter((status) => counts[status] > 0);
  const total = present.reduce((sum, status) => sum + counts[status], 0);
  // However few failed, they can be seen.
  const least = Math.min(3, at.width / Math.max(1, present.length));
  const free = at.width - least * present.length;
  let x = at.x;
  return present.map((status) => {
    const width = least + free * counts[status] / total;
    const rect = `<rect class="${status}" x="${round(x)}" y="${round(at.y)}" width="${
      round(width)
    }" height="${at.height}"/>`;
    x += width;
    return rect;
  }).join("");
}

function boxSvg(
  stage: DagStage,
  { at: [x, y], width, height }: DagLayout["boxes"][number],
  sum: StageSum | undefined,
): string {
  const left = round(x - width / 2);
  const top = round(y - height / 2);
  const { name, detail } = boxLines(stage);
  const state = sum === undefined ? undefined : stateOf(sum.counts);
  const counts = sum === undefined || state === undefined
    ? stage.numMembers === 0 ? "no members" : `${grouped(stage.numMembers)} to do`
    : countsText(sum.counts);
  const text = (className: string, dy: number, content: string) =>
    content === ""
      ? ""
      : `<text class="${className}" x="${left + inset}" y="${round(top + dy)}">${
        escapeHtml(content)
      }</text>`;
  const bar = sum === undefined ? "" : stateBar(sum.counts, {
    x: left + inset,
    y: top + height - barHeight - 5,
    width: width - 2 * inset,
    height: barHeight,
  });
  return `<a href="#sweep" class="box ${state ?? "unknown"}" data-stage="${
    escapeHtml(oneLine(stage.name))
  }"><title>${escapeHtml(aboutText(stage, sum))}</title>` +
    `<rect class="frame" x="${left}" y="${top}" width="${width}" height="${height}" rx="5"/>` +
    text("name", 17, name) + text("detail", 31, detail) +
    text("counts", detail === "" ? 34 : 45, counts) + `${bar}</a>`;
}

/** A box in one sentence. */
function aboutText({ name, task, axes, numMembers }: DagStage, sum: StageSum | undefined): string {
  const over = sum === undefined || sum.axes.length === 0
    ? axes.join(" × ")
    : sum.axes.map(({ name, count }) => count === 0 ? name : `${name} ${count}`).join(" × ");
  const counts = sum === undefined ? "" : countsText(sum.counts);
  return [
    `${name}: ${task}`,
    over === "" ? "" : `over ${over}`,
    counts === "" ? membersText(numMembers) : counts,
  ].filter((part) => part !== "").join(", ");
}

/** Of a stage that nothing was heard of. */
function membersText(count: number): string {
  return count === 0 ? "no members" : `${plural(count, "member")}, not begun`;
}

function arrowSvg(points: readonly Point[]): string {
  const [start, ...rest] = points;
  const end = points[points.length - 1];
  const before = points[points.length - 2];
  const curve = rest.map((point) => point.join(" ")).join(" ");
  // Graphviz leaves room for the head, which points on as the curve ends.
  const length = Math.hypot(end[0] - before[0], end[1] - before[1]) || 1;
  const [dx, dy] = [(end[0] - before[0]) / length, (end[1] - before[1]) / length];
  const tip = [end[0] + dx * headLength, end[1] + dy * headLength];
  const side = (sign: number) => [end[0] - sign * dy * headWidth, end[1] + sign * dx * headWidth];
  return `<path d="M${start.join(" ")}C${curve}"/><path class="head" d="M${
    [tip, side(1), side(-1)].map((point) => point.map(round).join(" ")).join("L")
  }Z"/>`;
}

const headLength = 9;
const headWidth = 3.2;

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
