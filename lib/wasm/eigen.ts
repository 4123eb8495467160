// Symmetric and general eigenvalue problems on wasm: matrices go in, are decomposed in place, and come out.
// In the module rows are padded to `rowLength` numbers, an odd number of cache lines, so that columns do not compete for the
// same lines. Entries must be finite and at most about 1 (lib/math/linalg scales, checks and orders). Leaves out singular
// values (svd.ts).

import bytes from "./eigen.wasm" with { type: "bytes" };
import { type WasmHeap, withHeap } from "./instance.ts";

/** Numbers of memory per row of n: an odd number of cache lines, two numbers more than n at least. */
function rowLength(n: number): number {
  return 8 * (Math.ceil((n + 2) / 8) | 1);
}

/**
 * The workspace of one call: blocks of memory that begin on cache lines, and copies of matrices with padded rows.
 */
export class EigenSpace {
  readonly exports: WasmHeap["exports"];
  readonly n: number;
  /** Padded row length. */
  readonly ld: number;
  readonly #heap: WasmHeap;

  constructor(heap: WasmHeap, n: number) {
    this.#heap = heap;
    this.exports = heap.exports;
    this.n = n;
    this.ld = rowLength(n);
  }

  /** Address of `numBytes` bytes. */
  alloc(numBytes: number): number {
    return Math.ceil(this.#heap.alloc(numBytes + 64) / 64) * 64;
  }

  /** Addresses of `count` vectors of padded length. */
  vectors(count: number): number[] {
    const at = this.alloc(count * this.ld * 8);
    return Array.from({ length: count }, (_, i) => at + i * this.ld * 8);
  }

  /** Address of row 0 of `rows` padded rows, with four zero rows before and after. */
  rows(rows: number): number {
    const at = this.alloc((rows + 8) * this.ld * 8);
    this.#heap.f64(at, (rows + 8) * this.ld).fill(0);
    return at + 4 * this.ld * 8;
  }

  /** Copies an r×n matrix to padded rows. */
  put(at: number, a: Float64Array): void {
    const { n, ld } = this;
    const rows = n === 0 ? 0 : a.length / n;
    const to = this.#heap.f64(at, rows * ld);
    for (let i = 0; i < rows; i++) to.set(a.subarray(i * n, (i + 1) * n), i * ld);
  }

  /** Makes zero rows the identity. */
  putIdentity(at: number): void {
    const to = this.#heap.f64(at, this.n * this.ld);
    for (let i = 0; i < this.n; i++) to[i * this.ld + i] = 1;
  }

  /** The first n numbers of each of some rows, without the padding. */
  take(at: number, rows: number): Float64Array<ArrayBuffer> {
    const { n, ld } = this;
    const out = new Float64Array(rows * n);
    const from = this.#heap.f64(at, rows * ld);
    for (let i = 0; i < rows; i++) out.set(from.subarray(i * ld, i * ld + n), i * n);
    return out;
  }

  /** View of numbers in memory. */
  view(at: number, length: number): Float64Array<ArrayBuffer> {
    return this.#heap.f64(at, length);
  }

  /** View of integers in memory. */
  integers(at: number, length: number): Int32Array<ArrayBuffer> {
    return this.#heap.i32(at, length);
  }
}

/**
 * Runs `work` with a workspace for matrices of size n, and gives it back.
 *
 * @example
 * ```ts
 * import { withEigenSpace } from "#lib/wasm/eigen.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(withEigenSpace(5, (space) => space.ld), 8);
 * ```
 */
export function withEigenSpace<R>(n: number, work: (space: EigenSpace) => R): R {
  return withHeap(bytes, (heap) => work(new EigenSpace(heap, n)));
}

/** A = Q T Qᵀ with tridiagonal T, and the way back from T's eigenvectors to A's. */
export interface ReducedSymmetric {
  readonly diagonal: Float64Array;
  /** off[k] couples k and k + 1; the last is 0. */
  readonly off: Float64Array;
  /** Eigenvectors of A in rows of n from those of T in rows of n. */
  back(rows: Float64Array): Float64Array;
}

/**
 * Reduces symmetric A (n×n, upper triangle) to tridiagonal form for the time of a call of `use`.
 *
 * @example
 * ```ts
 * import { withTridiagonal } from "#lib/wasm/eigen.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const a = Float64Array.of(1, 2, 2, 1);
 * const off = withTridiagonal(a, 2, (form) => form.off[0]);
 * assertAlmostEquals(off, 2, 1e-15);
 * ```
 */
export function withTridiagonal<R>(
  a: Float64Array,
  n: number,
  use: (form: ReducedSymmetric) => R,
): R {
  return withEigenSpace(n, (space) => {
    const { ld, exports } = space;
    const at = space.rows(n);
    space.put(at, a);
    const [d, e, beta, work] = space.vectors(8);
    exports.tridiagonalise(at, n, ld, d, e, beta, work);
    return use({
      diagonal: space.view(d, n).slice(),
      off: space.view(e, n).slice(),
      back: (vectors) => {
        const count = n === 0 ? 0 : vectors.length / n;
        const rows = space.rows(count);
        space.put(rows, vectors);
        exports.back_transform(at, beta, n, 1, ld, rows, count, 0);
        return space.take(rows, count);
      },
    });
  });
}

/** Eigenvalues in no order, and eigenvector j as row j. */
export interface SymmetricPairs {
  readonly values: Float64Array;
  readonly rows: Float64Array;
}

/**
 * All eigenpairs of symmetric A (n×n, upper triangle); with `vectors` false `rows` is empty.
 *
 * @throws {Error} if an eigenvalue does not converge (never seen).
 *
 * @example
 * ```ts
 * import { symmetricPairs } from "#lib/wasm/eigen.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const { values } = symmetricPairs(Float64Array.of(0, 1, 1, 0), 2);
 * assertAlmostEquals(Math.max(...values), 1, 1e-15);
 * ```
 */
export function symmetricPairs(a: Float64Array, n: number, vectors = true): SymmetricPairs {
  return withEigenSpace(n, (space) => {
    const { ld, exports } = space;
    const at = space.rows(n);
    space.put(at, a);
    const [d, e, beta, work] = space.vectors(8);
    const rows = vectors ? space.rows(n) : 0;
    const turns = vectors ? space.alloc(exports.rotation_bytes(n, SWEEP_GROUPS)) : space.alloc(64);
    exports.tridiagonalise(at, n, ld, d, e, beta, work);
    if (vectors) {
      space.putIdentity(rows);
      exports.back_transform(at, beta, n, 1, ld, rows, n, 1);
    }
    const failed = exports.symmetric_ql(d, e, n, rows, ld, turns, SWEEP_GROUPS);
    if (failed !== 0) {
      throw new Error(`symmetricEigen: no convergence after 60 QL steps at ${failed - 1}`);
    }
    return {
      values: space.view(d, n).slice(),
      rows: vectors ? space.take(rows, n) : new Float64Array(0),
    };
  });
}

/** What the general problem gives: eigenvalues in no order, conjugates side by side, im > 0 first. */
export interface GeneralPairs {
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** Quasi triangular T of A = Z T Zᵀ, n×n, for `schur`. */
  readonly t: Float64Array;
  /** Zᵀ, n×n, for `schur`. */
  readonly zt: Float64Array;
  /** Row j is eigenvector j; of conjugates the first row has the real, the second the imaginary part of the first. */
  readonly rows: Float64Array;
}

/**
 * Eigenvalues of A (n×n), with real Schur form or eigenvectors (of any length) if wanted; what is not, is empty.
 *
 * @throws {Error} if an eigenvalue does not converge (never seen).
 *
 * @example
 * ```ts
 * import { generalPairs } from "#lib/wasm/eigen.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const { im } = generalPairs(Float64Array.of(0, -1, 1, 0), 2, "values");
 * assertAlmostEquals(im[0], 1, 1e-15);
 * ```
 */
export function generalPairs(
  a: Float64Array,
  n: number,
  wanted: "values" | "schur" | "vectors",
): GeneralPairs {
  return withEigenSpace(n, (space) => {
    const { ld, exports } = space;
    const whole = wanted !== "values";
    const at = space.rows(n);
    space.put(at, a);
    const reflections = space.rows(n);
    const [re, im, beta, work] = space.vectors(11);
    const zt = whole ? space.rows(n) : 0;
    const turns = space.alloc(exports.chase_bytes(n, CHASE_GROUPS));
    const out = wanted === "vectors" ? space.rows(n) : 0;
    exports.hessenberg(at, n, ld, reflections, beta, work);
    if (whole) {
      space.putIdentity(zt);
      exports.back_transform(reflections, beta, n, 1, ld, zt, n, 1);
    }
    const failed = exports.schur(at, n, ld, zt, whole ? 1 : 0, re, im, turns, CHASE_GROUPS);
    if (failed !== 0) {
      throw new Error(`eigenvalues: no convergence after 60 QR steps at ${failed - 1}`);
    }
    if (wanted === "vectors") {
      exports.schur_vectors(at, zt, n, ld, re, im, reflections, work, out);
    }
    const none = new Float64Array(0);
    return {
      re: space.view(re, n).slice(),
      im: space.view(im, n).slice(),
      t: wanted === "schur" ? space.take(at, n) : none,
      zt: wanted === "schur" ? space.take(zt, n) : none,
      rows: wanted === "vectors" ? space.take(out, n) : none,
    };
  });
}

/** Groups of four QL sweeps, and of two Francis sweeps, that are kept before they are applied. */
export const SWEEP_GROUPS = 16;
const CHASE_GROUPS = 8;
