import { assert, assertEquals, assertGreater, assertLess, assertRejects } from "@std/assert";
import { RefEngine } from "#gpu/runtime/ref_engine.ts";
import { WasmEngine } from "#gpu/runtime/wasm_engine.ts";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import type { Engine } from "#lib/core/engine.ts";
import { randomStream } from "#lib/core/random.ts";
import { recordsOf } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import train from "#tasks/train_tfjs.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { runTask } from "#tests/support/run_task.ts";
import { withEngine } from "#tests/support/no_engine.ts";

function made(shape: readonly [number, number, number], at: (i: number) => number): Trajectories {
  const data = Float64Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, i) => at(i));
  return { states: tensor(["trial", "time", "unit"], shape, data), dt: 0.1, timeUnit: "1" };
}

function noise(shape: readonly [number, number, number], label: string): Trajectories {
  const draws = new Float64Array(shape[0] * shape[1] * shape[2]);
  randomStream(1, label).normal(draws);
  return made(shape, (i) => draws[i]);
}

/** Two linear maps of the states, `later` samples after them. */
function mapped(x: Trajectories, later = 0): Trajectories {
  const [trials, time, units] = x.states.shape;
  return made([trials, time, 2], (i) => {
    const [k, t, trial] = [i % 2, Math.floor(i / 2) % time, Math.floor(i / (2 * time))];
    if (t < later) return 100;
    const at = (trial * time + t - later) * units;
    return k === 0
      ? 2 * x.states.data[at] - x.states.data[at + 1]
      : 0.5 + 0.3 * x.states.data[at + 2];
  });
}

const run = async (
  params: Record<string, unknown>,
  inputs: Record<string, unknown>,
  engine: Engine = new RefEngine(),
) => await runTask(train, params, inputs, {}, engine);

Deno.test("train_tfjs finds a linear map, and predicts trials that it was not trained on", async () => {
  const states = noise([8, 20, 3], "states");
  const { predictions, weights, history } = await run(
    { epochs: 60, batch_size: 16, learning_rate: 0.05 },
    { states, targets: mapped(states) },
  );
  const rows = recordsOf(history);
  assertEquals(rows.length, 2 * 61, "before, and after each epoch, of both kinds of trials");
  const last = rows.at(-1)!;
  assertEquals([last.epoch, last.trials], [60, "held_out"]);
  assertGreater(last.r_squared as number, 0.9999);
  const wanted = mapped(states).states.data;
  assertEquals(predictions.states.shape, [8, 20, 2]);
  wanted.forEach((value, i) => assertLess(Math.abs(predictions.states.data[i] - value), 0.05));
  assertEquals(weights.arrays.kernel_1.shape, [3, 2]);
  [2, 0, -1, 0, 0, 0.3].forEach((value, i) =>
    assertLess(Math.abs(weights.arrays.kernel_1.data[i] - value), 0.02)
  );
});

Deno.test("train_tfjs reads targets steps_ahead samples later, and nothing before", async () => {
  const states = noise([6, 20, 3], "states");
  const { predictions, history } = await run(
    { epochs: 60, batch_size: 16, learning_rate: 0.05, steps_ahead: 3 },
    { states, targets: mapped(states, 3) },
  );
  assertEquals(predictions.states.shape, [6, 17, 2]);
  assertGreater(recordsOf(history).at(-1)!.r_squared as number, 0.9999);
});

Deno.test("train_tfjs steps along the gradient that is derived by hand", async () => {
  const states = noise([1, 12, 3], "states");
  const targets = mapped(states);
  const options = { held_out: 0, batch_size: 100, optimiser: "sgd", learning_rate: 0.1, l2: 0.3 };
  const kernels: number[][] = [];
  for (const epochs of [1, 2]) {
    const { weights } = await run({ ...options, epochs }, { states, targets });
    const { kernel_1, bias_1 } = weights.arrays;
    kernels.push([...kernel_1.data, ...bias_1.data]);
  }
  const [before, after] = kernels;
  // Mean over rows and targets of (x·W + b − y)², and 0.3 times the mean of W².
  const gradient = new Float64Array(8);
  for (let row = 0; row < 12; row++) {
    for (let k = 0; k < 2; k++) {
      let error = before[6 + k] - targets.states.data[2 * row + k];
      for (let i = 0; i < 3; i++) error += states.states.data[3 * row + i] * before[2 * i + k];
      for (let i = 0; i < 3; i++) {
        gradient[2 * i + k] += 2 * error * states.states.data[3 * row + i] / 24;
      }
      gradient[6 + k] += 2 * error / 24;
    }
  }
  for (let i = 0; i < 6; i++) gradient[i] += 0.3 * 2 * before[i] / 6;
  gradient.forEach((slope, i) =>
    assertLess(Math.abs(after[i] - (before[i] - 0.1 * slope)), 1e-5, `weight ${i}`)
  );
});

Deno.test("train_tfjs tells an axis from states, and counts what is taken for what", async () => {
  const states = [0, 1, 2].map((system) => ({
    value: made(
      [4, 10, 2],
      (i) => (i % 2 === system - 1 ? 3 : 0) + Math.sin(i) / 2,
    ),
    coords: { system: `s${system}`, copy: 0 },
  }));
  const { confusion, history } = await run(
    { label: "system", epochs: 40, learning_rate: 0.1, hidden: [6], activation: "relu" },
    { states },
  );
  assertEquals(recordsOf(history).at(-1)!.accuracy, 1);
  // One of four trials of ten samples is held out of each.
  assertEquals(
    recordsOf(confusion).map(({ label, taken_for, num_samples, share }) =>
      [label, taken_for, num_samples, share].join(" ")
    ),
    ["s0", "s1", "s2"].flatMap((label) =>
      ["s0", "s1", "s2"].map((other) => `${label} ${other} ${label === other ? "10 1" : "0 0"}`)
    ),
  );
});

Deno.test("train_tfjs has the same losses on tfjs's cpu and wasm backends", async () => {
  await using wasm = new WasmEngine({ threads: 1, Worker });
  await assertSameLosses(wasm);
});

gpuTest("train_tfjs has the same losses on a device", async (adapter) => {
  await using engine = await WebgpuEngine.open(navigator.gpu, adapter);
  await assertSameLosses(engine);
});

async function assertSameLosses(engine: Engine): Promise<void> {
  const states = noise([4, 20, 3], "states");
  const targets = mapped(states);
  for (
    const [params, inputs] of [
      [{ hidden: [8], epochs: 3, l2: 0.01 }, { states, targets }],
      [{ label: "system", epochs: 3, hidden: [5], activation: "sigmoid" }, {
        states: [states, noise([3, 20, 3], "others")].map((value, system) => ({
          value,
          coords: { system },
        })),
      }],
    ] as const
  ) {
    const [expected, found] = [await run(params, inputs), await run(params, inputs, engine)]
      .map(({ history }) => recordsOf(history).map(({ loss }) => loss as number));
    assertEquals(found.length, 8);
    found.forEach((loss, i) =>
      assert(Math.abs(loss - expected[i]) <= 1e-5 * expected[i], `${loss} for ${expected[i]}`)
    );
  }
}

Deno.test("train_tfjs holds as many tensors after each epoch as after the first, and none at the end", async () => {
  const tf = await import("#lib/tfjs/mod.ts");
  const states = noise([4, 20, 3], "states");
  for (const engine of [new RefEngine(), new WasmEngine({ threads: 1, Worker })]) {
    await using _engine = engine;
    const held: number[] = [];
    const context = withEngine({
      members: {},
      signal: new AbortController().signal,
      progress: () => void held.push(tf.memory().numTensors),
    }, engine);
    const params = train.params.parse({ hidden: [8], epochs: 6, batch_size: 16, l2: 0.1 });
    await train.run(context, params, { states, targets: mapped(states) } as never);
    assertEquals(held, Array(6).fill(held[0]));
    assertEquals(tf.memory().numTensors, 0);
  }
});

Deno.test("train_tfjs takes all of its chance from the seed", async () => {
  const states = noise([4, 12, 3], "states");
  const weightsOf = async (
    seed: number,
  ) => [
    ...(await run({ seed, epochs: 2, batch_size: 8 }, { states, targets: mapped(states) })).weights
      .arrays.kernel_1.data,
  ];
  const [first, again, other] = [await weightsOf(5), await weightsOf(5), await weightsOf(6)];
  assertEquals(first, again);
  assert(first.every((weight, i) => weight !== other[i]));
});

Deno.test("train_tfjs has no R² of constants, and the right one of rows of any number", async () => {
  const states = noise([2, 5, 3], "states");
  const constant = await run({ epochs: 1 }, { states, targets: made([2, 5, 2], () => 0.1) });
  assert(recordsOf(constant.history).every(({ r_squared }) => Number.isNaN(r_squared)));
  // More rows than are looked at together.
  const many = noise([2, 17_000, 1], "many");
  const { history, predictions } = await run(
    { epochs: 1, held_out: 0, batch_size: 4096 },
    { states: many, targets: many },
  );
  let squares = 0;
  let left = 0;
  predictions.states.data.forEach((value: number, i: number) => {
    left += (value - many.states.data[i]) ** 2;
    squares += many.states.data[i] ** 2;
  });
  const last = recordsOf(history).at(-1)!;
  assertLess(Math.abs(last.loss as number - left / 34_000), 1e-6 * left / 34_000 + 1e-9);
  assertLess(Math.abs(last.r_squared as number - (1 - left / squares)), 1e-3);
});

gpuTest("train_tfjs says what a device has no room for", async (adapter) => {
  await using engine = await WebgpuEngine.open(navigator.gpu, adapter);
  const limits = { ...engine.limits, maxBindingBytes: 1000 };
  Object.defineProperty(engine, "limits", { value: limits });
  const states = noise([4, 40, 3], "states");
  await assertRejects(
    () => run({}, { states, targets: states }, engine),
    RangeError,
    "160 samples of 3 units and 3 targets; this device takes 1000 bytes",
  );
});

Deno.test("train_tfjs says what is wrong with its inputs and its params", async () => {
  const states = noise([2, 5, 3], "states");
  const cases: [Record<string, unknown>, Record<string, unknown>, string][] = [
    [{}, { states, targets: noise([2, 6, 1], "y") }, "trials and time must be the same"],
    [{ steps_ahead: 5 }, { states, targets: states }, "time longer than steps_ahead"],
    [{ label: "system" }, { states: [{ value: states, coords: { copy: 1 } }] }, "axes here: copy"],
    [
      { label: "a" },
      { states: [states, noise([2, 5, 2], "y")].map((value, a) => ({ value, coords: { a } })) },
      "3, 2 units",
    ],
    [{ label: "a", loss: "mse" }, { states: [] }, "told with cross_entropy"],
    [{ label: "a" }, { states: [] }, "with 0 values of the coordinate 'a'"],
    [
      { label: "a" },
      { states: [1, "1"].map((a) => ({ value: states, coords: { a } })) },
      "1 value",
    ],
    [
      {},
      { states: made([2, 5, 3], (i) => i === 22 ? NaN : 1), targets: states },
      "states with NaN at trial 1, time 2, unit 1",
    ],
    [
      {},
      { states, targets: made([2, 5, 1], (i) => i === 3 ? 1e300 : 1) },
      "targets with 1e+300 at trial 0, time 3, unit 0",
    ],
    [
      { label: "a" },
      { states: [1, NaN].map((x, a) => ({ value: made([2, 5, 3], () => x), coords: { a } })) },
      "states with NaN",
    ],
    [{}, { states: made([2, 5, 3], () => 1e30), targets: states }, "before training"],
    [{}, { states: made([0, 5, 3], () => 1), targets: made([0, 5, 1], () => 1) }, "trial 0 ×"],
    [{}, { states, targets: made([2, 5, 0], () => 1) }, "unit 0; it needs at least one of each"],
    [{}, { states, targets: { ...states, dt: 0.2 } }, "states every 0.1 and targets every 0.2"],
    [{ loss: "cross_entropy" }, { states, targets: states }, "probabilities"],
    [{ loss: "cross_entropy" }, { states, targets: made([2, 5, 1], () => 1) }, "two classes"],
    [
      { optimiser: "sgd", learning_rate: 1e30, epochs: 5 },
      { states, targets: states },
      "lower learning_rate",
    ],
  ];
  for (const [params, inputs, message] of cases) {
    await assertRejects(() => run(params, inputs), Error, message);
  }
});
