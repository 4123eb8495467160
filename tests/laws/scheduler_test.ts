// The laws of the scheduler, on random graphs: order, single flight, failure policies, cancellation, healing, and one
// predicate of the store: every recorded result equals recomputing its action.

import { setImmediate } from "node:timers";
import { assert, assertEquals } from "@std/assert";
import type { Files } from "#lib/core/artifact.ts";
import { digestOfArtifact } from "#lib/core/artifact.ts";
import type { Digest } from "#lib/core/digest.ts";
import type { RunEvent } from "#lib/core/event.ts";
import type { JobInput } from "#lib/core/executor.ts";
import { InlineExecutor } from "#lib/executors/inline.ts";
import type { Graph } from "#lib/workflow/graph.ts";
import { fakeClosures, fakeGraph } from "#tests/support/fake_tasks.ts";
import { doomed, randomMembers, seeded } from "#tests/support/random_graph.ts";
import { pause, RecordingExecutor } from "#tests/support/recording_executor.ts";
import { endings, finished, ofType, runGraph } from "#tests/support/scheduling.ts";
import { TinyStore } from "#tests/support/tiny_store.ts";

const base = Math.floor(Math.random() * 2 ** 31);

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

/** Jobs take a few turns of the event loop, as the seed has it. */
function jittery(seed: number, slots: number): RecordingExecutor {
  const draw = seeded(seed);
  return new RecordingExecutor(slots, async () => {
    for (let turns = draw(4); turns > 0; turns--) await new Promise((done) => setImmediate(done));
  });
}

Deno.test("scheduler: nothing starts before its inputs, and every key runs once", async () => {
  await onSeeds(40, async (seed) => {
    const graph = fakeGraph(randomMembers(seed));
    await using executor = jittery(seed, 1 + seed % 5);
    const store = new TinyStore();
    const events = await runGraph(graph, { store, executor });
    assertInputsFirst(graph, events);
    const ran = ofType(events, "stage-finished").filter(({ how }) => how === "ran");
    assertEquals(new Set(ran.map(({ key }) => key)).size, ran.length);
    assertEquals(executor.started.length, ran.length);
    assert(executor.highest <= executor.slots);
    assertEquals(finished(events).ran + finished(events).hit, graph.members.length);
    await assertRecomputable(store);
  });
});

Deno.test("scheduler: digests depend neither on workers nor on order", async () => {
  await onSeeds(15, async (seed) => {
    const graph = fakeGraph(randomMembers(seed));
    const made: Record<string, unknown>[] = [];
    for (const slots of [1, 2, 7]) {
      await using executor = jittery(seed + slots, slots);
      const events = await runGraph(graph, { store: new TinyStore(), executor });
      made.push(digestsOf(events));
    }
    assertEquals(made[1], made[0]);
    assertEquals(made[2], made[0]);
  });
});

Deno.test("scheduler: after a failure the expected stages finish, whatever the policy", async () => {
  await onSeeds(30, async (seed) => {
    const members = randomMembers(seed, { oneFailsIn: 8 });
    const graph = fakeGraph(members);
    const lost = doomed(members);
    const could = members.map(({ id }) => id).filter((id) => !lost.has(id));
    for (const onFailure of ["continue", "stop", "finish-running"] as const) {
      await using executor = jittery(seed, 1 + seed % 4);
      const store = new TinyStore();
      const events = await runGraph(graph, { store, executor, onFailure });
      const ended = endings(events);
      const done = members.map(({ id }) => id).filter((id) => /^(ran|hit)$/.test(ended[id]));
      assertEquals(Object.keys(ended).length, members.length);
      if (onFailure === "continue" || lost.size === 0) assertEquals(done, could);
      else assert(done.every((id) => could.includes(id)));
      for (const { id, params } of members) {
        if (ended[id] === "failed: threw") assert(params?.fail === true);
        else if (lost.has(id)) assertEquals(ended[id], "skipped");
      }
      const { ok, stages, ran, hit, failed, skipped } = finished(events);
      assertEquals(ok, lost.size === 0);
      assertEquals(ran + hit + failed + skipped, stages);
      assertInputsFirst(graph, events);
      await assertRecomputable(store);
    }
  });
});

Deno.test("scheduler: an interrupted run resumes without repeating what was finished", async () => {
  await onSeeds(25, async (seed) => {
    const graph = fakeGraph(randomMembers(seed));
    const draw = seeded(seed);
    const undisturbed = new TinyStore();
    await using calm = new RecordingExecutor(2);
    const expected = digestsOf(await runGraph(graph, { store: undisturbed, executor: calm }));

    const store = new TinyStore();
    const control = new AbortController();
    let untilStop = draw(calm.started.length + 1);
    await using first = new RecordingExecutor(2, async (_, { signal }) => {
      if (untilStop-- === 0) control.abort("SIGINT");
      await pause(0, signal);
    });
    await runGraph(graph, { store, executor: first }, control.signal);
    await assertRecomputable(store);
    const kept = store.results.size;
    await using second = new RecordingExecutor(2);
    const events = await runGraph(graph, { store, executor: second });
    assertEquals(digestsOf(events), expected);
    assertEquals(second.started.length, undisturbed.results.size - kept);
    assertEquals(finished(events).ok, true);
  });
});

Deno.test("scheduler: several runs on one store make every result once", async () => {
  await onSeeds(20, async (seed) => {
    const graph = fakeGraph(randomMembers(seed));
    const store = new TinyStore();
    const executors = [1, 2, 3].map((slots) => jittery(seed + slots, slots));
    const runs = await Promise.all(
      executors.map((executor, i) => runGraph(graph, { store, executor, run: `run-${i}` })),
    );
    const started = executors.reduce((sum, executor) => sum + executor.started.length, 0);
    assertEquals(started, store.results.size);
    const made = runs.map(digestsOf);
    assertEquals(made[1], made[0]);
    assertEquals(made[2], made[0]);
    for (const executor of executors) await executor[Symbol.asyncDispose]();
  });
});

Deno.test("scheduler: damage anywhere is found where it matters and healed", async () => {
  await onSeeds(25, async (seed) => {
    const members = randomMembers(seed);
    const draw = seeded(seed);
    const store = new TinyStore();
    await using executor = jittery(seed, 3);
    await runGraph(fakeGraph(members), { store, executor });
    for (const manifest of store.results.values()) {
      if (draw(2) === 0) store.damage(manifest.outputs.out);
    }
    const more = members.map(({ id }, i) => ({ id: `reader[${i}]`, from: [id] }));
    const graph = fakeGraph([...members, ...more]);
    const events = await runGraph(graph, { store, executor });
    assertEquals(finished(events).ok, true);
    await assertRecomputable(store);

    const clean = new TinyStore();
    const expected = digestsOf(await runGraph(graph, { store: clean, executor }));
    assertEquals(digestsOf(events), expected);
  });
});

Deno.test("scheduler: a change of code or of a param moves only what reads it", async () => {
  await onSeeds(20, async (seed) => {
    const members = randomMembers(seed);
    const draw = seeded(seed);
    const store = new TinyStore();
    await using executor = jittery(seed, 2);
    await runGraph(fakeGraph(members), { store, executor });
    const changed = draw(members.length);
    const edited = members.map((member, i) =>
      i === changed ? { ...member, params: { ...member.params, edited: true } } : member
    );
    const graph = fakeGraph(edited);
    const below = new Set([`m[${changed}]`]);
    for (const { id, from } of edited) if (from?.some((p) => below.has(p))) below.add(id);
    const ended = endings(await runGraph(graph, { store, executor }));
    for (const { id } of members) if (!below.has(id)) assertEquals(ended[id], "hit");
    const unused = fakeClosures({ unused: 2 });
    const again = endings(await runGraph(graph, { store, executor, closures: unused }));
    assertEquals(new Set(Object.values(again)), new Set(["hit"]));
    const stirred = fakeClosures({ stir: 2 });
    const coded = endings(await runGraph(graph, { store, executor, closures: stirred }));
    const touched = new Set<string>();
    for (const { id, task, from } of edited) {
      if (task === "stir" || from?.some((p) => touched.has(p))) touched.add(id);
      else assertEquals(coded[id], "hit");
    }
  });
});

Deno.test("scheduler: a chain of 10,000 and a fan of 2,000 need no stack", async () => {
  const chain = fakeGraph(
    Array.from({ length: 10_000 }, (_, i) => ({
      id: `s[${i}]`,
      params: { i },
      from: i === 0 ? [] : [`s[${i - 1}]`],
    })),
  );
  const store = new TinyStore();
  await using executor = new InlineExecutor({ slots: 4 });
  assertEquals(finished(await runGraph(chain, { store, executor })).ran, 10_000);
  assertEquals(finished(await runGraph(chain, { store, executor })).hit, 10_000);
  const broken = fakeGraph(chain.members.map((member, i) => ({
    id: member.id,
    params: i === 0 ? { fail: true } : member.params,
    from: i === 0 ? [] : [`s[${i - 1}]`],
  })));
  assertEquals(finished(await runGraph(broken, { store, executor })).skipped, 9_999);
  const leaves = Array.from({ length: 2000 }, (_, i) => ({ id: `x[${i}]`, params: { i } }));
  const fan = fakeGraph([...leaves, { id: "all", from: leaves.map(({ id }) => id) }]);
  assertEquals(finished(await runGraph(fan, { store, executor })).ok, true);
});

function digestsOf(events: readonly RunEvent[]): Record<string, string> {
  return Object.fromEntries(
    ofType(events, "stage-finished").map(({ stage, outputs }) => [stage, outputs.out.digest]),
  );
}

function assertInputsFirst(graph: Graph, events: readonly RunEvent[]): void {
  const members = new Map(graph.members.map((member) => [member.id, member]));
  const done = new Set<string>();
  for (const event of events) {
    if (event.type === "stage-finished") done.add(event.stage);
    if (event.type !== "stage-started" && event.type !== "stage-finished") continue;
    for (const port of Object.values(members.get(event.stage)!.inputs)) {
      for (const source of port.sources) {
        if (!("from" in source)) continue;
        const producer = graph.members[source.from].id;
        assert(done.has(producer), `${event.stage} came before its input ${producer}`);
      }
    }
  }
}

/** Recomputes every action in the store from its preimage alone, and compares digests. */
async function assertRecomputable(store: TinyStore): Promise<void> {
  await using executor = new InlineExecutor();
  const artifacts = new Map<Digest, Files>();
  for (const { outputs } of store.results.values()) {
    for (const artifact of Object.values(outputs)) {
      const files = await store.read(artifact);
      if (files !== undefined) artifacts.set(artifact.digest, files);
    }
  }
  for (const { action, outputs } of store.results.values()) {
    const closure = await fakeClosures().closure(`/fake/${action.recipe.task}.ts`, {});
    assert(closure.ok);
    if (closure.value.digest !== action.recipe.code) continue;
    const bundle = { digest: closure.value.digest, code: await closure.value.code() };
    const inputs: Record<string, JobInput[]> = {};
    for (const [port, taken] of Object.entries(action.inputs)) {
      const found = taken.map(({ digest }) => artifacts.get(digest));
      if (found.includes(undefined)) return; // damaged and read by nobody
      inputs[port] = found.map((files) => ({ kind: "text", files: files!, coords: {} }));
    }
    const job = { bundle, params: action.params, members: {}, inputs };
    const result = await executor.execute(job, { signal: new AbortController().signal });
    assert(result.ok);
    for (const [name, { kind, files }] of Object.entries(result.value.outputs)) {
      assertEquals(digestOfArtifact(kind, files), outputs[name].digest);
    }
  }
}
