// Damage as disks and people do it, below the interface of a store: one random corruption at a time.

import { dirname, join } from "@std/path";
import { type LineKind, readLine } from "#lib/store/segment_line.ts";
import { layoutOf } from "#lib/store/layout.ts";
import { filesBelow } from "./stored.ts";

/** Kinds of damage; each applies to some files only. */
export const damageKinds = [
  "flip a byte's bits",
  "truncate to nothing",
  "truncate to half",
  "swap two files",
  "corrupt a record",
  "replace by a link",
  "replace by a folder",
] as const;

/** One kind of damage. */
export type DamageKind = (typeof damageKinds)[number];

/** What was done. */
export interface Corruption {
  readonly kind: DamageKind;
  /** What it was done to; two files for a swap. */
  readonly paths: readonly string[];
  /** In words, for messages of tests. */
  readonly what: string;
}

/**
 * Does one random damage to a store.
 *
 * @param draw gives a whole number below its argument
 * @param kind which one; by chance if absent
 */
export async function corruptStore(
  store: string,
  draw: (below: number) => number,
  kind: DamageKind = damageKinds[draw(damageKinds.length)],
): Promise<Corruption> {
  const layout = layoutOf(store);
  const blobs = await filesBelow(layout.cas);
  const segments = await filesBelow(layout.segments);
  const pick = (files: readonly string[]) => {
    if (files.length === 0) throw new Error(`${store} has nothing that ${kind} could hit`);
    return files[draw(files.length)];
  };
  switch (kind) {
    case "flip a byte's bits": {
      const path = pick([...blobs, ...segments]);
      const bytes = await Deno.readFile(path);
      const at = draw(bytes.length);
      bytes[at] ^= 255;
      await overwrite(path, bytes);
      return { kind, paths: [path], what: `all bits of byte ${at} of ${path} flipped` };
    }
    case "truncate to nothing":
    case "truncate to half": {
      const path = pick(blobs);
      const { size } = await Deno.stat(path);
      const left = kind === "truncate to half" ? size >> 1 : 0;
      await overwrite(path, (await Deno.readFile(path)).slice(0, left));
      return { kind, paths: [path], what: `${path} cut from ${size} to ${left} bytes` };
    }
    case "swap two files": {
      const one = pick(blobs);
      const two = pick(blobs.filter((path) => path !== one));
      const aside = join(dirname(store), `aside-${draw(1e9)}`);
      await Deno.rename(one, aside);
      await Deno.rename(two, one);
      await Deno.rename(aside, two);
      return { kind, paths: [one, two], what: `${one} and ${two} swapped` };
    }
    case "corrupt a record": {
      const lines = await recordsIn(segments, ["manifest"]);
      const { path, start, length } = lines[draw(lines.length)];
      const bytes = await Deno.readFile(path);
      const at = start + draw(length - 1);
      bytes[at] ^= 1 << draw(8);
      await overwrite(path, bytes);
      return { kind, paths: [path], what: `a bit of byte ${at} of ${path} flipped` };
    }
    case "replace by a link":
    case "replace by a folder": {
      const path = pick(blobs);
      const aside = join(dirname(store), `aside-${draw(1e9)}`);
      await Deno.rename(path, aside);
      if (kind === "replace by a link") await Deno.symlink(aside, path);
      else await Deno.mkdir(path);
      return { kind, paths: [path], what: `${kind}: ${path}` };
    }
  }
}

/** The lines of segments that are of some kinds. */
export async function recordsIn(
  segments: readonly string[],
  kinds: readonly LineKind[],
): Promise<{ readonly path: string; readonly start: number; readonly length: number }[]> {
  const found: { path: string; start: number; length: number }[] = [];
  for (const path of segments) {
    const bytes = await Deno.readFile(path);
    for (let start = 0, end; (end = bytes.indexOf(10, start)) >= 0; start = end + 1) {
      const line = readLine(bytes.subarray(start, end + 1));
      if (line === undefined || !kinds.includes(line.kind)) continue;
      found.push({ path, start, length: end + 1 - start });
    }
  }
  return found;
}

/** Read-only or not. */
async function overwrite(path: string, bytes: Uint8Array): Promise<void> {
  const { mode } = await Deno.stat(path);
  if (mode !== null) await Deno.chmod(path, mode | 0o200);
  await Deno.writeFile(path, bytes);
}
