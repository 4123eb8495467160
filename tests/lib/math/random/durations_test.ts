import { assert, assertEquals } from "@std/assert";
import type { Duration } from "#lib/core/neurotask.ts";
import { randomStream } from "#lib/core/random.ts";
import { drawSteps, longestSteps, stepDistribution } from "#lib/math/random/durations.ts";
import { type Draws, fresh } from "../linalg/fresh.ts";

/** One of each kind, with ends that are multiples of dt or not. */
function durations(draws: Draws): readonly Duration[] {
  const low = draws.integer(0, 400);
  const high = low + draws.integer(0, 900);
  return [
    low,
    { choice: Array.from({ length: draws.integer(1, 5) }, () => draws.integer(0, 1000)) },
    { uniform: [low, high] },
    { truncated_exponential: { mean: draws.integer(50, 2000), range: [low, high] } },
  ];
}

Deno.test("drawSteps() gives the distribution of stepDistribution()", () => {
  fresh((draws) => {
    const dtMs = draws.integer(1, 100);
    const n = 20_000;
    const uniform = randomStream(draws.seed, "durations").uniform(new Float64Array(n));
    for (const duration of durations(draws)) {
      const expected = stepDistribution(duration, dtMs);
      const counts = new Map<number, number>();
      for (const u of uniform) {
        const steps = drawSteps(duration, dtMs, u);
        counts.set(steps, (counts.get(steps) ?? 0) + 1);
      }
      const total = expected.reduce((sum, { probability }) => sum + probability, 0);
      assert(Math.abs(total - 1) < 1e-12, `${JSON.stringify(duration)}: ${total}`);
      const known = new Set(expected.map(({ steps }) => steps));
      for (const steps of counts.keys()) assert(known.has(steps), `${steps} of ${dtMs} ms`);
      let square = 0;
      for (const { steps, probability } of expected) {
        const count = counts.get(steps) ?? 0;
        square += (count - n * probability) ** 2 / (n * probability);
      }
      // χ² with k − 1 degrees of freedom: mean k − 1, variance 2(k − 1); small expected counts have longer tails.
      const k = expected.length;
      assert(
        square <= k - 1 + 10 * Math.sqrt(2 * k) + 30,
        `${JSON.stringify(duration)}: ${square}`,
      );
    }
  });
});

Deno.test("longestSteps() is the last of stepDistribution(), and drawSteps() stays below", () => {
  fresh((draws) => {
    const dtMs = draws.integer(1, 100);
    for (const duration of durations(draws)) {
      const last = longestSteps(duration, dtMs);
      const steps = stepDistribution(duration, dtMs).map((one) => one.steps);
      assert(Math.max(...steps) <= last);
      for (const u of [0, 0.5, 1 - 2 ** -53]) {
        const drawn = drawSteps(duration, dtMs, u);
        assert(drawn >= steps[0] && drawn <= last, `${JSON.stringify(duration)}: ${drawn}`);
      }
    }
  });
});

Deno.test("drawSteps() counts a multiple of dt as whole in spite of rounding", () => {
  for (let steps = 1; steps < 2000; steps++) assertEquals(drawSteps(steps * 0.1, 0.1, 0), steps);
});
