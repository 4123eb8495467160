// A HAVOK DMD of many trials with delays: `fitHavok` against what the published package does, an SVD of the whole Hankel
// matrix. Operations are those of the peer's work, at least: 4MF² + 8F³ for the SVD with both sides of M rows and F features; ours
// takes about 2MF²/delays + 2F³. Results that are compared: leading singular values and moduli of A's eigenvalues.

import { fitHavok } from "#lib/math/dmd/havok.ts";
import { eigenvalues } from "#lib/math/linalg/eigen.ts";
import type { TrialSet } from "#lib/math/dmd/delay_embedding.ts";
import { type Benchmark, NoPeer, peer, requireAgreement, type Row, timed } from "./harness.ts";
import { formulaMatrix } from "./_formula.ts";

interface Sizes {
  readonly trials: number;
  readonly time: number;
  readonly units: number;
  readonly delays: number;
  readonly rank: number;
}

export default {
  name: "dmd",
  summary: "HAVOK DMD fits",
  async run({ quick }) {
    const large = { trials: 50, time: 500, units: 64, delays: 20, rank: 100 };
    if (quick) return await compare({ trials: 10, time: 200, units: 16, delays: 10, rank: 20 }, 3);
    return [
      ...await compare({ trials: 10, time: 500, units: 10, delays: 20, rank: 50 }, 5),
      ...await compare(large, 5),
    ];
  },
} satisfies Benchmark;

async function compare(sizes: Sizes, times: number): Promise<Row[]> {
  const { trials, time, units, delays, rank } = sizes;
  const work = `${trials} trials × ${time} × ${units}, ${delays} delays, rank ${rank}`;
  const numRows = trials * (time - delays + 1);
  const numFeatures = delays * units;
  const operations = 4 * numRows * numFeatures ** 2 + 8 * numFeatures ** 3;
  const data = series(sizes);
  const rows: Row[] = [];
  const found = [];
  for (const [by, threads] of [["torch", 1], ["torch", 4], ["numpy", 1], ["numpy", 4]] as const) {
    try {
      const runs = numFeatures > 1000 ? 1 : times;
      const one = await peer("dmd", { ...sizes, by, threads, times: runs }, { threads });
      found.push({ by, result: one.result as number[] });
      const name = by === "torch" ? "PyTorch" : "NumPy";
      const label = `${name} ${one.versions[by]}, ${threads} thr, ${
        by === "torch" ? "f32" : "f64"
      }`;
      rows.push({ work, by: label, seconds: one.seconds, operations });
    } catch (error) {
      if (!(error instanceof NoPeer)) throw error;
      rows.push({ work, by, seconds: [NaN], note: error.message });
    }
  }
  const reference = rows.slice(0, 2).reduce((a, b) =>
    Math.min(...b.seconds) < Math.min(...a.seconds) ? b : a
  );
  for (const method of ["auto", "qr"] as const) {
    const count = method === "qr" && numFeatures > 1000 ? 1 : times;
    const run = () => fitHavok(data, { numDelays: delays, rank, method });
    const { seconds, result: fit } = await timed(count, run);
    const { re, im } = eigenvalues(fit.operator, rank);
    const moduli = re.map((x, i) => Math.hypot(x, im[i])).sort().reverse();
    const s = fit.singularValues;
    const result = [...s.slice(0, 20).map((x) => x / s[0]), ...moduli.slice(0, 20)];
    for (const { by, result: expected } of found) {
      const tolerance = by === "torch" ? { abs: 1e-3, rel: 0 } : { abs: 1e-8, rel: 0 };
      requireAgreement(`${work}: ${method} against ${by}`, result, expected, tolerance);
    }
    rows.push({
      work,
      by: `fitHavok, ${fit.method}, 1 thr, f64`,
      seconds,
      against: reference.by,
      ...(method === "auto" && numFeatures > 1000 ? { goal: 6 } : {}),
    });
  }
  return rows;
}

/** Units that decay, each driven a little by the next, with noise from a formula. */
function series({ trials, time, units }: Sizes): TrialSet {
  const data = formulaMatrix(0, trials * time, units);
  for (let trial = 0; trial < trials; trial++) {
    for (let t = 1; t < time; t++) {
      const now = (trial * time + t) * units;
      for (let c = 0; c < units; c++) {
        data[now + c] = data[now + c] + 0.8 * Math.cos(0.01 * c) * data[now - units + c] +
          0.15 * data[now - units + (c + 1) % units];
      }
    }
  }
  return { data, numTrials: trials, numTime: time, numUnits: units };
}
