// Roots: which results `gc` keeps. Every run notes the keys of its results in the store, so that a store which several
// results folders share knows what each of them needs.
//
// `<set>.keys` holds keys, one in a line, and is named after its contents. `<workflow>-<results folder>.runs` has a
// line for each run: time, id, set. `<name>.pin` names a set to be kept whatever comes.
// Leaves out: what becomes of the rest (collect.ts).

import { digestOf, hexOf } from "../core/digest.ts";
import type { ActionKey } from "../core/digest.ts";
import { type Clock, type Disk, DiskError } from "../core/disk.ts";
import type { Layout } from "./layout.ts";
import { uniqueName } from "./unique.ts";

/** A run whose results are to be kept. */
export interface KeptRun {
  /** Name of the workflow, and of the results folder that the run belongs to; see {@link resultsId}. */
  readonly workflow: string;
  readonly results: string;
  readonly run: string;
  readonly keys: Iterable<ActionKey>;
}

/** A line of a `.runs` file. */
export interface RootRun {
  /** File that it stands in, without its ending: one for each workflow and results folder. */
  readonly root: string;
  /** ISO 8601. */
  readonly at: string;
  readonly run: string;
  /** Name of its set of keys. */
  readonly set: string;
}

/** A set of keys that is kept under a name. */
export interface Pin {
  readonly name: string;
  readonly run: string;
  readonly set: string;
}

/** All roots of a store. */
export interface Roots {
  /** In the order of the files, oldest first. */
  readonly runs: readonly RootRun[];
  readonly pins: readonly Pin[];
  /** Names of the sets that lie there. */
  readonly sets: readonly string[];
  /** Files that are not what their name says, and lines that are damaged. */
  readonly problems: readonly { readonly path: string; readonly what: string }[];
}

/**
 * Notes the results of a run. Call it with the gate of the store held.
 *
 * @throws {DiskError}
 *
 * @example
 * ```ts
 * import { keepRun, readRoots } from "#lib/store/roots.ts";
 * import { layoutOf } from "#lib/store/layout.ts";
 * import { denoWorld } from "#lib/world/deno_world.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const folder = await Deno.makeTempDir();
 * const { disk, clock } = denoWorld();
 * const run = { workflow: "w", results: "ab12", run: "r1", keys: [digestOf("k") as never] };
 * await keepRun(disk, clock, layoutOf(folder), run);
 * assertEquals((await readRoots(disk, layoutOf(folder))).runs[0].root, "w-ab12");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function keepRun(
  disk: Disk,
  clock: Clock,
  { roots }: Layout,
  { workflow, results, run, keys }: KeptRun,
): Promise<void> {
  await disk.makeDirectory(roots);
  let text = "";
  for (const key of new Set(keys)) text += `${hexOf(key)}\n`;
  const bytes = new TextEncoder().encode(text);
  const set = setName(bytes);
  await writeOnce(disk, `${roots}/${set}.keys`, bytes);
  const line = `${new Date(clock.now()).toISOString()} ${plainName(run)} ${set} .\n`;
  const file = await disk.append(`${roots}/${plainName(workflow)}-${results}.runs`);
  try {
    await file.write(new TextEncoder().encode(line));
  } finally {
    file.close();
  }
}

/**
 * Reads all roots.
 *
 * @throws {DiskError} if the folder cannot be listed; files that cannot be read are problems.
 *
 * @example
 * ```ts
 * import { readRoots } from "#lib/store/roots.ts";
 * import { layoutOf } from "#lib/store/layout.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals((await readRoots(denoDisk(), layoutOf("no/such/store"))).runs, []);
 * ```
 */
export async function readRoots(disk: Disk, { roots }: Layout): Promise<Roots> {
  const runs: RootRun[] = [];
  const pins: Pin[] = [];
  const sets: string[] = [];
  const problems: { path: string; what: string }[] = [];
  for (const name of await disk.list(roots)) {
    const path = `${roots}/${name}`;
    const [, stem, ending] = /^(.+)\.(keys|runs|pin)$/.exec(name) ?? [];
    if (ending === undefined) {
      problems.push({ path, what: "is no file of the store" });
      continue;
    }
    try {
      if (!disk.stat(path)?.isFile) problems.push({ path, what: "is no file" });
      else if (ending === "keys") sets.push(stem);
      else {
        const text = new TextDecoder().decode(await disk.read(path));
        const lines = text.split("\n");
        const rest = lines.pop();
        if (rest !== "") problems.push({ path, what: "ends within a line" });
        for (const line of lines) {
          const [, at, run, set] = rootLine.exec(line) ?? [];
          if (set === undefined) problems.push({ path, what: "has a damaged line" });
          else if (ending === "runs") runs.push({ root: stem, at, run, set });
          else pins.push({ name: stem, run, set });
        }
      }
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      problems.push({ path, what: `cannot be read (${error.errno})` });
    }
  }
  return { runs, pins, sets, problems };
}

/**
 * The keys of a set; `undefined` if the file is absent or not what its name says.
 *
 * @example
 * ```ts
 * import { keysOf } from "#lib/store/roots.ts";
 * import { layoutOf } from "#lib/store/layout.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await keysOf(denoDisk(), layoutOf("no/such/store"), "00"), undefined);
 * ```
 */
export async function keysOf(
  disk: Disk,
  { roots }: Layout,
  set: string,
): Promise<readonly ActionKey[] | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await disk.read(`${roots}/${set}.keys`);
  } catch (error) {
    if (error instanceof DiskError) return undefined;
    throw error;
  }
  if (setName(bytes) !== set) return undefined;
  const text = new TextDecoder().decode(bytes);
  return text.split("\n").slice(0, -1).map((hex) => `sha256:${hex}` as ActionKey);
}

/**
 * Writes the runs that are still kept, and removes sets that nothing names any more.
 *
 * @throws {DiskError}
 *
 * @example
 * ```ts
 * import { pruneRoots } from "#lib/store/roots.ts";
 * import { layoutOf } from "#lib/store/layout.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * const none = { runs: [], pins: [], sets: [], problems: [] };
 * await pruneRoots(denoDisk(), layoutOf("no/such/store"), none, [], () => "no/such/file");
 * ```
 */
export async function pruneRoots(
  disk: Disk,
  { roots }: Layout,
  before: Roots,
  kept: readonly RootRun[],
  temporaryPath: () => string,
): Promise<void> {
  for (const root of new Set(before.runs.map(({ root }) => root))) {
    const lines = kept.filter((run) => run.root === root);
    if (lines.length === before.runs.filter((run) => run.root === root).length) continue;
    const text = lines.map(({ at, run, set }) => `${at} ${run} ${set} .\n`).join("");
    const temporary = temporaryPath();
    await disk.create(temporary, new TextEncoder().encode(text), { sync: true });
    await disk.rename(temporary, `${roots}/${root}.runs`);
  }
  const named = new Set([...kept, ...before.pins].map(({ set }) => set));
  for (const set of before.sets) {
    if (!named.has(set)) await disk.remove(`${roots}/${set}.keys`);
  }
}

/**
 * Lets roots name only those keys of a set that are known.
 *
 * @throws {DiskError}
 *
 * @example
 * ```ts ignore
 * await forgetKeys(disk, layout, set, (key) => !recorded.has(key));
 * ```
 */
export async function forgetKeys(
  disk: Disk,
  layout: Layout,
  set: string,
  isLost: (key: ActionKey) => boolean,
): Promise<void> {
  const keys = await keysOf(disk, layout, set);
  if (keys === undefined) return;
  const text = keys.filter((key) => !isLost(key)).map((key) => `${hexOf(key)}\n`).join("");
  const bytes = new TextEncoder().encode(text);
  const rest = setName(bytes);
  await writeOnce(disk, `${layout.roots}/${rest}.keys`, bytes);
  for (const name of await disk.list(layout.roots)) {
    if (!/\.(runs|pin)$/.test(name)) continue;
    const path = `${layout.roots}/${name}`;
    const before = new TextDecoder().decode(await disk.read(path));
    if (!before.includes(set)) continue;
    const temporary = `${layout.roots}/part-${uniqueName()}`;
    const after = new TextEncoder().encode(before.replaceAll(set, rest));
    await disk.create(temporary, after, { sync: true });
    await disk.rename(temporary, path);
  }
  await disk.remove(`${layout.roots}/${set}.keys`);
}

/**
 * Keeps the results of a run under a name, whatever comes.
 *
 * @throws {DiskError}
 *
 * @example
 * ```ts ignore
 * await pin(disk, clock, layout, "paper", run);
 * ```
 */
export async function pin(
  disk: Disk,
  clock: Clock,
  { roots }: Layout,
  name: string,
  { run, set }: Pick<RootRun, "run" | "set">,
): Promise<void> {
  const path = `${roots}/${plainName(name)}.pin`;
  const line = `${new Date(clock.now()).toISOString()} ${run} ${set} .\n`;
  if (disk.stat(path) !== undefined) await disk.remove(path);
  await disk.create(path, new TextEncoder().encode(line), { sync: true });
}

/**
 * Keeps a name's results no longer; `false` if there is no such pin.
 *
 * @throws {DiskError}
 *
 * @example
 * ```ts
 * import { unpin } from "#lib/store/roots.ts";
 * import { layoutOf } from "#lib/store/layout.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { assert } from "@std/assert";
 * assert(!await unpin(denoDisk(), layoutOf("no/such/store"), "paper"));
 * ```
 */
export async function unpin(disk: Disk, { roots }: Layout, name: string): Promise<boolean> {
  const path = `${roots}/${plainName(name)}.pin`;
  if (disk.stat(path) === undefined) return false;
  await disk.remove(path);
  return true;
}

/**
 * What a results folder is called in the roots of a store: a random name that lies in it, so that it is the same for
 * every machine and path that the folder is reached by.
 *
 * @throws {DiskError}
 *
 * @example
 * ```ts
 * import { resultsId } from "#lib/store/roots.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { assertEquals } from "@std/assert";
 * const folder = await Deno.makeTempDir();
 * const id = await resultsId(denoDisk(), folder);
 * assertEquals(await resultsId(denoDisk(), folder), id);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function resultsId(disk: Disk, results: string): Promise<string> {
  const path = `${results}/runs/.id`;
  for (let attempt = 0; attempt < 3; attempt++) {
    const id = await readId(disk, path);
    if (id !== undefined) return id;
    await disk.makeDirectory(`${results}/runs`);
    // Written under another name, so that nobody reads half of it.
    const temporary = `${path}.${uniqueName()}`;
    await disk.create(temporary, new TextEncoder().encode(`${uniqueName().slice(0, 12)}\n`));
    try {
      if (attempt === 0) await disk.link(temporary, path);
      else await disk.rename(temporary, path);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
    } finally {
      await disk.remove(temporary).catch(() => {});
    }
  }
  return await readId(disk, path) ?? "000000000000";
}

async function readId(disk: Disk, path: string): Promise<string | undefined> {
  if (!disk.stat(path)?.isFile) return undefined;
  const id = new TextDecoder().decode(await disk.read(path)).trim();
  return /^[0-9a-f]{12}$/.test(id) ? id : undefined;
}

/** A line of a `.runs` or `.pin` file: time, run, set. */
export const rootLine: RegExp = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) (\S+) ([0-9a-f]{32}) \.$/;

function setName(bytes: Uint8Array): string {
  return hexOf(digestOf(bytes)).slice(0, 32);
}

async function writeOnce(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  if (disk.stat(path)?.size === bytes.length) return;
  const temporary = `${path}.${uniqueName()}`;
  await disk.create(temporary, bytes);
  await disk.rename(temporary, path);
}

/** A name that is a file name everywhere. */
function plainName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_.+-]+/g, "_").slice(0, 100);
  return plain === name && !plain.startsWith(".")
    ? plain
    : `${plain.replace(/^\./, "_")}~${hexOf(digestOf(name)).slice(0, 8)}`;
}
