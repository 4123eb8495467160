// The folder that a command runs in: `params.json`, copies of its inputs in `in/`, and an empty `out/`. It is also where
// temporary files go. As few folders as can be: they cost more than files do.
// Leaves out what becomes of `out/` (command_outputs.ts) and who removes the folder (command.ts).

import { type Files, jsonBytes } from "../core/artifact.ts";
import { pathProblem, shownPath } from "../core/artifacts/folder.ts";
import type { Disk } from "../core/disk.ts";
import type { CommandJob, JobInput } from "../core/executor.ts";

/** Files that are written at the same time. */
const atOnce = 32;

/** For all: its inputs are copies, and nobody is to take a changed one for what the key was made from. */
const readOnly = { mode: 0o444 } as const;

/**
 * Makes the folder at `path`, which must not exist.
 *
 * @param spare a folder that {@link clearFolder} has cleared: it is taken instead of a new one.
 * @throws {TypeError} if a path leads out of the folder.
 * @throws {DiskError}
 *
 * @example
 * ```ts
 * import { prepareFolder } from "#lib/executors/command_folder.ts";
 * import { SimWorld } from "#tests/support/sim_disk.ts";
 * import { assertEquals } from "@std/assert";
 * const world = new SimWorld({ seed: 1 });
 * const { disk } = world.process();
 * const command = { line: "cat in/data.txt", outputs: {}, inputPaths: { data: "in/data.txt" } };
 * const data = [{ kind: "file", files: { data: new Uint8Array([65]) }, coords: {} }];
 * const job = { command, params: {}, inputs: { data }, env: {}, grant: { cpu: 1, slots: {} } };
 * await world.run(prepareFolder(disk, "/room", job));
 * assertEquals(disk.readSync("/room/in/data.txt"), new Uint8Array([65]));
 * ```
 */
export async function prepareFolder(
  disk: Disk,
  path: string,
  job: CommandJob,
  spare?: string,
): Promise<void> {
  const made = new Set<string>(spare === undefined ? [] : skeleton);
  const folder = (inside: string) => {
    if (inside === "" || made.has(inside)) return;
    folder(parentOf(inside));
    disk.makeDirectorySync(`${path}/${inside}`);
    made.add(inside);
  };
  if (spare === undefined) disk.makeDirectorySync(path);
  else await disk.rename(spare, path);
  for (const name of skeleton) folder(name);
  for (const output of Object.values(job.command.outputs)) folder(parentOf(output.path));
  const writing: Promise<void>[] = [];
  for (const { name, bytes } of contents(job)) {
    folder(parentOf(name));
    if (writing.length >= atOnce) await Promise.all(writing.splice(0));
    writing.push(disk.create(`${path}/${name}`, bytes, readOnly));
  }
  await Promise.all(writing);
}

/** Folders in every command's folder. */
const skeleton = ["in", "out"];

/**
 * Clears the folder of a command that left nothing but files where they belong. Making and removing folders takes much
 * longer than this on some file systems.
 *
 * @returns whether it is as new; if not, it has to be removed.
 *
 * @example
 * ```ts
 * import { clearFolder } from "#lib/executors/command_folder.ts";
 * import { SimWorld } from "#tests/support/sim_disk.ts";
 * import { assertEquals } from "@std/assert";
 * const world = new SimWorld({ seed: 1 });
 * const { disk } = world.process();
 * for (const folder of ["/a", "/a/in", "/a/out"]) disk.makeDirectorySync(folder);
 * await world.run(disk.create("/a/out/x", new Uint8Array(1)));
 * const clearing = clearFolder(disk, "/a");
 * await world.run(clearing);
 * assertEquals([await clearing, disk.stat("/a/out/x")], [true, undefined]);
 * ```
 */
export async function clearFolder(disk: Disk, path: string): Promise<boolean> {
  const files: string[] = [];
  for (const folder of [path, ...skeleton.map((name) => `${path}/${name}`)]) {
    if (!disk.stat(folder)?.isDirectory) return false;
    for (const name of await disk.list(folder)) {
      if (folder === path && skeleton.includes(name)) continue;
      const file = `${folder}/${name}`;
      if (files.length > clearedAtMost || !disk.stat(file)?.isFile) return false;
      files.push(file);
    }
  }
  for (const file of files) await disk.remove(file);
  return true;
}

/** A folder of more files is not worth it. */
const clearedAtMost = 16;

interface Content {
  readonly name: string;
  readonly bytes: Uint8Array;
}

function* contents({ command, params, inputs }: CommandJob): Generator<Content> {
  yield { name: "params.json", bytes: jsonBytes(params) };
  for (const [port, taken] of Object.entries(inputs)) {
    const path = (command.inputPaths[port] ?? `in/${port}`).replace(/\/$/, "");
    const isList = taken.length !== 1 || command.lists?.includes(port);
    yield* checked(isList ? listed(path, taken) : artifact(path, taken[0]));
  }
}

/** Numbers have equally many digits, so that the order of names is the order of the list. */
function* listed(path: string, taken: readonly JobInput[]): Generator<Content> {
  const width = String(Math.max(0, taken.length - 1)).length;
  const index = taken.map(({ kind, coords }, i) => ({
    path: String(i).padStart(width, "0"),
    kind,
    coords,
  }));
  yield { name: `${path}/index.json`, bytes: jsonBytes(index) };
  for (let i = 0; i < taken.length; i++) yield* artifact(`${path}/${index[i].path}`, taken[i]);
}

function* artifact(path: string, { kind, files }: JobInput): Generator<Content> {
  if (kind === "file") yield { name: path, bytes: (files as Files).data };
  else for (const [name, bytes] of Object.entries(files)) yield { name: `${path}/${name}`, bytes };
}

/** Names come out of a store that others may have filled. */
function* checked(contents: Iterable<Content>): Generator<Content> {
  for (const content of contents) {
    const problem = pathProblem(content.name);
    if (problem !== undefined) {
      throw new TypeError(`an input would be written to ${shownPath(content.name)}: ${problem}`);
    }
    yield content;
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
