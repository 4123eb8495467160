// Every disk operation fails once, and from then on, for every n: nothing is ever half there, the failure is told
// with its path and errno, and the next run finds or remakes everything.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { StorageError } from "#lib/core/store.ts";
import { type FsStore, openFsStore } from "#lib/store/fs_store.ts";
import { type SimProcess, SimWorld } from "#tests/support/sim_disk.ts";
import { randomBytes, sample } from "./sample_results.ts";

const actions = [0, 1, 2, 8];
/** Kept by digest only. */
const byDigest = 8;
const reads = { params: ["=/n"], inputs: {} };

function open(process: SimProcess, warnings: string[] = []): Promise<FsStore> {
  return openFsStore(process, "/results/store", {
    index: "/results/index",
    packFrom: 0,
    newId: process.newId,
    groupMs: 20,
    warn: (message) => warnings.push(message),
  });
}

/** A run that stops at the first failure; returns what was durable, and the failure. */
async function run(process: SimProcess): Promise<{ durable: number[]; failure: unknown }> {
  const durable: number[] = [];
  let failure: unknown;
  try {
    await using store = await open(process);
    for (const n of actions) {
      const { key, result, outputs } = sample(n);
      using _lock = await store.lock(key);
      const found = store.lookup(key);
      if (found !== undefined) {
        assertEquals(await store.read(found.outputs.out), outputs.out.files);
        continue;
      }
      if (n === byDigest && store.recall(key) !== undefined) continue;
      const log = randomBytes(n, n === 0 ? 20_000 : 20);
      const commit = await store.commit({ ...result, reads }, outputs, {
        log,
        keep: n === byDigest ? "digest" : "full",
      });
      commit.durable.then(() => durable.push(n), (error) => failure ??= error);
    }
    await store.flush();
    const keys = actions.map((n) => sample(n).key);
    await store.keepRun({ workflow: "w", results: "00", run: "r", keys });
  } catch (error) {
    failure ??= error;
  }
  return { durable, failure };
}

async function settled<T>(world: SimWorld, promise: Promise<T>): Promise<T> {
  await world.run(promise);
  return await promise;
}

for (const errno of ["EIO", "ENOSPC"]) {
  for (const forever of [false, true]) {
    const title = `FsStore survives ${errno} at every operation, ${forever ? "for ever" : "once"}`;
    Deno.test(title, async () => {
      let numFailed = 0;
      for (let at = 1;; at++) {
        const world = new SimWorld({ seed: at });
        world.fail({ at, errno, forever });
        const first = await settled(world, run(world.process()));
        const untouched = world.numOperations < at;
        world.fail(undefined);
        if (first.failure !== undefined) {
          numFailed++;
          assert(first.failure instanceof StorageError, `operation ${at}: ${first.failure}`);
          assertEquals(first.failure.reason, errno);
          assert(first.failure.path.startsWith("/"), first.failure.path);
        }
        if (world.chance() < 0.5) world.cutPower();
        const second = await settled(world, run(world.process()));
        assertEquals(second.failure, undefined, `operation ${at}: the next run failed`);
        const again = first.durable.filter((n) => second.durable.includes(n));
        assertEquals(again, [], `operation ${at}: durable and lost`);
        const third = await settled(world, run(world.process()));
        assertEquals(third, { durable: [], failure: undefined }, `operation ${at}`);
        if (untouched) break;
        assert(at < 2000, "there is no end of operations");
      }
      assert(numFailed > 20, `only ${numFailed} failures were felt`);
    });
  }
}

Deno.test("FsStore reads a store that cannot be written, and says so when asked to write", async () => {
  const world = new SimWorld({ seed: 1 });
  await settled(world, run(world.process()));
  const operations = [
    "create",
    "open",
    "write",
    "mkdir",
    "link",
    "rename",
    "remove",
    "lock",
    "sync",
  ];
  world.fail({ at: 1, errno: "EROFS", forever: true, operations });
  const cached = async () => {
    await using store = await open(world.process());
    for (const n of actions) {
      const { key, outputs } = sample(n);
      const found = store.lookup(key);
      if (n === byDigest) {
        assert(found === undefined && store.recall(key));
        continue;
      }
      assert(found);
      assertEquals(await store.read(found.outputs.out), outputs.out.files);
    }
    const { result, outputs, key } = sample(3);
    const commit = await assertRejects(() => store.commit(result, outputs), StorageError);
    assertEquals(commit.reason, "EROFS");
    assertEquals((await assertRejects(() => store.lock(key), StorageError)).reason, "EROFS");
    assertEquals(store.lookup(key), undefined);
    await store.keepRun({ workflow: "w", results: "00", run: "r", keys: [key] });
  };
  await settled(world, cached());
});

Deno.test("FsStore never calls durable what a sync refused, even if the next sync agrees", async () => {
  for (let at = 1; at <= 12; at++) {
    const world = new SimWorld({ seed: at });
    world.fail({ at, errno: "EIO", operations: ["sync"] });
    const process = world.process();
    const promised: number[] = [];
    const work = async () => {
      const store = await open(process);
      for (const n of [1, 2, 4, 0]) {
        const { result, outputs } = sample(n);
        try {
          await (await store.commit(result, outputs)).durable;
          promised.push(n);
        } catch (error) {
          assert(error instanceof StorageError);
        }
      }
    };
    await settled(world, work());
    assert(promised.length >= 2, `sync ${at}: ${promised}`);
    world.cutPower();
    const check = async () => {
      const store = await open(world.process());
      for (const n of promised) assert(store.lookup(sample(n).key), `sync ${at}: lost action ${n}`);
    };
    await settled(world, check());
  }
});
