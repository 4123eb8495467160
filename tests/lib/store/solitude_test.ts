// Sessions that have the store to themselves, and those that come while they do: at every step, with kills, power cuts
// and failures, no two ever work on one key, everybody gets on, and what is alone locks no keys.

import { assert, assertEquals } from "@std/assert";
import { hexOf } from "#lib/core/digest.ts";
import { type Disk, DiskError } from "#lib/core/disk.ts";
import { type FsStore, openFsStore } from "#lib/store/fs_store.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { type SimProcess, SimWorld } from "#tests/support/sim_disk.ts";
import { sample } from "./sample_results.ts";

/** How many histories of each kind; a longer run sets it from outside. */
const numSeeds = Number(Deno.env.get("BASIN_SIM_SEEDS") ?? 300);
const small = [0, 3, 6, 9, 12, 15, 18, 21];

/** What happened to keys. */
class Book {
  readonly computed = new Map<number, number>();
  readonly #holders = new Map<number, SimProcess>();
  readonly #dead = new Set<SimProcess>();

  take(n: number, by: SimProcess): void {
    const other = this.#holders.get(n);
    assert(other === undefined || this.#dead.has(other), `two work on action ${n}`);
    this.#holders.set(n, by);
  }

  free(n: number): void {
    this.#holders.delete(n);
  }

  bury(process: SimProcess): void {
    this.#dead.add(process);
  }

  once(): void {
    assertEquals(small.map((n) => this.computed.get(n)), small.map(() => 1));
  }
}

function open(process: SimProcess): Promise<FsStore> {
  return openFsStore(process, "/results/store", {
    index: "/results/index",
    newId: process.newId,
    groupMs: 20,
  });
}

/** Makes what is missing, two actions at a time, and takes its time for each. */
function work(world: SimWorld, process: SimProcess, book: Book): Promise<void> {
  const working = workOn(world, process, book);
  // Told by who waits for it.
  working.catch(() => {});
  return working;
}

async function workOn(world: SimWorld, process: SimProcess, book: Book): Promise<void> {
  const store = await open(process);
  const order = [...small].sort(() => world.chance() - 0.5);
  await Promise.all([0, 1].map(async (part) => {
    for (const n of order.filter((_, i) => i % 2 === part)) {
      const { key, result, outputs } = sample(n);
      using _lock = await store.lock(key);
      book.take(n, process);
      if (store.lookup(key) === undefined) {
        const ms = world.chance() < 0.2 ? 150 : Math.floor(world.chance() * 30);
        await new Promise<void>((resolve) => void process.clock.after(ms, resolve));
        book.computed.set(n, (book.computed.get(n) ?? 0) + 1);
        await store.commit(result, outputs);
      }
      book.free(n);
    }
  }));
  await store[Symbol.asyncDispose]();
}

/** Lets runs end; the first failure of any is thrown at once. */
async function finish(world: SimWorld, runs: readonly Promise<void>[]): Promise<void> {
  const all = Promise.all(runs);
  await world.run(Promise.race([all, new Promise((_, reject) => all.catch(reject))]));
  await all;
}

async function leftIn(world: SimWorld, folder: string): Promise<readonly string[]> {
  const listing = world.process().disk.list(`/results/store/${folder}`);
  await world.run(listing);
  return await listing;
}

async function forSeeds(history: (world: SimWorld, seed: number) => Promise<void>): Promise<void> {
  for (let seed = 1; seed <= numSeeds; seed++) {
    try {
      await history(new SimWorld({ seed }), seed);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
}

Deno.test("Solitude lets others in at every step, and each result is computed once", () =>
  forSeeds(async (world, seed) => {
    const book = new Book();
    const runs = [work(world, world.process(), book)];
    // Two come one after the other, the first of them a step later with every seed.
    for (const turns of [seed, Math.floor(world.chance() * 200)]) {
      await world.run(turns);
      runs.push(work(world, world.process(), book));
    }
    await finish(world, runs);
    book.once();
    assertEquals([await leftIn(world, "lock"), await leftIn(world, "tmp")], [[], []]);
  }));

Deno.test("Solitude ends with its holder", () =>
  forSeeds(async (world, seed) => {
    const book = new Book();
    const first = world.process();
    work(world, first, book);
    await world.run(Math.floor(world.chance() * seed));
    const second = world.process();
    const runs = [work(world, second, book)];
    await world.run(Math.floor(world.chance() * 60));
    const before = new Map(book.computed);
    world.kill(first);
    book.bury(first);
    runs.push(work(world, world.process(), book));
    await finish(world, runs);
    for (const n of small) {
      const again = book.computed.get(n)! - (before.get(n) ?? 0);
      assert(again <= 1, `action ${n} was computed ${again} times after the kill`);
    }
    assertEquals([await leftIn(world, "lock"), await leftIn(world, "tmp")], [[], []]);
  }));

Deno.test("Solitude leaves nothing behind that a power cut could make stale", () =>
  forSeeds(async (world, seed) => {
    const lost = new Book();
    work(world, world.process(), lost);
    await world.run(Math.floor(world.chance() * seed));
    work(world, world.process(), lost);
    await world.run(Math.floor(world.chance() * 120));
    world.cutPower();
    const book = new Book();
    await finish(world, [1, 2].map(() => work(world, world.process(), book)));
    assert([...book.computed.values()].every((times) => times === 1), `${[...book.computed]}`);
  }));

Deno.test("Solitude keeps newcomers out until the keys at work are locked", () =>
  forSeeds(async (world) => {
    const book = new Book();
    const first = world.process();
    const ownLock = first.disk.lock.bind(first.disk);
    const tried = { locks: 0 };
    // For a while this process can make no lock of a key.
    const lock = (path: string) => {
      if (!/lock\/[0-9a-f]{64}$/.test(path) || ++tried.locks > 6) return ownLock(path);
      return Promise.reject(new DiskError("lock", path, "ENOSPC"));
    };
    Object.defineProperty(first.disk, "lock", { value: lock });
    const store = await settled(world, open(first));
    const held = await settled(world, store.lock(sample(0).key));
    book.take(0, first);
    const run = work(world, world.process(), book);
    for (let turns = 0; turns < 5000 && tried.locks < 4; turns++) await world.run(1);
    assert(tried.locks > 0, "nobody wanted to come in");
    book.free(0);
    held[Symbol.dispose]();
    await finish(world, [run]);
    await settled(world, store[Symbol.asyncDispose]());
    book.once();
  }));

Deno.test("FsStore locks no keys while it is alone, and again when others came", async () => {
  const world = denoWorld();
  const folder = await Deno.makeTempDir();
  try {
    const locked: string[] = [];
    const disk: Disk = {
      ...world.disk,
      lock: (path) => (locked.push(path.slice(path.lastIndexOf("/") + 1)), world.disk.lock(path)),
    };
    await using alone = await openFsStore({ ...world, disk }, `${folder}/store`);
    const [one, two] = [sample(0), sample(3)];
    {
      using _lock = await alone.lock(one.key);
      await alone.commit(one.result, one.outputs);
    }
    const kept = await alone.lock(two.key);
    const isKey = (name: string) => /^[0-9a-f]{64}$/.test(name);
    assertEquals(locked.filter(isKey), []);
    await using other = await openFsStore(world, `${folder}/store`);
    assertEquals(await other.tryLock(two.key), undefined);
    assertEquals(locked.filter(isKey), [hexOf(two.key)]);
    using _mine = await other.lock(one.key);
    assert(other.lookup(one.key), "what was committed before");
    await alone.commit(two.result, two.outputs);
    kept[Symbol.dispose]();
    using _theirs = await other.lock(two.key);
    assert(other.lookup(two.key), "what was committed by the one that was alone");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("FsStore keeps nobody waiting while it works long on one key", async () => {
  const world = new SimWorld({ seed: 1 });
  const store = await settled(world, open(world.process()));
  const held = await settled(world, store.lock(sample(0).key));
  const names = async () => await leftIn(world, "lock");
  assert((await names()).includes("alone"));
  for (let i = 0; i < 200 && (await names()).includes("alone"); i++) await world.run(5);
  assertEquals((await names()).filter((name) => !name.startsWith("session-")), [
    hexOf(sample(0).key),
  ]);
  held[Symbol.dispose]();
  await settled(world, store[Symbol.asyncDispose]());
});

async function settled<T>(world: SimWorld, promise: Promise<T>): Promise<T> {
  await world.run(promise);
  return await promise;
}
