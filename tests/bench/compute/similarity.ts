// Similarities of one pair of representations, from states to number, centring included, against what one writes in NumPy.
// Operations: linear CKA 4mp² (a symmetric product is half of one), debiased in Gram form 2m²p + 4m², in features as linear,
// RBF 2m²p and 30 a kernel entry, Procrustes 2mp² and 8/3·p³ for the singular values, CCA 8mp² (two QR with Q) + 2mp² + 8/3·p³.
// Ours prepares each system once for all its pairs; here each is prepared for one pair, which is its worst case.

import { compareCca, prepareCca } from "#lib/math/similarity/cca.ts";
import { kernelAngle } from "#lib/math/similarity/centred_kernel.ts";
import { compareDebiasedCka, prepareDebiasedCka } from "#lib/math/similarity/debiased_cka.ts";
import { compareLinearCka, prepareLinearCka } from "#lib/math/similarity/linear_cka.ts";
import { compareProcrustes, prepareProcrustes } from "#lib/math/similarity/procrustes.ts";
import { prepareRbfCka } from "#lib/math/similarity/rbf_cka.ts";
import { formulaMatrix } from "./_formula.ts";
import { type Benchmark, NoPeer, peer, requireAgreement, type Row, timed } from "./harness.ts";

type Work = "linear CKA" | "debiased CKA" | "minibatch CKA" | "RBF CKA" | "Procrustes" | "CCA";

export default {
  name: "similarity",
  summary: "similarities of a pair of representations, items × features in f64",
  async run({ quick }) {
    const works: readonly (readonly [Work, number, number])[] = quick
      ? [
        ["linear CKA", 300, 32],
        ["debiased CKA", 200, 300],
        ["minibatch CKA", 1024, 16],
        [
          "RBF CKA",
          200,
          16,
        ],
        ["Procrustes", 300, 32],
        ["CCA", 300, 32],
      ]
      : [
        ["linear CKA", 2000, 256],
        ["linear CKA", 1600, 3],
        ["debiased CKA", 1000, 2000],
        ["minibatch CKA", 20_480, 64],
        ["RBF CKA", 1000, 64],
        ["Procrustes", 2000, 128],
        ["CCA", 2000, 128],
      ];
    const rows: Row[] = [];
    for (const [work, m, p] of works) rows.push(...await compare(work, m, p, quick ? 3 : 9));
    return rows;
  },
} satisfies Benchmark;

async function compare(work: Work, m: number, p: number, times: number): Promise<Row[]> {
  const label = `${work}, ${m} × ${p}`;
  const operations = operationsOf(work, m, p);
  const rows: Row[] = [];
  let expected: number[] | undefined;
  for (const threads of [1, 4]) {
    try {
      const found = await peer("similarity", { work, m, p, times }, { threads });
      expected ??= found.result as number[];
      requireAgreement(label, found.result as number[], expected, agreement);
      const by = `NumPy ${found.versions.numpy}, ${threads} thr`;
      rows.push({ work: label, by, seconds: found.seconds, operations });
    } catch (error) {
      if (!(error instanceof NoPeer)) throw error;
      rows.push({ work: label, by: "NumPy", seconds: [NaN], note: error.message });
    }
  }
  const x = formulaMatrix(0, m, p);
  const y = formulaMatrix(1, m, p).map((value, i) => 0.5 * x[i] + value);
  const run = () => similarity(work, x, y, m, p);
  // Small ones are compiled well only after some calls.
  for (let i = 0; i < Math.min(200, 2e8 / operations); i++) run();
  const { seconds, result } = await timed(times, run);
  if (expected !== undefined) requireAgreement(`${label}, ours`, [result], expected, agreement);
  return [...rows, { work: label, by: "lib/math", seconds, operations, against: rows[0].by }];
}

const agreement = { abs: 1e-12, rel: 1e-10 };

function similarity(
  work: Work,
  x: Float64Array,
  y: Float64Array,
  m: number,
  p: number,
): number {
  switch (work) {
    case "linear CKA":
      return compareLinearCka(prepareLinearCka(x, m, p), prepareLinearCka(y, m, p)).cka;
    case "debiased CKA":
      return compareDebiasedCka(prepareDebiasedCka(x, m, p), prepareDebiasedCka(y, m, p)).cka;
    case "minibatch CKA": {
      const [a, b] = [x, y].map((one) => prepareDebiasedCka(one, m, p, { batchSize: 256 }));
      return compareDebiasedCka(a, b).cka;
    }
    case "RBF CKA":
      return kernelAngle(prepareRbfCka(x, m, p), prepareRbfCka(y, m, p)).cka;
    case "Procrustes":
      return compareProcrustes(prepareProcrustes(x, m, p), prepareProcrustes(y, m, p)).cosine;
    case "CCA":
      return compareCca(prepareCca(x, m, p), prepareCca(y, m, p)).mean;
  }
}

function operationsOf(work: Work, m: number, p: number): number {
  switch (work) {
    case "linear CKA":
    case "minibatch CKA":
      return 4 * m * p * p;
    case "debiased CKA":
      return 2 * m * m * p + 4 * m * m;
    case "RBF CKA":
      return 2 * m * m * p + 30 * m * m;
    case "Procrustes":
      return 2 * m * p * p + 8 / 3 * p ** 3;
    case "CCA":
      return 10 * m * p * p + 8 / 3 * p ** 3;
  }
}
