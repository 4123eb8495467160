// Git's objects: commits and trees by name, out of loose files and packs (index version 2), as far as it takes to know
// which files a commit holds. Formats: Documentation/gitformat-pack in Git's sources.
// Leaves out multi-pack indexes (the packs that they cover have indexes of their own) and what lies with a remote only.

import { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";
import { join, resolve } from "@std/path";
import { readPlain, readText } from "./git_folders.ts";

/** Reads objects. */
export interface GitObjects {
  /** Name of the tree of a commit; `undefined` if it cannot be read. */
  treeOf(commit: string): string | undefined;
  /** All files of a tree by path, each as `contentOf` writes it; `undefined` if one of its trees cannot be read. */
  filesOf(tree: string): ReadonlyMap<string, string> | undefined;
}

/** Trees read at most: more are not needed by any project that Basin was made for. */
const maxTrees = 20_000;

/** Bytes of a commit or a tree at most, and objects that one may be made of: Git itself makes chains of 4095. */
const most = { bytes: 64e6, bases: 5000 };

/**
 * Opens the objects of a repository.
 *
 * @param common the folder that all its worktrees share.
 *
 * @example
 * ```ts
 * import { gitObjects } from "#lib/world/git/git_objects.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(gitObjects("/no/.git", 20).treeOf("0".repeat(40)), undefined);
 * ```
 */
export function gitObjects(common: string, hashLength: 20 | 32): GitObjects {
  const folders = objectFolders(join(common, "objects"));
  let packs: readonly Pack[] | undefined;
  let numBases = 0;
  const read = (name: string): Uint8Array | undefined => {
    numBases = 0;
    return find(name);
  };
  const find = (name: string): Uint8Array | undefined => {
    // Objects that are made of each other have no end.
    if (numBases++ > most.bases) return undefined;
    try {
      for (const folder of folders) {
        const bytes = looseObject(folder, name);
        if (bytes !== undefined) return bytes;
      }
      packs ??= folders.flatMap((folder) => packsIn(join(folder, "pack"), hashLength));
      for (const pack of packs) {
        const bytes = pack.read(name, find);
        if (bytes !== undefined) return bytes;
      }
    } catch {
      // Damaged, or of a kind that is not read.
    }
    return undefined;
  };
  return {
    treeOf(commit) {
      const bytes = read(commit);
      if (bytes === undefined) return undefined;
      return /^tree ([0-9a-f]+)\n/.exec(new TextDecoder().decode(bytes.subarray(0, 80)))?.[1];
    },
    filesOf(tree) {
      const files = new Map<string, string>();
      const pending: [name: string, path: string][] = [[tree, ""]];
      for (let numTrees = 0; pending.length > 0;) {
        const [name, path] = pending.pop()!;
        const bytes = ++numTrees > maxTrees ? undefined : read(name);
        if (bytes === undefined) return undefined;
        for (let at = 0; at < bytes.length;) {
          const space = bytes.indexOf(32, at);
          const zero = bytes.indexOf(0, at);
          // It is no tree.
          if (space < 0 || zero < space || zero + hashLength >= bytes.length) return undefined;
          const mode = new TextDecoder().decode(bytes.subarray(at, space));
          const full = path + new TextDecoder().decode(bytes.subarray(space + 1, zero));
          const child = hexOf(bytes.subarray(zero + 1, zero + 1 + hashLength));
          if (mode === "40000") pending.push([child, `${full}/`]);
          else files.set(full, contentOf(parseInt(mode, 8), child));
          at = zero + 1 + hashLength;
        }
      }
      return files;
    },
  };
}

function hexOf(name: Uint8Array): string {
  return Buffer.from(name.buffer, name.byteOffset, name.length).toString("hex");
}

/**
 * What a tracked file is, in one text: its mode as far as Git keeps it, and the name of its content.
 *
 * @example
 * ```ts
 * import { contentOf } from "#lib/world/git/git_objects.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([contentOf(0o100664, "ab"), contentOf(0o100755, "ab")], ["100644 ab", "100755 ab"]);
 * ```
 */
export function contentOf(mode: number, hash: string): string {
  const isPlain = (mode & 0o170000) === 0o100000;
  return `${(isPlain ? mode & 0o100 ? 0o100755 : 0o100644 : mode).toString(8)} ${hash}`;
}

/** The repository's own, and those that it borrows from. */
function objectFolders(own: string): readonly string[] {
  const borrowed = readText(join(own, "info/alternates"))?.split("\n") ?? [];
  return [own, ...borrowed.filter((line) => line !== "").map((line) => resolve(own, line))];
}

/** Without its header; `undefined` if there is none. */
function looseObject(folder: string, name: string): Uint8Array | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readPlain(join(folder, name.slice(0, 2), name.slice(2)));
  } catch {
    return undefined;
  }
  const whole = inflateSync(bytes, { maxOutputLength: most.bytes });
  return whole.subarray(whole.indexOf(0) + 1);
}

interface Pack {
  read(
    name: string,
    other: (name: string) => Uint8Array | undefined,
  ): Uint8Array | undefined;
}

function packsIn(folder: string, hashLength: number): readonly Pack[] {
  let names: string[];
  try {
    names = Array.from(Deno.readDirSync(folder), ({ name }) => name);
  } catch {
    return [];
  }
  return names.filter((name) => name.endsWith(".idx")).sort()
    .map((name) => openPack(join(folder, name.slice(0, -4)), hashLength));
}

/** Its index is read at the first question, and of the pack only the objects that are asked for. */
function openPack(path: string, hashLength: number): Pack {
  let index: Uint8Array | undefined;
  const offsetOf = (name: string): number | undefined => {
    index ??= readPlain(`${path}.idx`);
    const view = new DataView(index.buffer, index.byteOffset, index.length);
    if (view.getUint32(0) !== 0xff744f63 || view.getUint32(4) !== 2) return undefined;
    const wanted = Buffer.from(name, "hex");
    const fanOut = (byte: number) => byte < 0 ? 0 : view.getUint32(8 + 4 * byte);
    const count = fanOut(255);
    const names = 8 + 4 * 256;
    let low = fanOut(wanted[0] - 1);
    let high = fanOut(wanted[0]) - 1;
    while (low <= high) {
      const middle = low + high >> 1;
      const at = names + middle * hashLength;
      const order = Buffer.compare(wanted, index.subarray(at, at + hashLength));
      if (order === 0) {
        const offsets = names + count * (hashLength + 4);
        const offset = view.getUint32(offsets + 4 * middle);
        if (offset < 0x80000000) return offset;
        return Number(view.getBigUint64(offsets + 4 * count + 8 * (offset - 0x80000000)));
      }
      if (order < 0) high = middle - 1;
      else low = middle + 1;
    }
    return undefined;
  };
  return {
    read(name, other) {
      const offset = offsetOf(name);
      if (offset === undefined) return undefined;
      if (!Deno.statSync(`${path}.pack`).isFile) return undefined;
      using file = Deno.openSync(`${path}.pack`);
      return packedObject(file, offset, hashLength, other);
    },
  };
}

/** Commits and trees are small: this much holds nearly all of them in one read. */
const firstRead = 16 * 1024;

function packedObject(
  file: Deno.FsFile,
  offset: number,
  hashLength: number,
  other: (name: string) => Uint8Array | undefined,
): Uint8Array | undefined {
  const head = readAt(file, offset, firstRead);
  let at = 0;
  const kind = head[0] >> 4 & 7;
  let size = head[0] & 15;
  for (let scale = 16; head[at++] & 128; scale *= 128) size += (head[at] & 127) * scale;
  let base: Uint8Array | undefined;
  if (kind === 6) {
    let back = head[at] & 127;
    while (head[at++] & 128) back = (back + 1) * 128 + (head[at] & 127);
    if (back <= 0) return undefined;
    base = packedObject(file, offset - back, hashLength, other);
  } else if (kind === 7) {
    base = other(hexOf(head.subarray(at, at + hashLength)));
    at += hashLength;
  }
  if ((kind >= 6 && base === undefined) || size > most.bytes) return undefined;
  // What is packed grows by a few bytes at most.
  const length = at + size + (size >> 3) + 1024;
  const bytes = length <= head.length ? head : readAt(file, offset, length);
  const content = inflateSync(bytes.subarray(at), { maxOutputLength: Math.max(1, size) });
  return base === undefined ? content : applyDelta(base, content);
}

function readAt(file: Deno.FsFile, offset: number, length: number): Uint8Array {
  file.seekSync(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let read = 0;
  for (let n; read < length && (n = file.readSync(bytes.subarray(read))) !== null;) read += n;
  return bytes.subarray(0, read);
}

function applyDelta(base: Uint8Array, delta: Uint8Array): Uint8Array {
  let at = 0;
  const varint = () => {
    let value = 0;
    let scale = 1;
    let byte: number;
    do {
      byte = delta[at++];
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte & 128);
    return value;
  };
  varint();
  const length = varint();
  if (length > most.bytes) throw new RangeError(`an object of ${length} bytes is not read`);
  const result = new Uint8Array(length);
  for (let to = 0; at < delta.length;) {
    const op = delta[at++];
    if (op & 128) {
      let offset = 0;
      let length = 0;
      for (let i = 0; i < 4; i++) if (op & 1 << i) offset += delta[at++] * 2 ** (8 * i);
      for (let i = 0; i < 3; i++) if (op & 16 << i) length += delta[at++] * 2 ** (8 * i);
      if (length === 0) length = 0x10000;
      result.set(base.subarray(offset, offset + length), to);
      to += length;
    } else {
      result.set(delta.subarray(at, at + op), to);
      to += op;
      at += op;
    }
  }
  return result;
}
