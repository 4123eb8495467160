// Ticks of time axes: few, even, and told apart by what stands at them.

import { assert, assertEquals } from "@std/assert";
import { timeTicks } from "#lib/report/time_ticks.ts";
import { randomStream } from "#lib/core/random.ts";
import { freshSeed } from "#tests/support/run_events.ts";

Deno.test("timeTicks() are as many as there is room for, from zero on, with names of their own", () => {
  const seed = freshSeed();
  const draw = randomStream(seed, "tests/ticks");
  for (let i = 0; i < 300; i++) {
    const span = 10 ** (draw.integer(10_000, 2 * i) / 1000 - 4);
    const most = 2 + draw.integer(40, 2 * i + 1);
    const ticks = timeTicks(span, most);
    const about = `seed ${seed}, span ${span}, most ${most}`;
    assert(ticks.length >= 1 && ticks.length <= most, `${about}: ${ticks.length}`);
    if (span < 100 * 24 * 3600) assert(ticks.length >= Math.min(2, most / 6), about);
    assertEquals(ticks[0].at, 0);
    assertEquals(new Set(ticks.map(({ label }) => label)).size, ticks.length, about);
    assert(ticks.at(-1)!.at <= span * (1 + 1e-6), about);
  }
});

Deno.test("timeTicks() of no time is one tick", () => {
  for (const span of [0, NaN, -1, Infinity]) assertEquals(timeTicks(span, 5).length, 1);
});

Deno.test("timeTicks() between whole minutes and hours say the rest in seconds and minutes", () => {
  const labels = (span: number, most: number) => timeTicks(span, most).map(({ label }) => label);
  assertEquals(labels(200, 12).slice(0, 5), [
    "0 min",
    "20 s",
    "40 s",
    "1 min",
    "1 min 20 s",
  ]);
  assertEquals(labels(4 * 3600, 9).slice(0, 4), ["0 h", "30 min", "1 h", "1 h 30 min"]);
  assertEquals(labels(0.5, 6), ["0 s", "0.1 s", "0.2 s", "0.3 s", "0.4 s", "0.5 s"]);
});
