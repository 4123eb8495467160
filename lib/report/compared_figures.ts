// The figures of two runs, side by side as HTML. The script lays them over each other (client/compare.ts).

import type { Comparison, FigurePair } from "./comparison.ts";
import type { ReportFigure } from "./content.ts";
import { escapeHtml } from "./escape_html.ts";
import { plural } from "./format.ts";
import { svgUrl } from "./svg_url.ts";

/** Bytes of pictures; what is more lies beside the pages of both runs. */
const mostPictures = 1.5e6;

/**
 * The figures of two runs as HTML: those that differ side by side, identical ones by name.
 *
 * @example
 * ```ts
 * import { comparedFigures } from "#lib/report/compared_figures.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const sameFigures = [{ stage: "<fig>", digest: "sha256:0123456789abcdef" }];
 * assertStringIncludes(comparedFigures({ figures: [], sameFigures }), "&lt;fig&gt;");
 * ```
 */
export function comparedFigures(
  { figures, sameFigures }: Pick<Comparison, "figures" | "sameFigures">,
): string {
  if (figures.length + sameFigures.length === 0) return "";
  let left = mostPictures;
  const pairs = figures.map((pair) => {
    const size = ((pair.before?.svg.length ?? 0) + (pair.now?.svg.length ?? 0)) * 4 / 3;
    if (size > left) {
      return `<p><bdi>${
        escapeHtml(pair.stage)
      }</bdi> differs, too; its drawings are too large for this page, and lie in figures/ of both runs.</p>`;
    }
    left -= size;
    return pairHtml(pair);
  });
  const same = sameFigures.map(({ stage, digest }) =>
    `<li><bdi>${escapeHtml(stage)}</bdi> <small><code>${
      escapeHtml(digest.slice(0, "sha256:".length + 12))
    }</code></small></li>`
  );
  return `<h3>Figures</h3>\n${pairs.join("\n")}${
    same.length === 0
      ? ""
      : `<details><summary>${
        plural(same.length, "figure")
      } identical in both runs, by digest</summary><ul class="names">${
        same.join("")
      }</ul></details>`
  }`;
}

function pairHtml({ stage, before, now }: FigurePair): string {
  const wide = isWide(now ?? before) ? " wide" : "";
  return `<div class="pair${wide}" role="group" aria-label="${escapeHtml(stage)}"><h4><bdi>${
    escapeHtml(stage)
  }</bdi></h4><div class="pair-view">${sideHtml("before", before)}${
    sideHtml("now", now)
  }</div></div>`;
}

function sideHtml(side: "before" | "now", figure: ReportFigure | undefined): string {
  const word = side === "before" ? "Before" : "Now";
  if (figure === undefined) {
    return `<figure class="${side} absent"><figcaption>${word}: not there</figcaption></figure>`;
  }
  const { stage, svg, caption } = figure;
  return `<figure class="${side}"><figcaption>${word}</figcaption><img alt="${word}: ${
    escapeHtml(caption === "" ? stage : caption)
  }" src="${svgUrl(svg)}"></figure>`;
}

/** Figures that fill half of the page's width leave no room beside them. */
function isWide(figure: ReportFigure | undefined): boolean {
  const [, width] = /viewBox="0 0 ([\d.]+) [\d.]+"/.exec(figure?.svg ?? "") ?? [];
  return Number(width) > wideFrom;
}

/** Pixels. */
const wideFrom = 520;
