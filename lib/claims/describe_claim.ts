// Claims in words and units, for the table of verdicts.

import { canonicalJson } from "../core/canonical.ts";
import type { Table } from "../core/table.ts";
import type { Row } from "../math/tables/columns.ts";
import type { Claim } from "./claim.ts";

/**
 * The quantity that decides, in words.
 *
 * @example
 * ```ts
 * import { quantityText } from "#lib/claims/describe_claim.ts";
 * import { claimParams } from "#lib/claims/claim.ts";
 * import { assertEquals } from "@std/assert";
 * const quantity = { ratio: { of: { pair: "across" }, to: { pair: "within" } } };
 * const claim = { id: "A1", statement: "Separate.", quantity, test: { above: 1 } };
 * assertEquals(quantityText(claimParams.parse(claim)), "ratio of pair across to pair within");
 * ```
 */
export function quantityText(claim: Claim): string {
  if (claim.quantity === undefined) return "";
  const [kind, details] = Object.entries(claim.quantity).find(([, one]) => one !== undefined)!;
  const what = [kind.replaceAll("_", " "), ...detailTexts(details as object)].join(" ");
  if (claim.every !== undefined) return `${what}, for every ${claim.every.column}`;
  if (claim.largest !== undefined) return `${what}: ${claim.largest.is} − largest of the others`;
  if (claim.smallest !== undefined) return `${what}: smallest of the others − ${claim.smallest.is}`;
  return what;
}

function detailTexts(details: object): string[] {
  const words = ["of", "minus", "to", "x", "along", "order"];
  return Object.entries(details).filter(([, one]) => one !== undefined)
    .sort(([a], [b]) => words.indexOf(a) - words.indexOf(b))
    .flatMap(([name, one]) => {
      if (name === "x") return [`over ${one}`];
      if (typeof one === "string") return [`${name} ${one}`];
      if (Array.isArray(one)) return [`(${one.join(" < ")})`];
      const inner = Object.entries(one as object).sort()
        .map(([column, cell]) =>
          `${column} ${typeof cell === "string" ? cell : canonicalJson(cell)}`
        );
      return inner.length === 0 ? [] : [`${name} ${inner.join(", ")}`];
    });
}

/**
 * The thresholds in words.
 *
 * @example
 * ```ts
 * import { testText } from "#lib/claims/describe_claim.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(testText({ above: 0.8, below: 1.2 }), "above 0.8 and below 1.2");
 * ```
 */
export function testText(test: NonNullable<Claim["test"]>): string {
  return [
    ...(test.above === undefined ? [] : [`above ${test.above}`]),
    ...(test.below === undefined ? [] : [`below ${test.below}`]),
  ].join(" and ");
}

/**
 * The unit of a claim's number: that of the values for means and their differences, none for ratios and the like.
 *
 * @example
 * ```ts
 * import { unitOf } from "#lib/claims/describe_claim.ts";
 * import { claimParams } from "#lib/claims/claim.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ value: 1 }], { value: { unit: "rad" } });
 * const claim = { id: "A3", statement: "Low.", quantity: { mean: {} }, test: { below: 1 } };
 * assertEquals(unitOf(claimParams.parse(claim), table, table.rows), "rad");
 * ```
 */
export function unitOf(claim: Claim, table: Table, rows: readonly Row[]): string | null {
  const { mean, difference, smallest_rise } = claim.quantity ?? {};
  if ((mean ?? difference ?? smallest_rise) === undefined) return null;
  const own = table.columns.find(({ name }) => name === claim.value)?.unit;
  const column = table.columns.findIndex(({ name }) => name === `${claim.value}_unit`);
  if (own !== undefined || column < 0) return own ?? null;
  const units = new Set(rows.map((row) => row[column] as string | null));
  return units.size === 1 ? [...units][0] : null;
}
