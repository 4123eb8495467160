// The stored reference numbers by the way a user goes: files read by `import`, fits and comparisons as stages of a workflow,
// numbers from the tables of the run folder. One workflow for all, so that it costs one start.

import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { cp } from "node:fs/promises";
import type { Cell, Column } from "#lib/core/table.ts";
import { readTsv, recordsOf } from "#lib/core/table.ts";
import fits from "#tests/reference/dsa/dmd_fits.json" with { type: "json" };
import kernelFits from "#tests/reference/dsa/kernel_dmd.json" with { type: "json" };
import ragged from "#tests/reference/dsa/dmd_ragged.json" with { type: "json" };
import similarity from "#tests/reference/dsa/rep_similarity.json" with { type: "json" };
import stats from "#tests/reference/dsa/stats.json" with { type: "json" };
import control from "#tests/reference/dsa/controllability.json" with { type: "json" };
import pairs from "#tests/reference/dsa_pairs/dsa_pairs.json" with { type: "json" };
import { copyProject, type Project } from "#tests/support/project.ts";
import { matchedDistance } from "../lib/math/linalg/matched_spectra.ts";

type Stages = Record<string, Record<string, unknown>>;
type Row = Readonly<Record<string, Cell>>;

const dims: Record<string, string[]> = {
  "dmd_data_2d.npy": ["time", "unit"],
  "dmd_data_trials.npy": ["trial", "time", "unit"],
};
const inputs = Object.keys(dims);
const file = (name: string) => ({ data: `../reference/${name}` });
/** Everything of a stage as one table, coordinates as columns. */
const gathered = (stage: string) => ({
  task: "aggregate",
  from: { tables: { stage, gather: "all" } },
});
/** Tables of several stages as one, told apart by a column. */
const union = (parts: readonly (readonly [string, Record<string, unknown>])[]) => ({
  task: "aggregate",
  gather: "all",
  from: { tables: parts.map(([stage, as]) => ({ stage, as })) },
});
const indexes = (list: readonly unknown[]) => list.map((_, at) => at);

const axes = {
  pair: indexes(pairs.cases),
  input: inputs.map((id) => ({ id, dims: dims[id] })),
  rep: ["X", "Y", "W", "XR"],
  metric: [
    ["linear_cka", {}],
    ["debiased_cka", { score: "similarity" }],
    ["minibatch_cka", { score: "similarity", batch_size: 5 }],
    ["rbf_cka", { score: "similarity", bandwidth: 0.5 }],
    ["procrustes", {}],
    ["cca", {}],
  ].map(([name, options]) => ({ id: name, options })),
  truth: stats.cases.map(({ truth, prediction, rank }) => ({ id: truth, prediction, rank })),
  case: indexes(control.cases),
  score: ["euclidean", "angular"],
};

function dmdParams(params: Record<string, unknown>): Record<string, unknown> {
  const { lamb, reduced_rank_reg, rank, ...rest } = params;
  return {
    ...rest,
    ...(rank === undefined ? {} : { rank }),
    ridge: lamb ?? 0,
    // Without a rank v1 keeps all components; its reduced rank regression leaves the operator transposed.
    ...(rank === undefined || reduced_rank_reg === true ? { compat: "v1" } : {}),
    ...(reduced_rank_reg === true ? { regression: "reduced_rank" } : {}),
  };
}

const stages: Stages = {
  // Pairs of operators.
  ...Object.fromEntries(["A", "B"].map((side) => [side, {
    task: "import",
    over: ["pair"],
    files: file("dsa_pairs/dsa_pairs.json"),
    with: { kind: "operator", array: `cases[\${{ pair }}].${side}` },
  }])),
  angle: { task: "compare", from: { a: "A", b: "B" }, with: { metric: "dsa" } },
  angles: gathered("angle"),
  // Fits.
  data: {
    task: "import",
    over: ["input"],
    files: file("dsa/${{ input.id }}"),
    with: { dims: "${{ input.dims }}" },
  },
  ...Object.assign(
    {},
    ...fits.cases.map(({ input, params }, at) => ({
      [`fit_${at}`]: {
        task: "dmd",
        from: { trajectories: { stage: "data", where: { input } } },
        with: dmdParams(params),
      },
      [`described_${at}`]: { task: "describe_operator", from: { operator: `fit_${at}` } },
    })),
  ),
  fit_spectra: union(indexes(fits.cases).map((at) => [`described_${at}.spectrum`, { fit: at }])),
  fit_facts: union(indexes(fits.cases).map((at) => [`described_${at}.summary`, { fit: at }])),
  kernel_data: {
    task: "import",
    files: file("dsa/dmd_data_2d.npy"),
    with: { dims: ["time", "unit"], select: { time: { to: kernelFits.rows_used } } },
  },
  ...Object.assign(
    {},
    ...kernelFits.cases.map((one, at) => ({
      [`kernel_${at}`]: {
        task: "kernel_dmd",
        from: { trajectories: "kernel_data" },
        with: {
          n_delays: kernelFits.n_delays,
          bandwidth: one.length_scale,
          ridge: one.lamb,
          rank: one.rank,
          regression: one.variant,
          ...(one.centres === "all rows"
            ? { num_centers: 1 }
            : { center_rows: JSON.parse(one.centres.slice("rows ".length)) }),
        },
      },
      [`kernel_described_${at}`]: { task: "describe_operator", from: { operator: `kernel_${at}` } },
    })),
  ),
  kernel_spectra: union(
    indexes(kernelFits.cases).map((at) => [`kernel_described_${at}.spectrum`, { fit: at }]),
  ),
  short_trials: {
    task: "import",
    files: file("dsa/dmd_data_trials.npy"),
    with: {
      dims: ["trial", "time", "unit"],
      // One for each of the file's six trials; the first three are kept.
      lengths: [...ragged.trials.map(([, length]) => length), 1, 1, 1],
      select: { trial: ragged.trials.map(([trial]) => trial) },
    },
  },
  short_fit: {
    task: "dmd",
    from: { trajectories: "short_trials" },
    with: { n_delays: 2, delay_interval: 2, rank: 4 },
  },
  short: { task: "describe_operator", from: { operator: "short_fit" } },
  short_spectrum: gathered("short.spectrum"),
  // Geometry.
  rep: {
    task: "import",
    over: ["rep"],
    files: file("dsa/rep_${{ rep }}.npy"),
    with: { dims: ["item", "feature"] },
  },
  geometry: {
    task: "compare",
    over: ["metric"],
    from: { trajectories: { stage: "rep", gather: ["rep"] } },
    with: { metric: "${{ metric.id }}", options: "${{ metric.options }}", diagonal: "computed" },
  },
  geometries: gathered("geometry"),
  // Statistics of predictions.
  truth: {
    task: "import",
    over: ["truth"],
    files: file("dsa/${{ truth.id }}"),
    with: {
      dims: "${{ truth.id == 'dmd_data_2d.npy' ? ['time', 'unit'] : ['trial', 'time', 'unit'] }}",
    },
  },
  predicted: {
    task: "import",
    over: ["truth"],
    files: file("dsa/${{ truth.prediction }}"),
    with: {
      dims: "${{ truth.id == 'dmd_data_2d.npy' ? ['time', 'unit'] : ['trial', 'time', 'unit'] }}",
    },
  },
  scored: {
    task: "score_prediction",
    from: { truth: "truth", prediction: "predicted" },
    with: { rank: "${{ truth.rank }}" },
  },
  scores: gathered("scored.scores"),
  // Driven systems.
  ...Object.fromEntries([1, 2].map((side) => [`system_${side}`, {
    task: "import",
    over: ["case"],
    files: file("dsa/controllability.json"),
    with: {
      kind: "controlled_operator",
      arrays: { state: `cases[\${{ case }}].A${side}`, input: `cases[\${{ case }}].B${side}` },
    },
  }])),
  driven: {
    task: "compare",
    over: ["score"],
    from: { a: "system_1", b: "system_2" },
    with: { metric: "input_dsa", options: { score: "${{ score }}", compat: "v2" } },
  },
  driven_scores: gathered("driven"),
};

async function tablesOf(project: Project): Promise<(name: string) => Row[]> {
  const { last } = await project.run(["tests/e2e/golden.yaml"]);
  const found = new Map<string, Row[]>();
  for await (const { name } of Deno.readDir(project.path(`${last.run}/tables`))) {
    if (!name.endsWith(".tsv")) continue;
    const stem = name.replace(/\.tsv$/, "");
    const { columns } = JSON.parse(await project.read(`${last.run}/tables/${stem}.json`));
    const text = await project.read(`${last.run}/tables/${name}`);
    found.set(stem.split(".")[0], [...recordsOf(readTsv(text, columns as Column[]))]);
  }
  return (name) => {
    const rows = found.get(name);
    assert(rows, `no table ${name} among ${[...found.keys()]}`);
    return rows;
  };
}

Deno.test("the stored numbers come out of a workflow that imports their inputs", async (t) => {
  await using project = await copyProject({
    "tests/e2e/golden.yaml": JSON.stringify({ name: "golden", axes, stages }),
  });
  for (const folder of ["dsa", "dsa_pairs"]) {
    const from = fromFileUrl(new URL(`../reference/${folder}`, import.meta.url));
    await cp(from, project.path(`tests/reference/${folder}`), { recursive: true });
  }
  const table = await tablesOf(project);

  await t.step("pairs of operators: at most the best known angle, never below the bound", () => {
    const rows = table("angles");
    assertEquals(rows.length, pairs.cases.length);
    for (const { pair, value, lower_bound } of rows) {
      const one = pairs.cases[Number(pair)];
      const best = Math.min(
        one.best_known_angle + 1e-5,
        ...one.reference_runs.angular.map((angle) => angle + 1e-4),
      );
      assert(Number(value) <= best, `${pair}: ${value} above ${best}`);
      assert(Number(value) >= one.angle_lower_bound - 1e-7, `${pair} lies below its bound`);
      assert(Number(lower_bound) <= Number(value));
    }
  });

  await t.step("fits: spectra, norms and ranks", () => {
    const rows = table("fit_spectra");
    fits.cases.forEach(({ params, float64 }, at) => {
      // Tied eigenvalues of the projector: an arbitrary subspace.
      if ("reduced_rank_reg" in params && params.delay_interval === 1 && params.n_delays > 1) {
        return;
      }
      const own = rows.filter(({ fit }) => fit === at);
      compareSpectra(own, float64.A_v_eigenvalues, `fit ${at}`, 1e-7);
      const facts = table("fit_facts").find(({ fit }) => fit === at)!;
      assertAlmostEquals(Number(facts.norm), float64.A_v_frobenius, 1e-7, `fit ${at}`);
    });
    kernelFits.cases.forEach(({ A_v_eigenvalues }, at) => {
      const own = table("kernel_spectra").filter(({ fit }) => fit === at);
      compareSpectra(own, A_v_eigenvalues, `kernel fit ${at}`, 1e-6);
    });
    compareSpectra(table("short_spectrum"), ragged.float64.A_v_eigenvalues, "ragged", 1e-8);
  });

  await t.step("similarities of representations", () => {
    const value = (metric: string, a: string, b: string, column = "value") =>
      Number(
        table("geometries").find((row) =>
          row.metric === metric && row.a === a && row.b === b
        )![column],
      );
    for (const one of similarity.pairs) {
      const { a, b } = one;
      const near = (found: number, stored: number, what: string) =>
        assertAlmostEquals(found, stored, 1e-9, `${what} of ${a} and ${b}`);
      near(value("linear_cka", a, b, "similarity"), one.cka_linear, "CKA");
      near(value("debiased_cka", a, b), one.cka_debiased, "debiased CKA");
      near(value("minibatch_cka", a, b), one.cka_minibatch["5"], "minibatch CKA");
      near(value("rbf_cka", a, b), one.cka_rbf["0.5"], "RBF CKA");
      near(Math.cos(value("procrustes", a, b)), one.procrustes.cosine, "Procrustes");
    }
  });

  await t.step("statistics of predictions", () => {
    for (const one of stats.cases) {
      const row = table("scores").find(({ truth, samples }) =>
        truth === one.truth && (samples === undefined || samples === "all")
      )!;
      for (
        const [name, column] of [["MAE", "mae"], ["MASE", "mase"], ["MSE", "mse"], ["AIC", "aic"]]
      ) {
        assertAlmostEquals(
          Number(row[column]),
          one.stats[name as keyof typeof one.stats],
          1e-9,
          `${name} of ${one.truth}`,
        );
      }
    }
  });

  await t.step("driven systems", () => {
    for (const { case: at, score, value } of table("driven_scores")) {
      const stored = control.cases[Number(at)].scores[score as "euclidean" | "angular"].joint;
      assertAlmostEquals(Number(value), stored, 1e-7, `${score} of ${at}`);
    }
  });
});

function compareSpectra(
  rows: readonly Row[],
  stored: readonly (readonly number[])[],
  what: string,
  tolerance: number,
): void {
  const found = { re: rows.map(({ re }) => Number(re)), im: rows.map(({ im }) => Number(im)) };
  const expected = { re: stored.map(([re]) => re), im: stored.map(([, im]) => im) };
  assertLess(matchedDistance(found, expected), tolerance, what);
}
