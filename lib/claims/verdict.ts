// The verdict on a claim: a pure function of what was found and of thresholds declared before the run. It knows
// nothing of metrics, tables or workflows; every verdict that Basin prints comes from here.

/** What can be said about a claim. */
export type Verdict = "holds" | "fails" | "undecidable" | "not tested here";

/** What was found. */
export interface Evidence {
  /** The number that the claim is about; NaN where it could not be computed. */
  readonly number: number;
  /** Its interval; equal to the number where the claim declares that it needs none, NaN where none could be made. */
  readonly low: number;
  readonly high: number;
  /** The difference between measurements on which the number rests, in the unit of the floor. */
  readonly effect: number | null;
  /** What the measure gives for one system against itself on other trials; null where it was not measured. */
  readonly floor: number | null;
  /** Independent units behind the number; 0 where nothing was measured. */
  readonly n: number;
  /** What there are no measurements of, in words, where that is why nothing was measured. */
  readonly missing?: string;
}

/** What the claim demands, declared before the run. Both bounds together: a band. */
export interface Thresholds {
  /** The number must lie above this. */
  readonly above?: number;
  /** The number must lie below this. */
  readonly below?: number;
  /** Fewer independent units decide nothing. */
  readonly minN: number;
  /** Whether a claim without a measured floor stays undecidable. */
  readonly needsFloor: boolean;
}

/** A verdict with its reason in one sentence. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly reason: string;
}

/**
 * Judges a claim. In this order:
 *
 * 1. nothing measured (n = 0), or nothing of one side of a comparison: *not tested here*;
 * 2. no finite number, too few units, or no interval: *undecidable*;
 * 3. the whole interval lies on the wrong side of a threshold, or on it: *fails*;
 * 4. the interval contains a threshold: *undecidable*;
 * 5. the claim asserts something above a threshold, but the effect does not exceed the floor, or the floor that it
 *    needs is unknown: *undecidable*;
 * 6. otherwise: *holds*.
 *
 * @throws {RangeError} without any threshold.
 *
 * @example
 * ```ts
 * import { judge } from "#lib/claims/verdict.ts";
 * import { assertEquals } from "@std/assert";
 * const found = { number: 2.2, low: 1.4, high: 3, effect: 0.26, floor: 0.05, n: 9 };
 * const { verdict } = judge(found, { above: 1, minN: 3, needsFloor: true });
 * assertEquals(verdict, "holds");
 * ```
 */
export function judge(found: Evidence, wanted: Thresholds): Judgement {
  const { above, below } = wanted;
  if (above === undefined && below === undefined) {
    throw new RangeError("judge() got no threshold; give above, below or both");
  }
  const { number, low, high, effect, floor, n, missing } = found;
  if (n === 0) {
    const reason = missing === undefined ? "nothing was measured" : `there are ${missing}`;
    return { verdict: "not tested here", reason };
  }
  const undecidable = (reason: string): Judgement => ({ verdict: "undecidable", reason });
  if (!Number.isFinite(number)) return undecidable(`the number is ${number}`);
  if (n < wanted.minN) return undecidable(`n = ${n}, and the claim needs ${wanted.minN}`);
  if (Number.isNaN(low) || Number.isNaN(high)) return undecidable("no interval could be computed");
  const span = low === high ? show(number) : `the interval ${show(low)} … ${show(high)}`;
  if (above !== undefined && high <= above) {
    return { verdict: "fails", reason: `${span} is not above ${show(above)}` };
  }
  if (below !== undefined && low >= below) {
    return { verdict: "fails", reason: `${span} is not below ${show(below)}` };
  }
  if (above !== undefined && low <= above) return undecidable(`${span} contains ${show(above)}`);
  if (below !== undefined && high >= below) return undecidable(`${span} contains ${show(below)}`);
  if (above !== undefined) {
    if (floor === null && wanted.needsFloor) return undecidable("no self floor was measured");
    if (floor !== null && Number.isNaN(floor)) return undecidable("the self floor is NaN");
    if (floor !== null && effect !== null && !(effect > floor)) {
      return undecidable(
        `an effect of ${show(effect)} does not exceed the self floor of ${show(floor)}`,
      );
    }
  }
  const bounds = [
    ...(above === undefined ? [] : [`above ${show(above)}`]),
    ...(below === undefined ? [] : [`below ${show(below)}`]),
  ];
  const beyond = above !== undefined && floor !== null && effect !== null
    ? `; the effect of ${show(effect)} exceeds the self floor of ${show(floor)}`
    : "";
  return { verdict: "holds", reason: `${span} is ${bounds.join(" and ")}${beyond}` };
}

/**
 * The judgement on a claim that must hold for each of several members (every metric, every seed): it fails if one
 * fails, is undecidable if one is undecidable or untested beside tested ones, and holds if all hold. `at` is the
 * member that decided; where all hold, the first.
 *
 * @throws {RangeError} without members.
 *
 * @example
 * ```ts
 * import { judgeAll } from "#lib/claims/verdict.ts";
 * import { assertEquals } from "@std/assert";
 * const all = judgeAll([
 *   { name: "dsa", verdict: "holds", reason: "2.2 is above 1" },
 *   { name: "cka", verdict: "fails", reason: "0.9 is not above 1" },
 * ]);
 * assertEquals([all.verdict, all.reason, all.at], ["fails", "cka: 0.9 is not above 1", 1]);
 * ```
 */
export function judgeAll(
  members: readonly (Judgement & { readonly name: string })[],
): Judgement & { readonly at: number } {
  if (members.length === 0) throw new RangeError("judgeAll() got no members");
  const find = (verdict: Verdict) => members.findIndex((one) => one.verdict === verdict);
  const because = (at: number) => `${members[at].name}: ${members[at].reason}`;
  const failing = find("fails");
  if (failing >= 0) return { verdict: "fails", reason: because(failing), at: failing };
  const untested = find("not tested here");
  if (untested >= 0) {
    const all = members.every(({ verdict }) => verdict === "not tested here");
    const verdict = all ? "not tested here" : "undecidable";
    return { verdict, reason: all ? members[untested].reason : because(untested), at: untested };
  }
  const open = find("undecidable");
  if (open >= 0) return { verdict: "undecidable", reason: because(open), at: open };
  return { verdict: "holds", reason: members.map((_, at) => because(at)).join("; "), at: 0 };
}

/** A number as people read it: three significant digits, no trailing noise. */
function show(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : String(value);
}
