// Simulates an ensemble of trajectories of a textbook dynamical system from random initial states.
// Sources of the systems: see their files in lib/models/attractors.

import { z } from "zod";
import type { Attractor } from "#lib/core/attractor.ts";
import { type Trajectories, trajectories } from "#lib/core/artifacts/trajectories.ts";
import { randomStream } from "#lib/core/random.ts";
import { defineTask, type FusedMember, type TaskContext } from "#lib/core/task.ts";
import { tensor } from "#lib/core/tensor.ts";
import { stretchToBox, uniformInBox } from "#lib/math/random/uniform_box.ts";
import { generatorBlock, generatorPort, legacyGenerator } from "./_legacy.ts";
import { boxOf, simulateInDoubles } from "./_simulate.ts";
import { simulateOnEngine } from "./_simulate_engine.ts";

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
  process_noise: z.number().min(0).default(0).describe(
    "standard deviation of the noise that each state variable gets, per square root of the unit of time (euler, rk4)",
  ),
  seed: z.union([z.int(), z.string()]).default(0)
    .describe(
      "seed of the initial states and of the noise; equal seeds give paired initial states in every system",
    ),
  precision: z.enum(["f64", "f32"]).default("f64").describe(
    "f64: double precision on the CPU, the same everywhere; f32: single precision on the engine of the run " +
      "(euler, rk4), for large ensembles and sweeps, which then are computed together",
  ),
  generator_block: generatorBlock,
}).superRefine((params, context) => {
  const refuse = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  const { integrator, precision, process_noise, generator_block, discard, dt } = params;
  const points = discard / dt;
  if (Math.abs(points - Math.round(points)) > 1e-6 * Math.max(1, points)) {
    const [below, above] = [Math.floor(points), Math.ceil(points)]
      .map((count) => Number((count * dt).toPrecision(12)));
    refuse(
      "discard",
      `${discard} is no multiple of dt ${dt}; the nearest are ${below} and ${above}`,
    );
  }
  if (integrator === "dormand_prince") {
    if (precision === "f32") {
      refuse("integrator", "dormand_prince needs f64; with `precision: f32` take rk4 or euler");
    }
    if (process_noise > 0) {
      refuse("process_noise", "dormand_prince takes no noise; take rk4 or euler");
    }
  }
  if (precision === "f32" && generator_block !== undefined) {
    refuse("generator_block", "legacy streams are drawn from in f64; leave out `precision: f32`");
  }
});

type Params = z.output<typeof params>;

export default defineTask({
  name: "simulate",
  summary: "Simulates trajectories of an attractor from random initial states.",
  version: 1,
  numerics: ({ precision }) => precision === "f32" ? "engine" : "f64",
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
    {
      params: {
        system: "ring",
        precision: "f32",
        num_trials: 5,
        num_steps: 4,
        discard: 0.1,
        process_noise: 0.1,
      },
    },
  ],
  async run(context, params, inputs) {
    let made: { readonly trajectories: Trajectories } | undefined;
    let failure: { readonly error: unknown } | undefined;
    await simulateMany(context, [{
      params,
      inputs,
      finish: (results) => void (made = results),
      fail: (error) => void (failure = { error }),
      progress: context.progress,
    }]);
    if (failure !== undefined) throw failure.error;
    return made!;
  },
  // The kernel is the system's and the method's, and a dispatch stores equally many points for all. Everything else may
  // differ; members with other numbers of units go into dispatches of their own.
  fuse: { by: ["system", "integrator", "precision", "num_steps"] },
  runMany: simulateMany,
});

type Member = FusedMember<Params, typeof generatorPort, { trajectories: typeof trajectories }>;

async function simulateMany(context: TaskContext, members: readonly Member[]): Promise<void> {
  const system = context.members.system as Attractor;
  const single: Member[] = [];
  for (const member of members) {
    if (member.params.precision === "f32" && member.inputs.generator === undefined) {
      single.push(member);
      continue;
    }
    try {
      member.finish({ trajectories: resultOf(system, member.params, inDoubles(system, member)) });
    } catch (error) {
      member.fail(error);
    }
  }
  if (single.length === 0) return;
  await simulateOnEngine(
    context.engine,
    system,
    single.map(({ params, finish, fail, progress }) => ({
      params,
      finish: (states) => finish({ trajectories: resultOf(system, params, states) }),
      fail,
      progress,
    })),
    context.signal,
  );
}

function inDoubles(system: Attractor, { params, inputs }: Member): Float64Array {
  if (params.precision === "f32") {
    throw new RangeError(
      "a generator is bound, which is drawn from in f64; leave out `precision: f32`",
    );
  }
  const box = boxOf(system, params);
  const legacy = legacyGenerator(inputs.generator, params.generator_block);
  const initial = legacy === null
    ? uniformInBox(randomStream(params.seed, "initial_state"), params.num_trials, box)
    : stretchToBox(legacy.fillUniform(new Float64Array(params.num_trials * box.length)), box);
  return simulateInDoubles(system, params, initial);
}

function resultOf(
  system: Attractor,
  params: Params,
  states: Float32Array | Float64Array,
): Trajectories {
  const parameters = params.parameters as never;
  const shape = [params.num_trials, params.num_steps, system.dimension(parameters)];
  return {
    states: tensor(["trial", "time", "unit"], shape, states, {
      coords: { unit: system.unitNames(parameters) },
    }),
    dt: params.dt,
    timeUnit: "1",
  };
}
