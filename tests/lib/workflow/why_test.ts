import { assertEquals, assertMatch } from "@std/assert";
import type { Graph } from "#lib/workflow/graph.ts";
import { plan, type PlanDeps } from "#lib/workflow/plan.ts";
import { why } from "#lib/workflow/why.ts";
import { whyText } from "#lib/workflow/why_text.ts";
import { ok } from "#lib/core/result.ts";
import {
  fakeClosures,
  fakeCommand,
  fakeDeps,
  fakeFiles,
  fakeGraph,
  type FakeMember,
} from "#tests/support/fake_tasks.ts";
import { RecordingExecutor } from "#tests/support/recording_executor.ts";
import { runGraph, type RunOptions } from "#tests/support/scheduling.ts";
import { growingGraph } from "#tests/support/growing_graph.ts";
import { ScriptedExecutor } from "#tests/support/scripted_executor.ts";
import { TinyStore } from "#tests/support/tiny_store.ts";

type Changes = Partial<PlanDeps> & Partial<Pick<RunOptions, "files">>;

async function ranBefore(graph: Graph, more: Changes = {}): Promise<TinyStore> {
  const store = new TinyStore();
  await using executor = new RecordingExecutor(1);
  await runGraph(graph, { ...more, store, executor });
  return store;
}

/** The explanation's lines, without the line that names what was compared. */
async function explain(
  graph: Graph,
  store: TinyStore,
  id: string,
  more: Changes = {},
): Promise<readonly string[]> {
  const planned = await plan(graph, { ...fakeDeps(), ...more, store });
  const index = graph.members.findIndex((member) => member.id === id);
  return whyText(why(planned, index, { manifests: store.manifests() }))
    .filter((line) => !line.startsWith("compared with"));
}

const study = (lr: number, more: Partial<FakeMember> = {}): Graph =>
  fakeGraph([
    { id: "data" },
    { id: "train[3]", from: ["data"], params: { lr, phases: [{ n: 1 }, { n: 2 }] }, ...more },
    { id: "rates[3]", from: ["train[3]"] },
    { id: "analyse[3]", from: ["rates[3]"], params: { k: 1 } },
  ]);

Deno.test("why() follows changed inputs to the param at the root", async () => {
  const store = await ranBefore(study(0.001));
  const graph = study(0.0005);
  assertEquals(await explain(graph, store, "train[3]"), [
    "`train[3]` runs because param `lr` 0.001 -> 0.0005 (fake.yaml:2)",
  ]);
  assertEquals(await explain(graph, store, "analyse[3]"), [
    "`analyse[3]` may run because input `in` may change",
    "  <- `rates[3]` may run because input `in` may change",
    "  <- `train[3]` runs because param `lr` 0.001 -> 0.0005 (fake.yaml:2)",
    "`analyse[3]` does not run if `rates[3]` gives the same bytes as before",
  ]);
});

Deno.test("why() follows inputs that have changed already", async () => {
  const store = await ranBefore(study(0.001));
  await using executor = new RecordingExecutor(1);
  const graph = study(0.0005);
  await runGraph(graph, { store, executor, only: ["rates[3]"] });
  assertEquals(await explain(graph, store, "analyse[3]"), [
    "`analyse[3]` runs because input `in` changed",
    "  <- `rates[3]` has another result because input `in` changed",
    "  <- `train[3]` has another result because param `lr` 0.001 -> 0.0005 (fake.yaml:2)",
  ]);
});

Deno.test("whyText() shortens long ways", async () => {
  const chain = (lr: number) =>
    fakeGraph(Array.from({ length: 40 }, (_, i) => ({
      id: `s[i=${i}]`,
      params: i === 0 ? { lr } : {},
      from: i === 0 ? [] : [`s[i=${i - 1}]`],
    })));
  const lines = await explain(chain(2), await ranBefore(chain(1)), "s[i=39]");
  assertEquals(lines.slice(3, 6), [
    "  <- `s[i=36]` may run because input `in` may change",
    "  <- … 28 members between …",
    "  <- `s[i=7]` may run because input `in` may change",
  ]);
  assertEquals(lines.at(-2), "  <- `s[i=0]` runs because param `lr` 1 -> 2 (fake.yaml:1)");
});

Deno.test("why() says when and by what an up-to-date result was made", async () => {
  const store = await ranBefore(study(0.001));
  const [line] = await explain(study(0.001), store, "train[3]");
  assertMatch(
    line,
    /^`train\[3\]` is up to date: made by run run-1 of fake, \d{4}-\d\d-\d\d \d\d:\d\d UTC, in .* s$/,
  );
});

Deno.test("why() shows differences leaf by leaf, and places that the caller knows", async () => {
  const store = await ranBefore(study(0.001));
  const graph = study(0, { params: { lr: 0.001, phases: [{ n: 1 }, { n: 7 }], seed: 4 } });
  const planned = await plan(graph, { ...fakeDeps(), store });
  const span = { file: "base.yaml", line: 9, column: 1, endLine: 9, endColumn: 2 };
  const place = (_: unknown, pointer: string) => pointer === "/seed" ? span : undefined;
  const found = why(planned, 1, { manifests: store.manifests(), place });
  const stageAt = graph.stages[1].at;
  assertEquals(found.chains[0].causes, [
    { kind: "param", pointer: "/phases/1/n", before: 2, after: 7, at: stageAt },
    { kind: "param", pointer: "/seed", before: undefined, after: 4, at: span },
  ]);
  assertEquals(
    whyText(found)[0],
    "`train[3]` runs because param `phases/1/n` 2 -> 7 (fake.yaml:2), " +
      "param `seed` is new: 4 (base.yaml:9)",
  );
});

Deno.test("why() names changed modules, classes and versions", async () => {
  const graph = fakeGraph([{ id: "a", numerics: "engine" }]);
  const store = await ranBefore(graph);
  assertEquals(await explain(graph, store, "a", { closures: fakeClosures({ mix: 2 }) }), [
    "`a` runs because code changed: tasks/mix.ts",
  ]);
  assertEquals(await explain(graph, store, "a", { engineClass: "wasm-f32", deno: "2.10.1" }), [
    '`a` runs because Deno "2.9" -> "2.10", numerics class "ref-f64" -> "wasm-f32"',
  ]);
});

Deno.test("why() names a changed file, also where the rest is not known yet", async () => {
  const graph = (lr: number) =>
    fakeGraph([{ id: "a", params: { lr } }, { id: "b", from: ["a"], files: ["data.csv"] }]);
  const store = await ranBefore(graph(1), { files: fakeFiles({ "data.csv": "1" }) });
  const files = fakeFiles({ "data.csv": "2" });
  assertEquals(await explain(graph(1), store, "b", { files }), [
    "`b` runs because file data.csv changed",
  ]);
  assertEquals(await explain(graph(2), store, "b", { files }), [
    "`b` runs because file data.csv changed",
    "`b` may run because input `in` may change <- `a` runs because param `lr` 1 -> 2 (fake.yaml:1)",
  ]);
});

Deno.test("why() counts causes that differ in members only", async () => {
  const fan = (lr: number) =>
    fakeGraph([
      ...Array.from({ length: 50 }, (_, i) => ({ id: `x[${i}]`, params: { i, lr } })),
      { id: "all", from: Array.from({ length: 50 }, (_, i) => `x[${i}]`) },
    ]);
  const store = await ranBefore(fan(1));
  assertEquals(await explain(fan(2), store, "all"), [
    "`all` may run because input `in` may change <- " +
    "`x[0]` runs because param `lr` 1 -> 2 (fake.yaml:1), and 49 more like it",
    "`all` does not run if `x[0]`, `x[1]`, `x[2]` and 47 more give the same bytes as before",
  ]);
});

Deno.test("why() compares with the most similar result if the stage has none of its own", async () => {
  const store = await ranBefore(fakeGraph([
    { id: "x[0]", params: { lr: 1, seed: 0 } },
    { id: "x[1]", params: { lr: 2, seed: 1 } },
  ]));
  const graph = fakeGraph([{ id: "x[2]", params: { lr: 2, seed: 2 } }]);
  assertEquals(await explain(graph, store, "x[2]"), [
    "`x[2]` runs because param `seed` 1 -> 2 (fake.yaml:1)",
  ]);
});

Deno.test("why() tells new, forced, uncached and lost results apart", async () => {
  const graph = fakeGraph([{ id: "a" }]);
  assertEquals(await explain(graph, new TinyStore(), "a"), [
    "`a` runs because nothing like it was made before",
  ]);
  const store = await ranBefore(graph);
  assertEquals(await explain(graph, store, "a", { force: ["a"] }), [
    "`a` runs because it is forced",
  ]);
  const closures = fakeClosures({}, { mix: "no such file" });
  assertEquals(await explain(graph, store, "a", { closures }), [
    "`a` runs because caching off: no such file",
  ]);
  store.collect(() => true);
  assertEquals(await explain(graph, store, "a"), [
    "`a` runs because the bytes of its result are gone",
  ]);
});

Deno.test("why() counts inputs that came or went", async () => {
  const store = await ranBefore(
    fakeGraph([{ id: "a" }, { id: "b", params: { b: 1 } }, { id: "c", from: ["a"] }]),
  );
  const graph = fakeGraph([{ id: "a" }, { id: "b", params: { b: 1 } }, {
    id: "c",
    from: ["a", "b"],
  }]);
  const lines = await explain(graph, store, "c");
  assertEquals(lines[0], "`c` runs because input `in` has 2 items instead of 1 item");
});

Deno.test("why() names what differs in a command", async () => {
  const command = fakeCommand("fit --fast", {
    env: { THREADS: null },
    tools: { python: "python3 --version" },
  });
  const commands = {
    tool: () => Promise.resolve(ok("3.12")),
    env: () => "2" as string | undefined,
  };
  const graph = (line: string) =>
    fakeGraph([{
      id: "fit",
      command: { ...command, command: { ...command.command, line } },
    }]);
  const store = new TinyStore();
  await using executor = new ScriptedExecutor(1);
  await runGraph(graph("fit --fast"), { store, executor, commands });
  assertEquals(await explain(graph("fit --slow"), store, "fit", { commands }), [
    '`fit` runs because its command "fit --fast" -> "fit --slow"',
  ]);
  const other = { tool: () => Promise.resolve(ok("3.13")), env: () => undefined };
  assertEquals(await explain(graph("fit --fast"), store, "fit", { commands: other }), [
    '`fit` runs because its tool `python` "3.12" -> "3.13", its variable `THREADS` "2" -> null',
  ]);
  const unrelated = fakeGraph([{ id: "other", command }]);
  assertEquals(await explain(unrelated, new TinyStore(), "other", { commands }), [
    "`other` runs because nothing like it was made before",
  ]);
});

Deno.test("why() says who needs bytes that were not kept", async () => {
  const graph = (k: number) =>
    fakeGraph([{ id: "data", keep: "digest" }, { id: "fit", from: ["data"], params: { k } }]);
  const store = await ranBefore(graph(0));
  store.collect();
  assertMatch((await explain(graph(0), store, "data"))[0], /^`data` is up to date/);
  assertEquals(await explain(graph(1), store, "data"), [
    "`data` runs because the bytes of its result are gone and `fit` reads them",
  ]);
  assertEquals(await explain(graph(1), store, "fit"), [
    "`fit` runs because param `k` 0 -> 1 (fake.yaml:2)",
  ]);
});

Deno.test("why() says what a task did not look at", async () => {
  const store = new TinyStore();
  const reads = { params: ["=/lr"], inputs: {} };
  await using executor = new ScriptedExecutor(1, () => ({ reads }));
  const graph = (colour: string) => fakeGraph([{ id: "a", params: { lr: 1, colour } }]);
  await runGraph(graph("red"), { store, executor });
  const [, line] = await explain(graph("blue"), store, "a");
  assertEquals(line, 'its task did not look at what differs: param `colour` "red" -> "blue"');
  await runGraph(graph("blue"), { store, executor });
  assertEquals(
    (await explain(graph("blue"), store, "a"))[1],
    "for other params or inputs, which differ in nothing that its task looked at",
  );
});

Deno.test("why() explains what stands for rows that are not known", async () => {
  const graph = growingGraph([{ name: "train" }, { name: "steps", foreach: "train" }, {
    name: "report",
    from: ["steps"],
  }]);
  assertEquals(await explain(graph, new TinyStore(), "report"), [
    "`report` may run because input `in` may change",
    "  <- `steps[rsteps=?]` may run because input `rows` may change",
    "  <- `train` runs because nothing like it was made before",
    "`report` depends on the rows of a table that is not known yet",
  ]);
});
