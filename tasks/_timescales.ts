// Eigenvalues of a discrete-time operator in physical terms: modulus, angle, how fast they turn and decay.

import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import type { Cell } from "#lib/core/table.ts";

/** Cells by eigenvalue, and the units of their columns. `trajectories` gives the time step; without it, steps are counted. */
export function timescales(
  { re, im }: { readonly re: Float64Array; readonly im: Float64Array },
  stepsAhead: number,
  trajectories?: Pick<Trajectories, "dt" | "timeUnit">,
): {
  readonly scales: readonly Record<string, Cell>[];
  readonly units: Readonly<Record<string, { unit?: string; description?: string }>>;
} {
  const inMs = trajectories?.timeUnit === "ms";
  const step = stepsAhead * (trajectories?.dt ?? 1);
  const scales = Array.from(re, (value, j) => {
    const modulus = Math.hypot(value, im[j]), angle = Math.atan2(im[j], value);
    const turns = Math.abs(angle) / (2 * Math.PI * step);
    // What neither grows nor decays lasts forever, and not −∞.
    const constant = modulus === 1 ? Infinity : -step / Math.log(modulus);
    return {
      modulus,
      angle,
      ...(inMs ? { frequency_hz: 1000 * turns } : { frequency: turns }),
      [inMs ? "time_constant_ms" : "time_constant"]: constant,
    };
  });
  const time = trajectories === undefined ? "steps" : "time";
  const decay = { description: `until 1/e is left; negative: growth, in ${inMs ? "ms" : time}` };
  return {
    scales,
    units: {
      angle: { unit: "rad" },
      ...(inMs
        ? { frequency_hz: { unit: "Hz" }, time_constant_ms: { unit: "ms", ...decay } }
        : { frequency: { description: `turns per unit of ${time}` }, time_constant: decay }),
    },
  };
}
