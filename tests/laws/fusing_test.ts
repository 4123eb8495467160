// The laws of running several members as one, on random graphs: nothing but time depends on it. Bytes are the same alone,
// in pairs, among many, in any order of arrival, with any number of workers; what is wrong with one member is its own;
// what breaks a batch breaks it into halves until only the one is left that it breaks.

import { setImmediate } from "node:timers";
import { assert, assertEquals } from "@std/assert";
import type { RunEvent } from "#lib/core/event.ts";
import type { StageFailure, TaskJob } from "#lib/core/executor.ts";
import { InlineExecutor } from "#lib/executors/inline.ts";
import { fakeGraph, type FakeMember } from "#tests/support/fake_tasks.ts";
import { FusingExecutor } from "#tests/support/fusing_executor.ts";
import { doomed, randomMembers, seeded } from "#tests/support/random_graph.ts";
import { endings, finished, ofType, runGraph } from "#tests/support/scheduling.ts";
import { TinyStore } from "#tests/support/tiny_store.ts";

const base = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 2 ** 31));

/** Runs a law on several random seeds and names the seed that breaks it. */
async function onSeeds(count: number, law: (seed: number) => Promise<void>): Promise<void> {
  for (let i = 0; i < count; i++) {
    const seed = base + i;
    try {
      await law(seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** A graph of tasks that may run as one, in wide layers, so that many are ready together. */
function fusing(seed: number, most: number, oneFailsIn = 0): readonly FakeMember[] {
  const draw = seeded(seed + 1);
  const fuse = { by: draw(2) === 0 ? [] : ["value"], most };
  return randomMembers(seed, { maxMembers: 90, oneFailsIn }).map((member, i) => ({
    ...member,
    // Mostly of different keys, and often without inputs.
    params: { ...member.params, i },
    from: draw(3) === 0 ? member.from ?? [] : [],
    fuse,
  }));
}

async function turns(draw: (below: number) => number): Promise<void> {
  for (let n = draw(4); n > 0; n--) await new Promise((done) => setImmediate(done));
}

function digestsOf(events: readonly RunEvent[]): Record<string, string> {
  return Object.fromEntries(
    ofType(events, "stage-finished").map(({ stage, outputs }) => [stage, outputs.out.digest]),
  );
}

/** What members make one by one. */
async function madeAlone(members: readonly FakeMember[]): Promise<Record<string, string>> {
  await using executor = new InlineExecutor();
  const events = await runGraph(fakeGraph(members.map(({ fuse: _, ...member }) => member)), {
    store: new TinyStore(),
    executor,
  });
  return digestsOf(events);
}

/** Batches that started, by the events: a worker starts all members of a batch one after the other. */
function assertStartsAreBatches(events: readonly RunEvent[], executor: FusingExecutor): void {
  const starts = ofType(events, "stage-started");
  const sizes: number[] = [];
  for (let i = 0; i < starts.length; i += sizes.at(-1)!) {
    sizes.push(starts[i].fused ?? 1);
    for (const { fused, worker } of starts.slice(i, i + sizes.at(-1)!)) {
      assertEquals([fused ?? 1, worker], [sizes.at(-1), starts[i].worker]);
    }
  }
  assertEquals(sizes, [...executor.sizes]);
}

Deno.test("fusing: bytes depend neither on companions, nor on arrival, nor on workers", async () => {
  await onSeeds(12, async (seed) => {
    const expected = await madeAlone(fusing(seed, 1));
    for (const most of [1, 2, 64]) {
      const members = fusing(seed, most);
      for (const slots of [1, 3, 7]) {
        const draw = seeded(seed + slots + most);
        await using executor = new FusingExecutor(slots, () => turns(draw));
        const store = new TinyStore();
        const events = await runGraph(fakeGraph(members), { store, executor });
        assertEquals(digestsOf(events), expected);
        assert(executor.sizes.every((size) => size <= most));
        assert(executor.highest <= slots);
        assertStartsAreBatches(events, executor);
        const { ran, hit, stages, fused, ok } = finished(events);
        assertEquals([ok, ran + hit, store.counts.commits], [true, stages, ran]);
        const inBatches = executor.sizes.filter((size) => size > 1);
        assertEquals(fused, inBatches.reduce((sum, size) => sum + size, 0));
        const again = await runGraph(fakeGraph(members), { store, executor });
        assertEquals([finished(again).hit, finished(again).fused], [stages, 0]);
      }
    }
  });
});

Deno.test("fusing: a member that fails does so alone, and what others make stays the same", async () => {
  await onSeeds(10, async (seed) => {
    const members = fusing(seed, 64, 6);
    const lost = doomed(members);
    const expected = await madeAlone(members);
    const draw = seeded(seed);
    await using executor = new FusingExecutor(1 + draw(4), () => turns(draw));
    const events = await runGraph(fakeGraph(members), { store: new TinyStore(), executor });
    assertEquals(digestsOf(events), expected);
    for (const [id, ended] of Object.entries(endings(events))) {
      assertEquals(lost.has(id), !/^(ran|hit)$/.test(ended), id);
    }
    assertEquals(
      ofType(events, "stage-failed").every(({ failure }) => failure.reason === "threw"),
      true,
    );
  });
});

const breakages: readonly StageFailure[] = [
  { reason: "device-lost", message: "gone" },
  { reason: "out-of-memory", message: "full" },
  { reason: "timed-out", message: "late" },
  { reason: "crashed", message: "broke" },
];

Deno.test("fusing: batches that break at any point are halved, and nothing is lost or made twice", async () => {
  await onSeeds(15, async (seed) => {
    const members = fusing(seed, 64);
    const expected = await madeAlone(members);
    const draw = seeded(seed);
    await using executor = new FusingExecutor(1 + draw(4), async (jobs) => {
      await turns(draw);
      if (jobs.length === 1 || draw(3) > 0) return;
      return { failure: breakages[draw(4)], after: draw(jobs.length) };
    });
    const store = new TinyStore();
    const events = await runGraph(fakeGraph(members), { store, executor });
    assertEquals(digestsOf(events), expected);
    assertEquals(finished(events).ok, true);
    assertEquals(store.counts.commits, finished(events).ran);
  });
});

Deno.test("fusing: one that breaks every batch it is in is found, and fails alone", async () => {
  await onSeeds(10, async (seed) => {
    const draw = seeded(seed);
    const size = 2 + draw(63);
    const fuse = { by: [] };
    const poison = draw(size);
    const failure = breakages[1 + draw(3)];
    const graph = fakeGraph(
      Array.from({ length: size }, (_, i) => ({ id: `m[${i}]`, params: { i }, fuse })),
    );
    await using executor = new FusingExecutor(
      1,
      (jobs) => jobs.some(({ params }) => params.i === poison) ? { failure } : undefined,
    );
    const events = await runGraph(graph, {
      store: new TinyStore(),
      executor,
      expectedSeconds: () => 1e-3,
    });
    const { ran, failed } = finished(events);
    assertEquals([ran, failed], [size - 1, 1]);
    const [only] = ofType(events, "stage-failed");
    assertEquals([only.stage, only.failure], [`m[${poison}]`, failure]);
    // Each time half of what was left is found to be good.
    assert(executor.batches.length <= 2 * Math.ceil(Math.log2(size)) + 1, `${executor.sizes}`);
  });
});

Deno.test("fusing: a run that is stopped in mid-batch loses only what had not ended", async () => {
  await onSeeds(10, async (seed) => {
    const members = fusing(seed, 16);
    const graph = fakeGraph(members);
    const expected = await madeAlone(members);
    const draw = seeded(seed);
    const store = new TinyStore();
    const control = new AbortController();
    let left = 1 + draw(4);
    const told = new Set<string>();
    const nameOf = ({ params }: TaskJob) => `m[${params.i}]`;
    {
      await using executor = new FusingExecutor(2, (jobs, signal) => {
        if (--left > 0) return;
        const after = draw(jobs.length);
        for (const job of jobs.slice(0, after)) told.add(nameOf(job));
        control.abort("SIGINT");
        assert(signal.aborted);
        return { failure: { reason: "cancelled", message: "SIGINT" }, after };
      });
      await runGraph(graph, { store, executor }, control.signal);
    }
    const kept = store.results.size;
    await using second = new FusingExecutor(2);
    const events = await runGraph(graph, { store, executor: second });
    assertEquals(digestsOf(events), expected);
    assertEquals(store.counts.commits, store.results.size);
    assert(finished(events).ran === store.results.size - kept);
  });
});

Deno.test("fusing: two runs on one store share the work without waiting for each other for ever", async () => {
  await onSeeds(8, async (seed) => {
    const members = fusing(seed, 8);
    const expected = await madeAlone(members);
    const store = new TinyStore();
    const runs = [1, 2].map(async (which) => {
      const draw = seeded(seed + which);
      await using executor = new FusingExecutor(1 + draw(3), () => turns(draw));
      const order = which === 1 ? members : [...members];
      return await runGraph(fakeGraph(order), { store, executor, run: `run-${which}` });
    });
    const [one, other] = await Promise.all(runs);
    assertEquals([digestsOf(one), digestsOf(other)], [expected, expected]);
    assertEquals(finished(one).ran + finished(other).ran, store.counts.commits);
    assertEquals(store.counts.commits, store.results.size);
  });
});

Deno.test("fusing: bytes that were lost are made again, and who reads them comes to the same", async () => {
  await onSeeds(10, async (seed) => {
    const members = fusing(seed, 32);
    const expected = await madeAlone(members);
    const draw = seeded(seed);
    const store = new TinyStore();
    await using executor = new FusingExecutor(1 + draw(4), () => turns(draw));
    await runGraph(fakeGraph(members), { store, executor });
    const readers = new Set(members.filter(({ from }) => from?.length).map(({ id }) => id));
    for (const { outputs } of store.results.values()) {
      if (draw(3) === 0) store.damage(outputs.out);
    }
    const force = [...readers].filter(() => draw(2) === 0);
    const events = await runGraph(fakeGraph(members), { store, executor, force });
    assertEquals(digestsOf(events), expected);
    assertEquals(finished(events).ok, true);
  });
});
