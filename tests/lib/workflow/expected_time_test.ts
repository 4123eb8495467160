import { assert, assertEquals } from "@std/assert";
import { expectedTime } from "#lib/workflow/expected_time.ts";
import { plan } from "#lib/workflow/plan.ts";
import { fakeDeps, fakeGraph, type FakeMember } from "#tests/support/fake_tasks.ts";
import { runGraph } from "#tests/support/scheduling.ts";
import { ScriptedExecutor } from "#tests/support/scripted_executor.ts";
import { TinyStore } from "#tests/support/tiny_store.ts";
import { withSeed } from "#tests/support/with_seed.ts";

const none = { ...fakeDeps(), store: { lookup: () => undefined } };

Deno.test("expectedTime() takes the longer of the longest way and the shared work", async () => {
  const fan = fakeGraph([
    ...Array.from({ length: 10 }, (_, i) => ({ id: `x[${i}]`, params: { i } })),
    { id: "end", from: ["x[0]"] },
  ]);
  const planned = await plan(fan, none);
  const time = (cores: number) => expectedTime(planned, () => 3, cores);
  assertEquals([time(1).atLeast, time(2).atLeast, time(100).atLeast], [33, 16.5, 6]);
  assertEquals(time(1).numUnseen, 0);
});

Deno.test("expectedTime() counts cores, shared work once, and says what was never seen", async () => {
  const graph = fakeGraph([
    { id: "a", params: { a: 1 }, resources: [{ cpu: 4, slots: {} }] },
    { id: "twin", params: { a: 1 } },
    { id: "new", params: { b: 1 } },
    { id: "maybe", from: ["twin"] },
  ]);
  const planned = await plan(graph, none);
  const seconds = (id: string) => id === "new" ? undefined : 5;
  const time = expectedTime(planned, ({ id }) => seconds(id), 8);
  assertEquals([...time.seconds], [5, 0, NaN, 5]);
  assertEquals([time.work, time.longestPath, time.numUnseen], [25, 10, 1]);
});

Deno.test("expectedTime() expects nothing of what is known or left out", async () => {
  const store = new TinyStore();
  await using executor = new ScriptedExecutor(1);
  const graph = fakeGraph([{ id: "a" }, { id: "b", from: ["a"] }]);
  await runGraph(graph, { store, executor });
  const planned = await plan(graph, { ...fakeDeps(), store });
  assertEquals(expectedTime(planned, () => 1, 1).atLeast, 0);
});

Deno.test("expectedTime() is no more than any order of work takes", async () => {
  await withSeed(async (draw) => {
    const members = Array.from({ length: 30 }, (_, i): FakeMember => ({
      id: `m[${i}]`,
      params: { i },
      from: i === 0 ? [] : Array.from({ length: draw(3) }, () => `m[${draw(i)}]`),
    }));
    const lengths = new Map(members.map(({ id }) => [id, 1 + draw(9)]));
    const cores = 1 + draw(4);
    const planned = await plan(fakeGraph(members), none);
    const { atLeast } = expectedTime(planned, ({ id }) => lengths.get(id), cores);
    // A schedule in file order.
    const free = new Array(cores).fill(0);
    const ends = new Map<string, number>();
    for (const { id, from = [] } of members) {
      const core = free.indexOf(Math.min(...free));
      const begin = Math.max(free[core], ...from.map((other) => ends.get(other)!));
      free[core] = begin + lengths.get(id)!;
      ends.set(id, free[core]);
    }
    assert(atLeast <= Math.max(...ends.values()) + 1e-9);
  });
});
