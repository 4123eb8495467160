// One batch of items as the unbiased estimate HSIC₁ takes it (Song, Smola, Gretton, Bedo & Borgwardt, JMLR 13, 2012, eq. 5):
// ⟨Ã, B̃⟩ of the U-centred kernels of b items, m(m − 3) times HSIC₁. For a linear kernel of centred data with row squares
// dᵢ = ‖xᵢ‖², zero diagonal and row sums need no kernel:
//   ⟨Ã, B̃⟩ = ‖XᵀY‖² − b/(b − 2) Σ dᵢeᵢ + Σdᵢ Σeᵢ/((b − 1)(b − 2)),
// which is the feature form, 2bpq operations and b(p + 1) numbers. Where there are at least as many features as items the
// kernel is kept instead, b(b − 1)/2 numbers: b²p operations once, b² per pair, b²q for a pair of unequal forms.

import { centreColumns, crossGram, gram } from "../linalg/gram.ts";
import { innerProduct } from "../linalg/norms.ts";
import {
  type CentredKernel,
  centreKernel,
  kernelProduct,
  rowStart,
  squaredDistance,
} from "./centred_kernel.ts";
import { visitGramRows } from "./gram_rows.ts";
import { type Features, kernelDistance } from "./kernel_distance.ts";

/** A batch in the form that needs less. */
export type UnbiasedBatch = FeatureBatch | KernelBatch;

interface FeatureBatch extends Features {
  readonly form: "features";
  /** ‖xᵢ‖². */
  readonly rowSquares: Float64Array;
  /** ⟨Ã, Ã⟩. */
  readonly squares: number;
  /** ‖XᵀX‖²: what `squares` is the difference of. */
  readonly plainSquares: number;
}

interface KernelBatch extends CentredKernel {
  readonly form: "kernel";
  readonly plainSquares: number;
}

/**
 * Makes a batch of b items × p features; b is at least 4. `data` is copied, unless it is `centred` already.
 *
 * @example
 * ```ts
 * import { unbiasedBatch } from "#lib/math/similarity/unbiased_batch.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(unbiasedBatch(new Float64Array(12), 6, 2).form, "features");
 * assertEquals(unbiasedBatch(new Float64Array(30), 5, 6).form, "kernel");
 * ```
 */
export function unbiasedBatch(
  data: Float64Array,
  b: number,
  p: number,
  { centred = false }: { readonly centred?: boolean } = {},
): UnbiasedBatch {
  const own = centred ? data : centreColumns(data, b, p);
  const items = { data: own, numItems: b, numFeatures: p };
  const rowSquares = new Float64Array(b);
  if (p < b) {
    for (let i = 0, at = 0; i < b; i++) {
      for (let j = 0; j < p; j++, at++) rowSquares[i] += items.data[at] * items.data[at];
    }
    const covariance = gram(items.data, b, p);
    const plainSquares = innerProduct(covariance, covariance);
    const squares = withoutDiagonal(plainSquares, rowSquares, rowSquares);
    return { form: "features", ...items, rowSquares, squares, plainSquares };
  }
  const upper = new Float64Array(b * (b - 1) / 2);
  visitGramRows(items, (i, row) => {
    rowSquares[i] = row[0];
    upper.set(row.subarray(1), rowStart(i, b));
  });
  const plainSquares = 2 * innerProduct(upper, upper) + innerProduct(rowSquares, rowSquares);
  return { form: "kernel", ...centreKernel(upper, null, b), plainSquares };
}

/**
 * ⟨Ã, B̃⟩ of two batches of the same items. Kernels give the same bits either way round, features up to rounding.
 *
 * @example
 * ```ts
 * import { batchProduct, unbiasedBatch } from "#lib/math/similarity/unbiased_batch.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const x = Float64Array.of(1, 2, 4, 8, 16);
 * const narrow = unbiasedBatch(x, 5, 1);
 * const wide = unbiasedBatch(Float64Array.from({ length: 25 }, (_, i) => i % 5 ? 0 : x[i / 5]), 5, 5);
 * assertAlmostEquals(batchProduct(narrow, wide) / batchProduct(wide, wide), 1, 1e-13);
 * ```
 */
export function batchProduct(x: UnbiasedBatch, y: UnbiasedBatch): number {
  if (x.form === "kernel") return y.form === "kernel" ? kernelProduct(x, y) : mixedProduct(x, y);
  if (y.form === "kernel") return mixedProduct(y, x);
  const cross = crossGram(x.data, y.data, x.numItems, x.numFeatures, y.numFeatures);
  return withoutDiagonal(innerProduct(cross, cross), x.rowSquares, y.rowSquares);
}

/**
 * ‖aÃ − bB̃‖² of two batches, without cancellation.
 *
 * @example
 * ```ts
 * import { batchSquaredDistance, unbiasedBatch } from "#lib/math/similarity/unbiased_batch.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const x = unbiasedBatch(Float64Array.of(1, 2, 4, 8, 16), 5, 1);
 * assertAlmostEquals(batchSquaredDistance(x, x, 1, 2) / x.squares, 1, 1e-13);
 * ```
 */
export function batchSquaredDistance(
  x: UnbiasedBatch,
  y: UnbiasedBatch,
  a: number,
  b: number,
): number {
  if (x.form === "features" && y.form === "features") {
    // The form is quadratic, so the difference of the kernels may be put into it.
    const e = x.rowSquares.map((one, i) => a * one - b * y.rowSquares[i]);
    const distance = kernelDistance(x, y, Math.sqrt(a), Math.sqrt(b));
    return Math.max(0, withoutDiagonal(distance * distance, e, e));
  }
  return squaredDistance(asKernel(x), asKernel(y), a, b);
}

function withoutDiagonal(plain: number, d: Float64Array, e: Float64Array): number {
  const b = d.length;
  const totals = sum(d) * sum(e);
  return plain - b / (b - 2) * innerProduct(d, e) + totals / ((b - 1) * (b - 2));
}

// The kernel's rows and diagonal sum to zero, so the other needs no centring.
function mixedProduct(kernel: KernelBatch, features: FeatureBatch): number {
  const { numItems: b, upper } = kernel;
  let total = 0;
  visitGramRows(features, (i, row) => {
    const start = rowStart(i, b);
    total += innerProduct(upper.subarray(start, start + b - i - 1), row.subarray(1));
  });
  return 2 * total;
}

function asKernel(batch: UnbiasedBatch): CentredKernel {
  if (batch.form === "kernel") return batch;
  const b = batch.numItems;
  const upper = new Float64Array(b * (b - 1) / 2);
  visitGramRows(batch, (i, row) => upper.set(row.subarray(1), rowStart(i, b)));
  return centreKernel(upper, null, b);
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
