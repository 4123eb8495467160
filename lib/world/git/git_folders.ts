// Where a checkout keeps what: its working folder, its own Git folder, and the one that it shares with other worktrees.
// Which commit and branch are checked out. Read from files; no program is started.

import { dirname, join, resolve } from "@std/path";

/** Folders of a checkout. */
export interface GitFolders {
  /** The working folder. */
  readonly top: string;
  /** What belongs to this worktree: `HEAD`, `index`. */
  readonly own: string;
  /** What all worktrees share: objects, refs, config. */
  readonly common: string;
  /** Bytes of an object's name: 20, or 32 in repositories of SHA-256. */
  readonly hashLength: 20 | 32;
}

/**
 * The checkout that a folder lies in; `undefined` if in none.
 *
 * @example
 * ```ts
 * import { gitFolders } from "#lib/world/git/git_folders.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(gitFolders("/no/such/folder"), undefined);
 * ```
 */
export function gitFolders(folder: string): GitFolders | undefined {
  for (let top = resolve(folder);; top = dirname(top)) {
    const own = gitFolderOf(join(top, ".git"));
    if (own !== undefined) {
      const shared = readText(join(own, "commondir"))?.trim();
      const common = shared === undefined ? own : resolve(own, shared);
      const isSha256 = /objectformat\s*=\s*sha256/i.test(readText(join(common, "config")) ?? "");
      return { top, own, common, hashLength: isSha256 ? 32 : 20 };
    }
    if (top === dirname(top)) return undefined;
  }
}

/**
 * The commit and the branch that are checked out, as far as there are any.
 *
 * @example
 * ```ts
 * import { gitHead } from "#lib/world/git/git_folders.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(gitHead({ top: "/no", own: "/no/.git", common: "/no/.git", hashLength: 20 }), {});
 * ```
 */
export function gitHead(
  { own, common }: GitFolders,
): { readonly commit?: string; readonly branch?: string } {
  const head = readText(join(own, "HEAD"))?.trim() ?? "";
  if (isHash(head)) return { commit: head };
  const ref = /^ref: (refs\/.+)$/.exec(head)?.[1];
  if (ref === undefined) return {};
  const branch = ref.startsWith("refs/heads/") ? { branch: ref.slice("refs/heads/".length) } : {};
  const commit = readText(join(own, ref))?.trim() ?? readText(join(common, ref))?.trim() ??
    packedRef(common, ref);
  return commit !== undefined && isHash(commit) ? { commit, ...branch } : branch;
}

/**
 * The text of a file; `undefined` if it cannot be read.
 *
 * @example
 * ```ts
 * import { readText } from "#lib/world/git/git_folders.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(readText("/no/such/file"), undefined);
 * ```
 */
export function readText(path: string): string | undefined {
  try {
    return new TextDecoder().decode(readPlain(path));
  } catch {
    return undefined;
  }
}

/** Bytes of a file of Git's that are read at most. */
const longest = 512e6;

/**
 * The bytes of a file of Git's. A pipe would never end, nor would a device.
 *
 * @throws {Deno.errors.NotFound | RangeError} and whatever else hinders reading
 *
 * @example
 * ```ts
 * import { readPlain } from "#lib/world/git/git_folders.ts";
 * import { assertThrows } from "@std/assert";
 * assertThrows(() => readPlain("lib"), RangeError);
 * ```
 */
export function readPlain(path: string): Uint8Array {
  const { isFile, size } = Deno.statSync(path);
  if (!isFile) throw new RangeError(`${path} is no file`);
  if (size > longest) throw new RangeError(`${path} has ${Math.round(size / 1e6)} MB`);
  return Deno.readFileSync(path);
}

/** A folder, or a file that names one: worktrees and submodules have such. */
function gitFolderOf(path: string): string | undefined {
  try {
    if (Deno.statSync(path).isDirectory) {
      return readText(join(path, "HEAD")) === undefined ? undefined : path;
    }
    const named = /^gitdir: (.+)$/m.exec(readText(path) ?? "")?.[1];
    return named === undefined ? undefined : resolve(dirname(path), named.trim());
  } catch {
    return undefined;
  }
}

function packedRef(common: string, ref: string): string | undefined {
  const line = readText(join(common, "packed-refs"))?.split("\n")
    .find((line) => line.endsWith(` ${ref}`) && isHash(line.slice(0, -ref.length - 1)));
  return line?.slice(0, -ref.length - 1);
}

function isHash(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}
