// The folder of an export: written beside its place and renamed at the end, so that it is there whole or not at all. An
// earlier export gives way if all that lies in it was written by it; anything else of anybody is left alone.

import { basename, dirname, join } from "@std/path";
import type { Disk } from "../core/disk.ts";
import { err, ok, type Result } from "../core/result.ts";
import { shortPath } from "./store_options.ts";

/** The file that says of a folder that it is an export, and which files it wrote. */
export const markerName = "basin_export.json";

const format = "basin-export/1";

/** A folder being written. */
export interface ExportFolder {
  /** Writes a new file, with the folders above it. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Puts the folder in its place. */
  finish(about: Readonly<Record<string, unknown>>): Promise<void>;
  /** Removes what was written. */
  discard(): Promise<void>;
}

/**
 * Begins an export. The error, ready to be shown, names what is in the way.
 *
 * @param random text for a name that nobody else has
 */
export async function createExportFolder(
  disk: Disk,
  { cwd, target, random }: {
    readonly cwd: string;
    readonly target: string;
    readonly random: string;
  },
): Promise<Result<ExportFolder, string>> {
  const problem = await inTheWay(disk, target);
  if (problem !== undefined) {
    return err(
      `${shortPath(cwd, target)} ${problem}; move it away, or name another folder by --to`,
    );
  }
  const home = dirname(target);
  const beside = (what: string) => join(home, `.${basename(target)}.${what}-${random}`);
  const temporary = beside("part");
  await disk.makeDirectory(temporary);
  const folders = new Map<string, Promise<void>>([[temporary, Promise.resolve()]]);
  const files: Record<string, number> = {};
  const write = async (path: string, bytes: Uint8Array) => {
    const whole = join(temporary, path);
    const folder = dirname(whole);
    let making = folders.get(folder);
    if (making === undefined) folders.set(folder, making = disk.makeDirectory(folder));
    await making;
    await disk.create(whole, bytes);
    files[path] = bytes.length;
  };
  return ok({
    write,
    async finish(about) {
      const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => a < b ? -1 : 1));
      const marker = JSON.stringify({ format, ...about, files: sorted }, null, 1) + "\n";
      await disk.create(join(temporary, markerName), new TextEncoder().encode(marker));
      const former = beside("old");
      const isThere = disk.stat(target) !== undefined;
      if (isThere) await disk.rename(target, former);
      await disk.rename(temporary, target);
      if (isThere) await disk.removeAll(former);
    },
    discard: () => disk.removeAll(temporary),
  });
}

/** What lies at the place of an export and is none, as the end of a sentence. */
async function inTheWay(disk: Disk, target: string): Promise<string | undefined> {
  const there = disk.stat(target);
  if (there === undefined) return undefined;
  if (!there.isDirectory) return "is no folder";
  const names = await disk.list(target);
  if (names.length === 0) return undefined;
  if (!names.includes(markerName)) {
    return `is no export: it has no file ${markerName}`;
  }
  let files: Readonly<Record<string, number>>;
  try {
    const marker = JSON.parse(
      new TextDecoder().decode(await disk.read(join(target, markerName))),
    );
    if (marker.format !== format || typeof marker.files !== "object") throw new TypeError();
    files = marker.files;
  } catch {
    return `has a ${markerName} that was not written by an export`;
  }
  return await foreign(disk, target, "", files);
}

/** Something in an export that it did not write, or that was changed. */
async function foreign(
  disk: Disk,
  root: string,
  folder: string,
  files: Readonly<Record<string, number>>,
): Promise<string | undefined> {
  for (const name of await disk.list(join(root, folder))) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (path === markerName) continue;
    const there = disk.stat(join(root, path));
    if (there === undefined) continue;
    if (there.isDirectory) {
      const inside = await foreign(disk, root, path, files);
      if (inside !== undefined) return inside;
    } else if (!Object.hasOwn(files, path)) {
      return `holds ${path}, which the export did not write`;
    } else if (!there.isFile || there.size !== files[path]) {
      return `holds ${path}, which was changed since it was exported`;
    }
  }
  return undefined;
}
