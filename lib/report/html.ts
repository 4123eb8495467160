// The report: one self-contained page that asks for nothing. This file puts its sections together; what each shows is
// in sections/, how it looks in style/, what it does when clicked in client/.

import { createHash } from "node:crypto";
import type { ReportContent, Section } from "./content.ts";
import { escapeHtml } from "./escape_html.ts";
import { grouped } from "./format.ts";
import { liveHead } from "./live_html.ts";
import { pack } from "./pack.ts";
import { pageTop } from "./page_top.ts";
import script from "./page_script.js" with { type: "text" };
import { comparisonSection } from "./sections/comparison.ts";
import { failuresSection } from "./sections/failures.ts";
import { figuresSection } from "./sections/figures.ts";
import { leftOutSection } from "./sections/left_out.ts";
import { paramsSection } from "./sections/params.ts";
import { reproduceSection } from "./sections/reproduce.ts";
import { resourcesSection } from "./sections/resources.ts";
import { stagesSection } from "./sections/stages.ts";
import { sweepSection } from "./sections/sweep.ts";
import { tablesSection } from "./sections/tables.ts";
import { timelineSection } from "./sections/timeline.ts";
import { verdictsSection } from "./sections/verdicts.ts";
import { warningsSection } from "./sections/warnings.ts";
import base from "./style/base.css" with { type: "text" };
import comparison from "./style/comparison.css" with { type: "text" };
import live from "./style/live.css" with { type: "text" };
import figures from "./style/figures.css" with { type: "text" };
import page from "./style/page.css" with { type: "text" };
import resources from "./style/resources.css" with { type: "text" };
import results from "./style/results.css" with { type: "text" };
import stages from "./style/stages.css" with { type: "text" };
import sweep from "./style/sweep.css" with { type: "text" };
import timeline from "./style/timeline.css" with { type: "text" };
import viewer from "./style/viewer.css" with { type: "text" };

/** In the order of the page. */
const sections: readonly ((content: ReportContent) => Section | null | Promise<Section | null>)[] =
  [
    failuresSection,
    leftOutSection,
    verdictsSection,
    comparisonSection,
    figuresSection,
    warningsSection,
    tablesSection,
    stagesSection,
    timelineSection,
    sweepSection,
    resourcesSection,
    paramsSection,
    reproduceSection,
  ];

const style = [
  base,
  page,
  results,
  figures,
  comparison,
  live,
  stages,
  timeline,
  viewer,
  sweep,
  resources,
].join(
  "\n",
);

/**
 * The report as HTML. Everything that comes from users is escaped; figures are isolated as images.
 *
 * @example
 * ```ts
 * import { reportHtml } from "#lib/report/html.ts";
 * import { foldEvents } from "#lib/report/record.ts";
 * import { assert } from "@std/assert";
 * const html = await reportHtml({
 *   title: "<b>", description: "", record: foldEvents([]), verdicts: [], tables: [],
 *   figures: [], resolved: "", command: "basin run x.yaml", graph: "",
 * });
 * assert(!html.includes("<b>"));
 * ```
 */
export async function reportHtml(content: ReportContent): Promise<string> {
  const made = await Promise.all(sections.map((make) => make(content)));
  const shown = made.filter((section) => section !== null);
  const data = await Promise.all(shown.map(dataHtml));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(content.title)} · Basin</title>
${liveHead(content)}<style>${style}</style>
</head>
<body>
<a class="skip" href="#content">To the results</a>
${pageTop(content)}
<div class="page">
${contentsHtml(shown)}
<main id="content" tabindex="-1">
${shown.map(sectionHtml).join("\n")}
</main>
</div>
<footer class="foot">Made by Basin ${
    escapeHtml(content.record.basin)
  }. This page needs no other file; figures and tables also lie beside it.</footer>
${data.join("")}<script>${script}</script>
</body>
</html>
`;
}

function sectionHtml({ id, title, html }: Section): string {
  return `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>\n${html}\n</section>`;
}

/** Where everything is; open without the script, which folds it on narrow screens. */
function contentsHtml(shown: readonly Section[]): string {
  const items = shown.map(({ id, title, count }) =>
    `<li><a href="#${id}"${id === "failures" ? ' class="bad"' : ""}><span>${title}</span>${
      count === undefined ? "" : `<small>${grouped(count)}</small>`
    }</a></li>`
  );
  return `<nav class="contents" aria-label="On this page"><details open><summary>On this page</summary><ul>${
    items.join("")
  }</ul></details></nav>`;
}

/** What the script reads lies in a block that the browser neither runs nor shows. */
async function dataHtml({ id, data }: Section): Promise<string> {
  if (data === undefined) return "";
  return `<script type="application/octet-stream" id="${id}-data">${await pack(data)}</script>\n`;
}

/** Nothing is loaded, and nothing runs but the one script and the one style, known by their digests. */
const policy = [
  "default-src 'none'",
  "img-src data:",
  `style-src '${integrity(style)}'`,
  `script-src '${integrity(script)}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

function integrity(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
