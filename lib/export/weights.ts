// The weights of a network under the keys of PsychRNN (Ehrlich et al. 2021), so that `np.load` gives what its notebooks
// expect: W_in (N_rec, N_in), W_rec (N_rec, N_rec), W_out (N_out, N_rec), b_rec, b_out, init_state (1, N_rec), and, for
// constrained networks, *_connectivity, dale_ratio and Dale_rec. Cells with gates have a matrix for each gate.

import type { Network } from "../core/artifacts/network.ts";
import type { NpyArray } from "../core/npy.ts";
import { constraintCodes, type Constraints } from "../training/constraints.ts";
import { Constraint } from "../training/update_row.ts";

/** An array of a network with the names of its axes. */
export interface WeightArray extends NpyArray {
  readonly dims: readonly string[];
  readonly units?: string;
  /** Said of arrays that are no parameter of Basin's: where they come from. */
  readonly description?: string;
}

/** Rows of gated networks, in their order. */
const gates = ["reset", "update", "candidate"] as const;

const roles = { W_in: "input", W_rec: "recurrent", W_out: "output" } as const;

/**
 * The arrays of a network by key.
 *
 * @param training params of the stage that trained it, if these are known: its constraints and seed
 *
 * @example
 * ```ts
 * import { weightsOf } from "#lib/export/weights.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * const keys = weightsOf({
 *   model: "leaky_rnn", settings: {}, sizes: { inputs: 1, units: 2, outputs: 3 }, dtMs: 20, about: {},
 *   parameters: { W_rec: tensor(["unit", "source"], [2, 2], Float32Array.of(0, 1, 2, 0)) },
 * });
 * assertEquals(keys.init_state.shape, [1, 2]);
 * assertEquals([...keys.b_out.data], [0, 0, 0]);
 * ```
 */
export function weightsOf(
  { parameters, sizes }: Network,
  training: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, WeightArray>> {
  const arrays: Record<string, WeightArray> = {};
  for (const [name, { dtype, shape, data, dims, units }] of Object.entries(parameters)) {
    const unit = units === undefined ? {} : { units };
    if (dims[0] !== "gate_unit" || shape[0] !== gates.length * sizes.units) {
      arrays[name] = { dtype, shape, data, dims, ...unit };
      continue;
    }
    const block = data.length / gates.length;
    gates.forEach((gate, g) => {
      arrays[`${name}_${gate}`] = {
        dtype,
        shape: [sizes.units, ...shape.slice(1)],
        data: data.slice(g * block, (g + 1) * block),
        dims: ["unit", ...dims.slice(1)],
        ...unit,
      };
    });
  }
  const zeros = (dims: readonly string[], shape: readonly number[], description: string) => ({
    dtype: "f4" as const,
    shape,
    data: new Float32Array(shape.reduce((product, length) => product * length, 1)),
    dims,
    description,
  });
  arrays.b_out ??= zeros(["output"], [sizes.outputs], "zero: the readout has no biases");
  arrays.init_state ??= zeros(
    ["trial", "unit"],
    [1, sizes.units],
    "zero: where every trial starts",
  );
  return { ...arrays, ...constraintArrays(parameters, sizes.units, training) };
}

/** What constraints forbid, as PsychRNN writes it. */
function constraintArrays(
  parameters: Network["parameters"],
  units: number,
  { constraints, seed }: Readonly<Record<string, unknown>>,
): Record<string, WeightArray> {
  if (typeof constraints !== "object" || constraints === null) return {};
  if (typeof seed !== "number" && typeof seed !== "string") return {};
  const own = constraints as Constraints;
  const arrays: Record<string, WeightArray> = {};
  for (const [name, role] of Object.entries(roles)) {
    const parameter = parameters[name];
    if (parameter === undefined || parameter.dims[0] === "gate_unit") continue;
    const { dims, shape } = parameter;
    const mask = own.masks?.[name];
    const codes = constraintCodes(
      [{ name, dims, shape, fanIn: shape[1], role }],
      { ...own, masks: mask === undefined ? {} : { [name]: mask } },
      seed,
    );
    if (codes === undefined) continue;
    const key = { input: "input", recurrent: "rec", output: "output" }[role];
    arrays[`${key}_connectivity`] = {
      dtype: "f4",
      shape,
      data: Float32Array.from(
        codes,
        (code) => code === Constraint.absent || code === Constraint.zeroed ? 0 : 1,
      ),
      dims,
      description: "1 where there may be a connection",
    };
  }
  if (typeof own.dale_ratio === "number") {
    const numExcitatory = Math.floor(own.dale_ratio * units);
    const signs = new Float32Array(units * units);
    for (let i = 0; i < units; i++) signs[i * (units + 1)] = i < numExcitatory ? 1 : -1;
    arrays.dale_ratio = {
      dtype: "f8",
      shape: [],
      data: Float64Array.of(own.dale_ratio),
      dims: [],
      description: "share of excitatory units, the first ones",
    };
    arrays.Dale_rec = {
      dtype: "f4",
      shape: [units, units],
      data: signs,
      dims: ["unit", "source"],
      description: "sign of what each unit sends out, on the diagonal",
    };
  }
  return arrays;
}
