// A whole export against a store that is only a table of artifacts: which files there are, what they say, that nothing
// depends on the order of reading, and names that mean harm.

import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { digestOfArtifact, type Files } from "#lib/core/artifact.ts";
import { arraysOf } from "#lib/core/artifacts/arrays.ts";
import { figure } from "#lib/core/artifacts/figure.ts";
import { file } from "#lib/core/artifacts/file.ts";
import { folder } from "#lib/core/artifacts/folder.ts";
import { network } from "#lib/core/artifacts/network.ts";
import { table, tableWithArtifacts } from "#lib/core/artifacts/table.ts";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { trials } from "#lib/core/artifacts/trials.ts";
import { type ActionKey, digestOf, hexOf } from "#lib/core/digest.ts";
import type { Manifest } from "#lib/core/manifest.ts";
import { decodeNpy } from "#lib/core/npy.ts";
import { readTsv, recordsOf, tableOf } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import { exportRun } from "#lib/export/export_run.ts";
import type { ExportedRun, ExportOptions } from "#lib/export/exported_run.ts";
import { openHdf5 } from "#lib/formats/hdf5.ts";
import { openNpz } from "#lib/formats/npz.ts";

interface Made {
  readonly kind: string;
  readonly files: Files;
}

interface FakeMember {
  readonly id: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly from?: readonly string[];
  /** `null`: its bytes are not there. */
  readonly outputs: Readonly<Record<string, Made | null>>;
  readonly keep?: "digest";
}

const made = <T>(type: { kind: string; encode(value: T): Files }, value: T): Made => ({
  kind: type.kind,
  files: type.encode(value),
});

/** Runs an export of made-up members; returns the files by path. */
async function exported(
  members: readonly FakeMember[],
  options: Partial<ExportOptions> = {},
  { delay = () => 0, write }: {
    delay?: () => number;
    write?: (path: string) => Promise<void>;
  } = {},
) {
  const bytes = new Map<string, Files | null>();
  const digests = new Map<string, string>();
  const manifests = new Map<string, Manifest>();
  for (const { id, params = {}, from = [], outputs, keep } of members) {
    const stored = Object.entries(outputs).map(([name, one]) => {
      const digest = one === null
        ? digestOf(`gone ${id} ${name}`)
        : digestOfArtifact(one.kind, one.files);
      bytes.set(digest, one?.files ?? null);
      digests.set(`${id}.${name}`, digest);
      const files = Object.entries(one?.files ?? { "states.npy": new Uint8Array(100) })
        .map(([path, { length }]) => [path, { digest, size: length }]);
      return [name, {
        kind: one?.kind ?? "trajectories",
        digest,
        files: Object.fromEntries(files),
      }];
    });
    const inputs = from.map((output, i) => [`port_${i}`, [{ digest: digests.get(output)! }]]);
    manifests.set(id, {
      key: id as ActionKey,
      action: {
        recipe: { task: "made_up", numerics: "f64" },
        params,
        inputs: Object.fromEntries(inputs),
      },
      outputs: Object.fromEntries(stored),
      ...(keep === undefined ? {} : { keep }),
    } as unknown as Manifest);
  }
  const run: ExportedRun = {
    workflow: "made <up>",
    description: "What it is\nabout",
    run: "20261122T054512-3fa9c1",
    startedAt: "2026-11-22T05:45:12Z",
    seconds: 1,
    basin: "0.1.0",
    deno: "2.9.6",
    ok: true,
    finished: true,
    folder: "results/runs/made/20261122T054512-3fa9c1",
    members: members.map(({ id }) => ({ id, status: "ran", key: id as ActionKey, digests: {} })),
  };
  const written = new Map<string, Uint8Array>();
  const report = await exportRun(
    run,
    { layout: "basin", npz: false, hdf5: false, parquet: false, ...options },
    {
      recall: (key) => manifests.get(key),
      read: async ({ digest }) => {
        await new Promise((done) => setTimeout(done, delay()));
        return bytes.get(digest) ?? undefined;
      },
      write(path, content) {
        assert(!written.has(path), `${path} was written twice`);
        written.set(path, content);
        return write?.(path) ?? Promise.resolve();
      },
    },
    (missing) => `deno task run again (${missing.length})`,
  );
  const text = (path: string) => {
    assert(written.has(path), `${path} is not among\n${[...written.keys()].sort().join("\n")}`);
    return new TextDecoder().decode(written.get(path));
  };
  return { report, written, text, json: (path: string) => JSON.parse(text(path)) };
}

const states = (seed: number) =>
  made(trajectories, {
    states: tensor(
      ["trial", "time", "unit"],
      [2, 3, 1],
      Float64Array.from({ length: 6 }, (_, i) => i + seed),
    ),
    dt: 20,
    timeUnit: "ms",
  });

const weights = made(network, {
  model: "leaky_rnn",
  settings: { tau_ms: 100 },
  sizes: { inputs: 1, units: 2, outputs: 1 },
  dtMs: 20,
  parameters: {
    W_rec: tensor(["unit", "source"], [2, 2], Float32Array.of(1, 2, 3, 4)),
  },
  about: { seed: 3 },
});

const oneOfEach: readonly FakeMember[] = [
  {
    id: "trials",
    params: { dt_ms: 20 },
    outputs: {
      trials: made(trials, {
        inputs: tensor(["trial", "time", "channel"], [2, 3, 1], Float32Array.of(1, 2, 3, 4, 5, 6)),
        targets: tensor(["trial", "time"], [2, 3], Float32Array.of(0, 0, 1, 0, 0, 2)),
        mask: tensor(["trial", "time"], [2, 3], new Float32Array(6)),
        scored: tensor(["trial", "time"], [2, 3], new Float32Array(6)),
        bounds: tensor(["trial", "period", "edge"], [2, 1, 2], Int32Array.of(0, 3, 0, 2)),
        conditions: tableOf([{ choice: 1 }, { choice: 2 }]),
        about: { dt_ms: 20, rule: "pdm_pro" },
      }),
    },
  },
  {
    id: "train[seed=3]",
    params: { seed: 3, model_settings: { tau_ms: 100 } },
    from: ["trials.trials"],
    outputs: {
      weights,
      log: made(table, tableOf([{ epoch: 1, loss: 0.5 }])),
      checkpoints: made(
        table,
        tableWithArtifacts([{ epoch: 1, weights: { kind: "network", files: weights.files } }], {
          epoch: { key: true },
        }),
      ),
    },
  },
  { id: "states[seed=3]", from: ["train[seed=3].weights"], outputs: { trajectories: states(0) } },
  { id: "mean", outputs: { mean: made(arraysOf("arrays"), { arrays: {}, about: { n: 5 } }) } },
  {
    id: "plot",
    outputs: {
      figure: made(figure, { svg: "<svg/>", png: Uint8Array.of(1), spec: {}, caption: "n = 2" }),
    },
  },
  { id: "raw", outputs: { data: made(file, Uint8Array.of(1, 2)) } },
  { id: "command", outputs: { out: made(folder, { "a/b.txt": Uint8Array.of(3) }) } },
  {
    id: "points",
    outputs: {
      points: made(arraysOf("arrays"), {
        arrays: {
          xstar: tensor(["fixed_point", "unit"], [1, 2], Float64Array.of(1, 2)),
          qstar: tensor(["fixed_point"], [1], Float64Array.of(0)),
        },
        about: { tol_q: 1e-12 },
      }),
    },
  },
  { id: "bulky", keep: "digest", outputs: { trajectories: null } },
  { id: "lost", outputs: { trajectories: null } },
];

Deno.test("exportRun() writes every kind of artifact where people look for it", async () => {
  const { report, written, text, json } = await exported(oneOfEach);
  assertEquals([...written.keys()].sort(), [
    "README.md",
    "arrays/mean/mean.about.json",
    "arrays/states/states.seed-3.states.json",
    "arrays/states/states.seed-3.states.npy",
    "arrays/trials/trials.bounds.json",
    "arrays/trials/trials.bounds.npy",
    "arrays/trials/trials.inputs.json",
    "arrays/trials/trials.inputs.npy",
    "arrays/trials/trials.mask.json",
    "arrays/trials/trials.mask.npy",
    "arrays/trials/trials.scored.json",
    "arrays/trials/trials.scored.npy",
    "arrays/trials/trials.targets.json",
    "arrays/trials/trials.targets.npy",
    "arrays/trials/trials.trials.json",
    "dataset_description.json",
    "figures/plot.json",
    "figures/plot.png",
    "figures/plot.svg",
    "figures/plot.vl.json",
    "files/command/command/a/b.txt",
    "files/raw/raw",
    "fixed_points/points/points.json",
    "fixed_points/points/points.npz",
    "stages.json",
    "stages.tsv",
    "tables/train.checkpoints.json",
    "tables/train.checkpoints.tsv",
    "tables/train.log.json",
    "tables/train.log.tsv",
    "tables/trials.conditions.json",
    "tables/trials.conditions.tsv",
    "weights/train/train.seed-3.checkpoints.weights-1.json",
    "weights/train/train.seed-3.checkpoints.weights-1.npz",
    "weights/train/train.seed-3.weights.json",
    "weights/train/train.seed-3.weights.npz",
  ]);
  const npy = written.get("arrays/states/states.seed-3.states.npy")!;
  const { dims, dt_ms, seed, tau_ms, sha256, shape, dtype, coordinates } = json(
    "arrays/states/states.seed-3.states.json",
  );
  assertEquals({ dims, dt_ms, seed, tau_ms, sha256, shape, dtype, coordinates }, {
    dims: ["trial", "time", "unit"],
    dt_ms: 20,
    // What the network was trained with.
    seed: 3,
    tau_ms: 100,
    sha256: hexOf(digestOf(npy)),
    shape: [2, 3, 1],
    dtype: "<f8",
    coordinates: { seed: 3 },
  });
  assertEquals([...decodeNpy(npy).data], [0, 1, 2, 3, 4, 5]);
  assertEquals(text("tables/train.log.tsv"), "seed\tepoch\tloss\n3\t1\t0.5\n");
  assertEquals(
    text("tables/train.checkpoints.tsv"),
    "seed\tepoch\tweights\n3\t1\tweights/train/train.seed-3.checkpoints.weights-1.npz\n",
  );
  assertEquals(text("tables/trials.conditions.tsv"), "trial\tchoice\n0\t1\n1\t2\n");
  const keys = openNpz(written.get("weights/train/train.seed-3.weights.npz")!);
  assertEquals(keys.list().map(({ name }) => name), ["W_rec", "b_out", "init_state"]);
  assertEquals([...keys.read("W_rec").data], [1, 2, 3, 4]);
  assertEquals(json("weights/train/train.seed-3.weights.json").tau_ms, 100);
  assertEquals(json("fixed_points/points/points.json").not_there.includes("x_init"), true);
  assertEquals(json("figures/plot.json").caption, "n = 2");
  assertEquals(report.missing.map(({ member, why }) => [member, why]), [
    ["bulky", "digest"],
    ["lost", "gone"],
  ]);
  assertStringIncludes(text("README.md"), "deno task run again (2)");
  assertStringIncludes(text("README.md"), "# made &lt;up&gt;\n\nWhat it is about\n");
  const columns = json("stages.json");
  const rows = recordsOf(readTsv(
    text("stages.tsv"),
    Object.entries(columns).map(([name, about]) => ({
      name,
      type: (about as { Type: never }).Type,
    })),
  ));
  assertEquals(rows.map(({ member }) => member), oneOfEach.map(({ id }) => id));
  assertEquals(rows[8].missing, "trajectories");
  assertEquals([rows[2].seed, rows[2].files], [3, "arrays/states/states.seed-3.states.npy"]);
});

Deno.test("exportRun() bundles arrays as npz and HDF5 with the same numbers", async () => {
  const { written, json, text } = await exported(oneOfEach, {
    npz: true,
    hdf5: true,
    parquet: true,
  });
  const paths = [...written.keys()];
  assert(!paths.some((path) => path.endsWith(".npy")));
  const npz = openNpz(written.get("arrays/trials/trials.npz")!);
  assertEquals([...npz.read("inputs").data], [1, 2, 3, 4, 5, 6]);
  assertEquals(json("arrays/trials/trials.json").arrays.inputs.dims, ["trial", "time", "channel"]);
  using file = await openHdf5(written.get("hdf5/trials.h5") as Uint8Array);
  assertEquals([...file.read("trials/inputs").data], [1, 2, 3, 4, 5, 6]);
  using other = await openHdf5(written.get("hdf5/states.h5") as Uint8Array);
  assertEquals([...other.read("states.seed-3/states").data], [0, 1, 2, 3, 4, 5]);
  assert(written.has("tables/train.log.parquet"));
  assertStringIncludes(text("stages.tsv"), "hdf5/states.h5#/states.seed-3");
});

Deno.test("exportRun() with NeuroGym's layout has its names, time first", async () => {
  const { written, json } = await exported(oneOfEach, { layout: "neurogym" });
  const ob = decodeNpy(written.get("arrays/trials/trials.ob.npy")!);
  assertEquals([ob.shape, [...ob.data]], [[3, 2, 1], [1, 4, 2, 5, 3, 6]]);
  assertEquals(json("arrays/trials/trials.gt.json").dims, ["time", "batch"]);
  assertEquals(json("arrays/trials/trials.ob.json").dt, 20);
  assertEquals([...decodeNpy(written.get("arrays/trials/trials.end_t.npy")!).data], [60, 40]);
  const { dims, dt, dt_ms } = json("arrays/states/states.seed-3.states.json");
  assertEquals([dims, dt, dt_ms], [["time", "batch", "unit"], 20, 20]);
});

Deno.test("exportRun() gives the same bytes whichever member is read first", async () => {
  const many = Array.from({ length: 40 }, (_, i): FakeMember => ({
    id: `fit[seed=${i}]`,
    outputs: { trajectories: states(i), facts: made(table, tableOf([{ i }])) },
  }));
  const options = { hdf5: true, npz: true, parquet: true };
  const [first, second] = await Promise.all([
    exported(many, options),
    exported(many, options, { delay: () => Math.random() * 5 }),
  ]);
  assertEquals([...second.written.keys()], [...first.written.keys()]);
  for (const [path, bytes] of first.written) {
    assertEquals(digestOf(bytes), digestOf(second.written.get(path)!), path);
  }
});

Deno.test("exportRun() keeps every name inside its folder, whole, and apart from others", async () => {
  const long = "x".repeat(400);
  const axes = [
    "../../up",
    "A",
    "a",
    long,
    `${long}y`,
    "con",
    "日本",
    "\u202e",
    "a/b",
    "a\\b",
    '<script>"',
  ];
  const members = axes.map((axis, i): FakeMember => ({
    id: `Fit[x=${JSON.stringify(axis)}]`,
    outputs: {
      "../out": states(i),
      OUT: made(arraysOf("arrays"), {
        arrays: {
          "../w": tensor(["unit"], [1], Float64Array.of(i)),
          w: tensor(["unit"], [1], Float64Array.of(i)),
          W: tensor(["unit"], [1], Float64Array.of(i)),
          [long]: tensor(["unit"], [1], Float64Array.of(i)),
        },
        about: {},
      }),
      rows: made(table, tableOf([{ x: 1 }])),
    },
  }));
  for (const options of [{}, { npz: true, hdf5: true }]) {
    const { written, report, text } = await exported(members, options);
    const paths = [...written.keys()];
    assertEquals(new Set(paths.map((path) => path.toLowerCase())).size, paths.length);
    for (const path of paths) {
      assertMatch(path, /^[A-Za-z0-9_.+~/-]+$/);
      for (const part of path.split("/")) {
        assert(part !== "" && part !== "." && part !== ".." && part.length <= 255, path);
      }
    }
    assertEquals(report.arrays, axes.length * 5);
    // The rows of all, known by their coordinate.
    const name = paths.find((path) => /^tables\/.*\.tsv$/.test(path))!;
    const { rows } = readTsv(text(name), [
      { name: "axis_x", type: "string" },
      { name: "x", type: "number" },
    ]);
    assertEquals(rows.map(([axis]) => axis), axes);
  }
});

Deno.test("exportRun() writes tables apart that cannot be one", async () => {
  const { written, text } = await exported([
    { id: "fit[i=0]", outputs: { rows: made(table, tableOf([{ a: 1 }])) } },
    { id: "fit[i=1]", outputs: { rows: made(table, tableOf([{ a: "one" }])) } },
  ]);
  assertEquals(text("tables/fit/fit.i-0.tsv"), "i\ta\n0\t1\n");
  assertEquals(text("tables/fit/fit.i-1.tsv"), "i\ta\n1\tone\n");
  assert(!written.has("tables/fit.tsv"));
});

Deno.test("exportRun() ends with the disk's own error, once nothing is being written any more", async () => {
  let writing = 0;
  let most = 0;
  const many = Array.from({ length: 30 }, (_, i): FakeMember => ({
    id: `fit[seed=${i}]`,
    outputs: { trajectories: states(i) },
  }));
  const write = async (path: string) => {
    most = Math.max(most, ++writing);
    try {
      if (path.includes("seed-7.")) throw new Error("ENOSPC");
      await new Promise((done) => setTimeout(done, 5));
    } finally {
      writing--;
    }
  };
  for (const options of [{}, { npz: true }, { hdf5: true, npz: true }]) {
    await assertRejects(() => exported(many, options, { write }), Error, "ENOSPC");
    assertEquals(writing, 0);
  }
  assert(most > 5);
});
