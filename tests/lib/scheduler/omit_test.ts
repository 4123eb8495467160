// `failed: omit`: lists go on without members that failed.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fakeGraph, type FakeMember } from "#tests/support/fake_tasks.ts";
import { pause } from "#tests/support/recording_executor.ts";
import { endings, finished, ofType, runGraph } from "#tests/support/scheduling.ts";
import { ScriptedExecutor } from "#tests/support/scripted_executor.ts";
import { TinyStore } from "#tests/support/tiny_store.ts";
import { withSeed } from "#tests/support/with_seed.ts";

const named = (id: string, more: Partial<FakeMember> = {}): FakeMember => ({
  id,
  params: { name: id },
  ...more,
});

function failing(bad: ReadonlySet<string>, slots = 2) {
  return new ScriptedExecutor(slots, async ({ name, options }) => {
    await pause(name.length % 3, options.signal);
    return bad.has(name) ? { reason: "threw", message: "told to fail" } : undefined;
  });
}

const sweep = [
  named("train[0]"),
  named("train[1]"),
  named("fit[0]", { from: ["train[0]"] }),
  named("fit[1]", { from: ["train[1]"] }),
  named("all", { from: ["fit[0]", "fit[1]"] }),
  named("some", { from: ["fit[0]", "fit[1]"], omit: true, coords: true }),
  named("end", { from: ["some"] }),
];

Deno.test("schedule() leaves failed and skipped members out of lists that allow it", async () => {
  const store = new TinyStore();
  await using executor = failing(new Set(["train[1]"]));
  const events = await runGraph(fakeGraph(sweep), { store, executor });
  assertEquals(endings(events), {
    "train[0]": "ran",
    "train[1]": "failed: threw",
    "fit[0]": "ran",
    "fit[1]": "skipped",
    all: "skipped",
    some: "ran",
    end: "ran",
  });
  const done = ofType(events, "stage-finished").find(({ stage }) => stage === "some");
  assertEquals(done?.omitted, ["fit[1]"]);
  const { message, stage } = ofType(events, "warning")[0];
  assertEquals([stage, message], ["some", "it does without what failed: fit[1]"]);
  const made = [...store.results.values()].find(({ provenance }) => provenance.stage === "some")!;
  assertEquals(made.provenance.omitted, ["fit[1]"]);
  assertEquals(made.action.inputs.in.length, 1);
  assertEquals(finished(events).ok, false);

  // Once nothing fails any more it is another list; while it does, it is the same one.
  const again = await runGraph(fakeGraph(sweep), { store, executor });
  assertEquals(endings(again).some, "hit");
  assertEquals(ofType(again, "stage-finished").find(({ stage }) => stage === "some")?.omitted, [
    "fit[1]",
  ]);
  await using healthy = failing(new Set());
  const all = await runGraph(fakeGraph(sweep), { store, executor: healthy });
  assertEquals(healthy.started.sort(), ["all", "end", "fit[1]", "some", "train[1]"]);
  assertEquals(finished(all).ok, true);
});

Deno.test("schedule() skips a list of which nothing is left", async () => {
  await using executor = failing(new Set(["train[0]", "train[1]"]));
  const events = await runGraph(fakeGraph(sweep), { store: new TinyStore(), executor });
  const skipped = ofType(events, "stage-skipped").find(({ stage }) => stage === "some");
  assertEquals(skipped?.because, "all that it gathers in in failed");
  assertEquals(endings(events).end, "skipped");
});

Deno.test("schedule() omits what cannot be made again", async () => {
  const store = new TinyStore();
  const graph = fakeGraph([named("a"), named("b")]);
  await using good = failing(new Set());
  await runGraph(graph, { store, executor: good });
  store.collect(({ provenance }) => provenance.stage === "a");
  await using executor = failing(new Set(["a"]));
  const wider = [named("a"), named("b"), named("list", { from: ["a", "b"], omit: true })];
  const events = await runGraph(fakeGraph(wider), { store, executor });
  assertEquals(endings(events), { a: "failed: threw", b: "hit", list: "ran" });
});

Deno.test("schedule() after random failures: who could run did, lists hold exactly the rest", async () => {
  for (let round = 0; round < 30; round++) {
    await withSeed(async (draw) => {
      const size = 2 + draw(30);
      const members = Array.from({ length: size }, (_, i): FakeMember => {
        const from = i === 0 ? [] : Array.from({ length: draw(4) }, () => `m[${draw(i)}]`);
        return named(`m[${i}]`, { from, omit: draw(2) === 0 });
      });
      const bad = new Set(members.map(({ id }) => id).filter(() => draw(4) === 0));
      const lost = new Set<string>();
      for (const { id, from = [], omit } of members) {
        const left = from.filter((other) => !lost.has(other));
        if (
          bad.has(id) || (omit ? from.length > 0 && left.length === 0 : left.length < from.length)
        ) {
          lost.add(id);
        }
      }
      const store = new TinyStore();
      await using executor = failing(bad, 1 + draw(4));
      const events = await runGraph(fakeGraph(members), { store, executor });
      const ended = endings(events);
      for (const { id, from = [], omit } of members) {
        assertEquals(ended[id] === "ran", !lost.has(id), id);
        if (lost.has(id) || !omit) continue;
        const made = [...store.results.values()].find((m) => m.provenance.stage === id)!;
        const left = from.filter((other) => !lost.has(other));
        assertEquals(made.action.inputs.in?.length ?? 0, left.length);
        assertEquals(
          new Set(made.provenance.omitted ?? []),
          new Set(from.filter((other) => lost.has(other))),
        );
      }
      assertEquals(new Set(executor.started).size, executor.started.length);
      const { ran, failed, skipped, stages } = finished(events);
      assertEquals(ran + failed + skipped, stages);
      assert(!JSON.stringify(events).includes("nothing could make it ready"));
      if (lost.size > 0) assertStringIncludes(JSON.stringify(events), "failed");
    });
  }
});
