// The warnings of a run as HTML: grouped by stage of the file and text, whatever the numbers in it, so that a hundred
// members that warn of one thing are one line.

import type { ReportContent, Section } from "../content.ts";
import { escapeHtml } from "../escape_html.ts";

/** Members named beside a warning that many of them share. */
const shownMembers = 3;

/**
 * The warnings of a run; nothing without any.
 *
 * @example
 * ```ts
 * import { warningsSection } from "#lib/report/sections/warnings.ts";
 * import { reportContent } from "#tests/support/report_content.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(warningsSection(reportContent()), null);
 * ```
 */
export function warningsSection({ record }: ReportContent): Section | null {
  if (record.warnings.length === 0) return null;
  return { id: "warnings", title: "Warnings", html: warningsHtml(record.warnings) };
}

/**
 * A list of warnings (`stage[member]: text`, or text alone); empty without any.
 *
 * @example
 * ```ts
 * import { warningsHtml } from "#lib/report/sections/warnings.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(warningsHtml([]), "");
 * assertEquals(
 *   warningsHtml(["a[n=1]: odd", "a[n=2]: odd"]),
 *   "<ul><li><strong>a</strong>: odd <small>(2 like this: a[n=1], a[n=2])</small></li></ul>",
 * );
 * ```
 */
export function warningsHtml(warnings: readonly string[]): string {
  if (warnings.length === 0) return "";
  const groups = new Map<string, { stage: string; text: string; members: string[] }>();
  for (const warning of warnings) {
    const [, member, text] = /^([^\s[]+\[.*?\]|[\w-]+): (.*)$/s.exec(warning) ??
      [null, "", warning];
    const stage = member.split("[")[0];
    const key = JSON.stringify([stage, text.replace(/\d+(\.\d+)?(e[+-]?\d+)?/g, "#")]);
    const group = groups.get(key) ?? { stage, text, members: [] };
    if (member !== "") group.members.push(member);
    groups.set(key, group);
  }
  const items = [...groups.values()].map(({ stage, text, members }) => {
    const named = members.slice(0, shownMembers).join(", ") +
      (members.length > shownMembers ? ", …" : "");
    const head = stage === "" ? "" : `<strong>${escapeHtml(stage)}</strong>: `;
    const isAll = members.length === 0 || (members.length === 1 && members[0] === stage);
    const who = isAll
      ? ""
      : ` <small>(${members.length === 1 ? "" : `${members.length} like this: `}${
        escapeHtml(named)
      })</small>`;
    return `<li>${head}${escapeHtml(text)}${who}</li>`;
  });
  return `<ul>${items.join("")}</ul>`;
}
