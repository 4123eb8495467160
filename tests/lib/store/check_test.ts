// fsck: finds every damage, goes on after each, and leaves a store that heals by running again.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Disk } from "#lib/core/disk.ts";
import { DiskError } from "#lib/core/disk.ts";
import { StorageError } from "#lib/core/store.ts";
import { check } from "#lib/store/check.ts";
import { openFsStore } from "#lib/store/fs_store.ts";
import { layoutOf } from "#lib/store/layout.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { corruptStore, damageKinds } from "#tests/support/store_damage.ts";
import { filesBelow } from "#tests/support/stored.ts";
import { withSeed } from "#tests/support/with_seed.ts";
import { sample } from "./sample_results.ts";

const numbers = [0, 1, 2, 3, 4, 5, 8, 11];

async function inRoom(run: (store: string, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(`${folder}/store`, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Commits what is missing, and returns what had to be made again. */
async function fill(store: string): Promise<number[]> {
  await using opened = await openFsStore(denoWorld(), store, { groupMs: 1, warn: () => {} });
  const made: number[] = [];
  for (const n of numbers) {
    const { key, result, outputs } = sample(n);
    const found = opened.lookup(key);
    if (found !== undefined) {
      const files = await opened.read(found.outputs.out);
      if (files !== undefined) {
        assertEquals(files, outputs.out.files, `action ${n} is not what it was`);
        continue;
      }
    }
    made.push(n);
    const reads = { params: ["=/n"], inputs: {} };
    await opened.commit({ ...result, reads }, outputs);
  }
  const keys = numbers.map((n) => sample(n).key);
  await opened.keepRun({ workflow: "w", results: "00", run: "r1", keys });
  return made;
}

Deno.test("check() finds nothing in a sound store, and reads all of it", () =>
  inRoom(async (store) => {
    await fill(store);
    const { results, files, bytes, byDigest, damage, foreign } = await check(denoWorld(), store);
    assertEquals({ damage, foreign, results, byDigest }, {
      damage: [],
      foreign: [],
      results: numbers.length,
      byDigest: 0,
    });
    assertEquals(files, 5);
    assertEquals(bytes, 5 * 70_000);
  }));

/** How many corruptions; a longer run sets it from outside. */
const numCorruptions = Number(Deno.env.get("BASIN_CORRUPTIONS") ?? 28);

Deno.test("check() finds every corruption, and so does whoever reads", () =>
  withSeed(async (draw) => {
    for (let i = 0; i < numCorruptions; i++) {
      await inRoom(async (store) => {
        await fill(store);
        const { what, paths } = await corruptStore(store, draw, damageKinds[i % 7]);
        const before = await check(denoWorld(), store);
        assert(before.damage.length > 0, `not found: ${what}`);
        for (const path of paths) {
          assert(before.damage.some((one) => one.path === path), `${what}: ${path} not named`);
        }
        const kind = damageKinds[i % 7];
        // A flip in a record may hit the very names.
        if (kind !== "flip a byte's bits" && kind !== "corrupt a record") {
          assert(before.damage.some(({ of }) => of?.workflow === "w"), `${what}: no stage named`);
        }
        if (i % 2 === 0) {
          const { repaired } = await check(denoWorld(), store, { repair: true });
          assert(repaired);
          const after = await check(denoWorld(), store);
          assertEquals(after.damage, [], what);
        }
        // Whatever is read is right: fill() compares. What was damaged is made again, and then all is well.
        await fill(store);
        assertEquals(await fill(store), [], what);
        if (i % 2 === 0) assertEquals((await check(denoWorld(), store)).damage, [], what);
      });
    }
  }));

Deno.test("check() finds damage in traces, roots and the format, and repairs it", () =>
  inRoom(async (store) => {
    const layout = layoutOf(store);
    const spoil = async (folder: string, ending: string, change: (bytes: Uint8Array) => void) => {
      const path = (await filesBelow(folder)).find((path) => path.endsWith(ending))!;
      const bytes = await Deno.readFile(path);
      change(bytes);
      await Deno.writeFile(path, bytes);
      return path;
    };
    const flip = (bytes: Uint8Array) => bytes[bytes.length >> 1] ^= 4;
    await fill(store);
    const expected = [
      [await spoil(layout.traces, ".ndjson", flip), "traces"],
      [await spoil(layout.roots, ".keys", flip), "roots"],
      [await spoil(store, "FORMAT", (bytes) => bytes[0] ^= 1), "format"],
    ];
    const { damage } = await check(denoWorld(), store, { repair: true });
    for (const [path, part] of expected) {
      assert(damage.some((one) => one.path === path && one.part === part), path);
    }
    assertEquals((await check(denoWorld(), store)).damage, []);
    assertEquals(await fill(store), []);
  }));

Deno.test("check() misses the results of a segment that was cut at the end of a line", () =>
  inRoom(async (store) => {
    await fill(store);
    const [segment] = await filesBelow(layoutOf(store).segments);
    const bytes = await Deno.readFile(segment);
    const end = bytes.indexOf(10, bytes.length >> 1);
    await Deno.writeFile(segment, bytes.slice(0, end + 1));
    const { damage } = await check(denoWorld(), store);
    assertEquals(damage.map(({ part, kind }) => [part, kind]), [["roots", "missing"]]);
    assertStringIncludes(damage[0].what, "results that run r1 gave");
    await check(denoWorld(), store, { repair: true });
    assertEquals((await check(denoWorld(), store)).damage, []);
  }));

Deno.test("check() tells lost files of kept results from those kept by digest", () =>
  inRoom(async (store) => {
    {
      await using opened = await openFsStore(denoWorld(), store, { groupMs: 1 });
      await opened.commit(sample(2).result, sample(2).outputs, { keep: "digest" });
      await opened.commit(sample(5).result, sample(5).outputs);
      await opened.commit(sample(8).result, sample(8).outputs);
      const keys = [2, 5].map((n) => sample(n).key);
      await opened.keepRun({ workflow: "w", results: "00", run: "r1", keys });
    }
    assertEquals((await check(denoWorld(), store)).byDigest, 1);
    for (const path of await filesBelow(layoutOf(store).cas)) await Deno.remove(path);
    const { damage, missing, byDigest } = await check(denoWorld(), store);
    assertEquals([damage.length, byDigest], [0, 3]);
    assertEquals(missing.map(({ kind, of }) => [kind, of?.stage]), [["missing", "sample[n=5]"]]);
  }));

Deno.test("check() goes on after a file that cannot be read", () =>
  inRoom(async (store) => {
    await fill(store);
    const world = denoWorld();
    const [one, two] = await filesBelow(layoutOf(store).cas);
    const disk: Disk = {
      ...world.disk,
      read: (path, range) =>
        path === one
          ? Promise.reject(new DiskError("read", path, "EIO"))
          : world.disk.read(path, range),
    };
    const bytes = await Deno.readFile(two);
    bytes[7] ^= 1;
    await Deno.chmod(two, 0o644);
    await Deno.writeFile(two, bytes);
    const { damage } = await check({ ...world, disk }, store);
    assertEquals(
      damage.map(({ path, kind }) => [path, kind]).sort(),
      [
        [one, "unreadable"],
        [two, "damaged"],
      ].sort(),
    );
    assertStringIncludes(damage.find(({ path }) => path === one)!.what, "EIO");
  }));

Deno.test("check() names foreign files, and repairs nothing while a run is using the store", () =>
  inRoom(async (store) => {
    await fill(store);
    await Deno.writeTextFile(`${store}/notes.txt`, "");
    await Deno.writeTextFile(`${store}/cas/sha256/.DS_Store`, "");
    assertEquals(
      (await check(denoWorld(), store)).foreign.map((path) => path.slice(store.length)),
      [
        "/notes.txt",
        "/cas/sha256/.DS_Store",
      ],
    );
    await using opened = await openFsStore(denoWorld(), store);
    await opened.commit(sample(14).result, sample(14).outputs);
    assertEquals((await check(denoWorld(), store)).damage, [], "it may be read meanwhile");
    const repairing = () => check(denoWorld(), store, { repair: true });
    assertStringIncludes(
      (await assertRejects(repairing, StorageError)).reason,
      "a run is using it",
    );
  }));
