// The task `train_rnn`: what is wrong is told early, with its place; data as published, with their defects.

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertNotEquals,
} from "@std/assert";
import { recordsOf } from "#lib/core/table.ts";
import { wasmEngine } from "#tests/support/engines.ts";
import {
  bytesOf,
  type Params,
  phase,
  readTraining,
  shortTiming,
  small,
  train,
  trainAll,
} from "#tests/support/training.ts";

Deno.test("a network of another kind is no start", async () => {
  await using engine = wasmEngine(1);
  const init = (await train(engine, { ...small, phases: [] })).weights;
  const of = async (params: Params) => {
    const [made] = await trainAll(engine, [{ params: { ...small, ...params, phases: [] }, init }]);
    assert(typeof made === "string");
    return made;
  };
  assert((await of({ units: 7 })).includes("number of units is 6, and here 7"));
  assert((await of({ dt_ms: 50 })).includes("dt_ms is 100, and here 50"));
  assert((await of({ model: "vanilla_rnn" })).includes('"leaky_rnn", and here "vanilla_rnn"'));
  assert((await of({ rules: ["pdm_pro", "pdm_anti", "pdm_delay", "pdm_anti_delay"] }))
    .includes("its rules are"));
  assert(
    (await of({ model_settings: { activation: "tanh" } })).includes(
      'settings are {"activation":"leaky_relu"}, and here {"activation":"tanh"}',
    ),
  );
});

Deno.test("a network without finite weights is no start", async () => {
  await using engine = wasmEngine(1);
  const { weights } = await train(engine, { ...small, phases: [] });
  const { W_in } = weights.parameters;
  const init = {
    ...weights,
    parameters: { ...weights.parameters, W_in: { ...W_in, data: W_in.data.map(() => NaN) } },
  } as typeof weights;
  const [made] = await trainAll(engine, [{ params: { ...small, phases: [] }, init }]);
  assert(typeof made === "string" && made.includes("W_in holds numbers that are not finite"));
});

Deno.test("a network whose batches cannot be made fails alone", async () => {
  await using engine = wasmEngine(1);
  const trial = { sigma: 0, timing: { train: shortTiming, test: shortTiming } };
  const rules = ["gonogo_go", "gonogo_anti"];
  const fixed = {
    ...small,
    rules,
    trial,
    data: { source: "fixed", num_sequences: 10 },
    phases: [phase(["gonogo_go"], 1)],
  };
  const stream = { ...fixed, data: { source: "stream" } };
  const [made, failed] = await trainAll(engine, [{ params: fixed }, { params: stream }]);
  assert(typeof failed === "string" && failed.includes("only 2 of 128 sequences of gonogo_go"));
  assertEquals(bytesOf(made), bytesOf(await train(engine, fixed)));
});

Deno.test("what is wrong with a curriculum is told when planning, with its place", async () => {
  const issues = async (params: Params) => (await readTraining({ ...small, ...params })).issues;
  const phases = [phase(["pdm_pro"], 1), phase(["pdm_anti", "pdm_prow"], 1)];
  const [unknown] = await issues({ phases });
  assertEquals(unknown.path, ["phases", 1, "rules", 1]);
  assert(unknown.message.includes("'pdm_prow' is none of the network's rules"));
  const one = [phase(["pdm_delay"], 1)];
  const timing = (train: Params) => ({
    trial: { timing: { train, test: shortTiming } },
    phases: one,
  });
  const [odd] = await issues(timing({ ...shortTiming, stimulus: 250 }));
  assertEquals(odd.path, ["trial", "timing", "train", "stimulus"]);
  const [empty] = await issues(timing({ ...shortTiming, delay: 0 }));
  assertEquals(empty.path, ["trial", "timing", "train", "delay"]);
  const [dt] = await issues({ phases: one, trial: {}, dt_ms: 30 });
  assertEquals(dt.path, ["dt_ms"]);
  const [name] = await issues({ phases: one, trainable: ["W_in", "W_hh"] });
  assertEquals(name.path, ["trainable", 1]);
  assertEquals(name.known, ["W_in", "W_rec", "b_rec", "W_out"]);
  const [none] = await issues({ phases: one, trainable: [] });
  assertEquals(none.path, ["trainable"]);
  const [mixed] = await issues({ rules: ["pdm_pro", "gonogo_go"], phases: one });
  assertEquals(mixed.path, ["rules", 1]);
  const [alias] = await issues({ phases: one, data: { source: "fixed", aliased: true } });
  assertEquals(alias.path, ["data", "aliased"]);
  const absent = { phases: one, constraints: { no_autapses: true }, units: 1 };
  assertEquals(await issues(absent), []);
  const [idle] = await issues({ ...absent, trainable: ["W_rec"] });
  assertEquals(idle.path, ["trainable"]);
  assert(idle.message.includes("constraints keep all of W_rec at zero"));
  const own = phase(["pdm_pro"], 1, { trainable: ["W_rec"] });
  const [late] = await issues({ ...absent, phases: [...one, own] });
  assertEquals(late.path, ["phases", 1, "trainable"]);
  const short = { phases: one, sequence: { window_steps: 7 }, loss: { over: "decision" } };
  const [window] = await issues(short);
  assertEquals(window.path, ["sequence", "window_steps"]);
  assert(window.message.includes("write 8 or more"));
  assertEquals(await issues({ ...short, sequence: { window_steps: 8 } }), []);
  const undecidable = { phases: one, trial: { ...small.trial as Params, coherences_percent: [0] } };
  const [stop] = await issues({ ...undecidable, stop: { accuracy: 0.9 } });
  assertEquals(stop.path, ["stop"]);
  const [ownStop] = await issues({
    ...undecidable,
    phases: [phase(["pdm_pro"], 1, { stop: { accuracy: 0.9 } })],
  });
  assertEquals(ownStop.path, ["phases", 0, "stop"]);
  assertEquals(await issues({ ...undecidable, stop: { accuracy: 0.9, on: "all" } }), []);
  const [mask] = await issues({ phases: one, constraints: { masks: { W_hh: [[1]] } } });
  assertEquals(mask.path, ["constraints"]);
  assertEquals(await issues({ phases: [], trainable: [] }), []);
});

Deno.test("published data: windows, 32 sequences that come again, and evaluation among them", async () => {
  await using engine = wasmEngine(1);
  const published = {
    ...small,
    batch_size: 16,
    updates_per_epoch: 4,
    data: { source: "fixed", num_sequences: 1000, aliased: true, leaky_split: true },
    sequence: { window_steps: 20 },
    loss: { over: "all" },
    penalties: { l2_norm: 1e-4 },
    evaluation: { num_trials: 40 },
    phases: [phase(["pdm_pro"], 1, { stop: { accuracy: 0.99, on: "all", score: "per_step" } })],
  };
  const all = await train(engine, published);
  const [row] = recordsOf(all.log);
  assertGreater(row.penalty as number, 0);
  // Without the leak, evaluation is on trials of its own.
  const apart = await train(engine, {
    ...published,
    data: { ...published.data, leaky_split: false },
  });
  assertNotEquals(bytesOf(all).log, bytesOf(apart).log);
  const distinct = await train(engine, {
    ...published,
    data: { ...published.data, aliased: false },
  });
  assertNotEquals(bytesOf(all).weights, bytesOf(distinct).weights);
});

Deno.test("a fixed set is shown once in each pass, each time in another order", async () => {
  await using engine = wasmEngine(1);
  const descent = {
    ...small,
    batch_size: 8,
    updates_per_epoch: 1,
    rules: ["pdm_pro"],
    data: { source: "fixed", num_sequences: 10 },
    // Steps too small to be seen: the loss of an epoch is that of its eight sequences, all that are trained on.
    optimiser: { kind: "sgd", learning_rate: 1e-12 },
    loss: { over: "all" },
    trial: { timing: { train: shortTiming, test: shortTiming } },
  };
  const losses = async (more: Params) => {
    const { log } = await train(engine, { ...descent, phases: [phase(["pdm_pro"], 3)], ...more });
    return recordsOf(log).map(({ loss }) => loss as number);
  };
  const whole = await losses({});
  for (const loss of whole) assertAlmostEquals(loss, whole[0], 1e-6);
  // Halves of a pass are not the halves of the next, and together they are the pass.
  const halves = await losses({
    batch_size: 4,
    updates_per_epoch: 1,
    phases: [phase(["pdm_pro"], 6)],
  });
  assertEquals(new Set(halves.map((loss) => loss.toFixed(5))).size, 6);
  for (const pass of [0, 2, 4]) {
    assertAlmostEquals((halves[pass] + halves[pass + 1]) / 2, whole[0], 1e-6);
  }
});
