// The task `train_rnn`: networks in a batch have the bytes they have alone; what is trained, from which start, and what
// comes of it.

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertNotEquals,
} from "@std/assert";
import { RefEngine } from "#gpu/runtime/ref_engine.ts";
import { network } from "#lib/core/artifacts/network.ts";
import { recordsOf } from "#lib/core/table.ts";
import { wasmEngine } from "#tests/support/engines.ts";
import { engineTest } from "#tests/support/simulations.ts";
import {
  bytesOf,
  type Params,
  phase,
  shortTiming,
  small,
  sweep,
  train,
  trainAll,
  type Trained,
  variedTiming,
} from "#tests/support/training.ts";

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

Deno.test("networks beside others that differ in one thing alone have the bytes they have alone", async () => {
  await using engine = wasmEngine(1);
  const base = { ...small, phases: [phase(["pdm_pro"], 2)] };
  const fixed = { source: "fixed", num_sequences: 10 };
  const others: Params[] = [
    base,
    { data: fixed },
    { data: { ...fixed, num_sequences: 15 } },
    { data: { ...fixed, leaky_split: true } },
    { data: { ...fixed, leaky_split: true }, seed: 1 },
    { loss: { over: "all" } },
    { shared_timing: false },
    { evaluation: { num_trials: 12, seed: 1 } },
    { evaluation: { num_trials: 12, mode: "train" } },
    { evaluation: { num_trials: 7 } },
    { updates_per_epoch: 4 },
    { constraints: { density: 0.5 } },
    { initialisation: "gaussian" },
    { schedule: { kind: "exponential", gamma: 0.5 } },
    { trainable: ["W_out"] },
    { loss: { kind: "mse" } },
    { phases: [phase(["pdm_pro"], 1), phase(["pdm_pro"], 1, { optimiser: "fresh" })] },
    { penalties: { activity_l2: 0.1 } },
    { penalties: { activity_l2: 0.1 }, loss: { over: "all" } },
  ];
  const all = others.map((one) => ({ ...base, ...one }));
  const together = (await trainAll(engine, all.map((params) => ({ params })))).map(bytesOf);
  for (const [i, params] of all.entries()) {
    assertEquals(bytesOf(await train(engine, params)), together[i], JSON.stringify(others[i]));
  }
  assertEquals(new Set(together.map((one) => JSON.stringify(one))).size, others.length);
});

Deno.test("networks of a batch have the bytes they have alone on ref", async () => {
  await using engine = new RefEngine();
  const some = sweep.slice(0, 4);
  const together = await trainAll(engine, some.map((params) => ({ params })));
  for (const [i, params] of some.entries()) {
    assertEquals(bytesOf(await train(engine, params)), bytesOf(together[i]), `network ${i}`);
  }
});

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

engineTest("a network that says nothing has the loss of its kind", async (engine) => {
  const start = (await train(engine, { ...small, phases: [] })).weights;
  const parameters = Object.fromEntries(
    Object.entries(start.parameters).map(([name, one]) => [
      name,
      { ...one, data: new Float32Array(one.data.length) },
    ]),
  );
  const init = { ...start, parameters };
  const lossOf = async (kind: string) => {
    const params = {
      ...small,
      updates_per_epoch: 1,
      loss: { kind },
      phases: [phase(["pdm_pro"], 1)],
    };
    return recordsOf((await train(engine, params, { init })).log)[0].loss as number;
  };
  assertAlmostEquals(await lossOf("cross_entropy"), Math.log(3), 1e-6);
  // Squares of 0 − 1 at the class and 0 − 0 at two others.
  assertAlmostEquals(await lossOf("mse"), 1 / 3, 1e-6);
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

engineTest("constraints hold at the start and after every update, exactly", async (engine) => {
  const mask = Array.from(
    { length: 3 },
    (_, k) => Array.from({ length: 6 }, (_, i) => (k + i) % 2),
  );
  for (const model of ["leaky_rnn", "leaky_gru"]) {
    for (const signs_by of ["projection", "reflection"]) {
      const params = {
        ...small,
        model,
        optimiser: { kind: "sgd", learning_rate: 0.5, momentum: 0.9, clip_norm: 1 },
        penalties: { l1: 1e-3 },
        constraints: {
          no_autapses: true,
          dale_ratio: 0.5,
          density: 0.8,
          masks: { W_out: mask },
          signs_by,
        },
      };
      const { weights: { parameters: start } } = await train(engine, { ...params, phases: [] });
      const { weights: { parameters: end } } = await train(engine, {
        ...params,
        phases: [phase(["pdm_pro"], 2)],
      });
      const [isAbsent, isOut] = [start, start].map(({ W_rec, W_out }, i) =>
        [...(i === 0 ? W_rec : W_out).data].map((x) => x === 0)
      );
      // One connection of each unit to itself in each block of rows, and some by chance.
      assertGreater(isAbsent.filter(Boolean).length, start.W_rec.data.length / 6);
      assertEquals(isOut, mask.flat().map((entry) => entry === 0));
      for (const { W_rec, W_out } of [start, end]) {
        W_rec.data.forEach((x, i) => {
          const [row, column] = [Math.floor(i / 6), i % 6];
          if (row % 6 === column) assertEquals(x, 0, "a connection of a unit to itself");
          if (isAbsent[i]) assertEquals(Math.abs(x), 0, "an absent connection");
          assert(column < 3 ? x >= 0 : x <= 0, `${x} from unit ${column}`);
        });
        W_out.data.forEach((x, i) => assert(!isOut[i] || x === 0, "a masked weight"));
      }
      assert(end.W_rec.data.some((x, i) => x !== start.W_rec.data[i]), "nothing is trained");
    }
  }
});

engineTest("noise in states and inputs follows the seed alone", async (engine) => {
  const settings = { model_settings: { recurrent_noise: 0.1, input_noise: 0.1 } };
  const noisy = [0, 1].map((seed) => ({
    ...small,
    ...settings,
    seed,
    phases: [phase(["pdm_pro"], 2 - seed)],
  }));
  const together = await trainAll(engine, noisy.map((params) => ({ params })));
  for (const [i, params] of noisy.entries()) {
    assertEquals(bytesOf(await train(engine, params)), bytesOf(together[i]), `seed ${i}`);
  }
  // Nor does it depend on the longest trials of others, or of a phase to come.
  const longer = { ...noisy[0], phases: [phase(["pdm_delay"], 1)] };
  const [beside] = await trainAll(engine, [noisy[1], longer].map((params) => ({ params })));
  assertEquals(bytesOf(beside), bytesOf(together[1]));
  const appended = { ...noisy[1], phases: [...noisy[1].phases, phase(["pdm_delay"], 1)] };
  assertEquals(
    recordsOf((await train(engine, appended)).log)[0].loss,
    recordsOf((together[1] as Trained).log)[0].loss,
  );
  const weights = ({ weights }: Trained) => weights.parameters.W_rec.data.join();
  for (const only of ["recurrent_noise", "input_noise"]) {
    const params = { ...noisy[0], model_settings: { [only]: 0.1 } };
    const quiet = { ...noisy[0], model_settings: { [only]: 0 } };
    assertNotEquals(
      weights(await train(engine, params)),
      weights(await train(engine, quiet)),
      only,
    );
  }
});

engineTest("gated networks and trained time constants go the same ways", async (engine) => {
  const kinds: Params[] = [
    { ...small, model: "leaky_gru", phases: [phase(["pdm_pro"], 2)] },
    { ...small, model: "leaky_gru", seed: 1, trainable: ["W_in"], phases: [phase(["pdm_pro"], 1)] },
    { ...small, model_settings: { unit_taus: true }, phases: [phase(["pdm_pro"], 1)] },
    { ...small, model: "vanilla_rnn", phases: [phase(["pdm_pro"], 1)] },
  ];
  for (const group of [kinds.slice(0, 2), kinds.slice(2, 3), kinds.slice(3)]) {
    const together = await trainAll(engine, group.map((params) => ({ params })));
    for (const [i, params] of group.entries()) {
      assertEquals(
        bytesOf(await train(engine, params)),
        bytesOf(together[i]),
        `${params.model} ${i}`,
      );
    }
  }
  const { weights } = await train(engine, kinds[2]);
  assert(weights.parameters.tau_ms.data.some((tau) => tau !== 100), "time constants are trained");
});

Deno.test("each initialisation starts from other weights, all from the seed", async () => {
  await using engine = wasmEngine(1);
  const kinds = [
    "kaiming",
    "xavier",
    "orthogonal",
    "diagonal",
    "random_orthogonal",
    "gaussian",
  ];
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
  assertEquals(made.weights, trained.weights);
  assertEquals([made.log.rows.length, made.checkpoints.rows.length], [0, 0]);
  assertEquals(made.log.columns, trained.log.columns);
  assertEquals(made.checkpoints.columns, trained.checkpoints.columns);
});

Deno.test("the checkpoints' weights are the networks at the ends of epochs", async () => {
  await using engine = wasmEngine(1);
  const three = await train(engine, { ...small, phases: [phase(["pdm_pro"], 3)] });
  const two = await train(engine, { ...small, phases: [phase(["pdm_pro"], 2)] });
  assertEquals(recordsOf(three.checkpoints).map(({ epoch }) => epoch), [1, 2, 3]);
  // With fewer checkpoints, the ends of phases have one all the same.
  const some = await train(engine, {
    ...small,
    checkpoint_every: 3,
    phases: [phase(["pdm_pro"], 2), phase(["pdm_anti"], 3)],
  });
  assertEquals(recordsOf(some.checkpoints).map(({ epoch }) => epoch), [2, 3, 5]);
  assertEquals(
    recordsOf(some.log).map(({ is_last }) => is_last),
    [false, true, false, false, true],
  );
  // A checkpoint is as good as the worst of its rules.
  const both = await train(engine, {
    ...small,
    updates_per_epoch: 30,
    phases: [phase(["pdm_pro", "pdm_anti"], 1)],
  });
  const [shares, [checkpoint]] = [both.log, both.checkpoints].map(recordsOf);
  assertNotEquals(shares[0].accuracy_all, shares[1].accuracy_all);
  for (const name of ["accuracy", "accuracy_all", "accuracy_per_step"]) {
    assertEquals(checkpoint[name], Math.min(...shares.map((row) => row[name] as number)), name);
  }
  const files = three.checkpoints.files!;
  const own = Object.fromEntries(
    Object.keys(files).filter((name) => name.startsWith("weights/2/"))
      .map((name) => [name.slice("weights/2/".length), files[name]]),
  );
  assertEquals(network.decode(own), two.weights);
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
      timing: { train: variedTiming, test: shortTiming },
      coherences_percent: [51.2],
      sigma: 1,
    },
    phases: [phase(["pdm_anti"], 10, { stop: { accuracy: 0.9 } })],
  });
  const rows = recordsOf(made.log);
  assertGreater(rows.at(-1)!.accuracy as number, 0.9);
  assertLess(rows.length, 10);
});
