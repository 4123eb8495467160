// The record of provenance of real runs, against the rules of its profiles: whole ones, hits, rows of tables, batches,
// commands, failures and interruptions.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { digestOf } from "#lib/core/digest.ts";
import { type CrateDocument, CrateView, idsOf } from "#tests/support/crate.ts";
import { brokenRules } from "#tests/support/crate_rules.ts";
import { copyProject, type Project } from "#tests/support/project.ts";

const workflow = `name: crate
description: Counts and sums.
params: { count: 3, fail: 99, note: "/home/somebody/notes.txt" }
axes: { seed: [0, 1] }
stages:
  numbers:
    task: ./numbers.ts
    over: [seed]
    with: { seed: "\${{ seed }}", count: "\${{ params.count }}", note: "\${{ params.note }}" }
  each:
    task: ./double.ts
    foreach: { row: numbers.rows }
    from: { rows: { stage: numbers, where: { seed: "\${{ seed }}" } } }
    with: { x: "\${{ row.x }}", fail: "\${{ params.fail }}" }
  all:
    task: aggregate
    from: { tables: { stage: each, gather: all } }
`;
const numbers = `import { defineTask, table, tableOf, z } from "basin";

export default defineTask({
  name: "numbers",
  summary: "Counts.",
  version: 1,
  numerics: "exact",
  params: z.strictObject({ seed: z.int(), count: z.int(), note: z.string() }),
  inputs: {},
  outputs: { rows: table },
  examples: [],
  run: (_context, { seed, count }) => ({
    rows: tableOf(Array.from({ length: count }, (_, i) => ({ x: 10 * seed + i })), { x: { key: true } }),
  }),
  fuse: { by: [], most: 8 },
  async runMany(_context, members) {
    for (const { params: { seed, count }, finish } of members) {
      finish({
        rows: tableOf(Array.from({ length: count }, (_, i) => ({ x: 10 * seed + i })), { x: { key: true } }),
      });
      await null;
    }
  },
});
`;

const double = `import { defineTask, one, table, tableOf, z } from "basin";

export default defineTask({
  name: "double",
  summary: "Doubles.",
  version: 1,
  numerics: "exact",
  params: z.strictObject({ x: z.int(), fail: z.int() }),
  inputs: { rows: one(table) },
  outputs: { values: table },
  examples: [],
  run: (_context, { x, fail }) => {
    console.log("doubling", x);
    if (x >= fail) throw new RangeError("cannot double " + x + " of /home/somebody/data.npy");
    return { values: tableOf([{ x, y: 2 * x }]) };
  },
});
`;

const files = {
  "study/crate.yaml": workflow,
  "study/numbers.ts": numbers,
  "study/double.ts": double,
};

/** The crate of the latest run, with its folder. */
async function latest(project: Project, name: string) {
  const home = `results/runs/${name}`;
  const folder = project.path(`${home}/${(await project.read(`${home}/latest`)).trim()}`);
  return { folder, ...await crateIn(folder) };
}

async function crateIn(folder: string) {
  const text = await Deno.readTextFile(join(folder, "ro-crate-metadata.json"));
  const document: CrateDocument = JSON.parse(text);
  const paths = new Set<string>();
  const walk = (prefix: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(join(folder, prefix))) {
      if (isDirectory) walk(`${prefix}${name}/`);
      else paths.add(prefix + name);
    }
  };
  walk("");
  return { text, document, paths, view: new CrateView(document) };
}

/** Rules, digests of files, and that nobody and no folder is named. */
async function check(
  project: Project,
  { folder, text, document, paths, view }: Awaited<ReturnType<typeof latest>>,
) {
  assertEquals(brokenRules(document, paths), []);
  for (const { "@id": id, sha256, contentSize } of view.of("File")) {
    if (id.startsWith("#")) continue;
    const bytes = await Deno.readFile(join(folder, decodeURIComponent(id)));
    assertEquals([`sha256:${sha256}`, contentSize], [digestOf(bytes), String(bytes.length)], id);
  }
  assert(!text.includes(project.folder), "the project's folder is named");
  assert(!text.includes("somebody"), "a person's folder is named");
  for (const name of ["USER", "HOME", "HOSTNAME"]) {
    const value = Deno.env.get(name);
    if (value !== undefined && value.length > 4) assert(!text.includes(value), name);
  }
}

const runOf = (view: CrateView) =>
  view.of("CreateAction").find((one) => one["@id"].startsWith("#run/"))!;
const actionsOf = (view: CrateView) =>
  view.of("CreateAction").filter((one) => one["@id"].startsWith("#action/"));

Deno.test("run leaves a crate that keeps the rules, and one of hits that tells who made them", async () => {
  await using project = await copyProject(files);
  const ran = await project.run(["study/crate.yaml"]);
  const first = await latest(project, "crate");
  await check(project, first);
  const { view } = first;
  assertEquals(
    actionsOf(view).map(({ name }) => String(name)).sort(),
    [...ran.ran, ...ran.hit].sort(),
  );
  assertEquals(view.of("HowToStep").map(({ name, position }) => [name, position]), [
    ["numbers", "0"],
    ["each", "1"],
    ["all", "2"],
  ]);
  assertEquals(runOf(view).actionStatus, "http://schema.org/CompletedActionStatus");
  assertEquals(view.get("#value/count/3")?.value, 3);
  const note = view.of("PropertyValue").find((one) => one["@id"].startsWith("#value/note/"));
  assertEquals(note?.value, "…/notes.txt");
  const values = new Map(actionsOf(view).map((one) => [one.name, one]));
  for (const [output, digest] of Object.entries(ran.digests)) {
    const dot = output.lastIndexOf(".");
    const results = view.refs(values.get(output.slice(0, dot))!, "result");
    assert(results.some((one) => one?.identifier === digest), output);
  }
  const all = view.refs(values.get("all")!, "result")[0]!;
  assertEquals(idsOf(all, "hasPart"), ["tables/all.json", "tables/all.tsv"]);
  assertEquals(idsOf(runOf(view), "result"), [all["@id"]]);

  await project.run(["study/crate.yaml"]);
  const again = await latest(project, "crate");
  await check(project, again);
  const id = first.folder.slice(first.folder.lastIndexOf("/") + 1);
  for (const action of actionsOf(again.view)) {
    assertEquals(idsOf(action, "subjectOf"), [`#origin/${id}`]);
    const before = values.get(action.name)!;
    for (const name of ["instrument", "object", "result", "identifier", "startTime", "endTime"]) {
      assertEquals(action[name], before[name], `${name} of ${action.name}`);
    }
  }
  // What was remembered of the makers is not needed.
  await Deno.remove(project.path("results/facts"), { recursive: true });
  await project.run(["study/crate.yaml"]);
  const third = await latest(project, "crate");
  assertEquals(actionsOf(third.view), actionsOf(again.view));
  // Anywhere else it is the same crate.
  const elsewhere = await Deno.makeTempDir();
  await Deno.rename(third.folder, join(elsewhere, "moved"));
  const moved = await crateIn(join(elsewhere, "moved"));
  assertEquals(brokenRules(moved.document, moved.paths), []);
  await Deno.remove(elsewhere, { recursive: true });
});

Deno.test("run leaves a crate of a failed run, too, with what failed and why", async () => {
  await using project = await copyProject(files);
  await project.run(["study/crate.yaml", "fail=11"], { code: 1 });
  const crate = await latest(project, "crate");
  await check(project, crate);
  const failed = actionsOf(crate.view).filter(({ error }) => error !== undefined);
  assertEquals(failed.length, 2);
  assertStringIncludes(String(failed[0].error), "cannot double 11 of …/data.npy");
  assertStringIncludes(String(runOf(crate.view).error), "and 1 more failed");
  // Skipped: no action, but its step is there.
  assertEquals(crate.view.of("ControlAction").map((one) => one["@id"]), [
    "#control/numbers",
    "#control/each",
  ]);
  assertEquals(crate.view.of("HowToStep").length, 3);
  assert([...crate.paths].some((path) => path.startsWith("logs/")));
});

Deno.test("run leaves a crate of what was done when it was interrupted", async () => {
  await using project = await copyProject({
    "study/crate.yaml": `name: crate
stages:
  quick: { run: [sort, /dev/null, -o, "\${{ outputs.lines }}"], outputs: { lines: file } }
  slow:
    run: [sh, -c, 'sleep 60; cp "$0" "$1"', "\${{ inputs.lines }}", "\${{ outputs.lines }}"]
    from: { lines: quick }
    outputs: { lines: file }
`,
  });
  const running = project.start("run:external", ["study/crate.yaml", "--json"]);
  for await (const line of running.lines) {
    if (line.includes('"stage-started"') && line.includes('"slow"')) running.kill("SIGINT");
  }
  assertEquals((await running.outcome).code, 130);
  const crate = await latest(project, "crate");
  assertEquals(brokenRules(crate.document, crate.paths), []);
  assertStringIncludes(String(runOf(crate.view).error), "interrupted");
  assertEquals(actionsOf(crate.view)[0].name, "quick");
});

Deno.test("run tells of commands with their lines, a tool for each stage", async () => {
  await using project = await copyProject({
    "study/crate.yaml": `name: crate
axes: { n: [1, 2] }
stages:
  made:
    run: printf 'x\\n%s\\n' \${{ n }} > \${{ outputs.values }}
    over: [n]
    outputs: { values: { kind: table, path: values.tsv } }
  sorted:
    run: [sort, "\${{ inputs.data }}", -o, "\${{ outputs.lines }}"]
    files: { data: data.txt }
    outputs: { lines: file }
`,
    "study/data.txt": "b\na\n",
  });
  const outcome = await project.basin("run:external", ["study/crate.yaml"]);
  assertEquals(outcome.code, 0, outcome.stderr);
  const crate = await latest(project, "crate");
  await check(project, crate);
  const names = actionsOf(crate.view).map((one) => crate.view.refs(one, "instrument")[0]?.name);
  assertEquals(names, ["run:made", "run:made", "run:sorted"]);
  assertStringIncludes(String(actionsOf(crate.view)[1].description), "printf 'x\\n%s\\n' 2 >");
  const source = crate.view.entities.find((one) => one["@id"].startsWith("#input-file/"));
  assertEquals(source?.name, "study/data.txt");
});
