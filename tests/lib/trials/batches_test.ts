import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { defineNeurotask } from "#lib/core/neurotask.ts";
import pdmAnti from "#lib/neurotasks/pdm_anti.ts";
import pdmDelay from "#lib/neurotasks/pdm_delay.ts";
import pdmPro from "#lib/neurotasks/pdm_pro.ts";
import { trialSource } from "#lib/trials/batches.ts";
import { windowSource } from "#lib/trials/windows.ts";
import { type Draws, fresh } from "../math/linalg/fresh.ts";

function specOf(draws: Draws) {
  const seeds = { seed: draws.integer(0, 1e9), designSeed: draws.integer(0, 1e9) };
  return {
    ...seeds,
    neurotask: pdmPro,
    params: pdmPro.params.parse({}),
    mode: "train",
    dtMs: 100,
    label: "test",
  } as const;
}

function arrays(num: number, steps: number, numChannels = 7) {
  return {
    inputs: new Float32Array(num * steps * numChannels),
    targets: new Float32Array(num * steps),
    mask: new Float32Array(num * steps),
    scored: new Float32Array(num * steps),
    decidable: new Float32Array(num * steps),
  };
}

Deno.test("trialSource() gives rules of a set the same conditions, durations and noise", () => {
  fresh((draws) => {
    const spec = specOf(draws);
    const pro = trialSource(spec);
    const anti = trialSource({ ...spec, neurotask: pdmAnti, params: pdmAnti.params.parse({}) });
    const delay = trialSource({ ...spec, neurotask: pdmDelay, params: pdmDelay.params.parse({}) });
    const [a, b] = [arrays(1, 60), arrays(1, 60)];
    for (let i = 0; i < 10; i++) {
      const [{ design }] = pro.trials(i);
      assertEquals(anti.trials(i)[0].design.conditions, design.conditions);
      assertEquals(anti.trials(i)[0].design.bounds, design.bounds);
      assertEquals(delay.trials(i)[0].design.bounds.stimulus, design.bounds.stimulus);
      pro.write(i, 1, a, 60);
      anti.write(i, 1, b, 60);
      for (let step = 0; step < design.numSteps; step++) {
        const observed = (x: Float32Array) => x.subarray(7 * step, 7 * step + 3);
        assertEquals(observed(a.inputs), observed(b.inputs));
      }
      const asked = a.targets.subarray(0, design.numSteps).map((one) => one === 0 ? 0 : 3 - one);
      assertEquals(b.targets.subarray(0, design.numSteps), asked, "and the opposite answers");
    }
  });
});

Deno.test("trialSource() tells which responses can be decided", () => {
  fresh((draws) => {
    const source = trialSource(specOf(draws));
    const out = arrays(1, source.maxSteps);
    let undecidable = 0;
    for (let i = 0; i < 60; i++) {
      source.write(i, 1, out);
      const [{ design: { conditions } }] = source.trials(i);
      const expected = conditions.coherence_percent > 0 ? out.scored : out.scored.map(() => 0);
      assertEquals(out.decidable, expected);
      undecidable += Number(conditions.coherence_percent === 0);
    }
    assert(undecidable > 0 && undecidable < 60, `${undecidable} of 60`);
  });
});

Deno.test("trialSource() gives the trials of a batch one length, if told to", () => {
  fresh((draws) => {
    const source = trialSource({ ...specOf(draws), sharedTiming: 8 });
    const steps = (i: number) => source.trials(i)[0].design.numSteps;
    const lengths = Array.from({ length: 20 }, (_, batch) => {
      for (let row = 1; row < 8; row++) assertEquals(steps(8 * batch + row), steps(8 * batch));
      return steps(8 * batch);
    });
    assert(new Set(lengths).size > 1, "batches differ");
  });
});

Deno.test("trialSource() has no rule input for one rule, and refuses a rule that is none", () => {
  fresh((draws) => {
    const spec = specOf(draws);
    assertEquals(trialSource({ ...spec, rules: ["pdm_pro"] }).channels.length, 3);
    const two = trialSource({ ...spec, rules: ["pdm_delay", "pdm_pro"] });
    assertEquals(two.channels.slice(3), ["rule_pdm_delay", "rule_pdm_pro"]);
    assertThrows(
      () => trialSource({ ...spec, rules: ["pdm_anti"] }),
      RangeError,
      "pdm_pro, which is none of the rules pdm_anti",
    );
  });
});

Deno.test("windowSource() holds the trials of the stream, back to back and the last one cut", () => {
  fresh((draws) => {
    const spec = specOf(draws);
    const steps = draws.integer(20, 150);
    const windows = windowSource(spec, steps);
    const single = trialSource(spec);
    const sequence = draws.integer(0, 1000);
    const out = arrays(1, steps);
    windows.write(sequence, 1, out);
    const most = Math.ceil(steps / 32);
    const trial = arrays(1, single.maxSteps);
    let at = 0;
    windows.trials(sequence).forEach((placed, n) => {
      assertEquals(placed.at, at);
      single.write(sequence * most + n, 1, trial);
      const kept = Math.min(placed.design.numSteps, steps - at);
      assertEquals(
        out.inputs.subarray(7 * at, 7 * (at + kept)),
        trial.inputs.subarray(0, 7 * kept),
      );
      for (const key of ["targets", "mask", "scored", "decidable"] as const) {
        assertEquals(out[key].subarray(at, at + kept), trial[key].subarray(0, kept), key);
      }
      at += kept;
    });
    assertEquals(at, steps, "the window is full");
    const next = arrays(1, steps);
    windows.write(sequence + 1, 1, next);
    assertNotEquals(next.inputs, out.inputs);
  });
});

Deno.test("trialSource() carries bits of a sequence, several heads, and the memory of N steps", () => {
  // The kind of neurotask that comes next: sequences of bits, a class per head, targets at the end, none before N bits.
  const parity = defineNeurotask({
    name: "parity",
    summary: "Whether the last N bits have an even sum.",
    reference: "none",
    params: z.strictObject({ memories: z.array(z.int().min(2)).default([2, 3]) }),
    rules: ["parity"],
    periods: ["bits"],
    targets: "class",
    mayRepeat: true,
    channels: () => ["bit"],
    outputs: ({ memories }) => memories.flatMap((n) => [`${n}_even`, `${n}_odd`]),
    heads: ({ memories }) => memories.map((n) => ({ name: `${n}`, outputs: 2 })),
    timing: ({ memories }) => {
      const most = Math.max(...memories);
      return { bits: { uniform: [most + 2, 4 * most + 2] } };
    },
    conditions: () => [{ name: "share", uniform: [0, 1] }],
    isDecidable: () => true,
    write({ memories }, { conditions, numSteps, uniform }, out) {
      const bits = uniform(new Float64Array(numSteps)).map((u) => Number(u < conditions.share));
      for (let step = 0; step < numSteps; step++) {
        out.observation[step] = bits[step];
        out.mask[step] = 1;
        memories.forEach((n, head) => {
          const sum = bits.subarray(step + 1 - n, step + 1).reduce((total, bit) => total + bit, 0);
          out.target[step * memories.length + head] = step + 1 < n ? -1 : sum % 2;
        });
      }
      out.scored[numSteps - 1] = 1;
    },
    chance: () => 0.5,
    ideal: () => ({ overall: 1, decidable: 1, method: "counted" }),
  });
  fresh((draws) => {
    const spec = { ...specOf(draws), neurotask: parity, params: parity.params.parse({}), dtMs: 1 };
    const source = trialSource({ ...spec, sharedTiming: 256 });
    assertEquals([source.maxSteps, source.targetWidth], [14, 2]);
    const out = { inputs: new Float32Array(256 * 14), targets: new Float32Array(256 * 14 * 2) };
    const lengths = new Int32Array(256);
    source.write(512, 256, { ...out, lengths });
    assertEquals(new Set(lengths).size, 1);
    for (let row = 0; row < 256; row++) {
      const bits = out.inputs.subarray(14 * row, 14 * (row + 1));
      const at = 2 * (14 * row + lengths[row] - 1);
      const end = lengths[row];
      assertEquals(out.targets[at], (bits[end - 1] + bits[end - 2]) % 2);
      assertEquals(out.targets[at + 1], (bits[end - 1] + bits[end - 2] + bits[end - 3]) % 2);
      assertEquals([...out.targets.subarray(28 * row, 28 * row + 2)], [-1, -1]);
    }
  });
});
