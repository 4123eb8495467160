// Packed segments: the same results without reading their lines, and no trust in what does not look as it did.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { digestOf } from "#lib/core/digest.ts";
import type { Disk } from "#lib/core/disk.ts";
import { StorageError } from "#lib/core/store.ts";
import { check } from "#lib/store/check.ts";
import { type FsStore, openFsStore } from "#lib/store/fs_store.ts";
import { layoutOf } from "#lib/store/layout.ts";
import { hashOf, PackedSegment, packSegment } from "#lib/store/packed_segment.ts";
import { PackedTable } from "#lib/store/packed_table.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { filesBelow } from "#tests/support/stored.ts";
import { sample } from "./sample_results.ts";

const numbers = [0, 1, 2, 3, 6];

interface Room {
  readonly folder: string;
  readonly warnings: string[];
  open(world?: ReturnType<typeof denoWorld>): Promise<FsStore>;
  segment(): Promise<string>;
  packed(): Promise<string>;
}

async function inRoom(run: (room: Room) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const options = { index: `${folder}/index`, packFrom: 0, warn, groupMs: 5 };
  const room: Room = {
    folder,
    warnings,
    open: (world = denoWorld()) => openFsStore(world, `${folder}/store`, options),
    segment: async () => (await filesBelow(layoutOf(`${folder}/store`).segments))[0],
    packed: async () =>
      (await filesBelow(`${folder}/index`)).find((path) => path.includes("/segments-"))!,
  };
  try {
    await using store = await room.open();
    for (const n of numbers) {
      const log = new TextEncoder().encode(`made ${n}\n`);
      const result = { ...sample(n).result, reads: { params: ["=/n"], inputs: {} } };
      await store.commit(result, sample(n).outputs, n === 3 ? { keep: "digest" } : { log });
    }
    await store[Symbol.asyncDispose]();
    await run(room);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The real disk, counting reads of segments. */
function countingWorld() {
  let numReads = 0;
  const world = denoWorld();
  const count = (path: string) => path.endsWith(".ndjson") && numReads++;
  const disk: Disk = {
    ...world.disk,
    read: (path, range) => (count(path), world.disk.read(path, range)),
    readSync: (path, range) => (count(path), world.disk.readSync(path, range)),
  };
  return { world: { ...world, disk }, numReads: () => numReads };
}

Deno.test("FsStore knows the outputs of packed segments without reading them", () =>
  inRoom(async ({ open }) => {
    const { world, numReads } = countingWorld();
    await using store = await open(world);
    for (const n of numbers) {
      const found = store.lookup(sample(n).key)!;
      assertEquals(Object.keys(found.outputs), ["out"]);
      assertEquals(found.outputs.out.kind, "table");
      assertEquals(found.keep, n === 3 ? "digest" : undefined);
      assert(store.isPresent(found));
    }
    assertEquals(numReads(), 0);
    for (const n of numbers) {
      const { key, result, outputs } = sample(n);
      const found = store.lookup(key)!;
      const { key: _key, outputs: artifacts, ...rest } = { ...found };
      const log = rest.log;
      assertEquals(rest.provenance, result.provenance);
      assertEquals([rest.action, rest.weak], [result.action, result.weak]);
      assertEquals(rest.reads, { params: ["=/n"], inputs: {} });
      assertEquals(log?.digest, n === 3 ? undefined : digestOf(`made ${n}\n`));
      assertEquals(await store.read(artifacts.out), outputs.out.files);
    }
    assertEquals([...store.manifests()].length, numbers.length);
  }));

Deno.test("FsStore does without a packed segment that is damaged or of another time", () =>
  inRoom(async ({ open, packed, segment }) => {
    const path = await packed();
    const good = await Deno.readFile(path);
    const seed = Date.now();
    const look = async (): Promise<number> => {
      const { world, numReads } = countingWorld();
      await using store = await open(world);
      for (const n of numbers) {
        const found = store.lookup(sample(n).key)!;
        assertEquals(await store.read(found.outputs.out), sample(n).outputs.out.files);
        assertEquals(found.provenance.stage, `sample[n=${n}]`);
      }
      return numReads();
    };
    await look();
    for (let i = 0; i < 25; i++) {
      const bytes = good.slice();
      bytes[(seed + i * 7919) % bytes.length] ^= 1 << (i % 8);
      await Deno.writeFile(path, bytes);
      assert(await look() > 0, `seed ${seed}, ${i}`);
    }
    await Deno.writeFile(path, good.slice(0, good.length >> 1));
    assert(await look() > 0);
    const now = new Date();
    await Deno.utime(await segment(), now, now);
    await Deno.writeFile(path, good);
    assert(await look() > 0, "the segment was touched");
  }));

Deno.test("FsStore heals a line that was damaged behind the back of its packed form", () =>
  inRoom(async ({ folder, open, segment, warnings }) => {
    const path = await segment();
    const { mtime } = await Deno.stat(path);
    const bytes = await Deno.readFile(path);
    const text = new TextDecoder().decode(bytes);
    bytes[text.indexOf(sample(6).key) + 300] ^= 1;
    using file = await Deno.open(path, { write: true });
    await file.write(bytes);
    await file.utime(mtime!, mtime!);
    {
      await using store = await open();
      const found = store.lookup(sample(6).key)!;
      assert(found, "nothing shows from outside");
      assertEquals(await store.read(found.outputs.out), undefined);
      assertEquals(store.lookup(sample(6).key), undefined);
      assertThrows(() => found.provenance, StorageError, "fsck --repair");
      assertEquals(warnings.length, 1);
      await store.commit(sample(6).result, sample(6).outputs);
    }
    await using next = await open();
    const healed = next.lookup(sample(6).key)!;
    assertEquals(await next.read(healed.outputs.out), sample(6).outputs.out.files);
    assertEquals(healed.provenance.stage, "sample[n=6]");
    assertEquals((await check(denoWorld(), `${folder}/store`)).damage.length, 1);
    await next[Symbol.asyncDispose]();
    await check(denoWorld(), `${folder}/store`, { repair: true });
    assertEquals((await check(denoWorld(), `${folder}/store`)).damage, []);
    await using last = await open();
    for (const n of numbers) {
      const found = last.lookup(sample(n).key)!;
      assertEquals(await last.read(found.outputs.out), sample(n).outputs.out.files);
    }
  }));

Deno.test("PackedTable finds every key of many segments once, and no other", () => {
  const table = new PackedTable<string>();
  const key = (n: number) => digestOf(`key ${n}`);
  const pack = (from: number, count: number) => {
    const records = Array.from({ length: count }, (_, i) => ({
      key: key(from + i) as never,
      generation: i,
      offset: 2 ** 40 + i,
      length: i,
      summary: `["é",${i}]`,
    }));
    return PackedSegment.read(packSegment({ ino: 1, size: 2, mtime: 3 }, [], records))!;
  };
  const find = (n: number) =>
    table.take(key(n).slice(7)).map(({ owner, packed, index }) => {
      const place = packed.offsetAt(index) - 2 ** 40;
      return [owner, place, packed.summaryAt(index), String(packed.keyAt(index)) === key(n)];
    });
  assertEquals(find(0), []);
  table.add("a", pack(0, 3000));
  assertEquals(find(17), [["a", 17, '["é",17]', true]]);
  assertEquals(find(17), []);
  table.add("b", pack(2000, 2000));
  table.add("none", pack(0, 0));
  assertEquals(find(17), [], "not even after the table has grown");
  assertEquals(find(2500).map(([owner]) => owner).sort(), ["a", "b"]);
  assertEquals(find(3999), [["b", 1999, '["é",1999]', true]]);
  assertEquals(find(4000), []);
  assertEquals(table.takeAll("a").length, 2998);
  assertEquals(table.takeAll("b").length, 1998);
  assertEquals(hashOf(key(3).slice(7)), parseInt(key(3).slice(7, 15), 16) | 0);
});
