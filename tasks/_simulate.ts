// What both sides of `simulate` share, and its f64 side: trials one after the other, on the CPU.

import type { Attractor } from "#lib/core/attractor.ts";
import { randomStream } from "#lib/core/random.ts";
import { integrateFixedStep } from "#lib/math/ode/fixed_step.ts";
import { integrate, type IntegratorName, integrators } from "#lib/math/ode/integrate.ts";
import { withProcessNoise } from "#lib/math/ode/process_noise.ts";
import type { Box } from "#lib/math/random/uniform_box.ts";

/** The params that decide the numbers. */
export interface SimulateParams {
  readonly system: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly integrator: IntegratorName;
  readonly dt: number;
  readonly num_steps: number;
  readonly substeps?: number | undefined;
  readonly rtol?: number | undefined;
  readonly atol?: number | undefined;
  readonly num_trials: number;
  readonly initial_box?: readonly (readonly [number, number])[] | undefined;
  readonly discard: number;
  readonly process_noise: number;
  readonly seed: number | string;
}

/** Label of the noise's stream: unit u of trial r gets, after step s, number u of its sequence at (r, s). */
export const noiseLabel = "noise/process";

/** Where initial states are drawn from. */
// deno-lint-ignore no-explicit-any
export function boxOf(system: Attractor<any>, params: SimulateParams): Box {
  const box = params.initial_box ?? system.initialBox(params.parameters as never);
  const numUnits = system.dimension(params.parameters as never);
  if (box.length === numUnits) return box;
  throw new RangeError(
    `initial_box has ${box.length} intervals, but ${params.system} has ${numUnits} state variables`,
  );
}

/** What is wrong with an ensemble that left the finite numbers. */
export function diverged(params: SimulateParams, trial: number, point: number): RangeError {
  return new RangeError(
    `${params.system} left the finite numbers in trial ${trial} at time ${point * params.dt}; ` +
      `use a smaller dt, more substeps or another integrator`,
  );
}

/** Trajectories in f64, trials × time × units. */
export function simulateInDoubles(
  // deno-lint-ignore no-explicit-any
  system: Attractor<any>,
  params: SimulateParams,
  initial: Float64Array,
): Float64Array {
  const numUnits = system.dimension(params.parameters as never);
  const numDiscarded = Math.round(params.discard / params.dt);
  const settled = numDiscarded === 0 ? initial : lastStates(
    trajectories(system, params, initial, numDiscarded + 1, 0),
    params.num_trials,
    numDiscarded + 1,
    numUnits,
  );
  const states = trajectories(system, params, settled, params.num_steps, numDiscarded);
  const at = states.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return states;
  const point = Math.floor(at / numUnits);
  throw diverged(params, Math.floor(point / params.num_steps), point % params.num_steps);
}

/** One stretch of time, after `firstPoint` earlier intervals. */
function trajectories(
  // deno-lint-ignore no-explicit-any
  system: Attractor<any>,
  params: SimulateParams,
  initial: Float64Array,
  numTime: number,
  firstPoint: number,
): Float64Array {
  const numUnits = system.dimension(params.parameters as never);
  const field = system.vectorField(params.parameters as never);
  const { integrator, dt, substeps, rtol, atol } = params;
  const grid = { numUnits, numTime, dt, ...(substeps === undefined ? {} : { substeps }) };
  if (params.process_noise > 0) {
    const each = substeps ?? 1;
    const step = withProcessNoise(integrators[integrator].stepper(field, numUnits), {
      std: params.process_noise,
      stream: randomStream(params.seed, noiseLabel),
      numSteps: (numTime - 1) * each,
      firstStep: firstPoint * each,
    });
    return integrateFixedStep(step, initial, grid);
  }
  return integrate(integrator, field, initial, {
    ...grid,
    ...(rtol === undefined ? {} : { rtol }),
    ...(atol === undefined ? {} : { atol }),
  });
}

function lastStates(
  states: Float64Array,
  numTrials: number,
  numTime: number,
  numUnits: number,
): Float64Array {
  const last = new Float64Array(numTrials * numUnits);
  for (let trial = 0; trial < numTrials; trial++) {
    const from = ((trial + 1) * numTime - 1) * numUnits;
    last.set(states.subarray(from, from + numUnits), trial * numUnits);
  }
  return last;
}
