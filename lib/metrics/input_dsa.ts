// Input-driven dynamical similarity: how far two driven systems x(t + 1) = A x + B u are from being rotated copies of one
// another, jointly or in their states' or inputs' part. Huang, Ostrow et al. 2025, InputDSA (DSA package 2.0.0).
// The inputs must be the same channels in the same order: nothing is aligned among them.

import { z } from "zod";
import { controlledOperator } from "../core/artifacts/controlled_operator.ts";
import { defineMetric, type Laws, type Score } from "../core/metric.ts";
import {
  compareInputs,
  compareSystems,
  type ControllableSystem,
  describeSystem,
  type DrivenSystem,
  type PairMeasure,
} from "../math/control/controllability.ts";
import { searchJoint } from "../math/control/joint_search.ts";
import { systemComesFirst } from "../math/control/driven_system.ts";
import { euclideanFromAngle } from "../math/dsa/angle.ts";
import { compareOperators } from "../math/dsa/dsa.ts";
import { describeOperator, type OperatorFrames } from "../math/dsa/operator_frames.ts";
import { angleScale, angleUnit, scaled } from "./_angle_scale.ts";
import { describeDriven, drivenSystem, equalSized } from "./_driven_systems.ts";
import { onStepMismatch, requireOneStep, stepMsOf, type Stepping } from "./_one_step.ts";

const params = z.strictObject({
  compare: z.enum(["joint", "state", "control"]).default("joint").describe(
    "joint: states and inputs under one rotation; state: A alone, as dsa; control: B alone, by Procrustes",
  ),
  joint_by: z.enum(["controllability", "search"]).default("controllability").describe(
    "controllability: the published distance of controllability matrices, in closed form; search: the least of (1 − w)‖A₁ − C A₂ Cᵀ‖² + w‖B₁ − C B₂‖² over C, A and B of unit norm",
  ),
  input_weight: z.number().min(0).max(1).default(0.5)
    .describe("w, the inputs' share in joint_by: search"),
  score: z.enum(["angular", "euclidean"]).default("angular").describe(
    "angular: an angle; euclidean: the norm of the difference (for state, and joint_by: search, of matrices of unit norm: 2 sin(angle/2))",
  ),
  scale: angleScale,
  on_size_mismatch: z.enum(["error", "zero_pad"]).default("error").describe(
    "systems with different numbers of states: refuse them, or give the smaller states that nothing drives",
  ),
  on_input_mismatch: z.enum(["error", "zero_pad"]).default("error").describe(
    "systems with different numbers of inputs: refuse them, or give the one with fewer inputs that do nothing",
  ),
  on_step_mismatch: onStepMismatch,
  effort: z.enum(["pruned", "standard", "thorough"]).default("standard")
    .describe("of the searches over rotations, for state and joint_by: search; see dsa"),
  compat: z.enum(["v2", "corrected"]).default("corrected").describe(
    "v2: the published joint score, whose rotation is transposed, so that rotated copies do not score 0",
  ),
  seed: z.int().default(0).describe("seed of the random starts of the searches"),
});

type Params = z.output<typeof params>;

interface Prepared {
  readonly system: DrivenSystem;
  readonly stepMs?: number | undefined;
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
    triangle: true,
    identity: 0,
    range: [0, Math.PI / 2],
    invariantTo: ["isotropic-scale", "rotation", "permutation"],
  },
  under: lawsUnder,
  reference: { paper: "Huang, Ostrow et al. 2025, InputDSA", agreesWith: "controllability" },
  prepare(operator, params): Prepared {
    const { compare, joint_by } = params;
    const isSearched = compare === "state" || compare === "joint" && joint_by === "search";
    const system = drivenSystem(operator, { state: isSearched, input: compare !== "state" });
    return {
      system,
      stepMs: stepMsOf(operator.about),
      ...(isSearched ? { frames: framesOf({ system }) } : {}),
      ...(compare === "joint" ? { controllable: controllableOf({ system }) } : {}),
    };
  },
  check: (first, second, params) =>
    requireOneStep(steppingOf(first), steppingOf(second), params.on_step_mismatch),
  compare(first: Prepared, second: Prepared, params): Score {
    requireOneStep(steppingOf(first), steppingOf(second), params.on_step_mismatch);
    // A alone has no inputs that could differ in number.
    const policy = params.compare === "state"
      ? { ...params, on_input_mismatch: "zero_pad" as const }
      : params;
    const sized = equalSized(first.system, second.system, policy);
    const kept = ([first, second] as const).map((one, k) =>
      sized[k] === one.system ? one : { system: sized[k] }
    );
    const [a, b] = systemComesFirst(sized[0], sized[1]) ? kept : [kept[1], kept[0]];
    if (params.compare === "state") return stateScore(a, b, params);
    if (params.compare === "control") return controlScore(a, b, params);
    return params.joint_by === "search" ? searched(a, b, params) : jointScore(a, b, params);
  },
});

function steppingOf({ system, stepMs }: Prepared): Stepping {
  return { stepMs, shown: describeDriven(system) };
}

/** Joint in closed form and control are Procrustes distances, and so metrics; searches are that at their optimum only. */
function lawsUnder({ compare, joint_by, score, effort, compat }: Params): Partial<Laws> {
  const isClosed = compare === "control" || compare === "joint" && joint_by === "controllability";
  if (!isClosed) {
    // Starts from the spectra alone miss the best of some pairs, after a rotation others.
    const kept = effort === "pruned" ? { invariantTo: ["isotropic-scale"] as const } : {};
    return { triangle: false, range: [0, score === "euclidean" ? 2 : Math.PI], ...kept };
  }
  const range: Laws["range"] = score === "euclidean" ? [0, Infinity] : [0, Math.PI];
  const blind: Laws["invariantTo"] = score === "euclidean" ? [] : ["isotropic-scale"];
  if (compare === "joint" && compat === "v2") return { triangle: false, range, invariantTo: blind };
  return {
    range: score === "euclidean" ? range : [0, Math.PI / 2],
    invariantTo: [...blind, "rotation", "permutation"],
  };
}

function jointScore(a: Prepared, b: Prepared, params: Params): Score {
  const [x, y] = [controllableOf(a), controllableOf(b)];
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

function searched(a: Prepared, b: Prepared, params: Params): Score {
  const [x, y] = [a, b].map((one) => ({ ...controllableOf(one), frames: framesOf(one) }));
  const found = searchJoint(x, y, {
    inputWeight: params.input_weight,
    ...(params.effort === "standard" ? {} : { mostRandomStarts: mostRandomStarts[params.effort] }),
    seed: params.seed,
  });
  const of = (angle: number) =>
    params.score === "euclidean" ? euclideanFromAngle(angle) : scaled(angle, params.scale);
  const [value, lowerBound] = [of(found.angle), of(found.lowerBound)];
  return {
    value,
    more: {
      state: of(found.stateAngle),
      control: of(found.controlAngle),
      lower_bound: lowerBound,
      gap: value - lowerBound,
      num_states: x.numStates,
      num_inputs: x.numInputs,
      num_starts: found.numStarts,
      best_start: found.bestStart,
    },
  };
}

const mostRandomStarts = { pruned: 0, thorough: 512 };

function framesOf({ system, frames }: Prepared): OperatorFrames {
  return frames ?? describeOperator(system.state, system.numStates);
}

function controllableOf({ system, controllable }: Prepared): ControllableSystem {
  if (controllable !== undefined) return controllable;
  try {
    return describeSystem(system);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const reason = error.message.replace(/^controllability: /, "");
    throw new RangeError(`input_dsa got ${describeDriven(system)}: ${reason}`, { cause: error });
  }
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
  const [x, y] = [framesOf(a), framesOf(b)];
  const { effort, seed } = params;
  const result = compareOperators(x, y, { effort, seed });
  const isEuclidean = params.score === "euclidean";
  const value = isEuclidean ? result.euclidean : scaled(result.angle, params.scale);
  const bound = isEuclidean
    ? euclideanFromAngle(result.lowerBound)
    : scaled(result.lowerBound, params.scale);
  const lowerBound = Math.min(bound, value);
  return {
    value,
    more: {
      lower_bound: lowerBound,
      gap: value - lowerBound,
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
