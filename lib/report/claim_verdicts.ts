// Verdicts on claims, read from their table: for the closing screen and for summaries in Markdown. What changed since
// the run before is marked.

import type { Cell, Table } from "../core/table.ts";

/** A verdict on one claim in one setting. */
export interface ClaimVerdict {
  readonly claim: string;
  /** Values of the columns between the claim and `number` that differ somewhere, joined. */
  readonly setting: string;
  readonly verdict: string;
  readonly number: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
  /** Independent units. */
  readonly n: number | null;
  readonly reason: string;
  /** The verdict of the run before, if that was another. */
  readonly before?: string;
}

/**
 * The verdicts of a table, row by row; none for a table that holds none.
 *
 * @param before the same table of the run before
 *
 * @example
 * ```ts
 * import { claimVerdicts } from "#lib/report/claim_verdicts.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const row = { id: "R1", preset: "corrected", number: 0.4, low: 0.3, high: 0.5, n: 9 };
 * const [found] = claimVerdicts(
 *   tableOf([{ ...row, verdict: "holds" }]),
 *   tableOf([{ ...row, verdict: "undecidable" }]),
 * );
 * assertEquals([found.claim, found.setting, found.verdict, found.before], ["R1", "", "holds", "undecidable"]);
 * ```
 */
export function claimVerdicts(table: Table, before?: Table): readonly ClaimVerdict[] {
  const known = new Map(
    before === undefined ? [] : rowsOf(before).map(({ place, verdict }) => [place, verdict]),
  );
  return rowsOf(table).map(({ place, ...verdict }) => {
    const was = known.get(place);
    return was === undefined || was === verdict.verdict ? verdict : { ...verdict, before: was };
  });
}

/**
 * A number and the ends of its interval, with as many digits as the interval is worth.
 *
 * @example
 * ```ts
 * import { intervalText } from "#lib/report/claim_verdicts.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(intervalText({ number: 0.4213, low: 0.3087, high: 0.5512 }), "0.42 [0.31, 0.55]");
 * assertEquals(intervalText({ number: 12.345, low: null, high: null }), "12.3");
 * ```
 */
export function intervalText(
  { number, low, high }: Pick<ClaimVerdict, "number" | "low" | "high">,
): string {
  if (number === null) return "";
  if (low === null || high === null) return digits(number, null);
  const width = Math.max(Math.abs(high - low), 1e-3 * Math.abs(number));
  return `${digits(number, width)} [${digits(low, width)}, ${digits(high, width)}]`;
}

/**
 * The number alone, with the same digits.
 *
 * @example
 * ```ts
 * import { numberText } from "#lib/report/claim_verdicts.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(numberText({ number: 0.4213, low: 0.3087, high: 0.5512 }), "0.42");
 * ```
 */
export function numberText(verdict: Pick<ClaimVerdict, "number" | "low" | "high">): string {
  return intervalText(verdict).split(" ")[0];
}

/**
 * How many verdicts there are of each kind: "8 hold, 5 fail, 3 undecidable".
 *
 * @example
 * ```ts
 * import { verdictCounts } from "#lib/report/claim_verdicts.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(verdictCounts(["holds", "fails", "holds"]), "2 hold, 1 fails");
 * ```
 */
export function verdictCounts(verdicts: readonly string[]): string {
  const counts = new Map<string, number>(
    ["holds", "fails", "undecidable"].map((name) => [name, 0]),
  );
  for (const verdict of verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > 0).map(([verdict, count]) => {
    const isMany = count > 1 && (verdict === "holds" || verdict === "fails");
    return `${count} ${isMany ? verdict.slice(0, -1) : verdict}`;
  }).join(", ");
}

type Row = Omit<ClaimVerdict, "before"> & { readonly place: string };

function rowsOf({ columns, rows }: Table): readonly Row[] {
  const at = (name: string) => columns.findIndex((column) => column.name === name);
  const id = at("claim") >= 0 ? at("claim") : at("id");
  const verdict = at("verdict");
  if (id < 0 || verdict < 0) return [];
  const all = columns.map((_, place) => place).slice(id + 1, Math.max(id + 1, at("number")));
  const differing = all.filter((place) => rows.some((row) => row[place] !== rows[0][place]));
  const number = (row: readonly Cell[], name: string) => {
    const cell = row[at(name)];
    return typeof cell === "number" && Number.isFinite(cell) ? cell : null;
  };
  const text = (row: readonly Cell[], name: string) => String(row[at(name)] ?? "");
  return rows.map((row) => ({
    claim: String(row[id]),
    setting: differing.map((place) => String(row[place])).join(", "),
    verdict: String(row[verdict]),
    number: number(row, "number"),
    low: number(row, "low"),
    high: number(row, "high"),
    unit: text(row, "unit"),
    n: number(row, "n"),
    reason: text(row, "reason"),
    place: JSON.stringify([row[id], ...all.map((place) => [columns[place].name, row[place]])]),
  }));
}

/** Two digits of the width; of a number without one, three of its own. */
function digits(value: number, width: number | null): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = width === null || width === 0 ? Math.abs(value) / 10 : width;
  const decimals = 1 - Math.floor(Math.log10(size));
  if (decimals > 6 || Math.abs(value) >= 1e6) return value.toPrecision(width === null ? 3 : 2);
  const rounded = value.toFixed(Math.max(0, decimals));
  return Number(rounded) === 0 ? "0" : rounded;
}
