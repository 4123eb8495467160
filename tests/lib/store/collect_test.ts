// gc: what no kept run needs goes, what is known of it stays, and nobody is disturbed.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { StorageError } from "#lib/core/store.ts";
import { check } from "#lib/store/check.ts";
import { collect, type CollectOptions } from "#lib/store/collect.ts";
import { type FsStore, openFsStore } from "#lib/store/fs_store.ts";
import { layoutOf } from "#lib/store/layout.ts";
import { pin, readRoots, unpin } from "#lib/store/roots.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { SimWorld } from "#tests/support/sim_disk.ts";
import { filesBelow } from "#tests/support/stored.ts";
import { largeSize, sample } from "./sample_results.ts";

const world = denoWorld();
const all: CollectOptions = { dryRun: false, keepRuns: 1, graceMs: 0 };

async function inStore(
  run: (
    store: string,
    act: (act: (store: FsStore) => Promise<void>) => Promise<void>,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const store = `${folder}/store`;
  try {
    await run(store, async (act) => {
      await using opened = await openFsStore(world, store, { groupMs: 1 });
      await act(opened);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function commit(store: FsStore, numbers: readonly number[], run: string, results = "aa") {
  for (const n of numbers) await store.commit(sample(n).result, sample(n).outputs);
  await store.keepRun({ workflow: "w", results, run, keys: numbers.map((n) => sample(n).key) });
}

/** Actions whose bytes are there, and those that are known. */
async function left(store: string): Promise<{ whole: number[]; known: number[] }> {
  await using opened = await openFsStore(world, store);
  const numbers = Array.from({ length: 15 }, (_, n) => n);
  return {
    whole: numbers.filter((n) => opened.lookup(sample(n).key)),
    known: numbers.filter((n) => opened.recall(sample(n).key)),
  };
}

Deno.test("collect() frees what the latest runs do not need, and goes on knowing it", () =>
  inStore(async (store, act) => {
    await act((opened) => commit(opened, [1, 2, 5], "r1"));
    await act((opened) => commit(opened, [1, 5, 8], "r2"));
    await act((opened) => opened.commit(sample(11).result, sample(11).outputs).then(() => {}));
    const dry = await collect(world, store, { ...all, dryRun: true });
    const names = dry.freed.map(({ of }) => `${of?.workflow} ${of?.stage} ${of?.name}`).sort();
    assertEquals(names, ["w sample[n=11] out/table.tsv", "w sample[n=2] out/table.tsv"]);
    assertEquals(dry.freed.map(({ size }) => size), [largeSize, largeSize]);
    assertEquals((await left(store)).whole, [1, 2, 5, 8, 11]);
    const young = await collect(world, store, { ...all, graceMs: 60_000 });
    assertEquals([young.freed.length, young.young.files], [0, 2]);
    const report = await collect(world, store, all);
    assertEquals(report.freed.map(({ path }) => path), dry.freed.map(({ path }) => path));
    assertEquals(report.kept, { files: 3, bytes: 3 * largeSize });
    assertEquals(await left(store), { whole: [1, 5, 8], known: [1, 2, 5, 8, 11] });
    assertEquals((await check(world, store)).damage, []);
    // What was freed is made anew if somebody wants it, and is known to be the same.
    await act(async (opened) => {
      const { manifest } = await opened.commit(sample(2).result, sample(2).outputs);
      assertEquals(await opened.read(manifest.outputs.out), sample(2).outputs.out.files);
      assertEquals([...opened.manifests()].length, 5);
    });
  }));

Deno.test("collect() counts different runs of each workflow and results folder, and keeps pins", () =>
  inStore(async (store, act) => {
    await act(async (opened) => {
      await commit(opened, [2], "a1", "aa");
      await commit(opened, [5], "b1", "bb");
      await commit(opened, [5], "b2", "bb");
      await commit(opened, [8], "a2", "aa");
      await commit(opened, [11], "a3", "aa");
      await commit(opened, [11], "a4", "aa");
    });
    const { runs } = await readRoots(world.disk, layoutOf(store));
    await pin(world.disk, world.clock, layoutOf(store), "paper", runs[0]);
    const report = await collect(world, store, { ...all, keepRuns: 2 });
    assertEquals(report.runs.map(({ run }) => run), ["a2", "a4", "b2"]);
    assertEquals(await left(store), { whole: [2, 5, 8, 11], known: [2, 5, 8, 11] });
    assert(await unpin(world.disk, layoutOf(store), "paper"));
    assert(!await unpin(world.disk, layoutOf(store), "paper"));
    await collect(world, store, all);
    assertEquals((await left(store)).whole, [5, 11]);
    assertEquals((await readRoots(world.disk, layoutOf(store))).sets.length, 2);
  }));

Deno.test("collect() frees results of small files and logs as little as they cost", () =>
  inStore(async (store, act) => {
    await act(async (opened) => {
      const log = new TextEncoder().encode("line\n".repeat(5000));
      await opened.commit(sample(0).result, sample(0).outputs, { log });
      await commit(opened, [3], "r");
    });
    const { freed } = await collect(world, store, all);
    assertEquals(freed.map(({ of }) => of?.name), ["log"]);
    assertEquals((await left(store)).whole, [0, 3]);
  }));

Deno.test("collect() leaves a store alone that somebody is using, and one that is damaged", () =>
  inStore(async (store, act) => {
    await act(async (opened) => {
      await commit(opened, [2], "r");
      const refused = await assertRejects(() => collect(world, store, all), StorageError);
      assertStringIncludes(refused.message, "a run is using it");
      assertEquals((await collect(world, store, { ...all, dryRun: true })).freed, []);
    });
    const set = (await filesBelow(layoutOf(store).roots)).find((path) => path.endsWith(".keys"))!;
    await Deno.writeTextFile(set, "");
    const refused = await assertRejects(() => collect(world, store, all), StorageError);
    assertStringIncludes(refused.message, "fsck --repair");
    assertEquals((await left(store)).whole, [2]);
  }));

Deno.test("resultsId() is the same for everybody who asks at the same time", async () => {
  const { resultsId } = await import("#lib/store/roots.ts");
  const folder = await Deno.makeTempDir();
  const ids = await Promise.all([1, 2, 3, 4].map(() => resultsId(world.disk, folder)));
  assertEquals(new Set(ids).size, 1);
  await Deno.remove(folder, { recursive: true });
});

/** How many histories; a longer run sets it from outside. */
const numSeeds = Number(Deno.env.get("BASIN_SIM_SEEDS") ?? 150);

Deno.test("collect() takes nothing from runs that go on, or were cut off, whatever the order", async () => {
  for (let seed = 1; seed <= numSeeds; seed++) {
    const world = new SimWorld({ seed });
    const open = (process = world.process()) =>
      openFsStore(process, "/results/store", {
        index: "/results/index",
        packFrom: 0,
        newId: process.newId,
        groupMs: 20,
      });
    const durable = new Set<number>();
    const work = async (numbers: readonly number[], run: string) => {
      const store = await open();
      for (const n of numbers) {
        const { key, result, outputs } = sample(n);
        const keep = n === 4 ? "digest" : "full";
        using _lock = await store.lock(key);
        const found = store.lookup(key);
        if (found !== undefined) {
          // What a session has found stays as long as it lives.
          const files = await store.read(found.outputs.out);
          assertEquals(files, outputs.out.files, `seed ${seed}: action ${n} was taken away`);
          continue;
        }
        const committed = await store.commit(result, outputs, { keep });
        committed.durable.then(() => durable.add(n), () => {});
      }
      const keys = numbers.map((n) => sample(n).key);
      await store.keepRun({ workflow: "w", results: "00", run, keys });
      await store[Symbol.asyncDispose]();
    };
    const tidy = async () => {
      const process = world.process();
      for (let i = 0; i < 4; i++) {
        try {
          await collect(process, "/results/store", all);
        } catch (error) {
          if (!(error instanceof StorageError)) throw error;
        }
      }
    };
    const run = async (promises: Promise<void>[]) => {
      const all = Promise.all(promises);
      await world.run(all);
      await all;
    };
    await run([work([1, 2], "r1")]);
    await run([work([2, 5, 4], "r2"), tidy(), work([2, 8, 5, 4], "r3")]);
    if (seed % 3 === 0) world.cutPower();
    await run([tidy()]);
    const look = async () => {
      const store = await open();
      for (const n of durable) {
        assert(store.recall(sample(n).key), `seed ${seed}: ${n} is forgotten`);
      }
      await store[Symbol.asyncDispose]();
    };
    await run([look()]);
    await run([work([1, 2, 5, 8, 4], "r4")]);
  }
});

Deno.test("check() and collect() leave what was promised, after power cuts and failures of their own", async () => {
  for (let seed = 1; seed <= numSeeds / 3; seed++) {
    const world = new SimWorld({ seed });
    const durable = new Set<number>();
    const numbers = [1, 2, 5, 0];
    const open = (process = world.process()) =>
      openFsStore(process, "/results/store", {
        index: "/results/index",
        packFrom: 0,
        newId: process.newId,
        groupMs: 20,
      });
    const run = async (work: Promise<void>) => {
      await world.run(work);
      await work;
    };
    const work = async () => {
      const store = await open();
      const reads = { params: ["=/n"], inputs: {} };
      for (const n of numbers) {
        const { key, result, outputs } = sample(n);
        if (store.lookup(key) !== undefined) continue;
        const committed = await store.commit({ ...result, reads }, outputs);
        committed.durable.then(() => durable.add(n), () => {});
      }
      const keys = numbers.map((n) => sample(n).key);
      await store.keepRun({ workflow: "w", results: "00", run: "r", keys });
      await store[Symbol.asyncDispose]();
    };
    work().catch(() => {});
    await world.run(Math.floor(world.chance() * 250));
    world.cutPower();
    const tidy = async (repair: boolean) => {
      const process = world.process();
      await check(process, "/results/store", { repair, jobs: 2 });
      await collect(process, "/results/store", all).catch((error) => {
        // A root that was torn is set aside by the repair only.
        if (repair || !(error instanceof StorageError)) throw error;
      });
    };
    // It may itself be cut off, or fail.
    const cut = tidy(true).catch(() => {});
    if (seed % 2 === 0) {
      await world.run(Math.floor(world.chance() * 120));
      world.cutPower();
    } else {
      world.fail({ at: 1 + Math.floor(world.chance() * 60), errno: "EIO" });
      await world.run(cut);
      world.fail(undefined);
    }
    await run(tidy(true)).catch((error) => {
      throw new Error(`seed ${seed}`, { cause: error });
    });
    const sound = async () => {
      const found = await check(world.process(), "/results/store");
      assertEquals(found.damage, [], `seed ${seed}: not repaired`);
      const store = await open();
      for (const n of durable) {
        assert(
          store.recall(sample(n).key),
          `seed ${seed}: action ${n} was durable and is forgotten`,
        );
      }
      await store[Symbol.asyncDispose]();
    };
    await run(sound());
    await run(work());
    const whole = async () => {
      const store = await open();
      for (const n of numbers) {
        const found = store.lookup(sample(n).key);
        assert(found, `seed ${seed}: action ${n} did not heal`);
        assertEquals(await store.read(found.outputs.out), sample(n).outputs.out.files);
      }
      await store[Symbol.asyncDispose]();
    };
    await run(whole());
  }
});
