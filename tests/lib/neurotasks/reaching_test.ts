import { assert, assertEquals } from "@std/assert";
import type { Neurotask } from "#lib/core/neurotask.ts";
import anti from "#lib/neurotasks/reaching_anti.ts";
import antiDelay from "#lib/neurotasks/reaching_anti_delay.ts";
import delay from "#lib/neurotasks/reaching_delay.ts";
import pro from "#lib/neurotasks/reaching_pro.ts";
import { trialSource } from "#lib/trials/batches.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { type Draws, fresh } from "../math/linalg/fresh.ts";

Deno.test("reaching shows a direction on a ring and asks for a place on the circle", () => {
  fresh((draws: Draws) => {
    for (const [neurotask, sign] of [[pro, 1], [anti, -1], [delay, 1], [antiDelay, -1]] as const) {
      const params = neurotask.params.parse({ num_ring: 8, sigma: 0 });
      const source = trialSource({
        neurotask: neurotask as Neurotask<never>,
        params,
        mode: "test",
        dtMs: 100,
        seed: 0,
        designSeed: draws.seed,
        label: "ring",
        rules: [neurotask.name],
      });
      const inputs = new Float32Array(source.maxSteps * 9);
      const targets = new Float32Array(source.maxSteps * 2);
      source.write(5, 1, { inputs, targets });
      const [{ design: { conditions, bounds } }] = source.trials(5);
      const direction = conditions.direction_degrees * Math.PI / 180;
      for (let step = 0; step < source.maxSteps; step++) {
        const seen = inputs.subarray(9 * step + 1, 9 * step + 9);
        const isShown = step >= bounds.stimulus[0] && step < bounds.stimulus[1];
        const ring = Array.from(
          { length: 8 },
          (_, k) => isShown ? 0.5 + 0.5 * Math.cos(k * Math.PI / 4 - direction) : 0,
        );
        assertAllClose(seen, ring, { atol: 1e-7 });
        const goes = step >= bounds.decision[0];
        assertAllClose(
          targets.subarray(2 * step, 2 * step + 2),
          goes ? [sign * Math.cos(direction), sign * Math.sin(direction)] : [0, 0],
          { atol: 1e-7 },
        );
      }
    }
  });
});

Deno.test("reaching is right within the tolerance, and wrong near the centre", () => {
  const params = pro.params.parse({ tolerance_degrees: 20 });
  const at = (degrees: number, length: number) =>
    Float64Array.of(Math.cos(degrees * Math.PI / 180), Math.sin(degrees * Math.PI / 180))
      .map((value) => value * length);
  const target = at(130, 1);
  const isCorrect = (degrees: number, length: number) =>
    pro.isCorrect!(params, at(degrees, length), target);
  for (const length of [0.51, 1, 3]) {
    assert(isCorrect(130, length) && isCorrect(149.9, length) && isCorrect(110.1, length));
    assert(!isCorrect(150.1, length) && !isCorrect(109.9, length) && !isCorrect(310, length));
  }
  assert(!isCorrect(130, 0.49));
  assertEquals(pro.chance(params), 1 / 9);
});
