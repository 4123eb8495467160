// Results of which only the digests are left: up to date while nobody reads their bytes, made again and checked when
// somebody does.

import { assertEquals, assertMatch } from "@std/assert";
import { plan } from "#lib/workflow/plan.ts";
import { fakeDeps, fakeGraph, type FakeMember } from "#tests/support/fake_tasks.ts";
import { endings, finished, ofType, runGraph } from "#tests/support/scheduling.ts";
import { ScriptedExecutor, textOutput } from "#tests/support/scripted_executor.ts";
import { TinyStore } from "#tests/support/tiny_store.ts";
import { withSeed } from "#tests/support/with_seed.ts";

const named = (id: string, more: Partial<FakeMember> = {}): FakeMember => ({
  id,
  ...more,
  params: { name: id, ...more.params },
});

const chain = (k = 0) =>
  fakeGraph([
    named("data", { keep: "digest" }),
    named("train", { from: ["data"], keep: "digest" }),
    named("fit", { from: ["train"], params: { k } }),
    named("plot", { from: ["fit"] }),
  ]);

Deno.test("schedule() leaves collected results alone, and makes them again for who reads them", async () => {
  const store = new TinyStore();
  await using executor = new ScriptedExecutor(2);
  await runGraph(chain(), { store, executor });
  store.collect();
  const still = await runGraph(chain(), { store, executor });
  assertEquals(finished(still).hit, 4);

  const planned = await plan(chain(1), { ...fakeDeps(), store });
  assertEquals(planned.entries.map((entry) => "because" in entry ? entry.because : entry.verdict), [
    "recompute",
    "recompute",
    "missing",
    "maybe",
  ]);
  const events = await runGraph(chain(1), { store, executor, planned });
  assertEquals(endings(events), { data: "ran", train: "ran", fit: "ran", plot: "ran" });
  assertEquals(ofType(events, "warning"), []);
  assertEquals(executor.started.length, 8);
});

Deno.test("schedule() makes collected results again where a maybe turns out to need them", async () => {
  const store = new TinyStore();
  await using executor = new ScriptedExecutor(2);
  const graph = (k: number) =>
    fakeGraph([
      named("data", { keep: "digest" }),
      named("param", { params: { k } }),
      named("fit", { from: ["data", "param"] }),
    ]);
  await runGraph(graph(0), { store, executor });
  store.collect();
  const events = await runGraph(graph(1), { store, executor });
  assertEquals(endings(events), { data: "ran", param: "ran", fit: "ran" });
  assertEquals(ofType(events, "warning"), []);
});

Deno.test("schedule() warns when what is made again is not what it was, and keys anew what reads it", async () => {
  const store = new TinyStore();
  await using before = new ScriptedExecutor(2);
  await runGraph(chain(), { store, executor: before });
  store.collect();
  await using after = new ScriptedExecutor(
    2,
    ({ name }) => name === "data" ? { outputs: { out: textOutput("other") } } : undefined,
  );
  // A second reader of the data is new; the old ones were up to date.
  const { members } = chain();
  const wider = fakeGraph([
    ...members.map(({ id, params, keep, inputs }, i) => ({
      id,
      params,
      ...(keep === undefined ? {} : { keep }),
      from: Object.keys(inputs).length === 0 ? [] : [members[i - 1].id],
    })),
    named("more", { from: ["data"] }),
  ]);
  const events = await runGraph(wider, { store, executor: after });
  const warnings = ofType(events, "warning");
  assertEquals(warnings.length, 1);
  assertEquals(warnings[0].stage, "data");
  assertMatch(
    warnings[0].message,
    /^made again, its output out is not what it was: sha256:\w+ before, sha256:\w+ now/,
  );
  assertEquals(endings(events), {
    data: "ran",
    train: "ran",
    fit: "ran",
    plot: "ran",
    more: "ran",
  });
  // It stands: whoever looks next finds all of it.
  store.collect();
  assertEquals(finished(await runGraph(wider, { store, executor: after })).hit, 5);
});

Deno.test("schedule() makes a collected result again if it is wanted itself", async () => {
  const store = new TinyStore();
  await using executor = new ScriptedExecutor(1);
  const graph = fakeGraph([named("a"), named("b", { from: ["a"], keep: "digest" })]);
  await runGraph(graph, { store, executor });
  store.collect(() => true);
  const verdicts = async (only?: string[]) =>
    (await plan(graph, { ...fakeDeps(), store, ...(only === undefined ? {} : { only }) })).entries
      .map(({ verdict }) => verdict);
  assertEquals(await verdicts(), ["hit", "hit"]);
  assertEquals(await verdicts(["b"]), ["run", "run"]);
  const full = fakeGraph([named("a"), named("b", { from: ["a"] })]);
  const events = await runGraph(full, { store, executor });
  assertEquals(endings(events), { a: "ran", b: "ran" });
});

Deno.test("schedule() with anything collected at random ends with the bytes of an undisturbed run", async () => {
  for (let round = 0; round < 20; round++) {
    await withSeed(async (draw) => {
      const size = 2 + draw(20);
      const specs = (changed: number) =>
        Array.from({ length: size }, (_, i): FakeMember => {
          const from = edges[i];
          return named(`m[${i}]`, { from, params: { k: i === changed ? 1 : 0 } });
        });
      const edges = Array.from(
        { length: size },
        (_, i) => i === 0 ? [] : Array.from({ length: draw(3) }, () => `m[${draw(i)}]`),
      );
      const store = new TinyStore();
      await using executor = new ScriptedExecutor(1 + draw(3));
      await runGraph(fakeGraph(specs(-1)), { store, executor });
      store.collect(() => draw(2) === 0);
      const changed = draw(size);
      const events = await runGraph(fakeGraph(specs(changed)), { store, executor });
      assertEquals(finished(events).ok, true);
      const clean = new TinyStore();
      const expected = await runGraph(fakeGraph(specs(changed)), { store: clean, executor });
      const digests = (all: typeof events) =>
        Object.fromEntries(
          ofType(all, "stage-finished").map(({ stage, outputs }) => [stage, outputs.out.digest]),
        );
      assertEquals(digests(events), digests(expected));
      // Ends are there, and so is all that was read to make what is new.
      const readers = new Set(edges.flat());
      for (const { stage, key } of ofType(events, "stage-finished")) {
        if (!readers.has(stage)) assertEquals(store.isPresent(store.results.get(key)!), true);
      }
    });
  }
});

Deno.test("schedule() heals members of one key of which one reads the other", async () => {
  const store = new TinyStore();
  // All give the same text, so that the second and the third are one action.
  await using executor = new ScriptedExecutor(3, () => ({ outputs: { out: textOutput("same") } }));
  const same = (from: readonly string[]) => ({ params: { name: "same" }, from });
  const members = [
    { id: "a", params: { name: "a" } },
    { id: "b", ...same(["a"]) },
    { id: "c", ...same(["b"]) },
    { id: "d", ...same(["c"]) },
  ];
  await runGraph(fakeGraph(members), { store, executor });
  for (const { outputs } of store.results.values()) store.damage(outputs.out);
  const wider = fakeGraph([
    ...members,
    named("reads d", { from: ["d"] }),
    named("reads c", { from: ["c"] }),
    named("reads b", { from: ["b"] }),
  ]);
  const events = await runGraph(wider, { store, executor });
  assertEquals(finished(events).ok, true, JSON.stringify(endings(events)));
});
