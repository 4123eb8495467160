// Repairing a store: what is damaged is set aside in `damaged/`, so that the results concerned count as absent and are
// made anew by the next run. Nothing that is whole is touched.

import { joinBytes } from "../core/join_bytes.ts";
import { canonicalJson } from "../core/canonical.ts";
import type { ActionKey } from "../core/digest.ts";
import { type Disk, DiskError } from "../core/disk.ts";
import type { Damage } from "./check.ts";
import { linesIn } from "./check_lines.ts";
import { type Layout, storeFormat } from "./layout.ts";
import { forgetKeys, rootLine } from "./roots.ts";
import { durableLine, readLine } from "./segment_line.ts";
import { uniqueName } from "./unique.ts";

/**
 * Removes damage. The store must be held alone.
 *
 * @param isLost tells the keys that no manifest has any more
 *
 * @throws {DiskError}
 *
 * @example
 * ```ts
 * import { repair } from "#lib/store/repair.ts";
 * import { layoutOf } from "#lib/store/layout.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * await repair(denoDisk(), layoutOf("no/such/store"), []);
 * ```
 */
export async function repair(
  disk: Disk,
  layout: Layout,
  damage: readonly Damage[],
  isLost: (key: ActionKey) => boolean = () => false,
): Promise<void> {
  const byPath = new Map(damage.map((one) => [one.path, one]));
  if (byPath.size === 0) return;
  await disk.makeDirectory(layout.damaged);
  for (const [path, one] of byPath) {
    // What could not be read may be whole: another try may do better.
    if (one.kind === "unreadable") continue;
    if (one.part === "format") await writeFormat(disk, layout);
    // Nobody wants them back: what was lost is computed again.
    else if (one.part === "states") await disk.removeAll(path);
    else if (one.part === "roots") await repairRoot(disk, layout, path, one, isLost);
    else if (one.kind === "missing" || one.part === "folder") continue;
    else if (one.part === "blob" || one.kind !== "damaged") await setAside(disk, layout, path);
    else await keepGoodLines(disk, layout, path, one.part === "segment");
  }
}

async function writeFormat(disk: Disk, layout: Layout): Promise<void> {
  if (disk.stat(layout.format) !== undefined) await setAside(disk, layout, layout.format);
  const bytes = new TextEncoder().encode(canonicalJson(storeFormat) + "\n");
  await disk.create(layout.format, bytes, { sync: true });
}

/** Sets without a record are forgotten by name; damaged lines go. */
async function repairRoot(
  disk: Disk,
  layout: Layout,
  path: string,
  one: Damage,
  isLost: (key: ActionKey) => boolean,
): Promise<void> {
  const [, set] = /\/([0-9a-f]{32})\.keys$/.exec(path) ?? [];
  if (one.kind === "missing") return await forgetKeys(disk, layout, set, isLost);
  if (set === undefined) {
    if (disk.stat(path)?.isFile && /\.(runs|pin)$/.test(path)) {
      await rewriteRoot(disk, layout, path, (line) => rootLine.test(line));
    } else await setAside(disk, layout, path);
    return;
  }
  if (disk.stat(path) !== undefined) await setAside(disk, layout, path);
  for (const name of await disk.list(layout.roots)) {
    if (!/\.(runs|pin)$/.test(name)) continue;
    await rewriteRoot(disk, layout, `${layout.roots}/${name}`, (line) => !line.includes(set));
  }
}

async function rewriteRoot(
  disk: Disk,
  layout: Layout,
  path: string,
  keep: (line: string) => boolean,
): Promise<void> {
  if (!disk.stat(path)?.isFile) return;
  const before = new TextDecoder().decode(await disk.read(path));
  const lines = before.split("\n").filter((line) => line !== "" && keep(line));
  const after = lines.map((line) => `${line}\n`).join("");
  if (after === before) return;
  await setAside(disk, layout, path);
  if (after !== "") await disk.create(path, new TextEncoder().encode(after), { sync: true });
}

/** Moves something out of the way, whatever it is. */
async function setAside(disk: Disk, layout: Layout, path: string): Promise<void> {
  const name = path.slice(layout.root.length + 1).replaceAll("/", "_");
  for (let n = 0;; n++) {
    const target = `${layout.damaged}/${name}.${n}`;
    if (disk.stat(target) !== undefined) continue;
    try {
      await disk.rename(path, target);
    } catch (error) {
      if (!(error instanceof DiskError) || error.errno !== "ENOENT") throw error;
    }
    return;
  }
}

/** Writes the lines of a file that are whole in its place. */
async function keepGoodLines(
  disk: Disk,
  layout: Layout,
  path: string,
  isSegment: boolean,
): Promise<void> {
  const good: Uint8Array[] = [];
  let size = 0;
  for await (const { bytes } of linesIn(disk, path)) {
    const line = readLine(bytes);
    // Marks count bytes, and there are fewer now.
    if (line === undefined || bytes.at(-1) !== lineEnd || line.kind === "durable") continue;
    good.push(bytes.slice());
    size += bytes.length;
  }
  if (good.length === 0) return await setAside(disk, layout, path);
  if (isSegment) good.push(durableLine(size));
  const temporary = `${layout.damaged}/part-${uniqueName()}`;
  await disk.create(temporary, joinBytes(good), { sync: true });
  const name = path.slice(layout.root.length + 1).replaceAll("/", "_");
  const old = `${layout.damaged}/${name}.${uniqueName()}`;
  // Kept for whoever wants to look; not every file system can.
  await disk.link(path, old).catch(() => {});
  await disk.rename(temporary, path);
  await disk.syncDirectory(path.slice(0, path.lastIndexOf("/")));
}

const lineEnd = 10;
