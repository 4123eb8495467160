// The primer's decision against the numbers that its specification derives.

import { assert, assertEquals } from "@std/assert";
import neurotask from "#lib/neurotasks/rate_decision.ts";
import { trialSource } from "#lib/trials/batches.ts";
import { assertAllClose } from "#tests/support/close.ts";

const spec = {
  neurotask,
  params: neurotask.params.parse({}),
  mode: "train",
  dtMs: 100,
  seed: 3,
  designSeed: 4,
  label: "primer",
} as const;

Deno.test("rate_decision lasts 1 + 20 + 0 + 1 steps, without a rule input", () => {
  const source = trialSource(spec);
  assertEquals([source.maxSteps, source.channels.length, source.outputs.length], [22, 3, 3]);
  const [{ design: { bounds } }] = source.trials(0);
  assertEquals(bounds, {
    fixation: [0, 1],
    stimulus: [1, 21],
    delay: [21, 21],
    decision: [21, 22],
  });
});

Deno.test("rate_decision has noise of 0.1 on every channel at every step, about its means", () => {
  const source = trialSource(spec);
  const num = 4000;
  const inputs = new Float32Array(num * 66);
  const targets = new Float32Array(num * 22);
  source.write(0, num, { inputs, targets });
  const mean = new Float64Array(66);
  const square = new Float64Array(66);
  for (let row = 0; row < num; row++) {
    const [{ design: { conditions: { choice, coherence_percent } } }] = source.trials(row);
    assertEquals(targets[22 * row + 21], 1 + choice);
    assert(targets.subarray(22 * row, 22 * row + 21).every((one) => one === 0));
    for (let at = 0; at < 66; at++) {
      const [step, channel] = [Math.floor(at / 3), at % 3];
      const isStimulus = step >= 1 && step < 21;
      const sign = channel - 1 === choice ? 1 : -1;
      const expected = channel === 0
        ? step < 21 ? 1 : 0
        : isStimulus
        ? 0.5 + sign * coherence_percent / 200
        : 0;
      const rest = inputs[66 * row + at] - expected;
      mean[at] += rest / num;
      square[at] += rest * rest / num;
    }
  }
  // Six standard errors.
  assertAllClose(mean, new Float64Array(66), { atol: 6 * 0.1 / Math.sqrt(num) });
  assertAllClose(square.map(Math.sqrt), new Float64Array(66).fill(0.1), {
    atol: 6 * 0.1 / Math.sqrt(2 * num),
  });
});

Deno.test("rate_decision states the ideal observer of the primer", () => {
  const { overall, by } = neurotask.ideal(spec.params, { mode: "test", dtMs: 100 });
  assertAllClose([overall], [0.8957], { atol: 5e-5 });
  assertAllClose(by!.accuracy, [0.5, 0.9785, 0.99997, 1, 1], { atol: 5e-5 });
});

Deno.test("rate_decision spreads K choices over a circle", () => {
  const params = neurotask.params.parse({ num_choices: 4, coherences_percent: [50], sigma: 0 });
  const source = trialSource({ ...spec, params });
  const inputs = new Float32Array(22 * 5);
  source.write(0, 1, { inputs, targets: new Float32Array(22) });
  const [{ design: { conditions: { choice } } }] = source.trials(0);
  const expected = [0.75, 0.5, 0.25, 0.5];
  for (let j = 0; j < 4; j++) {
    assertAllClose([inputs[5 * 7 + 1 + (choice + j) % 4]], [expected[j]], { atol: 1e-7 });
  }
  assertEquals(neurotask.chance(params), 0.25);
});
