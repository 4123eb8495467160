// The published Lorenz study (RepAL, arXiv 2410.24070), walked along one NumPy stream, for golden tests.

import { euler } from "#lib/math/ode/euler.ts";
import { legacyStateAt, walkLegacyStream } from "#lib/math/random/legacy_walk.ts";
import { LegacyRandom } from "#lib/math/random/mt19937.ts";
import { compareLinearCka, prepareLinearCka } from "#lib/math/similarity/linear_cka.ts";
import { compareProcrustes, prepareProcrustes } from "#lib/math/similarity/procrustes.ts";
import lorenz from "#lib/models/attractors/lorenz.ts";
import { admix } from "#lib/models/motifs/admix.ts";
import { attach, downsampleTime } from "#lib/models/motifs/attach.ts";
import { minMaxNormalize } from "#lib/models/motifs/normalize.ts";
import { perturb } from "#lib/models/motifs/perturb.ts";
import { reverseTrials } from "#lib/models/motifs/reverse.ts";
import { acceleratingLine, publishedLineDirections } from "#lib/models/motifs/straight_line.ts";

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

/**
 * The 60 composite motifs of test C with the triples of basis motifs they are made of, all from one stream: line, then
 * r = 0.5, 5 and 15. The fifth basis motif is line, curve, and both again with the order of trials reversed.
 */
export function publishedComposites(): { triples: number[][]; composites: Float64Array[] } {
  const random = new LegacyRandom(42);
  const starts = () => random.fillUniform(new Float64Array(NUM_STARTS));
  const scale = (states: Float64Array) => minMaxNormalize(states, PUBLISHED_SHAPE);
  const join = (motifs: readonly Float64Array[]) => {
    const long = { ...PUBLISHED_SHAPE, numTime: PUBLISHED_SHAPE.numTime * motifs.length };
    return scale(downsampleTime(attach(motifs, PUBLISHED_SHAPE), long, motifs.length));
  };
  const lineStarts = starts();
  const directions = publishedLineDirections(random, PUBLISHED_SHAPE.numTrials);
  const line = scale(acceleratingLine(lineStarts, directions, PUBLISHED_SHAPE));
  const [curve, spiral, slowSpiral] = [0.5, 5, 15].map((r) => scale(simulate(r, starts())));
  const backwards = [line, curve].map((states) => reverseTrials(states, PUBLISHED_SHAPE));
  const basis = [line, curve, spiral, slowSpiral, join([line, curve, ...backwards])];
  const triples = basis.flatMap((_, a) => basis.flatMap((_, b) => basis.map((_, c) => [a, b, c])))
    .filter((triple) => new Set(triple).size === 3);
  return { triples, composites: triples.map((triple) => join(triple.map((i) => basis[i]))) };
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

/** The study's measures that need no delay embedding. */
export const measureNames = ["cka", "procrustes"] as const;
export type MeasureName = typeof measureNames[number];

/** Similarity, and dissimilarity as (2/π) arccos of it. */
export interface Comparison {
  readonly similarity: number;
  readonly dissimilarity: number;
}

/** A function of two indices that compares two of the systems, each prepared once. */
export function comparer(
  name: MeasureName,
  systems: readonly Float64Array[],
): (i: number, j: number) => Comparison {
  const numRows = PUBLISHED_SHAPE.numTrials * PUBLISHED_SHAPE.numTime;
  if (name === "cka") {
    const prepared = systems.map((states) => prepareLinearCka(states, numRows, 3));
    return (i, j) => {
      const { cka, normalizedAngle } = compareLinearCka(prepared[i], prepared[j]);
      return { similarity: cka, dissimilarity: normalizedAngle };
    };
  }
  const prepared = systems.map((states) => prepareProcrustes(states, numRows, 3));
  return (i, j) => {
    const { cosine, normalizedAngle } = compareProcrustes(prepared[i], prepared[j]);
    return { similarity: cosine, dissimilarity: normalizedAngle };
  };
}

function simulate(r: number, starts: Float64Array): Float64Array {
  const field = lorenz.vectorField({ s: 10, r, b: 2.667 });
  return euler(field, starts, { numUnits: 3, numTime: PUBLISHED_SHAPE.numTime, dt: 0.01 });
}

function normalize(states: Float64Array): Float64Array {
  return minMaxNormalize(states, PUBLISHED_SHAPE, { epsilon: 1e-6 });
}
