// The published generator and its defects, one by one: copies, the leak of the split, and what is left when each is off.

import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Neurotask } from "#lib/core/neurotask.ts";
import gonogoDelay from "#lib/neurotasks/gonogo_delay.ts";
import gonogoGo from "#lib/neurotasks/gonogo_go.ts";
import pdmDelay from "#lib/neurotasks/pdm_delay.ts";
import pdmPro from "#lib/neurotasks/pdm_pro.ts";
import { findDuplicates, requireDistinct } from "#lib/trials/duplicates.ts";
import { publishedSource } from "#lib/trials/published.ts";
import { leakOf, splitSequences } from "#lib/trials/split.ts";
import type { TrialSpec } from "#lib/trials/trial_writer.ts";
import { windowSource } from "#lib/trials/windows.ts";
import { type Draws, fresh } from "../math/linalg/fresh.ts";

// deno-lint-ignore no-explicit-any
type AnyNeurotask = Neurotask<any>;

function specOf(
  draws: Draws,
  neurotask: AnyNeurotask,
  mode: "train" | "test",
  dtMs = 20,
): TrialSpec {
  const params = neurotask.params.parse(neurotask.name.startsWith("gonogo") ? { sigma: 0 } : {});
  const seeds = { seed: draws.integer(0, 1e9), designSeed: draws.integer(0, 1e9) };
  return { ...seeds, neurotask, params, mode, dtMs, label: "file" };
}

const all = (num: number) => Array.from({ length: num }, (_, i) => i);

Deno.test("publishedSource() repeats 32 training sequences, and 96 or 64 test trials", () => {
  fresh((draws) => {
    for (const dtMs of [20, 100]) {
      for (
        const [neurotask, mode, steps, num, expected] of [
          [pdmPro, "train", 400, 10_000, 32],
          [pdmDelay, "train", 400, 10_000, 32],
          [pdmPro, "test", 220, 1000, 96],
          [pdmDelay, "test", 350, 1000, 64],
          [gonogoGo, "test", 220, 1000, 2],
          [gonogoDelay, "test", 350, 1000, 2],
        ] as const
      ) {
        const source = publishedSource(specOf(draws, neurotask, mode, dtMs), {
          numSequences: num,
          sequenceSteps: steps * 20 / dtMs,
          aliased: true,
        });
        const { numDistinct, contents } = findDuplicates(source, all(num));
        assertEquals(numDistinct, expected, `${neurotask.name}, ${mode}, ${dtMs} ms`);
        if (expected === 2) continue;
        const origins = all(num).map((i) => source.origin(i));
        assertEquals(new Set(origins).size, expected);
        const byOrigin = new Map(origins.map((origin, i) => [origin, contents[i]]));
        origins.forEach((origin, i) => assertEquals(contents[i], byOrigin.get(origin)));
      }
    }
  });
});

Deno.test("publishedSource() without aliasing repeats nothing, and ends with what aliasing shows", () => {
  fresh((draws) => {
    const spec = specOf(draws, pdmPro, "train", 100);
    const options = { numSequences: 330, sequenceSteps: 80 };
    const copied = publishedSource(spec, { ...options, aliased: false });
    assertEquals(findDuplicates(copied, all(330)).numDistinct, 330);
    const views = publishedSource(spec, { ...options, aliased: true });
    const size = 80 * 7;
    const of = (source: typeof views, first: number, num: number) => {
      const inputs = new Float32Array(num * size);
      source.write(first, num, { inputs, targets: new Float32Array(num * 80) });
      return inputs;
    };
    const last = of(copied, 320, 10);
    for (let batch = 0; batch < 10; batch++) assertEquals(of(views, 32 * batch, 10), last);
  });
});

Deno.test("publishedSource() begins its windows with a trial where one fits, and cuts the second", () => {
  fresh((draws) => {
    const source = publishedSource(specOf(draws, pdmDelay, "train"), {
      numSequences: 64,
      sequenceSteps: 400,
      aliased: false,
    });
    assertEquals(source.numWindows, 1);
    for (let i = 0; i < 64; i++) {
      const placed = source.trials(i);
      assertEquals(placed[0].at, 0);
      const last = placed.at(-1)!;
      assert(last.at < 400 && last.at + last.design.numSteps >= 400);
    }
    // Several windows from one cache: those behind the first begin anywhere.
    const short = publishedSource(specOf(draws, pdmPro, "train"), {
      numSequences: 320,
      sequenceSteps: 100,
      aliased: false,
    });
    assertEquals(short.numWindows, 7);
    const inputs = new Float32Array(700);
    const scored = new Float32Array(100);
    for (const i of [0, 32, 64, 200, 319]) {
      short.write(i, 1, { inputs, targets: new Float32Array(100), scored });
      for (const { design: { bounds: { decision: [go, end] } }, at } of short.trials(i)) {
        for (let step = Math.max(0, at + go); step < Math.min(100, at + end); step++) {
          assertEquals([scored[step], inputs[7 * step]], [1, 0], `sequence ${i}, step ${step}`);
        }
      }
      const cues = scored.map((_, step) => 1 - inputs[7 * step]);
      assertEquals(scored, cues, "the cue is off in decisions and nowhere else");
    }
  });
});

Deno.test("splitSequences() leaks as published, and not where copies stay together", () => {
  fresh((draws) => {
    const source = publishedSource(specOf(draws, pdmPro, "test", 100), {
      numSequences: 1000,
      sequenceSteps: 44,
      aliased: true,
    });
    const { contents } = findDuplicates(source, all(1000));
    const seed = draws.seed;
    const leaky = splitSequences(contents, { seed, leaky: true });
    assertEquals([leaky.train.length, leaky.test.length], [800, 200]);
    assert(leakOf(contents, leaky) > 0.99, "each of 96 trials has ten copies");
    const clean = splitSequences(contents, { seed, leaky: false });
    assertEquals(leakOf(contents, clean), 0);
    assertEquals(new Set(clean.train.map((i) => contents[i])).size, 76, "80 % of 96");
    for (const { train, test } of [leaky, clean]) {
      assertEquals([...train, ...test].sort((a, b) => a - b), all(1000), "each stands in one part");
    }
    const other = splitSequences(contents, { seed: `${seed}!`, leaky: true });
    assert(other.test.join() !== leaky.test.join(), "another split is another order");
  });
});

Deno.test("requireDistinct() refuses the published data, and takes corrected ones", () => {
  fresh((draws) => {
    const spec = specOf(draws, pdmPro, "train", 100);
    const published = publishedSource(spec, {
      numSequences: 100,
      sequenceSteps: 80,
      aliased: true,
    });
    assertThrows(
      () => requireDistinct(findDuplicates(published, all(100)), "pdm_pro"),
      RangeError,
      "only 32 of 100 sequences of pdm_pro are distinct",
    );
    requireDistinct(findDuplicates(windowSource(spec, 80), all(100)), "pdm_pro");
  });
});

Deno.test("findDuplicates() sees a difference in one bit of one step", () => {
  fresh((draws) => {
    const steps = 50;
    const at = draws.integer(0, steps - 1);
    const base = Float32Array.from(draws.normal(1, steps));
    const source = {
      channels: ["a"],
      targetWidth: 1,
      maxSteps: steps,
      write(first: number, _num: number, { inputs }: { inputs: Float32Array }) {
        inputs.set(base);
        if (first % 3 === 1) new Int32Array(inputs.buffer)[at] ^= 1;
      },
    };
    const { numDistinct, contents } = findDuplicates(source, all(6));
    assertEquals(numDistinct, 2);
    assertEquals([...contents], [0, 1, 0, 0, 1, 0]);
  });
});
