// What of the machine stages are given: never more than there is, no slot to two at a time, nobody starved.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { CommandJob, Grant } from "#lib/core/executor.ts";
import { Pool } from "#lib/scheduler/pool.ts";
import { ReadyUnits } from "#lib/scheduler/ready_units.ts";
import type { Resources } from "#lib/workflow/graph.ts";
import { fakeCommand, fakeGraph, type FakeMember } from "#tests/support/fake_tasks.ts";
import { pause } from "#tests/support/recording_executor.ts";
import { endings, finished, ofType, runGraph } from "#tests/support/scheduling.ts";
import { ScriptedExecutor } from "#tests/support/scripted_executor.ts";
import { TinyStore } from "#tests/support/tiny_store.ts";
import { withSeed } from "#tests/support/with_seed.ts";

const machine = { cpus: 4, memory: 100, slots: { gpu: [0, 1, 5], licence: [7] } };

/** Fails if more is out than there is, or an index twice. */
class Ledger {
  readonly out = new Set<Grant>();

  take(grant: Grant, { cpu, memory, slots }: Resources): void {
    this.out.add(grant);
    assertEquals([grant.cpu, grant.memory], [cpu, memory]);
    for (const name in slots) assertEquals(grant.slots[name].length, slots[name]);
    const all = [...this.out];
    assert(all.reduce((sum, one) => sum + one.cpu, 0) <= machine.cpus);
    assert(all.reduce((sum, one) => sum + (one.memory ?? 0), 0) <= machine.memory);
    for (const [name, indexes] of Object.entries(machine.slots)) {
      const given = all.flatMap((one) => one.slots[name] ?? []);
      assertEquals(new Set(given).size, given.length);
      assert(given.every((index) => indexes.includes(index)));
    }
  }
}

function randomResources(draw: (below: number) => number): Resources {
  return {
    cpu: 1 + draw(4),
    ...(draw(2) === 0 ? { memory: 1 + draw(100) } : {}),
    slots: {
      ...(draw(3) === 0 ? { gpu: 1 + draw(3) } : {}),
      ...(draw(5) === 0 ? { licence: 1 } : {}),
    },
  };
}

Deno.test("schedule() gives no more than there is, and no slot to two at a time", async () => {
  for (let round = 0; round < 15; round++) {
    await withSeed(async (draw) => {
      const asked = new Map<string, Resources>();
      const members = Array.from({ length: 40 }, (_, i): FakeMember => {
        const resources = randomResources(draw);
        asked.set(`m[${i}]`, resources);
        const from = i === 0 || draw(3) > 0 ? [] : [`m[${draw(i)}]`];
        const params = { name: `m[${i}]` };
        return { id: `m[${i}]`, params, from, command: fakeCommand("x"), resources: [resources] };
      });
      const ledger = new Ledger();
      await using executor = new ScriptedExecutor(6, async ({ job, name, options }) => {
        const { grant } = job as CommandJob;
        ledger.take(grant, asked.get(name)!);
        await pause(draw(4), options.signal);
        ledger.out.delete(grant);
      });
      const events = await runGraph(fakeGraph(members), {
        store: new TinyStore(),
        executor,
        machine,
      });
      assertEquals(finished(events).ran, 40);
    });
  }
});

Deno.test("schedule() refuses at the start what asks for more than there is", async () => {
  await using executor = new ScriptedExecutor(2);
  const gpus = { cpu: 1, slots: { gpu: 4 } };
  const events = await runGraph(
    fakeGraph([
      { id: "a", params: { name: "a" }, resources: [gpus] },
      { id: "b", params: { name: "b" }, resources: [{ cpu: 5, slots: {} }] },
      { id: "c", params: { name: "c" }, resources: [{ cpu: 1, memory: 2e9, slots: {} }] },
      { id: "d", params: { name: "d" }, resources: [{ cpu: 1, slots: { fpga: 1 } }] },
      { id: "e", params: { name: "e" }, resources: [{ cpu: 2, memory: 7, slots: { gpu: 3 } }] },
      { id: "f", from: ["e"], params: { name: "f" }, resources: [gpus] },
    ]),
    { store: new TinyStore(), executor, machine },
  );
  const said = Object.fromEntries(
    ofType(events, "stage-failed").map(({ stage, failure }) => [stage, failure.message]),
  );
  assertStringIncludes(said.a, "it asks for 4 of gpu, and there are 3");
  assertStringIncludes(said.b, "it asks for 5 cores, and 4 may be used here");
  assertStringIncludes(said.c, "it asks for 2 GB of memory, and 100 B may be used here");
  assertStringIncludes(said.d, "it asks for 1 of fpga, and there are 0");
  assertStringIncludes(said.f, "it asks for 4 of gpu");
  assertEquals(endings(events).e, "ran");
  assertEquals(executor.started, ["e"]);
});

Deno.test("schedule() counts cores by jobs where nobody says what the machine has", async () => {
  let cores = 0;
  await using executor = new ScriptedExecutor(8, async ({ options }) => {
    cores += 2;
    assert(cores <= 4);
    await pause(2, options.signal);
    cores -= 2;
  });
  const members = Array.from({ length: 12 }, (_, i) => ({
    id: `x[${i}]`,
    params: { name: `x[${i}]` },
    resources: [{ cpu: 2, slots: {} }],
  }));
  const events = await runGraph(fakeGraph(members), { store: new TinyStore(), executor, jobs: 4 });
  assertEquals(finished(events).ran, 12);
});

Deno.test("schedule() does not let many small stages starve a large one", async () => {
  // The large one is more urgent, and becomes ready while small ones run.
  const small = Array.from({ length: 30 }, (_, i) => ({
    id: `small[${i}]`,
    params: { name: `small[${i}]` },
  }));
  const graph = fakeGraph([
    { id: "first", params: { name: "first" } },
    { id: "large", params: { name: "large" }, from: ["first"], resources: [{ cpu: 4, slots: {} }] },
    { id: "after", params: { name: "after" }, from: ["large"] },
    ...small,
  ]);
  await using executor = new ScriptedExecutor(4, async ({ name, options }) => {
    await pause(name === "first" ? 2 : 6, options.signal);
  });
  await runGraph(graph, { store: new TinyStore(), executor, jobs: 4 });
  const before = executor.started.indexOf("large");
  assert(before <= 5, `${before} stages went first`);
});

Deno.test("ReadyUnits holds only what the most urgent one is short of", () => {
  const ready = new ReadyUnits<string>();
  const pool = new Pool({ places: 9, ...machine });
  const other = pool.enter({ cpu: 1, slots: { gpu: 2 } })!;
  ready.push(0, "two gpus", { cpu: 1, slots: { gpu: 2 } });
  ready.push(1, "one gpu", { cpu: 1, slots: { gpu: 1 } });
  ready.push(2, "two cores", { cpu: 2, slots: {} });
  ready.push(3, "one core", { cpu: 1, slots: {} });
  // One gpu is free, but held; one of the three free cores is too.
  assertEquals(ready.take(pool)?.item, "two cores");
  assertEquals(ready.take(pool), undefined);
  pool.leave(other);
  assertEquals(ready.take(pool)?.item, "two gpus");
  assertEquals(ready.take(pool)?.item, "one gpu");
  assertEquals(ready.take(pool), undefined);
  assertEquals(ready.size, 1);
});

Deno.test("Pool gives back in any order, and lets those who stepped aside come back first", async () => {
  await withSeed(async (draw) => {
    const pool = new Pool({ places: 5, ...machine });
    const ledger = new Ledger();
    let back: Promise<void> | undefined;
    for (let step = 0; step < 2000; step++) {
      const out = [...ledger.out];
      const action = draw(5);
      if (action < 2) {
        const request = randomResources(draw);
        const grant = pool.enter(request);
        if (grant !== undefined) ledger.take(grant, request);
      } else if (action < 4 && out.length > 0) {
        const grant = out[draw(out.length)];
        ledger.out.delete(grant);
        pool.leave(grant);
      } else if (out.length > 0 && back === undefined) {
        const grant = out[draw(out.length)];
        const { cpu, memory, slots } = grant;
        const counts = Object.entries(slots).map(([name, indexes]) => [name, indexes.length]);
        const request: Resources = {
          cpu,
          ...(memory === undefined ? {} : { memory }),
          slots: Object.fromEntries(counts),
        };
        ledger.out.delete(grant);
        pool.stepAside(grant);
        back = pool.comeBack(request).then((again) => {
          ledger.take(again, request);
          back = undefined;
        });
      }
      await Promise.resolve();
      await Promise.resolve();
      if (back !== undefined) assertEquals(pool.enter({ cpu: 1, slots: {} }), undefined);
    }
  });
});
