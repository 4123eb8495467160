// Collecting garbage: removes files that no kept result refers to. Manifests are never removed, so that a result whose
// bytes are gone is still known by its digests. Nobody may write meanwhile: who collects holds the gate of the store.

import type { ActionKey, Digest } from "../core/digest.ts";
import { type Clock, type Disk, DiskError } from "../core/disk.ts";
import type { Manifest } from "../core/manifest.ts";
import { StorageError } from "../core/store.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { withLeases } from "./leases.ts";
import { keysOf, pruneRoots, readRoots, type RootRun, type Roots } from "./roots.ts";
import { SegmentIndex } from "./segment_index.ts";
import { checkFormat, removeDead } from "./session.ts";
import {
  freeStates,
  stateFiles,
  type StateLimits,
  stateLimits,
  statesToFree,
} from "./state_files.ts";
import { filesOf } from "./stored_files.ts";
import { uniqueName } from "./unique.ts";

/** What is kept. */
export interface CollectOptions {
  /** Only tells what would be freed. */
  readonly dryRun: boolean;
  /** How many runs of each workflow and results folder are kept: those with different results count. */
  readonly keepRuns: number;
  /** Files younger than this stay, in ms. */
  readonly graceMs: number;
  /** What of the states is kept; {@link stateLimits} if nothing is said. */
  readonly states?: StateLimits;
  readonly warn?: (message: string) => void;
}

/** A file that is no longer kept, and a result that it belonged to. */
export interface FreedFile {
  readonly path: string;
  readonly size: number;
  /** The latest result that refers to it; none for what an interrupted run left. */
  readonly of?: {
    readonly workflow: string;
    /** Id of the stage member. */
    readonly stage: string;
    readonly run: string;
    /** `output/file`, or `log`. */
    readonly name: string;
  };
  /** For a state on the way: id of the stage that kept it, if that can be told. */
  readonly stateOf?: string | null;
}

/** What was found and freed. */
export interface CollectReport {
  readonly freed: readonly FreedFile[];
  readonly kept: { readonly files: number; readonly bytes: number };
  /** Kept only because they are young. */
  readonly young: { readonly files: number; readonly bytes: number };
  /** States on the way that stay. */
  readonly states: { readonly files: number; readonly bytes: number };
  readonly runs: readonly RootRun[];
  readonly pins: Roots["pins"];
  /** Files that could not be removed. */
  readonly problems: readonly { readonly path: string; readonly what: string }[];
}

/**
 * Frees the files that no kept result refers to.
 *
 * @throws {StorageError} if somebody is at work in the store, or it cannot be read.
 *
 * @example
 * ```ts
 * import { collect } from "#lib/store/collect.ts";
 * import { denoWorld } from "#lib/world/deno_world.ts";
 * import { assertEquals } from "@std/assert";
 * const options = { dryRun: true, keepRuns: 3, graceMs: 0 };
 * assertEquals((await collect(denoWorld(), "no/such/store", options)).freed, []);
 * ```
 */
export async function collect(
  { disk, clock }: { readonly disk: Disk; readonly clock: Clock },
  root: string,
  options: CollectOptions,
): Promise<CollectReport> {
  const world = { disk: withLeases(disk, clock), clock };
  const layout = layoutOf(root);
  try {
    checkFormat(world.disk, layout, options.warn ?? (() => {}));
    if (options.dryRun || world.disk.stat(layout.root) === undefined) {
      return await sweep(world, layout, { ...options, dryRun: true });
    }
    return await alone(world.disk, layout, "collect", () => sweep(world, layout, options));
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    throw new StorageError(error.operation, error.path, error.errno);
  }
}

/**
 * Does something while nobody else writes into the store, and keeps those out who begin to.
 *
 * @throws {StorageError} if somebody is at work.
 *
 * @example
 * ```ts
 * import { alone } from "#lib/store/collect.ts";
 * import { layoutOf } from "#lib/store/layout.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { assertEquals } from "@std/assert";
 * const folder = await Deno.makeTempDir();
 * assertEquals(await alone(denoDisk(), layoutOf(folder), "collect", () => Promise.resolve(1)), 1);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function alone<T>(
  disk: Disk,
  layout: Layout,
  operation: string,
  act: () => Promise<T>,
): Promise<T> {
  // A power cut may have taken the folder of locks.
  await disk.makeDirectory(layout.locks);
  const gate = await disk.tryLock(layout.gate);
  if (gate === undefined) {
    const what = "another process is beginning to write into it or cleaning it; try again";
    throw new StorageError(operation, layout.root, what);
  }
  try {
    const living = await removeDead(disk, layout);
    if (living.size > 0) {
      const what = living.size === 1 ? "a run is using it" : `${living.size} runs are using it`;
      throw new StorageError(operation, layout.root, `${what}; try again when that has ended`);
    }
    return await act();
  } finally {
    gate.release();
  }
}

async function sweep(
  { disk, clock }: { readonly disk: Disk; readonly clock: Clock },
  layout: Layout,
  options: CollectOptions,
): Promise<CollectReport> {
  const { dryRun, graceMs, warn = () => {} } = options;
  const index = new SegmentIndex({ disk, clock, layout, warn });
  await index.refresh();
  const roots = await readRoots(disk, layout);
  const runs = runsToKeep(roots.runs, options.keepRuns);
  const spaces = await stateFiles(disk, layout);
  const sets = [...runs, ...roots.pins].map(({ set }) => set);
  const { marked, live } = await mark(disk, layout, index, sets, spaces.length > 0);
  const problems: { path: string; what: string }[] = [];
  const unmarked: { path: string; size: number; digest: Digest | undefined }[] = [];
  const kept = { files: 0, bytes: 0 };
  const young = { files: 0, bytes: 0 };
  for await (const { path, digest, size, mtime } of filesIn(disk, layout)) {
    const count = digest !== undefined && marked.has(digest)
      ? kept
      : clock.now() - mtime < graceMs
      ? young
      : undefined;
    if (count === undefined) {
      unmarked.push({ path, size, digest });
      continue;
    }
    count.files++;
    count.bytes += size;
  }
  const owners = owner(index, new Set(unmarked.map(({ digest }) => digest)));
  const freed: FreedFile[] = [];
  for (const { path, size, digest } of unmarked) {
    const of = digest === undefined ? undefined : owners.get(digest);
    try {
      if (!dryRun) await disk.remove(path);
      freed.push({ path, size, ...(of === undefined ? {} : { of }) });
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      problems.push({ path, what: `cannot be removed (${error.errno})` });
    }
  }
  const limits = options.states ?? stateLimits;
  const unused = new Set(statesToFree(spaces, (space) => live.has(space), clock.now(), limits));
  for (const states of unused) await freeStates(disk, states, { dryRun, freed, problems });
  if (!dryRun) {
    const temporary = () => `${layout.roots}/part-${uniqueName()}`;
    await pruneRoots(disk, layout, roots, runs, temporary);
  }
  const left = spaces.filter((states) => !unused.has(states)).flatMap(({ files }) => files);
  const states = { files: left.length, bytes: left.reduce((sum, { size }) => sum + size, 0) };
  return { freed, kept, young, states, runs, pins: roots.pins, problems };
}

/** The latest runs of each workflow and results folder; those with the same results count as one. */
function runsToKeep(runs: readonly RootRun[], keepRuns: number): RootRun[] {
  const sets = new Map<string, Set<string>>();
  return runs.toReversed().filter(({ root, set }) => {
    const seen = sets.get(root) ?? new Set();
    sets.set(root, seen);
    // Of equal runs the latest stays.
    if (seen.has(set) || seen.size >= keepRuns) return false;
    seen.add(set);
    return true;
  }).reverse();
}

/** Digests of all files that kept results refer to, and the namespaces of their states, if these are wanted. */
async function mark(
  disk: Disk,
  layout: Layout,
  index: SegmentIndex,
  sets: readonly string[],
  withStates: boolean,
): Promise<{ readonly marked: ReadonlySet<Digest>; readonly live: ReadonlySet<Digest> }> {
  const marked = new Set<Digest>();
  const live = new Set<Digest>();
  const seen = new Set<ActionKey>();
  for (const set of new Set(sets)) {
    const keys = await keysOf(disk, layout, set);
    if (keys === undefined) {
      const path = `${layout.roots}/${set}.keys`;
      throw new StorageError(
        "collect",
        layout.root,
        `${path} is damaged or missing, so it is not known what to keep; run fsck --repair`,
      );
    }
    for (const key of keys) {
      if (seen.has(key)) continue;
      seen.add(key);
      for (const { manifest } of index.candidates(key)) {
        for (const { file } of filesOf(manifest)) marked.add(file.digest);
        const space = withStates ? manifest.provenance.states?.space : undefined;
        if (space !== undefined) live.add(space);
      }
    }
  }
  return { marked, live };
}

/** All content-addressed files, and what `fsck` set aside. */
async function* filesIn(disk: Disk, layout: Layout) {
  for (const folder of await disk.list(layout.cas)) {
    for (const name of await disk.list(`${layout.cas}/${folder}`)) {
      const path = `${layout.cas}/${folder}/${name}`;
      const stat = disk.stat(path);
      if (!stat?.isFile || !/^[0-9a-f]{64}$/.test(folder + name)) continue;
      const digest = `sha256:${folder}${name}` as Digest;
      yield { path, digest, size: stat.size, mtime: stat.mtime };
    }
  }
  for (const name of await disk.list(layout.damaged)) {
    const path = `${layout.damaged}/${name}`;
    const stat = disk.stat(path);
    if (stat === undefined || stat.isDirectory) continue;
    yield { path, digest: undefined, size: stat.size, mtime: stat.mtime };
  }
}

/** For each digest the latest result that refers to it. */
function owner(
  index: SegmentIndex,
  wanted: ReadonlySet<Digest | undefined>,
): ReadonlyMap<Digest, NonNullable<FreedFile["of"]>> {
  const owners = new Map<Digest, NonNullable<FreedFile["of"]>>();
  if (wanted.size === 0) return owners;
  for (const manifest of index.manifests()) {
    const { workflow, stage, run } = (manifest satisfies Manifest).provenance;
    for (const { name, file } of filesOf(manifest)) {
      if (!wanted.has(file.digest) || owners.has(file.digest)) continue;
      owners.set(file.digest, { workflow, stage, run, name });
    }
  }
  return owners;
}
