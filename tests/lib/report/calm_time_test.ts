// Coarse times: few steps, no trembling, and down where time goes on as it was said.

import { assert, assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import { CalmTime, coarseTime } from "#lib/report/calm_time.ts";
import { randomStream } from "#lib/core/random.ts";
import { freshSeed } from "#tests/support/run_events.ts";

/** Seconds that a text stands for. */
function secondsOf(text: string): number {
  if (text === "a few s") return 5;
  const [value, unit] = text.split(" ");
  return Number(value) * { s: 1, min: 60, h: 3600, d: 86_400 }[unit]!;
}

Deno.test("coarseTime() is never far from the truth, and grows with it", () => {
  let before = 0;
  for (let seconds = 5; seconds < 2e6; seconds *= 1.01) {
    const said = secondsOf(coarseTime(seconds));
    assertLess(Math.abs(said - seconds), 0.35 * seconds + 2.6, `${seconds}: ${said}`);
    assertLessOrEqual(before, said);
    before = said;
  }
  assertEquals([0, 59, 61, 3500, 7000, 1e9].map(coarseTime), [
    "a few s",
    "1 min",
    "1 min",
    "1 h",
    "2 h",
    "90 d",
  ]);
});

Deno.test("CalmTime only goes down while an estimate comes true", () => {
  for (const total of [7, 33, 100, 1000, 20_000, 500_000]) {
    const calm = new CalmTime();
    let before = Infinity;
    for (let now = 0; now <= 1000 * total; now += Math.max(120, total)) {
      const said = secondsOf(calm.text(now, total - now / 1000));
      assertLessOrEqual(said, before);
      before = said;
    }
    assertEquals(before, 5);
  }
});

Deno.test("CalmTime hardly goes up where an estimate trembles by a fifth", () => {
  const seed = freshSeed();
  const draw = randomStream(seed, "tests/calm_time");
  for (let run = 0; run < 10; run++) {
    const total = 200 + draw.integer(2000, run);
    const calm = new CalmTime();
    let before = Infinity;
    let numUp = 0, numDifferent = 0;
    for (let now = 0, i = 0; now <= 1000 * total; now += 1000, i++) {
      const share = 0.8 + 0.4 * draw.integer(1000, 100_000 * (run + 1) + i) / 1000;
      const said = secondsOf(calm.text(now, share * (total - now / 1000)));
      if (said > before) numUp++;
      if (said !== before) numDifferent++;
      before = said;
    }
    assertLessOrEqual(numUp, 1, `seed ${seed}, run ${run}: ${numUp} times up`);
    assertLessOrEqual(numDifferent, 30, `seed ${seed}, run ${run}`);
  }
});

Deno.test("CalmTime goes up where it clearly must", () => {
  const calm = new CalmTime();
  calm.text(0, 60);
  let text = "";
  for (let now = 0; now < 90_000; now += 1000) text = calm.text(now, 600);
  assert(secondsOf(text) >= 540, text);
});
