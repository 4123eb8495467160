import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  activate,
  activationCode,
  activations,
  activationSlope,
  leakySlope,
} from "#lib/math/networks/activation.ts";

Deno.test("activationSlope() is the derivative at the point of a value", () => {
  for (const name of activations) {
    const code = activationCode(name);
    for (const z of [-7.3, -1.1, -0.02, 0.03, 0.9, 6.5]) {
      const step = 1e-6;
      const slope = (activate(code, z + step) - activate(code, z - step)) / (2 * step);
      assertAlmostEquals(activationSlope(code, activate(code, z)), slope, 1e-8, `${name} at ${z}`);
    }
  }
});

Deno.test("activate() neither overflows nor loses small values", () => {
  const at = (name: typeof activations[number], z: number) => activate(activationCode(name), z);
  assertEquals(at("softplus", 1000), 1000);
  assertAlmostEquals(at("softplus", -40) / Math.exp(-40), 1, 1e-14);
  assertEquals(at("softplus", -1000), 0);
  assertEquals(at("sigmoid", -1000), 0);
  assertAlmostEquals(at("sigmoid", -40) / Math.exp(-40), 1, 1e-14);
  assertEquals(at("tanh", 1000), 1);
});

Deno.test("activationSlope() takes the side below at a kink", () => {
  assertEquals(activationSlope(activationCode("relu"), 0), 0);
  assertEquals(activationSlope(activationCode("leaky_relu"), 0), leakySlope);
});

Deno.test("activate() keeps what is not a number, so that divergence is seen", () => {
  for (const name of activations) assertEquals(activate(activationCode(name), NaN), NaN, name);
});
