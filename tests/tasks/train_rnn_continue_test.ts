// The task `train_rnn` with saved states: a training that goes on has the bytes of one that ran through.

import { assert, assertEquals, assertLess, assertNotEquals } from "@std/assert";
import { RefEngine } from "#gpu/runtime/ref_engine.ts";
import { DeviceLostError, type Engine } from "#lib/core/engine.ts";
import { recordsOf } from "#lib/core/table.ts";
import task from "#tasks/train_rnn.ts";
import { wasmEngine } from "#tests/support/engines.ts";
import {
  bytesOf,
  FakeStates,
  type Params,
  phase,
  readTraining,
  small,
  sweep,
  train,
  trainAll,
} from "#tests/support/training.ts";

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
  await continued(engine, sparse, { ...four, checkpoint_every: 2 }, { found: 2, computed: 2 });
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

Deno.test("what grows beyond all numbers is the same, found or made", async () => {
  await using engine = new RefEngine();
  const wild = {
    ...small,
    phases: [phase(["pdm_pro"], 2)],
    optimiser: { learning_rate: 1e30 },
  };
  const states = new FakeStates();
  const made = await train(engine, wild, { states });
  assertEquals(recordsOf(made.log).map((row) => row.gradient_norm), [null, null]);
  assertEquals(bytesOf(await train(engine, wild, { states })), bytesOf(made));
  assertEquals(states.work, { unit: "epochs", found: 2, computed: 0 });
  // The readout is the first to overflow: in its squares, which the penalty sums.
  const [penalised] = await trainAll(engine, [{
    params: {
      ...wild,
      penalties: { l2_squared: 1 },
      phases: [phase(["pdm_pro"], 1)],
      updates_per_epoch: 2,
      optimiser: { kind: "sgd", learning_rate: 1e160, clip_value: 1 },
      trainable: ["W_out"],
      model_settings: { activation: "tanh" },
    },
  }]);
  assert(typeof penalised === "string" && penalised.includes("the penalty of pdm_pro is"));
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
  const schedule = { kind: "cosine" };
  const cosine = async (epochs: number) => {
    const phases = [phase(["pdm_pro"], epochs)];
    const { params } = await readTraining({ ...small, schedule, phases });
    return task.continues!(params);
  };
  assertNotEquals(await cosine(2), await cosine(3));
  const shared = async (optimiser: string) => {
    const phases = [phase(["pdm_pro"], 2), phase(["pdm_anti"], 2, { optimiser })];
    return task.continues!((await readTraining({ ...small, schedule, phases })).params);
  };
  assertNotEquals(await shared("kept"), await shared("fresh"));
  assertEquals(await cosine(2), await cosine(2));
});

Deno.test("a schedule counts the epochs of phases that share an optimiser", async () => {
  await using engine = wasmEngine(1);
  // Plain descent has no memory: a training is a chain of trainings of one epoch each, at the rates of the schedule.
  const descent = (rate: number) => ({
    ...small,
    optimiser: { kind: "sgd", learning_rate: 0.1 * rate },
  });
  const check = async (schedule: Params, optimiser: string, rates: readonly number[]) => {
    const whole = await train(engine, {
      ...descent(1),
      schedule,
      phases: [phase(["pdm_pro"], 2), phase(["pdm_anti"], 2, { optimiser })],
    });
    let init = (await train(engine, { ...descent(1), phases: [] })).weights;
    for (const [epoch, rate] of rates.entries()) {
      const phases = [phase([epoch < 2 ? "pdm_pro" : "pdm_anti"], 1)];
      init = (await train(engine, { ...descent(rate), phases }, { init })).weights;
    }
    assertEquals(whole.weights.parameters, init.parameters, `${JSON.stringify(schedule)}`);
  };
  const exponential = { kind: "exponential", gamma: 0.5 };
  await check(exponential, "kept", [1, 0.5, 0.25, 0.125]);
  await check(exponential, "fresh", [1, 0.5, 1, 0.5]);
  await check({ kind: "multi_step", milestones: [1, 3], gamma: 0.5 }, "kept", [1, 0.5, 0.5, 0.25]);
  await check({ kind: "cosine", end_factor: 0.5 }, "fresh", [1, 0.5, 1, 0.5]);
  await check({ kind: "cosine", end_factor: 0 }, "kept", [1, 0.75, 0.25, 1e-17]);
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

Deno.test("a network that is trained further is shown no sequence and no noise again", async () => {
  await using engine = wasmEngine(1);
  // Plain descent has no memory: two trainings of an epoch are one of two, if the second sees the second epoch's batches.
  const descent = {
    ...small,
    optimiser: { kind: "sgd", learning_rate: 0.1 },
    model_settings: { recurrent_noise: 0.1, input_noise: 0.1 },
  };
  const one = { ...descent, phases: [phase(["pdm_pro"], 1)] };
  const first = await train(engine, one);
  const second = await train(engine, one, { init: first.weights });
  const both = await train(engine, { ...descent, phases: [phase(["pdm_pro"], 2)] });
  assertEquals(second.weights.parameters, both.weights.parameters);
  assertEquals(second.weights.about.sequences_seen, { pdm_pro: 30 });
  // With batches of 4 the first that has none of the 15 begins with sequence 16; three of them end before 28.
  const other = await train(engine, { ...one, batch_size: 4 }, { init: first.weights });
  assertEquals(other.weights.about.sequences_seen, { pdm_pro: 28 });
});
