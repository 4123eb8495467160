import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { StorageError } from "#lib/core/store.ts";
import { schedule } from "#lib/scheduler/schedule.ts";
import { fakeClosures, fakeDeps, fakeFiles, fakeGraph } from "#tests/support/fake_tasks.ts";
import { pause, RecordingExecutor } from "#tests/support/recording_executor.ts";
import { endings, finished, ofType, runGraph, scheduleDeps } from "#tests/support/scheduling.ts";
import { TinyStore } from "#tests/support/tiny_store.ts";

const chain = fakeGraph([{ id: "a" }, { id: "b", from: ["a"] }, { id: "c", from: ["b"] }]);

Deno.test("schedule() runs what is missing, then finds everything", async () => {
  const store = new TinyStore();
  await using executor = new RecordingExecutor(2);
  const first = await runGraph(chain, { store, executor });
  assertEquals(endings(first), { a: "ran", b: "ran", c: "ran" });
  assertEquals(first[0].type, "run-started");
  assertEquals(ofType(first, "planned")[0], {
    type: "planned",
    stages: 3,
    hit: 0,
    run: 1,
    maybe: 2,
    at: ofType(first, "planned")[0].at,
  });
  const { ok, ran, hit, failed, skipped, stages, run } = finished(first);
  assertEquals({ ok, ran, hit, failed, skipped, stages, run }, {
    ok: true,
    ran: 3,
    hit: 0,
    failed: 0,
    skipped: 0,
    stages: 3,
    run: "run-1",
  });
  assertEquals(first.at(-1)?.type, "run-finished");

  const locks = store.counts.locks;
  const second = await runGraph(chain, { store, executor });
  assertEquals(endings(second), { a: "hit", b: "hit", c: "hit" });
  assertEquals(executor.started.length, 3);
  assertEquals(store.counts.locks, locks);
});

Deno.test("schedule() stops early where the bytes stay equal", async () => {
  const store = new TinyStore();
  await using executor = new RecordingExecutor(2);
  const graph = (lr: number) =>
    fakeGraph([
      { id: "train", params: { lr, buckets: 1 } },
      { id: "analyse", from: ["train"] },
      { id: "plot", from: ["analyse"] },
    ]);
  await runGraph(graph(1), { store, executor });
  const events = await runGraph(graph(2), { store, executor });
  assertEquals(endings(events), { train: "ran", analyse: "hit", plot: "hit" });
  assertEquals(ofType(events, "planned")[0].maybe, 2);
});

Deno.test("schedule() carries equal actions out once", async () => {
  const store = new TinyStore();
  await using executor = new RecordingExecutor(3, (_, { signal }) => pause(5, signal));
  const graph = fakeGraph([
    { id: "x[0]", params: { a: 1 } },
    { id: "x[1]", params: { a: 1 } },
    { id: "y", params: { a: 1 } },
    { id: "end", from: ["x[0]", "x[1]", "y"] },
  ]);
  const events = await runGraph(graph, { store, executor });
  assertEquals(executor.started.length, 2);
  assertEquals(endings(events), { "x[0]": "ran", "x[1]": "hit", y: "hit", end: "ran" });
});

Deno.test("schedule() goes on after a failure, and skips what needs it", async () => {
  await using executor = new RecordingExecutor(1);
  const graph = fakeGraph([
    { id: "bad", params: { fail: true } },
    { id: "below", from: ["bad"] },
    { id: "deep", from: ["below"] },
    { id: "other" },
    { id: "mixed", from: ["other", "deep"] },
  ]);
  const events = await runGraph(graph, { store: new TinyStore(), executor });
  assertEquals(endings(events), {
    bad: "failed: threw",
    below: "skipped",
    deep: "skipped",
    mixed: "skipped",
    other: "ran",
  });
  assertEquals(ofType(events, "stage-skipped").map((event) => event.because), [
    "bad failed",
    "bad failed",
    "bad failed",
  ]);
  assertEquals(finished(events).ok, false);
  const failure = ofType(events, "stage-failed")[0].failure;
  assert(failure.reason === "threw");
  assertEquals(failure.message, "RangeError: told to fail");
  assertStringIncludes(failure.stack ?? "", "tasks/mix.ts");
});

Deno.test("schedule() can stop at the first failure, or let what runs finish", async () => {
  const graph = fakeGraph([
    { id: "bad", params: { fail: true } },
    { id: "long", params: { n: 1 } },
    { id: "later", from: ["long"] },
    { id: "also", params: { n: 2 } },
  ]);
  const run = async (onFailure: "stop" | "finish-running") => {
    await using executor = new RecordingExecutor(
      2,
      ({ params }, { signal }) => pause(params.fail ? 1 : 60, signal),
    );
    return endings(await runGraph(graph, { store: new TinyStore(), executor, onFailure }));
  };
  // The critical path goes first: long, then bad beside it.
  assertEquals(await run("stop"), {
    bad: "failed: threw",
    long: "skipped",
    later: "skipped",
    also: "skipped",
  });
  assertEquals(await run("finish-running"), {
    bad: "failed: threw",
    long: "ran",
    later: "skipped",
    also: "skipped",
  });
});

Deno.test("schedule() runs the producer of lost bytes again, once", async () => {
  const store = new TinyStore();
  await using executor = new RecordingExecutor(2);
  const before = fakeGraph([{ id: "a" }, { id: "b", from: ["a"] }]);
  await runGraph(before, { store, executor });
  for (const manifest of store.results.values()) {
    for (const artifact of Object.values(manifest.outputs)) store.damage(artifact);
  }
  const wider = fakeGraph([
    { id: "a" },
    { id: "b", from: ["a"] },
    { id: "c", from: ["b"] },
    { id: "d", from: ["b", "a"] },
  ]);
  const events = await runGraph(wider, { store, executor });
  assertEquals(endings(events), { a: "ran", b: "ran", c: "ran", d: "ran" });
  assertEquals(ofType(events, "warning").map((event) => event.stage).sort(), ["a", "b"]);
  assertEquals(finished(events).ok, true);
  assertEquals(executor.started.length, 2 + 4);
  // The same bytes as a run that nothing happened to.
  const clean = new TinyStore();
  await runGraph(wider, { store: clean, executor });
  assertEquals(store.blobs, clean.blobs);
});

Deno.test("schedule() gives up on bytes that stay lost", async () => {
  const store = new TinyStore();
  await using executor = new RecordingExecutor(2);
  const graph = fakeGraph([{ id: "a" }, { id: "b", from: ["a"] }, { id: "c", from: ["b"] }]);
  await runGraph(fakeGraph([{ id: "a" }]), { store, executor });
  store.read = () => Promise.resolve(undefined);
  const events = await runGraph(graph, { store, executor });
  assertEquals(endings(events), { a: "ran", b: "failed: threw", c: "skipped" });
  const { failure } = ofType(events, "stage-failed")[0];
  assertStringIncludes(failure.message, "the bytes of a cannot be read back");
});

Deno.test("schedule() makes keys anew when healing changed the bytes", async () => {
  const store = new TinyStore();
  let honest = true;
  await using executor = new RecordingExecutor(1, (job) => {
    if (!honest && job.inputs.in === undefined) Object.assign(job, { params: { other: 1 } });
  });
  await runGraph(fakeGraph([{ id: "a" }]), { store, executor });
  const [manifest] = store.results.values();
  store.damage(manifest.outputs.out);
  honest = false;
  const graph = fakeGraph([{ id: "a" }, { id: "b", from: ["a"] }]);
  const events = await runGraph(graph, { store, executor });
  assertEquals(endings(events), { a: "ran", b: "ran" });
  for (const { action, provenance } of store.results.values()) {
    if (provenance.stage !== "b") continue;
    const made = [...store.results.values()].find((result) => result.provenance.stage === "a")!;
    assertEquals(action.inputs.in[0].digest, made.outputs.out.digest);
  }
});

Deno.test("schedule() stops when told, and leaves nothing half-written", async () => {
  const store = new TinyStore();
  const control = new AbortController();
  await using executor = new RecordingExecutor(2, async ({ params }, { signal }) => {
    if (params.n === 1) control.abort("SIGINT");
    await pause(1000, signal);
  });
  const graph = fakeGraph([
    { id: "p", params: { n: 0 } },
    { id: "q", params: { n: 1 } },
    { id: "r", params: { n: 2 } },
    { id: "s", from: ["p"] },
  ]);
  const events = await runGraph(graph, { store, executor }, control.signal);
  assertEquals(new Set(Object.values(endings(events))), new Set(["skipped"]));
  assertEquals(finished(events).interrupted, "SIGINT");
  assertEquals(finished(events).ok, false);
  assertEquals(store.results.size, 0);
  assertEquals(executor.cancelled, 2);
  const because = ofType(events, "stage-skipped").map((event) => event.because);
  assert(because.includes("interrupted (SIGINT) while it ran"), because.join());
});

Deno.test("schedule() ends without having started when the signal was there first", async () => {
  await using executor = new RecordingExecutor(1);
  const signal = AbortSignal.abort("SIGTERM");
  const events = await runGraph(chain, { store: new TinyStore(), executor }, signal);
  assertEquals(executor.started.length, 0);
  assertEquals(finished(events).interrupted, "SIGTERM");
});

Deno.test("schedule() stops when its reader leaves", async () => {
  await using executor = new RecordingExecutor(1, (_, { signal }) => pause(1000, signal));
  const deps = scheduleDeps({ store: new TinyStore(), executor });
  for await (const event of schedule(chain, deps, new AbortController().signal)) {
    if (event.type === "stage-started") break;
  }
  assertEquals(executor.cancelled, 1);
});

Deno.test("schedule() does not wait for a lock that others hold when it is stopped", async () => {
  const store = new TinyStore();
  const held: { release?: Disposable } = {};
  store.beforeLock = () => {};
  await using executor = new RecordingExecutor(1);
  const keys: string[] = [];
  const original = store.lock.bind(store);
  store.lock = (key) => {
    keys.push(key);
    return original(key);
  };
  await runGraph(fakeGraph([{ id: "a" }]), { store, executor });
  store.results.clear();
  held.release = await original(keys[0] as never);
  const control = new AbortController();
  setTimeout(() => control.abort("SIGINT"), 40);
  const events = await runGraph(fakeGraph([{ id: "a" }]), { store, executor }, control.signal);
  assertEquals(endings(events), { a: "skipped" });
  held.release[Symbol.dispose]();
});

Deno.test("schedule() works on others while a key is locked elsewhere, and takes its result", async () => {
  const graph = fakeGraph([{ id: "a", params: { n: 0 } }, { id: "b", params: { n: 1 } }]);
  const made = new TinyStore();
  await using executor = new RecordingExecutor(1);
  await runGraph(graph, { store: made, executor });
  const elsewhere = [...made.results.values()].find(({ provenance }) => provenance.stage === "a")!;

  const store = new TinyStore();
  const lock = await store.lock(elsewhere.key);
  const events: string[] = [];
  const deps = scheduleDeps({ store, executor });
  for await (const event of schedule(graph, deps, new AbortController().signal)) {
    if (event.type !== "stage-finished") continue;
    events.push(`${event.stage} ${event.how}`);
    if (event.stage !== "b") continue;
    for (const [digest, bytes] of made.blobs) store.blobs.set(digest, bytes);
    store.results.set(elsewhere.key, elsewhere);
    lock[Symbol.dispose]();
  }
  assertEquals(events, ["b ran", "a hit"]);
});

Deno.test("schedule() tells time-outs from other failures", async () => {
  await using executor = new RecordingExecutor(2, (_, { signal }) => pause(1000, signal));
  const graph = fakeGraph([{ id: "slow", timeoutSeconds: 0.02 }]);
  const events = await runGraph(graph, { store: new TinyStore(), executor });
  const { failure } = ofType(events, "stage-failed")[0];
  assertEquals(failure, {
    reason: "timed-out",
    message: "did not finish within its timeout of 0.02 s",
  });
});

Deno.test("schedule() refuses outputs that were not declared", async () => {
  await using executor = new RecordingExecutor(1);
  const graph = fakeGraph([{ id: "a" }]);
  const other = { ...graph, members: graph.members.map((m) => ({ ...m, outputs: { o: "text" } })) };
  const events = await runGraph(other, { store: new TinyStore(), executor });
  assertEquals(ofType(events, "stage-failed")[0].failure, {
    reason: "bad-output",
    message: "the output o (text) is missing",
  });
});

Deno.test("schedule() ends with the store's error, after its last event", async () => {
  const store = new TinyStore();
  store.full = true;
  await using executor = new RecordingExecutor(1);
  const events: string[] = [];
  const deps = scheduleDeps({ store, executor });
  const reading = (async () => {
    for await (const event of schedule(chain, deps, new AbortController().signal)) {
      events.push(event.type);
    }
  })();
  const error = await assertRejects(() => reading, StorageError);
  assertEquals(error.reason, "ENOSPC");
  assertEquals(events.at(-1), "run-finished");
});

Deno.test("schedule() runs forced stages, and those below only if bytes change", async () => {
  const store = new TinyStore();
  await using executor = new RecordingExecutor(2);
  await runGraph(chain, { store, executor });
  const events = await runGraph(chain, { store, executor, force: ["a"] });
  assertEquals(endings(events), { a: "ran", b: "hit", c: "hit" });
  assertEquals(ofType(events, "planned")[0].run, 1);
});

Deno.test("schedule() runs only what is wanted, and what that needs", async () => {
  await using executor = new RecordingExecutor(2);
  const graph = fakeGraph([{ id: "a" }, { id: "b", from: ["a"] }, { id: "z", params: { z: 1 } }]);
  const events = await runGraph(graph, {
    store: new TinyStore(),
    executor,
    only: ["b", "nothing*"],
  });
  assertEquals(endings(events), { a: "ran", b: "ran" });
  assertEquals(finished(events).stages, 2);
  assertEquals(ofType(events, "warning")[0].message, "no stage is called nothing*");
});

Deno.test("schedule() notices an input file that changes during the run", async () => {
  const contents: Record<string, string> = { "data.csv": "1" };
  const files = fakeFiles(contents);
  const graph = fakeGraph([{ id: "a" }, { id: "b", from: ["a"], files: ["data.csv"] }]);
  await using executor = new RecordingExecutor(1, () => {
    contents["data.csv"] = "2";
  });
  const events = await runGraph(graph, { store: new TinyStore(), executor, files });
  assertStringIncludes(ofType(events, "stage-failed")[0].failure.message, "data.csv changed");
});

Deno.test("schedule() says why a stage without a key cannot run", async () => {
  await using executor = new RecordingExecutor(1);
  const deps = fakeDeps({
    closures: fakeClosures({}, { mix: "tasks/mix.ts imports a computed path" }),
  });
  const events = await runGraph(chain, { ...deps, store: new TinyStore(), executor });
  assertEquals(ofType(events, "planned")[0].run, 1 + 2);
  assertStringIncludes(
    ofType(events, "stage-failed")[0].failure.message,
    "imports a computed path",
  );
  assertEquals(endings(events), { a: "failed: threw", b: "skipped", c: "skipped" });
});

Deno.test("schedule() never works on more than it was told, and numbers its workers", async () => {
  await using executor = new RecordingExecutor(8, (_, { signal }) => pause(2, signal));
  const graph = fakeGraph(Array.from({ length: 20 }, (_, i) => ({ id: `x[${i}]`, params: { i } })));
  const events = await runGraph(graph, { store: new TinyStore(), executor, jobs: 3 });
  assertEquals(executor.highest, 3);
  const workers = new Set(ofType(events, "stage-started").map((event) => event.worker));
  assertEquals([...workers].sort(), [0, 1, 2]);
});

Deno.test("schedule() tells progress at most every 100 ms, never backwards", async () => {
  await using executor = new RecordingExecutor(1, async (_, { signal, progress }) => {
    for (let i = 0; i < 30; i++) {
      progress?.(i === 20 ? 0.1 : i / 30, `step ${i}`);
      await pause(10, signal);
    }
  });
  const events = await runGraph(fakeGraph([{ id: "a" }]), { store: new TinyStore(), executor });
  const told = ofType(events, "stage-progress");
  assert(told.length >= 2 && told.length <= 5, `${told.length} progress events`);
  told.slice(1).forEach((event, i) => {
    assert(event.fraction >= told[i].fraction);
    assert(event.at - told[i].at >= 99);
  });
});

Deno.test("schedule() begins with what the longest stages wait for, also those that only may run", async () => {
  await using executor = new RecordingExecutor(1);
  const graph = fakeGraph([
    { id: "a", params: { name: "a" } },
    { id: "b", params: { name: "b" } },
    { id: "c", params: { name: "c" } },
    { id: "after a", params: { name: "after a" }, from: ["a"] },
    { id: "after b", params: { name: "after b" }, from: ["b"] },
    { id: "end", params: { name: "end" }, from: ["after b"] },
  ]);
  const seconds: Readonly<Record<string, number>> = { "after b": 50, "after a": 60, end: 20 };
  await runGraph(graph, {
    store: new TinyStore(),
    executor,
    expectedSeconds: ({ id }) => seconds[id] ?? 1,
  });
  assertEquals(executor.started.map(({ params }) => params.name), [
    "b",
    "after b",
    "a",
    "after a",
    "end",
    "c",
  ]);
});
