// Attempts: retries with back-off and per-attempt resources, lost devices, time-outs.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { CommandJob, StageFailure } from "#lib/core/executor.ts";
import { fakeCommand, fakeGraph, realClock } from "#tests/support/fake_tasks.ts";
import { pause } from "#tests/support/recording_executor.ts";
import { endings, finished, ofType, runGraph } from "#tests/support/scheduling.ts";
import { ScriptedExecutor } from "#tests/support/scripted_executor.ts";
import { TinyStore } from "#tests/support/tiny_store.ts";

const exited: StageFailure = { reason: "exited", message: "ended with code 3", code: 3 };
const lost: StageFailure = { reason: "device-lost", message: "CUDA error: device lost" };

/** Waits pass at once; the lengths asked for are kept. */
function hastyClock() {
  const waits: number[] = [];
  return {
    ...realClock,
    waits,
    after(ms: number, callback: () => void) {
      if (ms < 1000) return realClock.after(ms, callback);
      waits.push(ms / 1000);
      return realClock.after(0, callback);
    },
  };
}

Deno.test("schedule() tries again as often as allowed, with doubled waits", async () => {
  const clock = hastyClock();
  const store = new TinyStore();
  await using executor = new ScriptedExecutor(
    1,
    ({ name, time }) => name === "never" || time < 4 ? exited : undefined,
  );
  const retry = { attempts: 4, backoffSeconds: 5 };
  const graph = fakeGraph([
    { id: "fourth", params: { name: "fourth" }, retry },
    { id: "never", params: { name: "never" }, retry },
    { id: "below", params: { name: "below" }, from: ["never"] },
  ]);
  const events = await runGraph(graph, { store, executor, clock });
  assertEquals(endings(events), { fourth: "ran", never: "failed: exited", below: "skipped" });
  const told = ofType(events, "stage-retried").filter(({ stage }) => stage === "fourth");
  assertEquals(told.map(({ attempt, wait_seconds }) => [attempt, wait_seconds]), [
    [1, 5],
    [2, 10],
    [3, 20],
  ]);
  assertEquals(told[0].failure, exited);
  assertEquals(clock.waits.toSorted((a, b) => a - b), [5, 5, 10, 10, 20, 20]);
  assertEquals(executor.started.length, 8);
  const [made] = store.results.values();
  assertEquals(made.provenance.attempts, 4);
});

Deno.test("schedule() gives each attempt what it asks for, up to what there is", async () => {
  const memories: (number | undefined)[] = [];
  await using executor = new ScriptedExecutor(1, ({ job }) => {
    memories.push((job as CommandJob).grant.memory);
    return { reason: "out-of-memory", message: "out of memory" };
  });
  const resources = [4, 8, 16].map((memory) => ({ cpu: 1, memory, slots: {} }));
  const graph = fakeGraph([{
    id: "a",
    params: { name: "a" },
    command: fakeCommand("fit"),
    resources,
    retry: { attempts: 9, backoffSeconds: 0 },
  }]);
  const machine = { cpus: 1, memory: 10, slots: {} };
  const events = await runGraph(graph, { store: new TinyStore(), executor, machine });
  assertEquals(memories, [4, 8]);
  const { failure } = ofType(events, "stage-failed")[0];
  assertEquals(failure.reason, "out-of-memory");
  assertStringIncludes(failure.message, "not tried again: it asks for 16 B of memory");
});

Deno.test("schedule() holds nothing of the machine while a stage waits for its next attempt", async () => {
  await using executor = new ScriptedExecutor(
    1,
    ({ name, time }) => name === "flaky" && time === 1 ? exited : undefined,
  );
  const graph = fakeGraph([
    { id: "flaky", params: { name: "flaky" }, retry: { attempts: 2, backoffSeconds: 0.03 } },
    { id: "end", params: { name: "end" }, from: ["flaky"] },
    { id: "other", params: { name: "other" } },
  ]);
  const events = await runGraph(graph, { store: new TinyStore(), executor, jobs: 1 });
  assertEquals(executor.started, ["flaky", "other", "flaky", "end"]);
  assertEquals(finished(events).ok, true);
});

Deno.test("schedule() ends without the wait when it is stopped", async () => {
  const control = new AbortController();
  await using executor = new ScriptedExecutor(1, () => exited);
  const graph = fakeGraph([
    { id: "a", params: { name: "a" }, retry: { attempts: 2, backoffSeconds: 1000 } },
  ]);
  setTimeout(() => control.abort("SIGTERM"), 20);
  const events = await runGraph(graph, { store: new TinyStore(), executor }, control.signal);
  assertEquals(endings(events), { a: "skipped" });
  assertEquals(finished(events).interrupted, "SIGTERM");
});

Deno.test("schedule() tries twice more on other devices after one was lost", async () => {
  const used: (readonly number[])[] = [];
  await using executor = new ScriptedExecutor(1, ({ job }) => {
    used.push((job as CommandJob).grant.slots.gpu);
    return lost;
  });
  const graph = (count: number) =>
    fakeGraph([{
      id: "a",
      params: { name: "a" },
      command: fakeCommand("train"),
      resources: [{ cpu: 1, slots: { gpu: count } }],
    }]);
  const machine = { cpus: 1, slots: { gpu: [0, 1, 2, 3] } };
  const events = await runGraph(graph(1), { store: new TinyStore(), executor, machine });
  assertEquals(used, [[0], [1], [2]]);
  assertEquals(endings(events), { a: "failed: device-lost" });
  assertEquals(ofType(events, "stage-retried").length, 2);
  // Where there are no others left, any will do.
  used.length = 0;
  await runGraph(graph(2), { store: new TinyStore(), executor, machine });
  assertEquals(used, [[0, 1], [2, 3], [0, 1]]);
});

Deno.test("schedule() does not count lost devices as the stage's own attempts", async () => {
  const script = [lost, exited, lost, exited, undefined];
  await using executor = new ScriptedExecutor(1, ({ time }) => script[time - 1]);
  const graph = fakeGraph([
    { id: "a", params: { name: "a" }, retry: { attempts: 3, backoffSeconds: 0 } },
  ]);
  const events = await runGraph(graph, { store: new TinyStore(), executor });
  assertEquals(endings(events), { a: "ran" });
  assertEquals(executor.started.length, 5);
});

Deno.test("schedule() times each attempt", async () => {
  await using executor = new ScriptedExecutor(1, async ({ time, options }) => {
    if (time === 1) await pause(5000, options.signal);
  });
  const graph = fakeGraph([{
    id: "a",
    params: { name: "a" },
    timeoutSeconds: 0.02,
    retry: { attempts: 2, backoffSeconds: 0 },
  }]);
  const events = await runGraph(graph, { store: new TinyStore(), executor });
  assertEquals(ofType(events, "stage-retried")[0].failure.reason, "timed-out");
  assertEquals(endings(events), { a: "ran" });
});

Deno.test("schedule() hands the grace on, and counts twins once", async () => {
  const graces: (number | undefined)[] = [];
  await using executor = new ScriptedExecutor(2, ({ options, time }) => {
    graces.push(options.graceMs);
    return time === 1 ? exited : undefined;
  });
  const retry = { attempts: 2, backoffSeconds: 0.005 };
  const graph = fakeGraph([
    { id: "a", params: { name: "same" } },
    { id: "b", params: { name: "same" }, retry },
  ]);
  const events = await runGraph(graph, { store: new TinyStore(), executor, graceMs: 1234 });
  assertEquals(endings(events), { a: "ran", b: "hit" });
  assertEquals(graces, [1234, 1234]);
  assert(finished(events).ok);
});
