// A ring attractor: rate units with preferred angles θᵢ = 2πi/units, excited by neighbours and inhibited by the rest.
// tau drᵢ/dt = −rᵢ + φ(i0 + (1/units) Σⱼ (j0 + j1 cos(θᵢ − θⱼ)) rⱼ) with φ(u) = 1/(1 + e^(−u)).
// Even activity is unstable when φ'(u) · j1/2 > 1, and a bump forms that may stand at any angle.
// Turning by 2π/units is an exact symmetry; turning by less is one only as far as the sum over units is an
// integral, and because φ is analytic the error falls off exponentially with their number. Drift measured at the
// defaults (fastest of 32 start angles, radians per tau, 20 tau after the start):
// 4e-3 with 8 units, 2e-6 with 16, 2e-11 with 32, below rounding with 64.
// So with 8 units the bump is pinned to a few angles, and from 32 on it stays for as long as anyone looks.

import { z } from "zod";
import { defineAttractor } from "../../core/attractor.ts";
import wasm from "../../wasm/ode/ring.wasm" with { type: "bytes" };
import wgsl from "./ring.wgsl" with { type: "text" };

/**
 * The angle at which a bump of activity stands, by the population vector, in (−π, π].
 *
 * @example
 * ```ts
 * import { bumpAngle } from "#lib/models/attractors/ring.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(bumpAngle(Float64Array.of(0, 1, 0, 0)), Math.PI / 2, 1e-15);
 * ```
 */
export function bumpAngle(rates: Float64Array): number {
  let sine = 0;
  let cosine = 0;
  for (let unit = 0; unit < rates.length; unit++) {
    const angle = 2 * Math.PI * unit / rates.length;
    sine += rates[unit] * Math.sin(angle);
    cosine += rates[unit] * Math.cos(angle);
  }
  return Math.atan2(sine, cosine);
}

export default defineAttractor({
  name: "ring",
  summary:
    "Ring of rate units with cosine connectivity that keeps a bump of activity at any angle.",
  reference:
    "Ben-Yishai, Bar-Or & Sompolinsky 1995, PNAS 92:3844; Zhang 1996, J. Neurosci. 16:2112",
  params: z.strictObject({
    units: z.int().min(3).default(64).describe("units around the ring"),
    j0: z.number().default(-10).describe("mean coupling; negative for inhibition"),
    j1: z.number().default(20).describe("strength of the cosine part; above 8 for a bump"),
    i0: z.number().default(0).describe("input common to all units; lower makes the bump narrower"),
    tau: z.number().positive().default(1).describe("time constant of a unit, in the unit of dt"),
  }),
  attractor: { kind: "ring", dimension: 1 },
  dimension: ({ units }) => units,
  unitNames: ({ units }) => Array.from({ length: units }, (_, unit) => `r${unit}`),
  initialBox: ({ units }) => Array.from({ length: units }, () => [0, 1] as const),
  // The coupling has rank three, so its sums over all units are three numbers: work is linear in the units.
  vectorField: ({ units, j0, j1, i0, tau }) => {
    const { cosines, sines } = preferredAngles(units);
    return (state, derivative) => {
      let mean = 0, cosine = 0, sine = 0;
      for (let unit = 0; unit < units; unit++) {
        const rate = state[unit];
        mean += rate;
        cosine += rate * cosines[unit];
        sine += rate * sines[unit];
      }
      const even = i0 + j0 * mean / units;
      cosine *= j1 / units;
      sine *= j1 / units;
      for (let unit = 0; unit < units; unit++) {
        const drive = even + cosine * cosines[unit] + sine * sines[unit];
        derivative[unit] = (logistic(drive) - state[unit]) / tau;
      }
    };
  },
  jacobian: ({ units, j0, j1, i0, tau }) => {
    const { cosines, sines } = preferredAngles(units);
    const coupling = new Float64Array(units * units);
    for (let target = 0, at = 0; target < units; target++) {
      for (let source = 0; source < units; source++, at++) {
        const difference = cosines[target] * cosines[source] + sines[target] * sines[source];
        coupling[at] = (j0 + j1 * difference) / units;
      }
    }
    return (state, jacobian) => {
      for (let target = 0; target < units; target++) {
        const row = target * units;
        let drive = i0;
        for (let source = 0; source < units; source++) {
          drive += coupling[row + source] * state[source];
        }
        const rate = logistic(drive);
        for (let source = 0; source < units; source++) {
          const leak = target === source ? 1 : 0;
          jacobian[row + source] = (rate * (1 - rate) * coupling[row + source] - leak) / tau;
        }
      }
    };
  },
  engine: {
    path: "lib/models/attractors/ring.wgsl",
    wgsl,
    wasm,
    coupling: "sums",
    constants: ({ units, j0, j1, i0, tau }) => {
      const { cosines, sines } = preferredAngles(units);
      return [j0, j1, i0, tau, ...cosines, ...sines];
    },
    params: ([j0, j1, i0, tau], units) => ({ j0, j1, i0, tau, units }),
  },
});

function logistic(drive: number): number {
  return 1 / (1 + Math.exp(-drive));
}

function preferredAngles(units: number): { cosines: Float64Array; sines: Float64Array } {
  const angles = Float64Array.from({ length: units }, (_, unit) => 2 * Math.PI * unit / units);
  return { cosines: angles.map(Math.cos), sines: angles.map(Math.sin) };
}
