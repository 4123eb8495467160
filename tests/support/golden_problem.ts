// Golden cases as problems for the reference (rnn_reference.ts): cells by their names, parameters by Basin's names, objectives
// as weights of the loss and penalties. Two biases that are only ever added are one here, so their steps are left out.

import { basinNames, type GoldenCase } from "./golden_rnn.ts";
import type { ReferenceCell, ReferenceProblem } from "./rnn_reference.ts";

const kinds: Readonly<Record<GoldenCase["kind"], ReferenceCell["kind"]>> = {
  leaky_rnn: "outside",
  euler_outside: "outside",
  euler_inside: "inside",
  leaky_gru_dead: "dead",
  leaky_gru_live: "live",
  leaky_gru_live_state_gated: "live_state_gated",
  pyrnn_discrete: "outside",
  pyrnn_ctrnn: "current",
  timescales_leak_inside: "inside",
  timescales_leak_outside: "outside",
};

const penalties: Readonly<Record<string, ReferenceProblem["penalties"]>> = {
  ce_mean_plus_norms: { l2_norm: 1e-4 },
  ce_mean_plus_squares: { l2_squared: 1e-4 },
};

/** Basin's name of a golden tensor, and how much its entries count for: time constants may be given in bits. */
export function basinTensor(
  golden: GoldenCase,
  tensor: string,
): { readonly name: string; readonly factor: number } {
  return {
    name: basinNames[tensor],
    factor: tensor === "tau" ? golden.copies_of_each_bit ?? 1 : 1,
  };
}

/** Parameters of a case at the start, by Basin's names in Basin's order. */
export function goldenParameters(golden: GoldenCase): Record<string, Float64Array> {
  const found: Record<string, Float64Array> = {};
  for (const path of golden.arrays.filter((path) => path.startsWith("weights/"))) {
    const { name, factor } = basinTensor(golden, path.slice(8));
    const values = golden.array(path).map((x) => factor * x);
    const before = found[name];
    found[name] = before === undefined ? values : values.map((x, i) => x + before[i]);
  }
  const { units } = golden;
  if (golden.heads !== undefined) {
    for (let i = 0; i < units; i++) found.W_rec[i * (units + 1)] = 0;
  }
  const order = ["W_in", "W_rec", "b_rec", "W_out", "b_out", "tau_ms"];
  return Object.fromEntries(
    order.filter((name) => name in found).map((name) => [name, found[name]]),
  );
}

/** Optimisers of a case whose steps Basin's parameters can take. */
export function goldenOptimisers(golden: GoldenCase) {
  return Object.entries(golden.optimisers)
    .filter(([, { trained }]) => !trained.includes("b_in"));
}

/** A tensor after each of an optimiser's steps. */
export function goldenSteps(golden: GoldenCase, optimiser: string, tensor: string): Float64Array {
  const after = golden.array(`optimiser/${optimiser}/${tensor}`);
  if (tensor !== "b" || !golden.arrays.includes("weights/b_in")) return after;
  const other = golden.array("weights/b_in");
  return after.map((x, i) => x + other[i % other.length]);
}

/** Logits as a case has them: of all steps, or of the last one. */
export function goldenLogits(
  golden: GoldenCase,
): { readonly expected: Float64Array; pick(logits: Float64Array): Float64Array } {
  if (golden.heads === undefined) {
    const name = golden.arrays.includes("logits") ? "logits" : "outputs";
    return { expected: golden.array(name), pick: (logits) => logits };
  }
  const width = golden.outputs;
  const pick = (logits: Float64Array) =>
    logits.filter((_, i) => Math.floor(i / width) % golden.time === golden.time - 1);
  return { expected: golden.array("head_logits"), pick };
}

/** A case with one of its objectives. */
export function goldenProblem(golden: GoldenCase, objective: string): ReferenceProblem {
  const { inputs, units, trials, time, activation, kind, heads } = golden;
  const keep = golden.gamma ?? (kind === "pyrnn_discrete" ? 0 : 1 - (golden.alpha ?? 0));
  return {
    cell: {
      kind: kinds[kind],
      activation,
      keep,
      add: golden.alpha ?? 1 - keep,
      ...(heads === undefined ? {} : { leak: { dtMs: 1, kind: "euler" } }),
    },
    inputs,
    units,
    outputs: golden.outputs,
    rows: trials,
    steps: time,
    parameters: goldenParameters(golden),
    input: golden.array("inputs"),
    initial: golden.array("h0"),
    penalties: penalties[objective] ?? {},
    ...dataOf(golden, objective),
  };
}

/** Targets and weights, so that the data term is Σ weight · error. */
function dataOf(
  golden: GoldenCase,
  objective: string,
): Pick<ReferenceProblem, "loss" | "targets" | "weights" | "groups"> {
  const { trials, time, heads } = golden;
  if (objective === "mse") {
    const weights = new Float64Array(trials * time).fill(1 / (trials * time));
    return { loss: "squared_error", targets: golden.array("targets"), weights };
  }
  if (heads !== undefined) {
    // Heads for N = 2, 3, … in this order; each is asked at the last step.
    const labels = golden.array("labels");
    const used = golden.memory_N_of_used_heads!;
    const targets = new Float64Array(trials * time * heads);
    const weights = new Float64Array(trials * time * heads);
    for (let trial = 0; trial < trials; trial++) {
      used.forEach((n, i) => {
        const at = ((trial + 1) * time - 1) * heads + n - 2;
        targets[at] = labels[trial * used.length + i];
        weights[at] = 1 / trials;
      });
    }
    return { loss: "cross_entropy", targets, weights, groups: heads };
  }
  const mask = golden.array("mask");
  const chosen = objective === "ce_decision"
    ? mask.map((m) => (m > 1 ? 1 : 0))
    : objective === "ce_mask_weighted"
    ? mask
    : mask.map(() => 1);
  const total = chosen.reduce((sum, w) => sum + w, 0);
  return {
    loss: "cross_entropy",
    targets: golden.array("targets"),
    weights: chosen.map((w) => w / total),
  };
}
