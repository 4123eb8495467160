// The leading eigenpairs of a large symmetric positive semi-definite matrix, where few of many are wanted: block Krylov
// subspace from a random start with full orthogonalisation, and Rayleigh–Ritz (Golub & Underwood 1977; Halko, Martinsson &
// Tropp, SIAM Rev. 53, 2011; Musco & Musco 2015). Every pair's residual is checked; where the subspace does not reach it, the full
// decomposition answers. 2n²b operations a step for blocks of b, nearly all in products.
// Leaves out eigenvalues beyond the leading ones: their sum is the trace's rest.

import { randomStream } from "#lib/core/random.ts";
import { scaledCopy } from "./exact_scale.ts";
import { multiply, multiplyTransposeA } from "./matmul.ts";
import { qr } from "./qr.ts";
import { requireFinite, requireShape } from "./require_shape.ts";
import { leadingEigen } from "./symmetric_eigen.ts";

/** The r leading eigenpairs: values descending, vectors n×r in columns, the largest component of each positive. */
export interface LeadingSubspace {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
  /** Which way the pairs came. */
  readonly route: "subspace" | "full";
  /** max ‖A v − λ v‖ / λ₁ over the pairs, on the subspace route at most 10·√n·eps; not measured on the full one: 0. */
  readonly residual: number;
  /** Products of A with a block. */
  readonly numProducts: number;
}

/**
 * Leading `count` eigenpairs of symmetric positive semi-definite A (n×n). The start is drawn from Philox with `seed`; the
 * result depends on it by rounding alone. Fast where eigenvalues fall off behind the wanted ones; otherwise, and where
 * `count` is more than n/20 or n below 200, the same as `leadingEigen`.
 *
 * @throws {RangeError} if the length does not fit, an entry is not finite, or count is not in [0, n].
 *
 * @example
 * ```ts
 * import { leadingSubspace } from "#lib/math/linalg/leading_subspace.ts";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const n = 240;
 * const a = new Float64Array(n * n);
 * for (let i = 0; i < n; i++) a[i * n + i] = 2 ** -i;
 * const { values, route } = leadingSubspace(a, n, 2);
 * assertAlmostEquals(values[1], 0.5, 1e-14);
 * assertEquals(route, "subspace");
 * ```
 */
export function leadingSubspace(
  a: Float64Array,
  n: number,
  count: number,
  { seed = 0 }: { readonly seed?: number } = {},
): LeadingSubspace {
  requireShape("leadingSubspace", "a", a, n, n);
  requireFinite("leadingSubspace", "a", a);
  if (!(Number.isInteger(count) && count >= 0 && count <= n)) {
    throw new RangeError(`leadingSubspace: ${count} pairs wanted of a matrix of size ${n}`);
  }
  const width = count + 8;
  if (n < SMALLEST || count * FEWEST > n || count === 0) return full(a, n, count, 0);
  // Residuals are sums of squares, which very small and very large entries would lose.
  const { a: scaled, scale } = scaledCopy(a);
  const basis = new Basis(scaled, n, width);
  const start = new Float64Array(n * width);
  randomStream(seed, "linalg/leading_subspace").normal(start);
  const most = Math.floor(n / 2 / width);
  let before = Infinity;
  for (let next: Float64Array = start; basis.numBlocks < most;) {
    next = basis.extend(next);
    if (basis.numBlocks < 2) continue;
    const found = basis.leading(count);
    if (typeof found !== "number") {
      const values = found.values.map((value) => value * scale);
      return { ...found, values, route: "subspace", numProducts: basis.numBlocks };
    }
    // Residuals fall by a factor a block: too slowly, and the rest would be for nothing.
    const factor = found / before;
    const needed = factor < 1 ? Math.log(tolerance(n) / found) / Math.log(factor) : Infinity;
    if (basis.numBlocks > 2 && basis.numBlocks + 0.7 * needed > most) break;
    before = found;
  }
  return full(a, n, count, basis.numBlocks);
}

const SMALLEST = 200;
const FEWEST = 20;

function tolerance(n: number): number {
  return 10 * Math.sqrt(n) * Number.EPSILON;
}

function full(a: Float64Array, n: number, count: number, numProducts: number): LeadingSubspace {
  const { values, vectors } = leadingEigen(a, n, count);
  return { values: values.slice(0, count), vectors, route: "full", residual: 0, numProducts };
}

// Orthonormal blocks Q = (Q₀, Q₁, …) of n×width, and H = Qᵀ A Q.
class Basis {
  readonly #a: Float64Array;
  readonly #n: number;
  readonly #width: number;
  readonly #blocks: Float64Array[] = [];
  /** Row i of blocks: QᵢᵀAQⱼ for j ≤ i. */
  readonly #h: Float64Array[][] = [];
  /** Triangle of what A Q_last has outside the basis. */
  #rest: Float64Array = new Float64Array(0);

  constructor(a: Float64Array, n: number, width: number) {
    this.#a = a;
    this.#n = n;
    this.#width = width;
  }

  get numBlocks(): number {
    return this.#blocks.length;
  }

  /** Adds the span of `block`; returns the orthonormal part of its image that is outside the basis. */
  extend(block: Float64Array): Float64Array {
    const n = this.#n, width = this.#width;
    // Twice: what the block shares with the basis comes out of cancellation.
    const q = qr(this.#without(block), n, width).q;
    this.#blocks.push(q);
    const image = multiply(this.#a, q, n, n, width);
    this.#h.push(this.#blocks.map((other) => multiplyTransposeA(image, other, n, width, width)));
    const { q: next, r } = qr(this.#without(image), n, width);
    this.#rest = r;
    return next;
  }

  #without(block: Float64Array): Float64Array {
    const n = this.#n, width = this.#width;
    const rest = block.slice();
    for (const q of this.#blocks) {
      const part = multiply(q, multiplyTransposeA(q, rest, n, width, width), n, width, width);
      for (let i = 0; i < rest.length; i++) rest[i] -= part[i];
    }
    return rest;
  }

  /** The leading pairs of A on the basis, or the largest residual over λ₁ if that is too large. */
  leading(count: number) {
    const n = this.#n, width = this.#width, k = this.numBlocks * width;
    const { values, vectors } = leadingEigen(this.#projected(k), k, count);
    const small = tolerance(n) * values[0];
    // A Q s − λ Q s is the rest times the last entries of s.
    const last = vectors.subarray((k - width) * count);
    const outside = multiply(this.#rest, last, width, width, count);
    const expected = largestColumn(outside, count);
    if (!(expected <= small)) return expected / values[0];
    const x = new Float64Array(n * count);
    for (const [i, q] of this.#blocks.entries()) {
      const part = vectors.subarray(i * width * count, (i + 1) * width * count);
      const product = multiply(q, part, n, width, count);
      for (let p = 0; p < x.length; p++) x[p] += product[p];
    }
    const leading = values.slice(0, count);
    const difference = multiply(this.#a, x, n, n, count);
    for (let p = 0; p < x.length; p++) difference[p] -= leading[p % count] * x[p];
    const residual = largestColumn(difference, count);
    if (!(residual <= small)) return residual / values[0];
    const relative = values[0] > 0 ? residual / values[0] : 0;
    return { values: leading, vectors: withSigns(x, n, count), residual: relative };
  }

  #projected(k: number): Float64Array {
    const width = this.#width;
    const h = new Float64Array(k * k);
    for (const [i, row] of this.#h.entries()) {
      for (const [j, block] of row.entries()) {
        for (let p = 0; p < width; p++) {
          for (let q = 0; q < width; q++) {
            const at = i * width + p, to = j * width + q;
            h[at * k + to] = h[to * k + at] = block[p * width + q];
          }
        }
      }
    }
    return h;
  }
}

// The length of the longest column.
function largestColumn(a: Float64Array, columns: number): number {
  const squares = new Float64Array(columns);
  for (let p = 0; p < a.length; p++) squares[p % columns] += a[p] * a[p];
  return Math.sqrt(squares.reduce((most, square) => Math.max(most, square), 0));
}

function withSigns(x: Float64Array, n: number, r: number): Float64Array {
  for (let j = 0; j < r; j++) {
    let largest = 0;
    for (let i = 1; i < n; i++) {
      if (Math.abs(x[i * r + j]) > Math.abs(x[largest * r + j])) largest = i;
    }
    if (x[largest * r + j] < 0) { for (let i = 0; i < n; i++) x[i * r + j] = -x[i * r + j]; }
  }
  return x;
}
