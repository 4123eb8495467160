// What runs again after an edit, and what does not: real files, real runs, real damage. Every step changes something,
// runs, and puts it back; at the end everything must be stored still.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { basename } from "@std/path";
import { parse, stringify } from "yaml";
import { copyProject, type Project, type Ran } from "#tests/support/project.ts";
import { seeded } from "#tests/support/random_graph.ts";
import { blobsOf, filesBelow, flipBit, flipBitOfManifest } from "#tests/support/stored.ts";

const workflow = `name: rerun
params: { num_steps: 100, sigma: 0.1, threshold: 0.001 }
axes:
  system: [lorenz, rossler]
stages:
  states:
    task: simulate
    over: [system]
    with: { system: "\${{ system }}", num_trials: 40, num_steps: "\${{ params.num_steps }}", dt: 0.05, seed: 1 }
  scaled:
    task: normalize
    from: { trajectories: states }
  noisy:
    task: perturb
    matrix: { copy: [0, 1] }
    from: { trajectories: scaled }
    with: { sigma: "\${{ params.sigma }}", seed: "\${{ copy }}" }
  twin:
    task: perturb
    from: { trajectories: scaled }
    with: { sigma: "\${{ params.sigma }}", seed: 1 }
  operators:
    task: dmd
    from: { trajectories: noisy }
    with: { n_delays: 3, max_rank: 12 }
  rank:
    task: common_rank
    from: { operators: { stage: operators, gather: all } }
    with: { threshold: "\${{ params.threshold }}" }
  dynamics:
    task: compare
    from: { operators: { stage: operators, where: { copy: 0 }, gather: [system] }, rank: rank }
    with: { metric: dsa }
  geometry:
    task: compare
    matrix: { metric: [linear_cka, procrustes] }
    from:
      a: { stage: noisy, where: { copy: 0 } }
      b: { stage: noisy, where: { copy: 1 } }
    with: { metric: "\${{ metric }}" }
  summary:
    task: aggregate
    from: { tables: { stage: geometry, gather: all } }
    with: { steps: [{ summarise: { by: [metric], of: value, statistics: [mean] } }] }
  picture:
    task: figure
    from: { tables: { stage: dynamics, gather: all } }
    with: { kind: heatmap, options: { a: a_system, b: b_system } }
  counts:
    task: ./count_words.ts
    files: { text: ./notes.txt }
  longest:
    task: aggregate
    from: { tables: { stage: counts, gather: all } }
`;

const countWords = `import { defineTask, file, one, table, tableOf, z } from "basin";

export default defineTask({
  name: "count_words",
  summary: "Counts the words of a file.",
  version: 1,
  numerics: "exact",
  params: z.strictObject({}),
  inputs: { text: one(file) },
  outputs: { counts: table },
  examples: [],
  run: (_context, _params, { text }) => {
    const words = new TextDecoder().decode(text).split(" ").filter((word) => word !== "");
    return { counts: tableOf([{ num_words: words.length }]) };
  },
});
`;

/** Which stages read which, as a person reads it from the workflow above. */
const reads: Readonly<Record<string, readonly string[]>> = {
  states: [],
  scaled: ["states"],
  noisy: ["scaled"],
  twin: ["scaled"],
  operators: ["noisy"],
  rank: ["operators"],
  dynamics: ["operators", "rank"],
  geometry: ["noisy"],
  summary: ["geometry"],
  picture: ["dynamics"],
  counts: [],
  longest: ["counts"],
};

const file = "study/rerun.yaml";
const stageOf = (id: string) => id.split("[")[0];

/** Twins are noisy[copy=1] under another name: whichever comes first runs, the other one is a hit. */
function works(ids: readonly string[]): string[] {
  return ids.map((id) => id.replace(/^twin\[(.*)\]$/, "noisy[$1,copy=1]")).sort();
}

/** The members of some stages, and of all that read them. */
function withDescendants(all: readonly string[], ...roots: readonly string[]): string[] {
  const reached = new Set(roots);
  for (const name of Object.keys(reads)) {
    if (reads[name].some((input) => reached.has(input))) reached.add(name);
  }
  return [...new Set(works(all.filter((id) => reached.has(stageOf(id)))))].sort();
}

Deno.test("run runs what changed and nothing else", async (t) => {
  await using project = await copyProject({
    [file]: workflow,
    "study/count_words.ts": countWords,
    "study/notes.txt": "three plain words",
  });
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  const draw = seeded(seed);
  const store = project.path("results/store");
  const first = await project.run([file]);
  const all = [...first.ran, ...first.hit].sort();
  const members = (stage: string) => works(all.filter((id) => stageOf(id) === stage));

  /** Edits files, runs, puts the files back. */
  async function after(edits: Readonly<Record<string, (text: string) => string>>): Promise<Ran> {
    const undo: (() => Promise<void>)[] = [];
    try {
      for (const [name, edit] of Object.entries(edits)) undo.push(await project.edit(name, edit));
      return await project.run([file]);
    } finally {
      for (const back of undo) await back();
    }
  }
  const yaml = (from: string, to: string) => ({ [file]: (text: string) => text.replace(from, to) });

  await t.step("from nothing: every piece of work once, equal work shared", () => {
    assertEquals(all.length, 24);
    assertEquals(works(first.ran), [...new Set(works(all))].sort());
    assertEquals(first.hit.length, 2);
    assertEquals(
      [first.last.stages, first.last.ran, first.last.hit, first.last.failed],
      [24, 22, 2, 0],
    );
    for (const system of ["lorenz", "rossler"]) {
      assertEquals(
        first.digests[`twin[system=${system}].trajectories`],
        first.digests[`noisy[system=${system},copy=1].trajectories`],
      );
    }
  });

  await t.step("again: every stage a hit, with the same bytes", async () => {
    const again = await project.run([file]);
    assertEquals(again.ran, []);
    assertEquals(again.hit, all);
    assertEquals(again.digests, first.digests);
  });

  await t.step("a param: exactly the stages that read it, and their descendants", async () => {
    const { ran } = await after(yaml("sigma: 0.1", "sigma: 0.2"));
    assertEquals(works(ran), withDescendants(all, "noisy", "twin"));
  });

  await t.step("the same param from the command line is the same work", async () => {
    const { ran } = await project.run([file, "sigma=0.2"]);
    assertEquals(ran, []);
  });

  await t.step("a param in the middle leaves what lies above and beside alone", async () => {
    const { ran } = await after(yaml("threshold: 0.001", "threshold: 0.2"));
    assertEquals(works(ran), withDescendants(all, "rank"));
  });

  await t.step("a param that changes no byte: its stage only", async () => {
    const { ran, digests } = await after(yaml("dt: 0.05, seed", "dt: 0.05, substeps: 1, seed"));
    assertEquals(ran, members("states"));
    assertEquals(digests, first.digests);
  });

  await t.step("another form of the same workflow: nothing", async () => {
    const { ran } = await after({ [file]: reformatted });
    assertEquals(ran, []);
  });

  await t.step("comments, and a stage of another name: nothing", async () => {
    const { ran, hit } = await after({
      [file]: (text) =>
        "# a comment\n" +
        text.replaceAll("noisy", "blurred").replace("\nstages:", "  # !\nstages:"),
    });
    assertEquals(ran, []);
    assertEquals(hit, all.map((id) => id.replace("noisy", "blurred")).sort());
  });

  await t.step("formatting, comments, types and unused helpers in code: nothing", async () => {
    const files = [
      "tasks/compare.ts",
      "tasks/perturb.ts",
      "lib/metrics/procrustes.ts",
      "lib/math/dmd/havok.ts",
      "study/count_words.ts",
    ];
    const before = await Promise.all(files.map((name) => project.read(name)));
    await format(project, files);
    const formatted = await Promise.all(files.map((name) => project.read(name)));
    try {
      formatted.forEach((text, i) => assert(text !== before[i], `${files[i]} was not changed`));
      const { ran } = await after({
        "tasks/perturb.ts": (text) =>
          text.replace("const draws = ", "/* drawn once */ const draws: Float64Array = "),
        "lib/core/artifacts/trajectories.ts": (text) =>
          text + "\n/** Unused. */\nexport interface Unused {\n  readonly a: number;\n}\n",
        "lib/math/dmd/havok.ts": (text) =>
          text + "\nexport function neverCalled(x: number): number {\n  return 2 * x;\n}\n",
        "study/count_words.ts": (text) =>
          text.replace("const words = ", "const words: string[] = "),
      });
      assertEquals(ran, []);
    } finally {
      for (const [i, name] of files.entries()) await project.write(name, before[i]);
    }
  });

  await t.step("one metric and one helper: the stages that use them", async () => {
    const { ran, digests } = await after({
      // Other numbers.
      "lib/metrics/procrustes.ts": (text) =>
        text.replace("return scaled(found.angle,", "return 2 * scaled(found.angle,"),
      // Other code for the same numbers.
      "lib/models/motifs/normalize.ts": (text) =>
        text.replaceAll(/return (\w+);/g, "return [$1][0];"),
    });
    const mine = members("geometry").filter((id) => id.includes("procrustes"));
    assertEquals(ran, [...mine, ...members("scaled"), "summary"].sort());
    const changed = Object.keys(digests).filter((id) => digests[id] !== first.digests[id]);
    assertEquals(changed.sort(), [...mine.map((id) => `${id}.scores`), "summary.table"]);
  });

  await t.step("all files touched: nothing", async () => {
    const now = new Date();
    for (const folder of ["lib", "tasks", "study", "workflows"]) {
      for (const path of await filesBelow(project.path(folder))) await Deno.utime(path, now, now);
    }
    assertEquals((await project.run([file])).ran, []);
  });

  await t.step(
    "one byte of an input file: its stage; its readers if the result differs",
    async () => {
      const notes = "study/notes.txt";
      const same = await after({ [notes]: (text) => text.replace("plain", "plait") });
      assertEquals(same.ran, ["counts"]);
      assertEquals(same.digests, first.digests);
      const other = await after({ [notes]: (text) => text.replace("plain", "pl in") });
      assertEquals(other.ran, ["counts", "longest"]);
    },
  );

  await t.step(`a bit flipped in a stored file is found and set aside (seed ${seed})`, async () => {
    const blobs = await blobsOf(store, Object.values(first.keys));
    const blob = blobs[draw(blobs.length)];
    const whole = await Deno.readFile(blob);
    await flipBit(blob, draw);
    const found = await project.basin("fsck", []);
    assertEquals(found.code, 4, found.stderr);
    assertStringIncludes(found.stdout.replaceAll(/\s/g, ""), basename(blob).slice(0, 20));
    const repaired = await project.basin("fsck", ["--repair"]);
    assertEquals(repaired.code, 0, repaired.stderr);
    assert(!(await filesBelow(store)).includes(blob), "it was set aside");
    assertEquals((await project.basin("fsck", [])).code, 0);
    const healed = await project.run([file]);
    assertEquals(healed.digests, first.digests);
    await Deno.remove(blob).catch(() => {}); // made again, if people look at it
    await Deno.writeFile(blob, whole);
  });

  await t.step(`so is one whose time shows nothing, when it is read (seed ${seed})`, async () => {
    const id = "scaled[system=lorenz]";
    const [blob] = await blobsOf(store, [first.keys[id]]);
    const { mtime } = await Deno.stat(blob);
    await flipBit(blob, draw);
    await Deno.utime(blob, mtime!, mtime!);
    const healed = await project.run([file, "sigma=0.3"]);
    assertStringIncludes(healed.stderr, `warning: ${blob} does not hold the bytes`);
    // Noticed by the plan, if it had reason to look, or else by the stage that reads it.
    assert(healed.ran.includes(id), `ran ${healed.ran}`);
    assertEquals(healed.digests[`${id}.trajectories`], first.digests[`${id}.trajectories`]);
    const clean = await project.run([file, "sigma=0.3", "--store", "results/clean"]);
    assertEquals(healed.digests, clean.digests);
  });

  await t.step("a stored file that is gone is made again when somebody reads it", async () => {
    const id = "noisy[system=rossler,copy=0]";
    const [blob] = await blobsOf(store, [first.keys[id]]);
    await Deno.remove(blob);
    const known = await project.run([file]);
    assertEquals([known.ran, known.digests], [[], first.digests], "its digest is known");
    const read = await project.run([file, "stages.operators.with.n_delays=4"]);
    assert(read.ran.includes(id), `ran ${read.ran}`);
    assertEquals(read.digests[`${id}.trajectories`], first.digests[`${id}.trajectories`]);
    assert((await Deno.stat(blob)).isFile);
  });

  await t.step("so is one that people look at", async () => {
    const id = "picture";
    const blobs = await blobsOf(store, [first.keys[id]]);
    for (const blob of blobs) await Deno.remove(blob);
    const healed = await project.run([file]);
    assertEquals(healed.ran, blobs.length > 0 ? [id] : []);
    assertEquals(healed.digests, first.digests);
  });

  await t.step(`a bit flipped in a stored manifest costs that result (seed ${seed})`, async () => {
    const all = Object.values(first.keys);
    for (let round = 0; round < 3; round++) {
      const place = `seed ${seed}: ${await flipBitOfManifest(store, all, draw)}`;
      const healed = await project.run([file]);
      assertEquals(healed.digests, first.digests, place);
      assert(healed.ran.length > 0 && healed.ran.length <= 2, `${place}: ran ${healed.ran}`);
    }
  });

  await t.step("back at the start: every stage a hit", async () => {
    assertEquals(await project.read(file), workflow);
    const back = await project.run([file]);
    assertEquals([back.ran, back.digests], [[], first.digests]);
  });
});

/** The same workflow, all maps in the opposite order and in another style. */
function reformatted(text: string): string {
  const reversed = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(reversed)
      : typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).reverse().map(([k, v]) => [k, reversed(v)]))
      : value;
  return stringify(reversed(parse(text)), { indent: 5, defaultStringType: "QUOTE_DOUBLE" });
}

async function format(project: Project, files: readonly string[]): Promise<void> {
  const style = ["--line-width=50", "--indent-width=5", "--single-quote", "--no-semicolons"];
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--no-config", ...style, ...files],
    cwd: project.folder,
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
}
