// The report: one self-contained page that asks for nothing. This file puts its sections together; what each shows is
// in sections/, how it looks in style/, what it does when clicked in client/.

import { createHash } from "node:crypto";
import type { ReportContent, Section } from "./content.ts";
import { escapeHtml } from "./escape_html.ts";
import { formatSeconds } from "./format.ts";
import { pack } from "./pack.ts";
import script from "./page_script.js" with { type: "text" };
import type { RunRecord } from "./record.ts";
import { failuresSection } from "./sections/failures.ts";
import { figuresSection } from "./sections/figures.ts";
import { leftOutSection } from "./sections/left_out.ts";
import { reproduceSection } from "./sections/reproduce.ts";
import { stagesSection } from "./sections/stages.ts";
import { tablesSection } from "./sections/tables.ts";
import { verdictsSection } from "./sections/verdicts.ts";
import { warningsSection } from "./sections/warnings.ts";
import base from "./style/base.css" with { type: "text" };

/** In the order of the page. */
const sections: readonly ((content: ReportContent) => Section | null)[] = [
  failuresSection,
  leftOutSection,
  verdictsSection,
  figuresSection,
  warningsSection,
  tablesSection,
  stagesSection,
  reproduceSection,
];

const style = [base].join("\n");

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
  const { record } = content;
  const shown = sections.map((make) => make(content)).filter((section) => section !== null);
  const data = await Promise.all(shown.map(dataHtml));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(content.title)} · Basin</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(content.title)}</h1>
<p>${escapeHtml(content.description)}</p>
<p class="state ${record.ok ? "ok" : "bad"}">${stateText(record)}</p>
</header>
<main>
${shown.map(sectionHtml).join("\n")}
</main>
${data.join("")}<script>${script}</script>
</body>
</html>
`;
}

function sectionHtml({ id, title, html }: Section): string {
  return `<section id="${id}"><h2>${title}</h2>\n${html}\n</section>`;
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

function stateText(record: RunRecord): string {
  const { totals } = record;
  const word = record.interrupted !== undefined
    ? `Interrupted by ${escapeHtml(record.interrupted)}`
    : record.ok
    ? "Done"
    : totals.failed > 0
    ? "Failed"
    : record.finished
    ? "Incomplete"
    : "Running";
  const fused = totals.fused === 0 ? "" : `${totals.fused} fused, `;
  const continued = totals.continued === undefined ? "" : `${totals.continued} continued, `;
  const engine = record.engine === undefined ? "" : ` on ${escapeHtml(record.engine)}`;
  return `${word}: ${totals.stages} stages, ${totals.ran} ran, ${totals.hit} from the store, ` +
    `${fused}${continued}${totals.failed} failed, ${totals.skipped} skipped, ` +
    `in ${formatSeconds(record.seconds)}${engine}`;
}
