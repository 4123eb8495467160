// Evaluates claims on a long table: numbers, intervals and floors from the rows; the verdict from verdict.ts.

import { type Cell, type Table, tableOf } from "../core/table.ts";
import { mean } from "../math/statistics/moments.ts";
import { groupRows, numberIndex, numbersAt, type Row } from "../math/tables/columns.ts";
import { type Conditions, rowTest } from "../math/tables/condition.ts";
import { intervalOf } from "../math/tables/resample.ts";
import type { Claim, FloorParams, SharedParams } from "./claim.ts";
import { quantityText, testText, unitOf } from "./describe_claim.ts";
import { type Measured, quantityOf } from "./quantity.ts";
import { type Evidence, judge, judgeAll, type Judgement } from "./verdict.ts";

/**
 * A table with one row per claim and combination of `by`: id, statement, published numbers, quantity and test in
 * words, number, interval, effect, self floor, n (independent units), rows used, verdict, reason.
 *
 * @param floors self comparisons, if they were measured
 * @throws {TypeError} naming the claim, if a column is absent or of the wrong type.
 *
 * @example
 * ```ts
 * import { evaluateClaims } from "#lib/claims/evaluate.ts";
 * import { claimParams, sharedParams } from "#lib/claims/claim.ts";
 * import { recordsOf, tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([0.2, 0.21, 0.22].map((value) => ({ preset: "corrected", value })));
 * const claim = { id: "A", statement: "Low.", quantity: { mean: {} }, test: { below: 0.5 } };
 * const found = evaluateClaims([claimParams.parse(claim)], sharedParams.parse({ by: ["preset"] }), table);
 * assertEquals(recordsOf(found)[0].verdict, "holds");
 * ```
 */
export function evaluateClaims(
  claims: readonly Claim[],
  shared: SharedParams,
  table: Table,
  floors?: Table,
): Table {
  const rows = claims.flatMap((claim) => {
    try {
      return claimRows(claim, shared, table, floors);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new TypeError(`claim '${claim.id}': ${error.message}`);
    }
  });
  return numeric(tableOf(rows, {
    number: { description: "the quantity that decides; in `unit`" },
    low: { description: "lower end of its interval" },
    high: { description: "upper end of its interval" },
    effect: { description: "difference between measurements on which the number rests" },
    floor: { description: "one system against itself on other trials" },
    n: { description: "independent units" },
  }));
}

/** Columns of numbers stay so where every entry is missing. */
function numeric(table: Table): Table {
  const names = ["number", "low", "high", "effect", "floor"];
  const columns = table.columns.map((column) =>
    names.includes(column.name) ? { ...column, type: "number" as const } : column
  );
  return { columns, rows: table.rows };
}

type Record_ = Record<string, Cell>;

function claimRows(claim: Claim, shared: SharedParams, table: Table, floors?: Table): Record_[] {
  const by = claim.by ?? shared.by;
  const combinations = groupRows(table, by, "by").filter(({ key }) =>
    key.every((one) => one !== null)
  );
  const matches = rowTest(table, claim.not_tested === undefined ? claim.where : {}, "where");
  const groups = combinations.length > 0 || by.length > 0
    ? combinations
    : [{ key: [], rows: table.rows }];
  return groups.map(({ key, rows }) => {
    const place: Record_ = Object.fromEntries(by.map((name, i) => [name, key[i]]));
    const found = claim.not_tested === undefined
      ? assess(claim, shared, table, rows.filter(matches), place, floors)
      : { ...untested, reason: claim.not_tested };
    return {
      id: claim.id,
      ...place,
      ...found,
      statement: claim.statement,
      published: claim.published,
      quantity: claim.quantity === undefined ? null : quantityText(claim),
      test: claim.test === undefined ? null : testText(claim.test),
    };
  });
}

interface Assessment extends Record_ {
  number: number | null;
  low: number | null;
  high: number | null;
  unit: string | null;
  effect: number | null;
  floor: number | null;
  n: number;
  num_rows: number;
  verdict: string;
  reason: string;
}

const untested = {
  verdict: "not tested here",
  number: null,
  low: null,
  high: null,
  unit: null,
  effect: null,
  floor: null,
  n: 0,
  num_rows: 0,
};

function assess(
  claim: Claim,
  shared: SharedParams,
  table: Table,
  rows: readonly Row[],
  place: Record_,
  floors?: Table,
): Assessment {
  const measure = quantityOf(table, claim.value, claim.quantity!);
  const one = (some: readonly Row[], of: (rows: readonly Row[]) => Measured, where: Record_) => {
    const evidence = gather(claim, shared, table, some, of, floorOf(claim, shared, where, floors));
    const floorParams = claim.floor ?? shared.floor;
    const judgement = judge(
      evidence,
      {
        ...claim.test,
        minN: claim.min_n,
        needsFloor: floorParams !== "none" && floorParams.required,
      } as Parameters<typeof judge>[1],
    );
    return { evidence, judgement, rows: some };
  };
  if (claim.every !== undefined) {
    const { column } = claim.every;
    const test = (cell: Cell) => rowTest(table, { [column]: cell } as Conditions, "every");
    const values = claim.every.of ??
      groupRows({ columns: table.columns, rows }, [column], "every").map(({ key }) => key[0])
        .filter((cell) => cell !== null);
    const members = values.map((cell) => ({
      name: String(cell),
      ...one(rows.filter(test(cell)), measure, { ...place, [column]: cell }),
    }));
    if (members.length === 0) return { ...untested, reason: "nothing was measured" };
    const all = judgeAll(members.map(({ name, judgement }) => ({ name, ...judgement })));
    const decisive = all.verdict === "holds" ? closest(members, claim.test!) : members[all.at];
    return report(claim, table, decisive, all);
  }
  const rival = claim.largest ?? claim.smallest;
  if (rival === undefined) {
    const single = one(rows, measure, place);
    return report(claim, table, single, single.judgement);
  }
  const lead = leadOf(table, rival, measure, claim.largest !== undefined);
  const winner = one(rows, lead, { ...place, [rival.column]: rival.is });
  return report(claim, table, winner, winner.judgement);
}

/** The member whose interval comes nearest to a threshold: the one to show where all hold. */
function closest<M extends { readonly evidence: Evidence }>(
  members: readonly M[],
  { above = -Infinity, below = Infinity }: NonNullable<Claim["test"]>,
): M {
  const margin = ({ evidence: { low, high } }: M) => Math.min(low - above, below - high);
  return members.reduce((a, b) => margin(b) < margin(a) ? b : a);
}

/** By how much one value's quantity exceeds (or stays below) those of all others; its effect is that value's. */
function leadOf(
  table: Table,
  rival: { readonly column: string; readonly is: Cell },
  measure: (rows: readonly Row[]) => Measured,
  largest: boolean,
): (rows: readonly Row[]) => Measured {
  return (rows) => {
    const groups = groupRows(
      { columns: table.columns, rows },
      [rival.column],
      "largest or smallest",
    );
    const own = groups.find(({ key }) => key[0] === rival.is);
    const others = groups.filter(({ key }) => key[0] !== rival.is && key[0] !== null);
    if (own === undefined || others.length === 0) return { number: NaN, effect: null };
    const { number, effect } = measure(own.rows);
    const rest = others.map((group) => measure(group.rows).number);
    if (rest.some(Number.isNaN)) return { number: NaN, effect };
    return {
      number: largest ? number - Math.max(...rest) : Math.min(...rest) - number,
      effect,
    };
  };
}

function gather(
  claim: Claim,
  shared: SharedParams,
  table: Table,
  rows: readonly Row[],
  measure: (rows: readonly Row[]) => Measured,
  floor: number | null,
): Evidence {
  if (rows.length === 0) return { number: NaN, low: NaN, high: NaN, effect: null, floor, n: 0 };
  const { number, effect, missing } = measure(rows);
  if (missing !== undefined) {
    return { number: NaN, low: NaN, high: NaN, effect: null, floor, n: 0, missing };
  }
  const params = claim.interval ?? shared.interval;
  if (params === "none") {
    return { number, low: number, high: number, effect, floor, n: rows.length };
  }
  const { low, high, numUnits } = intervalOf(
    table,
    rows,
    (some) => some.length === 0 ? NaN : measure(some).number,
    params,
  );
  return { number, low, high, effect, floor, n: numUnits };
}

/** Mean or maximum of the floors that agree with the row on every column that they have. */
function floorOf(
  claim: Claim,
  shared: SharedParams,
  place: Record_,
  floors: Table | undefined,
): number | null {
  const params: FloorParams | "none" = claim.floor ?? shared.floor;
  if (params === "none" || floors === undefined) return null;
  const value = numberIndex(floors, params.value, "floor");
  const known = new Set(floors.columns.map(({ name }) => name));
  const agrees = Object.entries(place).filter(([name]) => known.has(name))
    .map(([name, cell]) => rowTest(floors, { [name]: cell } as Conditions, "floor"));
  const counts = rowTest(floors, params.where, "floor");
  const rows = floors.rows.filter((row) => counts(row) && agrees.every((test) => test(row)));
  const values = numbersAt(rows, value);
  if (values.length === 0) return null;
  return params.statistic === "mean" ? mean(values) : values.reduce((a, b) => Math.max(a, b));
}

function report(
  claim: Claim,
  table: Table,
  { evidence, rows }: { readonly evidence: Evidence; readonly rows: readonly Row[] },
  { verdict, reason }: Judgement,
): Assessment {
  const { number, low, high, effect, floor, n } = evidence;
  const some = n > 0;
  return {
    number: some ? number : null,
    low: some ? low : null,
    high: some ? high : null,
    unit: some ? unitOf(claim, table, rows) : null,
    effect,
    floor,
    n,
    num_rows: rows.length,
    verdict,
    reason,
  };
}
