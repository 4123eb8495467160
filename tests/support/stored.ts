// A store seen from below its interface: where the files of a stage lie, and damage done to them as disks do it.
// Leaves out everything that a store does about it.

import { join } from "@std/path";
import type { ActionKey } from "#lib/core/digest.ts";
import { layoutOf } from "#lib/store/layout.ts";
import { openFsStore } from "#lib/store/fs_store.ts";
import { readLine } from "#lib/store/segment_line.ts";
import { denoWorld } from "#lib/world/deno_world.ts";

/** All files below a folder, sorted; none if it does not exist, or goes away meanwhile. */
export async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  const folders = [folder];
  while (folders.length > 0) {
    const at = folders.pop()!;
    try {
      for await (const { name, isDirectory } of Deno.readDir(at)) {
        (isDirectory ? folders : found).push(join(at, name));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return found.sort();
}

/** The content-addressed files that the results under some keys refer to. */
export async function blobsOf(store: string, keys: Iterable<ActionKey>): Promise<string[]> {
  await using opened = await openFsStore(denoWorld(), store);
  const found = new Set<string>();
  for (const key of keys) {
    for (const { files } of Object.values(opened.lookup(key)?.outputs ?? {})) {
      for (const { digest, inline } of Object.values(files)) {
        if (inline === undefined) found.add(layoutOf(store).blob(digest).path);
      }
    }
  }
  return [...found].sort();
}

/** What a check of a whole store found. */
export interface StoreCheck {
  /** Results whose manifest and bytes are whole. */
  readonly whole: number;
  /** What is not as it should be, in words. */
  readonly problems: readonly string[];
}

/** Reads every manifest and every byte that one refers to. */
export async function checkStore(store: string): Promise<StoreCheck> {
  const problems: string[] = [];
  const warn = (message: string) => void problems.push(message);
  await using opened = await openFsStore(denoWorld(), store, { warn });
  let whole = 0;
  for (const manifest of opened.manifests()) {
    if (opened.lookup(manifest.key) === undefined) {
      problems.push(`${manifest.provenance.stage} cannot be looked up`);
      continue;
    }
    let bytesThere = true;
    for (const [port, artifact] of Object.entries(manifest.outputs)) {
      if (await opened.read(artifact) !== undefined) continue;
      bytesThere = false;
      problems.push(`${manifest.provenance.stage}.${port} has no bytes`);
    }
    if (bytesThere) whole++;
  }
  return { whole, problems };
}

/** Turns one bit of a file over, read-only or not, and returns where. */
export async function flipBit(path: string, draw: (below: number) => number): Promise<string> {
  const { size } = await Deno.stat(path);
  return await flipBitAt(path, draw(size), draw(8));
}

/** Turns over one bit of a stored manifest, the only one of its key, which is among some keys. Returns where. */
export async function flipBitOfManifest(
  store: string,
  keys: Iterable<ActionKey>,
  draw: (below: number) => number,
): Promise<string> {
  const lines = new Map<string, { path: string; start: number; length: number }[]>();
  for (const key of keys) lines.set(key, []);
  for (const path of await filesBelow(layoutOf(store).segments)) {
    const bytes = await Deno.readFile(path);
    for (let start = 0, end; (end = bytes.indexOf(lineEnd, start)) >= 0; start = end + 1) {
      const line = readLine(bytes.subarray(start, end + 1));
      if (line?.kind !== "manifest") continue;
      lines.get(line.name)?.push({ path, start, length: end + 1 - start });
    }
  }
  const single = [...lines.values()].filter((found) => found.length === 1);
  const [{ path, start, length }] = single[draw(single.length)];
  return await flipBitAt(path, start + draw(length), draw(8));
}

const lineEnd = 10;

async function flipBitAt(path: string, at: number, bit: number): Promise<string> {
  const bytes = await Deno.readFile(path);
  bytes[at] ^= 1 << bit;
  const { mode } = await Deno.stat(path);
  if (mode !== null) await Deno.chmod(path, mode | 0o200);
  await Deno.writeFile(path, bytes);
  return `bit ${bit} of byte ${at} of ${path}`;
}
