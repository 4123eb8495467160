// The task `train_rnn`: networks in a batch have the bytes they have alone, a training that goes on from saved states those
// of one that ran through, and what is wrong is told early and to whom it concerns.

import { createHash } from "node:crypto";
import { assert, assertEquals, assertGreater, assertLess, assertNotEquals } from "@std/assert";
import { RefEngine } from "#gpu/runtime/ref_engine.ts";
import type { Files } from "#lib/core/artifact.ts";
import { network } from "#lib/core/artifacts/network.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { arraysOf } from "#lib/core/artifacts/arrays.ts";
import { DeviceLostError, type Engine } from "#lib/core/engine.ts";
import { recordsOf } from "#lib/core/table.ts";
import task from "#tasks/train_rnn.ts";
import { engineTest } from "#tests/support/simulations.ts";
import { wasmEngine } from "#tests/support/engines.ts";
import {
  FakeStates,
  type Params,
  readTraining,
  train,
  trainAll,
  type Trained,
} from "#tests/support/training.ts";

const short = { fixation: 100, stimulus: 300, delay: 200, decision: 100 };
const varied = { ...short, stimulus: { choice: [200, 400] } };

const small: Params = {
  units: 6,
  batch_size: 5,
  updates_per_epoch: 3,
  evaluation: { num_trials: 12 },
  trial: { timing: { train: varied, test: short } },
  optimiser: { learning_rate: 0.01 },
};

const phase = (rules: readonly string[], epochs: number, more: Params = {}) => ({
  rules,
  epochs,
  ...more,
});

/** Everything that a training gave, as digests of the files that are stored. */
function bytesOf(trained: Trained | string | undefined) {
  assert(typeof trained === "object", `${trained}`);
  const digests = (files: Files) =>
    Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [
        name,
        createHash("sha256").update(bytes).digest("hex"),
      ]),
    );
  return {
    weights: digests(network.encode(trained.weights)),
    checkpoints: digests(table.encode(trained.checkpoints)),
    log: digests(table.encode(trained.log)),
    moments: digests(arraysOf("arrays").encode(trained.moments as never)),
  };
}

/** Members that differ in everything that may, in one sweep and in several. */
const sweep: readonly Params[] = [
  { ...small, phases: [phase(["pdm_pro"], 3)] },
  { ...small, phases: [phase(["pdm_anti", "pdm_delay"], 2), phase(["pdm_anti_delay"], 2)] },
  {
    ...small,
    seed: 1,
    phases: [phase(["pdm_pro"], 1)],
    trainable: ["W_in"],
    optimiser: { learning_rate: 0.01, clip_norm: 0.01 },
  },
  {
    ...small,
    optimiser: { kind: "sgd", learning_rate: 0.1, momentum: 0.9, nesterov: true },
    penalties: { l2_norm: 1e-3, l1: 1e-4 },
    phases: [phase(["pdm_anti", "pdm_pro"], 2, { order: "interleaved" })],
  },
  { ...small, loss: { over: "decision" }, phases: [phase(["pdm_pro"], 2)], shared_timing: false },
  { ...small, constraints: { dale_ratio: 0.5 }, phases: [phase(["pdm_pro"], 2)] },
  {
    ...small,
    data: { source: "fixed", num_sequences: 10 },
    phases: [phase(["pdm_pro"], 2)],
    penalties: { activity_l2: 1e-3 },
  },
];

engineTest(
  "networks of a batch have the bytes they have alone, and in another order",
  async (engine) => {
    const together = await trainAll(engine, sweep.map((params) => ({ params })));
    for (const [i, params] of sweep.entries()) {
      assertEquals(bytesOf(await train(engine, params)), bytesOf(together[i]), `network ${i}`);
    }
    const order = [4, 2, 6, 0, 5, 3, 1];
    const shuffled = await trainAll(engine, order.map((i) => ({ params: sweep[i] })));
    order.forEach((i, at) => assertEquals(bytesOf(shuffled[at]), bytesOf(together[i]), `at ${at}`));
  },
);

Deno.test("results do not depend on the number of threads", async () => {
  const made = [];
  for (const threads of [1, 3]) {
    await using engine = wasmEngine(threads);
    made.push((await trainAll(engine, sweep.map((params) => ({ params })))).map(bytesOf));
  }
  assertEquals(made[0], made[1]);
});

Deno.test("engines agree on losses and weights", async () => {
  await using wasm = wasmEngine(1);
  await using ref = new RefEngine();
  for (const params of sweep.slice(0, 4)) {
    const [a, b] = [await train(wasm, params), await train(ref, params)];
    const losses = ({ log }: Trained) => recordsOf(log).map(({ loss }) => loss as number);
    losses(a).forEach((loss, i) => assertLess(Math.abs(loss - losses(b)[i]), 1e-5));
    for (const [name, { data }] of Object.entries(a.weights.parameters)) {
      data.forEach((x, i) => {
        // Adam moves a weight whose gradient is nothing but rounding by up to its rate in either direction.
        assertLess(Math.abs(x - b.weights.parameters[name].data[i]), 2e-4, `${name} ${i}`);
      });
    }
  }
});

/** Trains with states that are there, and wants the bytes of a training without any. */
async function continued(
  engine: Engine,
  before: Params,
  params: Params,
  work: { readonly found: number; readonly computed: number },
): Promise<void> {
  const states = new FakeStates();
  await train(engine, before, { states });
  const { params: first } = await readTraining(before);
  const { params: second } = await readTraining(params);
  assertEquals(task.continues!(first), task.continues!(second), "they share no states");
  const made = await train(engine, params, { states });
  assertEquals(states.work, { unit: "epochs", ...work });
  assertEquals(bytesOf(made), bytesOf(await train(engine, params)));
}

Deno.test("raised epochs, appended and shortened phases compute the difference only", async () => {
  await using engine = wasmEngine(1);
  const two = { ...small, phases: [phase(["pdm_pro", "pdm_anti"], 2)] };
  const four = { ...small, phases: [phase(["pdm_pro", "pdm_anti"], 4)] };
  const longer = { ...small, phases: [...two.phases, phase(["pdm_delay"], 2)] };
  await continued(engine, two, four, { found: 2, computed: 2 });
  await continued(engine, four, two, { found: 2, computed: 0 });
  await continued(engine, two, longer, { found: 2, computed: 2 });
  await continued(engine, longer, two, { found: 2, computed: 0 });
  const sparse = { ...two, checkpoint_every: 3 };
  await continued(engine, sparse, { ...four, checkpoint_every: 3 }, { found: 2, computed: 2 });
  const fresh = phase(["pdm_delay"], 1, { optimiser: "fresh" });
  await continued(engine, longer, { ...small, phases: [...two.phases, fresh] }, {
    found: 2,
    computed: 1,
  });
});

Deno.test("a tightened stop rule goes on, a loosened one truncates", async () => {
  await using engine = wasmEngine(1);
  const stopping = (accuracy: number) => ({
    ...small,
    phases: [
      phase(["pdm_pro"], 5, { stop: { accuracy, on: "all", score: "per_step" } }),
      phase(["pdm_anti"], 1),
    ],
  });
  // Any accuracy is above the first, none above the second.
  const [loose, tight] = [stopping(1e-9), stopping(1)];
  const stopped = await train(engine, { ...loose, seed: 3 });
  const numEpochs = stopped.log.rows.length;
  assertLess(numEpochs, 6, "the stop rule is reached for the test to say anything");
  await continued(engine, { ...loose, seed: 3 }, { ...tight, seed: 3 }, {
    found: numEpochs - 1,
    computed: 6 - (numEpochs - 1),
  });
  const states = new FakeStates();
  await train(engine, { ...tight, phases: tight.phases.slice(0, 1), seed: 3 }, { states });
  await train(engine, { ...loose, phases: loose.phases.slice(0, 1), seed: 3 }, { states });
  assertEquals(states.work, { unit: "epochs", found: numEpochs - 1, computed: 0 });
});

Deno.test("a training that was killed goes on to the same bytes", async () => {
  await using engine = wasmEngine(1);
  const params = sweep[1];
  const states = new FakeStates();
  const stop = new AbortController();
  const killed = await trainAll(engine, [{
    params,
    states,
    signal: stop.signal,
    progress: () => states.kept.size === 3 && stop.abort(new Error("killed")),
  }]).catch((error: Error) => error.message);
  assertEquals(killed, "killed");
  const made = await train(engine, params, { states });
  assertEquals(states.work, { unit: "epochs", found: 3, computed: 1 });
  assertEquals(bytesOf(made), bytesOf(await train(engine, params)));
});

Deno.test("damaged and foreign states are computed again", async () => {
  await using engine = wasmEngine(1);
  const states = new FakeStates();
  const params = { ...small, phases: [phase(["pdm_pro"], 2)] };
  await train(engine, params, { states });
  const [, second] = states.labels;
  states.kept.set(second, states.kept.get(second)!.slice(0, -8));
  assertEquals(
    bytesOf(await train(engine, params, { states })),
    bytesOf(await train(engine, params)),
  );
  assertEquals(states.work, { unit: "epochs", found: 1, computed: 1 });
});

Deno.test("a schedule that depends on the total shares states with equal totals only", async () => {
  const cosine = async (epochs: number) => {
    const phases = [phase(["pdm_pro"], epochs)];
    const { params } = await readTraining({ ...small, schedule: { kind: "cosine" }, phases });
    return task.continues!(params);
  };
  assertNotEquals(await cosine(2), await cosine(3));
  assertEquals(await cosine(2), await cosine(2));
});

engineTest("a network that diverges fails alone, and says when", async (engine) => {
  const wild = { ...small, phases: [phase(["pdm_pro"], 3)], optimiser: { learning_rate: 1e38 } };
  const tame = { ...small, phases: [phase(["pdm_pro"], 2)] };
  const [a, b, c] = await trainAll(engine, [tame, wild, tame].map((params) => ({ params })));
  assert(
    typeof b === "string" && b.includes("training diverged in epoch 1 (phase 1)") &&
      b.includes("lower optimiser.learning_rate"),
    `${b}`,
  );
  assertEquals(bytesOf(a), bytesOf(c));
  assertEquals(bytesOf(a), bytesOf(await train(engine, tame)));
});

Deno.test("after the loss of a device the epoch is done again, to the same bytes", async () => {
  await using engine = wasmEngine(1);
  const params = sweep[1];
  const expected = bytesOf(await train(engine, params));
  for (const at of [1, 9, 20]) {
    let downloads = 0;
    let renewals = 0;
    const flaky: Engine = new Proxy(engine, {
      get(target, name) {
        if (name === "renew") return () => Promise.resolve(++renewals === 1);
        if (name === "download") {
          return (...given: Parameters<Engine["download"]>) =>
            ++downloads === at
              ? Promise.reject(new DeviceLostError("gone"))
              : target.download(...given);
        }
        const value = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    assertEquals(bytesOf(await train(flaky, params)), expected, `download ${at}`);
    assertEquals(renewals, 1);
  }
});

Deno.test("only what is trainable changes", async () => {
  await using engine = wasmEngine(1);
  const start = await train(engine, { ...small, phases: [] });
  const frozen = await train(engine, {
    ...small,
    phases: [phase(["pdm_pro"], 1)],
    trainable: ["W_in"],
    penalties: { l2_norm: 1e-2 },
  });
  const changed = ({ weights }: Trained) =>
    Object.keys(weights.parameters).filter((name) =>
      weights.parameters[name].data.some((x, i) => x !== start.weights.parameters[name].data[i])
    );
  assertEquals(changed(frozen), ["W_in"]);
  const readout = await train(engine, {
    ...small,
    phases: [phase(["pdm_pro"], 1, { trainable: ["W_out"] })],
  });
  assertEquals(changed(readout), ["W_out"]);
});

Deno.test("each initialisation starts from other weights, all from the seed", async () => {
  await using engine = wasmEngine(1);
  const kinds = ["kaiming", "xavier", "orthogonal", "diagonal", "random_orthogonal", "gaussian"];
  const starts = await Promise.all(
    kinds.map((initialisation) => train(engine, { ...small, phases: [], initialisation })),
  );
  const texts = starts.map(({ weights }) => weights.parameters.W_rec.data.join());
  assertEquals(new Set(texts).size, kinds.length);
  const other = await train(engine, { ...small, phases: [], seed: 1 });
  assertNotEquals(other.weights.parameters.W_rec.data.join(), texts[0]);
});

Deno.test("an empty curriculum hands on what it starts from, with empty tables", async () => {
  await using engine = wasmEngine(1);
  const trained = await train(engine, { ...small, phases: [phase(["pdm_pro"], 1)] });
  const made = await train(engine, { ...small, phases: [], seed: 5 }, { init: trained.weights });
  assertEquals(made.weights.parameters, trained.weights.parameters);
  assertEquals([made.log.rows.length, made.checkpoints.rows.length], [0, 0]);
  assertEquals(made.log.columns, trained.log.columns);
  assertEquals(made.checkpoints.columns, trained.checkpoints.columns);
});

Deno.test("the checkpoints' weights are the networks at the ends of epochs", async () => {
  await using engine = wasmEngine(1);
  const three = await train(engine, { ...small, phases: [phase(["pdm_pro"], 3)] });
  const two = await train(engine, { ...small, phases: [phase(["pdm_pro"], 2)] });
  assertEquals(recordsOf(three.checkpoints).map(({ epoch }) => epoch), [1, 2, 3]);
  const files = three.checkpoints.files!;
  const own = Object.fromEntries(
    Object.keys(files).filter((name) => name.startsWith("weights/2/"))
      .map((name) => [name.slice("weights/2/".length), files[name]]),
  );
  assertEquals(network.decode(own), two.weights);
});

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
  assert((await of({ model_settings: { activation: "tanh" } })).includes("settings are"));
});

Deno.test("what is wrong with a curriculum is told when planning, with its place", async () => {
  const issues = async (params: Params) => (await readTraining({ ...small, ...params })).issues;
  const phases = [phase(["pdm_pro"], 1), phase(["pdm_anti", "pdm_prow"], 1)];
  const [unknown] = await issues({ phases });
  assertEquals(unknown.path, ["phases", 1, "rules", 1]);
  assert(unknown.message.includes("'pdm_prow' is none of the network's rules"));
  const one = [phase(["pdm_delay"], 1)];
  const timing = (train: Params) => ({ trial: { timing: { train, test: short } }, phases: one });
  const [odd] = await issues(timing({ ...short, stimulus: 250 }));
  assertEquals(odd.path, ["trial", "timing", "train", "stimulus"]);
  const [empty] = await issues(timing({ ...short, delay: 0 }));
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

Deno.test("a network learns a rule that its start does not know", async () => {
  await using engine = wasmEngine(2);
  const made = await train(engine, {
    units: 16,
    batch_size: 32,
    updates_per_epoch: 40,
    optimiser: { learning_rate: 0.01, clip_norm: 1 },
    loss: { over: "decision" },
    trial: {
      timing: { train: varied, test: short },
      coherences_percent: [51.2],
      sigma: 1,
    },
    phases: [phase(["pdm_anti"], 10, { stop: { accuracy: 0.9 } })],
  });
  const rows = recordsOf(made.log);
  assertGreater(rows.at(-1)!.accuracy as number, 0.9);
  assertLess(rows.length, 10);
});
