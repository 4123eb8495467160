// Which delays and rank to take from a sweep: four rules, each with its reason in words, and a recommendation.
// Hastie, Tibshirani & Friedman 2009, section 7.10 (one standard error); Satopää et al. 2011 (elbow as the point farthest
// from the chord). Leaves out fitting and scoring.

import { mean, standardError } from "../statistics/moments.ts";

/** One point of a sweep. Numbers that are missing or not finite take it out of the rules that need them. */
export interface Candidate {
  readonly numDelays: number;
  readonly delayInterval: number;
  readonly rank: number;
  readonly aic: number;
  readonly logMse: number;
  /** MASE of each test trial. */
  readonly trialMase: readonly number[];
  /** In samples: up to where free runs beat persistence, stay within the tolerance, and were tried. */
  readonly horizon?: {
    readonly beatsPersistence: number;
    readonly withinTolerance: number;
    readonly longestLead?: number;
  };
}

/** The rules, the recommended one first where it can be applied. */
export type SelectionRule = "one_standard_error" | "aic" | "elbow" | "horizon";

/** What a rule takes. */
export interface Choice {
  readonly rule: SelectionRule;
  /** Index of the candidate; `null` if the rule cannot be applied. */
  readonly index: number | null;
  /** Why this one, or why none. */
  readonly reason: string;
}

/**
 * The choice of every rule. Where candidates tie, the smaller rank is taken, then fewer delays, then the shorter interval.
 *
 * - `one_standard_error`: the smallest rank whose MASE, averaged over test trials, is within one standard error of the best;
 * - `aic`: the smallest AIC;
 * - `elbow`: of the best log MSE at each rank, the point farthest below the line from the smallest rank to the best;
 * - `horizon`: free runs that beat persistence, and stay within the tolerance, for longest.
 *
 * @throws {RangeError} if there is no candidate.
 *
 * @example
 * ```ts
 * import { choose } from "#lib/math/dmd/selection.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const at = (rank: number, aic: number, trialMase: number[]) =>
 *   ({ numDelays: 1, delayInterval: 1, rank, aic, logMse: aic, trialMase });
 * const choices = choose([at(1, 3, [0.5, 0.7]), at(2, 1, [0.4, 0.6]), at(3, 0.9, [0.4, 0.6])]);
 * assertEquals(choices.map(({ rule, index }) => [rule, index]).slice(0, 2), [["one_standard_error", 0], ["aic", 2]]);
 * ```
 */
export function choose(candidates: readonly Candidate[]): Choice[] {
  if (candidates.length === 0) throw new RangeError("selection: the sweep has no candidate");
  return [
    { rule: "one_standard_error", ...oneStandardError(candidates) },
    { rule: "aic", ...smallestAic(candidates) },
    { rule: "elbow", ...elbow(candidates) },
    { rule: "horizon", ...longestHorizon(candidates) },
  ];
}

type Found = Omit<Choice, "rule">;

function oneStandardError(candidates: readonly Candidate[]): Found {
  const means = candidates.map(({ trialMase }) => trialMase.length < 2 ? NaN : mean(trialMase));
  const best = first(candidates, means, (a, b) => a - b);
  if (best === null) {
    return none(
      "needs finite MASE of at least two test trials: split by trials, with more of them",
    );
  }
  const error = standardError(candidates[best].trialMase, "sample");
  const limit = means[best] + error;
  const index = first(candidates, means.map((value) => value <= limit ? 0 : NaN), (a, b) => a - b)!;
  return {
    index,
    reason: `MASE ${text(means[index])} is within one standard error (${text(error)}, ${
      candidates[best].trialMase.length
    } test trials) of the best, ${text(means[best])} at ${name(candidates[best])}`,
  };
}

function smallestAic(candidates: readonly Candidate[]): Found {
  // A perfect prediction has AIC −∞, which is a value like any other.
  const values = candidates.map(({ aic }) => aic === -Infinity ? -Number.MAX_VALUE : aic);
  const index = first(candidates, values, (a, b) => a - b);
  if (index === null) {
    return none("no candidate has an AIC below infinity: every prediction diverges");
  }
  return { index, reason: `AIC ${text(candidates[index].aic)} is the smallest` };
}

function elbow(candidates: readonly Candidate[]): Found {
  const points = [...new Set(candidates.map(({ rank }) => rank))].sort((a, b) => a - b)
    .flatMap((rank) => {
      const values = candidates.map((one) => one.rank === rank ? one.logMse : NaN);
      const index = first(candidates, values, (a, b) => a - b);
      return index === null ? [] : [{ rank, index, value: values[index] }];
    });
  const lowest = points.reduce((least, { value }, i) => value < points[least].value ? i : least, 0);
  const falling = points.slice(0, lowest + 1);
  if (falling.length < 3) {
    return none(
      "needs log MSE at three ranks or more on the way to the best one; sweep further ranks",
    );
  }
  const [start, end] = [falling[0], falling[falling.length - 1]];
  const gained = ({ rank, value }: { rank: number; value: number }) =>
    (value - start.value) / (end.value - start.value) -
    (rank - start.rank) / (end.rank - start.rank);
  const below = falling.map(gained);
  const at = below.reduce((most, value, i) => value > below[most] ? i : most, 0);
  if (!(below[at] > 1e-9)) {
    return none("log MSE falls ever faster with the rank: there is no elbow");
  }
  return {
    index: falling[at].index,
    reason: `log MSE falls from ${text(start.value)} at rank ${start.rank} to ${
      text(falling[at].value)
    } here, and only to ${text(end.value)} at rank ${end.rank}`,
  };
}

function longestHorizon(candidates: readonly Candidate[]): Found {
  const keys = candidates.map(({ horizon }) =>
    horizon === undefined ? NaN : Math.min(horizon.beatsPersistence, horizon.withinTolerance)
  );
  const index = first(candidates, keys, (a, b) => b - a);
  if (index === null) return none("no horizons were measured");
  const { beatsPersistence, withinTolerance, longestLead = Infinity } = candidates[index].horizon!;
  const samples = (count: number) => count >= longestLead ? `all ${count} tried` : `${count}`;
  return {
    index,
    reason: `free runs beat persistence for ${samples(beatsPersistence)} samples and stay within ` +
      `the tolerance for ${samples(withinTolerance)}`,
  };
}

// The index of the best finite value; of equal ones the simplest model.
function first(
  candidates: readonly Candidate[],
  values: readonly number[],
  compare: (a: number, b: number) => number,
): number | null {
  const order = values.map((_, i) => i).filter((i) => Number.isFinite(values[i])).sort((i, j) =>
    compare(values[i], values[j]) || candidates[i].rank - candidates[j].rank ||
    candidates[i].numDelays - candidates[j].numDelays ||
    candidates[i].delayInterval - candidates[j].delayInterval || i - j
  );
  return order[0] ?? null;
}

function none(reason: string): Found {
  return { index: null, reason };
}

function name({ numDelays, rank }: Candidate): string {
  return `${numDelays} delay${numDelays === 1 ? "" : "s"}, rank ${rank}`;
}

function text(value: number): string {
  return Number(value.toPrecision(4)).toString();
}
