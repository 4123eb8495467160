import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { hexOf } from "#lib/core/digest.ts";
import type { Disk, World } from "#lib/core/disk.ts";
import { StorageError } from "#lib/core/store.ts";
import { type FsStore, openFsStore } from "#lib/store/fs_store.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { type Sample, sample } from "./sample_results.ts";

interface Room {
  readonly folder: string;
  readonly store: string;
  readonly warnings: string[];
  open(world?: Pick<World, "disk" | "clock">): Promise<FsStore>;
  /** Commits actions and closes the store; returns the one segment's path. */
  fill(...numbers: number[]): Promise<string>;
  blob(sample: Sample): string;
}

async function inRoom(run: (room: Room) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const store = `${folder}/store`;
  const warnings: string[] = [];
  const room: Room = {
    folder,
    store,
    warnings,
    open: (world = denoWorld()) =>
      openFsStore(world, store, {
        index: `${folder}/index`,
        warn: (message) => warnings.push(message),
        groupMs: 5,
      }),
    async fill(...numbers) {
      await using filling = await room.open();
      for (const n of numbers) await filling.commit(sample(n).result, sample(n).outputs);
      const names = [...Deno.readDirSync(`${store}/ac`)].map(({ name }) => name).sort();
      return `${store}/ac/${names[names.length - 1]}`;
    },
    blob({ key }) {
      const text = Deno.readTextFileSync(segmentsOf(store)[0]);
      const line = text.split("\n").find((line) => line.includes(key))!;
      const hex = hexOf(JSON.parse(line).manifest.outputs.out.files["table.tsv"].digest);
      return `${store}/cas/sha256/${hex.slice(0, 2)}/${hex.slice(2)}`;
    },
  };
  try {
    await run(room);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function segmentsOf(store: string): string[] {
  return [...Deno.readDirSync(`${store}/ac`)].map(({ name }) => `${store}/ac/${name}`).sort();
}

/** The real disk, counting reads of content-addressed files. */
function countingWorld(): { world: World; numReads: () => number } {
  let numReads = 0;
  const world = denoWorld();
  const count = (path: string) => path.includes("/cas/") && numReads++;
  const disk: Disk = {
    ...world.disk,
    read: (path, range) => (count(path), world.disk.read(path, range)),
    readSync: (path, range) => (count(path), world.disk.readSync(path, range)),
  };
  return { world: { ...world, disk }, numReads: () => numReads };
}

Deno.test("openFsStore() writes nothing before the first commit", () =>
  inRoom(async ({ folder, open }) => {
    await using store = await open();
    assertEquals(store.lookup(sample(1).key), undefined);
    await store.refresh();
    assertEquals([...Deno.readDirSync(folder)], []);
  }));

Deno.test("FsStore keeps files read-only, in the layout that its page describes", () =>
  inRoom(async ({ store, fill, blob }) => {
    const segment = await fill(1);
    assertEquals([...Deno.readDirSync(store)].map(({ name }) => name).sort(), [
      "FORMAT",
      "ac",
      "cas",
      "lock",
      "tmp",
    ]);
    assertEquals(Deno.readTextFileSync(`${store}/FORMAT`), '{"format":1,"hash":"sha256"}\n');
    assertEquals(Deno.statSync(blob(sample(1))).mode! & 0o777, 0o444);
    const lines = Deno.readTextFileSync(segment).trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
    assertEquals(lines.map((line) => Object.keys(line)), [
      ["modules", "sum", "of"],
      ["key", "sum", "manifest"],
      ["durable", "sum", "of"],
    ]);
    assertEquals([...Deno.readDirSync(`${store}/tmp`), ...Deno.readDirSync(`${store}/lock`)], []);
  }));

Deno.test("FsStore trusts files that look as they did, and reads those that do not", () =>
  inRoom(async ({ folder, open, fill, blob }) => {
    await fill(1, 2, 4);
    const look = async () => {
      const { world, numReads } = countingWorld();
      await using store = await open(world);
      for (const n of [1, 2, 4]) assert(store.lookup(sample(n).key), `action ${n}`);
      return numReads();
    };
    assertEquals(await look(), 0, "nothing changed");
    const now = new Date();
    Deno.chmodSync(blob(sample(2)), 0o644);
    Deno.utimeSync(blob(sample(2)), now, new Date(now.getTime() - 60_000));
    assertEquals(await look(), 1, "one was touched");
    assertEquals(await look(), 0, "and hashed");
    await Deno.remove(`${folder}/index`, { recursive: true });
    assertEquals(await look(), 2, "without its index it hashes each file once");
    assertEquals(await look(), 0, "and then it has one again");
    for (const { name } of Deno.readDirSync(`${folder}/index`)) {
      Deno.writeTextFileSync(`${folder}/index/${name}`, "sha256:nonsense\n\0\0 1 2");
    }
    assertEquals(await look(), 2, "a damaged index counts as none");
  }));

Deno.test("FsStore finds a flip that keeps size and time when it reads the file", () =>
  inRoom(async ({ open, fill, blob, warnings }) => {
    await fill(2);
    const path = blob(sample(2));
    const { mtime } = Deno.statSync(path);
    const bytes = Deno.readFileSync(path);
    bytes[4321] ^= 16;
    Deno.chmodSync(path, 0o644);
    const file = await Deno.open(path, { write: true });
    await file.write(bytes);
    file.utimeSync(mtime!, mtime!);
    file.close();
    {
      await using store = await open();
      const found = store.lookup(sample(2).key);
      assert(found, "its look gives it away after all");
      assertEquals(await store.read(found.outputs.out), undefined);
      assertEquals(store.lookup(sample(2).key), undefined);
      assertStringIncludes(warnings.join(), path);
    }
    await using next = await open();
    assertEquals(next.lookup(sample(2).key), undefined, "forgotten by the next process");
    await next.commit(sample(2).result, sample(2).outputs);
    assert(next.lookup(sample(2).key));
  }));

Deno.test("FsStore passes over every flipped bit of a segment", () =>
  inRoom(async ({ open, fill, warnings }) => {
    const segment = await fill(0, 3);
    const good = Deno.readFileSync(segment);
    const seed = Date.now();
    const step = 1 + Math.floor(good.length / 60);
    let numMissing = 0;
    for (let at = seed % step; at < good.length; at += step) {
      const bytes = good.slice();
      bytes[at] ^= 1 << ((seed + at) % 8);
      Deno.writeFileSync(segment, bytes);
      await using store = await open();
      for (const n of [0, 3]) {
        const found = store.lookup(sample(n).key);
        if (found === undefined) numMissing++;
        else {
          const { result } = sample(n);
          const { action, provenance } = found;
          const modules = Object.keys(provenance.modules).length === 0
            ? {} // Its own line was hit; it only serves explanations.
            : result.provenance.modules;
          const expected = [result.action, { ...result.provenance, modules }];
          assertEquals([action, provenance], expected, `byte ${at}, seed ${seed}`);
          assertEquals(await store.read(found.outputs.out), sample(n).outputs.out.files);
        }
      }
    }
    assert(numMissing > 20, `${numMissing}`);
    assert(warnings.length > 20, `${warnings.length}`);
  }));

Deno.test("FsStore reads a torn segment up to the tear, and goes on in another", () =>
  inRoom(async ({ open, fill, warnings, store: folder }) => {
    const segment = await fill(0, 3, 6);
    const good = Deno.readFileSync(segment);
    const ends = [...good.keys()].filter((at) => good[at] === 10);
    const [, first, second] = ends;
    for (const cut of [first + 2, first + 100, (first + second) >> 1, second - 1, second]) {
      warnings.length = 0;
      Deno.writeFileSync(segment, good.slice(0, cut));
      await using store = await open();
      assert(store.lookup(sample(0).key), `cut at ${cut}`);
      assertEquals(store.lookup(sample(3).key), undefined, `cut at ${cut}`);
      assertEquals(warnings.length, 1, warnings.join());
      assertStringIncludes(warnings[0], "ends within a line");
    }
    // A hole in the middle, as a power cut may leave it.
    Deno.writeFileSync(segment, good.slice().fill(0, first - 50, first + 80));
    await using store = await open();
    assertEquals([0, 3, 6].map((n) => store.lookup(sample(n).key) !== undefined), [
      false,
      false,
      true,
    ]);
    await store.commit(sample(3).result, sample(3).outputs);
    assertEquals(segmentsOf(folder).length, 2);
    await using other = await open();
    assert(other.lookup(sample(3).key));
  }));

Deno.test("FsStore replaces what is not a file where a file should be", () =>
  inRoom(async ({ folder, open, fill, blob }) => {
    await fill(2);
    const path = blob(sample(2));
    const make: Record<string, () => void> = {
      link: () => {
        Deno.writeFileSync(`${folder}/outside`, sample(2).outputs.out.files["table.tsv"]);
        Deno.symlinkSync(`${folder}/outside`, path);
      },
      folder: () => {
        Deno.mkdirSync(path);
        Deno.writeTextFileSync(`${path}/x`, "");
      },
    };
    for (const [what, act] of Object.entries(make)) {
      Deno.removeSync(path);
      act();
      await using store = await open();
      assertEquals(store.lookup(sample(2).key), undefined, what);
      await store.commit(sample(2).result, sample(2).outputs);
      assert(store.lookup(sample(2).key), what);
      assert(Deno.lstatSync(path).isFile, what);
    }
  }));

Deno.test("openFsStore() removes what dead sessions left, and nothing of living ones", () =>
  inRoom(async ({ store, open }) => {
    await using living = await open();
    await living.commit(sample(0).result, sample(0).outputs);
    const [{ name }] = [...Deno.readDirSync(`${store}/tmp`)];
    Deno.writeTextFileSync(`${store}/tmp/${name}/0`, "unfinished");
    Deno.mkdirSync(`${store}/tmp/dead`);
    Deno.writeTextFileSync(`${store}/tmp/dead/0`, "unfinished");
    Deno.writeTextFileSync(`${store}/lock/session-dead`, "");
    Deno.writeTextFileSync(`${store}/lock/abc`, "");
    using _lock = await living.lock(sample(1).key);
    await using _other = await open();
    assertEquals([...Deno.readDirSync(`${store}/tmp`)].map((entry) => entry.name), [name]);
    assertEquals(Deno.readTextFileSync(`${store}/tmp/${name}/0`), "unfinished");
    assertEquals(
      [...Deno.readDirSync(`${store}/lock`)].map((entry) => entry.name).sort(),
      ["alone", `session-${name}`],
    );
  }));

Deno.test("openFsStore() refuses a format that it does not know", () =>
  inRoom(async ({ store, open, fill }) => {
    await fill(0);
    Deno.writeTextFileSync(`${store}/FORMAT`, '{"format":2,"hash":"sha256"}\n');
    const error = await assertRejects(open, StorageError);
    assertEquals(error.path, store);
    assertStringIncludes(error.message, '"format":2');
  }));

Deno.test("FsStore.tryLock() does not wait", () =>
  inRoom(async ({ open }) => {
    await using one = await open();
    await using two = await open();
    const { key } = sample(0);
    const lock = await one.tryLock(key);
    assert(lock);
    assertEquals(await one.tryLock(key), undefined);
    assertEquals(await two.tryLock(key), undefined);
    lock[Symbol.dispose]();
    const again = await two.tryLock(key);
    assert(again);
    again[Symbol.dispose]();
  }));
