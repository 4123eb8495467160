// Leading eigenvectors of a symmetric tridiagonal matrix: all eigenvalues by QL, vectors by inverse iteration.
// The matrix is first split where couplings are rounding, so that each block has simple eigenvalues; within a block each
// vector is kept orthogonal to those before it (in the way of LAPACK's dstein; Jessup & Ipsen 1992).
// About 30n operations a vector and step, and 8n for each vector before it; two or three steps.
// The starts are a fixed sequence: the result depends on the matrix alone.

import { frobeniusNorm } from "./norms.ts";
import { implicitQL } from "./tridiagonal_ql.ts";

/** All eigenvalues, descending, and the eigenvectors of the leading ones as rows of length n. */
export interface LeadingPairs {
  readonly values: Float64Array;
  readonly rows: Float64Array;
}

/**
 * Eigenvalues, and leading eigenvectors, of the tridiagonal matrix (`diagonal`, `off`; off[k] couples k and k+1). `count`, or
 * what it returns for the eigenvalues, is the number of vectors. Residuals are at most 4√n·eps·‖T‖.
 *
 * @throws {RangeError} if the count is not an integer in [0, n].
 *
 * @example
 * ```ts
 * import { leadingPairs } from "#lib/math/linalg/tridiagonal_vectors.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { values, rows } = leadingPairs(Float64Array.of(2, 2), Float64Array.of(1, 0), () => 1);
 * assertAlmostEquals(values[0], 3, 1e-14);
 * assertAlmostEquals(rows[0], rows[1], 1e-15);
 * ```
 */
export function leadingPairs(
  diagonal: Float64Array,
  off: Float64Array,
  count: (values: Float64Array) => number,
): LeadingPairs {
  const n = diagonal.length;
  const norm = gershgorin(diagonal, off);
  const pairs = eigenvaluesOfBlocks(diagonal, off, norm);
  const values = Float64Array.from(pairs, ({ value }) => value);
  const r = count(values);
  if (!(Number.isInteger(r) && r >= 0 && r <= n)) {
    throw new RangeError(`leading eigenpairs: ${r} vectors wanted of a matrix of size ${n}`);
  }
  const rows = new Float64Array(r * n);
  const byBlock = Map.groupBy(
    pairs.slice(0, r).map((pair, row) => ({ ...pair, row })),
    ({ from }) => from,
  );
  for (const members of byBlock.values()) {
    const { from, to } = members[0];
    const block = {
      diagonal: diagonal.subarray(from, to),
      off: off.subarray(from, to),
      norm,
      lu: new TridiagonalLU(to - from),
    };
    const vectors = blockVectors(block, Float64Array.from(members, ({ value }) => value));
    members.forEach(({ row }, at) => {
      const vector = vectors.subarray(at * (to - from), (at + 1) * (to - from));
      rows.set(vector, row * n + from);
    });
  }
  return { values, rows };
}

interface BlockPair {
  readonly value: number;
  /** The block is [from, to). */
  readonly from: number;
  readonly to: number;
}

// All eigenvalues, descending, each with the block that it belongs to.
function eigenvaluesOfBlocks(d: Float64Array, e: Float64Array, norm: number): BlockPair[] {
  const n = d.length;
  const pairs: BlockPair[] = [];
  for (let from = 0; from < n;) {
    let to = from + 1;
    while (to < n && Math.abs(e[to - 1]) > EPSILON * norm) to++;
    const values = d.slice(from, to);
    const couplings = e.slice(from, to);
    couplings[to - from - 1] = 0;
    implicitQL(values, couplings, to - from, null);
    for (const value of values.sort().reverse()) pairs.push({ value, from, to });
    from = to;
  }
  return pairs.sort((a, b) => b.value - a.value || a.from - b.from);
}

function gershgorin(d: Float64Array, e: Float64Array): number {
  let norm = 0;
  for (let i = 0; i < d.length; i++) {
    norm = Math.max(norm, Math.abs(d[i]) + Math.abs(e[i]) + (i > 0 ? Math.abs(e[i - 1]) : 0));
  }
  return norm;
}

// Eigenvectors of one block for some of its eigenvalues, descending, as rows.
function blockVectors(block: Block, values: Float64Array): Float64Array {
  const { diagonal, off, norm, lu } = block;
  const n = diagonal.length;
  const rows = new Float64Array(values.length * n);
  if (n === 1) return rows.fill(1);
  for (let j = 0; j < values.length; j++) {
    lu.factor(diagonal, off, values[j], EPSILON * norm);
    const found = iterate(block, values[j], rows.subarray(j * n, (j + 1) * n), rows, j);
    if (!found) return blockVectorsByQL(block, values.length);
  }
  return rows;
}

// The sure way, for the rare block where inverse iteration does not settle: all vectors by QL.
function blockVectorsByQL({ diagonal, off }: Block, count: number): Float64Array {
  const n = diagonal.length;
  const d = diagonal.slice();
  const e = off.slice();
  e[n - 1] = 0;
  const all = new Float64Array(n * n);
  for (let i = 0; i < n; i++) all[i * n + i] = 1;
  implicitQL(d, e, n, all);
  const order = Array.from(d, (_, i) => i).sort((i, j) => d[j] - d[i] || i - j);
  const rows = new Float64Array(count * n);
  for (let j = 0; j < count; j++) rows.set(all.subarray(order[j] * n, (order[j] + 1) * n), j * n);
  return rows;
}

interface Block {
  readonly diagonal: Float64Array;
  readonly off: Float64Array;
  readonly norm: number;
  readonly lu: TridiagonalLU;
}

function iterate(
  { diagonal, off, norm, lu }: Block,
  value: number,
  x: Float64Array,
  rows: Float64Array,
  j: number,
): boolean {
  const n = x.length;
  const small = 4 * Math.sqrt(n) * EPSILON * norm;
  for (let start = 0; start < MAX_STARTS; start++) {
    fillStart(x, j + start * 7919);
    orthogonalise(x, rows, j);
    if (!normalise(x)) continue;
    let settled = 0;
    for (let step = 0; step < MAX_STEPS; step++) {
      lu.solve(x);
      if (!normalise(x)) break;
      orthogonalise(x, rows, j);
      if (!normalise(x)) break;
      orthogonalise(x, rows, j);
      if (!normalise(x)) break;
      // One step more than needed, for the parts along other eigenvectors.
      if (residual(diagonal, off, value, x) <= small) settled++;
      if (settled === 2) return true;
    }
  }
  return false;
}

// ‖(T − λ) x‖.
function residual(d: Float64Array, e: Float64Array, value: number, x: Float64Array): number {
  const n = x.length;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    let sum = (d[i] - value) * x[i];
    if (i > 0) sum += e[i - 1] * x[i - 1];
    if (i + 1 < n) sum += e[i] * x[i + 1];
    squares += sum * sum;
  }
  return Math.sqrt(squares);
}

// Entries in ±(0.5 … 1) from an integer hash: no start is orthogonal to an eigenvector by symmetry.
function fillStart(x: Float64Array, seed: number): void {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 0;
  for (let i = 0; i < x.length; i++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + i | 0;
    state = Math.imul(state ^ (state >>> 12), 0x297a2d39) | 0;
    state ^= state >>> 15;
    x[i] = 0.5 * Math.sign(state | 1) + state / 2 ** 32;
  }
}

function orthogonalise(x: Float64Array, rows: Float64Array, count: number): void {
  const n = x.length;
  for (let k = 0; k < count; k++) {
    const base = k * n;
    let overlap = 0;
    for (let i = 0; i < n; i++) overlap += x[i] * rows[base + i];
    for (let i = 0; i < n; i++) x[i] -= overlap * rows[base + i];
  }
}

function normalise(x: Float64Array): boolean {
  const size = frobeniusNorm(x);
  if (!(size > 0 && size < Infinity)) return false;
  for (let i = 0; i < x.length; i++) x[i] /= size;
  return true;
}

// LU of T − λ with partial pivoting: U has three diagonals, L one multiplier a row and a flag for the exchange.
// Pivots below `smallest` are replaced by it: the matrix is perturbed by no more than its rounding.
class TridiagonalLU {
  private readonly u0: Float64Array;
  private readonly u1: Float64Array;
  private readonly u2: Float64Array;
  private readonly multiplier: Float64Array;
  private readonly exchanged: Uint8Array;

  constructor(private readonly n: number) {
    this.u0 = new Float64Array(n);
    this.u1 = new Float64Array(n);
    this.u2 = new Float64Array(n);
    this.multiplier = new Float64Array(n);
    this.exchanged = new Uint8Array(n);
  }

  factor(d: Float64Array, e: Float64Array, shift: number, smallest: number): void {
    const { n, u0, u1, u2, multiplier, exchanged } = this;
    let pivot = n > 0 ? d[0] - shift : 0;
    let right = n > 1 ? e[0] : 0;
    for (let i = 0; i < n - 1; i++) {
      const below = e[i];
      const next = d[i + 1] - shift;
      const beyond = i + 2 < n ? e[i + 1] : 0;
      if (Math.abs(pivot) >= Math.abs(below)) {
        if (Math.abs(pivot) < smallest) pivot = smallest;
        exchanged[i] = 0;
        multiplier[i] = below / pivot;
        u0[i] = pivot, u1[i] = right, u2[i] = 0;
        pivot = next - multiplier[i] * right;
        right = beyond;
      } else {
        exchanged[i] = 1;
        multiplier[i] = pivot / below;
        u0[i] = below, u1[i] = next, u2[i] = beyond;
        pivot = right - multiplier[i] * next;
        right = -multiplier[i] * beyond;
      }
    }
    if (n > 0) u0[n - 1] = Math.abs(pivot) < smallest ? smallest : pivot;
  }

  solve(x: Float64Array): void {
    const { n, u0, u1, u2, multiplier, exchanged } = this;
    for (let i = 0; i < n - 1; i++) {
      if (exchanged[i] === 1) {
        const t = x[i];
        x[i] = x[i + 1];
        x[i + 1] = t;
      }
      x[i + 1] -= multiplier[i] * x[i];
    }
    for (let i = n - 1; i >= 0; i--) {
      let value = x[i];
      if (i + 1 < n) value -= u1[i] * x[i + 1];
      if (i + 2 < n) value -= u2[i] * x[i + 2];
      x[i] = value / u0[i];
    }
  }
}

const EPSILON = Number.EPSILON;
const MAX_STEPS = 10;
const MAX_STARTS = 3;
