// Eigenvalues and singular values in f64: symmetric and general with vectors, general without, SVD and singular values of a
// tall matrix, and the leading pairs of a Gram matrix, as lib/math offers them, arrays in and arrays out.
// Operations as LAPACK's working notes count them: symmetric with vectors 9n³ (4/3 tridiagonal, 4/3 Q, the rest rotations), values
// 4/3 n³; general 26n³ with vectors, 10n³ without; SVD of m×n 4mn² + 22n³, values 2mn² + 2n³; leading pairs 4/3 n³ + 2n²r. Divide and
// conquer and aggressive deflation do less, so the rates of peers are rates of the same result, not of operations done.
// The limit of a wasm thread is its arithmetic without fused multiply-add: two products and two sums of two lanes a cycle.

import { eigenpairs, eigenvalues } from "#lib/math/linalg/eigen.ts";
import { quasiTriangular, toHessenberg } from "#lib/math/linalg/francis_qr.ts";
import { gram } from "#lib/math/linalg/gram.ts";
import { leadingSubspace } from "#lib/math/linalg/leading_subspace.ts";
import { eigenvaluesOfSchur } from "#lib/math/linalg/standard_block.ts";
import { singularValues, svd } from "#lib/math/linalg/svd.ts";
import {
  leadingEigen,
  plainPairs,
  symmetricEigen,
  symmetricEigenvalues,
} from "#lib/math/linalg/symmetric_eigen.ts";
import { type Benchmark, NoPeer, peer, requireAgreement, type Row, timed } from "./harness.ts";
import { formulaMatrix, wasmPeak } from "./_formula.ts";

type Work =
  | "symmetric"
  | "symmetric, values"
  | "general"
  | "general, values"
  | "svd"
  | "svd, values"
  | "leading 20";

/** NumPy takes at least a sixth of our time: the goal of issue and specification for three of them. */
const goals: Readonly<Record<string, number>> = {
  "symmetric, 200 × 200": 0.167,
  "general, 256 × 256": 0.167,
  "svd, 1000 × 200": 0.167,
};

export default {
  name: "eigen",
  summary: "eigenvalues, eigenvectors and singular values of f64 matrices",
  async run({ quick }) {
    const works: readonly (readonly [Work, number, number])[] = [
      ["symmetric", 100, 100],
      ["symmetric", 200, 200],
      ["symmetric, values", 200, 200],
      ["general", 100, 100],
      ["general", 256, 256],
      ["general, values", 256, 256],
      ["svd", 200, 100],
      ["svd", 1000, 200],
      ["svd, values", 1000, 200],
      ["leading 20", 1000, 1000],
    ];
    const rows: Row[] = [];
    for (const [work, m, n] of works) {
      if (quick && n > 200) continue;
      rows.push(...await compare(work, m, n, quick ? 3 : n >= 1000 ? 5 : 15));
    }
    return rows;
  },
} satisfies Benchmark;

async function compare(work: Work, m: number, n: number, times: number): Promise<Row[]> {
  const label = `${work}, ${m} × ${n}`;
  const operations = {
    "symmetric": 9 * n ** 3,
    "symmetric, values": 4 / 3 * n ** 3,
    "general": 26 * n ** 3,
    "general, values": 10 * n ** 3,
    "svd": 4 * m * n * n + 22 * n ** 3,
    "svd, values": 2 * m * n * n + 2 * n ** 3,
    "leading 20": 4 / 3 * n ** 3 + 40 * n * n,
  }[work];
  const rows: Row[] = [];
  let expected: number[] | undefined;
  try {
    const found = await peer("eigen", { work, m, n, times }, { threads: 1 });
    expected = found.result as number[];
    const by = `NumPy ${found.versions.numpy}, 1 thr`;
    rows.push({ work: label, by, seconds: found.seconds, operations });
  } catch (error) {
    if (!(error instanceof NoPeer)) throw error;
    rows.push({ work: label, by: "NumPy", seconds: [NaN], note: error.message });
  }
  const against = rows[0].by;
  const goal = goals[label];
  for (const [by, run] of ways(work, m, n)) {
    const { seconds, result } = await timed(times, run);
    if (expected !== undefined) {
      requireAgreement(`${label}, ${by}`, result, expected, { abs: 1e-10, rel: 1e-10 });
    }
    const rate = operations / Math.min(...seconds) / 1e9;
    const limit = wasmPeak(2);
    const note = `${Math.round(100 * rate / limit)} % of ${limit.toPrecision(3)} GFLOP/s`;
    rows.push({
      work: label,
      by,
      seconds,
      operations,
      against,
      ...(by === "lib/math" ? { note, ...(goal === undefined ? {} : { goal }) } : {}),
    });
  }
  return rows;
}

/** Each returns its eigenvalues or singular values in the peer's order: checked before any times are shown. */
type Way = readonly [string, () => Float64Array];

function ways(work: Work, m: number, n: number): readonly Way[] {
  const a = formulaMatrix(0, m, n);
  switch (work) {
    case "symmetric": {
      const s = symmetrised(a, n);
      return [
        ["lib/math", () => symmetricEigen(s, n).values],
        ["plain loops", () => plainPairs(s, n).values.sort().reverse()],
      ];
    }
    case "symmetric, values": {
      const s = symmetrised(a, n);
      return [["lib/math", () => symmetricEigenvalues(s, n)]];
    }
    case "general":
      return [["lib/math", () => moduli(eigenpairs(a, n))]];
    case "general, values":
      return [
        ["lib/math", () => moduli(eigenvalues(a, n))],
        ["plain loops", () => moduli(plainEigenvalues(a, n))],
      ];
    case "svd":
      return [["lib/math", () => svd(a, m, n).s]];
    case "svd, values":
      return [["lib/math", () => singularValues(a, m, n)]];
    case "leading 20": {
      const g = fallingGram(n);
      return [
        ["lib/math, subspace", () => leadingSubspace(g, n, 20).values],
        ["lib/math", () => leadingEigen(g, n, 20).values.slice(0, 20)],
      ];
    }
  }
}

function symmetrised(a: Float64Array, n: number): Float64Array {
  return a.map((x, p) => x + a[(p % n) * n + Math.floor(p / n)]);
}

function plainEigenvalues(a: Float64Array, n: number) {
  const h = a.slice();
  toHessenberg(h, null, n);
  quasiTriangular(h, null, n);
  return eigenvaluesOfSchur(h, n);
}

function moduli({ re, im }: { readonly re: Float64Array; readonly im: Float64Array }) {
  return re.map((x, i) => Math.hypot(x, im[i])).sort().reverse();
}

// Columns fall off by a tenth each, as singular values of delay embeddings do.
function fallingGram(n: number): Float64Array {
  return gram(formulaMatrix(0, n, n).map((x, p) => x * 0.9 ** (p % n)), n, n);
}
