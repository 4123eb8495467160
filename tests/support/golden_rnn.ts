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
    | "euler_outside"
    | "pyrnn_discrete"
    | "pyrnn_ctrnn"
    | "timescales_leak_inside"
    | "timescales_leak_outside";
  readonly activation: "leaky_relu" | "relu" | "softplus" | "tanh";
  readonly trials: number;
  readonly time: number;
  readonly inputs: number;
  readonly units: number;
  /** Of all heads together. */
  readonly outputs: number;
  readonly heads?: number;
  /** Outputs of each head. */
  readonly classes?: number;
  readonly memory_N_of_used_heads?: readonly number[];
  readonly copies_of_each_bit?: number;
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
    outputs: facts.outputs ?? facts.heads * facts.classes,
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

/** What golden tensors are called in Basin. */
export const basinNames: Readonly<Record<string, string>> = {
  W_ih: "W_in",
  W_hh: "W_rec",
  b: "b_rec",
  W_out: "W_out",
  b_out: "b_out",
  W_in: "W_in",
  W: "W_rec",
  b_in: "b_rec",
  tau: "tau_ms",
  V: "W_out",
  c: "b_out",
};
