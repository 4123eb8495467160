// The files of a run folder with their digests, for its record of provenance.

import { join } from "@std/path";
import { digestOf, hexOf } from "../core/digest.ts";
import type { Disk } from "../core/disk.ts";
import type { CrateFile } from "../provenance/content.ts";

/** Files of one folder that are listed one by one; of more only their number. */
const maxListed = 2000;

/** Bytes up to which files are read to be hashed, though their digest may be known. */
const smallFile = 1 << 20;

/**
 * Lists the files of a run folder, in order of their paths.
 *
 * @param known digests of large files by path, as `sha256:…`
 *
 * @example
 * ```ts
 * import { crateFiles } from "#lib/cli/crate_files.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { assertEquals } from "@std/assert";
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/a.txt`, "");
 * const [file] = await crateFiles(denoDisk(), folder, () => undefined);
 * assertEquals([file.path, file.bytes, file.sha256?.slice(0, 6)], ["a.txt", 0, "e3b0c4"]);
 * ```
 */
export async function crateFiles(
  disk: Disk,
  folder: string,
  known: (path: string) => string | undefined,
): Promise<readonly CrateFile[]> {
  const files: CrateFile[] = [];
  const visit = async (prefix: string): Promise<void> => {
    const names = await disk.list(join(folder, prefix));
    const isListed = prefix === "" || names.length <= maxListed;
    let total = 0;
    let count = 0;
    for (const name of names) {
      if (prefix === "" && isOther(name)) continue;
      const path = prefix + name;
      const info = disk.stat(join(folder, path));
      if (info?.isDirectory) await visit(`${path}/`);
      if (!info?.isFile) continue;
      total += info.size;
      count++;
      if (!isListed) continue;
      const digest = info.size > smallFile ? known(path) : undefined;
      const sha256 = hexOf(
        (digest ?? digestOf(disk.readSync(join(folder, path)))) as Parameters<typeof hexOf>[0],
      );
      files.push({ path, bytes: info.size, sha256 });
    }
    if (!isListed) files.push({ path: prefix, bytes: total, count });
  };
  await visit("");
  return files;
}

/** The record itself, and what is half written. */
function isOther(name: string): boolean {
  return name === "ro-crate-metadata.json" || name.endsWith(".part");
}
