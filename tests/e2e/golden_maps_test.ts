// The stored numbers of geometry and maps by the way a user goes: items × features read by `import`, similarities,
// dissimilarities and maps as stages, numbers from the tables and arrays of the run folder.

import { assert, assertEquals, assertLess } from "@std/assert";
import components from "#tests/reference/dsa/pca.json" with { type: "json" };
import path from "#tests/reference/dsa/rep_path.json" with { type: "json" };
import rdms from "#tests/reference/dsa/rdms.json" with { type: "json" };
import similarity from "#tests/reference/dsa/rep_similarity.json" with { type: "json" };
import comparisons from "#tests/reference/dsa/rsa_compare.json" with { type: "json" };
import neighbours from "#tests/reference/dsa/tsne.json" with { type: "json" };
import {
  column,
  gathered,
  indexes,
  near,
  reference,
  rowOf,
  runStored,
  type Stages,
} from "#tests/support/stored_run.ts";

const reps = ["X", "Y", "W", "XR"] as const;
const measures = {
  squared_euclidean: "euclidean_sq_per_channel",
  euclidean: "euclidean",
  correlation: "correlation",
  cosine: "cosine",
  city_block: "cityblock",
  mahalanobis: "mahalanobis_sq_per_channel",
} as const;
const compared = ["cosine", "pearson", "spearman", "kendall_tau_a", "kendall_tau_b", "rho_a"];
const batches = ["5", "10", "20"] as const;
const widths = ["0.5", "1.0"] as const;

const axes = {
  rep: reps,
  by: [
    ["linear_cka", "linear_cka", {}],
    ["debiased_cka", "debiased_cka", {}],
    ...batches.map((size) => [`batch ${size}`, "minibatch_cka", { batch_size: Number(size) }]),
    ...widths.map((width) => [`rbf ${width}`, "rbf_cka", { bandwidth: Number(width) }]),
    ...["angle", "chord", "size_and_shape", "disparity"].map((score) => [
      score,
      "procrustes",
      { score },
    ]),
    ["cca", "cca", {}],
  ].map(([id, name, options]) => ({ id, name, options })),
  measure: Object.keys(measures),
  comparison: compared,
  layer: indexes(path.layers),
};

const items = ["item", "feature"];
const stages: Stages = {
  rep: {
    task: "import",
    over: ["rep"],
    files: reference("dsa/rep_${{ rep }}.npy"),
    with: { dims: items },
  },
  similarity: {
    task: "compare",
    over: ["by"],
    from: { trajectories: { stage: "rep", gather: ["rep"] } },
    with: {
      metric: "${{ by.name }}",
      options: "${{ by.options }}",
      diagonal: "computed",
    },
  },
  similarities: gathered("similarity"),
  // Dissimilarities.
  some_items: {
    task: "import",
    over: ["rep"],
    files: reference("dsa/rep_${{ rep }}.npy"),
    with: { dims: items, select: { item: { to: rdms.rows } } },
  },
  rdm: {
    task: "rdm",
    over: ["measure"],
    from: { trajectories: "some_items" },
    // The ridge is of the noise covariance, which only mahalanobis looks at.
    with: { measure: "${{ measure }}", ridge: 0.1 },
  },
  agreement: {
    task: "compare",
    over: ["comparison"],
    from: { rdms: { stage: "rdm", gather: ["rep"] } },
    with: { metric: "rdm_comparison", options: { comparison: "${{ comparison }}" } },
  },
  agreements: gathered("agreement"),
  written_rdm: {
    task: "rdm",
    over: ["measure"],
    from: { trajectories: "some_items" },
    with: { measure: "${{ measure }}", ridge: 0.1 },
  },
  // Principal components.
  reduced: { task: "reduce", from: { trajectories: "rep" }, with: { num_components: 4 } },
  // The representational path.
  layer: {
    task: "import",
    over: ["layer"],
    files: reference("dsa/rep_path.json"),
    with: { array: "layers[${{ layer }}]", dims: items },
  },
  labels: {
    task: "import",
    files: reference("dsa/rep_path.json"),
    with: { array: "labels_onehot", dims: items },
  },
  path: {
    task: "compare",
    gather: "all",
    from: { trajectories: [{ stage: "layer" }, { stage: "labels", as: { layer: "labels" } }] },
    with: {
      metric: "rsa",
      options: { measure: "squared_euclidean", comparison: "cosine", score: "angle" },
    },
  },
  distances: gathered("path"),
  stored_distances: {
    task: "import",
    files: reference("dsa/rep_path.json"),
    with: { kind: "rdm", array: "distance" },
  },
  classical: { task: "mds", from: { rdm: "stored_distances" }, with: { method: "classical" } },
  classical_of_scores: { task: "mds", from: { scores: "path" }, with: { method: "classical" } },
  start: {
    task: "import",
    files: reference("dsa/rep_path.json"),
    with: { array: "smacof.init", dims: items },
  },
  one_update: {
    task: "mds",
    from: { rdm: "stored_distances", start: "start" },
    with: { num_iterations: 1, convention: "scikit_learn" },
  },
  tolerant: {
    task: "mds",
    from: { rdm: "stored_distances", start: "start" },
    with: { tolerance: 1e-3, convention: "scikit_learn" },
  },
  from_classical: {
    task: "mds",
    from: { rdm: "stored_distances" },
    with: { num_starts: 0, tolerance: 1e-12, num_iterations: 10_000 },
  },
  best: { task: "mds", from: { scores: "path" }, with: { num_starts: 60, classical_start: false } },
  // t-SNE.
  embedding: {
    task: "import",
    files: reference("dsa/tsne.json"),
    with: { array: "embedding", dims: items },
  },
  neighbours: {
    task: "tsne",
    from: { trajectories: { stage: "rep", where: { rep: "X" } }, start: "embedding" },
    with: { perplexity: neighbours.perplexity, num_iterations: 0 },
  },
};

Deno.test("the stored geometry and maps come out of a workflow that imports their inputs", async (t) => {
  const { table, array } = await runStored("golden_maps", { axes, stages });

  await t.step("similarities of representations, every field", () => {
    for (const one of similarity.pairs) {
      const { a, b } = one;
      const row = (by: string) => rowOf(table("similarities"), { by, a, b });
      const close = (found: unknown, stored: unknown, what: string, tolerance = 1e-10) =>
        near(found, stored, `${what} of ${a} and ${b}`, tolerance);
      // An arccos near 1 has lost half the digits, in the stored numbers.
      const angle = (found: unknown, stored: number, what: string) =>
        close(found, stored, what, stored < 1e-6 ? 1e-7 : 1e-10);
      close(row("linear_cka").similarity, one.cka_linear, "CKA");
      angle(row("linear_cka").value, one.cka_linear_angle, "angle of CKA");
      close(row("debiased_cka").similarity, one.cka_debiased, "debiased CKA");
      angle(row("debiased_cka").value, one.cka_debiased_angle, "angle of debiased CKA");
      for (const size of batches) {
        close(row(`batch ${size}`).similarity, one.cka_minibatch[size], `batches of ${size}`);
      }
      for (const width of widths) {
        close(row(`rbf ${width}`).similarity, one.cka_rbf[width], `RBF CKA of ${width}`);
      }
      const { procrustes } = one;
      close(row("angle").similarity, procrustes.cosine, "cosine of Procrustes");
      angle(row("angle").value, procrustes.angular, "angle of Procrustes");
      close(row("size_and_shape").value, procrustes.euclidean_unnormalised, "size and shape");
      angle(row("chord").value, procrustes.euclidean_normalised, "chord");
      close(row("disparity").value, procrustes.disparity_optimal_scale, "disparity");
      close(JSON.parse(String(row("cca").correlations)), one.cca_correlations, "correlations");
    }
  });

  await t.step("dissimilarities of six kinds, and their comparisons", () => {
    for (const rep of reps) {
      for (const [measure, stored] of Object.entries(measures)) {
        const { data } = array(`written_rdm.rep-${rep}.measure-${measure}.values`);
        near(data, rdms.rdms[rep][stored], `${measure} of ${rep}`, 1e-10);
      }
    }
    for (const { rdm, a, b, cosine_angle, ...stored } of comparisons.cases) {
      const measure = Object.entries(measures).find(([, name]) => name === rdm)![0];
      for (const comparison of compared) {
        const row = rowOf(table("agreements"), { measure, comparison, a, b });
        const what = `${comparison} of ${a} and ${b}`;
        near(row.similarity, stored[comparison as keyof typeof stored], what, 1e-10);
        // At 0 the stored arccos has lost half its digits.
        if (comparison === "cosine") {
          near(row.value, cosine_angle, what, cosine_angle ? 1e-10 : 1e-7);
        }
      }
    }
  });

  await t.step("principal components", () => {
    for (const rep of reps) {
      const stored = components[rep];
      const rows = table(`reduced.rep-${rep}.variance`).slice(0, 4);
      const close = (found: unknown, expected: unknown, what: string) =>
        near(found, expected, `${what} of ${rep}`, 1e-9);
      close(column(rows, "explained_variance"), stored.explained_variance, "variance");
      close(column(rows, "explained_variance_ratio"), stored.explained_variance_ratio, "ratio");
      close(column(rows, "singular_value"), stored.singular_values, "singular values");
      const of = (name: string) => array(`reduced.rep-${rep}.${name}`);
      close(of("fit.mean").data, stored.mean, "mean");
      const loadings = of("fit.components");
      const scores = of("trajectories.states").data;
      stored.components.forEach((expected, k) => {
        const units = expected.length;
        const found = loadings.data.subarray(k * units, (k + 1) * units);
        const largest = expected.reduce(
          (at, x, i) => Math.abs(x) > Math.abs(expected[at]) ? i : at,
          0,
        );
        const sign = Math.sign(found[largest] * expected[largest]);
        close(found.map((value) => sign * value), expected, `component ${k}`);
        const own = stored.scores_first5.map((_, item) => sign * scores[4 * item + k]);
        close(own, stored.scores_first5.map((row) => row[k]), `scores of ${k}`);
      });
    }
  });

  await t.step("the representational path: distances and maps", () => {
    const ids = [...path.layers.keys(), "labels"].map(String);
    ids.forEach((a, i) =>
      ids.slice(i + 1).forEach((b, j) =>
        near(
          rowOf(table("distances"), { a, b }).value,
          path.distance[i][i + 1 + j],
          `${a} and ${b}`,
          1e-7,
        )
      )
    );
    const quality = (stage: string) => table(`${stage}.quality`)[0];
    const { classical_mds, smacof } = path;
    for (const stage of ["classical", "classical_of_scores"]) {
      near(quality(stage).stress, classical_mds.stress, stage, 1e-6);
      const eigenvalues = array(`${stage}.fit.eigenvalues`).data;
      near(eigenvalues, classical_mds.eigenvalues, `eigenvalues of ${stage}`, 1e-6);
      const coordinates = array(`${stage}.fit.coordinates`).data;
      for (const dim of [0, 1]) {
        const stored = classical_mds.coordinates.map((point) => point[dim]);
        const found = stored.map((_, i) => coordinates[2 * i + dim]);
        const sign = Math.sign(found.reduce((sum, x, i) => sum + x * stored[i], 0));
        near(found.map((x) => sign * x), stored, `${stage}, dimension ${dim}`, 1e-6);
      }
    }
    near(array("one_update.fit.coordinates").data, smacof.after_one_update, "one update", 1e-6);
    near(array("tolerant.fit.coordinates").data, smacof.run_eps1e3.coordinates, "tolerance", 1e-6);
    near(quality("tolerant").stress, smacof.run_eps1e3.stress, "stress at tolerance", 1e-6);
    assertEquals(quality("tolerant").iterations, smacof.run_eps1e3.iterations);
    near(quality("from_classical").stress, smacof.from_classical.stress, "from classical", 1e-6);
    assertLess(Number(quality("best").stress), smacof.best_stress_60_random * 1.01);
  });

  await t.step("t-SNE: affinities, divergence and gradient of a given map", () => {
    const relative = (found: Float64Array, stored: number[], what: string) => {
      assertEquals(found.length, stored.length);
      found.forEach((value, i) =>
        assert(Math.abs(value / stored[i] - 1) < 1e-4, `${what} ${i}: ${value} and ${stored[i]}`)
      );
    };
    relative(
      array("neighbours.fit.joint_probabilities").data,
      neighbours.joint_probabilities,
      "affinity",
    );
    relative(array("neighbours.fit.gradient").data, neighbours.gradient.flat(), "gradient");
    const [first] = table("neighbours.course");
    near(first.kl_divergence, neighbours.kl_divergence, "divergence", 1e-4);
  });
});
