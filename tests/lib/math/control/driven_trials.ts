// Driven trials for the tests of control: the stored ones, and fresh linear systems with inputs.

import { decodeNpy } from "#lib/core/npy.ts";
import type { TrialSet } from "#lib/math/dmd/delay_embedding.ts";
import type { ControlledTrials } from "#lib/math/control/controlled_trials.ts";
import { multiply, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import controlBytes from "#tests/reference/dsa/control_input.npy" with { type: "bytes" };
import stateBytes from "#tests/reference/dsa/control_state.npy" with { type: "bytes" };
import { type Draws, orthonormalMatrix } from "../linalg/fresh.ts";

/** The stored inputs of the reference cases: all `trials`, or `trial0` alone. */
export function storedDriven(name: string): ControlledTrials {
  return { states: stored(stateBytes, name), controls: stored(controlBytes, name) };
}

function stored(bytes: Uint8Array, name: string): TrialSet {
  const { shape: [all, numTime, numUnits], data } = decodeNpy(bytes);
  const numTrials = name === "trial0" ? 1 : all;
  return {
    data: Float64Array.from(data).subarray(0, numTrials * numTime * numUnits),
    numTrials,
    numTime,
    numUnits,
  };
}

/** A stable driven system, y = C x. */
export interface Plant {
  readonly state: Float64Array;
  readonly input: Float64Array;
  readonly output: Float64Array;
  readonly order: number;
  readonly numInputs: number;
  readonly numUnits: number;
}

/** Singular values of A between 0.6 and 0.9: no mode dies before it is seen. */
export function randomPlant(
  draws: Draws,
  order: number,
  numInputs: number,
  numUnits = order,
): Plant {
  const scaled = orthonormalMatrix(draws, order, order)
    .map((x, p) => x * (0.6 + 0.3 * ((p % order) + 1) / order));
  const output = numUnits === order
    ? new Float64Array(order * order).map((_, p) => p % (order + 1) === 0 ? 1 : 0)
    : draws.normal(numUnits, order);
  const state = multiplyTransposeB(
    scaled,
    orthonormalMatrix(draws, order, order),
    order,
    order,
    order,
  );
  return { state, input: draws.normal(order, numInputs), output, order, numInputs, numUnits };
}

/** Noise-free trials of a plant from random starts under random inputs. */
export function drivenTrials(
  draws: Draws,
  { state, input, output, order: n, numInputs: m, numUnits }: Plant,
  lengths: readonly number[],
): ControlledTrials {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const controls = draws.normal(total, m);
  const states = new Float64Array(total * numUnits);
  let t = 0;
  for (const length of lengths) {
    let x = draws.normal(n, 1);
    for (const end = t + length; t < end; t++) {
      states.set(multiply(output, x, numUnits, n, 1), t * numUnits);
      const driven = multiply(input, controls.subarray(t * m, (t + 1) * m), n, m, 1);
      x = multiply(state, x, n, n, 1).map((value, i) => value + driven[i]);
    }
  }
  const sizes = { numTrials: lengths.length, numTime: lengths };
  return {
    states: { data: states, ...sizes, numUnits },
    controls: { data: controls, ...sizes, numUnits: m },
  };
}

/** The trials in another order. */
export function reordered(
  { states, controls }: ControlledTrials,
  order: readonly number[],
): ControlledTrials {
  const permuted = (trials: TrialSet): TrialSet => {
    const lengths = trials.numTime as readonly number[];
    const starts = lengths.map((_, k) =>
      lengths.slice(0, k).reduce((sum, length) => sum + length, 0)
    );
    const parts = order.flatMap((k) => [
      ...trials.data.subarray(
        starts[k] * trials.numUnits,
        (starts[k] + lengths[k]) * trials.numUnits,
      ),
    ]);
    return { ...trials, data: Float64Array.from(parts), numTime: order.map((k) => lengths[k]) };
  };
  return { states: permuted(states), controls: permuted(controls) };
}

/** Largest distance of an eigenvalue from its nearest partner, each partner used once. */
export function spectrumDistance(
  found: { readonly re: ArrayLike<number>; readonly im: ArrayLike<number> },
  expected: readonly (readonly number[])[],
): number {
  if (found.re.length !== expected.length) return Infinity;
  const rest = expected.map(([re, im]) => ({ re, im }));
  let worst = 0;
  for (let i = 0; i < found.re.length; i++) {
    const far = rest.map(({ re, im }) => Math.hypot(found.re[i] - re, found.im[i] - im));
    const nearest = far.indexOf(Math.min(...far));
    worst = Math.max(worst, far[nearest]);
    rest.splice(nearest, 1);
  }
  return worst;
}
