// Files that a workflow names as inputs (`files:` of a stage): their digests for the key, their bytes for the job.
// Leaves out: which stages name them (graph.ts) and remembering digests between processes.

import { digestOfArtifact } from "../core/artifact.ts";
import { file } from "../core/artifacts/file.ts";
import type { Digest } from "../core/digest.ts";
import { type Disk, DiskError } from "../core/disk.ts";
import { err, ok, type Result } from "../core/result.ts";

/** How the engine sees input files. Paths are as the graph has them; errors are one sentence. */
export interface InputFiles {
  /** Digest of the file as an artifact of kind `file`. */
  digest(path: string): Promise<Result<Digest, string>>;
  read(path: string): Promise<Result<Uint8Array, string>>;
}

/**
 * Input files on a disk. A digest is taken once and then remembered, so that one plan or run sees one state of
 * a file; {@link InputFiles.read} reads anew, and who uses the bytes compares.
 *
 * @example
 * ```ts
 * import { diskInputFiles } from "#lib/workflow/input_files.ts";
 * import { digestOfArtifact } from "#lib/core/artifact.ts";
 * import { assertEquals } from "@std/assert";
 * const data = new Uint8Array([1, 2]);
 * const files = diskInputFiles({ read: () => Promise.resolve(data) });
 * const found = await files.digest("data.csv");
 * assertEquals(found, { ok: true, value: digestOfArtifact("file", { data }) });
 * ```
 */
export function diskInputFiles(disk: Pick<Disk, "read">): InputFiles {
  const digests = new Map<string, Promise<Result<Digest, string>>>();
  async function read(path: string): Promise<Result<Uint8Array, string>> {
    try {
      return ok(await disk.read(path));
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      return err(
        error.errno === "ENOENT"
          ? `there is no input file ${path}`
          : `the input file ${path} cannot be read (${error.errno})`,
      );
    }
  }
  async function digest(path: string): Promise<Result<Digest, string>> {
    const bytes = await read(path);
    return bytes.ok ? ok(digestOfArtifact(file.kind, file.encode(bytes.value))) : bytes;
  }
  return {
    read,
    digest(path) {
      const known = digests.get(path) ?? digest(path);
      digests.set(path, known);
      return known;
    },
  };
}
