// The laws of the scheduler, on random graphs: order, single flight, failure policies, cancellation, healing, and one
// predicate of the store: every recorded result equals recomputing its action.

import { setImmediate } from "node:timers";
import { assert, assertEquals } from "@std/assert";
import type { Files } from "#lib/core/artifact.ts";
import { digestOfArtifact } from "#lib/core/artifact.ts";
import type { Digest } from "#lib/core/digest.ts";
import type { RunEvent } from "#lib/core/event.ts";
import { table } from "#lib/core/artifacts/table.ts";
import type { CommandJob, JobInput } from "#lib/core/executor.ts";
import { InlineExecutor } from "#lib/executors/inline.ts";
import type { Graph } from "#lib/workflow/graph.ts";
import { fakeClosures, fakeCommand, fakeGraph } from "#tests/support/fake_tasks.ts";
import { growingGraph, type GrowingStage } from "#tests/support/growing_graph.ts";
import { doomed, randomMembers, seeded } from "#tests/support/random_graph.ts";
import { pause, RecordingExecutor } from "#tests/support/recording_executor.ts";
import { endings, finished, ofType, runGraph } from "#tests/support/scheduling.ts";
import { ScriptedExecutor } from "#tests/support/scripted_executor.ts";
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

Deno.test("scheduler: with retries, resources and growth, every key runs once and nothing depends on jobs", async () => {
  await onSeeds(12, async (seed) => {
    const plannedDraw = seeded(seed);
    const stages = randomGrowing(plannedDraw);
    const made: unknown[] = [];
    for (const slots of [1, 3, 6]) {
      const draw = seeded(seed + slots);
      const machine = { cpus: slots, memory: 10, slots: { gpu: [0, 4] } };
      const used = { cpu: 0, memory: 0, gpu: new Set<number>() };
      const keys = new Set<string>();
      await using executor = new ScriptedExecutor(8, async ({ job, name, time, options }) => {
        const { grant, command } = job as CommandJob;
        const gpus = grant.slots.gpu ?? [];
        used.cpu += grant.cpu;
        used.memory += grant.memory ?? 0;
        assert(used.cpu <= machine.cpus && used.memory <= machine.memory);
        for (const gpu of gpus) {
          assert(!used.gpu.has(gpu), `gpu ${gpu} given twice`);
          used.gpu.add(gpu);
        }
        await pause(draw(3), options.signal);
        used.cpu -= grant.cpu;
        used.memory -= grant.memory ?? 0;
        for (const gpu of gpus) used.gpu.delete(gpu);
        const fate = hashOf(name) % 7;
        if (fate === 0) return { reason: "exited", message: "it always fails", code: 1 };
        if (fate === 1 && time === 1) return { reason: "exited", message: "once", code: 1 };
        if (fate === 2 && time <= 2) return { reason: "device-lost", message: "lost" };
        assert(!keys.has(name), `${name} ran twice`);
        keys.add(name);
        assertEquals(command.line, "x");
        return { outputs: { out: tableOutput(hashOf(name) % 4) } };
      });
      const store = new TinyStore();
      const events = await runGraph(growingGraph(stages), { store, executor, machine, jobs: 8 });
      const { stages: total, ran, hit, failed, skipped } = finished(events);
      assertEquals(ran + hit + failed + skipped, total);
      assertEquals([used.cpu, used.memory, used.gpu.size], [0, 0, 0]);
      assert(!JSON.stringify(events).includes("nothing could make it ready"));
      made.push([digestsOf(events), endings(events)]);
      const again = await runGraph(growingGraph(stages), { store, executor, machine, jobs: 8 });
      assertEquals(finished(again).hit, ran + hit);
    }
    assertEquals(made[1], made[0]);
    assertEquals(made[2], made[0]);
  });
});

/** Stages with rows, lists that may do without failed ones, and demands that any machine here can meet. */
function randomGrowing(draw: (below: number) => number): readonly GrowingStage[] {
  const stages: GrowingStage[] = [];
  for (let i = 0; i < 2 + draw(5); i++) {
    const memory = draw(2) === 0 ? { memory: 1 + draw(10) } : {};
    const resources = [{ cpu: 1, ...memory, slots: draw(3) === 0 ? { gpu: 1 + draw(2) } : {} }];
    stages.push({
      name: `s${i}`,
      ...(i > 0 && draw(3) > 0 ? { foreach: `s${draw(i)}` } : {}),
      ...(i > 0 && draw(2) === 0 ? { from: [`s${draw(i)}`] } : {}),
      more: {
        command: fakeCommand("x"),
        resources,
        omit: draw(3) === 0,
        retry: { attempts: 2, backoffSeconds: draw(2) * 0.002 },
      },
    });
  }
  return stages;
}

function tableOutput(numRows: number) {
  const columns = [{ name: "row", type: "number" as const }];
  const rows = Array.from({ length: numRows }, (_, i) => [i]);
  return { kind: "table", files: table.encode({ columns, rows }) };
}

function hashOf(text: string): number {
  let h = 11;
  for (const letter of text) h = (Math.imul(h, 131) + letter.charCodeAt(0)) >>> 0;
  return h >>> 5;
}
