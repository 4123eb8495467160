// The published Lorenz study (RepAL, arXiv 2410.24070), walked along one NumPy stream, for golden tests.

import { euler } from "#lib/math/ode/euler.ts";
import { legacyStateAt, walkLegacyStream } from "#lib/math/random/legacy_walk.ts";
import { LegacyRandom } from "#lib/math/random/mt19937.ts";
import lorenz from "#lib/models/attractors/lorenz.ts";
import { admix } from "#lib/models/motifs/admix.ts";
import { minMaxNormalize } from "#lib/models/motifs/normalize.ts";
import { perturb } from "#lib/models/motifs/perturb.ts";

/** 200 trajectories of 200 points in 3-D. */
export const PUBLISHED_SHAPE = { numTrials: 200, numTime: 200, numUnits: 3 };

const NUM_STARTS = PUBLISHED_SHAPE.numTrials * PUBLISHED_SHAPE.numUnits;
const NUM_STATES = NUM_STARTS * PUBLISHED_SHAPE.numTime;

/** Simulations in the order of `r`; each draws its 600 initial values just before it is run. */
export function publishedSimulations(
  r: readonly number[],
): { raw: Float64Array[]; normalized: Float64Array[] } {
  const states = walkLegacyStream(42, r.map(() => ({ uniform: NUM_STARTS })));
  const raw = r.map((value, simulation) => {
    const random = LegacyRandom.fromState(legacyStateAt(states, simulation));
    return simulate(value, random.fillUniform(new Float64Array(NUM_STARTS)));
  });
  return { raw, normalized: raw.map(normalize) };
}

/** Test A with the remedy of paired initial points: every simulation starts from the first one's. */
export function pairedSimulations(r: readonly number[]): Float64Array[] {
  const starts = new LegacyRandom(42).fillUniform(new Float64Array(NUM_STARTS));
  return r.map((value) => normalize(simulate(value, starts)));
}

/** The three models of one pair and epoch of test B. */
export interface Models {
  readonly noisy: Float64Array;
  readonly noisyAgain: Float64Array;
  readonly mixed: Float64Array;
}

/**
 * Test B for the pair number `pair` of the 42 in the order P, then Q ≠ P: models by epoch. Noise is drawn, after all
 * simulations, in the order pair, model, epoch; the second motif is free of noise.
 */
export function publishedPair(
  patterns: readonly Float64Array[],
  states: Float64Array,
  pair: number,
  sigma: readonly number[],
  alpha: readonly number[],
): Models[] {
  const p = Math.floor(pair / (patterns.length - 1));
  const rest = pair % (patterns.length - 1);
  const q = rest < p ? rest : rest + 1;
  const noisy = (model: number, epoch: number) => {
    const block = patterns.length + (pair * 3 + model) * 3 + epoch;
    const draws = LegacyRandom.fromState(legacyStateAt(states, block))
      .fillNormal(new Float64Array(NUM_STATES));
    return perturb(patterns[p], sigma[epoch], draws, draws);
  };
  return sigma.map((_, epoch) => ({
    noisy: noisy(0, epoch),
    noisyAgain: noisy(1, epoch),
    mixed: admix(noisy(2, epoch), patterns[q], alpha[epoch], PUBLISHED_SHAPE),
  }));
}

/** Generator states of test B: one per simulation, then one per pair, model and epoch, as far as `numPairs`. */
export function publishedTestBStates(numPatterns: number, numPairs: number): Float64Array {
  return walkLegacyStream(42, [
    ...Array.from({ length: numPatterns }, () => ({ uniform: NUM_STARTS })),
    ...Array.from({ length: numPairs * 9 }, () => ({ normal: NUM_STATES })),
  ]);
}

function simulate(r: number, starts: Float64Array): Float64Array {
  const field = lorenz.vectorField({ s: 10, r, b: 2.667 });
  return euler(field, starts, { numUnits: 3, numTime: PUBLISHED_SHAPE.numTime, dt: 0.01 });
}

function normalize(states: Float64Array): Float64Array {
  return minMaxNormalize(states, PUBLISHED_SHAPE, { epsilon: 1e-6 });
}
