// Source modules on disk: their digests, remembered by size and time so that an unchanged file costs one stat,
// and the name that a module has in bundles: the same on every machine and in every clone.

import { relative } from "@std/path";
import type { Clock, Disk } from "../core/disk.ts";
import { type Digest, digestOf } from "../core/digest.ts";

/** What is remembered of a module. */
export interface ModuleStamp {
  readonly size: number;
  readonly mtime: number;
  readonly digest: Digest;
  /** When it was hashed, ms. A file changed within the clock's grain of that is hashed again. */
  readonly checked: number;
}

/** A file whose time is this near to its hashing may have changed unseen. */
const racyMs = 2000;

/** Digests of modules, at most one look at each file per process. */
export class Modules {
  readonly #disk: Pick<Disk, "stat" | "readSync">;
  readonly #clock: Pick<Clock, "now">;
  readonly #seen = new Map<string, ModuleStamp | null>();

  constructor(disk: Pick<Disk, "stat" | "readSync">, clock: Pick<Clock, "now">) {
    this.#disk = disk;
    this.#clock = clock;
  }

  /** The stamp of a file as it is now, or `null` if it cannot be read. `before` saves hashing if it still fits. */
  stamp(path: string, before?: ModuleStamp): ModuleStamp | null {
    const known = this.#seen.get(path);
    if (known !== undefined) return known;
    const stamp = this.#look(path, before);
    this.#seen.set(path, stamp);
    return stamp;
  }

  /** The text of a module, with its stamp made from the very bytes that are used. */
  read(path: string): { readonly bytes: Uint8Array; readonly stamp: ModuleStamp } {
    const stat = this.#disk.stat(path);
    const bytes = this.#disk.readSync(path);
    const stamp = {
      size: bytes.length,
      mtime: stat?.mtime ?? 0,
      digest: digestOf(bytes),
      checked: this.#clock.now(),
    };
    this.#seen.set(path, stamp);
    return { bytes, stamp };
  }

  #look(path: string, before: ModuleStamp | undefined): ModuleStamp | null {
    try {
      const stat = this.#disk.stat(path);
      if (stat === undefined) return null;
      // The size and time of a link tell nothing of the file that it leads to.
      const same = before !== undefined && stat.isFile && before.size === stat.size &&
        before.mtime === stat.mtime &&
        before.checked - before.mtime > racyMs;
      return same ? before : this.read(path).stamp;
    } catch {
      return null;
    }
  }
}

/**
 * The name of a module in bundles and manifests: relative to the project, or to the folder of a user's task.
 *
 * @example
 * ```ts
 * import { moduleName } from "#lib/closure/modules.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(moduleName("/p/lib/a.ts", "/p", "/u"), "lib/a.ts");
 * assertEquals(moduleName("/u/my.ts", "/p", "/u"), "user/my.ts");
 * ```
 */
export function moduleName(path: string, root: string, userFolder: string): string {
  const inside = relative(root, path);
  if (!inside.startsWith("..")) return inside;
  return `user/${relative(userFolder, path)}`;
}
