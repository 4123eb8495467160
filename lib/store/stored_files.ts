// Outputs as a manifest holds them: which files lie inside it, which in the content-addressed folder.

import { type Digest, digestOf } from "../core/digest.ts";
import { digestOfFiles, type Files } from "../core/artifact.ts";
import type { StoredArtifact, StoredFile } from "../core/manifest.ts";
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
export function splitArtifact({ kind, files }: OutputBytes): SplitArtifact {
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
  return { artifact: { kind, digest: digestOfFiles(kind, digests), files: stored }, blobs };
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
