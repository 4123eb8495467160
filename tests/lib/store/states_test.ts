// States on the way in a store: whole or absent, whatever happens to the process, the disk and the power.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Digest, digestOf } from "#lib/core/digest.ts";
import { StorageError } from "#lib/core/store.ts";
import { check } from "#lib/store/check.ts";
import { collect, type CollectOptions } from "#lib/store/collect.ts";
import { type FsStore, openFsStore } from "#lib/store/fs_store.ts";
import { layoutOf } from "#lib/store/layout.ts";
import { labelOfName, nameOfLabel, stateFolder } from "#lib/store/states.ts";
import { transfer } from "#lib/store/transfer.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { type SimProcess, SimWorld } from "#tests/support/sim_disk.ts";
import { filesBelow } from "#tests/support/stored.ts";
import { withSeed } from "#tests/support/with_seed.ts";
import { randomBytes, sample } from "./sample_results.ts";

const space = digestOf("space");
const of = "train";

async function inFolder(run: (root: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(`${folder}/store`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const open = (root: string, warnings: string[] = []): Promise<FsStore> =>
  openFsStore(denoWorld(), root, { groupMs: 1, warn: (message) => warnings.push(message) });

Deno.test("nameOfLabel() gives every label a name of its own, on any file system", () =>
  withSeed((draw) => {
    const signs = ["a", "A", "é", "e\u0301", "/", ".", "%", " ", "\n", "\0", "漢", "😀", "_", "=3"];
    const seen = new Map<string, string>();
    for (let i = 0; i < 500; i++) {
      const length = draw(10) === 0 ? 500 : 1 + draw(8);
      const label = Array.from({ length }, () => signs[draw(signs.length)]).join("");
      const name = nameOfLabel(label);
      for (const part of name.split("~/")) assert(/^[a-z0-9_=,+%-]{1,200}$/.test(part), name);
      assertEquals(labelOfName(name), label);
      assertEquals(seen.get(name) ?? label, label);
      seen.set(name, label);
    }
    assertEquals(nameOfLabel("/".repeat(80)).split("/").map(({ length }) => length), [201, 40]);
    for (const name of ["", ".", "..", "a.b", "%2", "%zz", "%ff", "A", "%61"]) {
      assertEquals(labelOfName(name), undefined, name);
    }
    return Promise.resolve();
  }));

Deno.test("states() keeps what was saved first, for all processes, and lets go of it", () =>
  inFolder(async (root) => {
    await using store = await open(root);
    const states = store.states(space);
    assertEquals([await states.list(), await states.owner()], [[], undefined]);
    assertEquals(await Deno.stat(root).catch(() => "nothing"), "nothing");
    await states.save("round 2", Uint8Array.of(2), { of });
    await states.save("round 1", new Uint8Array(), { of });
    await states.save("round 2", Uint8Array.of(3), { of: "other" });
    await store.states(digestOf("else")).save("round 2", Uint8Array.of(4), { of });
    {
      await using other = await open(root);
      const seen = other.states(space);
      assertEquals([await seen.list(), await seen.owner()], [["round 1", "round 2"], of]);
      assertEquals(await seen.load("round 2"), Uint8Array.of(2));
      assertEquals(await seen.load("round 1"), new Uint8Array());
      assertEquals(await seen.load("round 3"), undefined);
      await seen.save("round 2", Uint8Array.of(5), { of: "other", replace: true });
      await seen.drop(["round 1", "round 3"]);
    }
    assertEquals(await states.list(), ["round 2"]);
    assertEquals(await states.load("round 2"), Uint8Array.of(5));
    await states.drop(["round 2"]);
    assertEquals([await states.list(), await states.load("round 2")], [[], undefined]);
    assertEquals(await store.states(digestOf("else")).list(), ["round 2"]);
  }));

Deno.test("states() takes nothing for a state that is damaged or belongs elsewhere", () =>
  withSeed((draw) =>
    inFolder(async (root) => {
      const warnings: string[] = [];
      await using store = await open(root, warnings);
      const states = store.states(space);
      const bytes = randomBytes(draw(1000), 2000);
      const folder = stateFolder(layoutOf(root), space);
      const path = `${folder}/${nameOfLabel("a")}`;
      const away = stateFolder(layoutOf(root), digestOf("else"));
      await states.save("b", bytes, { of });
      await store.states(digestOf("else")).save("a", bytes, { of });
      const whole = async () => {
        await states.save("a", bytes, { of });
        assertEquals(await states.load("a"), bytes);
        return await Deno.readFile(path);
      };
      const good = await whole();
      const bad: (() => Promise<void>)[] = [
        () => {
          const other = good.slice();
          other[draw(other.length)] ^= 1 << draw(8);
          return Deno.writeFile(path, other);
        },
        () => Deno.writeFile(path, good.subarray(0, draw(good.length))),
        () => Deno.writeFile(path, new Uint8Array(good.length)),
        () => Deno.copyFile(`${folder}/${nameOfLabel("b")}`, path),
        () => Deno.copyFile(`${away}/${nameOfLabel("a")}`, path),
      ];
      for (const [i, hurt] of bad.entries()) {
        await hurt();
        assertEquals(await states.load("a"), undefined, `damage ${i}`);
        const { damage } = await check(denoWorld(), root);
        assertEquals(damage.map(({ path, part }) => [path, part]), [[path, "states"]]);
        // It heals by being saved again.
        assertEquals(await whole(), good);
      }
      assertEquals(warnings.length >= bad.length, true);
      await Deno.remove(path);
      await Deno.mkdir(path);
      assertEquals(await states.load("a"), undefined);
      await Deno.writeTextFile(`${folder}/README.md`, "mine");
      await store[Symbol.asyncDispose]();
      const { damage, foreign, states: counts } = await check(denoWorld(), root, { repair: true });
      assertEquals(damage.map(({ kind, path }) => [kind, path]), [["not-a-file", path]]);
      assertEquals([foreign, counts.files], [[`${folder}/README.md`], 2]);
      const after = await check(denoWorld(), root);
      assertEquals([after.damage, after.states.files], [[], 2]);
    })
  ));

Deno.test("states() are whole or absent after kills, power cuts and failures at every operation", async () => {
  const label = (n: number) => `round ${n}`;
  const bytesOf = (n: number) => randomBytes(n, 300);
  /** Saves states until something fails; returns the failure. */
  const work = async (process: SimProcess): Promise<unknown> => {
    try {
      await using store = await openFsStore(process, "/r/store", { newId: process.newId });
      const states = store.states(space);
      for (let n = 0; n < 3; n++) {
        if (await states.load(label(n)) === undefined) {
          await states.save(label(n), bytesOf(n), { of });
        }
      }
      await states.drop([label(0)]);
    } catch (error) {
      return error;
    }
  };
  const settled = async <T>(world: SimWorld, promise: Promise<T>): Promise<T> => {
    await world.run(promise);
    return await promise;
  };
  let untouched = false;
  let numCut = 0;
  for (let at = 1; !untouched; at++) {
    const world = new SimWorld({ seed: at });
    world.fail({ at, errno: at % 2 === 0 ? "EIO" : "ENOSPC", forever: at % 3 === 0 });
    const failure = await settled(world, work(world.process()));
    untouched = world.numOperations < at;
    world.fail(undefined);
    if (failure !== undefined) assert(failure instanceof StorageError, String(failure));
    const killed = world.process();
    const cut = work(killed);
    cut.catch(() => {});
    await world.run(1 + Math.floor(world.chance() * 60));
    if (at % 2 === 0) world.kill(killed);
    else world.cutPower();
    numCut++;
    const looking = async () => {
      const process = world.process();
      await using store = await openFsStore(process, "/r/store", { newId: process.newId });
      const states = store.states(space);
      for (let n = 0; n < 3; n++) {
        const found = await states.load(label(n));
        if (found !== undefined) assertEquals(found, bytesOf(n), `operation ${at}`);
      }
    };
    await settled(world, looking());
    assertEquals(await settled(world, work(world.process())), undefined);
    const last = world.process();
    await settled(
      world,
      (async () => {
        await using store = await openFsStore(last, "/r/store", { newId: last.newId });
        const states = store.states(space);
        assertEquals(await states.list(), [label(1), label(2)]);
        assertEquals(await states.load(label(2)), bytesOf(2));
      })(),
    );
  }
  assert(numCut > 10, `${numCut}`);
});

Deno.test("states() lets many save the same at once", () =>
  inFolder(async (root) => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => open(root)));
    const labels = Array.from({ length: 5 }, (_, i) => `${i}`);
    await Promise.all(
      stores.flatMap((store) =>
        labels.map((label, i) => store.states(space).save(label, randomBytes(i, 500), { of }))
      ),
    );
    for (const [i, label] of labels.entries()) {
      assertEquals(await stores[3].states(space).load(label), randomBytes(i, 500));
    }
    for (const store of stores) await store[Symbol.asyncDispose]();
    assertEquals(await filesBelow(layoutOf(root).temporary), []);
  }));

Deno.test("states() finds nothing in a store that cannot be read, and says why it cannot be written", () =>
  inFolder(async (root) => {
    const { disk, clock } = denoWorld();
    await disk.makeDirectory(layoutOf(root).root);
    await Deno.writeTextFile(layoutOf(root).states, "in the way");
    await using store = await openFsStore({ disk, clock }, root);
    const states = store.states(space);
    assertEquals([await states.list(), await states.load("a")], [[], undefined]);
    await assertRejects(() => states.save("a", Uint8Array.of(1), { of }), StorageError, "states");
  }));

Deno.test("collect() keeps states of kept results, others for a while, and all within a limit", () =>
  inFolder(async (root) => {
    const all: CollectOptions = { dryRun: false, keepRuns: 1, graceMs: 0 };
    const spaces: Readonly<Record<string, Digest>> = {
      kept: digestOf("kept"),
      before: digestOf("before"),
      unfinished: digestOf("unfinished"),
    };
    {
      await using store = await open(root);
      for (const [i, name] of ["before", "kept"].entries()) {
        const { result, outputs, key } = sample(i);
        const provenance = { ...result.provenance, states: { space: spaces[name] } };
        await store.commit({ ...result, provenance }, outputs);
        await store.keepRun({ workflow: "w", results: "00", run: `r${i}`, keys: [key] });
      }
      for (const [name, space] of Object.entries(spaces)) {
        for (const label of ["1", "2"]) {
          await store.states(space).save(label, new Uint8Array(1000), { of: `train[${name}]` });
        }
      }
    }
    const left = async () => {
      await using store = await open(root);
      const found: string[] = [];
      for (const [name, space] of Object.entries(spaces)) {
        if ((await store.states(space).list()).length > 0) found.push(name);
      }
      return found.join();
    };
    const young = await collect(denoWorld(), root, all);
    assertEquals([young.freed, young.states.files], [[], 6]);
    const limits = { graceMs: 0, maxBytes: 1e9 };
    const dry = await collect(denoWorld(), root, { ...all, dryRun: true, states: limits });
    assertEquals([dry.freed.length, await left()], [4, "kept,before,unfinished"]);
    assertEquals(dry.freed.map(({ stateOf }) => stateOf).sort(), [
      "train[before]",
      "train[before]",
      "train[unfinished]",
      "train[unfinished]",
    ]);
    const freed = await collect(denoWorld(), root, { ...all, states: limits });
    assertEquals([freed.freed.length, freed.states.files, await left()], [4, 2, "kept"]);
    assertEquals(
      await Array.fromAsync(Deno.readDir(layoutOf(root).states), ({ name }) => name),
      [spaces.kept.slice(7, 9)],
    );
    const small = { graceMs: 1e9, maxBytes: 100 };
    await collect(denoWorld(), root, { ...all, states: small });
    assertEquals(await left(), "");
    assertEquals((await check(denoWorld(), root)).damage, []);
  }));

Deno.test("transfer() leaves states where they are", () =>
  inFolder(async (root) => {
    await using from = await open(root);
    const { result, outputs } = sample(1);
    await from.commit(result, outputs);
    await from.states(space).save("a", Uint8Array.of(1), { of });
    await using to = await open(`${root}-copy`);
    assertEquals((await transfer(from, to)).copied, 1);
    assertEquals(await to.states(space).list(), []);
    assertEquals(await filesBelow(layoutOf(`${root}-copy`).states), []);
  }));

Deno.test("states() takes labels of any length, and leaves no folder behind", () =>
  inFolder(async (root) => {
    const labels = ["a", "a".repeat(200), "a".repeat(201), "a/B".repeat(300), "漢".repeat(333)]
      .sort();
    {
      await using store = await open(root);
      const states = store.states(space);
      for (const [i, label] of labels.entries()) await states.save(label, Uint8Array.of(i), { of });
      assertEquals(await states.list(), labels);
      for (const [i, label] of labels.entries()) {
        assertEquals(await states.load(label), Uint8Array.of(i));
      }
      const { states: { files }, damage, foreign } = await check(denoWorld(), root);
      assertEquals([files, damage, foreign], [labels.length, [], []]);
      await states.drop(labels.slice(2));
      assertEquals(await states.list(), labels.slice(0, 2));
      await states.drop(labels.slice(0, 2));
      assertEquals(await Deno.stat(stateFolder(layoutOf(root), space)).catch(() => "gone"), "gone");
      for (const label of labels) await states.save(label, new Uint8Array(9), { of });
    }
    const states = { graceMs: 0, maxBytes: 0 };
    const freed = await collect(denoWorld(), root, {
      dryRun: false,
      keepRuns: 1,
      graceMs: 0,
      states,
    });
    assertEquals(freed.freed.length, labels.length);
    assertEquals(await Array.fromAsync(Deno.readDir(layoutOf(root).states)), []);
  }));
