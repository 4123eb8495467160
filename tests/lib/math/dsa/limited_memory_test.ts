import { limitedMemory, quasiNewtonDirection, remember } from "#lib/math/dsa/limited_memory.ts";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { fresh } from "../linalg/fresh.ts";

Deno.test("quasiNewtonDirection() maps the newest gradient change to its step", () => {
  fresh((draws) => {
    const n = 7;
    const memory = limitedMemory(n, 3);
    const zero = new Float64Array(n);
    const curvature = draws.normal(n, 1).map((x) => 0.1 + x * x);
    for (let k = 0; k < 6; k++) {
      const step = draws.normal(n, 1);
      const change = step.map((s, i) => s * (1 + i) + 0.05 * step[(i + 1) % n]);
      remember(memory, step, 0.5, zero, change);
      const out = quasiNewtonDirection(memory, change, curvature, new Float64Array(n));
      for (let i = 0; i < n; i++) assertAlmostEquals(out[i], -0.5 * step[i], 1e-10);
    }
    assertEquals(memory.count, 3);
  });
});

Deno.test("quasiNewtonDirection() without memory divides by the curvature", () => {
  const out = quasiNewtonDirection(
    limitedMemory(2, 3),
    Float64Array.of(2, 3),
    Float64Array.of(4, 1),
    new Float64Array(2),
  );
  assertEquals(out, Float64Array.of(-0.5, -3));
});

Deno.test("remember() drops pairs of negative curvature", () => {
  const memory = limitedMemory(1, 2);
  remember(memory, Float64Array.of(1), 1, Float64Array.of(1), Float64Array.of(0));
  assertEquals(memory.count, 0);
});
