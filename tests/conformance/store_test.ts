// What every store must do, run over every store there is.

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { actionKey } from "#lib/core/action.ts";
import { type Digest, digestOf, hexOf } from "#lib/core/digest.ts";
import type { Manifest } from "#lib/core/manifest.ts";
import type { Store } from "#lib/core/store.ts";
import { openFsStore } from "#lib/store/fs_store.ts";
import { memoryStore } from "#lib/store/memory_store.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { largeSize, type Sample, sample } from "#tests/lib/store/sample_results.ts";

/** A store, and ways to hurt it below its interface. */
interface Subject extends AsyncDisposable {
  readonly store: Store;
  /** Another opening of the same store, as another process would. */
  another(): Promise<Store>;
  bytesOf(digest: Digest): Uint8Array;
  /** Replaces a blob's bytes; `undefined` removes it. */
  damage(digest: Digest, bytes: Uint8Array | undefined): void;
  numBlobs(): number;
}

const subjects: Readonly<Record<string, () => Promise<Subject>>> = {
  memoryStore: () => {
    const store = memoryStore();
    return Promise.resolve({
      store,
      another: () => Promise.resolve(store),
      bytesOf: (digest) => store.blobs.get(digest)!,
      damage: (digest, bytes) =>
        bytes ? store.blobs.set(digest, bytes) : store.blobs.delete(digest),
      numBlobs: () => [...store.blobs.values()].filter(({ length }) => length >= largeSize).length,
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    });
  },
  openFsStore: async () => {
    const folder = await Deno.makeTempDir();
    const opened: Store[] = [];
    const another = async () => {
      const store = await openFsStore(denoWorld(), `${folder}/store`, {
        index: `${folder}/index`,
        groupMs: 5,
      });
      opened.push(store);
      return store;
    };
    const path = (digest: Digest) =>
      `${folder}/store/cas/sha256/${hexOf(digest).slice(0, 2)}/${hexOf(digest).slice(2)}`;
    return {
      store: await another(),
      another,
      bytesOf: (digest) => Deno.readFileSync(path(digest)),
      damage(digest, bytes) {
        Deno.chmodSync(path(digest), 0o644);
        if (bytes === undefined) Deno.removeSync(path(digest));
        else Deno.writeFileSync(path(digest), bytes);
      },
      numBlobs() {
        const shards = [...Deno.readDirSync(`${folder}/store/cas/sha256`)];
        return shards.flatMap(({ name }) => [
          ...Deno.readDirSync(`${folder}/store/cas/sha256/${name}`),
        ]).length;
      },
      async [Symbol.asyncDispose]() {
        for (const store of opened) await store[Symbol.asyncDispose]();
        await Deno.remove(folder, { recursive: true });
      },
    };
  },
};

async function commit(store: Store, { result, outputs }: Sample): Promise<Manifest> {
  const { manifest, durable } = await store.commit(result, outputs);
  await durable;
  return manifest;
}

function largeFile(manifest: Manifest): Digest {
  return manifest.outputs.out.files["table.tsv"].digest;
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3] ^= 1 << (bit & 7);
  return copy;
}

for (const [name, open] of Object.entries(subjects)) {
  const test = (title: string, run: (subject: Subject) => Promise<void>) =>
    Deno.test(`${name}() ${title}`, async () => {
      await using subject = await open();
      await run(subject);
    });

  test("finds a result as soon as it is committed, and gives its bytes back", async ({ store }) => {
    for (const n of [0, 1, 2]) {
      const { key, result, outputs } = sample(n);
      assertEquals(store.lookup(key), undefined);
      const { manifest, durable } = await store.commit(result, outputs);
      assertEquals(store.lookup(key), manifest);
      assertEquals(manifest.action, result.action);
      assertEquals(manifest.provenance, result.provenance);
      assertEquals(await store.read(manifest.outputs.out), outputs.out.files);
      await durable;
      assertEquals(store.lookup(key), manifest);
    }
    await store.flush();
  });

  test("shows another process what was committed, once it refreshes", async (subject) => {
    const other = await subject.another();
    const { key, outputs } = sample(1);
    const manifest = await commit(subject.store, sample(1));
    await other.refresh();
    assertEquals(other.lookup(key), manifest);
    assertEquals(await other.read(manifest.outputs.out), outputs.out.files);
    const later = await subject.another();
    assertEquals(later.lookup(key), manifest);
  });

  test("keeps every number of the preimage exactly", async (subject) => {
    const odd = sample(0, { a: [-0, NaN, Infinity, -Infinity, 0.1, 1e-320], "__b": { x: null } });
    await commit(subject.store, odd);
    const found = (await subject.another()).lookup(odd.key)!;
    assertEquals(actionKey(found.action), odd.key);
    assert(Object.is((found.action.params.a as number[])[0], -0));
  });

  test("stores equal content once", async (subject) => {
    for (const n of [1, 4, 7, 2]) await commit(subject.store, sample(n));
    assertEquals(subject.numBlobs(), 2);
  });

  test("notices any flipped bit when the bytes are read, and heals by committing again", async (subject) => {
    const { store } = subject;
    const manifest = await commit(store, sample(2));
    const digest = largeFile(manifest);
    const good = subject.bytesOf(digest);
    const seed = Date.now();
    for (let i = 0; i < 8; i++) {
      const bit = (seed + i * 69_997) % (good.length * 8);
      subject.damage(digest, flipped(good, bit));
      const reader = await subject.another();
      assertEquals(await reader.read(manifest.outputs.out), undefined, `bit ${bit}, seed ${seed}`);
      assertEquals(reader.lookup(manifest.key), undefined, `bit ${bit}, seed ${seed}`);
      await commit(reader, sample(2));
      assertEquals(reader.lookup(manifest.key)?.outputs, manifest.outputs);
      assertEquals(await reader.read(manifest.outputs.out), sample(2).outputs.out.files);
      assertEquals(subject.bytesOf(digest), good);
    }
  });

  test("notices damage even if nothing is read", async (subject) => {
    const manifest = await commit(subject.store, sample(2));
    const digest = largeFile(manifest);
    const good = subject.bytesOf(digest);
    const others = ["flipped", "emptied", "halved", "longer", "swapped", "removed"] as const;
    for (const how of others) {
      subject.damage(
        digest,
        {
          flipped: flipped(good, 12345),
          emptied: new Uint8Array(),
          halved: good.slice(0, good.length / 2),
          longer: new Uint8Array([...good, 0]),
          swapped: good.slice().reverse(),
          removed: undefined,
        }[how],
      );
      assertEquals((await subject.another()).lookup(manifest.key), undefined, how);
      assertEquals(subject.store.lookup(manifest.key), undefined, how);
      await commit(subject.store, sample(2));
      assertNotEquals((await subject.another()).lookup(manifest.key), undefined, how);
    }
  });

  test("lets one at a time work on a key", async (subject) => {
    const stores = [subject.store, await subject.another(), await subject.another()];
    const { key } = sample(0);
    let inside = 0;
    let numComputed = 0;
    await Promise.all([0, 1, 2, 3, 4, 5].map(async (i) => {
      const store = stores[i % 3];
      using _lock = await store.lock(key);
      assertEquals(++inside, 1);
      await store.refresh();
      if (store.lookup(key) === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        await store.commit(sample(0).result, sample(0).outputs);
        numComputed++;
      }
      inside--;
    }));
    assertEquals(numComputed, 1);
    const other = await stores[0].lock(sample(1).key);
    other[Symbol.dispose]();
    other[Symbol.dispose]();
  });

  test("keeps the first of two results of one key", async (subject) => {
    const [one, two] = [subject.store, await subject.another()];
    const first = sample(0);
    const second = {
      ...first,
      outputs: { out: { kind: "table", files: { "table.json": new Uint8Array([49]) } } },
    };
    await commit(one, first);
    await two.refresh();
    const kept = await commit(two, second);
    assertEquals(await two.read(kept.outputs.out), first.outputs.out.files);
    const third = await subject.another();
    assertEquals(third.lookup(first.key)?.outputs, kept.outputs);
  });

  test("survives many writers at once", async (subject) => {
    const stores = [subject.store, await subject.another(), await subject.another()];
    await Promise.all(
      Array.from({ length: 90 }, (_, i) => commit(stores[i % 3], sample(i % 30))),
    );
    const reader = await subject.another();
    for (let n = 0; n < 30; n++) {
      const manifest = reader.lookup(sample(n).key);
      assert(manifest !== undefined);
      assertEquals(await reader.read(manifest.outputs.out), sample(n).outputs.out.files);
    }
  });

  test("tells all manifests, the latest first", async (subject) => {
    for (const n of [3, 1, 2]) await commit(subject.store, sample(n));
    const stages = [...subject.store.manifests()].map(({ provenance }) => provenance.stage);
    assertEquals(stages, [2, 1, 3].map((n) => `sample[n=${n}]`));
    assertEquals([...(await subject.another()).manifests()].length, 3);
  });

  test("gives nothing for an artifact that it never had", async ({ store }) => {
    const file = { digest: digestOf("never"), size: 5 };
    const artifact = { kind: "table", digest: digestOf("x"), files: { a: file } };
    assertEquals(await store.read(artifact), undefined);
  });
}
