// The law of states on the way: they cost or save time, and change nothing else. Walks are run again and again with
// bounds that rise and fall, alone and many as one, stopped at any moment, on states that are whole, damaged, moved to
// where they do not belong, or gone: every result has the bytes that it has where there are no states.

import { assert, assertEquals } from "@std/assert";
import { dirname } from "@std/path";
import { digestOf, digestOfValue } from "#lib/core/digest.ts";
import type { ClosureSource } from "#lib/core/closure.ts";
import { ok } from "#lib/core/result.ts";
import { WorkersExecutor } from "#lib/executors/workers.ts";
import { schedule } from "#lib/scheduler/schedule.ts";
import { check } from "#lib/store/check.ts";
import { openFsStore } from "#lib/store/fs_store.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { fakeGraph, type FakeMember } from "#tests/support/fake_tasks.ts";
import { scheduleDeps } from "#tests/support/scheduling.ts";
import { filesBelow } from "#tests/support/stored.ts";
import { walkBundle, walkValues } from "#tests/support/walk_task.ts";
import { withSeed } from "#tests/support/with_seed.ts";

type Draw = (below: number) => number;

const numHistories = 3;
const numRuns = 9;

const closures: ClosureSource = {
  closure: () =>
    Promise.resolve(ok({
      digest: digestOf(walkBundle),
      modules: {},
      code: () => Promise.resolve(walkBundle),
    })),
};

/** Some walks, many of which go the same way for a while. */
function randomWalks(draw: Draw, most: number) {
  const fuse = { by: ["work"], most };
  return Array.from({ length: 1 + draw(5) }, (_, i) => {
    const way = { seed: draw(3), rate: 3.8 + draw(2) / 10, work: 20 };
    const bounds = { rounds: draw(14), stop_above: [1, 0.9, 0.8][draw(3)], label: `${draw(3)}` };
    const fails = draw(12) === 0 ? { fail_in: 1 + draw(10) } : {};
    const member: FakeMember = {
      id: `walk[i=${i}]`,
      task: "walk",
      params: { ...way, ...bounds, ...fails },
      numerics: "f64",
      outputs: { walk: "numbers" },
      continues: digestOfValue(way),
      fuse,
    };
    return { member, params: { ...way, ...bounds } };
  });
}

/** Hurts some states below the store. */
async function hurt(draw: Draw, folder: string): Promise<void> {
  const paths = (await filesBelow(`${folder}/store/states`)).sort();
  for (const path of paths) {
    if (draw(4) !== 0) continue;
    const bytes = await Deno.readFile(path);
    const other = paths[draw(paths.length)];
    switch (draw(5)) {
      case 0:
        bytes[draw(bytes.length)] ^= 1 << draw(8);
        break;
      case 1:
        await Deno.writeFile(path, bytes.subarray(0, draw(bytes.length)));
        continue;
      case 2:
        await Deno.remove(path);
        continue;
      case 3:
        await Deno.writeFile(path, await Deno.readFile(other).catch(() => bytes));
        continue;
      default:
        // A good state under the name of another.
        await Deno.writeFile(`${dirname(other)}/round%20${1 + draw(13)}`, bytes);
        continue;
    }
    await Deno.writeFile(path, bytes);
  }
}

/** One run; returns how many of its results were found whole or in part. */
async function run(
  draw: Draw,
  folder: string,
  executor: WorkersExecutor,
  force: boolean,
): Promise<number> {
  const walks = randomWalks(draw, draw(2) === 0 ? 1 : 64);
  await using store = await openFsStore(denoWorld(), `${folder}/store`, { groupMs: 1 });
  const stop = new AbortController();
  let left = draw(3) === 0 ? draw(8) : Infinity;
  let numContinued = 0;
  const graph = fakeGraph(walks.map(({ member }) => member));
  const deps = scheduleDeps({ store, executor, closures, ...(force ? { force: ["*"] } : {}) });
  for await (const event of schedule(graph, deps, stop.signal)) {
    if (event.type === "stage-progress" && left-- === 0) stop.abort("enough");
    if (event.type !== "stage-finished") continue;
    const { params } = walks.find(({ member }) => member.id === event.stage)!;
    const manifest = store.lookup(event.key);
    const files = manifest && await store.read(manifest.outputs.walk);
    const expected = walkValues(params);
    assertEquals(files?.values, new Uint8Array(Float64Array.from(expected).buffer));
    const { continued } = event;
    if (continued === undefined) continue;
    assert(!force, "what is forced finds nothing");
    numContinued++;
    assertEquals(continued.found + continued.computed, expected.length - 1);
    assert(continued.found > 0);
    assertEquals(event.how, continued.computed === 0 ? "hit" : "ran");
    if (continued.computed === 0 || event.how === "hit") continue;
    const { space, work } = manifest!.provenance.states!;
    assertEquals([space.length, work], [71, continued]);
  }
  return numContinued;
}

Deno.test("states: whatever is found or damaged, however runs end, results have the same bytes", () =>
  withSeed(async (draw) => {
    await using executor = new WorkersExecutor({ slots: 2 });
    let numContinued = 0;
    for (let history = 0; history < numHistories; history++) {
      const folder = await Deno.makeTempDir();
      try {
        for (let i = 0; i < numRuns; i++) {
          numContinued += await run(draw, folder, executor, draw(8) === 0);
          if (draw(2) === 0) await hurt(draw, folder);
        }
        await check(denoWorld(), `${folder}/store`, { repair: true });
        const { damage } = await check(denoWorld(), `${folder}/store`);
        assertEquals(damage, []);
        numContinued += await run(draw, folder, executor, false);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    }
    assert(numContinued > 0, "nothing was continued");
  }));
