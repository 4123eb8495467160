// Lines of a segment: one JSON object each, with a checksum, so that a torn or flipped line is noticed and
// passed over. In segments: a manifest under its key (the first one, or one that takes the place of all before it), a
// table of module digests that manifests of the same segment refer to, and a mark saying up to where the segment was
// durable. In files of traces: what a task looked at, under its trace.

import { createHash } from "node:crypto";
import { readBody } from "./line_body.ts";
import { canonicalJson } from "../core/canonical.ts";
import { type ActionKey, type Digest, digestOfValue } from "../core/digest.ts";
import type { Manifest, Provenance } from "../core/manifest.ts";
import type { Reads } from "../core/trace.ts";

/** A manifest as its line holds it: the key stands before it, the modules on a line of their own. */
export interface ManifestBody extends Omit<Manifest, "key" | "provenance"> {
  readonly provenance: Omit<Provenance, "modules"> & { readonly modules: Digest };
}

/** What a line is, judged by its first characters. */
export type LineKind = "manifest" | "modules" | "durable" | "trace";

/** What the line of a trace holds. */
export interface TraceBody {
  readonly weak: Digest;
  readonly reads: Reads;
  readonly key: ActionKey;
}

/** A line whose checksum is right. */
export interface Line {
  readonly kind: LineKind;
  /** Key of a manifest, digest of modules, number of durable bytes, or trace. */
  readonly name: string;
  /** Of a manifest that takes the place of earlier ones: how many did so before, and one. */
  readonly generation?: number;
  readonly body: unknown;
}

/**
 * Writes the line of a manifest.
 *
 * @param generation 0 for the first result of a key; a higher one takes the place of all lower ones
 *
 * @example
 * ```ts
 * import { durableLine, readLine } from "#lib/store/segment_line.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(readLine(durableLine(120)), { kind: "durable", name: "120", body: null });
 * ```
 */
export function manifestLine(
  manifest: Manifest,
  generation = 0,
): { line: Uint8Array; modules: Digest } {
  const { key, provenance, ...rest } = manifest;
  const modules = digestOfValue(provenance.modules);
  const body: ManifestBody = { ...rest, provenance: { ...provenance, modules } };
  const line = generation === 0
    ? encodeLine("key", key, canonicalJson(body))
    : encodeLine("again", `${key}:${generation}`, canonicalJson(body));
  return { line, modules };
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
 * Writes the line of a trace.
 *
 * @example
 * ```ts
 * import { readLine, traceLine } from "#lib/store/segment_line.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const body = { weak: digestOf("w"), reads: { params: ["=/a"], inputs: {} }, key: digestOf("k") as never };
 * assertEquals(readLine(traceLine(digestOf("t"), body))?.body, body);
 * ```
 */
export function traceLine(trace: Digest, body: TraceBody): Uint8Array {
  return encodeLine("trace", trace, canonicalJson(body));
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
  if (kind !== "again") return { kind: kindOfWord[kind], name, body: readBody(body) };
  const generation = Number(name.slice(keyLength + 1));
  return { kind: "manifest", name: name.slice(0, keyLength), generation, body: readBody(body) };
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
): { kind: LineKind; name: string; generation?: number } | undefined {
  if (bytes[at] !== openBrace || bytes[at + 1] !== quote) return undefined;
  switch (bytes[at + 2]) {
    case letterK: {
      const name = decoder.decode(bytes.subarray(at + 8, at + 8 + keyLength));
      return keyPattern.test(name) ? { kind: "manifest", name } : undefined;
    }
    case letterA: {
      const end = bytes.indexOf(quote, at + 10);
      const name = decoder.decode(bytes.subarray(at + 10, end < 0 ? at : Math.min(end, at + 100)));
      const generation = Number(name.slice(keyLength + 1));
      return againPattern.test(name)
        ? { kind: "manifest", name: name.slice(0, keyLength), generation }
        : undefined;
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
const [openBrace, closeBrace, quote] = [123, 125, 34];
const [letterA, letterK, letterM, letterD] = [97, 107, 109, 100];
/** Longer than any head of a line. */
const headLength = 256;
const keyLength = "sha256:".length + 64;
const keyPattern = /^sha256:[0-9a-f]{64}$/;
const againPattern = /^sha256:[0-9a-f]{64}:[1-9][0-9]{0,8}$/;
const linePattern =
  /^\{"(key|again|modules|durable|trace)":"([0-9a-z:]+)","sum":"([0-9a-f]{16})","(?:manifest|of)":/;

/** The first member of a line. */
type Word = "key" | "again" | "modules" | "durable" | "trace";

const kindOfWord: Readonly<Record<string, LineKind>> = {
  key: "manifest",
  modules: "modules",
  durable: "durable",
  trace: "trace",
};

function encodeLine(word: Word, name: string, body: string): Uint8Array {
  const sum = checksum(word, name, body);
  const content = word === "key" || word === "again" ? "manifest" : "of";
  return encoder.encode(`{"${word}":"${name}","sum":"${sum}","${content}":${body}}\n`);
}

function checksum(word: string, name: string, body: Uint8Array | string): string {
  return createHash("sha256").update(`${word} ${name} `).update(body).digest("hex").slice(0, 16);
}
