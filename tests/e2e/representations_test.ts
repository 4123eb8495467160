// Geometry as a user gets it: stored arrays imported, dissimilarities, comparisons, components, maps and t-SNE in one
// workflow, numbers from the folder of the run. And the part that draws representational paths.

import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { decodeNpy } from "#lib/core/npy.ts";
import { type Cell, type Column, readTsv, recordsOf } from "#lib/core/table.ts";
import pca from "#tests/reference/dsa/pca.json" with { type: "json" };
import rdms from "#tests/reference/dsa/rdms.json" with { type: "json" };
import path from "#tests/reference/dsa/rep_path.json" with { type: "json" };
import compared from "#tests/reference/dsa/rsa_compare.json" with { type: "json" };
import embedded from "#tests/reference/dsa/tsne.json" with { type: "json" };
import { assertAllClose } from "#tests/support/close.ts";
import { copyProject } from "#tests/support/project.ts";

const names = ["X", "Y", "W", "XR"] as const;
const measures = {
  squared_euclidean: "euclidean_sq_per_channel",
  euclidean: "euclidean",
  correlation: "correlation",
  cosine: "cosine",
  city_block: "cityblock",
  mahalanobis: "mahalanobis_sq_per_channel",
} as const;
const comparisons = [
  "cosine",
  "pearson",
  "spearman",
  "rho_a",
  "kendall_tau_a",
  "kendall_tau_b",
] as const;
const dims = ["item", "feature"];
const items = (more: Record<string, unknown> = {}) => ({
  task: "import",
  over: ["name"],
  files: { data: "${{ name.file }}" },
  with: { dims, ...more },
});
const json = (file: string, array: string, more: Record<string, unknown> = {}) => ({
  task: "import",
  files: { data: file },
  with: { array, dims },
  ...more,
});

const workflow = {
  name: "representations",
  axes: { name: names.map((name) => ({ id: name.toLowerCase(), file: `rep_${name}.npy` })) },
  stages: {
    first: items({ select: { item: { to: 12 } } }),
    all: items(),
    rdms: {
      task: "rdm",
      matrix: { measure: Object.keys(measures) },
      from: { trajectories: "first" },
      with: { measure: "${{ measure }}", ridge: 0.1 },
    },
    rsa: {
      task: "compare",
      matrix: { measure: ["squared_euclidean", "correlation"], comparison: comparisons },
      from: { trajectories: { stage: "first", gather: ["name"] } },
      with: {
        metric: "rsa",
        options: {
          measure: "${{ measure }}",
          comparison: "${{ comparison }}",
          score: "similarity",
        },
      },
    },
    scores: { task: "aggregate", from: { tables: { stage: "rsa", gather: "all" } } },
    pca: { task: "reduce", from: { trajectories: "all" }, with: { num_components: 4 } },
    layers: json("path.json", "layers[${{ layer }}]", {
      matrix: { layer: path.layers.map((_, at) => at), model: ["net"] },
    }),
    labels: json("path.json", "labels_onehot"),
    layer_rdms: { task: "rdm", from: { trajectories: "layers" } },
    label_rdm: { task: "rdm", from: { trajectories: "labels" } },
    angles: {
      task: "compare",
      from: {
        rdms: ["layer_rdms", {
          stage: "label_rdm",
          as: { layer: "labels", model: "net" },
        }],
      },
      gather: "all",
      with: { metric: "rdm_comparison" },
    },
    distances: { task: "aggregate", from: { tables: { stage: "angles", gather: "all" } } },
    classical: { task: "mds", from: { scores: "angles" }, with: { method: "classical" } },
    start: json("path.json", "smacof.init"),
    once: { task: "mds", from: { scores: "angles", start: "start" }, with: { num_iterations: 1 } },
    stopped: {
      task: "mds",
      from: { scores: "angles", start: "start" },
      with: { convention: "scikit_learn", tolerance: 0.001 },
    },
    best: { task: "mds", from: { scores: "angles" } },
    embedding: json("embedded.json", "embedding"),
    tsne: {
      task: "tsne",
      from: { trajectories: { stage: "all", where: { name: "x" } }, start: "embedding" },
      with: { perplexity: embedded.perplexity, num_iterations: 0 },
    },
    path: {
      workflow: "../workflows/parts/representational_path.yaml",
      from: {
        layers: { stage: "layers", where: { layer: { not: [0] } } },
        input: { stage: "layers", where: { layer: 0, model: "net" } },
        labels: "labels",
      },
    },
    drawn: { task: "aggregate", from: { tables: { stage: "path.map", gather: "all" } } },
  },
};

Deno.test("representations: from imported arrays to dissimilarities, components, maps and paths", async (t) => {
  await using project = await copyProject({
    "study/geometry.yaml": JSON.stringify(workflow),
    "study/path.json": JSON.stringify(path),
    "study/embedded.json": JSON.stringify(embedded),
  });
  for (const name of names) {
    const file = new URL(`../reference/dsa/rep_${name}.npy`, import.meta.url);
    await Deno.copyFile(fromFileUrl(file), project.path(`study/rep_${name}.npy`));
  }
  const { last, failed } = await project.run(["study/geometry.yaml"]);
  assertEquals(failed, []);
  const rows = async (name: string): Promise<Record<string, Cell>[]> => {
    const { columns } = JSON.parse(await project.read(`${last.run}/tables/${name}.json`));
    const text = await project.read(`${last.run}/tables/${name}.tsv`);
    return recordsOf(readTsv(text, columns as Column[]));
  };
  const array = async (name: string): Promise<Float64Array> => {
    const bytes = await Deno.readFile(project.path(`${last.run}/arrays/${name}.npy`));
    return decodeNpy(bytes).data as Float64Array;
  };

  await t.step("dissimilarities are the stored ones", async () => {
    for (const name of names) {
      for (const [measure, stored] of Object.entries(measures)) {
        assertAllClose(
          await array(`rdms.name-${name.toLowerCase()}.measure-${measure}.values`),
          rdms.rdms[name][stored],
          { atol: 1e-10 },
        );
      }
    }
  });

  await t.step("comparisons are the stored ones", async () => {
    const found = await rows("scores");
    for (const one of compared.cases) {
      const measure = one.rdm === "euclidean_sq_per_channel" ? "squared_euclidean" : one.rdm;
      for (const comparison of comparisons) {
        const row = found.find((row) =>
          row.measure === measure && row.comparison === comparison &&
          row.a === one.a.toLowerCase() && row.b === one.b.toLowerCase()
        );
        assertAlmostEquals(row!.value as number, one[comparison], 1e-10);
      }
    }
  });

  await t.step("components and scores are the stored ones up to sign", async () => {
    for (const name of names) {
      const of = (what: string) => array(`pca.name-${name.toLowerCase()}.${what}`);
      const stored = pca[name];
      const close = { atol: 1e-9, rtol: 1e-9 };
      assertAllClose(await of("fit.explained_variance"), stored.explained_variance, close);
      const size = (values: Iterable<number>) => [...values].map(Math.abs);
      assertAllClose(size(await of("fit.components")), size(stored.components.flat()), close);
      const scores = (await of("trajectories.states")).subarray(0, 20);
      assertAllClose(size(scores), size(stored.scores_first5.flat()), close);
    }
  });

  await t.step("distances and maps of a representational path are the stored ones", async () => {
    const distances = (await rows("distances")).map(({ value }) => value as number);
    assertAllClose(distances, path.distance.flat(), { atol: 1e-7 });
    const { smacof, classical_mds } = path;
    const map = (name: string) => array(`${name}.fit.coordinates`);
    assertAllClose(await map("once"), smacof.after_one_update.flat(), { atol: 1e-6 });
    assertAllClose(await map("stopped"), smacof.run_eps1e3.coordinates.flat(), { atol: 1e-6 });
    const stress = async (name: string) => (await rows(`${name}.quality`))[0].stress as number;
    assertAlmostEquals(await stress("stopped"), smacof.run_eps1e3.stress, 1e-6);
    assertAlmostEquals(await stress("classical"), classical_mds.stress, 1e-6);
    assertLess(await stress("best"), 1.01 * smacof.best_stress_60_random);
  });

  await t.step("affinities, divergence and gradient of t-SNE are the stored ones", async () => {
    assertAllClose(
      await array("tsne.fit.joint_probabilities"),
      embedded.joint_probabilities,
      { rtol: 1e-4 },
    );
    const [{ kl_divergence }] = await rows("tsne.course");
    assertAlmostEquals(kl_divergence as number, embedded.kl_divergence, 1e-4);
  });

  await t.step("the part draws paths and hands its map out", async () => {
    const drawn = await rows("drawn");
    assertEquals(drawn.map(({ layer }) => layer), ["1", "2", "3", "4", "5", "input", "labels"]);
    const figures = [...Deno.readDirSync(project.path(`${last.run}/figures`))];
    assert(figures.some(({ name }) => name.startsWith("path_fig_path") && name.endsWith(".svg")));
  });
});
