import { angleBetween, angleFromNorms, euclideanFromAngle } from "#lib/math/dsa/angle.ts";
import { assertAlmostEquals, assertThrows } from "@std/assert";

Deno.test("angleBetween() keeps relative precision near 0 and absolute precision near π", () => {
  for (const angle of [1e-12, 1e-7, 0.3, 1.5, 3, Math.PI - 1e-9]) {
    const y = Float64Array.of(Math.cos(angle), Math.sin(angle), 0);
    const found = angleBetween(Float64Array.of(1, 0, 0), y);
    assertAlmostEquals(found, angle, 1e-15 + 2e-15 * angle);
  }
  assertThrows(() => angleBetween(new Float64Array(2), new Float64Array(3)), RangeError);
});

Deno.test("euclideanFromAngle() is the distance that angleFromNorms() started from", () => {
  for (const distance of [0, 1e-9, 0.5, 1.9, 2]) {
    const angle = angleFromNorms(distance, Math.sqrt(4 - distance * distance));
    assertAlmostEquals(euclideanFromAngle(angle), distance, 1e-15);
  }
});
