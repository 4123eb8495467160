// Checking files of lines: segments and traces. Every line is read whole, and a manifest must fit its own key and
// digests.

import { actionKey, weakKey } from "../core/action.ts";
import { digestOfFiles } from "../core/artifact.ts";
import { type ActionKey, type Digest, digestOfValue } from "../core/digest.ts";
import { type Disk, DiskError } from "../core/disk.ts";
import type { Manifest, StoredFile } from "../core/manifest.ts";
import type { Damage, Inventory, Owner } from "./check.ts";
import { type Line, manifestOf, readLine } from "./segment_line.ts";
import { filesOf, readInline, volatileDigest } from "./stored_files.ts";

/** A file of lines. */
export interface LineFile {
  readonly path: string;
  readonly part: "segment" | "traces";
  /** Whether somebody may be writing it, so that its end may not be whole yet. */
  readonly growing: boolean;
}

/**
 * Checks every line of a file and notes the results in it.
 *
 * @example
 * ```ts
 * import { checkLines } from "#lib/store/check_lines.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { assertEquals } from "@std/assert";
 * const file = { path: "no/such/file", part: "segment", growing: false } as const;
 * // deno-lint-ignore no-explicit-any
 * const damage: any[] = [];
 * await checkLines(denoDisk(), file, { keys: new Map(), owners: new Map() }, damage);
 * assertEquals(damage[0].kind, "unreadable");
 * ```
 */
export async function checkLines(
  disk: Disk,
  { path, part, growing }: LineFile,
  inventory: Inventory,
  damage: Damage[],
): Promise<void> {
  const add = (what: string, of?: Owner) =>
    void damage.push({ path, kind: "damaged", part, what, ...(of && { of }) });
  let size = 0;
  try {
    for await (const { bytes, offset } of linesIn(disk, path)) {
      size = offset + bytes.length;
      if (bytes[bytes.length - 1] !== lineEnd) {
        if (!growing) add(`ends within a line, at byte ${offset}`, guess(bytes));
        continue;
      }
      const line = readLine(bytes);
      if (line === undefined) add(`is damaged at byte ${offset}`, guess(bytes));
      else if ((line.kind === "trace") !== (part === "traces")) {
        add(`has a line of another kind at byte ${offset}`);
      } else {
        const { what, of } = note(line, offset, inventory);
        if (what !== undefined) add(`${what}, at byte ${offset}`, of);
      }
    }
    if (size === 0 && !growing) add("is empty");
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    damage.push({ path, kind: "unreadable", part, what: `cannot be read (${error.errno})` });
  }
}

/**
 * The lines of a file, with their ends; the last one may lack it.
 *
 * @throws {DiskError}
 *
 * @example
 * ```ts
 * import { linesIn } from "#lib/store/check_lines.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { assertEquals } from "@std/assert";
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "a\nbc");
 * const lines = await Array.fromAsync(linesIn(denoDisk(), path));
 * assertEquals(lines.map(({ offset }) => offset), [0, 2]);
 * await Deno.remove(path);
 * ```
 */
export async function* linesIn(
  disk: Disk,
  path: string,
): AsyncGenerator<{ readonly bytes: Uint8Array; readonly offset: number }> {
  let length = chunkSize;
  for (let from = 0;;) {
    const bytes = await disk.read(path, { offset: from, length });
    const last = bytes.length < length;
    let at = 0;
    for (let end; (end = bytes.indexOf(lineEnd, at)) >= 0; at = end + 1) {
      yield { bytes: bytes.subarray(at, end + 1), offset: from + at };
    }
    if (last) {
      if (at < bytes.length) yield { bytes: bytes.subarray(at), offset: from + at };
      return;
    }
    // A line longer than a chunk needs a longer chunk.
    length = at === 0 ? 2 * length : chunkSize;
    from += at;
  }
}

/** Takes a sound line into the inventory; says what is wrong with its contents. */
function note(
  line: Line,
  offset: number,
  { keys, owners }: Inventory,
): { readonly what?: string; readonly of?: Owner } {
  switch (line.kind) {
    case "durable":
      return Number(line.name) > offset ? { what: "promises more than there is" } : {};
    case "modules":
      return digestOfValue(line.body) === line.name ? {} : { what: "does not fit its own digest" };
    case "trace":
      return {};
    case "manifest": {
      const manifest = manifestOf(line, () => ({}));
      const { workflow, stage, run } = manifest.provenance;
      const of = { workflow, stage, run };
      const what = problemOf(manifest);
      if (what !== undefined) return { what, of };
      const byDigest = manifest.keep === "digest";
      const files = filesOf(manifest);
      const refs = files.map(({ name, file }) => ({
        digest: file.digest,
        byDigest: byDigest && name !== "log",
      }));
      keys.set(manifest.key, refs);
      for (const { digest } of refs) owners.set(digest, of);
      return {};
    }
  }
}

/** What does not fit in a manifest; its sum is right, so this would be a fault of the program that wrote it. */
function problemOf(manifest: Manifest): string | undefined {
  const { key, weak, action, outputs, log } = manifest;
  if (weakKey(action.recipe) !== weak || actionKey(action, weak) !== key) {
    return "the action does not fit its key";
  }
  for (const [port, { kind, digest, files, volatile }] of Object.entries(outputs)) {
    const digests: Record<string, Digest> = {};
    for (const [name, file] of Object.entries(files)) {
      if (!fits(file)) return `${port}/${name} does not fit its digest`;
      digests[name] = file.digest;
    }
    // An alias has the volatile outputs of the action that made them.
    if (volatile === true) {
      const maker = manifest.provenance.traced_from;
      if (maker === undefined && volatileDigest(key as ActionKey, port) !== digest) {
        return `${port} does not fit its digest`;
      }
    } else if (digestOfFiles(kind, digests) !== digest) return `${port} does not fit its digest`;
  }
  return log === undefined || fits(log) ? undefined : "the log does not fit its digest";
}

function fits(file: StoredFile): boolean {
  return file.inline === undefined || readInline(file, file.inline) !== undefined;
}

/** Whom a damaged line belonged to, if that part of it can still be read. */
function guess(bytes: Uint8Array): Owner | undefined {
  const text = new TextDecoder().decode(bytes);
  const find = (name: string) => {
    const found = new RegExp(`"${name}":("(?:[^"\\\\\\n]|\\\\.)*")`).exec(
      text.slice(Math.max(0, text.lastIndexOf('"provenance":'))),
    );
    try {
      return found === null ? undefined : String(JSON.parse(found[1]));
    } catch {
      return undefined;
    }
  };
  const stage = find("stage");
  if (stage === undefined) return undefined;
  return { workflow: find("workflow") ?? "?", stage, run: find("run") ?? "?" };
}

const lineEnd = 10;
const chunkSize = 8 * 1024 * 1024;
