// Simulates x[t + 1] = A x[t] + B e[t] with standard normal or given e: dynamics whose operator is known, for judging fits and
// comparisons. The three systems of the DSA tutorial are of this kind; with `drive` as controls, InputDSA's as well.

import { z } from "zod";
import { type Trajectories, trajectories } from "#lib/core/artifacts/trajectories.ts";
import { randomStream } from "#lib/core/random.ts";
import { defineTask, optional } from "#lib/core/task.ts";
import { describeShape, tensor } from "#lib/core/tensor.ts";
import { linearRecursion, type LinearSystem } from "#lib/models/linear/linear_recursion.ts";
import { generatorBlock, generatorPort, legacyGenerator } from "./_legacy.ts";
import { exampleTrajectories, statesOf } from "./_states.ts";

const matrix = z.array(z.array(z.number()).min(1)).min(1);

const params = z.strictObject({
  state: matrix.describe("A, rows: how the state moves on, units × units"),
  input: matrix.describe("B, rows: how the drive enters, units × inputs"),
  initial: z.array(z.number()).optional().describe("x₀ of every trial; zero if not given"),
  num_trials: z.int().min(1).optional().describe(
    "trials, each under noise of its own; default 1, or those of the input drive",
  ),
  num_steps: z.int().min(2).optional().describe(
    "time points, x₀ included; default 1001, or one more than the input drive has",
  ),
  dt_ms: z.number().positive().optional().describe(
    "time between two points in ms; without it steps are counted",
  ),
  seed: z.union([z.int(), z.string()]).default(0).describe("seed of the drive"),
  generator_block: generatorBlock,
}).superRefine(({ state, input, initial }, context) => {
  const refuse = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  const n = state.length;
  const uneven = state.findIndex((row) => row.length !== n);
  if (uneven >= 0) {
    refuse(
      "state",
      `row ${uneven + 1} has ${state[uneven].length} of ${n} entries; A is square, units × units`,
    );
  }
  if (input.length !== n || input.some((row) => row.length !== input[0].length)) {
    refuse("input", `B needs ${n} rows of one length, one for each unit of \`state\``);
  }
  if (initial !== undefined && initial.length !== n) {
    refuse(
      "initial",
      `${initial.length} entries for ${n} units; give one for each row of \`state\``,
    );
  }
});

export default defineTask({
  name: "linear_system",
  summary:
    "Simulates a linear system that is driven by noise or by what is given, in discrete time.",
  version: 1,
  numerics: "f64",
  params,
  inputs: { ...generatorPort, drive: optional(trajectories) },
  outputs: { trajectories, drive: trajectories },
  examples: [
    {
      params: {
        state: [[0.9, 0.2], [-0.2, 0.9]],
        input: [[1], [0.5]],
        num_trials: 2,
        num_steps: 12,
      },
    },
    {
      params: { state: [[0.9]], input: [[1, 0.5]] },
      inputs: () => ({ drive: exampleTrajectories(2, 6, 2) }),
    },
  ],
  run(_context, params, inputs) {
    const system = systemOf(params.state, params.input);
    const { numUnits: n, numInputs: m } = system;
    const given = givenDrive(params, inputs, m);
    const { numTrials, numTime } = given ??
      { numTrials: params.num_trials ?? 1, numTime: params.num_steps ?? 1001 };
    const initial = Float64Array.from(params.initial ?? new Array(n).fill(0));
    const legacy = legacyGenerator(inputs.generator, params.generator_block);
    const stream = randomStream(params.seed, "drive");
    const states = new Float64Array(numTrials * numTime * n);
    // The last row drives nothing: it stays zero.
    const drive = new Float64Array(numTrials * numTime * m);
    for (let trial = 0; trial < numTrials; trial++) {
      const from = trial * numTime * m;
      const own = drive.subarray(from, from + (numTime - 1) * m);
      if (given !== null) own.set(given.ofTrial(trial).subarray(0, own.length));
      else if (legacy === null) stream.normal(own, trial);
      else legacy.fillNormal(own);
      states.set(linearRecursion(system, initial, own, numTime), trial * numTime * n);
    }
    const bad = states.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new RangeError(
        `the state left the finite numbers in trial ${Math.floor(bad / (numTime * n))} at point ${
          Math.floor(bad / n) % numTime
        }; \`state\` has an eigenvalue outside the unit circle: take fewer steps, or scale it`,
      );
    }
    const over = params.dt_ms === undefined && inputs.drive !== undefined
      ? { dt: inputs.drive.dt, timeUnit: inputs.drive.timeUnit }
      : { dt: params.dt_ms ?? 1, timeUnit: params.dt_ms === undefined ? "1" : "ms" } as const;
    const shaped = (data: Float64Array, width: number): Trajectories => ({
      states: tensor(["trial", "time", "unit"], [numTrials, numTime, width], data),
      ...over,
    });
    return { trajectories: shaped(states, n), drive: shaped(drive, m) };
  },
});

/** A drive that was handed in: as many trials, and at least a row for every step. */
function givenDrive(
  { num_trials, num_steps }: z.output<typeof params>,
  { drive, generator }: { drive: Trajectories | undefined; generator: unknown },
  numInputs: number,
) {
  if (drive === undefined) return null;
  const { states, shape } = statesOf(drive);
  const { numTrials, numTime: numRows, numUnits } = shape;
  const numTime = num_steps ?? numRows + 1;
  const wrong = generator !== undefined
    ? "and a generator; unbind one of them"
    : numUnits !== numInputs
    ? `for ${numInputs} inputs; give \`input\` a column for each`
    : num_trials !== undefined && num_trials !== numTrials
    ? `for num_trials ${num_trials}; leave that out`
    : numRows < numTime - 1
    ? `for num_steps ${numTime}, which need ${numTime - 1} time points; take fewer`
    : undefined;
  if (wrong !== undefined) {
    const { dims } = drive.states;
    throw new RangeError(
      `linear_system got drive (${describeShape(dims, drive.states.shape)}) ${wrong}`,
    );
  }
  const size = numRows * numUnits;
  return {
    numTrials,
    numTime,
    ofTrial: (trial: number) => states.subarray(trial * size, (trial + 1) * size),
  };
}

function systemOf(state: readonly number[][], input: readonly number[][]): LinearSystem {
  return {
    state: Float64Array.from(state.flat()),
    input: Float64Array.from(input.flat()),
    numUnits: state.length,
    numInputs: input[0].length,
  };
}
