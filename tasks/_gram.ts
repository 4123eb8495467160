// The Gram matrix of an embedding as an artifact: made once per system and delays, checked by whoever reads it.

import type { HankelGram } from "#lib/core/artifacts/hankel_gram.ts";
import { digestOf } from "#lib/core/digest.ts";
import { tensor } from "#lib/core/tensor.ts";
import { type DelayParams, embeddingShape, type TrialSet } from "#lib/math/dmd/delay_embedding.ts";
import { type ScaledGram, scaledGram } from "#lib/math/dmd/whitening_gram.ts";

/** The Gram matrix of trials at these delays, with what it belongs to. */
export function gramArtifact(trials: TrialSet, delays: DelayParams): HankelGram {
  const { gram, scale } = scaledGram(trials, delays);
  const { numFeatures: f, numRows } = embeddingShape(trials, delays);
  return {
    arrays: { gram: tensor(["row", "column"], [f, f], gram) },
    about: { ...belonging(trials, delays), num_rows: numRows, num_features: f, scale },
  };
}

/**
 * The matrix of an artifact, if it belongs to these trials and delays.
 *
 * @throws {RangeError} naming what differs.
 */
export function gramOf(
  { arrays, about }: HankelGram,
  trials: TrialSet,
  delays: DelayParams,
): ScaledGram {
  for (const [name, expected] of Object.entries(belonging(trials, delays))) {
    if (JSON.stringify(about[name]) === JSON.stringify(expected)) continue;
    throw new RangeError(
      name === "data"
        ? "dmd got a gram that was made from other trajectories; bind the hankel_gram of the same ones"
        : `dmd got a gram with ${name} ${
          JSON.stringify(about[name])
        }, but fits trajectories with ` +
          `${name} ${
            JSON.stringify(expected)
          }; bind the hankel_gram of the same trajectories and delays`,
    );
  }
  return { gram: arrays.gram.data as Float64Array, scale: about.scale as number };
}

// What a Gram matrix depends on.
function belonging(trials: TrialSet, delays: DelayParams): Record<string, unknown> {
  const { data, numTrials, numTime, numUnits } = trials;
  return {
    n_delays: delays.numDelays,
    delay_interval: delays.delayInterval ?? 1,
    num_trials: numTrials,
    num_time: numTime,
    num_units: numUnits,
    data: digestOf(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  };
}
