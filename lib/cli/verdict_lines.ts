// Verdicts for the closing screen: a line for each claim, with what was found in each setting. What is the same for all
// claims is left out.

import type { Table } from "../core/table.ts";

/** Settings of one claim that are told one by one; of more the verdicts are counted. */
const mostNamed = 3;

/**
 * Lines about a table of verdicts: the claim, then the settings it was judged in (the columns between the claim's and
 * `number`) with their verdicts. None for a table that holds no verdicts.
 *
 * @example
 * ```ts
 * import { verdictLines } from "#lib/cli/verdict_lines.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([
 *   { id: "R1", preset: "corrected", cell: "rnn", number: 1, verdict: "holds" },
 *   { id: "R1", preset: "as_published", cell: "rnn", number: 2, verdict: "undecidable" },
 * ]);
 * assertEquals(verdictLines(table), ["R1: corrected holds, as_published undecidable"]);
 * ```
 */
export function verdictLines({ columns, rows }: Table): string[] {
  const at = (name: string) => columns.findIndex((column) => column.name === name);
  const id = at("claim") >= 0 ? at("claim") : at("id");
  const verdict = at("verdict");
  if (id < 0 || verdict < 0) return [];
  const settings = columns.map((_, place) => place).slice(id + 1, Math.max(id + 1, at("number")))
    .filter((place) => rows.some((row) => row[place] !== rows[0][place]));
  const byClaim = new Map<string, { setting: string; verdict: string }[]>();
  for (const row of rows) {
    const found = {
      setting: settings.map((place) => String(row[place])).join(", "),
      verdict: String(row[verdict]),
    };
    const claim = String(row[id]);
    byClaim.set(claim, [...byClaim.get(claim) ?? [], found]);
  }
  return [...byClaim].map(([claim, found]) => `${claim}: ${wordsOf(found)}`);
}

function wordsOf(found: readonly { readonly setting: string; readonly verdict: string }[]): string {
  const counts = new Map<string, number>();
  for (const { verdict } of found) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const [first] = found;
  if (found.length === 1) {
    return first.setting === "" ? first.verdict : `${first.setting} ${first.verdict}`;
  }
  if (counts.size === 1) return `${first.verdict} in all ${found.length} settings`;
  if (found.length <= mostNamed) {
    return found.map(({ setting, verdict }) => `${setting} ${verdict}`).join(", ");
  }
  return [...counts].map(([verdict, count]) => `${verdict} in ${count} settings`).join(", ");
}
