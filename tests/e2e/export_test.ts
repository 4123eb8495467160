// Exports of a small run, from the command line, opened by NumPy, pandas and h5py: every number is the one that the store
// holds. Also what is missing and how it comes back, and what is in the way.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { contentsOf } from "#lib/export/contents.ts";
import { memberPlace } from "#lib/export/member_id.ts";
import { type ActionKey, digestOf, hexOf } from "#lib/core/digest.ts";
import type { Table } from "#lib/core/table.ts";
import { readNpyHeader } from "#lib/formats/npy.ts";
import { openFsStore } from "#lib/store/fs_store.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { copyProject, type Project, type Ran } from "#tests/support/project.ts";
import { pythonStep, runPython } from "#tests/support/python.ts";
import { filesBelow } from "#tests/support/stored.ts";

const workflow = `name: little
description: A little of everything that is exported.
stages:
  states:
    task: simulate
    matrix: { seed: [0, 1] }
    with: { system: lorenz, num_trials: 3, num_steps: 20, seed: "\${{ seed }}" }
  scaled: { task: normalize, from: { trajectories: states } }
  operators:
    task: dmd
    from: { trajectories: scaled }
    with: { n_delays: 3, max_rank: 4 }
  distances:
    task: compare
    matrix: { metric: [linear_cka, procrustes] }
    from: { a: { stage: scaled, where: { seed: 0 } }, b: { stage: scaled, where: { seed: 1 } } }
    with: { metric: "\${{ metric }}" }
  cues:
    task: neurotask
    with: { rule: pdm_delay, rules: [pdm_pro, pdm_delay], num_trials: 5, seed: 4 }
  learners:
    task: train_rnn
    matrix: { model: [leaky_rnn, leaky_gru] }
    with:
      model: "\${{ model }}"
      units: 6
      rules: [pdm_pro, pdm_delay]
      phases: [{ rules: [pdm_pro], epochs: 2 }]
      updates_per_epoch: 2
      batch_size: 4
      evaluation: { num_trials: 4 }
      seed: 7
      constraints: { no_autapses: true, dale_ratio: 0.7 }
  cue_states:
    task: represent
    from: { model: learners.weights, trials: cues.trials }
  bulky:
    task: simulate
    store: digest
    with: { system: lorenz, num_trials: 20, num_steps: 400, seed: 1 }
  large:
    task: simulate
    with: { system: lorenz, num_trials: 20, num_steps: 400, seed: 2 }
`;

interface ExpectedArray {
  readonly member: string;
  readonly output: string;
  readonly array: string;
  readonly kind: string;
  readonly shape: readonly number[];
  readonly descr: string;
  /** Of the numbers alone, C order. */
  readonly sha256: string;
}

interface ExpectedTable {
  readonly title: string;
  readonly member: string;
  readonly table: Table;
}

/** All that the store holds of a run, with digests of the numbers. */
async function stored(project: Project, ran: Ran) {
  const arrays: ExpectedArray[] = [];
  const tables: ExpectedTable[] = [];
  await using store = await openFsStore(denoWorld(), project.path("results/store"));
  for (const [member, key] of Object.entries(ran.keys)) {
    const { outputs } = store.recall(key as ActionKey)!;
    for (const [output, artifact] of Object.entries(outputs)) {
      const files = await store.read(artifact);
      if (files === undefined) continue;
      const contents = contentsOf(artifact.kind, files);
      for (const { name, npy } of contents.arrays) {
        const { offset, shape, descr } = readNpyHeader(npy, name);
        const sha256 = hexOf(digestOf(npy.subarray(offset)));
        arrays.push({ member, output, array: name, kind: artifact.kind, shape, descr, sha256 });
      }
      for (const { name, table } of contents.tables) {
        const several = Object.keys(outputs).length > 1 ? [output] : [];
        const title = [memberPlace(member).stage, ...several, ...(name === "" ? [] : [name])];
        tables.push({ title: title.join("."), member, table });
      }
    }
  }
  return { arrays, tables };
}

/** Python's part, run in the folder of an export; what must be there stands in `expected.json` of the project. */
const common = `
import glob, hashlib, json, numpy, pandas, h5py
expected = json.load(open("../../../../expected.json"))
wanted = {(a["member"], a["output"], a["array"]): a for a in expected["arrays"]}
seen = set()
def check(member, output, array, data):
    a = wanted[(member, output, array)]
    assert list(data.shape) == a["shape"], (member, array, data.shape, a["shape"])
    assert data.dtype.newbyteorder("=") == numpy.dtype(a["descr"]), (member, array, data.dtype)
    digest = hashlib.sha256(numpy.ascontiguousarray(data).tobytes()).hexdigest()
    assert digest == a["sha256"], (member, array)
    seen.add((member, output, array))
def finish(*left_out):
    rest = {k for k, a in wanted.items() if a["kind"] not in left_out} - seen
    assert not rest, rest
    print(len(seen))
`;

Deno.test("export writes files that NumPy, pandas and h5py read as the store has them", async (t) => {
  await using project = await copyProject({ "workflows/little.yaml": workflow });
  const ran = await project.run(["workflows/little.yaml"]);
  const { arrays, tables } = await stored(project, ran);
  const run = ran.last.run!.split("/").at(-1)!;
  const home = `results/exports/little/${run}`;
  await project.write("expected.json", JSON.stringify({ arrays, tables }));
  const exportTo = async (...args: string[]) => {
    const outcome = await project.basin("export", args);
    assertEquals(outcome.code, 0, outcome.stdout + outcome.stderr);
    return outcome.stdout;
  };
  const python = (code: string) => runPython(common + code, project.path(home));

  let first: ReadonlyMap<string, string> = new Map();
  await t.step("the command says what it wrote, and what is not there and why", async () => {
    const said = await exportTo("little");
    assertStringIncludes(said.replace(/\s+/g, " "), `15 stages exported to ${home} 5 tables`);
    assertMatch(said, /5 tables, \d+ arrays, 6 networks/);
    assertMatch(said, /1 output not there because the workflow keeps digests only/);
    assertStringIncludes(
      said,
      "deno task run workflows/little.yaml stages.bulky.store=full --force bulky",
    );
    first = await digests(project.path(home));
    const { GeneratedBy: [{ Description }], SourceDatasets: [{ URL }] } = JSON.parse(
      await project.read(`${home}/dataset_description.json`),
    );
    assertEquals(Description, "deno task run workflows/little.yaml");
    assertEquals(URL, ran.last.run);
  });

  await t.step("again, in another time zone, it writes the same bytes", async () => {
    const { code, stderr } = await project.basin("export", [run.slice(0, 15)], {
      env: { TZ: "Pacific/Kiritimati" },
    });
    assertEquals(code, 0, stderr);
    assertEquals(await digests(project.path(home)), first);
  });

  await pythonStep(t, "NumPy reads every array, its shape and its numbers", async () => {
    await exportTo("little");
    const count = await python(`
for path in glob.glob("arrays/*/*.json"):
    about = json.load(open(path))
    if "sha256" not in about: continue
    data = numpy.load(path.replace(".json", ".npy"))
    assert about["shape"] == list(data.shape) and len(about["dims"]) == data.ndim
    assert hashlib.sha256(open(path.replace(".json", ".npy"), "rb").read()).hexdigest() == about["sha256"]
    check(about["member"], about["output"], about["array"], data)
states = json.load(open("arrays/cue_states/cue_states.model-leaky_rnn.states.json"))
assert states["dims"] == ["trial", "time", "unit"] and states["dt_ms"] == 100 and states["tau_ms"] == 100, states
assert states["coordinates"] == {"model": "leaky_rnn"} and states["inputs"]["model"] == ["learners[model=leaky_rnn]"]
scaled = json.load(open("arrays/scaled/scaled.seed-1.states.json"))
assert scaled["seed"] == 1, scaled
finish("network")`);
    assertEquals(Number(count), arrays.filter(({ kind }) => kind !== "network").length);
  });

  await pythonStep(t, "NumPy reads networks under PsychRNN's keys, without pickles", async () => {
    await exportTo("little");
    await python(`
for model in ["leaky_rnn", "leaky_gru"]:
    keys = numpy.load(f"weights/learners/learners.model-{model}.weights.npz", allow_pickle=False)
    about = json.load(open(f"weights/learners/learners.model-{model}.weights.json"))
    assert set(about["arrays"]) == set(keys.files) and about["model"] == model and about["dt_ms"] == 100
    for name in keys.files: assert list(keys[name].shape) == about["arrays"][name]["shape"]
    n_in, n_rec, n_out = (about["sizes"][k] for k in ["inputs", "units", "outputs"])
    assert keys["init_state"].shape == (1, n_rec) and keys["W_out"].shape == (n_out, n_rec)
    member = f"learners[model={model}]"
    check(member, "weights", "W_out", keys["W_out"])
    if model == "leaky_rnn":
        assert keys["W_in"].shape == (n_rec, n_in) and keys["W_rec"].shape == (n_rec, n_rec)
        for name in ["W_in", "W_rec", "b_rec"]: check(member, "weights", name, keys[name])
        assert (keys["rec_connectivity"] == 1 - numpy.eye(n_rec)).all()
        assert (numpy.diag(keys["W_rec"]) == 0).all()
        signs = numpy.diag(keys["Dale_rec"])
        assert list(signs) == [1, 1, 1, 1, -1, -1] and (keys["W_rec"] * signs >= 0).all()
        assert float(keys["dale_ratio"]) == 0.7
    else:
        for name in ["W_in", "W_rec", "b_rec"]:
            parts = [keys[f"{name}_{gate}"] for gate in ["reset", "update", "candidate"]]
            check(member, "weights", name, numpy.concatenate(parts))
log = pandas.read_csv("tables/learners.checkpoints.tsv", sep="\\t")
assert len(log) == 4
for path in log["weights"]: assert "W_out" in numpy.load(path, allow_pickle=False).files

# The network runs on with nothing but its file: the states that Basin computed come out.
keys = numpy.load("weights/learners/learners.model-leaky_rnn.weights.npz", allow_pickle=False)
about = json.load(open("weights/learners/learners.model-leaky_rnn.weights.json"))
settings = about["settings"]
assert settings["form"] == "leak_outside" and settings["leak"] == "exponential" and settings["activation"] == "leaky_relu"
inputs = numpy.load("arrays/cues/cues.trials.inputs.npy")
bounds = numpy.load("arrays/cues/cues.trials.bounds.npy")
period = json.load(open("arrays/cues/cues.trials.bounds.json"))["coords"]["period"].index("stimulus")
keep = numpy.exp(-about["dt_ms"] / about["tau_ms"])
phi = lambda p: numpy.where(p > 0, p, 0.01 * p)
found = numpy.load("arrays/cue_states/cue_states.model-leaky_rnn.states.npy")
for trial in range(len(inputs)):
    h, states = keys["init_state"][0].astype(float), []
    for x in inputs[trial]:
        h = keep * h + (1 - keep) * phi(keys["W_in"] @ x + keys["W_rec"] @ h + keys["b_rec"])
        states.append(h)
    start, end = bounds[trial, period]
    assert numpy.allclose(found[trial], states[start:end], rtol=1e-4, atol=1e-6)
`);
  });

  await pythonStep(t, "pandas reads every table: rows, numbers to the last bit, n/a", async () => {
    await exportTo("little");
    await python(`
import math
for t in expected["tables"]:
    path = f"tables/{t['title']}.tsv"
    frame = pandas.read_csv(path, sep="\\t", float_precision="round_trip")
    about = json.load(open(path.replace(".tsv", ".json")))
    assert [c for c in about if c != "GeneratedFrom"] == list(frame.columns), path
    rows = t["table"]["rows"]
    coords = [c for c in ["metric", "model"] if f"{c}=" in t["member"]]
    for c in coords: frame = frame[frame[c] == t["member"].split(f"{c}=")[1].rstrip("]")]
    assert len(frame) == len(rows), (path, len(frame), len(rows))
    for k, column in enumerate(t["table"]["columns"]):
        if column["type"] == "artifact": continue
        for found, row in zip(frame[column["name"]], rows):
            if row[k] is None: assert isinstance(found, float) and math.isnan(found), (path, column)
            else: assert found == row[k], (path, column, found, row[k])
        if "unit" in column: assert about[column["name"]]["Units"] == column["unit"]
stages = pandas.read_csv("stages.tsv", sep="\\t")
assert len(stages) == ${Object.keys(ran.keys).length}
assert stages.set_index("member").loc["bulky", "missing"] == "trajectories"
import os
for files in stages["files"].dropna():
    for path in files.split(";"): assert os.path.exists(path), path
`);
  });

  await pythonStep(t, "NumPy reads bundles of arrays", async () => {
    await exportTo("little", "--npz");
    await python(`
for path in glob.glob("arrays/*/*.json"):
    about = json.load(open(path))
    if "arrays" not in about: continue
    bundle = numpy.load(path.replace(".json", ".npz"), allow_pickle=False)
    assert set(bundle.files) == set(about["arrays"])
    for name in bundle.files: check(about["member"], about["output"], name, bundle[name])
assert not glob.glob("**/*.npy", recursive=True)
finish("network")`);
  });

  await pythonStep(t, "h5py reads every array, its axes, units and facts", async () => {
    await exportTo("little", "--hdf5");
    await python(`
for path in glob.glob("hdf5/*.h5"):
    with h5py.File(path, "r") as file:
        assert file.attrs["workflow"] == "little"
        def visit(name, item):
            if not isinstance(item, h5py.Dataset) or item.attrs.get("CLASS") == b"DIMENSION_SCALE": return
            about = item.parent.attrs
            check(about["member"], about["output"], name.split("/")[-1], item[...])
            assert [d.label for d in item.dims] == list(item.attrs["dims"])
        file.visititems(visit)
with h5py.File("hdf5/cues.h5", "r") as file:
    inputs = file["cues/trials/inputs"]
    assert [d.label for d in inputs.dims] == ["trial", "time", "channel"]
    labels = [v.decode() if isinstance(v, bytes) else v for v in inputs.dims[2][0][...]]
    assert len(labels) == inputs.shape[2] and "fixation" in labels, labels
    assert file["cues/trials"].attrs["seed"] == 4
with h5py.File("hdf5/cue_states.h5", "r") as file:
    assert file["cue_states.model-leaky_rnn/states"].attrs["dt_ms"] == 100
finish("network")`);
  });

  await pythonStep(t, "NeuroGym's layout is the same numbers, time first", async () => {
    await exportTo("little", "--layout", "neurogym");
    await python(`
names = {"ob": "inputs", "gt": "targets"}
for path in glob.glob("arrays/*/*.json"):
    about = json.load(open(path))
    if "sha256" not in about or about["array"] in ["start_t", "end_t"]: continue
    data = numpy.load(path.replace(".json", ".npy"))
    name = names.get(about["array"], about["array"])
    if about["dims"][:2] == ["time", "batch"]: data = numpy.swapaxes(data, 0, 1)
    check(about["member"], about["output"], name, data)
gt = numpy.load("arrays/cues/cues.trials.gt.npy")
about = json.load(open("arrays/cues/cues.trials.gt.json"))
start, end = (numpy.load(f"arrays/cues/cues.trials.{edge}_t.npy") for edge in ["start", "end"])
assert about["dt"] == 100 and gt.shape[1] == 5 == start.shape[0]
assert (end >= start).all() and (end.max() == gt.shape[0] * 100)
`);
  });

  await pythonStep(t, "the snippets of the page run in an export", async () => {
    await exportTo("little", "--hdf5");
    const page = await Deno.readTextFile(new URL("../../.github/export.md", import.meta.url));
    const snippets = [...page.matchAll(/```python\n(.*?)```/gs)].map(([, code]) => code);
    assertEquals(snippets.length, 4);
    const [numpy, npz, pandas, h5py] = snippets;
    assertMatch(
      await runPython(h5py, project.path(home)),
      /hdf5\/states.h5 states.seed-0 simulate/,
    );
    assertMatch(await runPython(pandas, project.path(home)), /tables\/distances.tsv \(2, \d+\)/);
    await exportTo("little", "--npz");
    assertMatch(
      await runPython(npz, project.path(home)),
      /states\.seed-0\.npz states \{'trial': 3, 'time': 20, 'unit': 3\}/,
    );
    await exportTo("little");
    assertEquals(
      await runPython(numpy, project.path(home)),
      "{'trial': 3, 'time': 20, 'unit': 3} None\n",
    );
  });

  await t.step("nothing but exports is replaced, and what anybody put there stays", async () => {
    const refused = async (wanted: RegExp, ...args: string[]) => {
      const { code, stderr, stdout } = await project.basin("export", ["little", ...args]);
      assertEquals([code, stdout], [2, ""]);
      assertMatch(stderr, wanted);
    };
    await exportTo("little");
    const whole = await digests(project.path(home));
    await exportTo("little", "--only", "states");
    assertEquals(await digests(project.path(home)), whole);
    const part = await digests(project.path(`${home}.states`));
    assert(part.size > 3 && part.size < whole.size);
    await project.write(`${home}/tables/notes.txt`, "mine");
    await refused(/holds tables\/notes\.txt, which the export did not write; move it away/);
    await Deno.remove(project.path(`${home}/tables`), { recursive: true });
    await project.write("results/mine/notes.txt", "x");
    await refused(
      /results\/mine is no export: it has no file basin_export\.json/,
      "--to",
      "results/mine",
    );
    assertEquals(await project.read("results/mine/notes.txt"), "x");
    await refused(/no stage of this run matches 'sta': did you mean `states`/, "--only", "sta");
    const { code, stderr } = await project.basin("export", ["little", "--to", "elsewhere/export"]);
    assertEquals(code, 4);
    assertStringIncludes(
      stderr.replace(/\s+/g, " "),
      "`deno task basin:external COMMAND` may write anywhere",
    );
    const outside = await project.basin("basin:external", [
      "export",
      "little",
      "--to",
      "elsewhere/export",
    ]);
    assertEquals(outside.code, 0, outside.stderr);
    assert((await project.read("elsewhere/export/README.md")).startsWith("# little"));
    // Nothing half-written is left beside.
    const left = [...Deno.readDirSync(project.path("results/exports/little"))].map(({ name }) =>
      name
    );
    assertEquals(left.sort(), [run, `${run}.states`]);
  });

  await t.step("a workflow's file means its latest run, and a wrong name is answered", async () => {
    const { code, stderr } = await project.basin("export", [
      "workflows/little.yaml",
      "--only",
      "cues",
    ]);
    assertEquals([code, stderr], [0, ""]);
    const wrong = await project.basin("export", ["litle"]);
    assertEquals([wrong.code, wrong.stderr.trim()], [
      2,
      "error: there is no run, workflow or file 'litle': did you mean `little`?",
    ]);
  });

  await t.step("what was collected is named, and the command brings it back", async () => {
    const again = (text: string) =>
      /^ {2}deno task run (.*)$/m.exec(text)![1].split(" ").map((word) => word.replaceAll("'", ""));
    const kept = await project.basin("export", ["little"]);
    await project.run(again(kept.stdout));
    const whole = await project.basin("export", ["little"]);
    assertEquals(whole.code, 0, whole.stderr);
    assert(!whole.stdout.includes("not there"), whole.stdout);

    // What does not lie inside of manifests.
    await Deno.remove(project.path("results/store/cas"), { recursive: true });
    const poor = await project.basin("export", ["little", "--json"]);
    assertEquals(poor.code, 4, poor.stderr);
    const { missing, folder } = JSON.parse(poor.stdout);
    assertEquals(
      missing.map(({ member, why }: { member: string; why: string }) => [member, why]).sort(),
      [["bulky", "digest"], ["large", "gone"]],
    );
    const readme = await project.read(`${folder}/README.md`);
    assertStringIncludes(
      readme,
      "1 that the workflow keeps by digest only (`store: digest`), and 1 ",
    );
    const { code, stdout } = await project.basin("export", ["little"]);
    assertEquals(code, 4);
    const lastRun = await project.run(again(stdout));
    assertEquals(lastRun.ran, ["bulky", "large"]);
    const back = await project.basin("export", ["little"]);
    assertEquals(back.code, 0, back.stdout + back.stderr);
    const { arrays: after } = await stored(project, lastRun);
    const large = ({ member }: ExpectedArray) => member === "large";
    assertEquals(after.filter(large), arrays.filter(large));
  });
});

async function digests(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = await filesBelow(folder);
  const read = await Promise.all(files.map((file) => Deno.readFile(file)));
  return new Map(files.map((file, i) => [file.slice(folder.length), digestOf(read[i])]));
}
