// Lines of a segment: one JSON object each, with a checksum, so that a torn or flipped line is noticed and
// passed over. Three kinds: a manifest under its key, a table of module digests that manifests of the same
// segment refer to, and a mark saying up to where the segment was durable.

import { createHash } from "node:crypto";
import { readBody } from "./line_body.ts";
import { canonicalJson } from "../core/canonical.ts";
import { type ActionKey, type Digest, digestOfValue } from "../core/digest.ts";
import type { Manifest, Provenance } from "../core/manifest.ts";

/** A manifest as its line holds it: the key stands before it, the modules on a line of their own. */
export interface ManifestBody extends Omit<Manifest, "key" | "provenance"> {
  readonly provenance: Omit<Provenance, "modules"> & { readonly modules: Digest };
}

/** What a line is, judged by its first characters. */
export type LineKind = "manifest" | "modules" | "durable";

/** A line whose checksum is right. */
export interface Line {
  readonly kind: LineKind;
  /** Key of a manifest, digest of modules, or number of durable bytes. */
  readonly name: string;
  readonly body: unknown;
}

/**
 * Writes the line of a manifest.
 *
 * @example
 * ```ts
 * import { durableLine, readLine } from "#lib/store/segment_line.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(readLine(durableLine(120)), { kind: "durable", name: "120", body: null });
 * ```
 */
export function manifestLine(manifest: Manifest): { line: Uint8Array; modules: Digest } {
  const { key, provenance, ...rest } = manifest;
  const modules = digestOfValue(provenance.modules);
  const body: ManifestBody = { ...rest, provenance: { ...provenance, modules } };
  return { line: encodeLine("manifest", key, canonicalJson(body)), modules };
}

/**
 * Writes the line of a table of module digests.
 *
 * @example
 * ```ts
 * import { modulesLine, readLine } from "#lib/store/segment_line.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const modules = { "tasks/dmd.ts": digestOf("") };
 * assertEquals(readLine(modulesLine(digestOf("name"), modules))?.body, modules);
 * ```
 */
export function modulesLine(digest: Digest, modules: Provenance["modules"]): Uint8Array {
  return encodeLine("modules", digest, canonicalJson(modules));
}

/**
 * Writes the mark that the bytes of the segment before it are durable.
 *
 * @example
 * ```ts
 * import { durableLine } from "#lib/store/segment_line.ts";
 * import { assert } from "@std/assert";
 * assert(new TextDecoder().decode(durableLine(7)).startsWith('{"durable":"7"'));
 * ```
 */
export function durableLine(bytes: number): Uint8Array {
  return encodeLine("durable", String(bytes), "null");
}

/**
 * Reads a line (with or without its line end) and checks it; `undefined` if a bit of it is not as written.
 *
 * @example
 * ```ts
 * import { durableLine, readLine } from "#lib/store/segment_line.ts";
 * import { assertEquals } from "@std/assert";
 * const line = durableLine(7);
 * line[line.length >> 1] ^= 1;
 * assertEquals(readLine(line), undefined);
 * ```
 */
export function readLine(bytes: Uint8Array): Line | undefined {
  const end = bytes[bytes.length - 1] === lineEnd ? bytes.length - 1 : bytes.length;
  const match = linePattern.exec(decoder.decode(bytes.subarray(0, Math.min(end, headLength))));
  if (match === null || bytes[end - 1] !== closeBrace) return undefined;
  const [head, kind, name, sum] = match;
  // The head is ASCII, so characters and bytes count the same.
  const body = bytes.subarray(head.length, end - 1);
  if (checksum(kind, name, body) !== sum) return undefined;
  return { kind: kindOfWord[kind], name, body: readBody(body) };
}

/**
 * What the line at a place of a segment claims to be, without checking it: its kind, and the key of a manifest.
 *
 * @example
 * ```ts
 * import { durableLine, glance } from "#lib/store/segment_line.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(glance(durableLine(7), 0)?.kind, "durable");
 * ```
 */
export function glance(
  bytes: Uint8Array,
  at: number,
): { kind: LineKind; name: string } | undefined {
  if (bytes[at] !== openBrace || bytes[at + 1] !== quote) return undefined;
  switch (bytes[at + 2]) {
    case letterK: {
      const name = decoder.decode(bytes.subarray(at + 8, at + 8 + keyLength));
      return keyPattern.test(name) ? { kind: "manifest", name } : undefined;
    }
    case letterM: {
      const name = decoder.decode(bytes.subarray(at + 12, at + 12 + keyLength));
      return keyPattern.test(name) ? { kind: "modules", name } : undefined;
    }
    case letterD:
      return { kind: "durable", name: "" };
    default:
      return undefined;
  }
}

/**
 * The manifest that a line holds.
 *
 * @param modules the table of modules that the line refers to; empty if it was lost (it only serves `why`)
 *
 * @example
 * ```ts
 * import { manifestLine, manifestOf, readLine } from "#lib/store/segment_line.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const manifest = { key: digestOf("k"), provenance: { modules: {} } } as never;
 * assertEquals(manifestOf(readLine(manifestLine(manifest).line)!, () => ({})), manifest);
 * ```
 */
export function manifestOf(
  line: Line,
  modules: (digest: Digest) => Provenance["modules"],
): Manifest {
  const { provenance, ...rest } = line.body as ManifestBody;
  return {
    key: line.name as ActionKey,
    ...rest,
    provenance: { ...provenance, modules: modules(provenance.modules) },
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const lineEnd = 10;
const [openBrace, closeBrace, quote, letterK, letterM, letterD] = [123, 125, 34, 107, 109, 100];
/** Longer than any head of a line. */
const headLength = 256;
const keyLength = "sha256:".length + 64;
const keyPattern = /^sha256:[0-9a-f]{64}$/;
const linePattern =
  /^\{"(key|modules|durable)":"([0-9a-z:]+)","sum":"([0-9a-f]{16})","(?:manifest|of)":/;
const kindOfWord: Readonly<Record<string, LineKind>> = {
  key: "manifest",
  modules: "modules",
  durable: "durable",
};
const words = { manifest: "key", modules: "modules", durable: "durable" } as const;

function encodeLine(kind: LineKind, name: string, body: string): Uint8Array {
  const word = words[kind];
  const sum = checksum(word, name, body);
  const content = kind === "manifest" ? "manifest" : "of";
  return encoder.encode(`{"${word}":"${name}","sum":"${sum}","${content}":${body}}\n`);
}

function checksum(word: string, name: string, body: Uint8Array | string): string {
  return createHash("sha256").update(`${word} ${name} `).update(body).digest("hex").slice(0, 16);
}
