// Making names durable, on file systems that know of it.

import { type Disk, DiskError } from "../core/disk.ts";

/**
 * Makes the names in a folder durable. File systems that cannot sync folders (mounted buckets, some network ones)
 * promise nothing more than they did when the name was made.
 *
 * @throws {DiskError}
 *
 * @example
 * ```ts
 * import { syncFolder } from "#lib/store/sync_folder.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * await syncFolder(denoDisk(), ".");
 * ```
 */
export async function syncFolder(disk: Disk, path: string): Promise<void> {
  try {
    await disk.syncDirectory(path);
  } catch (error) {
    if (!(error instanceof DiskError) || !withoutFolderSync.has(error.errno)) throw error;
  }
}

const withoutFolderSync: ReadonlySet<string> = new Set([
  "EINVAL",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOSYS",
  "EISDIR",
]);
