// push and pull: only what is missing, verified, whole or not at all.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Disk, DiskError } from "#lib/core/disk.ts";
import { traceKey } from "#lib/core/trace.ts";
import { check } from "#lib/store/check.ts";
import { type FsStore, type FsStoreOptions, openFsStore } from "#lib/store/fs_store.ts";
import { layoutOf } from "#lib/store/layout.ts";
import { transfer } from "#lib/store/transfer.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { SimWorld } from "#tests/support/sim_disk.ts";
import { filesBelow } from "#tests/support/stored.ts";
import { largeSize, sample } from "./sample_results.ts";

const reads = { params: ["=/n"], inputs: {} };

async function inRooms(
  run: (here: string, there: string, warnings: string[]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(`${folder}/here`, `${folder}/there`, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function open(path: string, options: FsStoreOptions = {}): Promise<FsStore> {
  return openFsStore(denoWorld(), path, {
    groupMs: 1,
    index: `${path}-index`,
    packFrom: 0,
    ...options,
  });
}

async function fill(path: string, numbers: readonly number[]): Promise<void> {
  await using store = await open(path);
  for (const n of numbers) {
    const log = new TextEncoder().encode(`made ${n}\n`);
    await store.commit({ ...sample(n).result, reads }, sample(n).outputs, { log });
  }
}

async function copy(from: string, to: string, options: Parameters<typeof transfer>[2] = {}) {
  await using source = await open(from, { readOnly: true, warn: () => {} });
  await using target = await open(to);
  return await transfer(source, target, options);
}

Deno.test("transfer() copies results with bytes, logs and traces, and nothing twice", () =>
  inRooms(async (here, there) => {
    await fill(here, [0, 1, 2, 4]);
    const first = await copy(here, there);
    assertEquals([first.copied, first.files, first.bytes], [4, 2, 2 * largeSize]);
    {
      await using store = await open(there);
      for (const n of [0, 1, 2, 4]) {
        const { key, outputs, result } = sample(n);
        const found = store.lookup(key)!;
        assertEquals(await store.read(found.outputs.out), outputs.out.files);
        assertEquals(found.provenance, result.provenance);
        assertEquals(found.log?.size, `made ${n}\n`.length);
        const trace = traceKey(result.weak, reads, result.action, () => undefined)!;
        assertEquals(store.traced(trace)?.key, key);
      }
    }
    const files = await filesBelow(there);
    const second = await copy(here, there);
    assertEquals([second.copied, second.there, second.files], [0, 4, 0]);
    assertEquals(await filesBelow(there), files, "nothing was written");
    await fill(here, [5]);
    assertEquals((await copy(here, there)).copied, 1);
    assertEquals((await check(denoWorld(), there)).damage, []);
    assertEquals((await copy(there, here)).there, 5);
  }));

Deno.test("transfer() takes what is selected, brings back lost bytes, and knows what has none", () =>
  inRooms(async (here, there) => {
    await fill(here, [2, 5, 8]);
    const select = {
      select: (m: { provenance: { stage: string } }) => m.provenance.stage !== "sample[n=5]",
    };
    assertEquals((await copy(here, there, select)).copied, 2);
    await using store = await open(there);
    assertEquals([2, 5, 8].map((n) => store.lookup(sample(n).key) !== undefined), [
      true,
      false,
      true,
    ]);
    const [lost] = await filesBelow(layoutOf(here).cas);
    await Deno.remove(lost);
    const back = await copy(there, here);
    assertEquals(back.completed + back.there, 2);
    for (const path of await filesBelow(layoutOf(here).cas)) await Deno.remove(path);
    const known = await copy(here, there);
    assertEquals([known.copied, known.byDigest], [1, 1]);
    await store.refresh();
    assert(store.recall(sample(5).key) && !store.lookup(sample(5).key));
  }));

Deno.test("transfer() lets results stand that are there, and never carries damage over", () =>
  inRooms(async (here, there) => {
    await fill(here, [2, 5]);
    await using store = await open(there);
    const { result } = sample(2);
    await store.commit(result, sample(8).outputs);
    const path = (await filesBelow(layoutOf(here).cas))[1];
    await Deno.chmod(path, 0o644);
    await Deno.writeFile(path, new Uint8Array(largeSize));
    const report = await copy(here, there);
    assertEquals(report.differing, ["sample[n=2]"]);
    assertEquals((await check(denoWorld(), there)).damage, []);
    await store.refresh();
    assertEquals(
      await store.read(store.lookup(result.key)!.outputs.out),
      sample(8).outputs.out.files,
    );
  }));

/** A disk as of a mounted bucket: no locks, no hard links, no syncing of folders. */
function bareWorld() {
  const world = denoWorld();
  const refuse = (operation: string, errno: string) => (path: string) =>
    Promise.reject(new DiskError(operation, path, errno));
  const disk: Disk = {
    ...world.disk,
    lock: refuse("lock", "ENOLCK"),
    tryLock: refuse("lock", "ENOLCK"),
    link: refuse("link", "EPERM"),
    syncDirectory: refuse("sync", "EINVAL"),
  };
  return { ...world, disk };
}

Deno.test("transfer() needs neither locks nor hard links nor folders that can be synced", () =>
  inRooms(async (here, there) => {
    await fill(here, [1, 2, 4]);
    {
      await using source = await open(here);
      await using target = await openFsStore(bareWorld(), there, { groupMs: 1 });
      assertEquals((await transfer(source, target)).copied, 3);
    }
    assertEquals([...Deno.readDirSync(layoutOf(there).locks)], []);
    assertEquals([...Deno.readDirSync(layoutOf(there).temporary)], []);
    await Deno.remove(here, { recursive: true });
    const before = await filesBelow(there);
    {
      await using source = await openFsStore(bareWorld(), there, { readOnly: true });
      await using target = await open(here);
      assertEquals((await transfer(source, target)).copied, 3);
    }
    assertEquals(await filesBelow(there), before, "reading leaves nothing behind");
    assertEquals((await check(denoWorld(), here)).damage, []);
  }));

Deno.test("transfer() says which file could not be written", () =>
  inRooms(async (here, there) => {
    await fill(here, [2]);
    const world = denoWorld();
    const disk: Disk = {
      ...world.disk,
      create: (path, bytes, options) =>
        bytes.length === largeSize
          ? Promise.reject(new DiskError("create", path, "ENOSPC"))
          : world.disk.create(path, bytes, options),
    };
    await using source = await open(here);
    const failure = await (async () => {
      await using target = await openFsStore({ ...world, disk }, there, { groupMs: 1 });
      return await transfer(source, target).then(() => undefined, (error) => error);
    })();
    assertStringIncludes(String(failure), "ENOSPC");
    assertEquals((await check(denoWorld(), there)).results, 0);
    assertEquals((await copy(here, there)).copied, 1);
  }));

Deno.test("transfer() is taken up again wherever it was cut off", async () => {
  for (let seed = 1; seed <= Number(Deno.env.get("BASIN_SIM_SEEDS") ?? 60); seed++) {
    const world = new SimWorld({ seed });
    const store = (name: string, process = world.process()) =>
      openFsStore(process, `/${name}/store`, { newId: process.newId, groupMs: 20 });
    const all = async (work: Promise<void>) => {
      await world.run(work);
      await work;
    };
    const numbers = [1, 2, 0, 5];
    await all((async () => {
      const source = await store("a");
      for (const n of numbers) await source.commit(sample(n).result, sample(n).outputs);
      await source[Symbol.asyncDispose]();
    })());
    const push = async () => {
      const process = world.process();
      const [source, target] = [await store("a", process), await store("b", process)];
      await transfer(source, target, { jobs: 2 });
      await target[Symbol.asyncDispose]();
      await source[Symbol.asyncDispose]();
    };
    push().catch(() => {});
    await world.run(Math.floor(world.chance() * 120));
    world.cutPower();
    const look = async (wanted: boolean) => {
      const target = await store("b");
      for (const n of numbers) {
        const found = target.lookup(sample(n).key);
        assert(found || !wanted, `seed ${seed}: action ${n} is not there`);
        if (found === undefined) continue;
        const files = await target.read(found.outputs.out);
        assertEquals(files, sample(n).outputs.out.files, `seed ${seed}: action ${n} is torn`);
      }
      await target[Symbol.asyncDispose]();
    };
    await all(look(false));
    await all(push());
    world.cutPower();
    await all(look(true));
  }
});
