// Starts of parameters: bounds and moments of each kind, orthogonality, and streams that do not depend on other tensors.

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { ParameterShape } from "#lib/core/network_model.ts";
import { initialisations, initialise } from "#lib/training/initialise.ts";

const units = 24;
const recurrent: ParameterShape = {
  name: "W_rec",
  dims: ["unit", "source"],
  shape: [units, units],
  fanIn: units,
  role: "recurrent",
};
const input: ParameterShape = {
  name: "W_in",
  dims: ["unit", "input"],
  shape: [units, 7],
  fanIn: 7,
  role: "input",
};
const gates: ParameterShape = { ...recurrent, shape: [3 * units, units] };
const bias: ParameterShape = { name: "b", dims: ["unit"], shape: [200], fanIn: 4, role: "bias" };

/** The largest entry of |AᵀA − I|. */
function farFromOrthonormal(a: Float32Array, rows: number, columns: number): number {
  let most = 0;
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < columns; j++) {
      let dot = 0;
      for (let k = 0; k < rows; k++) dot += a[k * columns + i] * a[k * columns + j];
      most = Math.max(most, Math.abs(dot - (i === j ? 1 : 0)));
    }
  }
  return most;
}

Deno.test("initialise() keeps each parameter to its own stream", () => {
  for (const kind of initialisations) {
    const both = initialise([input, recurrent], kind, 3);
    assertEquals(both.subarray(0, 7 * units), initialise([input], kind, 3));
    assertEquals(both.subarray(7 * units), initialise([recurrent], kind, 3));
  }
});

Deno.test("initialise() fills the range of each uniform kind", () => {
  const within = (shape: ParameterShape, kind: "kaiming" | "xavier", bound: number) => {
    const values = initialise([shape], kind, 1);
    const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    assert(most <= bound && most > 0.95 * bound, `${kind} of ${shape.name}: ${most} of ${bound}`);
    const square = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    assertAlmostEquals(square / (bound * bound / 3), 1, 0.25);
  };
  within(recurrent, "kaiming", 1 / Math.sqrt(units));
  within(input, "kaiming", 1 / Math.sqrt(7));
  within(bias, "xavier", 1 / Math.sqrt(4));
  within(recurrent, "xavier", Math.sqrt(6 / (2 * units)));
});

Deno.test("initialise() makes orthonormal columns, or rows where there are fewer", () => {
  const square = initialise([recurrent], "orthogonal", 2);
  assert(farFromOrthonormal(square, units, units) < 1e-6);
  assert(farFromOrthonormal(initialise([input], "orthogonal", 2), units, 7) < 1e-6);
  assert(farFromOrthonormal(initialise([gates], "orthogonal", 2), 3 * units, units) < 1e-6);
  assert(farFromOrthonormal(initialise([recurrent], "random_orthogonal", 2), units, units) < 1e-6);
  const blocks = initialise([gates], "random_orthogonal", 2);
  for (let gate = 0; gate < 3; gate++) {
    const own = blocks.subarray(gate * units * units, (gate + 1) * units * units);
    assert(farFromOrthonormal(own, units, units) < 1e-6, `gate ${gate}`);
  }
});

Deno.test("initialise() makes products of reflections that are no simple matrix", () => {
  // Entries of Haar matrices have mean square 1/n, and no place is special.
  let corner = 0;
  for (let seed = 0; seed < 200; seed++) {
    corner +=
      initialise([{ ...recurrent, shape: [5, 5], fanIn: 5 }], "random_orthogonal", seed)[0] ** 2;
  }
  assertAlmostEquals(corner / 200, 1 / 5, 0.06);
});

Deno.test("initialise() makes identities and normal numbers", () => {
  const identity = initialise([recurrent], "diagonal", 0);
  assertEquals(identity.reduce((sum, x) => sum + x, 0), units);
  assertEquals(identity[units + 1], 1);
  const [first, second] = [0, 1].map((gate) =>
    initialise([gates], "diagonal", 0).subarray(gate * units * units, (gate + 1) * units * units)
  );
  assertEquals(first, identity);
  assertEquals(second, identity);
  const normal = initialise([recurrent], "gaussian", 0);
  const deviation = Math.sqrt(normal.reduce((sum, x) => sum + x * x, 0) / normal.length);
  assertAlmostEquals(deviation, 0.1, 0.01);
});

Deno.test("initialise() lets a model fill what only it knows", () => {
  const tau: ParameterShape = {
    name: "tau_ms",
    dims: ["unit"],
    shape: [50],
    fanIn: 1,
    role: "other",
    start: [100, 200],
  };
  const values = initialise([tau], "gaussian", 0);
  assert(values.every((x) => x >= 100 && x < 200) && new Set(values).size > 40);
  assertEquals([...initialise([{ ...tau, start: 5 }], "kaiming", 0)], Array(50).fill(5));
  const { start: _start, ...without } = tau;
  assertThrows(() => initialise([without], "kaiming", 0), RangeError, "gives no start");
});
