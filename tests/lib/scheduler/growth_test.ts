// Graphs that grow while they run.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { table } from "#lib/core/artifacts/table.ts";
import type { RunEvent } from "#lib/core/event.ts";
import { type Cell, tableOf } from "#lib/core/table.ts";
import { plan } from "#lib/workflow/plan.ts";
import { fakeDeps } from "#tests/support/fake_tasks.ts";
import { growingGraph, type GrowingStage } from "#tests/support/growing_graph.ts";
import { pause } from "#tests/support/recording_executor.ts";
import { endings, finished, ofType, runGraph } from "#tests/support/scheduling.ts";
import { type Scripted, ScriptedExecutor } from "#tests/support/scripted_executor.ts";
import { TinyStore } from "#tests/support/tiny_store.ts";
import { withSeed } from "#tests/support/with_seed.ts";

function rows(...ids: Cell[]): Scripted {
  const value = tableOf(ids.map((row) => ({ row })), {});
  const columns = value.columns.length > 0 ? value.columns : [{ name: "row", type: "number" }];
  return {
    outputs: { out: { kind: "table", files: table.encode({ ...value, columns } as never) } },
  };
}

const study: readonly GrowingStage[] = [
  { name: "train" },
  { name: "steps", foreach: "train" },
  { name: "fit", foreach: "steps" },
  { name: "report", from: ["fit"] },
];

/** Two steps; the first with two fits, the second with none. */
const studyRows = (name: string) =>
  name === "train" ? rows(100, 200) : name === "steps[rsteps=100]" ? rows("a", "b") : rows();

Deno.test("schedule() grows by tables that become known, and finds everything the next time", async () => {
  const store = new TinyStore();
  await using executor = new ScriptedExecutor(2, ({ name }) => studyRows(name));
  const graph = growingGraph(study);
  const events = await runGraph(graph, { store, executor });
  assertEquals(endings(events), {
    train: "ran",
    "steps[rsteps=100]": "ran",
    "steps[rsteps=200]": "ran",
    "fit[rsteps=100,rfit=a]": "ran",
    "fit[rsteps=100,rfit=b]": "ran",
    report: "ran",
  });
  const { ok, stages, ran } = finished(events);
  assertEquals({ ok, stages, ran }, { ok: true, stages: 6, ran: 6 });
  const told = ofType(events, "planned");
  assertEquals([told[0].stages, told[0].run, told[0].maybe], [4, 1, 3]);
  assertEquals(told.at(-1)?.grown, true);

  const planned = await plan(graph, { ...fakeDeps(), store });
  assertEquals(planned.counts, { stages: 6, hit: 6, run: 0, maybe: 0 });
  assertEquals(endings(await runGraph(graph, { store, executor, planned })), {
    ...endings(events),
    ...Object.fromEntries(Object.keys(endings(events)).map((id) => [id, "hit"])),
  });
  assertEquals(executor.started.length, 6);
});

Deno.test("schedule() runs only what is new when a table gets another row", async () => {
  const store = new TinyStore();
  await using first = new ScriptedExecutor(2, ({ name }) => studyRows(name));
  await runGraph(growingGraph(study), { store, executor: first });
  await using second = new ScriptedExecutor(
    2,
    ({ name }) => name === "train" ? rows(100, 150, 200) : studyRows(name),
  );
  const events = await runGraph(growingGraph(study), { store, executor: second, force: ["train"] });
  assertEquals(finished(events).ok, true);
  // Results of an action are whole tables here, so that every step reads other bytes.
  assert(second.started.includes("steps[rsteps=150]"));
  assertEquals(new Set(second.started).size, second.started.length);
});

Deno.test("schedule() wants the rows that --only means, once they are known", async () => {
  const store = new TinyStore();
  await using executor = new ScriptedExecutor(2, ({ name }) => studyRows(name));
  const only = ["steps[rsteps=200]"];
  const graph = growingGraph(study);
  const events = await runGraph(graph, { store, executor, only });
  assertEquals(endings(events), { train: "ran", "steps[rsteps=200]": "ran" });
  const planned = await plan(graph, { ...fakeDeps(), store, only });
  assertEquals(planned.counts, { stages: 2, hit: 2, run: 0, maybe: 0 });
  assertEquals(planned.unmatched, []);
});

Deno.test("schedule() fails what stands for the rows of a table that does not fit", async () => {
  const store = new TinyStore();
  const bad = { outputs: { out: { kind: "table", files: table.encode(tableOf([{ other: 1 }])) } } };
  await using executor = new ScriptedExecutor(2, ({ name }) => name === "train" ? bad : undefined);
  const stages = [...study, { name: "aside" }];
  const events = await runGraph(growingGraph([{ name: "aside0" }, ...stages]), {
    store,
    executor: new ScriptedExecutor(2, ({ name }) => name === "train" ? bad : rows(1)),
  });
  assertEquals(endings(events), {
    aside0: "ran",
    train: "ran",
    "steps[rsteps=?]": "failed: threw",
    "fit[rsteps=?,rfit=?]": "skipped",
    report: "skipped",
    aside: "ran",
  });
  assertStringIncludes(
    ofType(events, "stage-failed")[0].failure.message,
    "the table out of train cannot be used: the table of train has no column row",
  );
  const again = await runGraph(growingGraph(study), { store, executor });
  assertEquals(endings(again)["steps[rsteps=?]"], "failed: threw");
  assertEquals(executor.started, []);
});

Deno.test("schedule() skips what waits for a table that nobody makes", async () => {
  await using executor = new ScriptedExecutor(
    1,
    () => ({ reason: "threw", message: "no" }),
  );
  const events = await runGraph(growingGraph(study), { store: new TinyStore(), executor });
  assertEquals(endings(events), {
    train: "failed: threw",
    "steps[rsteps=?]": "skipped",
    "fit[rsteps=?,rfit=?]": "skipped",
    report: "skipped",
  });
});

Deno.test("schedule() makes a table again whose bytes are gone, and checks it", async () => {
  const store = new TinyStore();
  await using executor = new ScriptedExecutor(2, ({ name }) => studyRows(name));
  const graph = growingGraph(study);
  await runGraph(graph, { store, executor });
  store.collect(({ provenance }) => provenance.stage === "train");
  const planned = await plan(graph, { ...fakeDeps(), store });
  assertEquals(planned.counts.run, 1);
  const events = await runGraph(graph, { store, executor, planned });
  assertEquals(endings(events)["train"], "ran");
  assertEquals(finished(events).hit, 5);
  assertEquals(finished(events).ok, true);
});

Deno.test("schedule() heals a table that looks whole and cannot be read", async () => {
  const store = new TinyStore();
  await using executor = new ScriptedExecutor(2, ({ name }) => studyRows(name));
  const graph = growingGraph(study);
  const before = await runGraph(graph, { store, executor });
  for (const manifest of store.results.values()) {
    if (manifest.provenance.stage === "train") store.damage(manifest.outputs.out);
  }
  const events = await runGraph(graph, { store, executor });
  assertEquals(endings(events), {
    ...Object.fromEntries(Object.keys(endings(before)).map((id) => [id, "hit"])),
    train: "ran",
  });
  assertEquals(ofType(events, "warning").map(({ stage }) => stage), ["train"]);
  assertEquals(finished(events).ok, true);
});

Deno.test("schedule() lets a list go on without the rows of a table that nobody makes", async () => {
  const stages: readonly GrowingStage[] = [
    { name: "good" },
    { name: "bad" },
    { name: "steps", foreach: "good" },
    { name: "lost", foreach: "bad" },
    { name: "strict", from: ["steps", "lost"] },
    { name: "report", from: ["steps", "lost"], more: { omit: true } },
    { name: "nothing", from: ["lost"], more: { omit: true } },
  ];
  await using executor = new ScriptedExecutor(
    2,
    ({ name }) => name === "bad" ? { reason: "threw", message: "no" } : rows(1, 2),
  );
  const events = await runGraph(growingGraph(stages), { store: new TinyStore(), executor });
  assertEquals(endings(events), {
    good: "ran",
    bad: "failed: threw",
    "lost[rlost=?]": "skipped",
    "steps[rsteps=1]": "ran",
    "steps[rsteps=2]": "ran",
    strict: "skipped",
    report: "ran",
    nothing: "skipped",
  });
  const report = ofType(events, "stage-finished").find(({ stage }) => stage === "report");
  assertEquals(report?.omitted, ["lost[rlost=?]"]);
});

Deno.test("schedule() grows seldom while other work goes on", async () => {
  const makers = Array.from({ length: 40 }, (_, i): GrowingStage[] => [
    { name: `m${i}` },
    { name: `s${i}`, foreach: `m${i}` },
  ]).flat();
  await using executor = new ScriptedExecutor(4, async ({ options }) => {
    await pause(4, options.signal);
    return rows(1, 2);
  });
  const graph = growingGraph([...makers, { name: "end", from: makers.map(({ name }) => name) }]);
  const events = await runGraph(graph, { store: new TinyStore(), executor });
  assertEquals(finished(events).ran, 40 + 80 + 1);
  const growths = ofType(events, "planned").length - 1;
  assert(growths >= 1 && growths < 30, `${growths} growths`);
});

Deno.test("schedule() of growing graphs depends neither on jobs nor on order", async () => {
  for (let round = 0; round < 12; round++) {
    await withSeed(async (draw) => {
      const stages = randomStages(draw);
      const made: Record<string, string>[] = [];
      for (const jobs of [1, 2, 5]) {
        const store = new TinyStore();
        await using executor = new ScriptedExecutor(jobs, async ({ name, options }) => {
          await pause(draw(3), options.signal);
          return rows(...Array.from({ length: hash(name) % 4 }, (_, i) => i));
        });
        const events = await runGraph(growingGraph(stages), { store, executor });
        assertEquals(finished(events).ok, true);
        assertEquals(new Set(executor.started).size, executor.started.length);
        const { stages: total, ran, hit } = finished(events);
        assertEquals(ran + hit, total);
        made.push(digestsOf(events));
        const planned = await plan(growingGraph(stages), { ...fakeDeps(), store });
        assertEquals(planned.counts, { stages: total, hit: total, run: 0, maybe: 0 });
      }
      assertEquals(made[1], made[0]);
      assertEquals(made[2], made[0]);
    });
  }
});

function randomStages(draw: (below: number) => number): readonly GrowingStage[] {
  const stages: GrowingStage[] = [{ name: "s0" }];
  for (let i = 1; i < 2 + draw(5); i++) {
    const foreach = draw(3) > 0 ? { foreach: `s${draw(i)}` } : {};
    const from = draw(2) === 0 ? { from: [`s${draw(i)}`] } : {};
    stages.push({ name: `s${i}`, ...foreach, ...from });
  }
  return stages;
}

function hash(text: string): number {
  let h = 7;
  for (const letter of text) h = (Math.imul(h, 31) + letter.charCodeAt(0)) >>> 0;
  return h >>> 3;
}

function digestsOf(events: readonly RunEvent[]): Record<string, string> {
  return Object.fromEntries(
    ofType(events, "stage-finished").map(({ stage, outputs }) => [stage, outputs.out.digest]),
  );
}
