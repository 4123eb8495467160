// Digests: the identity of bytes. SHA-256, with the algorithm's name in front so that it can change one day.
// `node:crypto` because it is synchronous and, for small messages, ten times faster than Web Crypto.

import { createHash } from "node:crypto";
import { canonicalJson } from "./canonical.ts";

/** Hash of bytes, `sha256:` followed by 64 hexadecimal digits. */
export type Digest = string & { readonly __digest: true };

/** Digest of an action's canonical form: the name under which a result is found. */
export type ActionKey = string & { readonly __actionKey: true };

/**
 * Digest of bytes or of a string's UTF-8.
 *
 * @example
 * ```ts
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(digestOf("").slice(0, 20), "sha256:e3b0c44298fc1");
 * ```
 */
export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}` as Digest;
}

/**
 * Digest of a plain value by its canonical JSON.
 *
 * @example
 * ```ts
 * import { digestOfValue } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(digestOfValue({ a: 1, b: 2 }), digestOfValue({ b: 2, a: 1 }));
 * ```
 */
export function digestOfValue(value: unknown): Digest {
  return digestOf(canonicalJson(value));
}

/**
 * The hexadecimal part of a digest or key, as used in file names.
 *
 * @example
 * ```ts
 * import { digestOf, hexOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(hexOf(digestOf("")).length, 64);
 * ```
 */
export function hexOf(digest: Digest | ActionKey): string {
  return digest.slice(digest.indexOf(":") + 1);
}
