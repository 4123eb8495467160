// Dense linear algebra in f64: products, Gram matrices, QR, LU, solves and Cholesky, as lib/math offers them, arrays in
// and arrays out. Operations as LAPACK counts them: 2mn² a product, mn² a Gram matrix, 2n²(m − n/3) an R and twice that with Q,
// 2/3 n³ an LU, 8/3 n³ a solve with n right sides, n³/3 a Cholesky factor.
// The limit of a wasm thread is its arithmetic without fused multiply-add: two products and two sums of two lanes a cycle.

import { cholesky } from "#lib/math/linalg/cholesky.ts";
import { gram } from "#lib/math/linalg/gram.ts";
import { luFactor, solve } from "#lib/math/linalg/lu.ts";
import { multiply } from "#lib/math/linalg/matmul.ts";
import { qr, triangularFactor } from "#lib/math/linalg/qr.ts";
import { plainAddUpperGram } from "#lib/math/linalg/plain_gram.ts";
import { plainCholesky } from "#lib/math/linalg/plain_cholesky.ts";
import { plainLuFactor } from "#lib/math/linalg/plain_lu.ts";
import { plainMultiply } from "#lib/math/linalg/plain_matmul.ts";
import { type Benchmark, NoPeer, peer, requireAgreement, type Row, timed } from "./harness.ts";
import { formulaMatrix, wasmPeak } from "./_formula.ts";

type Work = "product" | "gram" | "qr, R" | "qr, Q and R" | "lu" | "solve" | "cholesky";

export default {
  name: "gemm",
  summary: "products and decompositions of f64 matrices",
  async run({ quick }) {
    const works: readonly (readonly [Work, number, number])[] = [
      ["product", 64, 64],
      ["product", 256, 256],
      ["product", 1024, 1024],
      ["gram", 24000, 64],
      ["gram", 4000, 500],
      ["qr, R", 1000, 200],
      ["qr, Q and R", 1000, 200],
      ["qr, R", 5000, 640],
      ["lu", 256, 256],
      ["lu", 1024, 1024],
      ["solve", 256, 256],
      ["cholesky", 512, 512],
    ];
    const rows: Row[] = [];
    for (const [work, m, n] of works) {
      if (quick && m * n * n > 2e8) continue;
      rows.push(...await compare(work, m, n, quick ? 3 : m * n * n > 1e9 ? 5 : 15));
    }
    return rows;
  },
} satisfies Benchmark;

async function compare(work: Work, m: number, n: number, times: number): Promise<Row[]> {
  const label = `${work}, ${m} × ${n}`;
  const operations = {
    "product": 2 * m * n * n,
    "gram": m * n * n,
    "qr, R": 2 * n * n * (m - n / 3),
    "qr, Q and R": 4 * n * n * (m - n / 3),
    "lu": 2 / 3 * n ** 3,
    "solve": 8 / 3 * n ** 3,
    "cholesky": n ** 3 / 3,
  }[work];
  const rows: Row[] = [];
  let expected: number[] | undefined;
  for (const threads of [1, 4]) {
    try {
      const found = await peer("gemm", { work, m, n, times }, { threads });
      expected ??= found.result as number[];
      requireAgreement(label, found.result as number[], expected, { abs: 1e-9, rel: 1e-9 });
      const by = `NumPy ${found.versions.numpy}, ${threads} thr`;
      rows.push({ work: label, by, seconds: found.seconds, operations });
    } catch (error) {
      if (!(error instanceof NoPeer)) throw error;
      rows.push({ work: label, by: "NumPy", seconds: [NaN], note: error.message });
    }
  }
  const against = rows[0].by;
  for (const [by, run] of ways(work, m, n)) {
    if (by === "plain loops" && operations > 1e9) continue;
    // Small ones are compiled well only after some calls.
    for (let i = 0; i < Math.min(500, 2e8 / operations); i++) run();
    const { seconds, result } = await timed(times, run);
    if (expected !== undefined) {
      requireAgreement(`${label}, ${by}`, sample(work, result, n), expected, {
        abs: 1e-9,
        rel: 1e-9,
      });
    }
    const rate = operations / Math.min(...seconds) / 1e9;
    const share = `${Math.round(100 * rate / wasmPeak(2))} % of ${
      wasmPeak(2).toPrecision(3)
    } GFLOP/s`;
    rows.push({
      work: label,
      by,
      seconds,
      operations,
      against,
      ...(by === "lib/math" ? { note: share } : {}),
    });
  }
  return rows;
}

type Way = readonly [string, () => Float64Array];

function ways(work: Work, m: number, n: number): readonly Way[] {
  const a = formulaMatrix(0, m, n);
  const b = formulaMatrix(1, n, n);
  switch (work) {
    case "product":
      return [
        ["lib/math", () => multiply(a, b, m, n, n)],
        ["plain loops", () => plainInto(m * n, (out) => plainMultiply(a, b, m, n, n, out))],
      ];
    case "gram":
      return [
        ["lib/math", () => gram(a, m, n)],
        ["plain loops", () => plainInto(n * n, (out) => plainAddUpperGram(a, m, n, out))],
      ];
    case "qr, R":
      return [["lib/math", () => triangularFactor(a, m, n)]];
    case "qr, Q and R":
      return [["lib/math", () => qr(a, m, n).r]];
    case "lu":
      return [
        ["lib/math", () => luFactor(a, n).lu],
        ["plain loops", () => plainLuFactor(a, n).lu],
      ];
    case "solve":
      return [["lib/math", () => solve(a, n, b, n)]];
    case "cholesky": {
      const positive = gram(a, m, n);
      for (let i = 0; i < n; i++) positive[i * n + i] += 1;
      return [
        ["lib/math", () => cholesky(positive, n)!],
        ["plain loops", () => plainCholesky(positive, n)!],
      ];
    }
  }
}

function plainInto(length: number, run: (out: Float64Array) => void): Float64Array {
  const out = new Float64Array(length);
  run(out);
  return out;
}

/** The numbers that the peer sends: of triangles the diagonal, without signs. */
function sample(work: Work, result: Float64Array, n: number): Float64Array {
  if (!work.startsWith("qr") && work !== "lu") return result.slice(0, 200);
  return Float64Array.from(
    { length: Math.min(n, 200) },
    (_, i) => Math.abs(result[i * n + i]),
  );
}
