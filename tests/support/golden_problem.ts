// Golden cases as problems for the reference (rnn_reference.ts): cells by their names, weights by Basin's names.

import { basinNames, type GoldenCase, objectiveWeights } from "./golden_rnn.ts";
import type { ReferenceCell, ReferenceProblem } from "./rnn_reference.ts";

const kinds: Readonly<Record<GoldenCase["kind"], ReferenceCell["kind"]>> = {
  leaky_rnn: "outside",
  euler_outside: "outside",
  euler_inside: "inside",
  leaky_gru_dead: "dead",
  leaky_gru_live: "live",
  leaky_gru_live_state_gated: "live_state_gated",
};

/** Objectives of a case: names with their penalty. */
export const penaltiesOf: Readonly<Record<string, ReferenceProblem["penalties"]>> = {
  ce_mean: {},
  ce_decision: {},
  ce_mask_weighted: {},
  ce_mean_plus_norms: { l2_norm: 1e-4 },
  ce_mean_plus_squares: { l2_squared: 1e-4 },
};

/** Parameters of a case at the start, by Basin's names. */
export function goldenParameters(golden: GoldenCase): Record<string, Float64Array> {
  return Object.fromEntries(
    golden.arrays.filter((name) => name.startsWith("weights/"))
      .map((name) => [basinNames[name.slice(8)], golden.array(name)]),
  );
}

/** A case with one of its objectives. */
export function goldenProblem(golden: GoldenCase, objective: string): ReferenceProblem {
  const { inputs, units, outputs, trials, time, activation, kind } = golden;
  const keep = golden.gamma ?? 1 - golden.alpha!;
  const penalties = penaltiesOf[objective];
  if (penalties === undefined) throw new TypeError(`no objective '${objective}'`);
  return {
    cell: { kind: kinds[kind], activation, keep, add: golden.alpha ?? 1 - keep },
    inputs,
    units,
    outputs,
    rows: trials,
    steps: time,
    parameters: goldenParameters(golden),
    input: golden.array("inputs"),
    initial: golden.array("h0"),
    loss: "cross_entropy",
    targets: golden.array("targets"),
    weights: objectiveWeights(objective, golden.array("mask")),
    penalties,
  };
}
