// Every attractor is what it claims to be: one suite over all files of the room, so a new one is tested at once.
// Kind and dimension of the attracting set are measured by the Lyapunov exponents (Kaplan & Yorke 1979).

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Attractor } from "#lib/core/attractor.ts";
import { randomStream } from "#lib/core/random.ts";
import { largestLyapunovExponent, lyapunovSpectrum } from "#lib/math/ode/lyapunov.ts";
import { rk4 } from "#lib/math/ode/rk4.ts";
import { uniformInBox } from "#lib/math/random/uniform_box.ts";
import { settle, speed } from "./measure.ts";

const room = new URL("../../../../lib/models/attractors/", import.meta.url);
const names = [...Deno.readDirSync(room)].map(({ name }) => name)
  .filter((name) => name.endsWith(".ts") && name !== "mod.ts").sort();
const members: Attractor[] = await Promise.all(
  names.map(async (name) => (await import(new URL(name, room).href)).default),
);

Deno.test("attractors are those that were promised", () => {
  const promised = ["double_well", "line", "lorenz", "point", "ring", "rossler", "van_der_pol"];
  for (const name of promised) assert(names.includes(`${name}.ts`), `no ${name}.ts in ${names}`);
});

members.forEach((attractor, index) => {
  const { name } = attractor;
  const params = attractor.params.parse({});
  const numUnits = attractor.dimension(params);
  const box = attractor.initialBox(params);
  const field = attractor.vectorField(params);
  const starts = uniformInBox(randomStream(50, `test/${name}`), 20, box);
  const start = (trial: number) => starts.subarray(trial * numUnits, (trial + 1) * numUnits);

  Deno.test(`${name} declares itself fully and consistently`, () => {
    assertEquals(`${name}.ts`, names[index]);
    assert(attractor.summary.endsWith(".") && /\b(17|18|19|20)\d\d\b/.test(attractor.reference));
    for (const [key, schema] of Object.entries(attractor.params.shape)) {
      assert((schema as { description?: string }).description, `${key} is not described`);
    }
    assertEquals(attractor.params.parse(JSON.parse(JSON.stringify(params))), params);
    const unitNames = attractor.unitNames(params);
    assertEquals([unitNames.length, new Set(unitNames).size, box.length], Array(3).fill(numUnits));
    for (const [low, high] of box) assert(low < high);
  });

  Deno.test(`${name} writes every derivative and leaves the state alone`, () => {
    const before = start(0).slice();
    const [first, second] = [new Float64Array(numUnits).fill(NaN), new Float64Array(numUnits)];
    field(start(0), first);
    field(start(0), second);
    assertEquals(first, second);
    assert(first.every(Number.isFinite));
    assertEquals(start(0), before);
  });

  Deno.test(`${name} stays finite from anywhere in its box`, () => {
    const states = rk4(field, starts, { numUnits, numTime: 101, dt: 1, substeps: 50 });
    assert(states.every(Number.isFinite));
  });

  Deno.test(`${name} has the attracting set that it claims`, () => {
    const { kind, dimension } = attractor.attractor;
    const settled = settle(field, start(1), 200);
    const isStill = speed(field, settled) < 1e-10;
    assertEquals(isStill, kind === "fixed_point" || kind === "line" || kind === "ring");
    const numExponents = Math.min(3, numUnits);
    const numSteps = isStill ? 1000 : 100_000;
    const options = { dt: 0.02, numSteps, numTransient: 2000, numExponents };
    const exponents = attractor.jacobian === undefined
      ? Float64Array.of(largestLyapunovExponent(field, settled, options))
      : lyapunovSpectrum(field, attractor.jacobian(params), settled, options);
    if (kind === "chaos") assert(exponents[0] > 0.03, `${exponents}`);
    else assert(exponents[0] < 0.005, `${exponents}`);
    if (attractor.jacobian !== undefined) {
      assertAlmostEquals(kaplanYorkeDimension(exponents), dimension, 0.02, `${exponents}`);
    }
  });

  if (attractor.jacobian !== undefined) {
    Deno.test(`${name} has the Jacobian of its field`, () => {
      const jacobian = new Float64Array(numUnits * numUnits).fill(NaN);
      const [above, below] = [new Float64Array(numUnits), new Float64Array(numUnits)];
      const h = 1e-5;
      for (let trial = 0; trial < 3; trial++) {
        attractor.jacobian!(params)(start(trial), jacobian);
        for (let source = 0; source < numUnits; source++) {
          const probe = start(trial).slice();
          probe[source] += h;
          field(probe, above);
          probe[source] -= 2 * h;
          field(probe, below);
          for (let target = 0; target < numUnits; target++) {
            const slope = (above[target] - below[target]) / (2 * h);
            const message = `∂f${target}/∂x${source} at trial ${trial}`;
            assertAlmostEquals(jacobian[target * numUnits + source], slope, 1e-8, message);
          }
        }
      }
    });
  }
});

/** k + (λ₁ + … + λₖ)/|λₖ₊₁| for the last k with a sum that is not negative; a neutral exponent counts as 0. */
function kaplanYorkeDimension(exponents: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < exponents.length; k++) {
    const exponent = Math.abs(exponents[k]) < 0.005 ? 0 : exponents[k];
    if (sum + exponent < 0) return k + sum / Math.abs(exponent);
    sum += exponent;
  }
  return exponents.length;
}
