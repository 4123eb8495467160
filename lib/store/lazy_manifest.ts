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
 * assertEquals({ ...lazyManifest(summaryOf(manifest), digestOf("key") as never, () => manifest) }, manifest);
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
 * @param whole reads the manifest itself; throws if it cannot be read
 * @param fileOf reads a small file; `undefined` if it cannot be read
 *
 * @example
 * ```ts
 * import { lazyManifest, summaryOf } from "#lib/store/lazy_manifest.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const key = digestOf("key") as never;
 * const read = () => { throw new Error("nobody asked"); };
 * assertEquals(lazyManifest(summaryOf({ outputs: {} } as never), key, read).outputs, {});
 * ```
 */
export function lazyManifest(
  summary: string,
  key: ActionKey,
  whole: () => Manifest,
  fileOf: FileOf = (port, name) => whole().outputs[port].files[name],
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
        ? new InlineFile(size, fileOf, port, name)
        : { digest: digest as Digest, size };
    }
    outputs[port] = isVolatile ? { kind, digest, volatile: true, files } : { kind, digest, files };
  }
  const manifest = {
    key,
    get weak() {
      return whole().weak;
    },
    get action() {
      return whole().action;
    },
    outputs,
    get provenance() {
      return whole().provenance;
    },
  };
  if (flags === 0) return manifest;
  const more: Record<string, PropertyDescriptor> = {};
  if (flags & keepsDigest) more.keep = { enumerable: true, value: "digest" };
  if (flags & hasReads) more.reads = { enumerable: true, get: () => whole().reads };
  if (flags & hasLog) more.log = { enumerable: true, get: () => whole().log };
  return Object.defineProperties(manifest, more);
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

/** Reads a small file from the line of its manifest. */
type FileOf = (port: string, name: string) => StoredFile | undefined;

/**
 * A file whose digest and contents are read on demand. A class, because accessors of one's own cost five times as
 * much.
 */
class InlineFile implements StoredFile {
  readonly size: number;
  readonly #fileOf: FileOf;
  readonly #port: string;
  readonly #name: string;

  constructor(size: number, fileOf: FileOf, port: string, name: string) {
    this.size = size;
    this.#fileOf = fileOf;
    this.#port = port;
    this.#name = name;
  }

  get digest(): Digest {
    return this.#fileOf(this.#port, this.#name)?.digest ?? unknownDigest;
  }

  get inline(): string {
    return this.#fileOf(this.#port, this.#name)?.inline ?? "";
  }
}

/** Of no file, so that whatever is compared with it counts as damaged. */
const unknownDigest = "sha256:" as Digest;

const keepsDigest = 1;
const hasReads = 2;
const hasLog = 4;
