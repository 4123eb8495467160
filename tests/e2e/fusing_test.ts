// A user's task that runs many members as one, through the real command line: what is planned and told, and that a run
// that is killed in mid-batch loses only the members that had not ended.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { copyProject, type Project } from "#tests/support/project.ts";
import { withSeed } from "#tests/support/with_seed.ts";

const numMembers = 32;

/** A task that hashes; members of a batch are done one after the other, and told as they are. */
const hashTask = (fuse: string) =>
  `import { defineTask, file, z } from "basin";

function hashed({ seed, work }: { seed: number; work: number }): Uint8Array {
  if (seed === 13 && work === 13) throw new RangeError("unlucky");
  let h = seed + 1;
  for (let i = 0; i < work; i++) h = Math.imul(h ^ i, 16777619);
  return new Uint8Array(20000).fill(h & 255).fill(seed, 0, 10);
}

export default defineTask({
  name: "hash",
  summary: "Hashes.",
  version: 1,
  numerics: "exact",
  params: z.strictObject({ seed: z.int(), work: z.int() }),
  inputs: {},
  outputs: { data: file },
  examples: [],
  run: (_context, params) => ({ data: hashed(params) }),
  ${fuse}
});
`;

const fuse = `fuse: { by: ["work"], most: 16 },
  async runMany(_context, members) {
    console.log("a batch of " + members.length);
    for (const { params, finish, fail } of members) {
      try {
        finish({ data: hashed(params) });
      } catch (error) {
        fail(error);
      }
      await null;
    }
  },`;

const workflow = (task: string, work: number) =>
  `name: sweep
axes: { seed: "\${{ range(${numMembers}) }}" }
stages:
  sweep:
    task: ./${task}.ts
    over: [seed]
    with: { seed: "\${{ seed }}", work: ${work} }
`;

async function projectWith(work: number): Promise<Project> {
  return await copyProject({
    "study/sweep.yaml": workflow("hash", work),
    "study/alone.yaml": workflow("alone", work),
    "study/hash.ts": hashTask(fuse),
    "study/alone.ts": hashTask(""),
  });
}

Deno.test("run makes of a batch what it makes alone, says so, and keeps what fails apart", async () => {
  await using project = await projectWith(13);
  const plan = await project.basin("plan", ["study/sweep.yaml", "--json"]);
  const { stages_by_name: [planned] } = JSON.parse(plan.stdout);
  const { batches } = planned as { batches: number[] };
  assertEquals(batches.reduce((sum, size) => sum + size, 0), numMembers);
  assert(batches.every((size) => size <= 16));
  const shown = await project.basin("plan", ["study/sweep.yaml"]);
  assertStringIncludes(shown.stdout, "fused");
  const alone = await project.run(["study/alone.yaml"], { code: 1 });
  const ran = await project.run(["study/sweep.yaml", "--jobs", "2"], { code: 1 });
  assertEquals(ran.digests, alone.digests);
  assertEquals([ran.last.ran, ran.last.failed, ran.last.fused], [31, 1, 31]);
  assertEquals([alone.last.ran, alone.last.failed, alone.last.fused], [31, 1, 0]);
  assertEquals(ran.failed, ["sweep[seed=13]"]);
  const started = ran.events.flatMap((event) =>
    event.type === "stage-started" ? [event.fused] : []
  );
  assertEquals(started, Array.from({ length: numMembers }, () => 16));
  const { batches: recorded } = JSON.parse(await project.read(`${ran.last.run}/plan.json`));
  assertEquals(recorded, { sweep: [16, 16] });
  // One is missing now.
  const again = await project.run(["study/sweep.yaml", "--jobs", "2"], { code: 1 });
  assertEquals([again.last.hit, again.last.failed, again.last.fused], [31, 1, 0]);
});

Deno.test("run, killed in mid-batch, loses only members in flight", () =>
  withSeed(async (draw) => {
    await using project = await projectWith(20_000_000);
    const calm = await project.run(["study/alone.yaml", "--store", "results/calm"]);
    const args = ["study/sweep.yaml", "--jobs", "2"];
    const running = project.start("run", [...args, "--json"]);
    let left = 3 + draw(12);
    for await (const line of running.lines) {
      if (line.includes(`"stage-finished"`) && --left === 0) break;
    }
    running.kill("SIGKILL");
    const { signal, events } = await running.outcome;
    assertEquals(signal, "SIGKILL");
    const finished = events.flatMap((event) =>
      event.type === "stage-finished" ? [event.stage] : []
    );
    assert(finished.length >= 3 && finished.length < numMembers, `${finished.length}`);
    const resumed = await project.run(args);
    assertEquals(resumed.digests, calm.digests);
    const lost = finished.filter((stage) => !resumed.hit.includes(stage));
    assertEquals(lost, [], "told as finished, and yet run again");
    assertEquals(resumed.last.ran + resumed.last.hit, numMembers);
  }));
