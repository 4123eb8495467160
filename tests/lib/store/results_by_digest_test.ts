// What a store knows beyond bytes: results kept by digest only, recomputed ones, logs, volatile outputs, and results
// found by what their tasks looked at.

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { digestOf, digestOfValue } from "#lib/core/digest.ts";
import type { Manifest } from "#lib/core/manifest.ts";
import type { Store } from "#lib/core/store.ts";
import { traceKey } from "#lib/core/trace.ts";
import { type FsStore, openFsStore } from "#lib/store/fs_store.ts";
import { layoutOf } from "#lib/store/layout.ts";
import { memoryStore } from "#lib/store/memory_store.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { largeSize, randomBytes, sample } from "./sample_results.ts";

interface Room {
  readonly store: string;
  readonly warnings: string[];
  open(): Promise<FsStore>;
}

async function inRoom(run: (room: Room) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const store = `${folder}/store`;
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const open = () =>
    openFsStore(denoWorld(), store, {
      index: `${folder}/index`,
      packFrom: 0,
      warn,
      groupMs: 5,
    });
  try {
    await run({ store, warnings, open });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

function blobPath(store: string, manifest: Manifest, file = "table.tsv", output = "out"): string {
  return layoutOf(store).blob(manifest.outputs[output].files[file].digest).path;
}

/** Digests of all files, by output. */
function digests(manifest: Manifest | undefined) {
  return Object.entries(manifest?.outputs ?? {}).map(([port, { digest, files }]) => [
    port,
    digest,
    ...Object.entries(files).map(([name, file]) => [name, file.digest, file.size]),
  ]);
}

const otherBytes = (n: number) => ({
  out: { kind: "table", files: { "table.tsv": randomBytes(n, largeSize) } },
});

async function readLog(store: Store, { log }: Manifest): Promise<string | undefined> {
  if (log === undefined) return undefined;
  const files = await store.read({ kind: "file", digest: log.digest, files: { log } });
  return files && new TextDecoder().decode(files.log);
}

Deno.test("FsStore shares what is kept by digest among living sessions, and forgets its bytes after", () =>
  inRoom(async ({ store: folder, open }) => {
    const { key, result, outputs } = sample(2);
    let manifest: Manifest;
    {
      await using one = await open();
      await using two = await open();
      await two.commit(sample(0).result, sample(0).outputs);
      ({ manifest } = await one.commit(result, outputs, { keep: "digest" }));
      await one.flush();
      assert(!exists(blobPath(folder, manifest)), "large files are not kept for good");
      assertEquals(manifest.keep, "digest");
      await two.refresh();
      assertEquals(digests(two.lookup(key)), digests(manifest));
      assertEquals(await two.read(manifest.outputs.out), outputs.out.files);
      await one[Symbol.asyncDispose]();
      assertEquals(await two.read(manifest.outputs.out), outputs.out.files, "one is still alive");
    }
    assert(!exists(layoutOf(folder).transient));
    await using next = await open();
    assertEquals(next.lookup(key), undefined);
    assertEquals(digests(next.recall(key)), digests(manifest));
    assert(!next.isPresent(next.recall(key)!));
    assertEquals(await next.read(manifest.outputs.out), undefined);
    // Small files lie inside the manifest, whatever is kept.
    const small = await next.commit(sample(3).result, sample(3).outputs, { keep: "digest" });
    assert(next.isPresent(small.manifest));
  }));

Deno.test("openFsStore() removes transient files that a killed process left", () =>
  inRoom(async ({ store: folder, open }) => {
    await using one = await open();
    await one.commit(sample(0).result, sample(0).outputs);
    const left = `${layoutOf(folder).transient}/ab`;
    Deno.mkdirSync(left, { recursive: true });
    Deno.writeTextFileSync(`${left}/cd`, "");
    await (await open())[Symbol.asyncDispose]();
    assert(exists(left), "somebody is at work");
    await one[Symbol.asyncDispose]();
    Deno.mkdirSync(left, { recursive: true });
    await (await open())[Symbol.asyncDispose]();
    assert(!exists(layoutOf(folder).transient));
  }));

Deno.test("FsStore takes equal bytes back without a second manifest", () =>
  inRoom(async ({ store: folder, open }) => {
    const { key, result, outputs } = sample(2);
    {
      await using store = await open();
      const { manifest } = await store.commit(result, outputs);
      await store[Symbol.asyncDispose]();
      Deno.removeSync(blobPath(folder, manifest));
    }
    {
      await using store = await open();
      assertEquals(store.lookup(key), undefined);
      const known = store.recall(key);
      assert(known !== undefined && !store.isPresent(known));
      const later = { ...result, provenance: { ...result.provenance, run: "later" } };
      const { manifest, durable } = await store.commit(later, outputs);
      await durable;
      assertEquals(manifest.provenance.run, "r", "the first stands");
      assertEquals(store.lookup(key), manifest);
    }
    await using next = await open();
    assertEquals([...next.manifests()].length, 1);
    assertEquals(await next.read(next.lookup(key)!.outputs.out), outputs.out.files);
  }));

Deno.test("FsStore lets a recomputed result take the place of one whose bytes are gone", () =>
  inRoom(async ({ store: folder, open }) => {
    const { key, result, outputs } = sample(2);
    const digestsOf = async () => {
      await using store = await open();
      return [store.lookup(key), store.recall(key)].map((found) => found?.outputs.out.digest);
    };
    const commit = async (outputs: ReturnType<typeof sample>["outputs"]) => {
      await using store = await open();
      return (await store.commit(result, outputs)).manifest;
    };
    const first = await commit(outputs);
    assertEquals(digests(await commit(otherBytes(9))), digests(first), "the first stands");
    Deno.removeSync(blobPath(folder, first));
    const second = await commit(otherBytes(8));
    assertNotEquals(second.outputs.out.digest, first.outputs.out.digest);
    assertEquals(await digestsOf(), [second.outputs.out.digest, second.outputs.out.digest]);
    // The bytes of the first come back by another action: the second stands all the same.
    {
      await using store = await open();
      await store.commit({ ...result, key: digestOf("other") as never }, outputs);
    }
    assertEquals(await digestsOf(), [second.outputs.out.digest, second.outputs.out.digest]);
    Deno.removeSync(blobPath(folder, second));
    assertEquals(await digestsOf(), [undefined, second.outputs.out.digest]);
    const third = await commit(otherBytes(7));
    assertEquals(await digestsOf(), [third.outputs.out.digest, third.outputs.out.digest]);
  }));

for (const kind of ["FsStore", "memoryStore()"]) {
  const inStore = async (run: (open: () => Promise<Store>) => Promise<void>) => {
    if (kind === "FsStore") return await inRoom(({ open }) => run(open));
    const store = memoryStore();
    await run(() => Promise.resolve(store));
  };

  Deno.test(`${kind} keeps logs, small and large, and none of silence`, () =>
    inStore(async (open) => {
      const texts = ["", "one line\n", "line after line\n".repeat(5000)];
      {
        await using store = await open();
        for (const [n, text] of texts.entries()) {
          const log = new TextEncoder().encode(text);
          await store.commit(sample(n).result, sample(n).outputs, { log, keep: "digest" });
        }
      }
      await using store = await open();
      for (const [n, text] of texts.entries()) {
        const manifest = store.recall(sample(n).key)!;
        assertEquals(await readLog(store, manifest), text === "" ? undefined : text);
      }
    }));

  Deno.test(`${kind} knows volatile outputs by their action`, () =>
    inStore(async (open) => {
      const digests: string[] = [];
      for (const [n, text] of [[3, "took 3 ms"], [6, "took 4 ms"], [6, "took 5 ms"]] as const) {
        const { key, result, outputs } = sample(n);
        await using store = await open();
        const files = { text: new TextEncoder().encode(text) };
        const timings = { kind: "file", files, volatile: true };
        const { manifest } = await store.commit(result, { ...outputs, timings });
        assertEquals(manifest.outputs.timings.volatile, true);
        assertEquals(
          manifest.outputs.timings.digest,
          digestOfValue({ volatile: key, output: "timings" }),
        );
        digests.push(manifest.outputs.timings.digest);
      }
      assertNotEquals(digests[0], digests[1]);
      assertEquals(digests[1], digests[2]);
    }));

  Deno.test(`${kind} finds a result by what its task looked at`, () =>
    inStore(async (open) => {
      const reads = { params: ["=/n"], inputs: {} };
      const whole = { params: ["#"], inputs: { x: ["table.tsv"] } };
      const { result, outputs } = sample(0, { label: "a" });
      const { weak, action } = result;
      const trace = traceKey(weak, whole, action, () => ({ "table.tsv": digestOf("t") }))!;
      {
        await using store = await open();
        assertEquals(store.shapes(weak), []);
        await store.commit({ ...result, reads }, outputs);
        assertEquals(store.shapes(weak), [reads]);
        const other = sample(3);
        await store.commit({ ...other.result, reads: whole }, other.outputs, { trace });
      }
      await using store = await open();
      assertEquals(store.shapes(weak), [whole, reads]);
      assertEquals(store.shapes(digestOf("another")), []);
      assertEquals(store.traced(trace)?.key, sample(3).key);
      const changed = sample(0, { label: "b" });
      const seen = traceKey(weak, reads, changed.result.action, () => undefined)!;
      const found = store.traced(seen)!;
      assertEquals([found.key, found.reads], [result.key, reads]);
      const provenance = { ...changed.result.provenance, traced_from: found.key };
      const alias = { ...found, ...changed.result, provenance, reads };
      const { manifest, durable } = await store.alias!(alias);
      await durable;
      assertEquals(digests(manifest), digests(found));
      assertEquals(store.lookup(changed.key)?.provenance.traced_from, result.key);
      const again = await store.alias!({ ...alias, outputs: {} });
      assertEquals(digests(again.manifest), digests(found), "the first stands");
    }));
}

Deno.test("FsStore records further keys of results whose bytes are gone", () =>
  inRoom(async ({ open }) => {
    const { result, outputs } = sample(2);
    const key = digestOf("alias") as never;
    {
      await using store = await open();
      const { manifest } = await store.commit(result, outputs, { keep: "digest" });
      await store.alias({ ...manifest, key });
    }
    await using store = await open();
    assertEquals(store.lookup(key), undefined);
    assertEquals(digests(store.recall(key)), digests(store.recall(result.key)));
  }));

Deno.test("FsStore passes over damaged and torn lines of traces", () =>
  inRoom(async ({ store: folder, open }) => {
    const reads = { params: ["=/n"], inputs: {} };
    const numbers = [0, 3, 6];
    const traceOf = (n: number) => {
      const { weak, action } = sample(n).result;
      return traceKey(weak, reads, action, () => undefined)!;
    };
    {
      await using store = await open();
      for (const n of numbers) {
        await store.commit({ ...sample(n).result, reads }, sample(n).outputs);
      }
    }
    const [{ name }] = [...Deno.readDirSync(layoutOf(folder).traces)];
    const path = `${layoutOf(folder).traces}/${name}`;
    const good = Deno.readFileSync(path);
    const lines = (text: Uint8Array) => new TextDecoder().decode(text).split("\n").length - 1;
    assertEquals(lines(good), 3);
    const found = async () => {
      await using store = await open();
      return numbers.filter((n) => store.traced(traceOf(n)) !== undefined);
    };
    assertEquals(await found(), numbers);
    const seed = Date.now();
    for (let i = 0; i < 30; i++) {
      const bytes = good.slice();
      const at = (seed * 31 + i * 7919) % good.length;
      bytes[at] ^= 1 << (i % 8);
      Deno.writeFileSync(path, bytes);
      const left = await found();
      // A flipped line end joins two lines.
      assert(left.length === 2 || left.length === 1, `byte ${at}, seed ${seed}: ${left}`);
      assertEquals(left.filter((n) => !numbers.includes(n)), []);
    }
    Deno.writeFileSync(path, good.slice(0, good.length - 3));
    assertEquals(await found(), [0, 3]);
    Deno.removeSync(path);
    Deno.mkdirSync(path);
    assertEquals(await found(), []);
  }));

Deno.test("FsStore sees traces of a process that goes on writing", () =>
  inRoom(async ({ open }) => {
    const reads = { params: ["=/n"], inputs: {} };
    await using one = await open();
    await one.commit({ ...sample(0).result, reads }, sample(0).outputs);
    await one.flush();
    await using two = await open();
    assertEquals(two.shapes(sample(0).result.weak), [reads]);
    const { result, outputs } = sample(3);
    await one.commit({ ...result, reads }, outputs);
    await one.flush();
    await two.refresh();
    const trace = traceKey(result.weak, reads, result.action, () => undefined)!;
    assertEquals(two.traced(trace)?.key, result.key);
  }));
