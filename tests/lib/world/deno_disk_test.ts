import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DiskError } from "#lib/core/disk.ts";
import { denoDisk } from "#lib/world/deno_disk.ts";

const disk = denoDisk();
const text = (value: string) => new TextEncoder().encode(value);

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("denoDisk() creates whole files with mode and time, and refuses to overwrite", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a`;
    await disk.create(path, text("abc"), { mode: 0o444, mtime: 1_600_000_000_123, sync: true });
    const stat = disk.stat(path)!;
    assertEquals([stat.size, stat.mtime, stat.isFile], [3, 1_600_000_000_123, true]);
    assertEquals(Deno.statSync(path).mode! & 0o777, 0o444);
    const error = await assertRejects(() => disk.create(path, text("x")), DiskError);
    assertEquals([error.operation, error.path, error.errno], ["create", path, "EEXIST"]);
    assertEquals(disk.readSync(path), text("abc"));
  }));

Deno.test("denoDisk() reads ranges, past the end too", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a`;
    await disk.create(path, text("0123456789"));
    assertEquals(await disk.read(path, { offset: 7 }), text("789"));
    assertEquals(disk.readSync(path, { offset: 2, length: 3 }), text("234"));
    assertEquals(await disk.read(path, { offset: 8, length: 100 }), text("89"));
    assertEquals(disk.readSync(path, { offset: 20 }), text(""));
  }));

Deno.test("denoDisk() appends, syncs, renames, lists and removes", () =>
  inFolder(async (folder) => {
    const file = await disk.append(`${folder}/b`);
    await file.write(text("one"));
    await file.write(new Uint8Array(300_000).fill(65));
    await file.sync();
    file.close();
    assertEquals(disk.stat(`${folder}/b`)?.size, 300_003);
    await disk.makeDirectory(`${folder}/x/y`);
    await disk.rename(`${folder}/b`, `${folder}/x/b`);
    await disk.syncFile(`${folder}/x/b`);
    await disk.syncDirectory(`${folder}/x`);
    assertEquals(await disk.list(`${folder}/x`), ["b", "y"]);
    assertEquals(await disk.list(`${folder}/none`), []);
    await disk.link(`${folder}/x/b`, `${folder}/x/c`);
    const taken = await assertRejects(() => disk.link(`${folder}/x/b`, `${folder}/x/c`), DiskError);
    assertEquals([taken.errno, taken.path], ["EEXIST", `${folder}/x/c`]);
    await disk.remove(`${folder}/x/c`);
    await disk.remove(`${folder}/x/y`);
    await disk.remove(`${folder}/x/b`);
    assertEquals(await disk.list(`${folder}/x`), []);
  }));

Deno.test("denoDisk() names the errno of what failed", () =>
  inFolder(async (folder) => {
    const error = assertThrows(() => disk.readSync(`${folder}/none`), DiskError);
    assertEquals([error.errno, error.path], ["ENOENT", `${folder}/none`]);
    assertEquals((await assertRejects(() => disk.read(folder), DiskError)).errno, "EISDIR");
    await disk.create(`${folder}/file`, text(""));
    assertEquals(disk.stat(`${folder}/file/below`), undefined);
    const below = await assertRejects(() => disk.makeDirectory(`${folder}/file/d`), DiskError);
    assertEquals(below.errno, "ENOTDIR");
  }));

Deno.test("denoDisk().stat() does not follow links", () =>
  inFolder(async (folder) => {
    await disk.create(`${folder}/file`, text("x"));
    await Deno.symlink(`${folder}/file`, `${folder}/link`);
    assertEquals(disk.stat(`${folder}/link`)?.isSymlink, true);
    assertEquals(disk.stat(`${folder}/link`)?.isFile, false);
  }));

Deno.test("denoDisk().lock() keeps others out and leaves no file behind", () =>
  inFolder(async (folder) => {
    const path = `${folder}/lock`;
    const first = await disk.lock(path);
    assertEquals(await disk.tryLock(path), undefined);
    const order: number[] = [];
    const waiters = [1, 2, 3].map(async (n) => {
      const lock = await disk.lock(path);
      assertEquals(await disk.tryLock(path), undefined, "two held one lock");
      order.push(n);
      lock.release();
    });
    assertEquals(order, []);
    first.release();
    first.release();
    await Promise.all(waiters);
    assertEquals(order.sort(), [1, 2, 3]);
    assertEquals(await disk.list(folder), []);
    const again = await disk.tryLock(path);
    assert(again !== undefined);
    again.release();
  }));
