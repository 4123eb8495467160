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
  /** Files kept by digest only: content-addressed as `cas`, removed when no session is alive. */
  readonly transient: string;
  /** States on the way, a folder for each namespace in one by the first two digits of its digest. */
  readonly states: string;
  /** What tasks were seen to look at, one file for each session. */
  readonly traces: string;
  /** What `gc` keeps. */
  readonly roots: string;
  /** Where `fsck --repair` puts what is damaged. */
  readonly damaged: string;
  /** Held by whoever removes files, and by sessions while they begin. */
  readonly gate: string;
  /** Held by a session that has the store to itself. */
  readonly alone: string;
  blob(digest: Digest): { readonly path: string; readonly folder: string };
  segment(id: string): string;
  traceFile(session: string): string;
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
    transient: `${root}/transient`,
    states: `${root}/states`,
    traces: `${root}/tr`,
    roots: `${root}/roots`,
    damaged: `${root}/damaged`,
    gate: `${locks}/gate`,
    alone: `${locks}/alone`,
    blob(digest) {
      const hex = hexOf(digest);
      const folder = `${cas}/${hex.slice(0, 2)}`;
      return { folder, path: `${folder}/${hex.slice(2)}` };
    },
    segment: (id) => `${segments}/${id}.ndjson`,
    traceFile: (session) => `${root}/tr/${session}.ndjson`,
    sessionLock: (session) => `${locks}/session-${session}`,
  };
}

/**
 * The same paths with content-addressed files in the transient area.
 *
 * @example
 * ```ts
 * import { layoutOf, transientLayout } from "#lib/store/layout.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const { path } = transientLayout(layoutOf("s")).blob(digestOf(""));
 * assertEquals(path.slice(0, 18), "s/transient/e3/b0c");
 * ```
 */
export function transientLayout(layout: Layout): Layout {
  const cas = layout.transient;
  return {
    ...layout,
    cas,
    blob(digest) {
      const hex = hexOf(digest);
      const folder = `${cas}/${hex.slice(0, 2)}`;
      return { folder, path: `${folder}/${hex.slice(2)}` };
    },
  };
}
