// What every task promises that runs several actions as one: a member's bytes are those that it has alone, whoever its
// companions are, in whatever order, on whatever number of threads.

import { assert, assertEquals, assertGreater } from "@std/assert";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import { digestOfArtifact } from "#lib/core/artifact.ts";
import { canonicalJson } from "#lib/core/canonical.ts";
import type { Engine } from "#lib/core/engine.ts";
import type { StageFailure } from "#lib/core/executor.ts";
import type { Member } from "#lib/core/member.ts";
import { portSets } from "#lib/core/resolve.ts";
import type { Result } from "#lib/core/result.ts";
import type { Port, Task, TaskExample } from "#lib/core/task.ts";
import {
  type BundleExport,
  type JobData,
  type JobOutputs,
  runJob,
} from "#lib/executors/run_job.ts";
import { runMany } from "#lib/executors/run_many.ts";
import { rooms } from "#lib/cli/rooms.ts";
import { tasks } from "#tasks/mod.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { processorEngines, wasmEngine } from "#tests/support/engines.ts";
import { seeded } from "#tests/support/random_graph.ts";
import { ownCatalogue } from "#tests/support/task_examples.ts";

const catalogue = ownCatalogue();
const signal = new AbortController().signal;
const numMany = 64;
/** A software adapter takes seconds for more. */
const numOnGpu = 12;

type Plain = Readonly<Record<string, never>>;

/** One example, and other members of its group. */
interface Group {
  readonly bundle: BundleExport;
  readonly jobs: readonly JobData[];
  readonly usesEngine: boolean;
}

for (const load of Object.values(tasks)) {
  const task: Task = (await load()).default;
  if (task.fuse === undefined) continue;
  for (const { label, open } of processorEngines) {
    Deno.test(`the task ${task.name} gives members of a batch their own bytes on ${label}`, async () => {
      // What uses no engine is the same on all of them.
      await assertOwnBytes(task, numMany, open, ({ usesEngine }) => usesEngine || label === "ref");
    });
  }
  gpuTest(
    `the task ${task.name} gives members of a batch their own bytes on webgpu`,
    async (adapter) => {
      const open = () => WebgpuEngine.open(navigator.gpu, adapter);
      await assertOwnBytes(task, numOnGpu, open, ({ usesEngine }) => usesEngine);
    },
  );
}

Deno.test("tasks that fuse on an engine need about as many dispatches for many members as for one", async () => {
  for (const load of Object.values(tasks)) {
    const task: Task = (await load()).default;
    if (task.fuse === undefined) continue;
    for (const example of task.examples) {
      const { bundle, jobs, usesEngine } = await groupOf(task, example);
      if (!usesEngine) continue;
      const dispatches = async (together: readonly JobData[]) => {
        await using engine = wasmEngine(1);
        await ranTogether(bundle, together, engine);
        return engine.counts.dispatches;
      };
      let forOne = 0;
      for (const job of jobs) forOne += await dispatches([job]) / jobs.length;
      const forMany = await dispatches(
        Array.from({ length: numMany }, (_, i) => jobs[i % jobs.length]),
      );
      assertGreater(forOne, 0);
      const said = `${task.name}: ${forMany} dispatches for ${numMany}, ${forOne} for one`;
      assert(forMany <= 1.5 * forOne, said);
    }
  }
});

async function assertOwnBytes(
  task: Task,
  numTogether: number,
  open: () => Engine | Promise<Engine>,
  wanted: (group: Group) => boolean,
): Promise<void> {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const draw = seeded(seed);
  let mostDifferent = 0;
  for (const [i, example] of task.examples.entries()) {
    const group = await groupOf(task, example);
    if (!wanted(group)) continue;
    const { bundle, usesEngine } = group;
    const jobs = [...group.jobs, ...await companionsOf(task, example, group)];
    await using engine = usesEngine ? await open() : undefined;
    const context = { signal, progress: () => {}, ...(engine === undefined ? {} : { engine }) };
    const alone: string[] = [];
    for (const job of jobs) alone.push(textOf(await runJob(bundle, job, context)));
    mostDifferent = Math.max(mostDifferent, new Set(alone).size);
    const last = jobs.length - 1;
    const orders = [
      [0],
      [0, last],
      [last, 0],
      Array.from({ length: numTogether }, () => draw(jobs.length)),
    ];
    for (const order of orders) {
      const made = await ranTogether(bundle, order.map((k) => jobs[k]), engine);
      const where = `example ${i}, seed ${seed}: ${order.length} together`;
      assertEquals(made.map(textOf), order.map((k) => alone[k]), where);
    }
  }
  assertGreater(mostDifferent, 1, "members of all examples are alike");
}

/** Members of other examples that may run with those of a task that sorts out sizes by itself. */
async function companionsOf(task: Task, example: TaskExample, group: Group) {
  if (!task.fuse!.anySizes) return [];
  const others: JobData[] = [];
  for (const other of task.examples.filter((one) => one !== example)) {
    const { jobs, usesEngine } = await groupOf(task, other);
    const agrees = task.fuse!.by.every((param) =>
      canonicalJson((jobs[0].params as Plain)[param] ?? null) ===
        canonicalJson((group.jobs[0].params as Plain)[param] ?? null)
    );
    if (agrees && usesEngine === group.usesEngine) others.push(jobs[0]);
  }
  return others;
}

async function ranTogether(
  bundle: BundleExport,
  jobs: readonly JobData[],
  engine: Engine | undefined,
): Promise<readonly Result<JobOutputs, StageFailure>[]> {
  const results: Result<JobOutputs, StageFailure>[] = [];
  const context = { signal, ...(engine === undefined ? {} : { engine }) };
  const batch = await runMany(bundle, jobs, context, {
    now: () => performance.now(),
    progress: () => {},
    ended: (members) => members.forEach(({ member, result }) => results[member] = result),
  });
  assert(batch.ok, JSON.stringify(batch));
  assertEquals(results.filter((result) => result !== undefined).length, jobs.length);
  return results;
}

/** Digests of what a member gave, or its failure. */
function textOf(result: Result<JobOutputs, StageFailure>): string {
  if (!result.ok) return `${result.error.reason}: ${result.error.message}`;
  return Object.entries(result.value).map(([name, { kind, files }]) =>
    `${name} ${digestOfArtifact(kind, files)}`
  ).join("\n");
}

/** Members like an example: with other seeds, and with their inputs in another order. */
async function groupOf(task: Task, example: TaskExample): Promise<Group> {
  const handle = await catalogue.task(task.name, "/basin");
  const jobs: JobData[] = [];
  const members: Record<string, Member> = {};
  let usesEngine = false;
  const hasSeed = "seed" in task.params.shape && !task.fuse!.by.includes("seed");
  for (const seed of hasSeed ? [0, 1, 2] : [0]) {
    const raw = hasSeed ? { ...example.params, seed } : example.params;
    const resolved = handle.ok ? await handle.value.resolve(raw) : handle;
    if (!resolved.ok) throw new Error(JSON.stringify(resolved.error));
    const { params, members: chosen } = resolved.value;
    const byParam: Record<string, Member> = {};
    const names: Record<string, string> = {};
    for (const [param, { room, name }] of Object.entries(chosen)) {
      names[param] = `${room}/${name}`;
      byParam[param] = members[names[param]] = (await rooms[room].index[name]()).default;
    }
    const numerics = typeof task.numerics === "function"
      ? task.numerics(params as never, byParam)
      : task.numerics;
    usesEngine ||= numerics === "engine";
    for (const inputs of inputOrders(task, params, byParam, example)) {
      jobs.push({ params, members: names, inputs });
    }
  }
  return { bundle: { task, members }, jobs, usesEngine };
}

/** The inputs of an example, and the same with the values of a list, or of two ports of a kind, moved on by one. */
function inputOrders(
  task: Task,
  params: unknown,
  members: Readonly<Record<string, Member>>,
  example: TaskExample,
): readonly JobData["inputs"][] {
  const given = example.inputs?.() ?? {};
  const names = Object.keys(given);
  if (names.length === 0) return [{}];
  const ports = portSets(task, params, members).find((set) => names.every((name) => name in set))!;
  const written = (name: string, value: unknown, i: number) => {
    const { type, coords } = ports[name] as Port<unknown>;
    return { kind: type.kind, files: type.encode(value), coords: coords ? { system: i } : {} };
  };
  const lists = names.map((name) => ports[name].many ? given[name] as unknown[] : [given[name]]);
  // Values move among places of their own kind.
  const kindOf = (name: string) => (ports[name] as Port<unknown>).type.kind;
  const valuesOf = (kind: string) => lists.filter((_, k) => kindOf(names[k]) === kind).flat();
  const turned = [0, 1].map((by) => {
    const at = new Map<string, number>();
    return Object.fromEntries(names.map((name, k) => {
      const kind = kindOf(name);
      const values = valuesOf(kind);
      return [
        name,
        lists[k].map((_, i) => {
          const place = at.get(kind) ?? 0;
          at.set(kind, place + 1);
          return written(name, values[(place + by) % values.length], i);
        }),
      ];
    }));
  });
  return turned;
}
