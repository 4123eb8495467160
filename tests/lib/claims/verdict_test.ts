// The verdict as a table: what was found, what was demanded, what follows. Edges and NaN included.

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Evidence,
  judge,
  judgeAll,
  type Thresholds,
  type Verdict,
} from "#lib/claims/verdict.ts";
import { randomStream } from "#lib/core/random.ts";

const found: Evidence = { number: 2, low: 1.5, high: 2.5, effect: 0.3, floor: 0.1, n: 9 };
const wanted: Thresholds = { above: 1, minN: 3, needsFloor: false };
const below: Thresholds = { below: 3, minN: 3, needsFloor: false };
const band: Thresholds = { above: 1, below: 3, minN: 3, needsFloor: false };
const exact = (number: number) => ({ ...found, number, low: number, high: number });

const cases: readonly (readonly [
  what: string,
  found: Evidence,
  wanted: Thresholds,
  verdict: Verdict,
  reason: string,
])[] = [
  [
    "an interval above its threshold",
    found,
    wanted,
    "holds",
    "1.5 … 2.5 is above 1; the effect of 0.3",
  ],
  ["an interval below its threshold", found, below, "holds", "1.5 … 2.5 is below 3"],
  ["an interval inside a band", found, band, "holds", "above 1 and below 3"],
  ["no measurement", { ...found, n: 0 }, wanted, "not tested here", "nothing was measured"],
  [
    "no measurement, number NaN",
    { ...found, n: 0, number: NaN },
    wanted,
    "not tested here",
    "nothing",
  ],
  ["a NaN number", { ...found, number: NaN }, wanted, "undecidable", "the number is NaN"],
  ["an infinite number", { ...found, number: Infinity }, wanted, "undecidable", "is Infinity"],
  ["too few units", { ...found, n: 2 }, wanted, "undecidable", "n = 2, and the claim needs 3"],
  ["just enough units", { ...found, n: 3 }, wanted, "holds", "above 1"],
  ["no lower end", { ...found, low: NaN }, wanted, "undecidable", "no interval"],
  ["no upper end", { ...found, high: NaN }, wanted, "undecidable", "no interval"],
  [
    "an interval on the wrong side",
    { ...found, low: 0.2, high: 0.9 },
    wanted,
    "fails",
    "not above 1",
  ],
  [
    "an interval that ends at the threshold",
    { ...found, low: 0, high: 1 },
    wanted,
    "fails",
    "not above",
  ],
  [
    "an interval that begins at the threshold",
    { ...found, low: 1 },
    wanted,
    "undecidable",
    "contains 1",
  ],
  ["an interval around the threshold", { ...found, low: 0.5 }, wanted, "undecidable", "contains 1"],
  ["an unbounded interval", { ...found, low: -Infinity }, wanted, "undecidable", "-Infinity … 2.5"],
  ["an exact number at its threshold", exact(1), wanted, "fails", "1 is not above 1"],
  ["an exact number just above", exact(1 + 1e-12), wanted, "holds", "1 is above 1"],
  ["an exact number just below a bound", exact(3 - 1e-12), below, "holds", "is below 3"],
  ["an exact number at a lower bound", exact(3), below, "fails", "3 is not below 3"],
  ["an interval over a lower bound", { ...found, high: 3 }, below, "undecidable", "contains 3"],
  ["an interval beyond a band", { ...found, low: 3, high: 4 }, band, "fails", "not below 3"],
  ["an interval before a band", { ...found, low: 0, high: 0.5 }, band, "fails", "not above 1"],
  [
    "an interval wider than a band",
    { ...found, low: 0, high: 4 },
    band,
    "undecidable",
    "contains 1",
  ],
  [
    "an effect at its floor",
    { ...found, effect: 0.1 },
    wanted,
    "undecidable",
    "not exceed the self floor",
  ],
  [
    "an effect below its floor",
    { ...found, effect: 0.01 },
    wanted,
    "undecidable",
    "of 0.01 does not",
  ],
  [
    "an effect below its floor, claim of smallness",
    { ...found, effect: 0.01 },
    below,
    "holds",
    "below 3",
  ],
  ["a NaN effect", { ...found, effect: NaN }, wanted, "undecidable", "effect of NaN"],
  ["a NaN floor", { ...found, floor: NaN }, wanted, "undecidable", "floor is NaN"],
  [
    "a failing number at its floor",
    { ...exact(0), effect: 0 },
    wanted,
    "fails",
    "0 is not above 1",
  ],
  ["no floor, none needed", { ...found, floor: null }, wanted, "holds", "is above 1"],
  ["no effect", { ...found, effect: null }, wanted, "holds", "is above 1"],
  [
    "no floor where one is needed",
    { ...found, floor: null },
    { ...wanted, needsFloor: true },
    "undecidable",
    "no self floor was measured",
  ],
  [
    "a floor where one is needed",
    found,
    { ...wanted, needsFloor: true },
    "holds",
    "exceeds the self floor",
  ],
];

for (const [what, evidence, thresholds, verdict, reason] of cases) {
  Deno.test(`judge() calls ${what} '${verdict}'`, () => {
    const judgement = judge(evidence, thresholds);
    assertEquals(judgement.verdict, verdict);
    assert(judgement.reason.includes(reason), `'${judgement.reason}' lacks '${reason}'`);
  });
}

Deno.test("judge() refuses a claim without a threshold", () => {
  assertThrows(() => judge(found, { minN: 1, needsFloor: false }), RangeError, "no threshold");
});

Deno.test("judge() never holds and fails at once, and a wider interval never decides more", () => {
  const draws = randomStream(3, "test/verdict").uniform(new Float64Array(4 * 2000));
  for (let at = 0; at < draws.length; at += 4) {
    const number = 4 * draws[at];
    const half = 2 * draws[at + 1];
    const narrow = { ...found, number, low: number - half, high: number + half };
    const wide = { ...narrow, low: narrow.low - draws[at + 2], high: narrow.high + draws[at + 2] };
    const thresholds = { ...wanted, above: 4 * draws[at + 3] };
    const opposite = { below: thresholds.above, minN: 3, needsFloor: false };
    const verdict = judge(narrow, thresholds).verdict;
    assert(!(verdict === "holds" && judge(narrow, opposite).verdict === "holds"));
    const wider = judge(wide, thresholds).verdict;
    assert(wider === verdict || wider === "undecidable", `${verdict} became ${wider}`);
  }
});

Deno.test("judgeAll() lets one failure fail all, one doubt leave all open, and names the member", () => {
  const one = (name: string, verdict: Verdict) => ({ name, verdict, reason: `${verdict}.` });
  const all = (...verdicts: Verdict[]) =>
    judgeAll(verdicts.map((verdict, i) => one(`m${i}`, verdict)));
  assertEquals(all("holds", "holds"), {
    verdict: "holds",
    reason: "m0: holds.; m1: holds.",
    at: 0,
  });
  assertEquals(all("holds", "undecidable", "fails"), {
    verdict: "fails",
    reason: "m2: fails.",
    at: 2,
  });
  assertEquals(all("holds", "undecidable").verdict, "undecidable");
  assertEquals(all("holds", "not tested here").verdict, "undecidable");
  assertEquals(all("fails", "not tested here").verdict, "fails");
  assertEquals(all("not tested here", "not tested here").verdict, "not tested here");
  assertThrows(() => judgeAll([]), RangeError);
});
