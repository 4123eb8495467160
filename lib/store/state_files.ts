// All states of a store as files: which there are, which of them `gc` keeps, and which are damaged. Nothing refers to
// them, so any of them may go; what goes is computed again.

import type { Digest } from "../core/digest.ts";
import { type Disk, DiskError } from "../core/disk.ts";
import type { Damage } from "./check.ts";
import type { FreedFile } from "./collect.ts";
import type { Layout } from "./layout.ts";
import { labelOfName, ownerOf, readState, stateNames } from "./states.ts";

/** One file. */
export interface StateFile {
  readonly path: string;
  readonly size: number;
  readonly mtime: number;
}

/** The states of one namespace. */
export interface StateSpaceFiles {
  readonly space: Digest;
  readonly folder: string;
  readonly files: readonly StateFile[];
}

/** What of the states is kept. */
export interface StateLimits {
  /** States of namespaces to which no kept result belongs go when the last was saved longer ago than this, in ms. */
  readonly graceMs: number;
  /** If those left have more bytes than this, whole namespaces go: first those without a kept result, oldest first. */
  readonly maxBytes: number;
}

/** A week, and 2 GB. */
export const stateLimits: StateLimits = { graceMs: 7 * 24 * 3_600_000, maxBytes: 2e9 };

/**
 * All namespaces, by folder.
 *
 * @param foreign takes paths that are no states.
 *
 * @throws {DiskError} if a folder cannot be listed.
 *
 * @example
 * ```ts
 * import { stateFiles } from "#lib/store/state_files.ts";
 * import { layoutOf } from "#lib/store/layout.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await stateFiles(denoDisk(), layoutOf("no/such/store")), []);
 * ```
 */
export async function stateFiles(
  disk: Disk,
  { states }: Pick<Layout, "states">,
  foreign: string[] = [],
): Promise<readonly StateSpaceFiles[]> {
  const found: StateSpaceFiles[] = [];
  const list = async (folder: string) =>
    disk.stat(folder)?.isDirectory ? await disk.list(folder) : [];
  for (const first of await list(states)) {
    for (const rest of await list(`${states}/${first}`)) {
      const folder = `${states}/${first}/${rest}`;
      if (!/^[0-9a-f]{64}$/.test(first + rest) || first.length !== 2) {
        foreign.push(folder);
        continue;
      }
      const files: StateFile[] = [];
      for (const name of disk.stat(folder)?.isDirectory ? await stateNames(disk, folder) : []) {
        const path = `${folder}/${name}`;
        const stat = disk.stat(path);
        if (stat === undefined) continue;
        if (labelOfName(name) === undefined) foreign.push(path);
        else files.push({ path, size: stat.size, mtime: stat.mtime });
      }
      found.push({ space: `sha256:${first}${rest}` as Digest, folder, files });
    }
  }
  return found;
}

/**
 * The namespaces that go.
 *
 * @param isLive whether a result that is kept belongs to a namespace.
 *
 * @example
 * ```ts
 * import { statesToFree } from "#lib/store/state_files.ts";
 * import { assertEquals } from "@std/assert";
 * const space = (name: string, mtime: number) => ({
 *   space: name as never, folder: name, files: [{ path: name, size: 10, mtime }],
 * });
 * const all = [space("live", 0), space("old", 0), space("cut off", 90)];
 * const isLive = (name: string) => name === "live";
 * const free = (maxBytes: number) =>
 *   statesToFree(all, isLive, 100, { graceMs: 50, maxBytes }).map(({ folder }) => folder);
 * assertEquals([free(20), free(10), free(0)], [["old"], ["old", "cut off"], ["old", "cut off", "live"]]);
 * ```
 */
export function statesToFree(
  spaces: readonly StateSpaceFiles[],
  isLive: (space: Digest) => boolean,
  now: number,
  { graceMs, maxBytes }: StateLimits,
): readonly StateSpaceFiles[] {
  const all = spaces.map((one) => ({
    one,
    live: isLive(one.space),
    bytes: one.files.reduce((sum, { size }) => sum + size, 0),
    latest: one.files.reduce((latest, { mtime }) => Math.max(latest, mtime), 0),
  }));
  const isOver = ({ live, latest }: typeof all[number]) => !live && now - latest >= graceMs;
  const free = all.filter(isOver);
  const left = all.filter((entry) => !isOver(entry)).sort((a, b) =>
    Number(a.live) - Number(b.live) || a.latest - b.latest ||
    (a.one.folder < b.one.folder ? -1 : 1)
  );
  let bytes = left.reduce((sum, entry) => sum + entry.bytes, 0);
  for (const entry of left) {
    if (bytes <= maxBytes) break;
    bytes -= entry.bytes;
    free.push(entry);
  }
  return free.map(({ one }) => one);
}

/**
 * Removes the states of a namespace, or only notes them.
 *
 * @example
 * ```ts
 * import { freeStates } from "#lib/store/state_files.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { assertEquals } from "@std/assert";
 * const freed: { readonly path: string }[] = [];
 * const files = [{ path: "no/such/state", size: 3, mtime: 0 }];
 * const into = { dryRun: true, freed: freed as never, problems: [] };
 * await freeStates(denoDisk(), { folder: "no/such", files }, into);
 * assertEquals(freed.map(({ path }) => path), ["no/such/state"]);
 * ```
 */
export async function freeStates(
  disk: Disk,
  { folder, files }: Pick<StateSpaceFiles, "folder" | "files">,
  { dryRun, freed, problems }: {
    readonly dryRun: boolean;
    readonly freed: FreedFile[];
    readonly problems: { path: string; what: string }[];
  },
): Promise<void> {
  const stateOf = files.length === 0 ? null : await ownerOf(disk, files[0].path) ?? null;
  for (const { path, size } of files) {
    try {
      if (!dryRun) await disk.removeAll(path);
      freed.push({ path, size, stateOf });
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      problems.push({ path, what: `cannot be removed (${error.errno})` });
    }
  }
  if (dryRun) return;
  // What Basin did not make stays, and the folders with it.
  const folders = files.flatMap(({ path }) => foldersBetween(folder, path));
  const above = folder.slice(0, folder.lastIndexOf("/"));
  // Those of long names from the inside out.
  const inner = [...new Set(folders)].sort((a, b) => b.length - a.length);
  for (const path of [...inner, folder, above]) await disk.remove(path).catch(() => {});
}

/** The folders from a file up to that of its namespace, both left out. */
function foldersBetween(folder: string, path: string): string[] {
  const found: string[] = [];
  for (let at = path.lastIndexOf("/"); at > folder.length; at = path.lastIndexOf("/", at - 1)) {
    found.push(path.slice(0, at));
  }
  return found;
}

/**
 * Reads and hashes every state.
 *
 * @throws {DiskError} if a folder cannot be listed.
 *
 * @example
 * ```ts
 * import { checkStates } from "#lib/store/state_files.ts";
 * import { layoutOf } from "#lib/store/layout.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await checkStates(denoDisk(), layoutOf("no/such/store"), [], []), { files: 0, bytes: 0 });
 * ```
 */
export async function checkStates(
  disk: Disk,
  layout: Layout,
  damage: Damage[],
  foreign: string[],
): Promise<{ readonly files: number; readonly bytes: number }> {
  let [num, bytes] = [0, 0];
  const add = (kind: Damage["kind"], path: string, what: string) => {
    damage.push({ path, kind, part: "states", what });
  };
  for (const { space, folder, files } of await stateFiles(disk, layout, foreign)) {
    for (const { path, size } of files) {
      if (disk.stat(path)?.isFile === false) {
        add("not-a-file", path, "is a link or a folder, not a file");
        continue;
      }
      num++;
      bytes += size;
      try {
        const state = readState(await disk.read(path));
        const label = labelOfName(path.slice(folder.length + 1));
        const isAtHome = state?.space === space && state.label === label;
        if (state === undefined) add("damaged", path, "does not hold the state that it held");
        else if (!isAtHome) add("damaged", path, "holds a state that belongs elsewhere");
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        if (error.errno === "ENOENT") continue; // Dropped meanwhile.
        add("unreadable", path, `cannot be read (${error.errno})`);
      }
    }
  }
  return { files: num, bytes };
}
