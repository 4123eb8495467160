// The bytes of results: files kept for good, files kept for the time of a run, and the index of those that were
// verified. Leaves out: what the files mean (fs_store.ts), and how one is put in place (blobs.ts).

import type { Digest } from "../core/digest.ts";
import type { Clock, Disk } from "../core/disk.ts";
import type { Manifest, StoredFile } from "../core/manifest.ts";
import { Blobs, type PendingBlob } from "./blobs.ts";
import { type Layout, transientLayout } from "./layout.ts";
import { StatIndex } from "./stat_index.ts";
import { filesOf, readInline } from "./stored_files.ts";

/** What is needed. */
export interface StoredBytesOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly layout: Layout;
  readonly warn: (message: string) => void;
  /** A fresh path on the store's file system, in a folder that exists. */
  readonly temporaryPath: () => string;
  /** Folder of the disposable index of verified files. */
  readonly index: string | undefined;
  readonly newId: () => string;
}

/** Bytes by digest. */
interface NamedBytes {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

/** The files of a store. */
export class StoredBytes {
  /** Files kept for good. */
  readonly kept: Blobs;
  readonly #transient: Blobs;
  readonly #looks: StatIndex;
  #found: PendingBlob[] = [];

  constructor({ index, newId, ...options }: StoredBytesOptions) {
    const { disk, layout } = options;
    this.#looks = new StatIndex(disk, index, layout.root, newId);
    this.kept = new Blobs({ ...options, index: this.#looks });
    this.kept.onFound = (blob) => this.#found.push(blob);
    this.#transient = new Blobs({
      ...options,
      layout: transientLayout(layout),
      index: new StatIndex(disk, undefined, layout.root, newId),
    });
  }

  /** Whether all files of the outputs are there and look untouched. */
  arePresent({ outputs }: Pick<Manifest, "outputs">): boolean {
    for (const port in outputs) {
      const { files } = outputs[port];
      for (const name in files) {
        const file = files[name];
        if ("inline" in file || this.kept.check(file) || this.#transient.check(file)) continue;
        return false;
      }
    }
    return true;
  }

  /** The verified bytes of a file; `undefined` if they are not there. */
  async read(file: StoredFile): Promise<Uint8Array | undefined> {
    if (file.inline !== undefined) return readInline(file, file.inline);
    return await this.kept.read(file) ?? await this.#transient.read(file);
  }

  /** Puts files in place for good; returns those that are not durable yet. */
  async keep(files: readonly NamedBytes[]): Promise<(PendingBlob | undefined)[]> {
    return await Promise.all(files.map(({ digest, bytes }) => this.kept.put(digest, bytes)));
  }

  /** Puts files in place for the time of a run, unless another result keeps them for good. */
  async keepForNow(files: readonly NamedBytes[]): Promise<void> {
    await Promise.all(
      files.filter(({ digest, bytes }) => !this.kept.check({ digest, size: bytes.length }))
        .map(({ digest, bytes }) => this.#transient.put(digest, bytes)),
    );
  }

  /** Files of the outputs that are there but not durable yet. */
  pendingOf({ outputs }: Pick<Manifest, "outputs">): (PendingBlob | undefined)[] {
    return filesOf({ outputs }).map(({ file }) => this.kept.pending(file.digest));
  }

  /** Saves the work of hashing again for files that were found good. Nobody depends on it. */
  async vouchForFound(): Promise<void> {
    const found = this.#found;
    this.#found = [];
    try {
      await this.kept.sync(found);
    } catch (error) {
      await this.kept.discard(found, error);
    }
    await this.#looks.save();
  }

  close(): void {
    this.#looks.close();
  }
}
