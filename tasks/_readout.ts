// Outputs of a network from its states, in double precision: W_out h + b_out at each step.

import type { Network } from "#lib/core/artifacts/network.ts";

/**
 * The readout of a network, step × state → step × output.
 *
 * @throws {RangeError} if the network has no linear readout.
 */
export function readoutOf(
  { model, parameters, sizes }: Network,
): (states: ArrayLike<number>, numSteps: number) => Float64Array {
  const { W_out, b_out } = parameters;
  const { units, outputs } = sizes;
  if (W_out === undefined || W_out.shape.join() !== [outputs, units].join()) {
    throw new RangeError(
      `a ${model} has no readout W_out (output: ${outputs} × unit: ${units}), so its outputs are not known here`,
    );
  }
  const weights = Float64Array.from(W_out.data);
  const bias = b_out === undefined ? new Float64Array(outputs) : Float64Array.from(b_out.data);
  return (states, numSteps) => {
    const out = new Float64Array(numSteps * outputs);
    for (let t = 0; t < numSteps; t++) {
      for (let k = 0; k < outputs; k++) {
        let sum = bias[k];
        for (let unit = 0; unit < units; unit++) {
          sum += weights[k * units + unit] * states[t * units + unit];
        }
        out[t * outputs + k] = sum;
      }
    }
    return out;
  };
}
