// Representations and scores of networks on trials, against stepping the model in double precision by hand.

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import type { Network } from "#lib/core/artifacts/network.ts";
import type { Trials } from "#lib/core/artifacts/trials.ts";
import type { Engine } from "#lib/core/engine.ts";
import { recordsOf } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import leakyRnn from "#lib/models/networks/leaky_rnn.ts";
import pdmAntiDelay from "#lib/neurotasks/pdm_anti_delay.ts";
import { trialSource } from "#lib/trials/batches.ts";
import { generateTrials } from "#lib/trials/generate.ts";
import { exampleNetwork, exampleTrials } from "#tasks/_network_states.ts";
import evaluate from "#tasks/evaluate.ts";
import represent from "#tasks/represent.ts";
import trialTraces from "#tasks/trial_traces.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { wasmEngine } from "#tests/support/engines.ts";
import { runTask } from "#tests/support/run_task.ts";
import { withEngine } from "#tests/support/no_engine.ts";
import { fresh } from "../lib/math/linalg/fresh.ts";

/** A network with random weights for seven inputs. */
function randomNetwork(units: number): Network {
  const settings = leakyRnn.params.parse({ activation: "softplus" });
  const sizes = { inputs: 7, units, outputs: 3 };
  const parameters: Record<string, Network["parameters"][string]> = {};
  fresh((draws) => {
    for (const { name, dims, shape, fanIn } of leakyRnn.parameters(settings, sizes)) {
      const size = shape.reduce((a, b) => a * b);
      parameters[name] = tensor(
        dims,
        shape,
        // Weak enough to settle, so that single precision stays near.
        Float32Array.from(draws.normal(size, 1), (x) => 0.4 * x / Math.sqrt(fanIn)),
      );
    }
  });
  return { model: "leaky_rnn", settings, sizes, dtMs: 100, parameters, about: {} };
}

function pdmTrials(mode: "train" | "test", count: number): Trials {
  const spec = {
    neurotask: pdmAntiDelay,
    params: pdmAntiDelay.params.parse({}),
    mode,
    dtMs: 100,
    seed: 3,
    designSeed: 4,
    label: "evaluation",
  } as const;
  const made = generateTrials(trialSource(spec), spec, Array.from({ length: count }, (_, i) => i));
  return {
    ...made,
    about: {
      rule: "pdm_anti_delay",
      dt_ms: 100,
      target: "class",
      outputs: ["fixate", "choice_1", "choice_2"],
      chance: 0.5,
      ideal: pdmAntiDelay.ideal(spec.params, { mode, dtMs: 100 }),
    },
  };
}

/** trial × (steps of the longest) × unit by the model's own step. */
function stepped(
  { settings, sizes, parameters, dtMs }: Network,
  { inputs }: Trials,
): Float64Array[][] {
  const wide = Object.fromEntries(
    Object.entries(parameters).map(([name, { data }]) => [name, Float64Array.from(data)]),
  );
  const step = leakyRnn.step!(settings as never, wide, sizes, { dtMs });
  const [numTrials, numTime, width] = inputs.shape;
  return Array.from({ length: numTrials }, (_, trial) => {
    let state = new Float64Array(sizes.units);
    return Array.from({ length: numTime }, (_, t) => {
      const from = (trial * numTime + t) * width;
      const next = new Float64Array(sizes.units);
      step(Float64Array.from(inputs.data.subarray(from, from + width)), state, next);
      state = next;
      return next;
    });
  });
}

async function represented(
  engine: Engine,
  raw: Record<string, unknown>,
  model: Network,
  trials: Trials,
) {
  return (await runTask(represent, raw, { model, trials }, {}, engine)).trajectories;
}

Deno.test("represent gives the states of each period, as stepping the model does", async () => {
  await using engine = wasmEngine(2);
  const [model, trials] = [randomNetwork(9), pdmTrials("test", 5)];
  const wanted = stepped(model, trials);
  // Test timing in steps of 100 ms: fixation 5, stimulus 40, delay 20, decision 5.
  const windows: [unknown, number, number][] = [
    [undefined, 5, 45],
    [{ periods: ["delay"] }, 45, 65],
    [{ periods: ["delay", "decision"] }, 45, 70],
    [{ from_ms: 300, to_ms: 1200 }, 3, 12],
    ["whole", 0, 70],
    ["as_published", 0, 40],
  ];
  for (const [window, start, end] of windows) {
    const found = await represented(
      engine,
      window === undefined ? {} : { window },
      model,
      trials,
    );
    assertEquals(found.states.shape, [5, end - start, 9]);
    assertEquals([found.dt, found.timeUnit, found.lengths], [100, "ms", undefined]);
    assertEquals(found.states.coords.trial, [0, 1, 2, 3, 4]);
    const flat = wanted.flatMap((trial) => trial.slice(start, end).flatMap((state) => [...state]));
    assertAllClose(found.states.data, flat, { atol: 5e-6 }, JSON.stringify(window));
  }
});

Deno.test("represent keeps the length of each trial's own window", async () => {
  await using engine = wasmEngine(1);
  const [model, trials] = [randomNetwork(4), pdmTrials("train", 12)];
  const wanted = stepped(model, trials);
  const found = await represented(engine, {}, model, trials);
  const stimulus = (trial: number) => {
    const at = 2 * (trial * trials.bounds.shape[1] + 1);
    return [trials.bounds.data[at], trials.bounds.data[at + 1]];
  };
  const lengths = wanted.map((_, trial) => stimulus(trial)[1] - stimulus(trial)[0]);
  assert(new Set(lengths).size > 1);
  assertEquals(found.lengths, lengths);
  const [, longest, units] = found.states.shape;
  wanted.forEach((states, trial) => {
    const own = found.states.data.subarray(trial * longest * units, (trial + 1) * longest * units);
    const flat = states.slice(...stimulus(trial)).flatMap((state) => [...state]);
    assertAllClose(own.subarray(0, flat.length), flat, { atol: 5e-6 });
    assert([...own.subarray(flat.length)].every(Number.isNaN));
  });
  await assertRejects(
    () => represented(engine, { axes: "as_published" }, model, trials),
    RangeError,
    "trials of one length",
  );
});

Deno.test("represent shows the published defects when told to: exchanged axes, other trials", async () => {
  await using engine = wasmEngine(1);
  const [model, trials] = [randomNetwork(3), pdmTrials("test", 8)];
  const named = await represented(engine, {}, model, trials);
  const swapped = await represented(engine, { axes: "as_published" }, model, trials);
  assertEquals(swapped.states.shape, [40, 8, 3]);
  for (const [trial, time, unit] of [[0, 0, 0], [7, 3, 1], [2, 39, 2]]) {
    assertEquals(
      swapped.states.data[(time * 8 + trial) * 3 + unit],
      named.states.data[(trial * 40 + time) * 3 + unit],
    );
  }
  const drawn = await Promise.all(
    [0, 1].map((seed) => represented(engine, { subset: { num_trials: 5, seed } }, model, trials)),
  );
  const rowsOf = ({ states: { data } }: typeof named) =>
    Array.from(
      { length: data.length / 120 },
      (_, k) => data.subarray(120 * k, 120 * k + 120).join(),
    );
  const all = rowsOf(named);
  const orders = drawn.map((one) => rowsOf(one).map((row) => all.indexOf(row)));
  for (const order of orders) {
    assert(order.every((trial) => trial >= 0), "each is one of the trials");
    assertEquals(new Set(order).size, 5, "without replacement");
  }
  for (const [k, one] of drawn.entries()) {
    assertEquals(one.states.coords!.trial, orders[k], "rows say which trials they are");
  }
  assert(orders[0].join() !== orders[1].join());
});

Deno.test("represent refuses what does not fit, in words that say what to do", async () => {
  await using engine = wasmEngine(1);
  const [model, trials] = [exampleNetwork(), exampleTrials()];
  const refuse = (raw: Record<string, unknown>, text: string, m = model, t: Trials = trials) =>
    assertRejects(() => represented(engine, raw, m, t), RangeError, text);
  await refuse({ window: { periods: ["sample"] } }, "fixation, stimulus, delay, decision");
  await refuse({ window: { periods: ["fixation", "delay"] } }, "do not follow one another");
  await refuse({ window: { from_ms: 100, to_ms: 2000 } }, "lies within every trial");
  await refuse({ window: { from_ms: 30, to_ms: 200 } }, "no multiple of the step of 100 ms");
  await refuse({ subset: { num_trials: 9 } }, "take at most 4");
  await refuse({}, "give both one dt_ms", { ...model, dtMs: 20 });
  await refuse({}, "for a network of 7 inputs", randomNetwork(3));
  const about = { channels: ["fixation", "stimulus_2", "stimulus_1"] };
  await refuse({}, "same rules in the same order", { ...model, about });
  await refuse({}, "none of leaky_gru, leaky_rnn", { ...model, model: "lstm" });
  const W_rec = tensor(["unit", "source"], [5, 5], new Float32Array(25).fill(NaN));
  const diverged = { ...model, parameters: { ...model.parameters, W_rec } };
  await refuse({}, "weights diverged", diverged);
});

Deno.test("represent gives equal bytes alone and in a batch, where one member's failure is its own", async () => {
  await using engine = wasmEngine(2);
  const trials = pdmTrials("test", 4);
  const others = pdmTrials("test", 6);
  const networks = [randomNetwork(6), randomNetwork(6), randomNetwork(5)];
  const given = [
    ...networks.map((model) => ({ model, trials })),
    { model: networks[0], trials: others },
    { model: { ...networks[1], dtMs: 20 }, trials },
    { model: networks[1], trials: structuredClone(trials) },
  ];
  const params = represent.params.parse({});
  const results: unknown[] = [];
  const failures: unknown[] = [];
  const plain = { signal: new AbortController().signal, members: {}, progress: () => {} };
  await represent.runMany!(
    withEngine(plain, engine),
    given.map((inputs, at) => ({
      params,
      inputs,
      finish: ({ trajectories }) => void (results[at] = trajectories),
      fail: (error) => void (failures[at] = error),
      progress: () => {},
    })),
  );
  assert(failures[4] instanceof RangeError && results[4] === undefined);
  for (const [at, { model, trials }] of given.entries()) {
    if (at === 4) continue;
    assertEquals(failures[at], undefined);
    assertEquals(results[at], await represented(engine, {}, model, trials));
  }
});

/** Accuracy, responses and losses written out for classes and one trial per row. */
function scoredByHand({ parameters }: Network, trials: Trials, states: Float64Array[][]) {
  const { W_out } = parameters;
  const [, units] = W_out.shape;
  const rows = recordsOf(trials.conditions);
  const [, longest] = trials.scored.shape;
  let right = 0, decidable = 0, all = 0, steps = 0, stepsRight = 0;
  const loss = { all: [0, 0], decision: [0, 0], mask: [0, 0] };
  states.forEach((time, trial) => {
    const sums = [0, 0, 0];
    let correct = -1;
    for (let t = 0; t < (rows[trial].num_steps as number); t++) {
      const at = trial * longest + t;
      const logits = [0, 1, 2].map((k) =>
        time[t].reduce((sum, h, unit) => sum + h * W_out.data[k * units + unit], 0)
      );
      const target = trials.targets.data[at];
      const cost = Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0)) - logits[target];
      const isScored = trials.scored.data[at] > 0;
      const weights = [1, Number(isScored), trials.mask.data[at]];
      [loss.all, loss.decision, loss.mask].forEach((sum, k) => {
        sum[0] += weights[k] * cost;
        sum[1] += weights[k];
      });
      if (!isScored) continue;
      logits.forEach((z, k) => sums[k] += z);
      correct = target;
      steps++;
      stepsRight += Number(logits.indexOf(Math.max(...logits)) === target);
    }
    const isRight = sums.indexOf(Math.max(...sums)) === correct;
    all += Number(isRight);
    if (!rows[trial].decidable) return;
    decidable++;
    right += Number(isRight);
  });
  return {
    accuracy: right / decidable,
    accuracy_all: all / states.length,
    accuracy_per_step: stepsRight / steps,
    loss_all: loss.all[0] / loss.all[1],
    loss_decision: loss.decision[0] / loss.decision[1],
    loss_mask: loss.mask[0] / loss.mask[1],
    num_decidable: decidable,
  };
}

Deno.test("evaluate scores as counting by hand does, chance and ideal beside it", async () => {
  await using engine = wasmEngine(2);
  for (const mode of ["test", "train"] as const) {
    const [model, trials] = [randomNetwork(7), pdmTrials(mode, 60)];
    const found = await runTask(evaluate, {}, { model, trials }, {}, engine);
    const [scores] = recordsOf(found.scores);
    const wanted = scoredByHand(model, trials, stepped(model, trials));
    for (const [name, value] of Object.entries(wanted)) {
      assertAlmostEquals(scores[name] as number, value, 1e-5, `${mode} ${name}`);
    }
    assertEquals([scores.rule, scores.chance, scores.loss], [
      "pdm_anti_delay",
      0.5,
      "cross_entropy",
    ]);
    const ideal = trials.about.ideal as { decidable: number; overall: number };
    assertEquals([scores.ideal, scores.ideal_all], [ideal.decidable, ideal.overall]);
    const responses = recordsOf(found.responses);
    assertEquals(
      responses.map(({ choice, coherence_percent }) => [choice, coherence_percent]),
      [0, 1].flatMap((choice) => [0, 6.4, 12.8, 25.6, 51.2].map((c) => [choice, c])),
    );
    let correct = 0;
    for (const row of responses) {
      const shares = ["fixate", "choice_1", "choice_2"].map((name) => row[`p_${name}`] as number);
      assertAlmostEquals(shares.reduce((a, b) => a + b), 1, 1e-12);
      assertAlmostEquals(row.accuracy as number, shares[row.correct as number], 1e-12);
      correct += (row.accuracy as number) * (row.num_trials as number);
    }
    assertAlmostEquals(correct / 60, scores.accuracy_all as number, 1e-12);
  }
});

Deno.test("evaluate judges values as their neurotask does", async () => {
  await using engine = wasmEngine(1);
  const model = exampleNetwork();
  const trials = exampleTrials();
  const [numTrials, numTime] = trials.scored.shape;
  const targets = tensor(
    ["trial", "time", "output"],
    [numTrials, numTime, 3],
    new Float32Array(numTrials * numTime * 3),
  );
  const about = { ...trials.about, target: "value", rule: "of its own" };
  const { scores, responses } = await runTask(
    evaluate,
    {},
    { model, trials: { ...trials, targets, about } },
    {},
    engine,
  );
  const [row] = recordsOf(scores);
  assertEquals(row.loss, "mean_square");
  assert((row.loss_all as number) > 0 && Number.isFinite(row.loss_mask));
  assertEquals(
    responses.columns.some(({ name }: { name: string }) => name.startsWith("p_")),
    false,
  );
});

Deno.test("trial_traces lays out a trial, and answers as evaluate reads them", async () => {
  const [model, trials] = [randomNetwork(6), pdmTrials("train", 20)];
  const where = { choice: 1, decidable: true };
  const { traces } = await runTask(trialTraces, { where, nth: 2 }, { model, trials });
  const rows = recordsOf(trials.conditions);
  const trial = rows.flatMap((row, at) => row.choice === 1 && row.decidable ? [at] : [])[2];
  const numSteps = rows[trial].num_steps as number;
  const found = recordsOf(traces);
  assertEquals(found.length, (7 + 1 + 3) * numSteps);
  const of = (trace: string) => found.filter((row) => row.trace === trace).map((row) => row.value);
  const [, longest] = trials.scored.shape;
  const range = Array.from({ length: numSteps }, (_, t) => trial * longest + t);
  assertEquals(of("stimulus_2"), range.map((at) => trials.inputs.data[7 * at + 2]));
  assertEquals(of("target"), range.map((at) => trials.targets.data[at]));
  assertEquals(of("rule_pdm_anti_delay"), Array(numSteps).fill(1));
  const states = stepped(model, trials)[trial];
  const { data } = model.parameters.W_out;
  const wanted = states.slice(0, numSteps).map((state) => {
    const powers = [0, 1, 2].map((k) =>
      Math.exp(state.reduce((sum, h, unit) => sum + h * data[6 * k + unit], 0))
    );
    return powers[1] / (powers[0] + powers[1] + powers[2]);
  });
  assertAllClose(of("p_choice_1") as number[], wanted, { rtol: 1e-12 });
  const decision = found.filter(({ trace, period }) => trace === "target" && period === "decision");
  assertEquals(new Set(decision.map(({ value }) => value)), new Set([1]), "anti: the other choice");
  assertEquals([found[0].time_ms, found[1].time_ms], [0, 100]);
  await assertRejects(
    () => runTask(trialTraces, { where, nth: 20 }, { trials }),
    RangeError,
    "of 20",
  );
});
