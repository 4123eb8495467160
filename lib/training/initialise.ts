// Parameters at the start of training. Every parameter has its own stream, so that networks of equal seed and sizes start
// from equal numbers, whatever else differs between them.
// Sources: He et al. 2015 and Glorot & Bengio 2010 (uniform), Saxe et al. 2014 (orthogonal), Le, Jaitly & Hinton 2015
// (identity), Stewart 1980 (products of reflections). `kaiming` is what was in force in all networks of RepAL: its
// `init_type` never reached the initialiser.

import type { ParameterShape } from "#lib/core/network_model.ts";
import { type RandomStream, randomStream } from "#lib/core/random.ts";
import { qr } from "#lib/math/linalg/qr.ts";

/** Names of the initialisations. */
export const initialisations = [
  "kaiming",
  "xavier",
  "orthogonal",
  "diagonal",
  "random_orthogonal",
  "gaussian",
] as const;

/** One of them. */
export type Initialisation = typeof initialisations[number];

/**
 * Values of all parameters at the start, one tensor behind the other in the model's order, rounded to single precision so
 * that all engines start alike. Biases and the readout are U(±1/√fan_in) always; the others apply to the input and the
 * recurrent matrix:
 *
 * - `kaiming`: U(±1/√fan_in);
 * - `xavier`: U(±√(6/(fan_in + rows)));
 * - `orthogonal`: orthonormal rows or columns, from the QR decomposition of a normal matrix;
 * - `diagonal`: the identity, again from its top where a matrix has more rows than columns and is made of gates;
 * - `random_orthogonal`: the recurrent matrix a product of random reflections, the input matrix normal with standard
 *   deviation 1/√fan_in;
 * - `gaussian`: normal with standard deviation 0.1.
 *
 * @param seed of the streams `weights/<parameter>`.
 *
 * @example
 * ```ts
 * import { initialise } from "#lib/training/initialise.ts";
 * import { assert } from "@std/assert";
 * const shape = { name: "W_rec", dims: ["unit", "source"], shape: [4, 4], fanIn: 4, role: "recurrent" } as const;
 * assert(initialise([shape], "kaiming", 0).every((x) => Math.abs(x) <= 0.5));
 * ```
 */
export function initialise(
  parameters: readonly ParameterShape[],
  kind: Initialisation,
  seed: number | string,
): Float32Array {
  const total = parameters.reduce((sum, one) => sum + sizeOf(one), 0);
  const values = new Float32Array(total);
  let at = 0;
  for (const parameter of parameters) {
    values.set(startOf(parameter, kind, randomStream(seed, `weights/${parameter.name}`)), at);
    at += sizeOf(parameter);
  }
  return values;
}

/**
 * Numbers of a parameter.
 *
 * @example
 * ```ts
 * import { sizeOf } from "#lib/training/initialise.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(sizeOf({ shape: [3, 4] }), 12);
 * ```
 */
export function sizeOf({ shape }: Pick<ParameterShape, "shape">): number {
  return shape.reduce((product, n) => product * n, 1);
}

function startOf(
  parameter: ParameterShape,
  kind: Initialisation,
  stream: RandomStream,
): Float64Array {
  const { role, shape, fanIn, start } = parameter;
  const size = sizeOf(parameter);
  if (role === "other") {
    if (start === undefined) {
      throw new RangeError(`${parameter.name} is of role 'other', but its model gives no start`);
    }
    return typeof start === "number"
      ? new Float64Array(size).fill(start)
      : uniform(stream, size, start[0], start[1]);
  }
  const bound = 1 / Math.sqrt(fanIn);
  if (role === "bias" || role === "output" || kind === "kaiming") {
    return uniform(stream, size, -bound, bound);
  }
  const rows = shape[0];
  const columns = size / rows;
  switch (kind) {
    case "xavier": {
      const own = Math.sqrt(6 / (fanIn + rows));
      return uniform(stream, size, -own, own);
    }
    case "orthogonal":
      return orthonormal(normal(stream, size, 1), rows, columns);
    case "diagonal":
      return identity(rows, columns, role === "recurrent");
    case "random_orthogonal":
      return role === "recurrent"
        ? reflections(stream, rows, columns)
        : normal(stream, size, bound);
    case "gaussian":
      return normal(stream, size, 0.1);
  }
}

function uniform(stream: RandomStream, size: number, low: number, high: number): Float64Array {
  return stream.uniform(new Float64Array(size)).map((u) => low + (high - low) * u);
}

function normal(stream: RandomStream, size: number, deviation: number): Float64Array {
  const drawn = stream.normal(new Float64Array(size)) as Float64Array;
  return drawn.map((z) => deviation * z);
}

/** Orthonormal columns, or rows where there are fewer of them. */
function orthonormal(drawn: Float64Array, rows: number, columns: number): Float64Array {
  if (rows >= columns) return qr(drawn, rows, columns).q;
  const { q } = qr(drawn, columns, rows);
  const made = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) made[i * columns + j] = q[j * rows + i];
  }
  return made;
}

function identity(rows: number, columns: number, again: boolean): Float64Array {
  const made = new Float64Array(rows * columns);
  const last = again ? rows : Math.min(rows, columns);
  for (let i = 0; i < last; i++) made[i * columns + i % columns] = 1;
  return made;
}

/**
 * Blocks of `columns` rows, each a product of reflections that take normal vectors of ever fewer coordinates to the first
 * axis (Stewart 1980, SIAM J. Numer. Anal. 17): matrices of the Haar measure.
 */
function reflections(stream: RandomStream, rows: number, columns: number): Float64Array {
  const made = identity(rows, columns, true);
  for (let block = 0; block * columns < rows; block++) {
    const n = Math.min(columns, rows - block * columns);
    const top = block * columns * columns;
    for (let from = 0; from < columns; from++) {
      const v = stream.normal(new Float64Array(columns - from), 1 + block, from) as Float64Array;
      const sign = v[0] < 0 ? -1 : 1;
      v[0] += sign * Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
      const square = v.reduce((sum, x) => sum + x * x, 0);
      for (let i = 0; i < n; i++) {
        const row = top + i * columns + from;
        let dot = 0;
        for (let j = 0; j < v.length; j++) dot += made[row + j] * v[j];
        for (let j = 0; j < v.length; j++) made[row + j] -= 2 * dot / square * v[j];
      }
      // The sign of the axis: a row of its own, which what follows from the right leaves alone.
      if (sign < 0 && from < n) {
        for (let j = 0; j < columns; j++) made[top + from * columns + j] *= -1;
      }
    }
  }
  return made;
}
