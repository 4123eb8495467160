// Verifying traces: what differs only in what a task did not look at is known already.

import { assert, assertEquals } from "@std/assert";
import { digestOfValue } from "#lib/core/digest.ts";
import type { TaskJob } from "#lib/core/executor.ts";
import { plan } from "#lib/workflow/plan.ts";
import { fakeCommand, fakeDeps, fakeGraph, type FakeMember } from "#tests/support/fake_tasks.ts";
import { endings, ofType, runGraph } from "#tests/support/scheduling.ts";
import { type Called, ScriptedExecutor, textOutput } from "#tests/support/scripted_executor.ts";
import { TinyStore } from "#tests/support/tiny_store.ts";
import { withSeed } from "#tests/support/with_seed.ts";

/** A task that looks at some of its params, and of its inputs at some files. */
function reading(looks: readonly string[], files?: readonly string[]) {
  return ({ job }: Called) => {
    const { params, inputs } = job as TaskJob;
    const seen = looks.map((name) => params[name] ?? null);
    const opened = (inputs.in ?? []).map((input) =>
      (files ?? []).map((name) => [...input.files[name] ?? []])
    );
    return {
      outputs: { out: textOutput(digestOfValue([seen, opened])) },
      reads: {
        params: looks.map((name) => `${params[name] === undefined ? "?" : "="}/${name}`).sort(),
        inputs: files === undefined ? {} : { in: [...files].sort() },
      },
    };
  };
}

const graphOf = (params: Readonly<Record<string, unknown>>, more: Partial<FakeMember> = {}) =>
  fakeGraph([{ id: "a", params, ...more }, { id: "end", from: ["a"], task: "stir" }]);

Deno.test("schedule() finds the result of what looked at the same, under a key of its own", async () => {
  const store = new TinyStore();
  await using executor = new ScriptedExecutor(1, reading(["lr"]));
  await runGraph(graphOf({ lr: 1, colour: "red" }), { store, executor });
  assertEquals(executor.started.length, 2);
  const graph = graphOf({ lr: 1, colour: "blue" });
  const planned = await plan(graph, { ...fakeDeps(), store });
  assertEquals(planned.counts.hit, 2);
  const events = await runGraph(graph, { store, executor, planned });
  assertEquals(endings(events), { a: "hit", end: "hit" });
  assertEquals(store.counts.aliases, 1);
  const old = [...store.results.values()].find(({ provenance, action }) =>
    provenance.stage === "a" && action.params.colour === "red"
  )!;
  const alias = [...store.results.values()].find(({ action }) => action.params.colour === "blue")!;
  assertEquals(alias.provenance.traced_from, old.key);
  assertEquals(alias.outputs, old.outputs);
  assertEquals(store.recall(alias.key), alias);
  // Then it is found by its key.
  await runGraph(graph, { store, executor });
  assertEquals([store.counts.aliases, executor.started.length], [1, 2]);
  assertEquals(endings(await runGraph(graphOf({ lr: 2 }), { store, executor })).a, "ran");
});

Deno.test("schedule() runs one of many that differ in nothing that is looked at", async () => {
  const store = new TinyStore();
  await using executor = new ScriptedExecutor(1, reading(["lr"]));
  const sweep = Array.from({ length: 20 }, (_, i) => ({ id: `x[${i}]`, params: { lr: i % 2, i } }));
  const events = await runGraph(fakeGraph(sweep), { store, executor });
  assertEquals(executor.started.length, 2);
  assertEquals(ofType(events, "stage-finished").length, 20);
});

Deno.test("schedule() traces the files that were opened in an input", async () => {
  const store = new TinyStore();
  const maker = (a: string, b: string) => ({
    outputs: {
      out: {
        kind: "text",
        files: { a: new TextEncoder().encode(a), b: new TextEncoder().encode(b) },
      },
    },
  });
  const run = async (a: string, b: string) => {
    const look = reading([], ["a"]);
    await using executor = new ScriptedExecutor(
      1,
      (called) => called.name === "maker" ? maker(a, b) : look(called),
    );
    const graph = fakeGraph([
      { id: "maker", params: { name: "maker", a, b } },
      { id: "reader", params: { name: "reader" }, from: ["maker"], task: "stir" },
    ]);
    return endings(await runGraph(graph, { store, executor }));
  };
  assertEquals(await run("1", "1"), { maker: "ran", reader: "ran" });
  assertEquals(await run("1", "2"), { maker: "ran", reader: "hit" });
  assertEquals(await run("2", "2"), { maker: "ran", reader: "ran" });
});

Deno.test("schedule() makes a traced result anew whose bytes are gone and wanted", async () => {
  const store = new TinyStore();
  await using executor = new ScriptedExecutor(1, reading(["lr"]));
  const single = (colour: string) => fakeGraph([{ id: "a", params: { lr: 1, colour } }]);
  await runGraph(single("red"), { store, executor });
  store.collect(() => true);
  assertEquals(endings(await runGraph(single("blue"), { store, executor })), { a: "ran" });
});

Deno.test("schedule() does not trace commands, nor other code", async () => {
  const store = new TinyStore();
  await using executor = new ScriptedExecutor(1, reading(["lr"]));
  const run = async (more: Partial<FakeMember>, colour: string) =>
    endings(
      await runGraph(fakeGraph([{ id: "a", params: { lr: 1, colour }, ...more }]), {
        store,
        executor,
      }),
    ).a;
  assertEquals(await run({}, "red"), "ran");
  assertEquals(await run({ task: "stir" }, "red"), "ran");
  const command = { command: fakeCommand("fit") };
  assertEquals(await run(command, "red"), "ran");
  assertEquals(await run(command, "blue"), "ran");
  assertEquals(await run({}, "blue"), "hit");
});

Deno.test("traces: a change of what is read runs, a change of the rest hits, with equal results", async () => {
  for (let round = 0; round < 25; round++) {
    await withSeed(async (draw) => {
      const names = Array.from({ length: 1 + draw(6) }, (_, i) => `p${i}`);
      const looks = names.filter(() => draw(2) === 0);
      const random = () =>
        Object.fromEntries(names.flatMap((name) => draw(5) === 0 ? [] : [[name, draw(3)]]));
      const store = new TinyStore();
      await using executor = new ScriptedExecutor(1, reading(looks));
      const seen = new Map<string, string>();
      for (let step = 0; step < 12; step++) {
        const params = random();
        const shown = JSON.stringify(looks.map((name) => params[name] ?? null));
        const before = executor.started.length;
        const [event] = ofType(
          await runGraph(fakeGraph([{ id: "a", params }]), { store, executor }),
          "stage-finished",
        );
        assertEquals(event.how, seen.has(shown) ? "hit" : "ran", JSON.stringify({ params, looks }));
        assertEquals(executor.started.length - before, seen.has(shown) ? 0 : 1);
        const { digest } = event.outputs.out;
        assertEquals(digest, seen.get(shown) ?? digest);
        seen.set(shown, digest);
      }
      assert(seen.size > 0);
    });
  }
});
