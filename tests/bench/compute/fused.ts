// A sweep of 64 members through the scheduler, warm workers and a store in memory: every member a job of its own, and
// all of them fused. What differs is the engine room's overhead: messages, submits, waits for the device.
// The limit of a fused sweep is the time of its arithmetic; that of single runs on a device is one wait for it per member
// (a download takes some 10 ms however little was done).

import { fromFileUrl, join } from "@std/path";
import { findAdapter } from "#gpu/runtime/adapter.ts";
import { createCatalogue } from "#lib/cli/catalogue.ts";
import { rooms } from "#lib/cli/rooms.ts";
import { EsbuildClosures } from "#lib/closure/esbuild_closures.ts";
import type { Executor } from "#lib/core/executor.ts";
import { err } from "#lib/core/result.ts";
import { WorkersExecutor } from "#lib/executors/workers.ts";
import type { RunEngine } from "#lib/scheduler/run_engine.ts";
import { schedule } from "#lib/scheduler/schedule.ts";
import { memoryStore } from "#lib/store/memory_store.ts";
import { expand } from "#lib/workflow/expand.ts";
import type { Graph } from "#lib/workflow/graph.ts";
import { diskInputFiles } from "#lib/workflow/input_files.ts";
import { loadWorkflow } from "#lib/workflow/load.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { tasks } from "#tasks/mod.ts";
import { type Benchmark, type Row, timed } from "./harness.ts";

const root = fromFileUrl(new URL("../../../", import.meta.url)).replace(/\/$/, "");
const { disk, clock } = denoWorld();
const closures = new EsbuildClosures({ disk, clock, root, memory: join(root, "results/closures") });
const memberModule = (room: string, name: string) => join(root, rooms[room].folder, `${name}.ts`);
const numMembers = 64;
const slots = 4;

const sweep = `name: sweep
axes: { seed: "\${{ range(${numMembers}) }}" }
stages:
  states:
    task: simulate
    over: [seed]
    with:
      system: lorenz
      precision: f32
      integrator: rk4
      num_trials: 16
      num_steps: 100
      seed: "\${{ seed }}"
`;

export default {
  name: "fused",
  summary: `a sweep of ${numMembers} stages, fused and one by one, ${slots} workers`,
  async run({ quick }) {
    const graph = await graphOf(sweep);
    const rows: Row[] = [];
    for (const engine of await engines()) {
      await using workers = new WorkersExecutor({ slots });
      const ways: readonly (readonly [string, Executor])[] = [
        ["one by one", alone(workers)],
        ["fused", workers],
      ];
      let digests: string | undefined;
      for (const [way, executor] of ways) {
        const { seconds, result } = await timed(quick ? 3 : 9, () => run(graph, executor, engine));
        digests ??= result.digests;
        if (result.digests !== digests) throw new Error(`${engine.name}: other bytes when ${way}`);
        const first = `${engine.name}, one by one`;
        rows.push({
          work: `simulate, ${numMembers} × 16 trajectories × 100 steps, f32`,
          by: `${engine.name}, ${way}`,
          seconds,
          ...(way === "fused" ? { against: first } : {}),
          note: `${result.fused} of ${numMembers} in batches`,
        });
      }
    }
    return rows;
  },
} satisfies Benchmark;

/** The engines of this machine. */
async function engines(): Promise<readonly RunEngine[]> {
  const found = await findAdapter(navigator.gpu);
  return [
    { name: "ref", numerics: "ref-f64" },
    { name: "wasm", numerics: "wasm-f32" },
    ...(found.ok ? [{ name: "webgpu", numerics: found.value.facts.numerics } as const] : []),
  ];
}

async function graphOf(text: string): Promise<Graph> {
  const catalogue = createCatalogue({
    root,
    tasks,
    rooms,
    userTask: () => Promise.resolve(err("no tasks from files here")),
  });
  const workflow = await loadWorkflow("sweep.yaml", () => Promise.resolve(text), {
    overrides: [],
  });
  const graph = workflow.ok ? await expand(workflow.value, catalogue) : workflow;
  if (!graph.ok) throw new Error(graph.error.map(({ message }) => message).join("\n"));
  return graph.value;
}

/** An executor that runs no batches. */
function alone(executor: Executor): Executor {
  return {
    name: executor.name,
    slots: executor.slots,
    execute: (job, options) => executor.execute(job, options),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Everything from nothing. */
async function run(graph: Graph, executor: Executor, engine: RunEngine) {
  await using store = memoryStore();
  const deps = {
    closures,
    memberModule,
    files: diskInputFiles(disk),
    engineClass: engine.numerics,
    engine,
    deno: Deno.version.deno,
    store,
    executor,
    clock,
    run: "bench",
    basin: "bench",
  };
  const digests: string[] = [];
  let fused = 0;
  for await (const event of schedule(graph, deps, new AbortController().signal)) {
    if (event.type === "stage-failed") throw new Error(event.failure.message);
    if (event.type === "run-finished") fused = event.fused;
    if (event.type !== "stage-finished") continue;
    digests.push(`${event.stage} ${event.outputs.trajectories.digest}`);
  }
  return { digests: digests.sort().join("\n"), fused };
}
