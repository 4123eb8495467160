// Stores without locks of the kernel: leases keep others waiting, and end with their holder all the same.

import { assert, assertEquals } from "@std/assert";
import { type Disk, DiskError } from "#lib/core/disk.ts";
import { collect } from "#lib/store/collect.ts";
import { openFsStore } from "#lib/store/fs_store.ts";
import { withLeases } from "#lib/store/leases.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { type SimProcess, SimWorld } from "#tests/support/sim_disk.ts";
import { sample } from "./sample_results.ts";

const leases = { beatMs: 50, leaseMs: 400, deadMs: 5000 };

/** A process whose file system has no locks. */
function bare(world: SimWorld): SimProcess {
  const process = world.process();
  const refuse = (path: string) => Promise.reject(new DiskError("lock", path, "ENOLCK"));
  const disk = Object.assign(withLeases(process.disk, process.clock), {
    lock: refuse,
    tryLock: refuse,
  }) as Disk & { settled?: unknown };
  delete disk.settled;
  return { ...process, disk };
}

async function all(world: SimWorld, promises: Promise<void>[]): Promise<void> {
  const both = Promise.all(promises);
  await world.run(both);
  await both;
}

interface Told {
  readonly computed: number[];
}

async function work(process: SimProcess, told: Told, errors = true): Promise<void> {
  const store = await openFsStore(process, "/results/store", {
    newId: process.newId,
    groupMs: 20,
    leases,
  });
  for (const n of [0, 1, 2, 4]) {
    const { key, result, outputs } = sample(n);
    using _lock = await store.lock(key);
    const found = store.lookup(key);
    if (found !== undefined) {
      if (errors) assertEquals(await store.read(found.outputs.out), outputs.out.files);
      continue;
    }
    told.computed[n] = (told.computed[n] ?? 0) + 1;
    await store.commit(result, outputs);
  }
  await store[Symbol.asyncDispose]();
}

Deno.test("FsStore lets processes compute each result once where there are only leases", async () => {
  for (let seed = 1; seed <= Number(Deno.env.get("BASIN_SIM_SEEDS") ?? 30); seed++) {
    const world = new SimWorld({ seed });
    const told: Told = { computed: [] };
    await all(world, [1, 2, 3].map(() => work(bare(world), told)));
    assertEquals(told.computed.filter((times) => times !== 1), [], `seed ${seed}`);
    for (const folder of ["lock", "tmp"]) {
      const listing = world.process().disk.list(`/results/store/${folder}`);
      await world.run(listing);
      assertEquals(await listing, [], `seed ${seed}: something was left in ${folder}`);
    }
  }
});

Deno.test("FsStore takes over from a process that was killed with a lease in its hands", async () => {
  for (let seed = 1; seed <= Number(Deno.env.get("BASIN_SIM_SEEDS") ?? 40); seed++) {
    const world = new SimWorld({ seed });
    const [first, second] = [bare(world), bare(world)];
    const told: Told = { computed: [] };
    work(first, told).catch(() => {});
    const other = work(second, told);
    await world.run(Math.floor(world.chance() * 150));
    world.kill(first);
    await world.run(other);
    await other;
    await all(world, [work(bare(world), told)]);
    assert(told.computed.every((times) => times <= 2), `seed ${seed}: ${told.computed}`);
  }
});

Deno.test("withLeases() breaks a lease that is too young only at the cost of repeated work", async () => {
  for (let seed = 1; seed <= Number(Deno.env.get("BASIN_SIM_SEEDS") ?? 40); seed++) {
    const world = new SimWorld({ seed });
    const told: Told = { computed: [] };
    const hasty = { beatMs: 500, leaseMs: 10, deadMs: 20 };
    const impatient = async () => {
      const process = bare(world);
      const options = { newId: process.newId, groupMs: 20, leases: hasty };
      const store = await openFsStore(process, "/results/store", options);
      for (const n of [0, 1, 2, 4]) {
        const { key, result, outputs } = sample(n);
        using _lock = await store.lock(key);
        if (store.lookup(key) === undefined) await store.commit(result, outputs).catch(() => {});
      }
      await store[Symbol.asyncDispose]().catch(() => {});
    };
    await all(world, [impatient(), impatient(), impatient()]);
    await all(world, [work(bare(world), told)]);
    const look = async () => {
      const process = bare(world);
      const store = await openFsStore(process, "/results/store", { newId: process.newId, leases });
      for (const n of [0, 1, 2, 4]) assert(store.lookup(sample(n).key), `seed ${seed}: ${n}`);
    };
    await all(world, [look()]);
  }
});

Deno.test("withLeases() respects locks of machines that have others", async () => {
  const world = denoWorld();
  const refuse = (path: string) => Promise.reject(new DiskError("lock", path, "ENOTSUP"));
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/lock`;
    const kernel = withLeases(world.disk, world.clock, leases);
    const bare = { ...world.disk, lock: refuse, tryLock: refuse };
    const leased = withLeases(bare, world.clock, leases);
    for (const [one, other] of [[kernel, leased], [leased, kernel]]) {
      const held = await one.tryLock(path);
      assert(held);
      assertEquals(await other.tryLock(path), undefined);
      held.release();
      await one.settled();
      const free = await other.tryLock(path);
      assert(free);
      free.release();
      await other.settled();
    }
    assertEquals([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("collect() sees sessions by their leases", async () => {
  const world = denoWorld();
  const refuse = (path: string) => Promise.reject(new DiskError("lock", path, "ENOTSUP"));
  const bare = { ...world, disk: { ...world.disk, lock: refuse, tryLock: refuse } };
  const folder = await Deno.makeTempDir();
  const options = { dryRun: false, keepRuns: 1, graceMs: 0 };
  try {
    {
      await using store = await openFsStore(bare, `${folder}/store`, { groupMs: 1 });
      await store.commit(sample(2).result, sample(2).outputs);
      const refused = await collect(bare, `${folder}/store`, options).catch((error) => error);
      assert(String(refused).includes("a run is using it"), String(refused));
    }
    assertEquals((await collect(bare, `${folder}/store`, options)).freed.length, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
