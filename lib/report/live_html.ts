// What a page says of itself while its run goes on: that more will come, when it was written, and that it loads itself
// again. Without the script the browser does that by a line in the head.

import type { ReportContent } from "./content.ts";
import { escapeHtml } from "./escape_html.ts";

/**
 * For the head of the page: browsers without scripts load it again; nothing once the run has ended.
 *
 * @example
 * ```ts
 * import { liveHead } from "#lib/report/live_html.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(liveHead({}), "");
 * ```
 */
export function liveHead({ live }: Pick<ReportContent, "live">): string {
  if (live === undefined) return "";
  const seconds = Math.max(1, Math.ceil(live.every_seconds));
  return `<noscript><meta http-equiv="refresh" content="${seconds}"></noscript>\n`;
}

/**
 * Says that the run goes on and when the page was written; nothing once the run has ended. The script keeps the
 * sentence true, and gives the button its work.
 *
 * @example
 * ```ts
 * import { liveBanner } from "#lib/report/live_html.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const live = { written_at: "2026-01-02T03:04:05.678Z", every_seconds: 5 };
 * assertStringIncludes(liveBanner({ live }), "This run is going on");
 * ```
 */
export function liveBanner({ live }: Pick<ReportContent, "live">): string {
  if (live === undefined) return "";
  const { written_at, every_seconds } = live;
  const time = escapeHtml(written_at.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC"));
  return `<p class="live" data-written-at="${escapeHtml(written_at)}" data-every="${
    escapeHtml(String(every_seconds))
  }"><span class="live-text" role="status">This run is going on.</span> <span class="live-when">Written at <time datetime="${
    escapeHtml(written_at)
  }">${time}</time>; if that stays the same for a minute, the run may have been killed.</span> <button type="button" class="live-pause" hidden>Stop loading again</button></p>`;
}
