// Eigenvectors of a real operator as a real basis: a real eigenvalue has one column, a conjugate pair two (real and imaginary
// part of its vector). Leaves out invariant subspaces of clustered eigenvalues: of a defective operator there is no basis.

import { eigenpairs } from "#lib/math/linalg/eigen.ts";
import { luFactor, luSolve } from "#lib/math/linalg/lu.ts";

/** One column or two. */
export interface EigenBlock {
  readonly re: number;
  /** Positive for a conjugate pair, 0 for a real eigenvalue. */
  readonly im: number;
  /** First column; the second of a pair is the next. */
  readonly column: number;
}

/** A real eigenbasis V (n×n), its inverse, and how far rounding may have moved each eigenvalue. */
export interface RealEigenbasis {
  readonly blocks: readonly EigenBlock[];
  readonly vectors: Float64Array;
  readonly inverse: Float64Array;
  /** By block: a first-order bound, from the condition of the eigenvalue. */
  readonly errors: Float64Array;
}

/**
 * The eigenbasis of A (n×n) of about unit norm, or `undefined` if A is defective to working precision.
 *
 * @example
 * ```ts
 * import { realEigenbasis } from "#lib/math/dsa/real_eigenbasis.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const turn = realEigenbasis(Float64Array.of(0, -1, 1, 0), 2)!;
 * assertEquals(turn.blocks.map(({ im }) => im > 0), [true]);
 * assertEquals(realEigenbasis(Float64Array.of(0, 1, 0, 0), 2), undefined);
 * ```
 */
export function realEigenbasis(a: Float64Array, n: number): RealEigenbasis | undefined {
  const { re, im, vectorsRe, vectorsIm } = eigenpairs(a, n);
  const vectors = new Float64Array(n * n);
  const blocks: EigenBlock[] = [];
  let column = 0;
  for (let j = 0; j < n; j++) {
    if (im[j] < 0) continue;
    for (let i = 0; i < n; i++) {
      vectors[i * n + column] = vectorsRe[i * n + j];
      if (im[j] > 0) vectors[i * n + column + 1] = vectorsIm[i * n + j];
    }
    blocks.push({ re: re[j], im: im[j], column });
    column += im[j] > 0 ? 2 : 1;
  }
  const identity = new Float64Array(n * n);
  for (let i = 0; i < n; i++) identity[i * n + i] = 1;
  const factor = luFactor(vectors, n);
  if (column !== n || factor.singular) return undefined;
  const inverse = luSolve(factor, n, identity, n);
  const errors = Float64Array.from(blocks, ({ column, im }) => {
    let sum = 0;
    const end = (column + (im > 0 ? 2 : 1)) * n;
    for (let p = column * n; p < end; p++) sum += inverse[p] * inverse[p];
    return 64 * n * Number.EPSILON * Math.sqrt(sum);
  });
  return errors.every((error) => error < USEFUL) ? { blocks, vectors, inverse, errors } : undefined;
}

/** Eigenvalues known less well than this belong to an operator that is defective to working precision. */
const USEFUL = 1e-6;
