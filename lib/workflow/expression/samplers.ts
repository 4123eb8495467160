// Samplers: points in a space of params, as records with an `id` and a field for each dimension, ready to be an axis.
// Seeded, and a function of seed, dimension and point only.
// Sources: Sobol 1967 with a random digital shift (Cranley & Patterson 1976; Owen 2003, "Quasi-Monte Carlo sampling"),
// McKay, Beckman & Conover 1979 (Latin hypercube).

import { randomStream } from "../../core/random.ts";
import { type Dimension, readSpace } from "./sampling_space.ts";
import { maxSobolDimensions, sobolPoints } from "./sobol.ts";

/** One point: its position in the sequence, and its values. */
export type Sample = { readonly id: number } & Readonly<Record<string, unknown>>;

/**
 * The first points of a Sobol sequence with a seeded digital shift. More points go on where fewer end.
 *
 * @throws {TypeError} if the space is none
 * @throws {RangeError} if it has too many dimensions
 *
 * @example
 * ```ts
 * import { sobol } from "#lib/workflow/expression/samplers.ts";
 * import { assertEquals } from "@std/assert";
 * const space = { lr: { from: 1e-4, to: 0.1, scale: "log" }, activation: ["tanh", "relu"] };
 * assertEquals(sobol(8, space, 3).slice(0, 4), sobol(4, space, 3));
 * ```
 */
export function sobol(count: number, space: unknown, seed: number): Sample[] {
  const dimensions = readSpace("sobol", space);
  if (dimensions.length > maxSobolDimensions) {
    throw new RangeError(
      `sobol draws from at most ${maxSobolDimensions} ranges, found ${dimensions.length}`,
    );
  }
  const points = sobolPoints(count, dimensions.length);
  const stream = randomStream(seed, "sampler/sobol");
  const shifts = dimensions.map((_, d) => stream.integer(2 ** 32, d));
  return samples(
    count,
    dimensions,
    (i, d) => ((points[i * dimensions.length + d] ^ shifts[d]) >>> 0) / 2 ** 32,
  );
}

/**
 * A Latin hypercube: of `count` equal strata of each dimension, each holds exactly one point.
 *
 * @throws {TypeError} if the space is none
 *
 * @example
 * ```ts
 * import { latinHypercube } from "#lib/workflow/expression/samplers.ts";
 * import { assertEquals } from "@std/assert";
 * const points = latinHypercube(4, { x: { from: 0, to: 4 } }, 0);
 * assertEquals(points.map(({ x }) => Math.floor(x as number)).sort(), [0, 1, 2, 3]);
 * ```
 */
export function latinHypercube(count: number, space: unknown, seed: number): Sample[] {
  const dimensions = readSpace("latin_hypercube", space);
  const stream = randomStream(seed, "sampler/latin_hypercube");
  const columns = dimensions.map((_, d) => {
    const strata = stream.permutation(count, d);
    const within = stream.uniform(new Float64Array(count), d, 1);
    // Off the edges of a stratum, so that rounding cannot push a point into the next one.
    return Float64Array.from(
      strata,
      (stratum, i) => (stratum + margin + within[i] * (1 - 2 * margin)) / count,
    );
  });
  return samples(count, dimensions, (i, d) => columns[d][i]);
}

const margin = 2 ** -10;

function samples(
  count: number,
  dimensions: readonly Dimension[],
  coordinate: (point: number, dimension: number) => number,
): Sample[] {
  return Array.from({ length: count }, (_, i) => {
    const sample: Record<string, unknown> = { id: i };
    dimensions.forEach(({ name, at }, d) => sample[name] = at(coordinate(i, d)));
    return sample as Sample;
  });
}
