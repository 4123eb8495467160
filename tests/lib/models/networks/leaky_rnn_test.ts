import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { NetworkModel } from "#lib/core/network_model.ts";
import { randomStream } from "#lib/core/random.ts";
import leakyRnn from "#lib/models/networks/leaky_rnn.ts";
import vanillaRnn from "#lib/models/networks/vanilla_rnn.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { basinNames, type GoldenCase, goldenCase, goldenNames } from "#tests/support/golden_rnn.ts";

const cases = goldenNames.filter((name) => /^(leaky|euler)_rnn/.test(name));

/** A model with the settings of a golden case, and the duration of its steps. */
function modelOf(golden: GoldenCase) {
  const { kind, activation, alpha } = golden;
  if (alpha === 1) return { model: vanillaRnn, settings: { activation: "relu" }, dtMs: 7 };
  const settings = kind === "leaky_rnn" ? { activation, tau_ms: golden.tau_ms } : {
    activation,
    form: kind === "euler_inside" ? "leak_inside" : "leak_outside",
    leak: "euler",
    tau_ms: 50 / alpha!,
  };
  return { model: leakyRnn, settings, dtMs: golden.dt_ms ?? 50 };
}

for (const name of cases) {
  Deno.test(`steps of vanilla and leaky networks give the golden states of ${name}`, () => {
    const golden = goldenCase(name);
    const { inputs, units, trials, time } = golden;
    const { settings, dtMs, ...rest } = modelOf(golden);
    // deno-lint-ignore no-explicit-any
    const model = rest.model as NetworkModel<any>;
    const parameters = Object.fromEntries(
      golden.arrays.filter((array) => array.startsWith("weights/"))
        .map((array) => [basinNames[array.slice(8)], golden.array(array)]),
    );
    const sizes = { inputs, units, outputs: golden.outputs };
    const step = model.step!(model.params.parse(settings), parameters, sizes, { dtMs });
    const [input, hidden, h0] = ["inputs", "hidden", "h0"].map((array) => golden.array(array));
    const states = new Float64Array(hidden.length);
    for (let trial = 0; trial < trials; trial++) {
      let state = h0.subarray(trial * units, (trial + 1) * units);
      for (let t = 0; t < time; t++) {
        const at = trial * time + t;
        const next = states.subarray(at * units, (at + 1) * units);
        step(input.subarray(at * inputs, (at + 1) * inputs), state, next);
        state = next;
      }
    }
    assertAllClose(states, hidden, { atol: 1e-12 }, name);
  });
}

Deno.test("leaky_rnn has parameters in the order of the program, tau_ms only where asked for", () => {
  const sizes = { inputs: 7, units: 12, outputs: 3 };
  const names = (settings: unknown) =>
    leakyRnn.parameters(leakyRnn.params.parse(settings), sizes).map(({ name }) => name);
  assertEquals(names({}), ["W_in", "W_rec", "b_rec", "W_out"]);
  assertEquals(names({ bias_out: true }), ["W_in", "W_rec", "b_rec", "W_out", "b_out"]);
  const parameters = leakyRnn.parameters(
    leakyRnn.params.parse({ unit_taus: true, tau_ms: 40 }),
    sizes,
  );
  const { name, shape, role, start } = parameters.at(-1)!;
  assertEquals([name, shape, role, start], ["tau_ms", [12], "other", 40]);
  // Biases start as uniformly as the weights of inputs, as published.
  assertEquals(parameters.map(({ fanIn }) => fanIn), [7, 12, 7, 12, 1]);
});

Deno.test("leaky_rnn steps units by time constants of their own", () => {
  const settings = leakyRnn.params.parse({
    unit_taus: true,
    leak: "euler",
    activation: "identity",
  });
  const parameters = {
    W_in: Float64Array.of(1, 1, 1),
    W_rec: new Float64Array(9),
    b_rec: new Float64Array(3),
    // The last is shorter than a step, and counts as one.
    tau_ms: Float64Array.of(100, 25, 4),
  };
  const sizes = { inputs: 1, units: 3, outputs: 1 };
  const step = leakyRnn.step!(settings, parameters, sizes, { dtMs: 10 });
  const next = new Float64Array(3);
  step(Float64Array.of(1), Float64Array.of(2, 2, 2), next);
  assertAllClose(next, [0.9 * 2 + 0.1, 0.6 * 2 + 0.4, 1], { atol: 1e-15 });
});

Deno.test("leaky_rnn scales noise so that units without drive have its standard deviation", () => {
  const sigma = 0.3;
  const settings = leakyRnn.params.parse({ tau_ms: 400, recurrent_noise: sigma });
  const { keep, gain, noise } = leakyRnn.constants(settings, { dtMs: 10 });
  const normal = randomStream(5, "test").normal(new Float64Array(400_000));
  let state = 0;
  let sum = 0;
  for (const x of normal) sum += (state = keep * state + gain * noise * x) ** 2;
  assertAlmostEquals(Math.sqrt(sum / normal.length) / sigma, 1, 0.05);
});

Deno.test("networks refuse parameters of other lengths", () => {
  const sizes = { inputs: 1, units: 2, outputs: 1 };
  const parameters = { W_in: new Float64Array(2), W_rec: new Float64Array(3) };
  const settings = vanillaRnn.params.parse({});
  assertThrows(
    () => vanillaRnn.step!(settings, parameters, sizes, { dtMs: 1 }),
    RangeError,
    "W_rec has 3 numbers, 4 are wanted",
  );
});
