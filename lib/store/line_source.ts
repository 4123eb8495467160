// What a lazy manifest reads from: the line of its entry, once, also if it cannot be read, so that what is damaged is told
// once.

import type { Manifest, StoredFile } from "../core/manifest.ts";
import { StorageError } from "../core/store.ts";
import type { ManifestSource } from "./lazy_manifest.ts";
import type { Entry } from "./segment.ts";

/** Who reads whole lines. */
interface LineReader {
  loadWhole(entry: Entry): Manifest | undefined;
}

/**
 * The source of one entry's manifest.
 *
 * @example
 * ```ts
 * import { LineSource } from "#lib/store/line_source.ts";
 * import { assertEquals } from "@std/assert";
 * const source = new LineSource({ loadWhole: () => undefined }, {} as never);
 * assertEquals(source.file("out", "x"), undefined);
 * ```
 */
export class LineSource implements ManifestSource {
  readonly #reader: LineReader;
  readonly #entry: Entry;
  #whole: Manifest | null | undefined;

  constructor(reader: LineReader, entry: Entry) {
    this.#reader = reader;
    this.#entry = entry;
  }

  /** The manifest. @throws {StorageError} if its line is damaged. */
  whole(): Manifest {
    const manifest = this.#read();
    if (manifest !== null) return manifest;
    const { segment, offset } = this.#entry;
    const what = `is damaged at byte ${offset}; \`basin fsck --repair\` sets it aside`;
    throw new StorageError("read", segment.path, what);
  }

  /** A file of it; `undefined` if its line is damaged. */
  file(port: string, name: string): StoredFile | undefined {
    return this.#read()?.outputs[port]?.files[name];
  }

  #read(): Manifest | null {
    if (this.#whole === undefined) this.#whole = this.#reader.loadWhole(this.#entry) ?? null;
    return this.#whole;
  }
}
