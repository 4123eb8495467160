// Reads the golden cases of recurrent networks (tests/reference/rnn): facts as JSON, arrays by name out of one vector.

import { decodeNpy } from "#lib/core/npy.ts";

const folder = new URL("../reference/rnn/", import.meta.url);

/** An optimiser of a case and what it was told. */
export interface GoldenOptimiser {
  readonly kind: "adam" | "sgd";
  readonly lr: number;
  readonly objective: string;
  readonly train: "all" | readonly string[];
  readonly trained: readonly string[];
  readonly amsgrad?: boolean;
  readonly weight_decay?: number;
  readonly loss_before_each_step_then_after_last: readonly number[];
  readonly gradient_norm_before_clipping_each_step: readonly number[];
}

/** One golden case. */
export interface GoldenCase {
  readonly name: string;
  readonly kind:
    | "leaky_rnn"
    | "leaky_gru_dead"
    | "leaky_gru_live"
    | "leaky_gru_live_state_gated"
    | "euler_inside"
    | "euler_outside";
  readonly activation: "leaky_relu" | "relu" | "softplus" | "tanh";
  readonly trials: number;
  readonly time: number;
  readonly inputs: number;
  readonly units: number;
  readonly outputs: number;
  readonly dt_ms?: number;
  readonly tau_ms?: number;
  /** Of the Euler cells. */
  readonly alpha?: number;
  /** Of the leaky cells. */
  readonly gamma?: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly optimisers: Readonly<Record<string, GoldenOptimiser>>;
  /** Names of all arrays. */
  readonly arrays: readonly string[];
  /** An array by name: `weights/W_ih`, `hidden`, `grad/ce_mean/b`. */
  array(name: string): Float64Array;
}

/** Rules of `optimisers.json` with the weights after each step. */
export interface GoldenRules {
  readonly start: readonly number[];
  readonly gradients_by_step: readonly (readonly number[])[];
  readonly cases: readonly {
    readonly optimiser: "adam" | "sgd";
    readonly settings: Readonly<Record<string, number | boolean>>;
    readonly weights_after_each_step: readonly (readonly number[])[];
  }[];
}

/** All golden cases, by name. */
export const goldenNames: readonly string[] = [...Deno.readDirSync(folder)]
  .filter(({ name }) => name.endsWith(".npy"))
  .map(({ name }) => name.replace(/\.npy$/, ""))
  .sort();

/** Reads a case. */
export function goldenCase(name: string): GoldenCase {
  const facts = JSON.parse(Deno.readTextFileSync(new URL(`${name}.json`, folder)));
  const data = Float64Array.from(
    decodeNpy(Deno.readFileSync(new URL(`${name}.npy`, folder))).data as Float64Array,
  );
  const places = facts.arrays as Record<string, { offset: number; shape: number[] }>;
  return {
    ...facts,
    name,
    arrays: Object.keys(places),
    array(name) {
      const place = places[name];
      if (place === undefined) throw new TypeError(`${facts.case} has no array '${name}'`);
      const length = place.shape.reduce((product, n) => product * n, 1);
      return data.slice(place.offset, place.offset + length);
    },
  };
}

/** Reads the update rules. */
export function goldenRules(): GoldenRules {
  return JSON.parse(Deno.readTextFileSync(new URL("optimisers.json", folder)));
}

/** Names of the golden files as Basin has them. */
export const basinNames: Readonly<Record<string, string>> = {
  W_ih: "W_in",
  W_hh: "W_rec",
  b: "b_rec",
  W_out: "W_out",
  b_out: "b_out",
};

/** Weights of the loss per trial and step, so that the objective's data term is Σ weight · ce. */
export function objectiveWeights(
  objective: string,
  mask: Float64Array,
): Float64Array {
  const chosen = objective === "ce_decision"
    ? mask.map((m) => (m > 1 ? 1 : 0))
    : objective === "ce_mask_weighted"
    ? mask
    : mask.map(() => 1);
  const total = chosen.reduce((sum, w) => sum + w, 0);
  return chosen.map((w) => w / total);
}
