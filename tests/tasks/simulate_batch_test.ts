// The task `simulate` in f32 with many members as one: members do not know of each other, whatever the batch, the chunks
// and the fate of the device.

import { assert, assertEquals, assertGreater, assertLess, assertRejects } from "@std/assert";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import type { Attractor } from "#lib/core/attractor.ts";
import { DeviceLostError, type Engine, type EngineLimits } from "#lib/core/engine.ts";
import { parseMemberParams, parseParams } from "#lib/core/resolve.ts";
import lorenz from "#lib/models/attractors/lorenz.ts";
import task from "#tasks/simulate.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import {
  attractorOf,
  engineTest,
  largestDistance,
  type Numbers,
  type Params,
  statesOf,
} from "#tests/support/simulations.ts";
import { withEngine } from "#tests/support/no_engine.ts";

/** Small members that differ in everything that may. */
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

engineTest(
  "members that store at quite different steps do all of theirs side by side",
  async (engine) => {
    const system = await attractorOf("point");
    const list = [1, 2, 3, 4, 5, 6, 7, 8].map((substeps) => ({
      parameters: { units: 2, omega: 1, tau: 1e6 },
      num_trials: 1,
      substeps,
      dt: 1e-3 * substeps,
      num_steps: 20_000,
      seed: 1,
    }));
    const made = await batchOf(engine, system, list);
    for (const [i, params] of list.entries()) {
      const expected = await statesOf({ system: "point", ...params });
      assertLess(largestDistance(made[i] as Numbers, expected), 1e-3, `member ${i}`);
    }
  },
);

engineTest("64 members take as many dispatches as one, and waits for a device", async (engine) => {
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
  assert(all[0] <= 1.5 * one[0], `${all[0]} dispatches against ${one[0]}`);
  if (engine.name === "webgpu") {
    assert(all[1] <= 1.5 * one[1], `${all[1]} downloads against ${one[1]}`);
  }
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

gpuTest(
  "after a loss while states settle members go on from where they were seen last",
  async (adapter) => {
    const system = await attractorOf("van_der_pol");
    // Some twenty dispatches, with a look at the states after sixteen.
    const list = [{ dt: 1e-3, discard: 100, num_trials: 3, num_steps: 3 }];
    await using sound = await WebgpuEngine.open(navigator.gpu, adapter);
    const expected = await batchOf(sound, system, list);
    const { dispatches } = sound.counts;
    assertGreater(dispatches, 18);
    for (const lossAt of [3, 17, dispatches - 1]) {
      await using engine = await WebgpuEngine.open(navigator.gpu, adapter);
      let given = 0;
      const beforeDispatch = () => {
        if (++given === lossAt) engine.shared().device.destroy();
      };
      const made = await batchOf(wrapped(engine, { beforeDispatch }), system, list);
      assertEquals(made, expected, `lost before dispatch ${lossAt}`);
      assertEquals(given > dispatches, true, "some dispatches were given again");
    }
  },
);

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
  const context = { members: { system }, signal, progress: () => {} };
  await task.runMany!(withEngine(context, engine), members);
  for (let i = 0; i < list.length; i++) assert(ends[i] !== undefined, `member ${i} does not end`);
  return ends;
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
