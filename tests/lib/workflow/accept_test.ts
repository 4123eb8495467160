// Results of other engines: a run under another class sees them and takes them only where they are accepted.

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { tfjsClass } from "#lib/core/engine.ts";
import { availableUnder } from "#lib/workflow/available.ts";
import { underClass } from "#lib/workflow/keys.ts";
import { type Plan, plan, type PlanDeps } from "#lib/workflow/plan.ts";
import { fakeDeps, fakeGraph } from "#tests/support/fake_tasks.ts";
import { RecordingExecutor } from "#tests/support/recording_executor.ts";
import { runGraph } from "#tests/support/scheduling.ts";
import { TinyStore } from "#tests/support/tiny_store.ts";

const graph = fakeGraph([
  { id: "exact" },
  { id: "train[seed=0]", from: ["exact"], numerics: "engine", params: { seed: 0 } },
  { id: "train[seed=1]", from: ["exact"], numerics: "engine", params: { seed: 1 } },
  { id: "mean", from: ["train[seed=0]", "train[seed=1]"] },
]);

const planUnder = (store: TinyStore, engineClass: string, more: Partial<PlanDeps> = {}) =>
  plan(graph, { ...fakeDeps(), store, engineClass, ...more });

const verdicts = ({ entries }: Plan) => entries.map(({ verdict }) => verdict);

/** A store with what a run on the engine of `fakeDeps` leaves, and that engine's class. */
async function ranBefore(): Promise<{ readonly store: TinyStore; readonly made: string }> {
  const store = new TinyStore();
  await using executor = new RecordingExecutor(1);
  await runGraph(graph, { store, executor });
  return { store, made: fakeDeps().engineClass };
}

Deno.test("plan() never serves the result of another engine, and says that it is there", async () => {
  const { store, made } = await ranBefore();
  assertEquals(verdicts(await planUnder(store, made)), ["hit", "hit", "hit", "hit"]);
  const other = await planUnder(store, "webgpu-f32/acme-one");
  assertEquals(verdicts(other), ["hit", "run", "run", "maybe"]);
  assertEquals(availableUnder(other, store, [made, "ref-f99"]), [{ numerics: made, members: 2 }]);
});

Deno.test("availableUnder() counts what tfjs made under the class of its engine", async () => {
  const { store, made } = await ranBefore();
  const other = await planUnder(store, "webgpu-f32/acme-one");
  const everything = { ...store, lookup: () => ({} as never) } as unknown as TinyStore;
  assertEquals(
    availableUnder(other, everything, [tfjsClass("wasm-f32"), made, "wasm-f32"]).map((one) =>
      one.numerics
    ),
    [...new Set([made, "wasm-f32"])].sort(),
  );
});

Deno.test("plan() takes results of a class that is accepted, under their own key", async () => {
  const { store, made } = await ranBefore();
  const accepting = await planUnder(store, "webgpu-f32/acme-one", { accept: ["x", made] });
  assertEquals(verdicts(accepting), ["hit", "hit", "hit", "hit"]);
  const [, entry] = accepting.entries;
  assert(entry.verdict === "hit");
  assertEquals(entry.manifest.action.recipe.numerics, made);
  assertEquals(entry.key, entry.manifest.key);
});

Deno.test("plan() prefers the result of its own engine", async () => {
  const { store, made } = await ranBefore();
  const planned = await planUnder(store, made, { accept: ["ref-f99", made] });
  const [, entry] = planned.entries;
  assert(entry.verdict === "hit");
  assertEquals(entry.manifest.action.recipe.numerics, made);
});

Deno.test("underClass() changes the keys of what uses an engine and nothing else of the action", async () => {
  const { store } = await ranBefore();
  const planned = await planUnder(store, "webgpu-f32/acme-one");
  const [, entry] = planned.entries;
  assert(entry.verdict === "run" && entry.keyed !== undefined);
  const other = underClass(entry.keyed, "wasm-f32");
  assertNotEquals([other.key, other.weak], [entry.keyed.key, entry.keyed.weak]);
  assertEquals(underClass(other, "webgpu-f32/acme-one"), entry.keyed);
});
