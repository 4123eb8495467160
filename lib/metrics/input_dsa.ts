// Input-driven dynamical similarity: how far two driven systems x(t + 1) = A x + B u are from being rotated copies of one
// another, jointly or in their states' or inputs' part. Huang, Ostrow et al. 2025, InputDSA (DSA package 2.0.0).
// The inputs must be the same channels in the same order: nothing is aligned among them.

import { z } from "zod";
import {
  type ControlledOperator,
  controlledOperator,
} from "../core/artifacts/controlled_operator.ts";
import { defineMetric, type Score } from "../core/metric.ts";
import { describeShape } from "../core/tensor.ts";
import {
  compareInputs,
  compareSystems,
  type ControllableSystem,
  describeSystem,
  type DrivenSystem,
  type PairMeasure,
} from "../math/control/controllability.ts";
import { paddedSystem, systemComesFirst } from "../math/control/driven_system.ts";
import { compareOperators } from "../math/dsa/dsa.ts";
import { describeOperator, type OperatorFrames } from "../math/dsa/operator_frames.ts";
import { angleScale, angleUnit, scaled } from "./_angle_scale.ts";

const params = z.strictObject({
  compare: z.enum(["joint", "state", "control"]).default("joint").describe(
    "joint: states and inputs under one rotation, by controllability matrices in closed form; state: A alone, as dsa; control: B alone, by Procrustes",
  ),
  score: z.enum(["angular", "euclidean"]).default("angular").describe(
    "angular: an angle; euclidean: the norm of the difference (of A for state divided by their norms, as in dsa)",
  ),
  scale: angleScale,
  on_size_mismatch: z.enum(["error", "zero_pad"]).default("error").describe(
    "systems with different numbers of states: refuse them, or give the smaller states that nothing drives",
  ),
  on_input_mismatch: z.enum(["error", "zero_pad"]).default("error").describe(
    "systems with different numbers of inputs: refuse them, or give the one with fewer inputs that do nothing",
  ),
  effort: z.enum(["pruned", "standard", "thorough"]).default("standard")
    .describe("of the search over rotations for state: see dsa"),
  compat: z.enum(["v2", "corrected"]).default("corrected").describe(
    "v2: the published joint score, whose rotation is transposed, so that rotated copies do not score 0",
  ),
  seed: z.int().default(0).describe("seed of the random starts for state"),
});

type Params = z.output<typeof params>;

interface Prepared {
  readonly system: DrivenSystem;
  readonly frames?: OperatorFrames;
  readonly controllable?: ControllableSystem;
}

export default defineMetric({
  name: "input_dsa",
  summary: "Distance of driven linear dynamics after the best orthogonal change of coordinates",
  version: 1,
  params,
  port: "controlled_operators",
  takes: controlledOperator,
  sense: "distance",
  unit: ({ score, scale }) => score === "euclidean" ? "1" : angleUnit(scale),
  laws: {
    symmetric: true,
    // Joint (corrected) and control are metrics on systems of one size; state, like dsa, at the global optimum only.
    triangle: false,
    identity: 0,
    range: [0, Infinity],
    invariantTo: ["isotropic-scale", "rotation", "permutation"],
  },
  reference: { paper: "Huang, Ostrow et al. 2025, InputDSA", agreesWith: "controllability" },
  prepare(operator, params) {
    const system = systemOf(operator);
    if (params.compare === "state") {
      return { system, frames: describeOperator(system.state, system.numStates) };
    }
    if (params.compare === "control") return { system };
    return { system, controllable: describeSystem(system) };
  },
  compare(first: Prepared, second: Prepared, params): Score {
    const sized = sameSize(first, second, params);
    const [a, b] = systemComesFirst(sized[0].system, sized[1].system)
      ? sized
      : [sized[1], sized[0]];
    switch (params.compare) {
      case "state":
        return stateScore(a, b, params);
      case "control":
        return controlScore(a, b, params);
      case "joint":
        return jointScore(a, b, params);
    }
  },
});

function jointScore(a: Prepared, b: Prepared, params: Params): Score {
  const [x, y] = [a, b].map(({ system, controllable }) => controllable ?? describeSystem(system));
  const found = compareSystems(x, y, { transposed: params.compat === "v2" });
  return {
    value: chosen(found.joint, params)!,
    more: {
      state: chosen(found.state, params),
      control: chosen(found.control, params),
      num_states: x.numStates,
      num_inputs: x.numInputs,
      aligned_dimensions: found.alignedDimensions,
    },
  };
}

function controlScore({ system: a }: Prepared, { system: b }: Prepared, params: Params): Score {
  const { control, alignedDimensions } = compareInputs(a, b);
  return {
    value: chosen(control, params)!,
    more: {
      num_states: a.numStates,
      num_inputs: a.numInputs,
      aligned_dimensions: alignedDimensions,
    },
  };
}

function stateScore(a: Prepared, b: Prepared, params: Params): Score {
  const [x, y] = [a, b].map(({ system, frames }) =>
    frames ?? describeOperator(system.state, system.numStates)
  );
  const { effort, seed } = params;
  const result = compareOperators(x, y, { effort, seed });
  const isEuclidean = params.score === "euclidean";
  return {
    value: isEuclidean ? result.euclidean : scaled(result.angle, params.scale),
    more: {
      lower_bound: isEuclidean
        ? 2 * Math.sin(result.lowerBound / 2)
        : scaled(result.lowerBound, params.scale),
      gap: result.gap,
      num_states: x.n,
      num_starts: result.numStarts,
      best_start: result.bestStart,
    },
  };
}

function chosen({ euclidean, angular }: PairMeasure, { score, scale }: Params): number | null {
  if (score === "euclidean") return euclidean;
  return angular === null ? null : scaled(angular, scale);
}

function systemOf({ arrays: { state, input } }: ControlledOperator): DrivenSystem {
  if (state === undefined || input === undefined) {
    throw new TypeError(
      "input_dsa needs controlled operators with the arrays state (target × source) and input (target × input); " +
        `one has no ${state === undefined ? "state" : "input"}`,
    );
  }
  const [n, m] = [state.shape[0], input.shape[1]];
  if (state.shape[1] !== n || input.shape[0] !== n) {
    throw new RangeError(
      `input_dsa needs a square state and an input with as many rows, but got state (${
        describeShape(state.dims, state.shape)
      }) and input (${describeShape(input.dims, input.shape)})`,
    );
  }
  const doubles = (data: ArrayLike<number>) =>
    data instanceof Float64Array ? data : Float64Array.from(data);
  return {
    state: doubles(state.data),
    input: doubles(input.data),
    numStates: n,
    numInputs: m,
  };
}

function sameSize(a: Prepared, b: Prepared, params: Params): readonly [Prepared, Prepared] {
  const [x, y] = [a.system, b.system];
  const needsInputs = params.compare !== "state";
  if (x.numStates !== y.numStates && params.on_size_mismatch === "error") {
    throw new RangeError(
      `input_dsa got controlled operators of ${x.numStates} and ${y.numStates} states (target ${x.numStates} × source ${x.numStates}, ` +
        `target ${y.numStates} × source ${y.numStates}); fit them with one rank, or set on_size_mismatch: zero_pad`,
    );
  }
  if (needsInputs && x.numInputs !== y.numInputs && params.on_input_mismatch === "error") {
    throw new RangeError(
      `input_dsa got controlled operators of ${x.numInputs} and ${y.numInputs} inputs (target ${x.numStates} × input ${x.numInputs}, ` +
        `target ${y.numStates} × input ${y.numInputs}); give both the same inputs, or set on_input_mismatch: zero_pad`,
    );
  }
  const n = Math.max(x.numStates, y.numStates), m = Math.max(x.numInputs, y.numInputs);
  const padded = (one: Prepared): Prepared =>
    one.system.numStates === n && one.system.numInputs === m
      ? one
      : { system: paddedSystem(one.system, n, m) };
  return [padded(a), padded(b)];
}
