// Simulates an ensemble of trajectories of a textbook dynamical system from random initial states.
// Sources of the systems: see their files in lib/models/attractors.

import { z } from "zod";
import type { Attractor } from "#lib/core/attractor.ts";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { randomStream } from "#lib/core/random.ts";
import { defineTask } from "#lib/core/task.ts";
import { tensor } from "#lib/core/tensor.ts";
import { integrate } from "#lib/math/ode/integrate.ts";
import { stretchToBox, uniformInBox } from "#lib/math/random/uniform_box.ts";
import { generatorBlock, generatorPort, legacyGenerator } from "./_legacy.ts";

const params = z.strictObject({
  system: z.string().describe(
    "name of the attractor: lorenz, rossler, van_der_pol, ring, line, point, double_well",
  ),
  parameters: z.record(z.string(), z.unknown()).default({})
    .describe("the system's own parameters, e.g. {r: 28}"),
  integrator: z.enum(["euler", "rk4", "dormand_prince"]).default("rk4")
    .describe("forward Euler (order 1), classical Runge–Kutta (4), Dormand–Prince (5, adaptive)"),
  dt: z.number().positive().default(0.01).describe(
    "time between stored points, in the system's time unit",
  ),
  num_steps: z.int().min(1).default(200).describe(
    "stored points per trial, the initial one included",
  ),
  substeps: z.int().min(1).optional().describe("integration steps per stored point (euler, rk4)"),
  rtol: z.number().positive().optional().describe("relative tolerance (dormand_prince)"),
  atol: z.number().positive().optional().describe("absolute tolerance (dormand_prince)"),
  num_trials: z.int().min(1).default(200).describe("trajectories"),
  initial_box: z.array(z.tuple([z.number(), z.number()])).optional()
    .describe(
      "[low, high] per state variable for the initial states; default: the system's own box",
    ),
  discard: z.number().min(0).default(0)
    .describe("time simulated and thrown away before the first stored point"),
  seed: z.union([z.int(), z.string()]).default(0)
    .describe("seed of the initial states; equal seeds give paired initial states in every system"),
  generator_block: generatorBlock,
});

export default defineTask({
  name: "simulate",
  summary: "Simulates trajectories of an attractor from random initial states.",
  version: 1,
  numerics: "f64",
  params,
  members: { system: { room: "attractors", params: "parameters" } },
  inputs: generatorPort,
  outputs: { trajectories },
  examples: [
    { params: { system: "lorenz", num_trials: 3, num_steps: 20 } },
    {
      params: {
        system: "van_der_pol",
        integrator: "dormand_prince",
        num_trials: 2,
        num_steps: 5,
        discard: 1,
      },
    },
  ],
  run(context, params, { generator }) {
    const system = context.members.system as Attractor;
    const parameters = params.parameters as never;
    const box = params.initial_box ?? system.initialBox(parameters);
    const numUnits = system.dimension(parameters);
    if (box.length !== numUnits) {
      throw new RangeError(
        `initial_box has ${box.length} intervals, but ${params.system} has ${numUnits} state variables`,
      );
    }
    const legacy = legacyGenerator(generator, params.generator_block);
    const initial = legacy === null
      ? uniformInBox(randomStream(params.seed, "initial_state"), params.num_trials, box)
      : stretchToBox(legacy.fillUniform(new Float64Array(params.num_trials * numUnits)), box);
    const field = system.vectorField(parameters);
    const settings = {
      numUnits,
      ...(params.substeps === undefined ? {} : { substeps: params.substeps }),
      ...(params.rtol === undefined ? {} : { rtol: params.rtol }),
      ...(params.atol === undefined ? {} : { atol: params.atol }),
    };
    const numDiscarded = Math.round(params.discard / params.dt);
    const settled = numDiscarded === 0 ? initial : lastStates(
      integrate(params.integrator, field, initial, {
        ...settings,
        numTime: numDiscarded + 1,
        dt: params.dt,
      }),
      params.num_trials,
      numDiscarded + 1,
      numUnits,
    );
    const numTime = params.num_steps;
    const states = integrate(params.integrator, field, settled, {
      ...settings,
      numTime,
      dt: params.dt,
    });
    const diverged = states.findIndex((value) => !Number.isFinite(value));
    if (diverged >= 0) {
      const trial = Math.floor(diverged / (numTime * numUnits));
      const t = Math.floor(diverged / numUnits) % numTime;
      throw new RangeError(
        `${params.system} left the finite numbers in trial ${trial} at time ${t * params.dt}; ` +
          `use a smaller dt, more substeps or another integrator`,
      );
    }
    const coords = { unit: system.unitNames(parameters) };
    return {
      trajectories: {
        states: tensor(["trial", "time", "unit"], [params.num_trials, numTime, numUnits], states, {
          coords,
        }),
        dt: params.dt,
        timeUnit: "1" as const,
      },
    };
  },
});

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
