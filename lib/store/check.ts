// Checking a store: every line of every segment and every byte of every file, going on after each error, and what can
// be done about what was found. Damage heals when the stages concerned run again: it counts as absent.
// Leaves out: how lines are checked (check_lines.ts), how damage is removed (repair.ts).

import type { ActionKey, Digest } from "../core/digest.ts";
import { type Clock, type Disk, DiskError } from "../core/disk.ts";
import { StorageError } from "../core/store.ts";
import { checkBlobs } from "./check_blobs.ts";
import { checkLines, type LineFile } from "./check_lines.ts";
import { alone } from "./collect.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { withLeases } from "./leases.ts";
import { repair } from "./repair.ts";
import { keysOf, readRoots } from "./roots.ts";
import { checkFormat, removeDead } from "./session.ts";
import { checkStates } from "./state_files.ts";

/** What a damaged file or line belonged to. */
export interface Owner {
  readonly workflow: string;
  /** Id of the stage member. */
  readonly stage: string;
  readonly run: string;
}

/** Something that is not as it was written. */
export interface Damage {
  readonly path: string;
  /** `damaged`: bytes or lines; `not-a-file`: a link or folder in its place; `missing`: kept runs lack it. */
  readonly kind: "damaged" | "not-a-file" | "missing" | "unreadable";
  readonly what: string;
  /** One result that it belonged to, as far as that can be told. */
  readonly of?: Owner;
  /** What it is a part of. */
  readonly part: "blob" | "segment" | "traces" | "roots" | "states" | "format" | "folder";
}

/** What a check found. */
export interface CheckReport {
  readonly results: number;
  readonly files: number;
  readonly bytes: number;
  /** States on the way. */
  readonly states: { readonly files: number; readonly bytes: number };
  /** Results known by their digests only: collected, or kept so. */
  readonly byDigest: number;
  readonly damage: readonly Damage[];
  /** Files that kept results lack. Nothing that is there is wrong: they are made again if somebody reads them. */
  readonly missing: readonly Damage[];
  /** Paths that Basin did not make. They do no harm. */
  readonly foreign: readonly string[];
  /** Whether the damage was removed, apart from what could not be read. */
  readonly repaired: boolean;
}

/** How a store is checked. */
export interface CheckOptions {
  /** Removes damage, so that the next run makes anew what was lost. */
  readonly repair?: boolean;
  /** Files read and hashed at a time. */
  readonly jobs?: number;
  readonly progress?: (files: number, of: number) => void;
}

/** What is known of a result's files: needed to name the owners of damage. */
export interface Inventory {
  readonly keys: Map<ActionKey, readonly FileRef[]>;
  readonly owners: Map<Digest, Owner>;
}

/** A file that a result refers to. */
export interface FileRef {
  readonly digest: Digest;
  /** Not expected to be there: kept by digest only. */
  readonly byDigest: boolean;
}

/**
 * Checks a store. Meanwhile others may read and write it; repairing needs it for itself.
 *
 * @throws {StorageError} if it cannot be listed, has an unknown format, or is in use and should be repaired.
 *
 * @example
 * ```ts
 * import { check } from "#lib/store/check.ts";
 * import { denoWorld } from "#lib/world/deno_world.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals((await check(denoWorld(), "no/such/store")).damage, []);
 * ```
 */
export async function check(
  world: { readonly disk: Disk; readonly clock: Clock },
  root: string,
  options: CheckOptions = {},
): Promise<CheckReport> {
  const layout = layoutOf(root);
  const disk = withLeases(world.disk, world.clock);
  try {
    const damagedFormat: Damage[] = [];
    checkFormat(disk, layout, (what) => {
      damagedFormat.push({ path: layout.format, kind: "damaged", part: "format", what });
    });
    if (options.repair !== true || disk.stat(layout.root) === undefined) {
      return await look(disk, layout, options, damagedFormat);
    }
    return await alone(disk, layout, "repair", async () => {
      const inventory = newInventory();
      const report = await look(disk, layout, options, damagedFormat, inventory);
      await repair(disk, layout, report.damage, (key) => !inventory.keys.has(key));
      return { ...report, repaired: true };
    });
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    throw new StorageError(error.operation, error.path, error.errno);
  }
}

async function look(
  disk: Disk,
  layout: Layout,
  options: CheckOptions,
  damage: Damage[],
  inventory = newInventory(),
): Promise<CheckReport> {
  const foreign: string[] = [];
  const living = await removeDead(disk, layout);
  if (await checkFolders(disk, layout, damage, foreign)) {
    for (const file of await lineFiles(disk, layout, "segment", living, damage, foreign)) {
      await checkLines(disk, file, inventory, damage);
    }
    for (const file of await lineFiles(disk, layout, "traces", living, damage, foreign)) {
      await checkLines(disk, file, inventory, damage);
    }
    const blobs = await checkBlobs(disk, layout, inventory, options, damage, foreign);
    const states = await checkStates(disk, layout, damage, foreign);
    const missing: Damage[] = [];
    await checkRoots(disk, layout, inventory, blobs.present, damage, missing);
    let byDigest = 0;
    for (const refs of inventory.keys.values()) {
      if (refs.some(({ digest }) => !blobs.present.has(digest))) byDigest++;
    }
    const { files, bytes } = blobs;
    const results = inventory.keys.size;
    const counts = { results, files, bytes, states, byDigest };
    return { ...counts, damage, missing, foreign, repaired: false };
  }
  const states = { files: 0, bytes: 0 };
  const nothing = { results: 0, files: 0, bytes: 0, states, byDigest: 0, missing: [] };
  return { ...nothing, damage, foreign, repaired: false };
}

function newInventory(): Inventory {
  return { keys: new Map(), owners: new Map() };
}

/** What lies directly in the store; `false` if there is none. */
async function checkFolders(
  disk: Disk,
  layout: Layout,
  damage: Damage[],
  foreign: string[],
): Promise<boolean> {
  const names = await disk.list(layout.root);
  const known = new Set([
    "cas",
    "ac",
    "tr",
    "roots",
    "lock",
    "tmp",
    "transient",
    "states",
    "damaged",
  ]);
  for (const name of names) {
    const path = `${layout.root}/${name}`;
    if (name === "FORMAT") continue;
    if (!known.has(name)) foreign.push(path);
    else if (!disk.stat(path)?.isDirectory) {
      damage.push({ path, kind: "not-a-file", part: "folder", what: "is no folder" });
    }
  }
  const format = disk.stat(layout.format);
  if (names.includes("ac") && (format === undefined || !format.isFile)) {
    const what = format === undefined ? "is missing" : "is no file";
    damage.push({ path: layout.format, kind: "damaged", part: "format", what });
  }
  return names.length > 0;
}

/** The files of segments or traces; what is no file is damage. */
async function lineFiles(
  disk: Disk,
  layout: Layout,
  part: LineFile["part"],
  living: ReadonlySet<string>,
  damage: Damage[],
  foreign: string[],
): Promise<LineFile[]> {
  const folder = part === "segment" ? layout.segments : layout.traces;
  if (!disk.stat(folder)?.isDirectory) return [];
  const found: LineFile[] = [];
  for (const name of await disk.list(folder)) {
    const path = `${folder}/${name}`;
    if (!name.endsWith(".ndjson")) foreign.push(path);
    else if (!disk.stat(path)?.isFile) {
      damage.push({ path, kind: "not-a-file", part, what: "is a link or a folder, not a file" });
    } else {
      const session = name.slice(0, -".ndjson".length).replace(/-\d+$/, "");
      found.push({ path, part, growing: living.has(session) });
    }
  }
  return found;
}

/** What runs are to keep, and whether it is there. */
async function checkRoots(
  disk: Disk,
  layout: Layout,
  { keys, owners }: Inventory,
  present: ReadonlySet<Digest>,
  damage: Damage[],
  missing: Damage[],
): Promise<void> {
  const { runs, pins, problems } = await readRoots(disk, layout);
  for (const { path, what } of problems) {
    damage.push({ path, kind: "damaged", part: "roots", what });
  }
  const reported = new Set<Digest>();
  for (const [set, { run }] of new Map([...runs, ...pins].map((root) => [root.set, root]))) {
    const path = `${layout.roots}/${set}.keys`;
    const wanted = await keysOf(disk, layout, set);
    if (wanted === undefined) {
      const what = disk.stat(path) === undefined
        ? "is missing"
        : "does not hold what it is named by";
      damage.push({ path, kind: "damaged", part: "roots", what });
      continue;
    }
    const unknown = wanted.filter((key) => !keys.has(key));
    if (unknown.length > 0) {
      const what = `${unknown.length} of ${wanted.length} results that run ${run} gave are not ` +
        `recorded any more: segments lost lines`;
      damage.push({ path, kind: "missing", part: "roots", what });
    }
    for (const key of wanted) {
      for (const { digest, byDigest } of keys.get(key) ?? []) {
        if (byDigest || present.has(digest) || reported.has(digest)) continue;
        reported.add(digest);
        const of = owners.get(digest);
        const { path } = layout.blob(digest);
        if (damage.some((other) => other.path === path)) continue;
        const what = "is missing";
        missing.push({ path, kind: "missing", part: "blob", what, ...(of && { of }) });
      }
    }
  }
}
