// When members run as one: with whom, how many, and what each is told and keeps.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { RunEvent } from "#lib/core/event.ts";
import { schedule } from "#lib/scheduler/schedule.ts";
import { fakeGraph, type FakeMember, realClock } from "#tests/support/fake_tasks.ts";
import { FusingExecutor } from "#tests/support/fusing_executor.ts";
import { endings, finished, ofType, runGraph, scheduleDeps } from "#tests/support/scheduling.ts";
import { TinyStore } from "#tests/support/tiny_store.ts";

const fuse = { by: ["units"] };

/** Members of one stage. */
function sweep(num: number, more: (i: number) => Partial<FakeMember> = () => ({})): FakeMember[] {
  return Array.from(
    { length: num },
    (_, i) => ({ id: `m[${i}]`, params: { i }, fuse, ...more(i) }),
  );
}

/** Known to be quick: nothing keeps batches small. */
const expectedSeconds = () => 1e-3;

function warnings(events: readonly RunEvent[]): readonly string[] {
  return ofType(events, "warning").map(({ message }) => message);
}

Deno.test("schedule() runs what is ready of a group as one, cut evenly over the workers", async () => {
  for (const [slots, sizes] of [[1, [64]], [4, [16, 16, 16, 16]], [3, [22, 22, 20]]] as const) {
    await using executor = new FusingExecutor(slots);
    const events = await runGraph(fakeGraph(sweep(64)), {
      store: new TinyStore(),
      executor,
      expectedSeconds,
    });
    assertEquals([...executor.sizes].sort(), [...sizes].sort());
    const { ran, fused } = finished(events);
    assertEquals([ran, fused], [64, 64]);
    assert(ofType(events, "stage-started").every(({ fused }) => sizes.includes(fused as never)));
  }
});

Deno.test("schedule() makes no batches of different groups, nor larger ones than allowed", async () => {
  await using executor = new FusingExecutor(1);
  const members = [
    ...sweep(6, (i) => ({ params: { i, units: i % 2 } })),
    { id: "slow", params: { units: 0, a: 1 }, fuse, timeoutSeconds: 60 },
    {
      id: "large",
      params: { units: 0, a: 2 },
      fuse,
      resources: [{ cpu: 1, memory: 9, slots: {} }],
    },
    { id: "other", params: { units: 0 }, fuse: { by: ["units"], most: 7 }, task: "stir" },
    { id: "none", params: { units: 0, a: 3 } },
  ];
  const events = await runGraph(fakeGraph(members), {
    store: new TinyStore(),
    executor,
    expectedSeconds,
  });
  assertEquals([...executor.sizes].sort(), [1, 1, 1, 1, 3, 3]);
  assertEquals(finished(events).fused, 6);
  await using small = new FusingExecutor(1);
  const limited = sweep(10, () => ({ fuse: { by: [], most: 4 } }));
  await runGraph(fakeGraph(limited), { store: new TinyStore(), executor: small, expectedSeconds });
  assertEquals(small.sizes, [4, 4, 2]);
});

Deno.test("schedule() tells groups apart by the sizes of what they read", async () => {
  await using executor = new FusingExecutor(1);
  const members = [
    // Texts of one and of several digits.
    ...Array.from(
      { length: 4 },
      (_, i) => ({ id: `p[${i}]`, params: { i, ...(i < 2 ? { buckets: 1 } : {}) } }),
    ),
    ...sweep(4, (i) => ({ from: [`p[${i}]`], coords: true })),
  ];
  const events = await runGraph(fakeGraph(members), {
    store: new TinyStore(),
    executor,
    expectedSeconds,
  });
  assertEquals(finished(events).ok, true);
  for (const jobs of executor.batches) {
    const read = jobs.map(({ inputs }) => inputs.in?.map(({ files }) => files["text.txt"].length));
    assertEquals(new Set(read.map((sizes) => JSON.stringify(sizes))).size, 1);
  }
});

Deno.test("schedule() gives a batch the memory of all its members, and no more than there is", async () => {
  const members = sweep(10, () => ({ resources: [{ cpu: 1, memory: 10, slots: {} }] }));
  const machine = { cpus: 4, memory: 40, slots: {} };
  let now = 0;
  let most = 0;
  const watched = new FusingExecutor(4, async (jobs) => {
    most = Math.max(most, now += jobs.length);
    await new Promise((done) => setTimeout(done, 1));
    now -= jobs.length;
  });
  await runGraph(fakeGraph(members), { store: new TinyStore(), executor: watched, machine });
  assert(most <= 4, `${most} at a time`);
  await watched[Symbol.asyncDispose]();
});

Deno.test("schedule() keeps nobody waiting for company, and lets groups grow while all are busy", async () => {
  const gates = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
  await using executor = new FusingExecutor(2, async ([{ params }]) => {
    if (params.gate !== undefined) await gates[params.gate as number].promise;
  });
  const members: FakeMember[] = [
    ...gates.map((_, i) => ({ id: `p[${i}]`, params: { gate: i, buckets: 1 } })),
    ...sweep(4, (i) => ({ from: [`p[${i}]`] })),
  ];
  const store = new TinyStore();
  const running = runGraph(fakeGraph(members), { store, executor });
  const turn = () => new Promise((done) => setTimeout(done, 1));
  // However long a busy machine takes for it; whatever is started at the same moment is there, too.
  const settled = async (num: number) => {
    while (executor.sizes.length < num) await turn();
    for (let i = 0; i < 5; i++) await turn();
  };
  await settled(2);
  assertEquals(executor.sizes, [1, 1]); // the first two producers
  gates[0].resolve();
  await settled(3);
  gates[1].resolve();
  await settled(4);
  // The other producers are more urgent; both workers are busy with them, and two readers wait.
  assertEquals(executor.sizes, [1, 1, 1, 1]);
  gates[2].resolve();
  await settled(6);
  // Three readers, two workers: a worker that is free takes half of them, or one that is alone at once.
  assertEquals(executor.sizes.slice(4), [2, 1]);
  gates[3].resolve();
  assertEquals(finished(await running).ok, true);
  assertEquals(executor.sizes.slice(4), [2, 1, 1]);
});

Deno.test("schedule() gives a batch the time of its members one after the other, and halves it then", async () => {
  const stuck = new Set([3]);
  // Time passes only while a job is stuck: a busy machine must not time out what does its work.
  const timers = new Map<() => void, number>();
  const clock = {
    ...realClock,
    after(ms: number, go: () => void) {
      if (![10, 20, 40].includes(ms)) return realClock.after(ms, go);
      timers.set(go, ms);
      return () => void timers.delete(go);
    },
  };
  await using executor = new FusingExecutor(1, async (jobs, signal) => {
    if (!jobs.some(({ params }) => stuck.has(params.i as number))) return;
    const ended = new Promise<void>((done) => signal.addEventListener("abort", () => done()));
    assertEquals([...timers.values()], [10 * jobs.length]);
    for (const go of [...timers.keys()]) go();
    await ended;
  });
  const members = sweep(4, () => ({ timeoutSeconds: 0.01 }));
  const events = await runGraph(fakeGraph(members), {
    store: new TinyStore(),
    executor,
    expectedSeconds,
    clock,
  });
  assertEquals(endings(events), {
    "m[0]": "ran",
    "m[1]": "ran",
    "m[2]": "ran",
    "m[3]": "failed: timed-out",
  });
  assertStringIncludes(
    warnings(events)[0],
    "timed-out: did not finish within its timeout of 0.04 s",
  );
  assertEquals(
    ofType(events, "stage-failed")[0].failure.message,
    "did not finish within its timeout of 0.01 s",
  );
});

Deno.test("schedule() counts as attempts of a member only what breaks it alone", async () => {
  let times = 0;
  await using executor = new FusingExecutor(1, (jobs) => {
    const failure = { reason: "crashed", message: "broke" } as const;
    if (jobs.length > 1 || (jobs[0].params.i === 1 && ++times < 3)) return { failure };
  });
  const members = sweep(3, () => ({ retry: { attempts: 3, backoffSeconds: 0 } }));
  const store = new TinyStore();
  const events = await runGraph(fakeGraph(members), { store, executor });
  assertEquals(finished(events).ok, true);
  const attempts = [...store.results.values()].map((
    { provenance },
  ) => [provenance.stage, provenance.attempts]);
  assertEquals(Object.fromEntries(attempts), { "m[0]": undefined, "m[1]": 3, "m[2]": undefined });
  assertEquals(ofType(events, "stage-retried").map(({ attempt }) => attempt), [1, 2]);
  assertEquals(finished(events).fused, 0);
});

Deno.test("schedule() leaves out members that others hold, and takes what they make", async () => {
  const store = new TinyStore();
  const members = sweep(4);
  await using calm = new FusingExecutor(1);
  const keys = await runGraph(fakeGraph(members), { store: new TinyStore(), executor: calm });
  const held = ofType(keys, "stage-finished").find(({ stage }) => stage === "m[2]")!.key;
  const lock = await store.lock(held);
  await using executor = new FusingExecutor(2);
  const running = runGraph(fakeGraph(members), { store, executor, jobs: 1 });
  while (store.results.size < 3) await new Promise((done) => setTimeout(done, 1));
  // The one that is held does not come, however long one waits.
  await new Promise((done) => setTimeout(done, 20));
  assertEquals(store.results.size, 3);
  lock[Symbol.dispose]();
  assertEquals(finished(await running).ran, 4);
  assertEquals(executor.sizes.reduce((sum, size) => sum + size, 0), 4);
});

Deno.test("schedule() keeps what a batch prints with each of its members", async () => {
  const store = new TinyStore();
  const logged: [string, string][] = [];
  await using inner = new FusingExecutor(1);
  const executor = {
    name: "printing",
    slots: 1,
    execute: inner.execute.bind(inner),
    executeMany(...[jobs, options]: Parameters<FusingExecutor["executeMany"]>) {
      options.log?.(new TextEncoder().encode("step 1\n"));
      return inner.executeMany(jobs, options);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const log = (stage: string, _: number, bytes: Uint8Array) => {
    logged.push([stage, new TextDecoder().decode(bytes)]);
  };
  await runGraph(fakeGraph(sweep(2)), { store, executor, log });
  assertEquals(logged, [["m[0]", "step 1\n"], ["m[1]", "step 1\n"]]);
  for (const manifest of store.results.values()) assertEquals(manifest.log?.size, 7);
});

Deno.test("schedule() refuses what a batch should not have given, member by member", async () => {
  await using inner = new FusingExecutor(1);
  const executor = {
    name: "odd",
    slots: 1,
    execute: inner.execute.bind(inner),
    executeMany(...[jobs, options]: Parameters<FusingExecutor["executeMany"]>) {
      return inner.executeMany(jobs, {
        ...options,
        finished(member, result) {
          if (member === 0) return;
          options.finished(member, result);
          options.finished(member, result);
          if (member === 1) options.finished(2, { ok: true, value: { outputs: {}, seconds: 0 } });
        },
      });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const store = new TinyStore();
  const events = await runGraph(fakeGraph(sweep(4)), { store, executor });
  const bad = "failed: bad-output";
  assertEquals(endings(events), { "m[0]": bad, "m[1]": "ran", "m[2]": bad, "m[3]": "ran" });
  assertEquals(store.counts.commits, 2);
});

Deno.test("schedule() ends with the store's error in mid-batch, too", async () => {
  const store = new TinyStore();
  store.full = true;
  await using executor = new FusingExecutor(1);
  let thrown: unknown;
  try {
    await runGraph(fakeGraph(sweep(8)), { store, executor });
  } catch (error) {
    thrown = error;
  }
  assertStringIncludes(String(thrown), "ENOSPC");
});

Deno.test("schedule() fuses few members on a processor until they are known to be quick", async () => {
  for (const [seconds, sizes] of [[0.5, [4, 6]], [30, [1, 9]], [undefined, [4, 6]]] as const) {
    await using executor = new FusingExecutor(1);
    const store = new TinyStore();
    const expectedSeconds = () => seconds;
    await runGraph(fakeGraph(sweep(10)), { store, executor, expectedSeconds });
    assertEquals([...executor.sizes], [...sizes]);
  }
});

Deno.test("schedule() blames no member for a batch that breaks when the run has stopped", async () => {
  for (const onFailure of ["finish-running", "stop"] as const) {
    const [running, failed] = [0, 0].map(() => Promise.withResolvers<void>());
    await using executor = new FusingExecutor(2, async (jobs) => {
      if (jobs.length === 1) return running.promise;
      running.resolve();
      await failed.promise;
      return { failure: { reason: "device-lost", message: "gone" }, after: 1 };
    });
    const members = [{ id: "bad", params: { fail: true } }, ...sweep(4)];
    const deps = scheduleDeps({ store: new TinyStore(), executor, onFailure, expectedSeconds });
    const events: RunEvent[] = [];
    for await (const event of schedule(fakeGraph(members), deps, new AbortController().signal)) {
      events.push(event);
      if (event.type === "stage-failed") failed.resolve();
    }
    const { ran, skipped } = finished(events);
    assertEquals([ran + skipped, finished(events).failed], [4, 1], onFailure);
    assertEquals(endings(events).bad, "failed: threw");
    assertEquals(executor.sizes, [1, 2]);
  }
});
