import { assertEquals, assertThrows } from "@std/assert";
import leakyGru from "#lib/models/networks/leaky_gru.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { goldenCase, goldenNames } from "#tests/support/golden_rnn.ts";
import { goldenParameters } from "#tests/support/golden_problem.ts";

const cases = goldenNames.filter((name) => name.startsWith("leaky_gru_")).map(goldenCase);

/** A step of a golden case. */
function stepOf(golden: typeof cases[number]) {
  const { activation, kind, tau_ms, dt_ms, inputs, units, outputs } = golden;
  const settings = leakyGru.params.parse({
    activation,
    reset_gate: kind.replace("leaky_gru_", ""),
    tau_ms,
  });
  const sizes = { inputs, units, outputs };
  return leakyGru.step!(settings, goldenParameters(golden), sizes, { dtMs: dt_ms! });
}

Deno.test("leaky_gru steps through the golden states of all reset gates and activations", () => {
  assertEquals(cases.length, 9);
  for (const golden of cases) {
    const { inputs, units, trials, time } = golden;
    const step = stepOf(golden);
    const given = golden.array("inputs");
    const found = new Float64Array(trials * time * units);
    const next = new Float64Array(units);
    for (let trial = 0; trial < trials; trial++) {
      let state = golden.array("h0").slice(trial * units, (trial + 1) * units);
      for (let t = 0; t < time; t++) {
        const at = trial * time + t;
        step(given.slice(at * inputs, (at + 1) * inputs), state, next);
        found.set(next, at * units);
        state = next.slice();
      }
    }
    assertAllClose(found, golden.array("hidden"), { atol: 1e-12 }, golden.name);
  }
});

Deno.test("leaky_gru has the golden Jacobians by central differences of its step", () => {
  for (const golden of cases) {
    const { units } = golden;
    const step = stepOf(golden);
    const input = golden.array("step_jacobian/input");
    const state = golden.array("step_jacobian/state");
    const jacobian = new Float64Array(units * units);
    for (let source = 0; source < units; source++) {
      const [low, high] = [-1, 1].map((sign) => {
        const moved = state.slice();
        moved[source] += sign * 1e-6;
        const next = new Float64Array(units);
        step(input, moved, next);
        return next;
      });
      for (let target = 0; target < units; target++) {
        jacobian[target * units + source] = (high[target] - low[target]) / 2e-6;
      }
    }
    assertAllClose(
      jacobian,
      golden.array("step_jacobian/dnext_dstate"),
      { atol: 1e-8 },
      golden.name,
    );
  }
});

Deno.test("leaky_gru has three rows for each unit and as many parameters as published", () => {
  const settings = leakyGru.params.parse({});
  const count = (units: number) =>
    leakyGru.parameters(settings, { inputs: 7, units, outputs: 3 })
      .reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);
  assertEquals([count(128), count(256)], [52608, 203520]);
  const trained = leakyGru.params.parse({ unit_taus: true, bias_out: true });
  const sizes = { inputs: 7, units: 4, outputs: 3 };
  assertEquals(leakyGru.parameters(trained, sizes).map(({ name, shape }) => [name, shape]), [
    ["W_in", [12, 7]],
    ["W_rec", [12, 4]],
    ["b_rec", [12]],
    ["W_out", [3, 4]],
    ["b_out", [3]],
    ["tau_ms", [4]],
  ]);
});

Deno.test("leaky_gru steps units by time constants of their own", () => {
  const sizes = { inputs: 1, units: 2, outputs: 1 };
  const settings = leakyGru.params.parse({
    unit_taus: true,
    leak: "euler",
    activation: "identity",
  });
  const parameters = {
    W_in: new Float64Array(6),
    W_rec: new Float64Array(12),
    b_rec: new Float64Array(6),
    tau_ms: Float64Array.of(40, 5),
  };
  const next = new Float64Array(2);
  const step = leakyGru.step!(settings, parameters, sizes, { dtMs: 20 });
  step(Float64Array.of(1), Float64Array.of(1, 1), next);
  // u = 1/2, n = 0: half of what leaks is gone; a time constant shorter than a step counts as one step.
  assertEquals([...next], [0.75, 0.5]);
  assertThrows(
    () =>
      leakyGru.step!(settings, { ...parameters, W_in: new Float64Array(2) }, sizes, { dtMs: 20 }),
    RangeError,
    "W_in has 2 numbers, 6 are wanted",
  );
});
