// Manifests of which only the outputs are at hand: that is all a plan needs to know of a hit. The rest is read from its
// line when somebody asks.

import type { ActionKey, Digest } from "../core/digest.ts";
import type { Manifest, StoredArtifact, StoredFile } from "../core/manifest.ts";

/**
 * The outputs of a manifest without contents, as text.
 *
 * @example
 * ```ts
 * import { lazyManifest, summaryOf } from "#lib/store/lazy_manifest.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const file = { digest: digestOf("x"), size: 1 };
 * const outputs = { out: { kind: "table", digest: digestOf("out"), files: { x: file } } };
 * const manifest = { key: digestOf("key"), outputs, weak: digestOf("weak"), action: {}, provenance: {} } as never;
 * const source = { whole: () => manifest, file: () => undefined };
 * assertEquals({ ...lazyManifest(summaryOf(manifest), digestOf("key") as never, source) }, manifest);
 * ```
 */
export function summaryOf({ outputs, keep, reads, log }: Manifest): string {
  const flags = (keep === "digest" ? keepsDigest : 0) | (reads === undefined ? 0 : hasReads) |
    (log === undefined ? 0 : hasLog);
  const summary: (string | number)[] = [flags];
  for (const [port, { kind, digest, volatile, files }] of Object.entries(outputs)) {
    const list = Object.entries(files);
    summary.push(port, kind, digest, volatile === true ? 1 : 0, list.length);
    for (const [name, file] of list) {
      summary.push(name, file.size, "inline" in file ? 0 : file.digest);
    }
  }
  return JSON.stringify(summary);
}

/**
 * The manifest of a summary.
 *
 * @param source reads what the summary leaves out
 *
 * @example
 * ```ts
 * import { lazyManifest, summaryOf } from "#lib/store/lazy_manifest.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const key = digestOf("key") as never;
 * const whole = () => { throw new Error("nobody asked"); };
 * const source = { whole, file: () => undefined };
 * assertEquals(lazyManifest(summaryOf({ outputs: {} } as never), key, source).outputs, {});
 * ```
 */
export function lazyManifest(
  summary: string,
  key: ActionKey,
  source: ManifestSource,
): Manifest {
  const words = JSON.parse(summary) as (string | number)[];
  const flags = words[0] as number;
  const outputs: Record<string, StoredArtifact> = {};
  for (let at = 1; at < words.length;) {
    const port = words[at++] as string;
    const kind = words[at++] as string;
    const digest = words[at++] as Digest;
    const isVolatile = words[at++] === 1;
    const files: Record<string, StoredFile> = {};
    for (let left = words[at++] as number; left > 0; left--) {
      const name = words[at++] as string;
      const size = words[at++] as number;
      const digest = words[at++];
      files[name] = digest === 0
        ? new InlineFile(size, source, port, name)
        : { digest: digest as Digest, size };
    }
    outputs[port] = isVolatile ? { kind, digest, volatile: true, files } : { kind, digest, files };
  }
  const manifest = { key, outputs };
  Sourced.give(manifest, source);
  // The same getters for all manifests: with getters of its own each would be a dictionary of half a kilobyte.
  Object.defineProperty(manifest, "weak", lazyWeak);
  Object.defineProperty(manifest, "action", lazyAction);
  Object.defineProperty(manifest, "provenance", lazyProvenance);
  if (flags & keepsDigest) Object.defineProperty(manifest, "keep", keptDigest);
  if (flags & hasReads) Object.defineProperty(manifest, "reads", lazyReads);
  if (flags & hasLog) Object.defineProperty(manifest, "log", lazyLog);
  return manifest as object as Manifest;
}

/** Reads from the line of a manifest. */
export interface ManifestSource {
  /** The manifest itself; throws if it cannot be read. */
  whole(): Manifest;
  /** A small file; `undefined` if it cannot be read. */
  file(port: string, name: string): StoredFile | undefined;
}

/**
 * The same outputs as plain data, with the contents of small files; `undefined` if one of them cannot be read.
 *
 * @example
 * ```ts
 * import { plainOutputs } from "#lib/store/lazy_manifest.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(plainOutputs({}), {});
 * ```
 */
export function plainOutputs(outputs: Manifest["outputs"]): Manifest["outputs"] | undefined {
  const plain: Record<string, StoredArtifact> = {};
  for (const [port, artifact] of Object.entries(outputs)) {
    const files: Record<string, StoredFile> = {};
    for (const [name, file] of Object.entries(artifact.files)) {
      if (!(file instanceof InlineFile)) files[name] = file;
      else {
        const { digest, size, inline } = file;
        if (digest === unknownDigest) return undefined;
        files[name] = { digest, size, inline };
      }
    }
    plain[port] = { ...artifact, files };
  }
  return plain;
}

/** Makes nothing, so that private fields of its heirs go to what is there already. */
class Given {
  constructor(object: object) {
    return object;
  }
}

/** Plain objects that know where to read what they lack, out of sight of everybody else. */
class Sourced extends Given {
  readonly #source: ManifestSource;

  constructor(object: object, source: ManifestSource) {
    super(object);
    this.#source = source;
  }

  static give(object: object, source: ManifestSource): void {
    void new Sourced(object, source);
  }

  static whole(object: object): Manifest {
    return (object as Sourced).#source.whole();
  }
}

const lazyWeak = lazy("weak");
const lazyAction = lazy("action");
const lazyProvenance = lazy("provenance");
const lazyReads = lazy("reads");
const lazyLog = lazy("log");
const keptDigest: PropertyDescriptor = { enumerable: true, value: "digest" };

function lazy(name: keyof Manifest): PropertyDescriptor {
  return {
    enumerable: true,
    get(this: object) {
      return Sourced.whole(this)[name];
    },
  };
}

/**
 * A file whose digest and contents are read on demand. A class, because accessors of one's own cost five times as
 * much.
 */
class InlineFile implements StoredFile {
  readonly size: number;
  readonly #source: ManifestSource;
  readonly #port: string;
  readonly #name: string;

  constructor(size: number, source: ManifestSource, port: string, name: string) {
    this.size = size;
    this.#source = source;
    this.#port = port;
    this.#name = name;
  }

  get digest(): Digest {
    return this.#source.file(this.#port, this.#name)?.digest ?? unknownDigest;
  }

  get inline(): string {
    return this.#source.file(this.#port, this.#name)?.inline ?? "";
  }
}

/** Of no file, so that whatever is compared with it counts as damaged. */
const unknownDigest = "sha256:" as Digest;

const keepsDigest = 1;
const hasReads = 2;
const hasLog = 4;
