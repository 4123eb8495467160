import { assert, assertEquals } from "@std/assert";
import { type Plan, plan, type PlanDeps, waitsFor } from "#lib/workflow/plan.ts";
import { fakeClosures, fakeDeps, fakeGraph } from "#tests/support/fake_tasks.ts";
import { RecordingExecutor } from "#tests/support/recording_executor.ts";
import { runGraph } from "#tests/support/scheduling.ts";
import { TinyStore } from "#tests/support/tiny_store.ts";
import type { Graph } from "#lib/workflow/graph.ts";

async function ranBefore(graph: Graph): Promise<TinyStore> {
  const store = new TinyStore();
  await using executor = new RecordingExecutor(1);
  await runGraph(graph, { store, executor });
  return store;
}

function verdicts({ entries, graph }: Plan): Record<string, string> {
  return Object.fromEntries(entries.map(({ verdict }, i) => [graph.members[i].id, verdict]));
}

const planOf = (graph: Graph, store: PlanDeps["store"], more: Partial<PlanDeps> = {}) =>
  plan(graph, { ...fakeDeps(), store, ...more });

const before = fakeGraph([
  { id: "a" },
  { id: "b[k=0]", from: ["a"], params: { k: 0 } },
  { id: "b[k=1]", from: ["a"], params: { k: 1 } },
  { id: "c", from: ["b[k=0]", "b[k=1]"] },
]);

Deno.test("plan() finds hits, what runs, and what depends on that", async () => {
  const store = await ranBefore(before);
  assertEquals(verdicts(await planOf(before, store)), {
    a: "hit",
    "b[k=0]": "hit",
    "b[k=1]": "hit",
    c: "hit",
  });
  const changed = fakeGraph([
    { id: "a" },
    { id: "b[k=0]", from: ["a"], params: { k: 0 } },
    { id: "b[k=1]", from: ["a"], params: { k: 2 } },
    { id: "c", from: ["b[k=0]", "b[k=1]"] },
    { id: "d", from: ["c"] },
  ]);
  const planned = await planOf(changed, store);
  assertEquals(verdicts(planned), {
    a: "hit",
    "b[k=0]": "hit",
    "b[k=1]": "run",
    c: "maybe",
    d: "maybe",
  });
  assertEquals(planned.counts, { stages: 5, hit: 2, run: 1, maybe: 2 });
  assertEquals([waitsFor(planned, 3), waitsFor(planned, 4)], [[2], [3]]);
});

Deno.test("plan() sees equal work as one", async () => {
  const graph = fakeGraph([{ id: "x[0]" }, { id: "x[1]" }]);
  const { entries } = await planOf(graph, new TinyStore());
  assert(entries[0].verdict === "run" && entries[1].verdict === "run");
  assertEquals([entries[0].sameAs, entries[1].sameAs], [undefined, 0]);
});

Deno.test("plan() forces and selects by glob", async () => {
  const store = await ranBefore(before);
  const forced = await planOf(before, store, { force: ["b[k=1]"] });
  assertEquals(verdicts(forced), { a: "hit", "b[k=0]": "hit", "b[k=1]": "run", c: "maybe" });
  assertEquals(forced.entries[2].verdict === "run" && forced.entries[2].because, "forced");
  const only = await planOf(before, new TinyStore(), { only: ["b[k=0]", "nothing"] });
  assertEquals(verdicts(only), {
    a: "run",
    "b[k=0]": "maybe",
    "b[k=1]": "left-out",
    c: "left-out",
  });
  assertEquals(only.unmatched, ["nothing"]);
  assertEquals(only.counts, { stages: 2, hit: 0, run: 1, maybe: 1 });
});

Deno.test("plan() runs a stage without a key, and says why", async () => {
  const closures = fakeClosures({}, { mix: "tasks/mix.ts imports a computed path" });
  const { entries } = await planOf(before, await ranBefore(before), { closures });
  assertEquals(entries[0], {
    verdict: "run",
    because: "uncached",
    note: "caching off: tasks/mix.ts imports a computed path",
  });
});

Deno.test("plan() looks nothing up that has no key", async () => {
  const store = new TinyStore();
  await planOf(before, store);
  assertEquals(store.counts.lookups, 1);
  assertEquals(store.counts.reads, 0);
});
