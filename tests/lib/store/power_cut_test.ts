// Histories of commits, kills, power cuts and failures on a simulated disk. Each is a function of its seed.

import { assert, assertEquals } from "@std/assert";
import { hexOf } from "#lib/core/digest.ts";
import { type FsStore, openFsStore } from "#lib/store/fs_store.ts";
import { type SimProcess, SimWorld } from "#tests/support/sim_disk.ts";
import { sample } from "./sample_results.ts";

/** How many histories; a longer run sets it from outside. */
const numSeeds = Number(Deno.env.get("BASIN_SIM_SEEDS") ?? 500);
const firstSeed = Number(Deno.env.get("BASIN_SIM_FIRST_SEED") ?? 1);
const numKeys = 7;

/** What has been promised so far. */
interface Promised {
  /** Actions whose result was durable. */
  readonly durable: Set<number>;
  /** How often each action was computed. */
  readonly computed: number[];
}

function open(process: SimProcess): Promise<FsStore> {
  return openFsStore(process, "/results/store", {
    index: "/results/index",
    packFrom: 0,
    newId: process.newId,
    groupMs: 20,
  });
}

/** A run: makes what is missing, in an order of its own, as the scheduler does. */
async function work(world: SimWorld, process: SimProcess, promised: Promised): Promise<void> {
  const store = await open(process);
  const order = Array.from({ length: numKeys }, (_, n) => n);
  order.sort(() => world.chance() - 0.5);
  await Promise.all([order.slice(0, 4), order.slice(4)].map(async (part) => {
    for (const n of part) {
      const { key, result, outputs } = sample(n);
      using _lock = await store.lock(key);
      const found = store.lookup(key);
      if (found !== undefined) {
        const files = await store.read(found.outputs.out);
        assertEquals(files, outputs.out.files, `action ${n}: visible, but not whole`);
        continue;
      }
      promised.computed[n]++;
      const { durable } = await store.commit(result, outputs);
      durable.then(() => promised.durable.add(n));
    }
  }));
  await store[Symbol.asyncDispose]();
}

/** Looks at the store as a fresh process does. */
async function check(world: SimWorld, promised: Promised, when: string): Promise<void> {
  const looking = async () => {
    const store = await open(world.process());
    for (const n of Array(numKeys).keys()) {
      const { key, outputs } = sample(n);
      const found = store.lookup(key);
      if (promised.durable.has(n)) assert(found, `action ${n} was durable and is lost ${when}`);
      if (found === undefined) continue;
      const files = await store.read(found.outputs.out);
      assertEquals(files, outputs.out.files, `action ${n} is visible and torn ${when}`);
    }
    await store[Symbol.asyncDispose]();
  };
  await runAll(world, [looking()]);
}

async function runAll(world: SimWorld, promises: Promise<void>[]): Promise<void> {
  const all = Promise.all(promises);
  await world.run(all);
  await all;
}

async function history(seed: number, lagMs: number): Promise<void> {
  const world = new SimWorld({ seed, lagMs });
  const promised: Promised = { durable: new Set(), computed: Array(numKeys).fill(0) };
  const numRounds = 1 + Math.floor(world.chance() * 3);
  for (let round = 0; round < numRounds; round++) {
    const processes = Array.from(
      { length: 1 + Math.floor(world.chance() * 2) },
      () => world.process(),
    );
    const runs = processes.map((process) => work(world, process, promised));
    let broken: unknown;
    for (const run of runs) run.catch((error) => broken = error);
    await world.run(Math.floor(world.chance() * 160));
    if (broken !== undefined) throw broken;
    if (processes.length > 1 && world.chance() < 0.5) {
      world.kill(processes[0]);
      await world.run(Math.floor(world.chance() * 60));
      if (broken !== undefined) throw broken;
    }
    if (world.chance() < 0.8) world.cutPower();
    else for (const process of processes) world.kill(process);
    world.now += lagMs;
    await check(world, promised, `after round ${round}`);
  }
  const before = [...promised.computed];
  await runAll(world, [work(world, world.process(), promised)]);
  for (const n of before.keys()) {
    const computed = promised.computed[n] > before[n];
    assert(!computed || promised.durable.has(n), `the run ended before action ${n} was durable`);
  }
  world.cutPower();
  await check(world, promised, "at the end");
}

Deno.test("FsStore keeps what it promised through kills and power cuts", async () => {
  for (let seed = firstSeed; seed < firstSeed + numSeeds; seed++) {
    try {
      await history(seed, seed % 3 === 0 ? 40 : 0);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});

Deno.test("FsStore lets two undisturbed processes compute each result once", async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const world = new SimWorld({ seed });
    const promised: Promised = { durable: new Set(), computed: Array(numKeys).fill(0) };
    await runAll(world, [1, 2, 3].map(() => work(world, world.process(), promised)));
    assertEquals(promised.computed, Array(numKeys).fill(1), `seed ${seed}`);
    const listing = world.process().disk.list("/results/store/tmp");
    await world.run(listing);
    assertEquals(await listing, [], "something was left behind");
  }
});

Deno.test("FsStore keeps a file that two processes put in place at the same time", async () => {
  const twins = [sample(1), sample(4)];
  for (let seed = 1; seed <= 400; seed++) {
    const world = new SimWorld({ seed });
    if (seed % 2 === 0) await leaveDamaged(world);
    const durable = new Set<number>();
    const processes = [world.process(), world.process()];
    const stores: FsStore[] = [];
    const ready = async (process: SimProcess, i: number) => {
      const store = stores[i] = await open(process);
      await (await store.commit(sample(3 * i).result, sample(3 * i).outputs)).durable;
    };
    await runAll(world, processes.map(ready));
    for (const [i, { result, outputs }] of twins.entries()) {
      stores[i].commit(result, outputs).then((commit) => commit.durable).then(() => durable.add(i));
    }
    await world.run(Math.floor(world.chance() * 10));
    world.slowDown(processes[1]);
    for (let turns = 0; durable.size === 0 && turns < 5000; turns += 10) await world.run(10);
    await world.run(Math.floor(world.chance() * 10));
    assert(durable.size > 0, `seed ${seed}: nothing became durable`);
    world.cutPower();
    const promised = { durable: new Set([...durable].map((i) => [1, 4][i])), computed: [] };
    await check(world, promised, `(seed ${seed})`);
  }
});

/** A store whose shared large file is damaged. */
async function leaveDamaged(world: SimWorld): Promise<void> {
  const process = world.process();
  const spoil = async () => {
    const store = await open(process);
    const { result, outputs } = sample(7);
    const { manifest } = await store.commit(result, outputs);
    await store[Symbol.asyncDispose]();
    const hex = hexOf(manifest.outputs.out.files["table.tsv"].digest);
    const path = `/results/store/cas/sha256/${hex.slice(0, 2)}/${hex.slice(2)}`;
    const bytes = process.disk.readSync(path);
    bytes[seedByte] ^= 4;
    await process.disk.remove(path);
    await process.disk.create(path, bytes, { sync: true });
  };
  await runAll(world, [spoil()]);
}

const seedByte = 33_333;
