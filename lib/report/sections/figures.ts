// The figures, each with its caption.

import type { ReportContent, ReportFigure, Section } from "../content.ts";
import { escapeHtml } from "../escape_html.ts";
import { svgUrl } from "../svg_url.ts";

/**
 * The figures of a run; nothing without any.
 *
 * @example
 * ```ts
 * import { figuresSection } from "#lib/report/sections/figures.ts";
 * import { reportContent } from "#tests/support/report_content.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const figures = [{ stage: "fig", svg: "<svg/>", caption: "n < 3" }];
 * assertStringIncludes(figuresSection(reportContent({ figures }))!.html, "n &lt; 3");
 * ```
 */
export function figuresSection({ figures }: ReportContent): Section | null {
  if (figures.length === 0) return null;
  return {
    id: "figures",
    title: "Figures",
    html: `<div class="figures">${figures.map(figureHtml).join("\n")}</div>`,
  };
}

function figureHtml({ stage, svg, caption }: ReportFigure): string {
  return `<figure${isWide(svg) ? ' class="wide"' : ""}><img alt="${
    escapeHtml(caption === "" ? stage : caption)
  }" src="${svgUrl(svg)}">` +
    `<figcaption><strong>${escapeHtml(stage)}</strong> ${
      escapeHtml(caption)
    }</figcaption></figure>`;
}

/** Figures of two journal columns have the page's whole width: in half of it nobody can read them. */
function isWide(svg: string): boolean {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  return Number(width) > wideFrom * Number(height);
}

const wideFrom = 1.6;
