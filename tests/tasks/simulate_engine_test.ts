// The task `simulate` in f32: the same trajectories as in f64 to what f32 allows, on every engine; and members of a batch
// that do not know of each other.

import { assert, assertEquals, assertGreater, assertLess, assertRejects } from "@std/assert";
import { RefEngine } from "#gpu/runtime/ref_engine.ts";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import type { Attractor } from "#lib/core/attractor.ts";
import type { Engine, EngineLimits } from "#lib/core/engine.ts";
import { DeviceLostError } from "#lib/core/engine.ts";
import { parseMemberParams, parseParams } from "#lib/core/resolve.ts";
import { attractors } from "#lib/models/attractors/mod.ts";
import lorenz from "#lib/models/attractors/lorenz.ts";
import point from "#lib/models/attractors/point.ts";
import numpyStream from "#tasks/numpy_stream.ts";
import task from "#tasks/simulate.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { processorEngines, wasmEngine } from "#tests/support/engines.ts";
import { runTask } from "#tests/support/run_task.ts";

type Params = Readonly<Record<string, unknown>>;
type Numbers = Float32Array | Float64Array;

/** Systems with params that make their f32 side go through all its branches. */
const systems: readonly (readonly [string, Params])[] = [
  ...Object.keys(attractors).map((name) => [name, {}] as const),
  ["double_well", { units: 5, bistable: 2 }],
  ["point", { units: 3, omega: 1, gain: 0.5, activation: "tanh" }],
  ["line", { units: 7, feedback: 0.9 }],
];

async function attractorOf(name: string): Promise<Attractor> {
  return (await attractors[name as keyof typeof attractors]()).default as unknown as Attractor;
}

async function statesOf(params: Params, engine?: Engine): Promise<Numbers> {
  const system = await attractorOf(params.system as string);
  const raw = { num_trials: 5, num_steps: 6, ...params };
  return (await runTask(task, raw, {}, { system }, engine)).trajectories.states.data;
}

/** What became of each member of a batch: its states, or its error's message. */
async function batchOf(
  engine: Engine,
  system: Attractor,
  list: readonly Params[],
  signal = new AbortController().signal,
): Promise<readonly (Numbers | string)[]> {
  const ends: (Numbers | string)[] = [];
  const fractions: number[][] = list.map(() => []);
  const members = list.map((raw, i) => {
    const full = parseParams(task.params, { system: system.name, precision: "f32", ...raw });
    if (!full.ok) throw new TypeError(JSON.stringify(full.error));
    const params = parseMemberParams(task.members, full.value, { system });
    if (!params.ok) throw new TypeError(JSON.stringify(params.error));
    const end = (value: Numbers | string) => {
      assert(ends[i] === undefined, `member ${i} ends twice`);
      ends[i] = value;
    };
    return {
      params: params.value as never,
      inputs: {} as never,
      finish: ({ trajectories }: { trajectories: { states: { data: unknown } } }) =>
        end(trajectories.states.data as Numbers),
      fail: (error: unknown) => end((error as Error).message),
      progress(fraction: number) {
        assert(fraction >= (fractions[i].at(-1) ?? 0) && fraction <= 1, `progress ${fraction}`);
        fractions[i].push(fraction);
      },
    };
  });
  const context = { members: { system }, signal, progress: () => {}, engine };
  await task.runMany!(context, members);
  for (let i = 0; i < list.length; i++) assert(ends[i] !== undefined, `member ${i} does not end`);
  return ends;
}

function largestDistance(a: Numbers, b: Numbers): number {
  assertEquals(a.length, b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}

/** Registers a test for wasm, and one for webgpu. */
function engineTest(name: string, fn: (engine: Engine) => Promise<void>): void {
  Deno.test(`${name} on wasm`, async () => {
    await using engine = wasmEngine(2);
    await fn(engine);
  });
  gpuTest(`${name} on webgpu`, async (adapter) => {
    await using engine = await WebgpuEngine.open(navigator.gpu, adapter);
    await fn(engine);
  });
}

/** An engine that says it can hold less, or loses its device. */
function wrapped(
  engine: Engine,
  { limits = engine.limits, beforeDispatch = () => {} }: {
    limits?: EngineLimits;
    beforeDispatch?: () => void;
  },
): Engine {
  return new Proxy(engine, {
    get(target, key) {
      if (key === "limits") return limits;
      const value = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      if (key !== "dispatch") return value.bind(target);
      return (...given: unknown[]) => {
        beforeDispatch();
        return value.apply(target, given);
      };
    },
  });
}

Deno.test("simulate in f32 on the engine ref gives the bytes of f64", async () => {
  for (const [system, parameters] of systems) {
    for (const integrator of ["euler", "rk4"]) {
      for (const process_noise of [0, 0.2]) {
        const params = {
          system,
          parameters,
          integrator,
          process_noise,
          substeps: 3,
          discard: 0.05,
          seed: 3,
        };
        const expected = await statesOf(params);
        const made = await statesOf({ ...params, precision: "f32" }, new RefEngine());
        assertEquals(made, expected, `${system}, ${integrator}, noise ${process_noise}`);
      }
    }
  }
});

engineTest(
  "simulate in f32 agrees with f64 for every system, with and without noise",
  async (engine) => {
    for (const [system, parameters] of systems) {
      for (const integrator of ["euler", "rk4"]) {
        for (const process_noise of [0, 0.2]) {
          const params = {
            system,
            parameters,
            integrator,
            process_noise,
            substeps: 2,
            discard: 0.03,
            seed: 4,
          };
          const expected = await statesOf(params);
          const made = await statesOf({ ...params, precision: "f32" }, engine);
          assert(made instanceof Float32Array);
          assertLess(
            largestDistance(made, expected),
            3e-5,
            `${system}, ${integrator}, noise ${process_noise}`,
          );
        }
      }
    }
  },
);

engineTest(
  "simulate in f32 stays within 2e-4 of f64 over 100 steps of the Lorenz system",
  async (engine) => {
    const params = { system: "lorenz", num_trials: 300, num_steps: 101, seed: 5 };
    const distance = largestDistance(
      await statesOf({ ...params, precision: "f32" }, engine),
      await statesOf(params),
    );
    assertLess(distance, 2e-4);
  },
);

/** Ten small members that differ in everything that may. */
const sweep: readonly Params[] = Array.from({ length: 64 }, (_, i) => ({
  parameters: { r: 20 + (i % 13), s: 10 - (i % 3) },
  dt: 0.01 / (1 + (i % 2)),
  substeps: 1 + (i % 3),
  discard: 0.02 * (i % 4),
  process_noise: i % 5 === 0 ? 0.5 : 0,
  num_trials: 1 + (7 * i) % 23,
  integrator: "rk4",
  num_steps: 9,
  seed: i,
}));

engineTest(
  "members of a batch have the bytes they have alone, in pairs, and in another order",
  async (engine) => {
    const together = await batchOf(engine, lorenz as never, sweep);
    for (const i of [0, 1, 13, 40, 63]) {
      const [alone] = await batchOf(engine, lorenz as never, [sweep[i]]);
      assertEquals(alone, together[i], `member ${i} alone`);
      const [, second] = await batchOf(engine, lorenz as never, [sweep[(i + 5) % 64], sweep[i]]);
      assertEquals(second, together[i], `member ${i} in a pair`);
    }
    const order = sweep.map((_, i) => (i * 27 + 5) % 64);
    const shuffled = await batchOf(engine, lorenz as never, order.map((i) => sweep[i]));
    order.forEach((i, at) => assertEquals(shuffled[at], together[i], `member ${i} at ${at}`));
  },
);

engineTest("a member that diverges fails alone, and says where", async (engine) => {
  const wild = { ...sweep[0], parameters: { r: 1e9 }, num_trials: 9, process_noise: 0 };
  const [before, failed, after] = await batchOf(engine, lorenz as never, [
    sweep[1],
    wild,
    sweep[2],
  ]);
  const wrongBox = { ...sweep[3], initial_box: [[0, 1]] };
  const others = await batchOf(engine, lorenz as never, [wrongBox, sweep[1], sweep[2]]);
  assert(
    typeof failed === "string" && failed.includes("left the finite numbers in trial 0 at time 0.0"),
    `${failed}`,
  );
  assert(typeof others[0] === "string" && others[0].includes("1 intervals, but lorenz has 3"));
  assertEquals([before, after], [others[1], others[2]]);
});

engineTest("networks of different sizes are computed in one batch", async (engine) => {
  const ring = await attractorOf("ring");
  const list = [3, 64, 33, 300, 64].map((units, i) => ({
    parameters: { units, j1: 15 + i },
    num_trials: 2 + i,
    num_steps: 4,
    seed: i,
    process_noise: 0.1 * (i % 2),
  }));
  const together = await batchOf(engine, ring, list);
  for (const [i, params] of list.entries()) {
    assertEquals((await batchOf(engine, ring, [params]))[0], together[i], `member ${i}`);
    const expected = await statesOf({ system: "ring", ...params });
    assertLess(largestDistance(together[i] as Numbers, expected), 1e-5);
  }
});

engineTest("64 members take as many dispatches and downloads as one", async (engine) => {
  const list = sweep.map((params, i) => ({
    ...params,
    seed: i,
    num_trials: 200,
    num_steps: 50,
    discard: 0,
  }));
  const counted = async (members: readonly Params[]) => {
    const { dispatches, downloads } = engine.counts;
    await batchOf(engine, lorenz as never, members);
    return [engine.counts.dispatches - dispatches, engine.counts.downloads - downloads];
  };
  const one = await counted([list[2]]);
  const all = await counted(list);
  assertGreater(one[0], 0);
  assert(
    all[0] <= 1.5 * one[0] && all[1] <= 1.5 * one[1],
    `${all} dispatches and downloads against ${one}`,
  );
});

engineTest(
  "a sweep ten times the largest binding is cut into chunks, with the same bytes",
  async (engine) => {
    const list = sweep.slice(0, 12).map((params) => ({
      ...params,
      num_trials: 24,
      num_steps: 25,
    }));
    const expected = await batchOf(engine, lorenz as never, list);
    const bytes = 12 * 24 * 25 * 3 * 4;
    // A tenth of the sweep; less than one member; less than one point of all trials.
    for (const maxBindingBytes of [bytes / 10, 3_000, 1_200]) {
      const small = wrapped(engine, { limits: { ...engine.limits, maxBindingBytes } });
      assertEquals(
        await batchOf(small, lorenz as never, list),
        expected,
        `${maxBindingBytes} bytes`,
      );
    }
  },
);

engineTest("a run that is stopped throws what stopped it", async (engine) => {
  const reason = new Error("stop");
  await assertRejects(
    () => batchOf(engine, lorenz as never, sweep.slice(0, 2), AbortSignal.abort(reason)),
    Error,
    "stop",
  );
});

gpuTest("after the loss of a device members go on from the last states, once", async (adapter) => {
  const list = sweep.slice(0, 3).map((params) => ({ ...params, num_trials: 40, num_steps: 24 }));
  const open = () => WebgpuEngine.open(navigator.gpu, adapter);
  await using sound = await open();
  // 40 trials and three points of them at a time: eight windows for each.
  const limits = { ...sound.limits, maxBindingBytes: 40 * 3 * 4 * 3 };
  const expected = await batchOf(wrapped(sound, { limits }), lorenz as never, list);
  for (const lossAt of [1, 2, 7, 20]) {
    await using engine = await open();
    let dispatches = 0;
    const beforeDispatch = () => {
      if (++dispatches === lossAt) engine.shared().device.destroy();
    };
    const made = await batchOf(wrapped(engine, { limits, beforeDispatch }), lorenz as never, list);
    assertEquals(made, expected, `lost before dispatch ${lossAt}`);
  }
  await using engine = await open();
  let dispatches = 0;
  const beforeDispatch = () => {
    if (++dispatches % 8 === 0) engine.shared().device.destroy();
  };
  await assertRejects(
    () => batchOf(wrapped(engine, { limits, beforeDispatch }), lorenz as never, list),
    DeviceLostError,
  );
});

for (const { label, open } of processorEngines) {
  Deno.test(`euler has order 1 and rk4 order 4 on ${label}`, async () => {
    await using engine = open();
    // Large steps, so that rounding in f32 stays out of sight.
    for (const [integrator, order, dt] of [["euler", 1, 0.05], ["rk4", 4, 0.4]] as const) {
      const params = { system: "point", parameters: { omega: 1 }, num_trials: 20, dt, seed: 6 };
      const exact = await statesOf({ ...params, integrator: "rk4", substeps: 400 });
      const errorOf = async (substeps: number) => {
        const options = { ...params, integrator, substeps, precision: "f32" };
        return largestDistance(await statesOf(options, engine), exact);
      };
      const measured = Math.log2(await errorOf(1) / await errorOf(2));
      assert(Math.abs(measured - order) < 0.5, `${integrator} has order ${measured}`);
    }
  });
}

engineTest("chaos in f32 has the statistics of chaos in f64", async (engine) => {
  // Points part after some Lyapunov times; means over an ensemble agree to what its size lets them.
  const params = {
    system: "lorenz",
    num_trials: 4000,
    num_steps: 2,
    dt: 5,
    substeps: 500,
    discard: 20,
    seed: 7,
  };
  const moments = (states: Numbers) => {
    const z = Float64Array.from(states).filter((_, i) => i % 3 === 2);
    const mean = z.reduce((sum, x) => sum + x, 0) / z.length;
    const variance = z.reduce((sum, x) => sum + (x - mean) ** 2, 0) / z.length;
    return { mean, variance, num: z.length };
  };
  const single = moments(
    Float64Array.from(await statesOf({ ...params, precision: "f32" }, engine)),
  );
  const double = moments(await statesOf({ ...params, num_trials: 1000, seed: 8 }));
  const error = Math.sqrt(single.variance / single.num + double.variance / double.num);
  assertLess(Math.abs(single.mean - double.mean), 5 * error);
  assertLess(Math.abs(single.variance / double.variance - 1), 0.15);
});

Deno.test("decaying states end at exact zeros on wasm, never in denormal numbers", async () => {
  await using engine = wasmEngine(1);
  const params = {
    system: "point",
    precision: "f32",
    num_steps: 60,
    dt: 2,
    substeps: 20,
    num_trials: 9,
    seed: 9,
  };
  const states = await statesOf({ ...params, parameters: { units: 3, omega: 2 } }, engine);
  assert(states.every((x) => x === 0 || Math.abs(x) >= 2 ** -126));
  assert(states.subarray(-27).every((x) => x === 0));
  assertEquals(point.name, "point");
});

Deno.test("process noise in f64 gives a linear decay its stationary variance", async () => {
  // dx = −x dt + σ dW has variance σ²/2 (Gardiner 2009, section 4.5.4), of which h/2 is the error of Euler's method.
  for (const integrator of ["euler", "rk4"]) {
    const states = await statesOf({
      system: "point",
      parameters: { units: 1 },
      integrator,
      process_noise: 2,
      num_trials: 500,
      num_steps: 21,
      dt: 1,
      substeps: 50,
      discard: 6,
      seed: 10,
    });
    const variance = Float64Array.from(states).reduce((sum, x) => sum + x * x, 0) / states.length;
    assertLess(Math.abs(variance - 2), 0.1, integrator);
  }
});

Deno.test("simulate refuses what f32 and noise cannot do, and says what to do", async () => {
  const refused = (params: Params, ...words: string[]) => {
    const parsed = parseParams(task.params, { system: "lorenz", ...params });
    assert(!parsed.ok);
    const [{ path, message }] = parsed.error;
    assertEquals(path, [words[0]]);
    for (const word of words.slice(1)) assert(message.includes(word), message);
  };
  refused({ precision: "f32", integrator: "dormand_prince" }, "integrator", "rk4 or euler");
  refused({ process_noise: 1, integrator: "dormand_prince" }, "process_noise", "rk4 or euler");
  refused({ precision: "f32", generator_block: 0 }, "generator_block", "f64");
  refused({ precision: "f16" }, "precision");
  refused({ process_noise: -1 }, "process_noise");
  const system = { ...lorenz } as { engine?: unknown };
  delete system.engine;
  const raw = { system: "lorenz", precision: "f32" };
  const run = (inputs: Params, members: Params) =>
    runTask(task, raw, inputs, members as never, new RefEngine());
  await assertRejects(() => run({}, { system }), RangeError, "in f64 alone");
  const { states: generator } = await runTask(numpyStream, { draws: [{ uniform: 9 }] });
  await assertRejects(
    () => run({ generator }, { system: lorenz }),
    RangeError,
    "a generator is bound",
  );
});

Deno.test("simulate says by its params what its numbers depend on", () => {
  const numerics = task.numerics as (params: unknown, members: unknown) => string;
  assertEquals(["f64", "f32"].map((precision) => numerics({ precision }, {})), ["f64", "engine"]);
});
