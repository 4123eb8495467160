// Selection from a sweep: each rule on cases worked out by hand.

import { type Candidate, choose } from "#lib/math/dmd/selection.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";

const candidate = (numDelays: number, rank: number, more: Partial<Candidate> = {}): Candidate => ({
  numDelays,
  delayInterval: 1,
  rank,
  aic: 0,
  logMse: 0,
  trialMase: [],
  ...more,
});
const pick = (candidates: readonly Candidate[]) =>
  Object.fromEntries(choose(candidates).map(({ rule, index }) => [rule, index]));
const reason = (candidates: readonly Candidate[], wanted: string) =>
  choose(candidates).find(({ rule }) => rule === wanted)!.reason;

Deno.test("choose() takes the smallest rank within one standard error of the best MASE", () => {
  // Best: rank 8, mean 0.4, sample deviation 0.1 over 4 trials: standard error 0.05, limit 0.45.
  const best = [0.3, 0.5, 0.5, 0.3].map((x) => 0.4 + (x - 0.4) * Math.sqrt(0.75));
  const sweep = [
    candidate(1, 2, { trialMase: [0.46, 0.46] }),
    candidate(3, 4, { trialMase: [0.44, 0.44] }),
    candidate(2, 4, { trialMase: [0.4499, 0.4499] }),
    candidate(1, 8, { trialMase: best }),
  ];
  assertEquals(pick(sweep).one_standard_error, 2);
  assertStringIncludes(reason(sweep, "one_standard_error"), "0.05, 4 test trials");
  assertStringIncludes(reason(sweep, "one_standard_error"), "0.4 at 1 delay, rank 8");
});

Deno.test("choose() needs two test trials for a standard error", () => {
  const sweep = [candidate(1, 2, { trialMase: [0.5] }), candidate(1, 3, { trialMase: [0.4] })];
  assertEquals(pick(sweep).one_standard_error, null);
  assertStringIncludes(reason(sweep, "one_standard_error"), "two test trials");
});

Deno.test("choose() takes the smallest AIC, and the simpler of two equal ones", () => {
  const sweep = [
    candidate(1, 2, { aic: -1 }),
    candidate(4, 3, { aic: -2 }),
    candidate(2, 3, { aic: -2 }),
    candidate(1, 9, { aic: Infinity }),
  ];
  assertEquals(pick(sweep).aic, 2);
  assertEquals(pick([candidate(1, 1, { aic: 5 }), candidate(1, 2, { aic: -Infinity })]).aic, 1);
  assertEquals(pick([candidate(1, 1, { aic: Infinity })]).aic, null);
});

Deno.test("choose() finds the elbow of the lower envelope, on the way to the best rank", () => {
  const sweep = [
    candidate(1, 2, { logMse: 0 }),
    candidate(1, 4, { logMse: -0.5 }),
    candidate(5, 4, { logMse: -3 }),
    candidate(1, 6, { logMse: -3.3 }),
    candidate(1, 8, { logMse: -3.5 }),
    candidate(1, 10, { logMse: -3 }),
  ];
  assertEquals(pick(sweep).elbow, 2);
  assertStringIncludes(reason(sweep, "elbow"), "from 0 at rank 2 to -3 here");
  assertEquals(pick(sweep.slice(0, 3)).elbow, null);
  const accelerating = [0, -1, -4].map((logMse, i) => candidate(1, i + 1, { logMse }));
  assertEquals(pick(accelerating).elbow, null);
  assertStringIncludes(reason(accelerating, "elbow"), "no elbow");
});

Deno.test("choose() takes the longest horizon that is good in both ways, then the simpler model", () => {
  const horizon = (beatsPersistence: number, withinTolerance: number, longestLead = 9) => ({
    horizon: { beatsPersistence, withinTolerance, longestLead },
  });
  const sweep = [
    candidate(1, 2, horizon(3, 9)),
    candidate(1, 8, horizon(9, 4)),
    candidate(1, 6, horizon(4, 5)),
    candidate(2, 6, horizon(4, 9)),
    candidate(1, 1),
  ];
  assertEquals(pick(sweep).horizon, 2);
  assertEquals(pick([candidate(1, 1)]).horizon, null);
  assertStringIncludes(
    reason(sweep.slice(1, 2), "horizon"),
    "all 9 tried samples and stay within the tolerance for 4",
  );
});

Deno.test("choose() refuses an empty sweep", () => {
  assertThrows(() => choose([]), RangeError, "no candidate");
});
