// All eigenvalues, and if wanted all or the leading eigenvectors, of a real symmetric matrix.
// Tridiagonal form, then implicit QL (all vectors), or eigenvalues alone and inverse iteration (leading vectors).
// Operations: 4/3 n³ for values, about 8n³ with all vectors, 4/3 n³ + 2n²r with r vectors; from a size on in wasm.
// Errors are of the size eps·‖A‖ in every eigenvalue: small ones of a graded matrix are not relatively accurate.

import { symmetricPairs, withTridiagonal } from "#lib/wasm/eigen.ts";
import { scaledCopy } from "./exact_scale.ts";
import { requireFinite, requireShape } from "./require_shape.ts";
import { backTransform, tridiagonalise } from "./tridiagonal_form.ts";
import { implicitQL } from "./tridiagonal_ql.ts";
import { leadingPairs } from "./tridiagonal_vectors.ts";

/** Eigenvalues in descending order; eigenvector j is column j of `vectors` (n×n, row-major). */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** From this size on wasm takes over from TypeScript, which does the same in the same way. */
export const SYMMETRIC_WASM_FROM = 8;

/**
 * A = V diag(values) Vᵀ for symmetric A (n×n; only its upper triangle is read). Each eigenvector's
 * component of largest magnitude (the first such) is positive, so the result is deterministic
 * wherever eigenvalues are distinct.
 *
 * @throws {RangeError} if the length does not fit or an entry is not finite.
 *
 * @example
 * ```ts
 * import { symmetricEigen } from "#lib/math/linalg/symmetric_eigen.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
 * assertAlmostEquals(values[0], 3, 1e-14);
 * assertAlmostEquals(vectors[0], Math.SQRT1_2, 1e-14);
 * ```
 */
export function symmetricEigen(a: Float64Array, n: number): SymmetricEigen {
  const { a: scaled, scale } = prepared("symmetricEigen", a, n);
  const { values, rows } = n < SYMMETRIC_WASM_FROM
    ? plainPairs(scaled, n)
    : symmetricPairs(scaled, n);
  const order = Array.from({ length: n }, (_, i) => i)
    .sort((i, j) => values[j] - values[i] || i - j);
  return {
    values: Float64Array.from(order, (i) => values[i] * scale),
    vectors: columnsFromRows(rows, order, n),
  };
}

/**
 * All eigenpairs by TypeScript alone, whatever the size: eigenvalues in no order, eigenvector j as row j of `rows`. Entries of
 * A at most about 1.
 *
 * @example
 * ```ts
 * import { plainPairs } from "#lib/math/linalg/symmetric_eigen.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(plainPairs(Float64Array.of(0.5, 0, 0, 1), 2).rows, Float64Array.of(1, 0, 0, 1));
 * ```
 */
export function plainPairs(a: Float64Array, n: number) {
  const form = tridiagonalise("symmetricEigen", a, n);
  const rows = new Float64Array(n * n);
  for (let i = 0; i < n; i++) rows[i * n + i] = 1;
  backTransform(form, rows, n, n, true);
  const { diagonal, off, scale } = form;
  implicitQL(diagonal, off, n, rows);
  return { values: diagonal.map((x) => x * scale), rows };
}

/**
 * The eigenvalues alone, descending.
 *
 * @throws {RangeError} if the length does not fit or an entry is not finite.
 *
 * @example
 * ```ts
 * import { symmetricEigenvalues } from "#lib/math/linalg/symmetric_eigen.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(symmetricEigenvalues(Float64Array.of(2, 1, 1, 2), 2)[1], 1, 1e-14);
 * ```
 */
export function symmetricEigenvalues(a: Float64Array, n: number): Float64Array {
  const { a: scaled, scale } = prepared("symmetricEigenvalues", a, n);
  const values = n < SYMMETRIC_WASM_FROM
    ? plainValues(scaled, n)
    : symmetricPairs(scaled, n, false).values;
  return values.map((x) => x * scale).sort().reverse();
}

function plainValues(a: Float64Array, n: number): Float64Array {
  const { diagonal, off, scale } = tridiagonalise("symmetricEigenvalues", a, n);
  implicitQL(diagonal, off, n, null);
  return diagonal.map((x) => x * scale);
}

/**
 * All n eigenvalues, descending, and the eigenvectors of the `count` largest (`vectors` is n×count). For a few vectors of a
 * large matrix several times faster than `symmetricEigen`. `count` may be a function of the eigenvalues.
 * Vectors of eigenvalues that agree to rounding span the right space.
 *
 * @throws {RangeError} if the length does not fit, an entry is not finite, or count is not in [0, n].
 *
 * @example
 * ```ts
 * import { leadingEigen } from "#lib/math/linalg/symmetric_eigen.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { values, vectors } = leadingEigen(Float64Array.of(2, 1, 1, 2), 2, 1);
 * assertAlmostEquals(values[1], 1, 1e-14);
 * assertAlmostEquals(vectors[0], Math.SQRT1_2, 1e-14);
 * ```
 */
export function leadingEigen(
  a: Float64Array,
  n: number,
  count: number | ((values: Float64Array) => number),
): SymmetricEigen {
  const { a: scaled, scale } = prepared("leadingEigen", a, n);
  const wanted = (values: Float64Array) =>
    typeof count === "number" ? count : count(values.map((value) => value * scale));
  const { values, rows } = n < SYMMETRIC_WASM_FROM
    ? plainLeadingPairs(scaled, n, wanted)
    : withTridiagonal(scaled, n, ({ diagonal, off, back }) => {
      const { values, rows } = leadingPairs(diagonal, off, wanted);
      return { values, rows: back(rows) };
    });
  const r = n === 0 ? 0 : rows.length / n;
  const order = Array.from({ length: r }, (_, i) => i);
  return { values: values.map((value) => value * scale), vectors: columnsFromRows(rows, order, n) };
}

function plainLeadingPairs(
  a: Float64Array,
  n: number,
  wanted: (values: Float64Array) => number,
) {
  const form = tridiagonalise("leadingEigen", a, n);
  const count = (values: Float64Array) => wanted(values.map((value) => value * form.scale));
  const { values, rows } = leadingPairs(form.diagonal, form.off, count);
  backTransform(form, rows, n === 0 ? 0 : rows.length / n, n);
  return { values: values.map((value) => value * form.scale), rows };
}

function prepared(caller: string, a: Float64Array, n: number) {
  requireShape(caller, "a", a, n, n);
  requireFinite(caller, "a", a);
  return scaledCopy(a);
}

// Row order[j] becomes column j, signed so that its entry of largest magnitude is positive.
function columnsFromRows(rows: Float64Array, order: readonly number[], n: number): Float64Array {
  const r = order.length;
  const vectors = new Float64Array(n * r);
  for (let j = 0; j < r; j++) {
    const base = order[j] * n;
    let largest = 0;
    for (let i = 1; i < n; i++) {
      if (Math.abs(rows[base + i]) > Math.abs(rows[base + largest])) largest = i;
    }
    const sign = rows[base + largest] < 0 ? -1 : 1;
    for (let i = 0; i < n; i++) vectors[i * r + j] = sign * rows[base + i];
  }
  return vectors;
}
