// States of networks on given inputs: golden numbers, any number of networks side by side, any chunks, any engine.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { forwardStates } from "#gpu/rnn/forward.ts";
import type { Network } from "#lib/core/artifacts/network.ts";
import type { Engine } from "#lib/core/engine.ts";
import { defineNetworkModel } from "#lib/core/network_model.ts";
import { tensor } from "#lib/core/tensor.ts";
import { z } from "zod";
import { gpuTest } from "#tests/support/adapter.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { processorEngines, wasmEngine } from "#tests/support/engines.ts";
import { type GoldenCase, goldenCase } from "#tests/support/golden_rnn.ts";
import { webgpuEngine } from "#tests/support/webgpu_engine.ts";

const golden = goldenCase("leaky_rnn_relu");

/** The golden cell as a model of its own, so that nothing but the program is tested. */
const model = defineNetworkModel({
  name: "golden",
  summary: "A leaky network of rectified units.",
  reference: "tests/reference/rnn",
  params: z.strictObject({}),
  program: "recurrent",
  parameters: (_, { inputs, units, outputs }) => [
    { name: "W_in", dims: ["unit", "input"], shape: [units, inputs], fanIn: inputs, role: "input" },
    {
      name: "W_rec",
      dims: ["unit", "source"],
      shape: [units, units],
      fanIn: units,
      role: "recurrent",
    },
    { name: "b_rec", dims: ["unit"], shape: [units], fanIn: inputs, role: "bias" },
    {
      name: "W_out",
      dims: ["output", "unit"],
      shape: [outputs, units],
      fanIn: units,
      role: "output",
    },
  ],
  // Noise that forwardStates must turn off: it has no numbers for it.
  constants: () => ({
    activation: 1,
    form: 0,
    leak: 0,
    keep: golden.gamma!,
    gain: 1 - golden.gamma!,
    noise: 3,
  }),
  stateSize: (_, { units }) => units,
});

const sizes = { inputs: golden.inputs, units: golden.units, outputs: golden.outputs };
const stored = { W_in: "W_ih", W_rec: "W_hh", b_rec: "b", W_out: "W_out" } as const;

/** The golden network with its recurrent matrix scaled. */
function networkOf({ array }: GoldenCase, scale = 1): Network {
  const shapes = model.parameters({}, sizes);
  return {
    model: "golden",
    settings: {},
    sizes,
    dtMs: 20,
    parameters: Object.fromEntries(shapes.map(({ name, dims, shape }) => {
      const data = Float32Array.from(array(`weights/${stored[name as keyof typeof stored]}`));
      return [name, tensor(dims, shape, name === "W_rec" ? data.map((w) => w * scale) : data)];
    })),
    about: {},
  };
}

const given = {
  data: Float32Array.from(golden.array("inputs")),
  numTrials: golden.trials,
  numSteps: golden.time,
  stride: golden.time,
};

/** All states of each network, the first one left out. */
async function statesOf(
  engine: Engine,
  networks: readonly Network[],
  inputs = given,
): Promise<{ readonly states: Float64Array[]; readonly blocks: number }> {
  const length = inputs.numSteps * sizes.units;
  const states = networks.map(() => new Float64Array(inputs.numTrials * length).fill(NaN));
  let blocks = 0;
  await forwardStates(engine, model, networks, inputs, (block) => {
    blocks++;
    for (let row = 0; row < block.numTrials; row++) {
      const from = row * (length + sizes.units);
      assertEquals(
        [...block.states.subarray(from, from + sizes.units)],
        Array(sizes.units).fill(0),
      );
      const own = block.states.subarray(from + sizes.units, from + sizes.units + length);
      states[block.network].set(own, (block.firstTrial + row) * length);
    }
  });
  return { states, blocks };
}

/** The engine, which says that it can hold less than it can. */
function small(engine: Engine, maxBindingBytes: number): Engine {
  return new Proxy(engine, {
    get(target, name) {
      if (name === "limits") return { ...target.limits, maxBindingBytes };
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

async function hasGoldenStates(engine: Engine): Promise<void> {
  const { states } = await statesOf(engine, [networkOf(golden)]);
  assertAllClose(states[0], golden.array("hidden"), { atol: 5e-6 }, engine.name);
}

/** Alone, in company, in small chunks, and only the first steps: always the same bytes. */
async function isIndependent(engine: Engine): Promise<void> {
  const networks = [0.5, 1, 0.8].map((scale) => networkOf(golden, scale));
  const together = (await statesOf(engine, networks)).states;
  for (const [i, network] of networks.entries()) {
    assertEquals((await statesOf(engine, [network])).states[0], together[i]);
  }
  assert(together[0].some((value, at) => value !== together[1][at]));
  const perRow = 4 * (golden.time + 1) * sizes.units;
  for (const bytes of [1, 2 * perRow + 4, 2 * golden.trials * perRow]) {
    const { states, blocks } = await statesOf(small(engine, bytes), networks);
    assertEquals(states, together, `${bytes} bytes`);
    assert(blocks > 1);
  }
  const numSteps = 7;
  const first = (await statesOf(engine, networks, { ...given, numSteps })).states;
  const { units } = sizes;
  for (let trial = 0; trial < golden.trials; trial++) {
    assertEquals(
      first[2].subarray(trial * numSteps * units, (trial + 1) * numSteps * units),
      together[2].subarray(trial * golden.time * units, (trial * golden.time + numSteps) * units),
    );
  }
}

for (const { label, open } of processorEngines) {
  Deno.test(`forwardStates() gives the golden states on ${label}, however it is cut`, async () => {
    await using engine = open();
    await hasGoldenStates(engine);
    await isIndependent(engine);
  });
}

gpuTest("forwardStates() gives the golden states on webgpu, however it is cut", async () => {
  await using engine = await webgpuEngine();
  await hasGoldenStates(engine);
  await isIndependent(engine);
});

Deno.test("forwardStates() does not depend on threads, and gives everything back", async () => {
  const networks = [1, 0.7].map((scale) => networkOf(golden, scale));
  await using one = wasmEngine(1);
  await using three = wasmEngine(3);
  assertEquals((await statesOf(three, networks)).states, (await statesOf(one, networks)).states);
  assertEquals([one.numBuffers, three.numBuffers], [0, 0]);
});

Deno.test("forwardStates() refuses unlike networks and inputs of other channels", async () => {
  await using engine = wasmEngine(1);
  const network = networkOf(golden);
  const refuse = (networks: Network[], inputs: typeof given, text: string) =>
    assertRejects(() => statesOf(engine, networks, inputs), RangeError, text);
  await refuse([network, { ...network, dtMs: 10 }], given, "network 1 of the list");
  await refuse([network], { ...given, data: given.data.subarray(1) }, "networks of 7 inputs");
  await refuse([network], { ...given, numSteps: golden.time + 1 }, "31 are to be run");
  const { W_rec: _, ...parameters } = network.parameters;
  await refuse([{ ...network, parameters }], given, "W_rec (12 × 12), but the network's is absent");
});
