// The optimiser of the published DSA package, in f64: Adam on the Cayley network, once for B and once for B with its first
// two coordinates exchanged (determinant −1), the run with the smaller last loss kept. Its result depends on random
// initial weights and on the order of the pair, and is often a local minimum: kept for comparison with published numbers.
// Over GL(n) it is one run, and C is the network's X itself.

import { type RandomStream, randomStream } from "#lib/core/random.ts";
import {
  cayleyLoss,
  type CayleyParameters,
  cayleyRotation,
  freeLoss,
  freeTransform,
} from "./cayley_network.ts";
import type { RotationGroup } from "./starts.ts";

/** Settings of the published optimiser; defaults are those of its DSA class (1500 iterations, rate 0.005). */
export interface ReferenceOptions {
  readonly iterations?: number;
  readonly learningRate?: number;
  readonly group?: RotationGroup | "general_linear";
  /** Seed of the initial weights. Default 0. */
  readonly seed?: number | string;
}

/** What the published optimiser found. */
export interface ReferenceMatch {
  /** C (n×n). */
  readonly rotation: Float64Array;
  /** Losses ‖A − C B C⁻¹‖² of the run that was kept, each before its update. */
  readonly losses: Float64Array;
  /** Whether the run with exchanged coordinates was kept. */
  readonly exchanged: boolean;
}

/**
 * Matches B to A (n×n, of unit norm) as the published package does.
 *
 * @example
 * ```ts
 * import { referenceMatch } from "#lib/math/dsa/reference_optimiser.ts";
 * import { assert } from "@std/assert";
 *
 * const a = Float64Array.of(0.6, 0, 0, 0.8);
 * const { losses } = referenceMatch(a, Float64Array.of(0.8, 0, 0, 0.6), 2, { iterations: 200, learningRate: 0.05 });
 * assert(losses[199] < 1e-6);
 * ```
 */
export function referenceMatch(
  a: Float64Array,
  b: Float64Array,
  n: number,
  options: ReferenceOptions = {},
): ReferenceMatch {
  const { iterations = 1500, learningRate = 5e-3, group = "orthogonal", seed = 0 } = options;
  const stream = randomStream(seed, "dsa/reference");
  const network = group === "general_linear"
    ? { lossOf: freeLoss, transformOf: freeTransform }
    : { lossOf: cayleyLoss, transformOf: cayleyRotation };
  const settings = { ...network, n, iterations, rate: learningRate, stream };
  const plain = train(a, b, settings, 0);
  if (group !== "orthogonal" || n === 1) return { ...plain, exchanged: false };
  const exchanged = train(a, exchangeFirstTwo(b, n), settings, 1);
  const last = iterations - 1;
  if (!(exchanged.losses[last] < plain.losses[last])) return { ...plain, exchanged: false };
  return {
    rotation: exchangeColumns(exchanged.rotation, n),
    losses: exchanged.losses,
    exchanged: true,
  };
}

interface Training {
  readonly lossOf: typeof cayleyLoss;
  readonly transformOf: typeof cayleyRotation;
  readonly n: number;
  readonly iterations: number;
  readonly rate: number;
  readonly stream: RandomStream;
}

function train(
  a: Float64Array,
  b: Float64Array,
  { lossOf, transformOf, n, iterations, rate, stream }: Training,
  run: number,
) {
  const parameters = initialParameters(n, stream, run);
  const first = parameters.map((m) => new Float64Array(m.length));
  const second = parameters.map((m) => new Float64Array(m.length));
  const losses = new Float64Array(iterations);
  for (let t = 0; t < iterations; t++) {
    const { loss, gradient } = lossOf(parameters, a, b, n);
    losses[t] = loss;
    for (let m = 0; m < 4; m++) adam(parameters[m], gradient[m], first[m], second[m], t + 1, rate);
  }
  return { rotation: transformOf(parameters, n), losses };
}

// P is the identity, the weights uniform in ±1/√n.
function initialParameters(n: number, stream: RandomStream, run: number): CayleyParameters {
  const p = new Float64Array(n * n);
  for (let i = 0; i < n; i++) p[i * n + i] = 1;
  const layer = (index: number) =>
    stream.uniform(new Float64Array(n * n), run, index).map((u) => (2 * u - 1) / Math.sqrt(n));
  return [p, layer(0), layer(1), layer(2)];
}

// Kingma & Ba 2015, algorithm 1, with the usual constants.
function adam(
  x: Float64Array,
  gradient: Float64Array,
  first: Float64Array,
  second: Float64Array,
  t: number,
  rate: number,
): void {
  const firstScale = 1 / (1 - 0.9 ** t);
  const secondScale = 1 / (1 - 0.999 ** t);
  for (let i = 0; i < x.length; i++) {
    const g = gradient[i];
    first[i] = 0.9 * first[i] + 0.1 * g;
    second[i] = 0.999 * second[i] + 0.001 * g * g;
    x[i] -= rate * (first[i] * firstScale) / (Math.sqrt(second[i] * secondScale) + 1e-8);
  }
}

function exchangeFirstTwo(b: Float64Array, n: number): Float64Array {
  const out = exchangeColumns(b, n);
  const first = out.slice(0, n);
  out.copyWithin(0, n, 2 * n);
  out.set(first, n);
  return out;
}

function exchangeColumns(m: Float64Array, n: number): Float64Array {
  const out = m.slice();
  for (let i = 0; i < n; i++) {
    out[i * n] = m[i * n + 1];
    out[i * n + 1] = m[i * n];
  }
  return out;
}
