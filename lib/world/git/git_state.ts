// The state of a Git checkout, read from its files: commit, branch, and what differs from the commit, with one digest
// for all of that. No program is started and nothing is written. Tracked files are compared by what Git noted of them;
// only those that look different are read. Untracked files count if the run used them.
// Leaves out submodules, and filters of `.gitattributes` other than line endings.

import { createHash } from "node:crypto";
import { join, relative, resolve } from "@std/path";
import { digestOfValue } from "../../core/digest.ts";
import type { ChangedFile, GitState } from "../../core/environment.ts";
import { type GitFolders, gitFolders, gitHead, readPlain } from "./git_folders.ts";
import { type GitIndex, type IndexEntry, parseIndex } from "./git_index.ts";
import { contentOf, gitObjects } from "./git_objects.ts";

/** Where looking ends. */
export interface GitLimits {
  /** Tracked files. */
  readonly files: number;
  /** Bytes of files that are read because they look different. */
  readonly bytes: number;
  /** Changed files that are named. */
  readonly named: number;
}

const standardLimits: GitLimits = { files: 50_000, bytes: 256e6, named: 50 };

/**
 * The state of the checkout that a folder lies in; `undefined` if in none.
 *
 * @param used absolute paths of files that the run used: those that are not tracked count as changes.
 *
 * @example
 * ```ts
 * import { gitState } from "#lib/world/git/git_state.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(gitState("/no/such/folder", []), undefined);
 * ```
 */
export function gitState(
  folder: string,
  used: Iterable<string>,
  limits: GitLimits = standardLimits,
): GitState | undefined {
  const folders = gitFolders(folder);
  if (folders === undefined) return undefined;
  const head = gitHead(folders);
  const blind = (reason: string): GitState => ({
    ...head,
    dirty: null,
    numChanged: 0,
    changed: [],
    unseen: `it is not known whether files differ from the commit: ${reason}`,
  });
  try {
    const { index, mtime } = readIndex(folders);
    if (index.entries.length > limits.files) {
      return blind(`${index.entries.length} files are tracked, more than ${limits.files}`);
    }
    const before = committedFiles(folders, head.commit, index);
    const look: Look = {
      folders,
      indexed: mtime,
      hasher: hasher(folders),
      bytesLeft: limits.bytes,
      numUnread: 0,
    };
    const changes = [
      ...trackedChanges(index.entries, before, look),
      ...untrackedChanges(index.entries, used, look),
    ].sort((a, b) => a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
    if (look.bytesLeft < 0) return blind(`more than ${limits.bytes} bytes would have to be read`);
    const dirty = changes.length > 0;
    // Differences from an unknown commit are only those from the index.
    const unseen = [
      before === undefined
        ? "changes that are staged were not looked at: the commit cannot be read"
        : "",
      look.numUnread === 0
        ? ""
        : `untracked files too large to be read count by their size (${look.numUnread})`,
    ].filter((sentence) => sentence !== "").join("; ");
    return {
      ...head,
      dirty: dirty || before !== undefined ? dirty : null,
      ...(dirty
        ? {
          dirtyDigest: digestOfValue(changes.map(({ path, how, content }) => [path, how, content])),
        }
        : {}),
      numChanged: changes.length,
      changed: changes.slice(0, limits.named).map(({ path, how }) => ({ path, how })),
      ...(unseen === "" ? {} : { unseen }),
    };
  } catch (error) {
    return blind(error instanceof Error ? withoutPaths(error.message, folders) : "unknown");
  }
}

interface Change extends ChangedFile {
  /** What it is now, as `contentOf` writes it; `null` if it is gone. */
  readonly content: string | null;
}

interface Look {
  readonly folders: GitFolders;
  /** When Git last wrote the index, in ms: what changed at that moment or later may look as it did. */
  readonly indexed: number;
  readonly hasher: (bytes: Uint8Array) => string;
  bytesLeft: number;
  /** Untracked files that were too large to be read. */
  numUnread: number;
}

/** In a new repository there is none. */
function readIndex({ own, hashLength }: GitFolders): { index: GitIndex; mtime: number } {
  const path = join(own, "index");
  try {
    const mtime = Deno.statSync(path).mtime?.getTime() ?? 0;
    return { index: parseIndex(readPlain(path), hashLength), mtime };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { index: { entries: [] }, mtime: 0 };
    throw error;
  }
}

/** Contents of the commit by path, or `"index"` if they are those of the index; `undefined` if it cannot be read. */
function committedFiles(
  { common, hashLength }: GitFolders,
  commit: string | undefined,
  { tree }: GitIndex,
): ReadonlyMap<string, string> | "index" | undefined {
  if (commit === undefined) return new Map();
  const objects = gitObjects(common, hashLength);
  const committed = objects.treeOf(commit);
  if (committed === undefined) return undefined;
  return committed === tree ? "index" : objects.filesOf(committed);
}

function* trackedChanges(
  entries: readonly IndexEntry[],
  before: ReadonlyMap<string, string> | "index" | undefined,
  look: Look,
): Generator<Change> {
  const isTracked = new Set<string>();
  for (const entry of entries) {
    const { path, hash, mode, unmerged } = entry;
    if (isTracked.has(path)) continue; // further sides of a merge
    isTracked.add(path);
    const indexed = contentOf(mode, hash);
    const committed = typeof before === "object" ? before.get(path) : indexed;
    const now = contentNow(entry, indexed, look);
    if (now === committed && !unmerged) continue;
    if (now !== null) {
      yield { path, how: committed === undefined ? "added" : "modified", content: now };
    } else if (committed !== undefined) yield { path, how: "deleted", content: null };
  }
  if (typeof before !== "object") return;
  for (const path of before.keys()) {
    if (!isTracked.has(path)) yield { path, how: "deleted", content: null };
  }
}

const fileTypes = 0o170000;
const submodule = 0o160000;
const folder = 0o040000;
const link = 0o120000;

/** What a tracked file is on the disk, `null` if there is none. What is not looked at is as the index says. */
function contentNow(
  { path, hash, mode, mtime, size, ino, ignored }: IndexEntry,
  indexed: string,
  look: Look,
): string | null {
  const type = mode & fileTypes;
  if (type === submodule || type === folder) return indexed;
  const full = `${look.folders.top}/${path}`;
  let info: Deno.FileInfo;
  try {
    info = Deno.lstatSync(full);
  } catch {
    // What Git was told not to look at may be absent; what is there may be what ran.
    return ignored ? indexed : null;
  }
  if (!info.isFile && !info.isSymlink) return null;
  const kept = info.isSymlink ? link : info.mode ?? mode;
  const now = info.mtime?.getTime() ?? 0;
  if (
    now === mtime && now < look.indexed && info.size % 2 ** 32 === size &&
    (info.ino === null || ino === 0 || Number(info.ino) % 2 ** 32 === ino) &&
    contentOf(kept, hash) === indexed
  ) return indexed;
  const content = info.isSymlink
    ? new TextEncoder().encode(Deno.readLinkSync(full))
    : readFile(full, look);
  if (content === undefined) return null;
  const name = look.hasher(content);
  const isSame = name === hash || !info.isSymlink && look.hasher(withoutReturns(content)) === hash;
  return contentOf(kept, isSame ? hash : name);
}

function* untrackedChanges(
  entries: readonly IndexEntry[],
  used: Iterable<string>,
  look: Look,
): Generator<Change> {
  const { top } = look.folders;
  let isTracked: Set<string> | undefined;
  const seen = new Set<string>();
  for (const file of used) {
    const path = relative(top, resolve(file));
    if (path.startsWith("../") || path.startsWith("/") || seen.has(path)) continue;
    seen.add(path);
    isTracked ??= new Set(entries.map(({ path }) => path));
    if (isTracked.has(path)) continue;
    const size = sizeOf(resolve(file));
    if (size === undefined) continue;
    if (size > look.bytesLeft) {
      // Data, most of the time: that it is not tracked is known all the same.
      look.numUnread++;
      yield { path, how: "untracked", content: `${size} bytes` };
      continue;
    }
    const bytes = readFile(resolve(file), look);
    if (bytes === undefined) continue;
    yield { path, how: "untracked", content: contentOf(0o100644, look.hasher(bytes)) };
  }
}

function sizeOf(path: string): number | undefined {
  try {
    const { isFile, size } = Deno.statSync(path);
    return isFile ? size : undefined;
  } catch {
    return undefined;
  }
}

function readFile(path: string, look: Look): Uint8Array | undefined {
  try {
    const info = Deno.statSync(path);
    if (!info.isFile) return undefined;
    look.bytesLeft -= info.size;
    return look.bytesLeft < 0 ? new Uint8Array() : Deno.readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Names contents as Git does. */
function hasher({ hashLength }: GitFolders): (bytes: Uint8Array) => string {
  const algorithm = hashLength === 20 ? "sha1" : "sha256";
  return (bytes) =>
    createHash(algorithm).update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/** With the line endings that Git stores where it was told to. */
function withoutReturns(bytes: Uint8Array): Uint8Array {
  // What has zeros in the beginning is no text to Git.
  if (!bytes.includes(13) || bytes.subarray(0, 8000).includes(0)) return bytes;
  return bytes.filter((byte, i) => byte !== 13 || bytes[i + 1] !== 10);
}

function withoutPaths(message: string, { top, own, common }: GitFolders): string {
  return [own, common, top].reduce((text, path) => text.replaceAll(path, "…"), message);
}
