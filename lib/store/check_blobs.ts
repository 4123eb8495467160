// Checking content-addressed files: every byte is hashed, several files at a time.

import { createHash } from "node:crypto";
import { type Digest, digestOf } from "../core/digest.ts";
import { type Disk, DiskError } from "../core/disk.ts";
import type { CheckOptions, Damage, Inventory } from "./check.ts";
import type { Layout } from "./layout.ts";

/** What was found among the files. */
export interface BlobCheck {
  readonly files: number;
  readonly bytes: number;
  /** Digests of whole files. */
  readonly present: ReadonlySet<Digest>;
}

/**
 * Hashes every content-addressed file.
 *
 * @throws {DiskError} if the folder of all of them cannot be listed.
 *
 * @example
 * ```ts
 * import { checkBlobs } from "#lib/store/check_blobs.ts";
 * import { layoutOf } from "#lib/store/layout.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { assertEquals } from "@std/assert";
 * const inventory = { keys: new Map(), owners: new Map() };
 * const found = await checkBlobs(denoDisk(), layoutOf("no/such/store"), inventory, {}, [], []);
 * assertEquals(found.files, 0);
 * ```
 */
export async function checkBlobs(
  disk: Disk,
  layout: Layout,
  { owners }: Inventory,
  { jobs = 4, progress = () => {} }: CheckOptions,
  damage: Damage[],
  foreign: string[],
): Promise<BlobCheck> {
  const waiting: { path: string; digest: Digest; size: number }[] = [];
  const present = new Set<Digest>();
  let bytes = 0;
  const add = (kind: Damage["kind"], path: string, what: string, digest?: Digest) => {
    const of = digest === undefined ? undefined : owners.get(digest);
    damage.push({ path, kind, part: "blob", what, ...(of && { of }) });
  };
  for (const folder of await disk.list(layout.cas)) {
    const above = `${layout.cas}/${folder}`;
    if (!/^[0-9a-f]{2}$/.test(folder)) {
      foreign.push(above);
      continue;
    }
    if (!disk.stat(above)?.isDirectory) {
      add("not-a-file", above, "is no folder");
      continue;
    }
    for (const name of await listed(disk, above, add)) {
      const path = `${above}/${name}`;
      if (!/^[0-9a-f]{62}$/.test(name)) {
        foreign.push(path);
        continue;
      }
      const digest = `sha256:${folder}${name}` as Digest;
      const stat = disk.stat(path);
      if (stat === undefined) continue; // Collected meanwhile.
      if (stat.isSymlink) add("not-a-file", path, "is a link, not a file", digest);
      else if (!stat.isFile) add("not-a-file", path, "is a folder, not a file", digest);
      else waiting.push({ path, digest, size: stat.size });
    }
  }
  const total = waiting.length;
  // In the order of the disk, as far as names tell; from the end, because that is cheap.
  waiting.reverse();
  const work = async () => {
    for (let next; (next = waiting.pop()) !== undefined;) {
      const { path, digest, size } = next;
      try {
        const found = await hash(disk, path, size);
        bytes += size;
        if (found === digest) present.add(digest);
        else {
          const what = size === 0 ? "is empty" : "does not hold the bytes that it is named by";
          add("damaged", path, what, digest);
        }
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        add("unreadable", path, `cannot be read (${error.errno})`, digest);
      }
      progress(total - waiting.length, total);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return { files: total, bytes, present };
}

async function listed(
  disk: Disk,
  folder: string,
  add: (kind: Damage["kind"], path: string, what: string) => void,
): Promise<readonly string[]> {
  try {
    return await disk.list(folder);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    add("unreadable", folder, `cannot be listed (${error.errno})`);
    return [];
  }
}

/** Small files at once, middle ones on another thread, large ones piece by piece. */
async function hash(disk: Disk, path: string, size: number): Promise<Digest> {
  if (size > wholeLimit) {
    const sum = createHash("sha256");
    for (let offset = 0; offset < size; offset += pieceSize) {
      sum.update(await disk.read(path, { offset, length: pieceSize }));
    }
    return `sha256:${sum.digest("hex")}` as Digest;
  }
  const bytes = await disk.read(path);
  if (size < threadLimit) return digestOf(bytes);
  const sum = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return `sha256:${new Uint8Array(sum).toHex()}` as Digest;
}

const threadLimit = 256 * 1024;
const wholeLimit = 64 * 1024 * 1024;
const pieceSize = 16 * 1024 * 1024;
