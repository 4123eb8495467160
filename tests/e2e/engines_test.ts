// A sweep on each engine through the real command line: every event names the engine that did the work, no engine passes
// for another, and members are the same alone and fused.

import { assertEquals, assertGreater } from "@std/assert";
import type { RunEvent } from "#lib/core/event.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { copyProject, type Ran } from "#tests/support/project.ts";

const numMembers = 6;
const workflow = `name: sweep
axes: { seed: "\${{ range(${numMembers}) }}" }
stages:
  states:
    task: simulate
    over: [seed]
    with:
      system: lorenz
      precision: f32
      integrator: rk4
      num_trials: 3
      num_steps: 10
      seed: "\${{ seed }}"
  wide:
    task: simulate
    with: { system: lorenz, precision: f32, integrator: rk4, num_trials: 900, num_steps: 4 }
    resources: { cpu: 2 }
  double:
    task: simulate
    with: { system: lorenz, num_trials: 2, num_steps: 5 }
`;
const file = "study/sweep.yaml";

/** Engines by stage, as events tell. */
function enginesOf(events: readonly RunEvent[]): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    events.flatMap((event) => event.type === "stage-finished" ? [[event.stage, event.engine]] : []),
  );
}

async function assertOnEngine(engine: string, numerics: string): Promise<Ran> {
  await using project = await copyProject({ [file]: workflow });
  const fused = await project.run([file, "--engine", engine, "--jobs", "2"]);
  const expected = Array.from({ length: numMembers }, (_, i) => [`states[seed=${i}]`, numerics]);
  assertEquals(enginesOf(fused.events), {
    ...Object.fromEntries(expected),
    wide: numerics,
    double: undefined,
  });
  const started = fused.events.find(({ type }) => type === "run-started");
  assertEquals(started?.type === "run-started" && started.engine, numerics);
  assertEquals(fused.last.fused, numMembers);
  const alone = await project.run(
    [file, "--engine", engine, "--only", "states[seed=4]", "--store", "results/alone"],
  );
  assertEquals(alone.last.fused, 0);
  const output = "states[seed=4].trajectories";
  assertEquals(alone.digests[output], fused.digests[output]);
  // Threads of the engine, in a worker that has no permissions and none of its own.
  const narrow = await project.run(
    [file, "stages.wide.resources.cpu=1", "--engine", engine, "--only", "wide", "--force", "wide"],
  );
  assertEquals(narrow.digests, { "wide.trajectories": fused.digests["wide.trajectories"] });
  assertEquals(narrow.last.ran, 1);
  // Another engine finds nothing of it, but what depends on none.
  const other = await project.run([
    file,
    "--engine",
    engine === "ref" ? "wasm" : "ref",
    "--jobs",
    "2",
  ]);
  assertEquals([other.last.ran, other.hit], [numMembers + 1, ["double"]]);
  return fused;
}

for (const [engine, numerics] of [["wasm", "wasm-f32"], ["ref", "ref-f64"]]) {
  Deno.test(`run --engine ${engine} computes on that engine, and says so`, async () => {
    const { digests } = await assertOnEngine(engine, numerics);
    assertGreater(Object.keys(digests).length, numMembers);
  });
}

gpuTest("run --engine webgpu computes on that engine, and says so", async ({ facts }) => {
  await assertOnEngine("webgpu", facts.numerics);
});
