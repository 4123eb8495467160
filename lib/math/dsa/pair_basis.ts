// Coordinates of skew matrices in which the Hessian of the matching problem is nearly diagonal, and that diagonal.
// For commuting normal matrices the Hessian is diagonal over pairs of eigenvectors with entries |λᵢ − λⱼ|². In the real
// Schur frame of A a pair of conjugate eigenvalues is a 2×2 block; the four entries that couple two such blocks
// then separate into those commuting and those anticommuting with the blocks' rotations. Leaves out the descent itself.

/** Which entries of the upper triangle stand alone and which come in fours. */
export interface PairBasis {
  /** Row length of the matrices. */
  readonly stride: number;
  /** i, j, i·stride + j, j·stride + i of each entry i < j that is no coupling of two 2×2 blocks. */
  readonly singles: Int32Array;
  /** The same of the upper left entry of each coupling of two 2×2 blocks. */
  readonly quads: Int32Array;
  /** Number of coordinates. */
  readonly size: number;
}

/**
 * The basis for a frame of n dimensions in matrices of row length `stride` ≥ n; `partner[i]` is the other index
 * of i's 2×2 block, or −1.
 *
 * @example
 * ```ts
 * import { pairBasis } from "#lib/math/dsa/pair_basis.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const basis = pairBasis(Int32Array.of(1, 0, -1, 4, 3), 5, 6);
 * assertEquals(basis.quads, Int32Array.of(0, 3, 3, 18));
 * assertEquals(basis.size, 10);
 * ```
 */
export function pairBasis(partner: Int32Array, n: number, stride: number): PairBasis {
  const singles: number[] = [];
  const quads: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const inBlock = partner[i] >= 0 && partner[j] >= 0 && partner[i] !== j;
      const isCorner = partner[i] === i + 1 && partner[j] === j + 1;
      if (!inBlock) singles.push(i, j, i * stride + j, j * stride + i);
      else if (isCorner) quads.push(i, j, i * stride + j, j * stride + i);
    }
  }
  return {
    stride,
    singles: Int32Array.from(singles),
    quads: Int32Array.from(quads),
    size: singles.length / 4 + quads.length,
  };
}

/**
 * Coordinates of the skew part ½(M − Mᵀ): an orthonormal map of its upper triangle.
 *
 * @example
 * ```ts
 * import { packSkew, pairBasis } from "#lib/math/dsa/pair_basis.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const basis = pairBasis(Int32Array.of(-1, -1), 2, 2);
 * assertEquals(packSkew(basis, Float64Array.of(5, 3, 1, 7), new Float64Array(1)), Float64Array.of(1));
 * ```
 */
export function packSkew(basis: PairBasis, m: Float64Array, out: Float64Array): Float64Array {
  const { stride: n, singles, quads } = basis;
  let o = 0;
  for (let s = 2; s < singles.length; s += 4) out[o++] = 0.5 * (m[singles[s]] - m[singles[s + 1]]);
  for (let s = 2; s < quads.length; s += 4) {
    const ij = quads[s], ji = quads[s + 1];
    const a = m[ij] - m[ji], b = m[ij + n + 1] - m[ji + n + 1];
    const c = m[ij + 1] - m[ji + n], d = m[ij + n] - m[ji + 1];
    out[o++] = QUARTER * (a + b);
    out[o++] = QUARTER * (a - b);
    out[o++] = QUARTER * (c + d);
    out[o++] = QUARTER * (c - d);
  }
  return out;
}

/**
 * The skew matrix with the coordinates `scale · v`, written to `out` (its diagonal is left alone).
 *
 * @example
 * ```ts
 * import { pairBasis, unpackSkew } from "#lib/math/dsa/pair_basis.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const basis = pairBasis(Int32Array.of(-1, -1), 2, 2);
 * assertEquals(unpackSkew(basis, Float64Array.of(1), 3, new Float64Array(4)), Float64Array.of(0, 3, -3, 0));
 * ```
 */
export function unpackSkew(
  basis: PairBasis,
  v: Float64Array,
  scale: number,
  out: Float64Array,
): Float64Array {
  const { stride: n, singles, quads } = basis;
  let o = 0;
  for (let s = 2; s < singles.length; s += 4) {
    const value = scale * v[o++];
    out[singles[s]] = value;
    out[singles[s + 1]] = -value;
  }
  const half = scale * Math.SQRT1_2;
  for (let s = 2; s < quads.length; s += 4) {
    const ij = quads[s], ji = quads[s + 1];
    const p = half * v[o++], q = half * v[o++], r = half * v[o++], t = half * v[o++];
    out[ij] = p + q, out[ji] = -p - q;
    out[ij + n + 1] = p - q, out[ji + n + 1] = q - p;
    out[ij + 1] = r + t, out[ji + n] = -r - t;
    out[ij + n] = r - t, out[ji + 1] = t - r;
  }
  return out;
}

/**
 * Diagonal of the Hessian of ½‖A − exp(Ω) S exp(−Ω)‖² at Ω = 0 in these coordinates, where S = A + E and `d[i]` is the
 * sum of the i-th diagonal entries of S Aᵀ and Aᵀ S. From the second derivative along Eᵢⱼ − Eⱼᵢ,
 * dᵢ + dⱼ + 2 (AᵢⱼSⱼᵢ + AⱼᵢSᵢⱼ − AᵢᵢSⱼⱼ − AⱼⱼSᵢᵢ), and the mixed derivatives within each group of four.
 *
 * @example
 * ```ts
 * import { curvatures, pairBasis } from "#lib/math/dsa/pair_basis.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const a = Float64Array.of(3, 0, 0, 1); // E = 0: (λ₁ − λ₂)²
 * const h = curvatures(pairBasis(Int32Array.of(-1, -1), 2, 2), a, new Float64Array(4), Float64Array.of(18, 2), new Float64Array(1));
 * assertEquals(h, Float64Array.of(4));
 * ```
 */
export function curvatures(
  basis: PairBasis,
  a: Float64Array,
  e: Float64Array,
  d: Float64Array,
  out: Float64Array,
): Float64Array {
  const { stride: n, singles, quads } = basis;
  let o = 0;
  for (let s = 0; s < singles.length; s += 4) {
    out[o++] = along(a, e, d, n, singles[s], singles[s + 1]);
  }
  for (let s = 0; s < quads.length; s += 4) {
    const i = quads[s], j = quads[s + 1];
    const straight = 0.5 * (along(a, e, d, n, i, j) + along(a, e, d, n, i + 1, j + 1));
    const crossed = 0.5 * (along(a, e, d, n, i, j + 1) + along(a, e, d, n, i + 1, j));
    const x = mixed(a, e, n, i, j, i + 1, j + 1);
    const y = mixed(a, e, n, i, j + 1, i + 1, j);
    out[o++] = straight + x;
    out[o++] = straight - x;
    out[o++] = crossed + y;
    out[o++] = crossed - y;
  }
  return out;
}

function along(
  a: Float64Array,
  e: Float64Array,
  d: Float64Array,
  n: number,
  i: number,
  j: number,
): number {
  const ii = i * n + i, ij = i * n + j, ji = j * n + i, jj = j * n + j;
  const aii = a[ii], aij = a[ij], aji = a[ji], ajj = a[jj];
  return 0.5 * (d[i] + d[j]) + aij * (aji + e[ji]) + aji * (aij + e[ij]) - aii * (ajj + e[jj]) -
    ajj * (aii + e[ii]);
}

// Half the mixed second derivative along Eᵢⱼ − Eⱼᵢ and Eₖₗ − Eₗₖ, all four indices different.
function mixed(
  a: Float64Array,
  e: Float64Array,
  n: number,
  i: number,
  j: number,
  k: number,
  l: number,
): number {
  const il = i * n + l, jk = j * n + k, ik = i * n + k, jl = j * n + l;
  const li = l * n + i, kj = k * n + j, ki = k * n + i, lj = l * n + j;
  return 0.5 * (
    a[il] * (a[jk] + e[jk]) - a[ik] * (a[jl] + e[jl]) - a[jl] * (a[ik] + e[ik]) +
    a[jk] * (a[il] + e[il]) + a[kj] * (a[li] + e[li]) - a[ki] * (a[lj] + e[lj]) -
    a[lj] * (a[ki] + e[ki]) + a[li] * (a[kj] + e[kj])
  );
}

const QUARTER = 0.5 * Math.SQRT1_2;
