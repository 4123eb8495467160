// The stored numbers of fits and pairs by the way a user goes: files read by `import`, fits and comparisons as stages of a
// workflow, numbers from the tables and arrays of the run folder. One workflow for all, so that it costs one start. Systems
// with inputs are in golden_control_test.ts, geometry and maps in golden_maps_test.ts, predictions in dmd_sweep_test.ts.

import { assert, assertEquals, assertLess } from "@std/assert";
import embeddings from "#tests/reference/dsa/embedding.json" with { type: "json" };
import fits from "#tests/reference/dsa/dmd_fits.json" with { type: "json" };
import kernelFits from "#tests/reference/dsa/kernel_dmd.json" with { type: "json" };
import ragged from "#tests/reference/dsa/dmd_ragged.json" with { type: "json" };
import ranks from "#tests/reference/dsa/rank_rules.json" with { type: "json" };
import stats from "#tests/reference/dsa/stats.json" with { type: "json" };
import sweep from "#tests/reference/dsa/sweep_resdmd.json" with { type: "json" };
import tutorial from "#tests/reference/dsa/tutorial_scores.json" with { type: "json" };
import matrices from "#tests/reference/dsa/tutorial_matrices.json" with { type: "json" };
import pairs from "#tests/reference/dsa_pairs/dsa_pairs.json" with { type: "json" };
import {
  column,
  gathered,
  given,
  indexes,
  near,
  nearSpectrum,
  reference,
  type Row,
  rowOf,
  runStored,
  type Stages,
  union,
} from "#tests/support/stored_run.ts";

const dims: Record<string, string[]> = {
  "dmd_data_2d.npy": ["time", "unit"],
  "dmd_data_trials.npy": ["trial", "time", "unit"],
};
const inputs = Object.keys(dims);
const systems = ["circle", "oval", "walk"] as const;
const settings = [
  { id: "1_1", n_delays: 1, delay_interval: 1 },
  { id: "20_10", n_delays: 20, delay_interval: 10 },
] as const;
const thresholds = (input: string, rule: string) =>
  ranks.cases.flatMap((one) => one.input === input && one.rule === rule ? [one.value!] : []);

const axes = {
  embedding: indexes(embeddings.cases),
  pair: indexes(pairs.cases),
  input: inputs.map((id) => ({ id, dims: dims[id] })),
  truth: stats.cases.map(({ truth, prediction, rank }) => ({ id: truth, prediction, rank })),
  system: systems.map((id, n) => ({ id, n, state: matrices[id].A, input: matrices[id].B })),
  setting: settings,
  n_delays: [...new Set(sweep.cases.map(({ n_delays }) => n_delays))],
  rank: [...new Set(sweep.cases.map(({ rank }) => rank))],
  by: [
    { id: "angle", options: {} },
    { id: "euclidean", options: { score: "euclidean" } },
    { id: "eigenvalues", options: { score: "wasserstein" } },
    { id: "singular_values", options: { score: "wasserstein", spectrum: "singular_values" } },
  ],
};

/** The spectra of an operator, and of what it comes to in the space of the embedding. */
const described = (name: string): Stages => ({
  [`described_${name}`]: { task: "describe_operator", from: { operator: name } },
  [`full_${name}`]: { task: "full_operator", from: { operator: name } },
  [`full_described_${name}`]: { task: "describe_operator", from: { operator: `full_${name}` } },
  [`components_${name}`]: { task: "components", from: { operator: name } },
  // Once more, since arrays are written out only where no stage reads them. It costs nothing.
  [`written_${name}`]: { task: "full_operator", from: { operator: name } },
});

function dmdParams({ lamb, reduced_rank_reg, ...rest }: Record<string, unknown>) {
  return {
    ...rest,
    ...given({ ridge: lamb }),
    // Without a rank v1 keeps all components; its reduced rank regression leaves the operator transposed.
    ...(rest.rank === undefined || reduced_rank_reg === true ? { compat: "v1" } : {}),
    ...(reduced_rank_reg === true ? { regression: "reduced_rank" } : {}),
  };
}

const fitNames = fits.cases.map((_, at) => `fit_${at}`);
const kernelNames = kernelFits.cases.map((_, at) => `kernel_${at}`);
const stages: Stages = {
  // Pairs of operators.
  ...Object.fromEntries(["A", "B"].map((side) => [side, {
    task: "import",
    over: ["pair"],
    files: reference("dsa_pairs/dsa_pairs.json"),
    with: { kind: "operator", array: `cases[\${{ pair }}].${side}` },
  }])),
  score: {
    task: "compare",
    over: ["by"],
    from: { a: "A", b: "B" },
    with: { metric: "dsa", options: "${{ by.options }}" },
  },
  scores: gathered("score"),
  // Embeddings.
  small: {
    task: "import",
    over: ["embedding"],
    files: reference("dsa/embedding.json"),
    with: {
      array: "cases[${{ embedding }}].data",
      dims: "${{ embedding < 5 ? ['time', 'unit'] : ['trial', 'time', 'unit'] }}",
    },
  },
  ...Object.assign(
    {},
    ...embeddings.cases.map(({ n_delays, delay_interval }, embedding) => ({
      [`embedded_${embedding}`]: {
        task: "embed",
        from: { trajectories: { stage: "small", where: { embedding } } },
        with: { n_delays, delay_interval },
      },
    })),
  ),
  // Fits.
  data: {
    task: "import",
    over: ["input"],
    files: reference("dsa/${{ input.id }}"),
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
      ...described(`fit_${at}`),
    })),
  ),
  fit_spectra: union(fitNames.map((fit) => [`described_${fit}.spectrum`, { fit }])),
  fit_facts: union(fitNames.map((fit) => [`described_${fit}.summary`, { fit }])),
  full_facts: union(fitNames.map((fit) => [`full_described_${fit}.summary`, { fit }])),
  fit_components: union(fitNames.map((fit) => [`components_${fit}.components`, { fit }])),
  short_trials: {
    task: "import",
    files: reference("dsa/dmd_data_trials.npy"),
    with: {
      dims: ["trial", "time", "unit"],
      // One for each of the file's six trials; the first three are kept.
      lengths: [...ragged.trials.map(([, length]) => length), 1, 1, 1],
      select: { trial: ragged.trials.map(([trial]) => trial) },
    },
  },
  short: {
    task: "dmd",
    from: { trajectories: "short_trials" },
    with: { n_delays: 2, delay_interval: 2, rank: 4 },
  },
  ...described("short"),
  kernel_data: {
    task: "import",
    files: reference("dsa/dmd_data_2d.npy"),
    with: { dims: ["time", "unit"], select: { time: { to: kernelFits.rows_used } } },
  },
  ...Object.assign(
    {},
    ...kernelFits.cases.map((one, at) => {
      const fit = {
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
      };
      return {
        [`kernel_${at}`]: fit,
        [`written_kernel_${at}`]: fit,
        [`described_kernel_${at}`]: {
          task: "describe_operator",
          from: { operator: `kernel_${at}` },
        },
      };
    }),
  ),
  kernel_spectra: union(kernelNames.map((fit) => [`described_${fit}.spectrum`, { fit }])),
  // Rank rules.
  ...Object.assign(
    {},
    ...inputs.map((input, at) => ({
      [`ruled_${at}`]: {
        task: "dmd",
        from: { trajectories: { stage: "data", where: { input } } },
        with: { n_delays: 3, compat: "v1" },
      },
      [`rules_${at}`]: {
        task: "components",
        from: { operator: `ruled_${at}` },
        with: {
          shares: thresholds(input, "rank_explained_variance"),
          thresholds: thresholds(input, "rank_thresh"),
        },
      },
    })),
  ),
  // A sweep without the part that knows how.
  parts: { task: "split", from: { trajectories: { stage: "data", where: { input: inputs[1] } } } },
  swept: {
    task: "dmd",
    over: ["n_delays", "rank"],
    keep: "${{ rank <= 5 * n_delays }}",
    from: { trajectories: "parts.train" },
    with: { n_delays: "${{ n_delays }}", rank: "${{ rank }}", ridge: sweep.lamb },
  },
  swept_prediction: {
    task: "predict",
    from: { operator: "swept", trajectories: "parts.test" },
    with: { reseed: sweep.reseed },
  },
  swept_score: {
    task: "score_prediction",
    from: { truth: "parts.test", prediction: "swept_prediction", operator: "swept" },
  },
  swept_scores: gathered("swept_score.scores"),
  swept_residual: {
    task: "dmd_residuals",
    from: { operator: "swept", trajectories: "parts.test" },
  },
  swept_spectra: gathered("swept_residual.spectrum"),
  swept_summaries: gathered("swept_residual.summary"),
  // Statistics of predictions.
  ...Object.fromEntries(
    (["truth", "prediction"] as const).map((side) => [side, {
      task: "import",
      over: ["truth"],
      files: reference(`dsa/\${{ truth.${side === "truth" ? "id" : side} }}`),
      with: {
        dims: "${{ truth.id == 'dmd_data_2d.npy' ? ['time', 'unit'] : ['trial', 'time', 'unit'] }}",
      },
    }]),
  ),
  scored: {
    task: "score_prediction",
    from: { truth: "truth", prediction: "prediction" },
    with: { rank: "${{ truth.rank }}" },
  },
  statistics: gathered("scored.scores"),
  matrix: {
    task: "import",
    files: reference("dsa/stats.json"),
    with: { kind: "operator", array: "nonnormality.matrix" },
  },
  matrix_facts: { task: "describe_operator", from: { operator: "matrix" } },
  // The tutorial.
  noise: {
    task: "import",
    over: ["system"],
    files: reference("dsa/tutorial_noise.npy"),
    with: { dims: ["system", "time", "input"], select: { system: "${{ system.n }}" } },
  },
  stream: { task: "numpy_stream", with: { seed: 2026, draws: [{ normal: 2000, repeat: 3 }] } },
  simulated: {
    task: "linear_system",
    over: ["system"],
    from: { generator: "stream" },
    with: {
      state: "${{ system.state }}",
      input: "${{ system.input }}",
      generator_block: "${{ system.n }}",
    },
  },
  driven: {
    task: "linear_system",
    from: { drive: "noise" },
    with: { state: "${{ system.state }}", input: "${{ system.input }}" },
  },
  walked: {
    task: "import",
    over: ["system"],
    files: reference("dsa/tutorial_trajectories.npy"),
    with: { dims: ["system", "time", "unit"], select: { system: "${{ system.n }}" } },
  },
  // How far they are from the stored ones, as scores of a prediction.
  told: {
    task: "score_prediction",
    from: {
      truth: "walked",
      prediction: [
        { stage: "simulated.trajectories", as: { noise: "drawn" } },
        { stage: "driven.trajectories", as: { noise: "given" } },
      ],
    },
  },
  walks: gathered("told.scores"),
  tutorial: {
    task: "dmd",
    over: ["setting"],
    from: { trajectories: "walked" },
    with: {
      n_delays: "${{ setting.n_delays }}",
      delay_interval: "${{ setting.delay_interval }}",
      compat: "v1",
    },
  },
  tutorial_described: { task: "describe_operator", from: { operator: "tutorial" } },
  tutorial_spectra: gathered("tutorial_described.spectrum"),
  tutorial_facts: gathered("tutorial_described.summary"),
  tutorial_score: {
    task: "compare",
    from: { operators: { stage: "tutorial", gather: ["system"] } },
    with: { metric: "dsa" },
  },
  tutorial_scores: gathered("tutorial_score"),
};

Deno.test("the stored fits and pairs come out of a workflow that imports their inputs", async (t) => {
  const { table, array } = await runStored("golden", { axes, stages }, ["dsa", "dsa_pairs"]);

  await t.step("pairs of operators: at most the best known angle, never below the bound", () => {
    const rows = table("scores");
    assertEquals(rows.length, 4 * pairs.cases.length);
    pairs.cases.forEach((one, pair) => {
      const { value, lower_bound } = rowOf(rows, { pair, by: "angle" });
      const best = Math.min(
        one.best_known_angle + 1e-5,
        ((one as { exact_angle?: number }).exact_angle ?? Infinity) + 1e-5,
        ...one.reference_runs.angular.map((angle) => angle + 1e-4),
      );
      assert(Number(value) <= best, `${pair}: ${value} above ${best}`);
      assert(Number(value) >= one.angle_lower_bound - 1e-7, `${pair} lies below its bound`);
      assert(Number(lower_bound) <= Number(value));
      const at = (by: string) => rowOf(rows, { pair, by }).value;
      assert(Number(at("euclidean")) <= one.best_known_euclidean + 1e-5);
      near(at("eigenvalues"), one.wasserstein_eig, `eigenvalues of ${pair}`, 1e-9);
      near(at("singular_values"), one.wasserstein_sv, `singular values of ${pair}`, 1e-9);
    });
  });

  await t.step("embeddings", () => {
    embeddings.cases.forEach(({ embedding }, at) => {
      assertEquals([...array(`embedded_${at}.states`).data], embedding.flat(3));
    });
  });

  await t.step("fits: spectra, norms, ranks and operators", () => {
    fits.cases.forEach(({ params, float64: stored }, at) => {
      const own = (name: string) => table(name).filter(({ fit }) => fit === `fit_${at}`);
      const what = `fit ${at}`;
      const [facts] = own("fit_facts");
      assertEquals(facts.rank, stored.rank, what);
      checkComponents(own("fit_components"), stored, what);
      // Tied eigenvalues of the projector: an arbitrary subspace.
      const isTied = "reduced_rank_reg" in params && params.delay_interval === 1 &&
        params.n_delays > 1;
      if (isTied) return;
      checkFit(own("fit_spectra"), facts, own("full_facts")[0], stored, what);
      if ("A_havok_dmd" in stored) {
        near(array(`written_fit_${at}.matrix`).data, stored.A_havok_dmd, what, 1e-8);
      }
    });
  });

  await t.step("fits of trials of unequal length", () => {
    const stored = ragged.float64;
    const summary = (name: string) => table(`${name}.summary`)[0];
    checkComponents(table("components_short.components"), stored, "ragged");
    checkFit(
      table("described_short.spectrum"),
      summary("described_short"),
      summary("full_described_short"),
      stored,
      "ragged",
    );
    assertEquals(summary("described_short").rank, stored.rank);
    near(array("written_short.matrix").data, stored.A_havok_dmd, "ragged", 1e-8);
  });

  await t.step("fits among kernel features", () => {
    kernelFits.cases.forEach((stored, at) => {
      const own = table("kernel_spectra").filter(({ fit }) => fit === `kernel_${at}`);
      nearSpectrum(own, stored.A_v_eigenvalues, `kernel fit ${at}`, 1e-6);
      near(column(own, "singular_value"), stored.A_v_singular_values, `kernel fit ${at}`, 1e-6);
      const spectrum = array(`written_kernel_${at}.singular_values`).data.subarray(0, stored.rank);
      near(spectrum, stored.spectrum, `spectrum of kernel fit ${at}`, 1e-6);
    });
  });

  await t.step("rank rules of both versions", () => {
    ranks.cases.forEach(({ input, rule, value, ranks, ...one }, at) => {
      const k = inputs.indexOf(input);
      if (rule === "spectrum") {
        const { singular_values, cumulative } = one as {
          singular_values: number[];
          cumulative: number[];
        };
        const rows = table(`rules_${k}.components`);
        near(column(rows, "singular_value"), singular_values, `case ${at}`, 1e-8);
        near(column(rows, "explained_variance"), cumulative, `case ${at}`, 1e-8);
        return;
      }
      for (const compat of ["v1", "v2"] as const) {
        // Whether the last sum is 1 or a rounding more or less decides v1's rank of all the variance.
        if (compat === "v1" && value === 1) continue;
        const { rank } = rowOf(table(`rules_${k}.ranks`), { rule, value: value!, compat });
        assertEquals(rank, ranks![compat], `case ${at} of ${compat}`);
      }
    });
  });

  await t.step("a sweep: scores, and residuals of every eigenvalue", () => {
    const valid = sweep.cases.filter((one) => one.valid);
    assertEquals(table("swept_summaries").length, valid.length);
    for (const { n_delays, rank, ...stored } of valid) {
      const where = { n_delays, rank };
      const close = (found: unknown, expected: unknown, what: string) =>
        near(found, expected, `${what} of ${n_delays} delays, rank ${rank}`, 1e-6);
      const scores = rowOf(table("swept_scores"), { ...where, scored: "all" });
      close(scores.aic, stored.AIC, "AIC");
      close(scores.mase, stored.MASE, "MASE");
      close(scores.mse, stored.MSE, "MSE");
      close(scores.non_normality, stored.nonnormality, "non-normality");
      const summary = rowOf(table("swept_summaries"), where);
      close(summary.average_residual, stored.average_residual, "average residual");
      close(summary.inverse_participation, stored.inverse_participation, "participation");
      const own = table("swept_spectra").filter((row) =>
        row.n_delays === n_delays && row.rank === rank
      );
      stored.eigenvalues!.forEach(([re, im], at) => {
        const far = (row: Row) => Math.hypot(Number(row.re) - re, Number(row.im) - im);
        const row = own.reduce((a, b) => far(b) < far(a) ? b : a);
        assertLess(far(row), 1e-6);
        close(row.residual, stored.residuals![at], `residual ${at}`);
        close(row.normalized_residual, stored.normalized_residuals![at], `normalised ${at}`);
      });
    }
  });

  await t.step("statistics of predictions, and of a matrix", () => {
    for (const one of stats.cases) {
      const row = rowOf(table("statistics"), { truth: one.truth, scored: "all" });
      for (const [name, stored] of Object.entries(one.stats)) {
        const known = { Correl: "correlation", logMSE: "log_mse" } as Record<string, string>;
        near(row[known[name] ?? name.toLowerCase()], stored, `${name} of ${one.truth}`, 1e-9);
      }
    }
    const [facts] = table("matrix_facts.summary");
    near(facts.non_normality, stats.nonnormality.nonnormality, "non-normality", 1e-9);
    near(facts.transient_growth, stats.nonnormality.transient_growth, "transient growth", 1e-9);
  });

  await t.step("the tutorial: trajectories, operators and scores", () => {
    assertEquals(table("walks").length, 6);
    for (const { mse } of table("walks")) assertLess(Number(mse), 1e-20);
    const near40 = { above: 2e-3, below: 5e-3 };
    for (const { id } of settings) {
      const stored = tutorial[id];
      systems.forEach((system, at) => {
        const what = `${system} at ${id}`;
        const where = { setting: id, system };
        const own = table("tutorial_spectra").filter((row) =>
          row.setting === id && row.system === system
        );
        nearSpectrum(own, stored.A_v_eigenvalues[at], what, 1e-7);
        near(column(own, "singular_value"), stored.A_v_singular_values[at], what, 1e-7);
        near(rowOf(table("tutorial_facts"), where).norm, stored.A_v_frobenius[at], what, 1e-7);
      });
      const known = "exact_angles" in stored ? stored.exact_angles : stored.best_known_angles;
      const { above, below } = "exact_angles" in stored ? { above: 1e-7, below: 1e-7 } : near40;
      for (const [pair, angle] of Object.entries(known)) {
        const [a, b] = pair.split("-");
        const found = Number(rowOf(table("tutorial_scores"), { setting: id, a, b }).value);
        assert(found <= angle + above && found >= angle - below, `${pair} at ${id}: ${found}`);
      }
    }
  });
});

interface Spectrum {
  readonly singular_values: number[];
  readonly cumulative_explained_variance: number[];
}

interface StoredFit extends Spectrum {
  readonly rank: number;
  readonly A_v_eigenvalues: number[][];
  readonly A_v_singular_values: number[];
  readonly A_v_frobenius: number;
  readonly A_havok_frobenius: number;
  readonly A_havok_trace: number;
  readonly projector_eigenvalues?: number[];
}

function checkComponents(rows: readonly Row[], stored: StoredFit, what: string): void {
  near(column(rows, "singular_value"), stored.singular_values, what, 1e-8);
  near(column(rows, "explained_variance"), stored.cumulative_explained_variance, what, 1e-8);
  if (stored.projector_eigenvalues !== undefined) {
    near(column(rows, "projector_eigenvalue"), stored.projector_eigenvalues, what, 1e-8);
  }
}

function checkFit(
  spectrum: readonly Row[],
  facts: Row,
  fullFacts: Row,
  stored: StoredFit,
  what: string,
): void {
  nearSpectrum(spectrum, stored.A_v_eigenvalues, what, 1e-8);
  near(column(spectrum, "singular_value"), stored.A_v_singular_values, what, 1e-8);
  near(facts.norm, stored.A_v_frobenius, what, 1e-8);
  near(fullFacts.norm, stored.A_havok_frobenius, what, 1e-8);
  near(fullFacts.trace, stored.A_havok_trace, what, 1e-8);
}
