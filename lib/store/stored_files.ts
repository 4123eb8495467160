// Outputs as a manifest holds them: which files lie inside it, which in the content-addressed folder.

import { type ActionKey, type Digest, digestOf, digestOfValue } from "../core/digest.ts";
import { digestOfFiles, type Files } from "../core/artifact.ts";
import type { Manifest, StoredArtifact, StoredFile } from "../core/manifest.ts";
import type { OutputBytes } from "../core/store.ts";
import { inlineLimit } from "./layout.ts";

/** An artifact as stored, and the files that have to be put beside it. */
export interface SplitArtifact {
  readonly artifact: StoredArtifact;
  readonly blobs: readonly { readonly digest: Digest; readonly bytes: Uint8Array }[];
}

/**
 * Splits an artifact: small files go inside, as many as fit, smallest first.
 *
 * @param volatileDigest what a volatile artifact is known by instead of the digest of its contents
 *
 * @example
 * ```ts
 * import { splitArtifact } from "#lib/store/stored_files.ts";
 * import { assertEquals } from "@std/assert";
 * const files = { "a.npy": new Uint8Array(100_000), "a.json": new Uint8Array([123, 125]) };
 * const { artifact, blobs } = splitArtifact({ kind: "table", files });
 * assertEquals(blobs.length, 1);
 * assertEquals(artifact.files["a.json"].inline, "e30=");
 * ```
 */
export function splitArtifact(
  { kind, files, volatile }: OutputBytes,
  volatileDigest?: Digest,
): SplitArtifact {
  const names = Object.keys(files);
  const inside = namesInside(files);
  const blobs: { digest: Digest; bytes: Uint8Array }[] = [];
  const stored: Record<string, StoredFile> = {};
  const digests: Record<string, Digest> = {};
  for (const name of names) {
    const bytes = files[name];
    const digest = digests[name] = digestOf(bytes);
    if (inside.has(name)) stored[name] = { digest, size: bytes.length, inline: bytes.toBase64() };
    else {
      stored[name] = { digest, size: bytes.length };
      blobs.push({ digest, bytes });
    }
  }
  const artifact: StoredArtifact = volatile === true && volatileDigest !== undefined
    ? { kind, digest: volatileDigest, volatile: true, files: stored }
    : { kind, digest: digestOfFiles(kind, digests), files: stored };
  return { artifact, blobs };
}

/**
 * What a volatile output is known by: dependents see the action that made it, not its bytes.
 *
 * @example
 * ```ts
 * import { volatileDigest } from "#lib/store/stored_files.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertNotEquals } from "@std/assert";
 * const key = digestOf("key") as never;
 * assertNotEquals(volatileDigest(key, "log"), volatileDigest(key, "timings"));
 * ```
 */
export function volatileDigest(key: ActionKey, output: string): Digest {
  return digestOfValue({ volatile: key, output });
}

/**
 * A log as a manifest holds it, and its bytes if they have to be put beside it; `undefined` for an empty one.
 *
 * @example
 * ```ts
 * import { splitLog } from "#lib/store/stored_files.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(splitLog(new TextEncoder().encode("hi\n"))?.log.inline, "aGkK");
 * ```
 */
export function splitLog(
  bytes: Uint8Array,
): { readonly log: StoredFile; readonly blobs: SplitArtifact["blobs"] } | undefined {
  if (bytes.length === 0) return undefined;
  const digest = digestOf(bytes);
  const size = bytes.length;
  return size < logInlineLimit
    ? { log: { digest, size, inline: bytes.toBase64() }, blobs: [] }
    : { log: { digest, size }, blobs: [{ digest, bytes }] };
}

/** Logs are read seldom, and the lines that hold them are read at every start. */
const logInlineLimit = 16 * 1024;

/**
 * The files of a result that lie beside its manifest, the log included, with their names: `output/file` or `log`.
 *
 * @example
 * ```ts
 * import { filesOf } from "#lib/store/stored_files.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const files = { "a.npy": { digest: digestOf("x"), size: 1 }, b: { digest: digestOf(""), size: 0, inline: "" } };
 * const outputs = { out: { kind: "arrays", digest: digestOf("y"), files } };
 * assertEquals(filesOf({ outputs }).map(({ name }) => name), ["out/a.npy"]);
 * ```
 */
export function filesOf(
  { outputs, log }: Pick<Manifest, "outputs" | "log">,
): { readonly name: string; readonly file: StoredFile }[] {
  const found: { name: string; file: StoredFile }[] = [];
  for (const [port, { files }] of Object.entries(outputs)) {
    for (const [name, file] of Object.entries(files)) {
      if (!("inline" in file)) found.push({ name: `${port}/${name}`, file });
    }
  }
  if (log !== undefined && !("inline" in log)) found.push({ name: "log", file: log });
  return found;
}

/**
 * The bytes of a file that lies inside its manifest; `undefined` if they are not what they should be.
 *
 * @example
 * ```ts
 * import { readInline } from "#lib/store/stored_files.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(readInline({ digest: digestOf("{}"), size: 2 }, "e30="), new Uint8Array([123, 125]));
 * assertEquals(readInline({ digest: digestOf("[]"), size: 2 }, "e30="), undefined);
 * ```
 */
export function readInline(file: StoredFile, inline: string): Uint8Array | undefined {
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.fromBase64(inline);
  } catch {
    return undefined;
  }
  return digestOf(bytes) === file.digest ? bytes : undefined;
}

function namesInside(files: Files): ReadonlySet<string> {
  const bySize = Object.keys(files).sort((a, b) =>
    files[a].length - files[b].length || (a < b ? -1 : 1)
  );
  const inside = new Set<string>();
  let total = 0;
  for (const name of bySize) {
    total += files[name].length;
    if (total >= inlineLimit) break;
    inside.add(name);
  }
  return inside;
}
