// What a command left behind, checked before it is read: a program may leave links that lead elsewhere, pipes that
// never end, or names that are no names. Nothing is followed, nothing is unpacked, and no file is trusted to stay what
// it was when it was looked at. Leaves out other kinds of failure (command_failure.ts).

import type { ArtifactType, Files } from "../core/artifact.ts";
import { pathProblem, shownPath } from "../core/artifacts/folder.ts";
import { artifactKinds } from "../core/artifacts/kinds.ts";
import { table } from "../core/artifacts/table.ts";
import type { CommandOutput } from "../core/command.ts";
import { type Disk, DiskError, type DiskStat } from "../core/disk.ts";
import type { StageFailure } from "../core/executor.ts";
import { inferTable } from "../core/infer_table.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { OutputBytes } from "../core/store.ts";

/** How much one output may hold. Its bytes pass through memory. */
export interface OutputLimits {
  readonly bytes: number;
  readonly files: number;
}

/** What is taken if nothing is said: 4 GiB in 100,000 files. */
export const defaultOutputLimits: OutputLimits = { bytes: 4 * 2 ** 30, files: 100_000 };

/** Folders in folders, at most. */
const maxDepth = 64;

/** What is wrong with an output, as one clause; becomes a failure at the edge of this file. */
class BadOutput extends Error {
  override readonly name = "BadOutput";
}

/**
 * Reads the declared outputs of a command that has ended and left no process behind.
 *
 * @param folder the folder that it ran in.
 *
 * @example
 * ```ts
 * import { collectOutputs } from "#lib/executors/command_outputs.ts";
 * import { SimWorld } from "#tests/support/sim_disk.ts";
 * import { assertEquals } from "@std/assert";
 * const { disk } = new SimWorld({ seed: 1 }).process();
 * const found = await collectOutputs(disk, "", { a: { kind: "file", path: "../a", volatile: false } });
 * assertEquals(found.ok, false);
 * ```
 */
export async function collectOutputs(
  disk: Disk,
  folder: string,
  outputs: Readonly<Record<string, CommandOutput>>,
  limits: OutputLimits = defaultOutputLimits,
): Promise<Result<Record<string, OutputBytes>, StageFailure>> {
  const found: Record<string, OutputBytes> = {};
  const problem = outputPathProblem(outputs);
  if (problem !== undefined) return err({ reason: "bad-output", message: problem });
  for (const [name, output] of Object.entries(outputs)) {
    try {
      const files = await new Collector(disk, folder, limits).collect(output);
      const { kind } = output;
      found[name] = output.volatile ? { kind, files, volatile: true } : { kind, files };
    } catch (error) {
      if (!(error instanceof BadOutput || error instanceof DiskError)) throw error;
      return err({ reason: "bad-output", message: `${titleOf(name, output)}: ${error.message}` });
    }
  }
  return ok(found);
}

/**
 * What is wrong with where outputs are declared to lie, in one sentence; `undefined` if nothing is.
 *
 * @example
 * ```ts
 * import { outputPathProblem } from "#lib/executors/command_outputs.ts";
 * import { assertMatch } from "@std/assert";
 * const output = { kind: "file", path: "out/../../x", volatile: false };
 * assertMatch(outputPathProblem({ model: output })!, /the part '\.\.'/);
 * ```
 */
export function outputPathProblem(
  outputs: Readonly<Record<string, CommandOutput>>,
): string | undefined {
  for (const [name, output] of Object.entries(outputs)) {
    const path = output.path.replace(/\/$/, "");
    const problem = pathProblem(path) ??
      (path.startsWith("out/") ? undefined : "it does not lie in 'out/'");
    if (problem !== undefined) return `${titleOf(name, output)}: ${problem}`;
  }
  return undefined;
}

function titleOf(name: string, { kind, path }: CommandOutput): string {
  return `the output ${name} (${kind}) at ${shownPath(path)}`;
}

/** Reads one output. */
class Collector {
  #numBytes = 0;
  #numFiles = 0;

  constructor(
    readonly disk: Disk,
    readonly folder: string,
    readonly limits: OutputLimits,
  ) {}

  async collect({ kind, path: declared }: CommandOutput): Promise<Files> {
    const path = declared.replace(/\/$/, "");
    const above = await this.#lookAbove(path);
    const stat = this.#stat(path);
    if (stat === undefined) throw new BadOutput(await this.#missing());
    const files = await this.#ofKind(kind, path, stat);
    this.#sameAsBefore(above);
    return files;
  }

  async #ofKind(kind: string, path: string, stat: DiskStat): Promise<Files> {
    if (kind === "file") return { data: await this.#file(path, stat) };
    if (kind === "table" && path.endsWith(".tsv")) {
      const bytes = await this.#file(path, stat);
      return canonical(table, () => inferTable(textOf(bytes)));
    }
    const type = artifactKinds.get(kind);
    if (type === undefined) {
      const known = [...artifactKinds.keys()].join(", ");
      throw new BadOutput(`there is no kind '${kind}'; kinds are ${known}`);
    }
    if (!stat.isDirectory) {
      throw new BadOutput(`this is a ${stat.type}, but a ${kind} is a folder of files`);
    }
    const files: Record<string, Uint8Array> = {};
    await this.#folder(path, "", files, 1);
    const encoded = canonical(type, () => type.decode(files));
    const extra = Object.keys(files).find((name) => !Object.hasOwn(encoded, name));
    if (extra === undefined) return encoded;
    const parts = Object.keys(encoded).join(", ");
    throw new BadOutput(
      `${shownPath(extra)} is no part of it; a ${kind} like this one has ${parts}`,
    );
  }

  async #folder(
    path: string,
    inside: string,
    files: Record<string, Uint8Array>,
    depth: number,
  ): Promise<void> {
    if (depth > maxDepth) throw new BadOutput(`it has more than ${maxDepth} folders in folders`);
    for (const entry of await this.disk.list(`${this.folder}/${path}`)) {
      const problem = pathProblem(inside + entry);
      if (problem !== undefined) {
        throw new BadOutput(`it holds ${shownPath(inside + entry)}: ${problem}`);
      }
      const stat = this.#stat(`${path}/${entry}`);
      if (stat === undefined) throw new BadOutput(`${entry} vanished while it was read`);
      if (stat.isDirectory) {
        await this.#folder(`${path}/${entry}`, `${inside}${entry}/`, files, depth + 1);
        this.#sameAsBefore([{ path: `${path}/${entry}`, stat }]);
      } else files[inside + entry] = await this.#file(`${path}/${entry}`, stat);
    }
  }

  async #file(path: string, stat: DiskStat): Promise<Uint8Array> {
    const at = shownPath(path);
    if (!stat.isFile) {
      const hint = stat.isDirectory
        ? "declare its kind as `folder`"
        : "leave a regular file with the bytes themselves";
      throw new BadOutput(`${at} is a ${stat.type}; ${hint}`);
    }
    if (stat.nlink > 1) {
      throw new BadOutput(
        `${at} is a hard link, one of ${stat.nlink} names of a file; leave a copy`,
      );
    }
    this.#numBytes += stat.size;
    this.#numFiles++;
    const { bytes, files } = this.limits;
    if (this.#numBytes > bytes || this.#numFiles > files) {
      throw new BadOutput(
        `it is larger than the ${bytes} bytes in ${files} files that one output may hold; split it`,
      );
    }
    return await this.disk.readSeen(`${this.folder}/${path}`, stat);
  }

  /** Folders between the command's own and the output, which must be real ones. */
  async #lookAbove(path: string): Promise<Seen[]> {
    const above: Seen[] = [];
    for (let end = path.indexOf("/"); end > 0; end = path.indexOf("/", end + 1)) {
      const at = path.slice(0, end);
      const stat = this.#stat(at);
      if (stat === undefined) throw new BadOutput(await this.#missing());
      if (!stat.isDirectory) {
        throw new BadOutput(`${shownPath(at)} is a ${stat.type}; it must be a folder`);
      }
      above.push({ path: at, stat });
    }
    return above;
  }

  #sameAsBefore(seen: readonly Seen[]): void {
    for (const { path, stat } of seen) {
      const now = this.#stat(path);
      if (now === undefined || now.dev !== stat.dev || now.ino !== stat.ino || !now.isDirectory) {
        throw new BadOutput(`${shownPath(path)} was replaced while it was read`);
      }
    }
  }

  #stat(path: string): DiskStat | undefined {
    return this.disk.stat(`${this.folder}/${path}`);
  }

  async #missing(): Promise<string> {
    const names = this.#stat("out")?.isDirectory ? await this.disk.list(`${this.folder}/out`) : [];
    const shown = names.slice(0, 8).map(shownPath).join(", ") + (names.length > 8 ? ", …" : "");
    return `the command left nothing there; "out" holds ${names.length === 0 ? "nothing" : shown}`;
  }
}

interface Seen {
  readonly path: string;
  readonly stat: DiskStat;
}

function canonical<T>(type: ArtifactType<T>, value: () => T): Files {
  try {
    return type.encode(value());
  } catch (error) {
    throw new BadOutput(error instanceof Error ? error.message : String(error));
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new TypeError("it is no UTF-8 text");
  }
}
