// What every neurotask promises, for each of the generated index: a new one is tested from its first minute. Values that
// were published are tested beside each.

import { assert, assertEquals, assertGreater, assertMatch, assertNotEquals } from "@std/assert";
import { z } from "zod";
import type { Neurotask } from "#lib/core/neurotask.ts";
import { neurotasks } from "#lib/neurotasks/mod.ts";
import { type TrialSource, trialSource } from "#lib/trials/batches.ts";
import { sharingIssues, targetWidthOf } from "#lib/trials/channels.ts";
import { findDuplicates } from "#lib/trials/duplicates.ts";
import { timingIssues, trialLengths } from "#lib/trials/timing.ts";
import type { TrialSpec } from "#lib/trials/trial_writer.ts";
import { trialWriter } from "#lib/trials/trial_writer.ts";
import { windowSource } from "#lib/trials/windows.ts";
import { batch, each, emptyTrial, requirePeriods } from "#tests/support/trial_batches.ts";
import type { Draws } from "../lib/math/linalg/fresh.ts";

const modes = ["train", "test"] as const;
const dts = [20, 50, 100];

for (const [name, load] of Object.entries(neurotasks)) {
  const open = async (raw: Record<string, unknown> = {}) => {
    const neurotask = (await load()).default as unknown as Neurotask;
    return { neurotask, params: neurotask.params.parse(raw) as never };
  };
  const title = (what: string) => `the neurotask ${name} ${what}`;
  /** A spec with fresh seeds, mode and dt. */
  const drawn = async (draws: Draws, raw: Record<string, unknown> = {}): Promise<TrialSpec> => ({
    ...await open(raw),
    mode: modes[draws.integer(0, 1)],
    dtMs: dts[draws.integer(0, dts.length - 1)],
    seed: draws.integer(0, 1e9),
    designSeed: draws.integer(0, 1e9),
    label: "conformance",
  });

  Deno.test(title("describes itself"), async () => {
    const { neurotask, params } = await open();
    assertEquals(neurotask.name, name, "the file's name is the neurotask's");
    assertMatch(neurotask.summary, /^[A-Z].{10,120}\.$/, "one sentence");
    assertGreater(neurotask.reference.length, 5);
    for (const [param, field] of Object.entries(neurotask.params.shape)) {
      assertMatch(param, /^[a-z][a-z0-9_]*$/, "params are snake_case");
      assert(descriptionOf(field as z.ZodType), `the param '${param}' has no description`);
    }
    assert("timing" in neurotask.params.shape, "durations stand in the param `timing`");
    z.toJSONSchema(neurotask.params, { io: "input" });
    for (const list of [neurotask.periods, neurotask.channels(params), neurotask.outputs(params)]) {
      assertGreater(list.length, 0);
      assertEquals(new Set(list).size, list.length, `${list}: names are distinct`);
    }
    for (const period of neurotask.mayBeEmpty ?? []) assert(neurotask.periods.includes(period));
    for (const mode of modes) {
      assertEquals(Object.keys(neurotask.timing(params, mode)), [...neurotask.periods]);
      for (const dtMs of dts) assertEquals(timingIssues(neurotask, params, mode, dtMs), []);
    }
    const heads = neurotask.heads?.(params) ?? [];
    if (heads.length > 0) {
      const sum = heads.reduce((total, { outputs }) => total + outputs, 0);
      assertEquals(sum, neurotask.outputs(params).length, "heads share out the outputs");
    }
    assertEquals(neurotask.isCorrect !== undefined, neurotask.targets === "value");
  });

  Deno.test(title("shares a network with the other rules of its set"), async () => {
    const { neurotask } = await open();
    assert(neurotask.rules.includes(name), "it is one of its own rules");
    const members = await Promise.all(neurotask.rules.map(async (rule) => {
      const other = (await neurotasks[rule as keyof typeof neurotasks]())
        .default as unknown as Neurotask;
      assertEquals(other.rules, neurotask.rules, `${rule} names the same rules`);
      assertEquals(Object.keys(other.params.shape), Object.keys(neurotask.params.shape), rule);
      return { neurotask: other, params: other.params.parse({}) };
    }));
    assertEquals(sharingIssues(members), []);
  });

  Deno.test(title("writes trials within their steps, whole and finite"), async () => {
    await each(async (draws) => {
      const spec = await drawn(draws);
      const { neurotask, params } = spec;
      const { longest, shortest } = trialLengths(
        neurotask.timing(params as never, spec.mode),
        spec.dtMs,
      );
      const numChannels = neurotask.channels(params as never).length;
      const width = targetWidthOf(neurotask, params);
      const outputs = neurotask.outputs(params as never).length;
      const { design } = trialWriter(spec);
      for (let i = 0; i < 20; i++) {
        const made = design(draws.integer(0, 2 ** 31));
        const { numSteps } = made;
        assert(numSteps >= shortest && numSteps <= longest);
        requirePeriods(neurotask, made);
        const out = emptyTrial(longest, numChannels, width);
        neurotask.write(params as never, made, out);
        const again = emptyTrial(longest, numChannels, width);
        neurotask.write(params as never, made, again);
        assertEquals(again, out, "the same design is the same trial");
        for (const [what, array] of Object.entries(out)) {
          const perStep = array.length / longest;
          assert(array.every(Number.isFinite), `${what} is finite`);
          assert(
            array.subarray(numSteps * perStep).every((value: number) => value === 0),
            `${what} is written within ${numSteps} steps`,
          );
        }
        assert(out.noise.every((deviation) => deviation >= 0));
        assert(
          out.mask.subarray(0, numSteps).every((weight) => weight > 0),
          "every step is weighed",
        );
        assert(out.scored.every((one) => one === 0 || one === 1));
        assert(out.scored.includes(1), "a response counts somewhere");
        if (neurotask.targets !== "class") continue;
        const most = Math.max(
          ...neurotask.heads?.(params as never).map((h) => h.outputs) ?? [outputs],
        );
        for (let at = 0; at < numSteps * width; at++) {
          const asked = out.target[at];
          assert(Number.isInteger(asked) && asked >= -1 && asked < most, `class ${asked}`);
          assert(out.scored[Math.floor(at / width)] === 1 || asked <= 0, "responses are scored");
        }
      }
    });
  });

  Deno.test(title("gives a trial by its number, whatever the batch"), async () => {
    await each(async (draws) => {
      const source = trialSource(await drawn(draws));
      const first = draws.integer(0, 1e6);
      const num = draws.integer(2, 9);
      const all = batch(source, first, num);
      const row = draws.integer(0, num - 1);
      const one = batch(source, first + row, 1);
      for (const key of ["inputs", "targets", "mask", "scored", "decidable", "lengths"] as const) {
        const width = one[key]!.length;
        assertEquals(all[key]!.subarray(row * width, (row + 1) * width), one[key], key);
      }
      // Rows that are wider than needed hold the same, and zeros.
      const stride = source.maxSteps + draws.integer(1, 9);
      const wide = batch(source, first, num, stride);
      const used = source.maxSteps * source.channels.length;
      const at = row * stride * source.channels.length;
      assertEquals(wide.inputs.subarray(at, at + used), one.inputs);
    });
  });

  Deno.test(title("follows the design seed in what it asks, the seed in its noise"), async () => {
    await each(async (draws) => {
      const spec = await drawn(draws);
      const base = trialSource(spec);
      const numbers = Array.from({ length: 16 }, (_, i) => i);
      const designs = (source: TrialSource) =>
        numbers.map((i) => {
          const [{ design: { conditions, bounds } }] = source.trials(i);
          return { conditions, bounds };
        });
      const noisy = trialSource({ ...spec, seed: `${spec.seed}!` });
      assertEquals(designs(noisy), designs(base), "the same designs under other noise");
      assertEquals(batch(noisy, 0, 16).targets, batch(base, 0, 16).targets);
      assertNotEquals(batch(noisy, 0, 16).inputs, batch(base, 0, 16).inputs);
      const other = trialSource({ ...spec, designSeed: `${spec.designSeed}!` });
      assertNotEquals(designs(other), designs(base), "other designs under another design seed");
      const elsewhere = trialSource({ ...spec, label: "elsewhere" });
      assertNotEquals(designs(elsewhere), designs(base), "other designs under another label");
    });
  });

  Deno.test(title("repeats no trial with its own settings"), async () => {
    await each(async (draws) => {
      const spec = await drawn(draws);
      if (spec.neurotask.mayRepeat === true) return;
      const numbers = Array.from({ length: 200 }, (_, i) => i);
      assertEquals(findDuplicates(trialSource(spec), numbers).numDistinct, 200);
      const windows = windowSource(spec, Math.ceil(8000 / spec.dtMs));
      assertEquals(findDuplicates(windows, numbers.slice(0, 50)).numDistinct, 50);
    }, 1);
  });

  Deno.test(title("draws its conditions evenly"), async () => {
    await each(async (draws) => {
      const spec = await drawn(draws);
      const { design } = trialWriter(spec);
      const n = 2000;
      for (const condition of spec.neurotask.conditions(spec.params as never)) {
        const found = Array.from({ length: n }, (_, i) => design(i).conditions[condition.name]);
        if ("values" in condition) {
          const p = 1 / condition.values.length;
          for (const value of condition.values) {
            const share = found.filter((one) => one === value).length / n;
            assert(Math.abs(share - p) < 6 * Math.sqrt(p * (1 - p) / n), `${value}: ${share}`);
          }
        } else {
          const [low, high] = condition.uniform;
          assert(found.every((value) => value >= low && value < high));
          const mean = found.reduce((sum, value) => sum + value) / n;
          const spread = (high - low) / Math.sqrt(12 * n);
          assert(Math.abs(mean - (low + high) / 2) < 6 * spread, `mean ${mean}`);
        }
      }
    }, 1);
  });

  Deno.test(title("scales its noise by 1/√dt and is silent without sigma"), async () => {
    const { neurotask } = await open();
    if (!("sigma" in neurotask.params.shape)) return;
    await each(async (draws) => {
      for (const sigma of [0, 1, 3]) {
        const spec = await drawn(draws, { sigma });
        const { neurotask, params, mode, dtMs } = spec;
        const { longest } = trialLengths(neurotask.timing(params as never, mode), dtMs);
        const numChannels = neurotask.channels(params as never).length;
        const out = emptyTrial(longest, numChannels, targetWidthOf(neurotask, params));
        neurotask.write(params as never, trialWriter(spec).design(3), out);
        const found = new Set(out.noise.filter((deviation) => deviation !== 0));
        assertEquals([...found], sigma === 0 ? [] : [sigma / Math.sqrt(dtMs)]);
      }
    }, 2);
  });

  Deno.test(title("states chance and an ideal observer that noise makes worse"), async () => {
    const { neurotask, params } = await open();
    const chance = neurotask.chance(params);
    assert(chance > 0 && chance < 1);
    for (const mode of modes) {
      for (const dtMs of dts) {
        let last = 1;
        const isNoisy = "sigma" in neurotask.params.shape;
        for (const sigma of isNoisy ? [0, 1, 30, 1000, 1e6] : [0]) {
          const harder = neurotask.params.parse(isNoisy ? { sigma } : {}) as never;
          const { overall, decidable, by, method } = neurotask.ideal(harder, { mode, dtMs });
          assertGreater(method.length, 10);
          for (const accuracy of [overall, decidable, ...by?.accuracy ?? []]) {
            assert(accuracy >= chance - 1e-9 && accuracy <= 1, `${accuracy}`);
          }
          assert(decidable >= overall - 1e-12);
          assert(decidable <= last + 1e-9, `${decidable} with sigma ${sigma}, after ${last}`);
          if (by !== undefined) assertEquals(by.values.length, by.accuracy.length);
          last = decidable;
        }
        assert(!isNoisy || Math.abs(last - chance) < 0.01, `${last}: nothing but chance is left`);
      }
    }
  });

  Deno.test(
    title("finds its own targets right and, of values, their opposites wrong"),
    async () => {
      const { neurotask, params } = await open();
      if (neurotask.isCorrect === undefined) return;
      await each(async (draws) => {
        const source = trialSource(await drawn(draws));
        const { targets, scored } = batch(source, 0, 8);
        scored!.forEach((one, step) => {
          if (one === 0) return;
          const { targetWidth: width } = source;
          const target = Float64Array.from(targets.subarray(step * width, (step + 1) * width));
          assert(neurotask.isCorrect!(params, target, target));
          assert(!neurotask.isCorrect!(params, target.map((value) => -value), target));
          assert(!neurotask.isCorrect!(params, target.map(() => 0), target), "no response");
        });
      });
    },
  );
}

/** The description of a field, also where it stands inside a default or an optional. */
function descriptionOf(field: z.ZodType): string | undefined {
  for (let inner: z.ZodType | undefined = field; inner !== undefined;) {
    if (inner.description !== undefined) return inner.description;
    inner = (inner.def as { innerType?: z.ZodType }).innerType;
  }
}
