// Taking over results of another store: the files that are missing here, and then the manifest. Leaves out: which
// results, and in what order (transfer.ts).

import type { Manifest, StoredFile } from "../core/manifest.ts";
import type { PendingBlob } from "./blobs.ts";
import { storageErrorLater } from "./storage_errors.ts";
import type { StoreParts } from "./store_parts.ts";
import { filesOf } from "./stored_files.ts";

/** What came of a result of another store. */
export interface Received {
  readonly how: "copied" | "completed" | "there" | "differs";
  readonly files: number;
  readonly bytes: number;
  /** Files that are not here, and were not there. */
  readonly lacking: number;
}

/** Reads the verified bytes of a file of another store; `undefined` if they are not there, either. */
export type ReadFile = (file: StoredFile) => Promise<Uint8Array | undefined>;

/**
 * Takes over a result of another store. A result of the same key that is known here stands.
 *
 * @throws {DiskError}
 *
 * @example
 * ```ts ignore
 * const { how } = await receive(manifest, (file) => other.readFile(file), parts);
 * ```
 */
export async function receive(
  manifest: Manifest,
  readFile: ReadFile,
  { session, index, bytes, groups, recorder }: StoreParts,
): Promise<Received> {
  const [known] = index.candidates(manifest.key);
  const came = { files: 0, bytes: 0, lacking: 0 };
  if (known !== undefined && !sameOutputs(known.manifest, manifest)) {
    return { how: "differs", ...came };
  }
  const standing = known?.manifest ?? manifest;
  const pending: (PendingBlob | undefined)[] = [];
  for (const { file } of filesOf(standing)) {
    if (!bytes.kept.check(file)) {
      const found = await readFile(file);
      if (found === undefined) {
        came.lacking++;
        continue;
      }
      await session.start();
      await bytes.keep([{ digest: file.digest, bytes: found }]);
      came.files++;
      came.bytes += found.length;
    }
    pending.push(bytes.kept.pending(file.digest));
  }
  if (known === undefined) {
    await session.start();
    await recorder.record(manifest, 0, pending);
    return { how: "copied", ...came };
  }
  if (came.files > 0) {
    storageErrorLater(groups.add(pending.filter((blob) => blob !== undefined)));
  }
  return { how: came.files > 0 ? "completed" : "there", ...came };
}

function sameOutputs(a: Manifest, b: Manifest): boolean {
  const ports = Object.keys(a.outputs);
  return ports.length === Object.keys(b.outputs).length &&
    ports.every((port) => a.outputs[port].digest === b.outputs[port]?.digest);
}
