// A store seen from below, by code of its own: what is torn, what dangles, and one digest over everything that two runs
// must have in common. Changes nothing: a look through the store itself would tidy up.

import { createHash } from "node:crypto";
import { join } from "@std/path";
import { canonicalJson } from "#lib/core/canonical.ts";
import type { Manifest, StoredFile } from "#lib/core/manifest.ts";
import { manifestOf, readLine } from "#lib/store/segment_line.ts";
import { filesBelow } from "#tests/support/stored.ts";

/** What was found in a store. */
export interface Results {
  /** The result of every key, the first whose files are whole. */
  readonly whole: ReadonlyMap<string, Manifest>;
  /** Results whose bytes are not all there, or not as they were, and that no other line holds whole. */
  readonly torn: readonly Torn[];
  /** Lines that are damaged, other than the last one of a session that has ended. */
  readonly damaged: readonly string[];
  /** Files in `cas/` whose bytes are not those that their name says, and which a result refers to. */
  readonly spoilt: readonly string[];
  /** A digest over keys and outputs. */
  readonly digest: string;
}

/** A result without its bytes. */
export interface Torn {
  readonly key: string;
  readonly stage: string;
  /** Whether a mark after it says that it would survive a power cut. */
  readonly durable: boolean;
}

/** Reads all of a store. */
export async function readResults(store: string): Promise<Results> {
  const torn: Torn[] = [];
  const damaged: string[] = [];
  const spoilt = new Set<string>();
  const whole = new Map<string, Manifest>();
  const verified = new Map<string, boolean>();
  const good = async (file: StoredFile): Promise<boolean> => {
    if (file.inline !== undefined) {
      return sha256(Uint8Array.fromBase64(file.inline)) === file.digest;
    }
    let known = verified.get(file.digest);
    if (known === undefined) {
      const hex = file.digest.slice("sha256:".length);
      const path = join(store, "cas", "sha256", hex.slice(0, 2), hex.slice(2));
      const bytes = await Deno.readFile(path).catch(() => undefined);
      known = bytes !== undefined && sha256(bytes) === file.digest;
      if (bytes !== undefined && !known) spoilt.add(path);
      verified.set(file.digest, known);
    }
    return known;
  };
  for (const path of await filesBelow(join(store, "ac"))) {
    const bytes = await Deno.readFile(path);
    const here: (Omit<Torn, "durable"> & { readonly at: number })[] = [];
    let durable = 0;
    for (let at = 0, end; at < bytes.length; at = end + 1) {
      end = bytes.indexOf(10, at);
      if (end < 0) break; // Never a result: the writer ended within it.
      const line = readLine(bytes.subarray(at, end + 1));
      if (line === undefined) damaged.push(`${path}:${at}`);
      else if (line.kind === "durable") durable = Math.max(durable, Number(line.name));
      else if (line.kind === "manifest") {
        const manifest = manifestOf(line, () => ({}));
        const files = Object.values(manifest.outputs).flatMap(({ files }) => Object.values(files));
        const judged = await Promise.all(files.map(good));
        if (judged.every((good) => good)) {
          if (!whole.has(manifest.key)) whole.set(manifest.key, manifest);
        } else here.push({ key: manifest.key, stage: manifest.provenance.stage, at });
      }
    }
    for (const { key, stage, at } of here) torn.push({ key, stage, durable: at < durable });
  }
  const outputs = [...whole].sort(([a], [b]) => a < b ? -1 : 1).map(([key, { outputs }]) => [
    key,
    Object.entries(outputs).map(([port, { kind, digest, files }]) => [
      port,
      kind,
      digest,
      Object.entries(files).map(([name, file]) => [name, file.digest, file.size]),
    ]),
  ]);
  return {
    whole,
    torn: torn.filter(({ key }) => !whole.has(key)),
    damaged,
    spoilt: [...spoilt],
    digest: sha256(new TextEncoder().encode(canonicalJson(outputs))),
  };
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
