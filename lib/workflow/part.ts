// Parts of artifacts: one artifact among the files of another, in a folder that a column of a table names.

import { digestOfFiles } from "../core/artifact.ts";
import type { Digest } from "../core/digest.ts";
import type { StoredArtifact, StoredFile } from "../core/manifest.ts";

/** Where a part lies in an artifact, and of which kind it is. */
export interface Part {
  readonly folder: string;
  readonly kind: string;
}

type FilesByName = Readonly<Record<string, StoredFile>>;

/** Files by every folder that they lie in, for artifacts of which a part was asked for. */
const folders = new WeakMap<FilesByName, ReadonlyMap<string, readonly string[]>>();

/**
 * One part of a stored artifact as an artifact of its own: the files below the folder, without the folder's name.
 * A folder that does not exist gives an artifact without files.
 *
 * @example
 * ```ts
 * import { partOf } from "#lib/workflow/part.ts";
 * import { digestOf, type Digest } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const file = { digest: digestOf("x"), size: 1 };
 * const whole = { kind: "table", digest: "" as Digest, files: { "table.tsv": file, "w/1/a.npy": file } };
 * assertEquals(partOf(whole, { folder: "w/1", kind: "arrays" }).files, { "a.npy": file });
 * ```
 */
export function partOf({ files }: Pick<StoredArtifact, "files">, part: Part): StoredArtifact {
  const prefix = `${part.folder.replace(/\/+$/, "")}/`;
  const taken: Record<string, StoredFile> = {};
  const digests: Record<string, Digest> = {};
  for (const name of byFolder(files).get(prefix) ?? []) {
    const short = name.slice(prefix.length);
    taken[short] = files[name];
    digests[short] = files[name].digest;
  }
  return { kind: part.kind, digest: digestOfFiles(part.kind, digests), files: taken };
}

/** Made once for each artifact: a table of 10,000 rows has 10,000 parts. */
function byFolder(files: FilesByName): ReadonlyMap<string, readonly string[]> {
  const known = folders.get(files);
  if (known !== undefined) return known;
  const found = new Map<string, string[]>();
  for (const name in files) {
    for (let at = name.indexOf("/"); at >= 0; at = name.indexOf("/", at + 1)) {
      const folder = name.slice(0, at + 1);
      const names = found.get(folder);
      if (names === undefined) found.set(folder, [name]);
      else names.push(name);
    }
  }
  folders.set(files, found);
  return found;
}
