// The conformance suite of integrators: the order that each one claims is measured.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import {
  integrate,
  type IntegrateOptions,
  type IntegratorName,
  integrators,
} from "#lib/math/ode/integrate.ts";
import { drivenGrowth, exactDrivenGrowth, exactSpiral, spiral } from "./exact_solutions.ts";

const names = Object.keys(integrators) as IntegratorName[];

for (const name of names) {
  Deno.test(`integrators.${name} has the order it claims`, () => {
    const { order, stepper } = integrators[name];
    const seed = 100 + order;
    const draws = randomStream(seed, "test/order").uniform(new Float64Array(3));
    const [u, phase, omega] = [1 + draws[0], 6 * draws[1], 1 + draws[2]];
    const end = exactDrivenGrowth(u, phase, omega, 2);
    const firstSteps = order === 1 ? 200 : 10;
    const errors: number[] = [];
    for (let halving = 0; halving < 4; halving++) {
      const numSteps = firstSteps * 2 ** halving;
      const state = Float64Array.of(u, Math.cos(phase), Math.sin(phase));
      const step = stepper(drivenGrowth(omega), 3);
      for (let done = 0; done < numSteps; done++) step(state, 2 / numSteps);
      errors.push(Math.hypot(...end.map((x, unit) => state[unit] - x)));
    }
    const slopes = errors.slice(1).map((error, k) => Math.log2(errors[k] / error));
    const slope = slopes[slopes.length - 1];
    assert(Math.abs(slope - order) < 0.15, `seed ${seed}: slopes ${slopes}, errors ${errors}`);
  });
}

Deno.test("integrate() follows the exact solution with every integrator", () => {
  const start = Float64Array.of(0.4, 0.2, -1.5, 0.3);
  const settings: Record<IntegratorName, [Partial<IntegrateOptions>, number]> = {
    euler: [{ substeps: 100 }, 5e-3],
    rk4: [{ substeps: 4 }, 1e-6],
    dormand_prince: [{ rtol: 1e-9, atol: 1e-9 }, 1e-7],
  };
  for (const name of names) {
    const [extra, tolerance] = settings[name];
    const grid = { numUnits: 2, numTime: 30, dt: 0.1, ...extra };
    const states = integrate(name, spiral(2), start, grid);
    assertEquals(states.length, 2 * 30 * 2);
    for (let trial = 0; trial < 2; trial++) {
      for (let t = 0; t < 30; t++) {
        const exact = exactSpiral(start.subarray(2 * trial, 2 * trial + 2), 2, 0.1 * t);
        const at = (trial * 30 + t) * 2;
        const error = Math.hypot(states[at] - exact[0], states[at + 1] - exact[1]);
        assert(error <= tolerance, `${name}: trial ${trial}, point ${t}: error ${error}`);
      }
    }
  }
});

Deno.test("integrate() gives a trial the same bytes alone and in company", () => {
  const starts = randomStream(7, "test/company").uniform(new Float64Array(10));
  for (const name of names) {
    const grid = { numUnits: 2, numTime: 12, dt: 0.2 };
    const together = integrate(name, spiral(3), starts, grid);
    for (let trial = 0; trial < 5; trial++) {
      const alone = integrate(name, spiral(3), starts.subarray(2 * trial, 2 * trial + 2), grid);
      assertEquals(alone, together.subarray(trial * 24, trial * 24 + 24), name);
    }
  }
});

Deno.test("integrate() writes into a given array and refuses sizes and settings without meaning", () => {
  const field = spiral(1);
  const start = Float64Array.of(1, 0);
  const grid = { numUnits: 2, numTime: 4, dt: 0.1 };
  for (const name of names) {
    const out = new Float64Array(8);
    assert(integrate(name, field, start, { ...grid, out }) === out);
    assertEquals(out, integrate(name, field, start, grid));
    const refuse = (change: Partial<IntegrateOptions>, message: string) =>
      assertThrows(
        () => integrate(name, field, start, { ...grid, ...change }),
        RangeError,
        message,
      );
    refuse({ dt: 0 }, "dt 0");
    refuse({ dt: NaN }, "dt NaN");
    refuse({ numTime: 0 }, "numTime 0");
    refuse({ numUnits: 3 }, "multiple of 3");
    refuse({ out: new Float64Array(7) }, "need 8");
    refuse(name === "dormand_prince" ? { substeps: 2 } : { rtol: 1e-3 }, `unused by ${name}`);
    if (name !== "euler") refuse({ noise: { std: 1, draws: new Float64Array(6) } }, "noise");
    if (name !== "dormand_prince") refuse({ substeps: 1.5 }, "substeps 1.5");
  }
});
