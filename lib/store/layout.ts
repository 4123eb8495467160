// Where things lie in a store. The page `.github/store_format.md` says the same in words.

import { type Digest, hexOf } from "../core/digest.ts";

/** What the file `FORMAT` says of stores that this code reads and writes. */
export const storeFormat = { format: 1, hash: "sha256" } as const;

/** Files of an artifact lie inside its manifest, smallest first, as long as they stay below this many bytes together. */
export const inlineLimit = 64 * 1024;

/** The paths of a store. */
export interface Layout {
  readonly root: string;
  readonly format: string;
  /** Content-addressed files, in a folder by the first two digits of their digest. */
  readonly cas: string;
  /** Segments of manifests. */
  readonly segments: string;
  readonly locks: string;
  /** One folder for each process that writes, named after its session. */
  readonly temporary: string;
  blob(digest: Digest): { readonly path: string; readonly folder: string };
  segment(id: string): string;
  /** Held by a session for as long as it lives. */
  sessionLock(session: string): string;
}

/**
 * The paths of the store in a folder.
 *
 * @example
 * ```ts
 * import { layoutOf } from "#lib/store/layout.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(layoutOf("s").blob(digestOf("")).path.slice(0, 19), "s/cas/sha256/e3/b0c");
 * ```
 */
export function layoutOf(root: string): Layout {
  const cas = `${root}/cas/sha256`;
  const segments = `${root}/ac`;
  const locks = `${root}/lock`;
  return {
    root,
    format: `${root}/FORMAT`,
    cas,
    segments,
    locks,
    temporary: `${root}/tmp`,
    blob(digest) {
      const hex = hexOf(digest);
      const folder = `${cas}/${hex.slice(0, 2)}`;
      return { folder, path: `${folder}/${hex.slice(2)}` };
    },
    segment: (id) => `${segments}/${id}.ndjson`,
    sessionLock: (session) => `${locks}/session-${session}`,
  };
}
