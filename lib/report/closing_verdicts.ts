// Verdicts for the closing screen: a line for each claim, with as much of the numbers as the terminal is wide enough for.

import { bold, dim, green, red, yellow } from "@std/fmt/colors";
import { type ClaimVerdict, intervalText, numberText, verdictCounts } from "./claim_verdicts.ts";
import { columnsOf, fit, grouped, oneLine, padded } from "./format.ts";

/** Settings of one claim that have a column each; of more the verdicts are counted. */
const mostColumns = 3;
/** Settings that are named where they came out otherwise than most. */
const mostNamed = 2;
/** Claims that have a line, and changes. */
const mostClaims = 12, mostChanges = 3;
/** Narrowest column of claims. */
const leastName = 12;
const gap = 2;

/** How much a cell tells, the most first. */
const cells: readonly ((verdict: ClaimVerdict) => string)[] = [
  (one) => `${one.verdict}${spaced(intervalText(one))}`,
  (one) => `${one.verdict}${spaced(numberText(one))}`,
  (one) => one.verdict,
];

/**
 * Lines about the verdicts of a run, none wider than `width`. Claims stand in the order of their table; where there are
 * too many, those that changed, fail or cannot be decided are shown before those that hold.
 *
 * @param tables verdicts of each table of claims
 *
 * @example
 * ```ts
 * import { closingVerdicts } from "#lib/report/closing_verdicts.ts";
 * import { stripAnsiCode } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 * const one = { claim: "A1 contrast", setting: "", verdict: "holds", number: 0.42, low: 0.31, high: 0.55 };
 * const lines = closingVerdicts([[{ ...one, unit: "rad", n: 12, reason: "" }]], 80);
 * assertEquals(lines.map(stripAnsiCode), ["A1 contrast: holds, 0.42 [0.31, 0.55] rad, n = 12"]);
 * ```
 */
export function closingVerdicts(
  tables: readonly (readonly ClaimVerdict[])[],
  width: number,
): readonly string[] {
  const all = tables.flat();
  if (all.length === 0) return [];
  const claims = tables.flatMap((
    verdicts,
  ) => [...Map.groupBy(verdicts, ({ claim }) => claim).values()]);
  const shown = chosen(claims);
  const settings = [...new Set(all.map(({ setting }) => setting))];
  const isSingle = claims.every((found) => found.length === 1);
  const isTable = !isSingle && settings.length <= mostColumns &&
    claims.every((found) => new Set(found.map(({ setting }) => setting)).size === found.length);
  const lines = all.length > mostColumns ? [bold(fit(`verdicts: ${countsOf(all)}`, width))] : [];
  if (isTable) lines.push(...tableLines(shown, settings, width));
  else {lines.push(...shown.map((found) =>
      isSingle ? singleLine(found[0], width) : countLine(found, width)
    ));}
  const rest = claims.filter((found) => !shown.includes(found));
  if (rest.length > 0) {
    const counts = countsOf(rest.flat());
    lines.push(dim(fit(`… and ${grouped(rest.length)} more in the report (${counts})`, width)));
  }
  const changes = all.filter(({ before }) => before !== undefined);
  for (const { claim, setting, before, verdict } of changes.slice(0, mostChanges)) {
    const change = `: was ${before}, now ${verdict}`;
    const name = oneLine(setting === "" ? claim : `${claim}, ${setting}`);
    const room = Math.max(leastName, width - columnsOf(`changed: ${change}`));
    lines.push(fit(`changed: ${fit(name, room)}${oneLine(change)}`, width));
  }
  if (changes.length > mostChanges) {
    lines.push(dim(fit(`… and ${grouped(changes.length - mostChanges)} more changed`, width)));
  }
  return lines;
}

function countsOf(verdicts: readonly ClaimVerdict[]): string {
  return oneLine(verdictCounts(verdicts.map(({ verdict }) => verdict)));
}

/** The claims that are shown, in their order. */
function chosen(
  claims: readonly (readonly ClaimVerdict[])[],
): readonly (readonly ClaimVerdict[])[] {
  if (claims.length <= mostClaims) return claims;
  const order = ["fails", "undecidable", "holds"];
  const rank = (found: readonly ClaimVerdict[]) =>
    Math.min(
      ...found.map(({ verdict, before }) =>
        before !== undefined ? -1 : (order.indexOf(verdict) + order.length + 1) % (order.length + 1)
      ),
    );
  const best = new Set([...claims].sort((a, b) => rank(a) - rank(b)).slice(0, mostClaims));
  return claims.filter((found) => best.has(found));
}

function singleLine(one: ClaimVerdict, width: number): string {
  const name = oneLine(one.claim);
  const interval = intervalText(one);
  const n = one.n === null || one.n === 0 ? "" : `, n = ${one.n}`;
  const unit = one.unit === "" || interval === "" ? "" : ` ${oneLine(one.unit)}`;
  const texts = [
    interval === "" ? "" : `, ${interval}${unit}${n}`,
    interval === "" ? "" : `, ${interval}${n}`,
    interval === "" ? "" : `, ${numberText(one)}`,
    "",
  ];
  const verdict = oneLine(one.verdict);
  const rest = texts.find((text) => columnsOf(`${name}: ${verdict}${text}`) <= width) ?? "";
  const room = width - columnsOf(`: ${verdict}${rest}`);
  if (room < leastName) return fit(`${name}: ${verdict}${rest}`, width);
  return `${fit(name, room)}: ${painted(verdict)}${rest}`;
}

/** Several settings, each with its column. */
function tableLines(
  claims: readonly (readonly ClaimVerdict[])[],
  settings: readonly string[],
  width: number,
): readonly string[] {
  const names = claims.map(([{ claim }]) => oneLine(claim));
  const longest = Math.max(...names.map(columnsOf));
  const heads = settings.map(oneLine);
  for (const cell of cells) {
    const rows = claims.map((found) =>
      settings.map((setting) => {
        const one = found.find((verdict) => verdict.setting === setting);
        return one === undefined ? "" : oneLine(cell(one));
      })
    );
    const widths = settings.map((_, i) =>
      Math.max(...[heads[i], ...rows.map((row) => row[i])].map(columnsOf))
    );
    const room = width - widths.reduce((sum, one) => sum + gap + one, 0);
    // Names may lose a little before numbers are left out.
    const least = Math.min(longest, Math.max(leastName, Math.ceil(0.75 * longest)));
    if (room < least && cell !== cells.at(-1)) continue;
    const name = Math.max(1, Math.min(longest, room));
    const line = (first: string, row: readonly string[], paint: (text: string) => string) => {
      const texts = [first, ...row.slice(0, row.findLastIndex((text) => text !== "") + 1)];
      const last = texts.length - 1;
      const shown = texts.map((text, i) => {
        const size = [name, ...widths][i];
        return i === last ? fit(text, size) : padded(text, size);
      });
      const whole = shown.join(" ".repeat(gap));
      if (columnsOf(whole) > width) return fit(whole, width);
      return shown.map((text, i) => i === 0 ? text : paint(text)).join(" ".repeat(gap));
    };
    return [
      dim(line("", heads, String)),
      ...rows.map((row, i) => line(names[i], row, painted)),
    ];
  }
  return [];
}

/** Many settings: how often it came out how, and where it came out otherwise than mostly. */
function countLine(found: readonly ClaimVerdict[], width: number): string {
  const name = oneLine(found[0].claim);
  const groups = [...Map.groupBy(found, ({ verdict }) => oneLine(verdict))]
    .sort((a, b) => b[1].length - a[1].length);
  const [[most, { length }], ...others] = groups;
  const texts = found.length === 1
    ? [most]
    : others.length === 0
    ? [`${most} in all ${found.length} settings`]
    : [
      ...[settingAndNumber, settingOf].map((say) =>
        `${most} in ${length} of ${found.length} settings; ` +
        others.map(([verdict, some]) =>
          `${verdict} in ${some.length <= mostNamed ? some.map(say).join(" and ") : some.length}`
        ).join("; ")
      ),
      groups.map(([verdict, some]) => `${verdict} in ${some.length}`).join(", ") +
      ` of ${found.length} settings`,
    ];
  const text = texts.find((one) => columnsOf(`${name}: ${one}`) <= width) ?? texts.at(-1)!;
  const room = Math.max(leastName, width - columnsOf(text) - 2);
  return fit(`${fit(name, room)}: ${text}`, width);
}

function settingOf({ setting }: ClaimVerdict): string {
  return oneLine(setting);
}

function settingAndNumber(one: ClaimVerdict): string {
  const interval = intervalText(one);
  return settingOf(one) + (interval === "" ? "" : ` (${interval})`);
}

/** The first word of a cell says how it came out. */
function painted(text: string): string {
  const colour = text.startsWith("holds")
    ? green
    : text.startsWith("fails")
    ? red
    : text.startsWith("undecidable")
    ? yellow
    : dim;
  const end = text.startsWith("not tested here") ? text.length : text.search(/ |$/);
  return colour(text.slice(0, end)) + text.slice(end);
}

function spaced(text: string): string {
  return text === "" ? "" : ` ${text}`;
}
