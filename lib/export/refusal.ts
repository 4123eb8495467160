// Whether arrays fit the format that is asked for: told before anything is written.

import type { StoredArtifact } from "../core/manifest.ts";
import { maxHdf5Bytes } from "../formats/write_hdf5.ts";
import { maxNpzBytes } from "../formats/write_npz.ts";
import type { ExportedRun, ExportOptions, ExportWorld } from "./exported_run.ts";

/**
 * Why a run cannot be exported so, as one sentence; `undefined` if it can.
 *
 * @example
 * ```ts
 * import { refusal } from "#lib/export/refusal.ts";
 * import { assertEquals } from "@std/assert";
 * const run = { members: [{ id: "a", status: "failed", digests: {} }] };
 * assertEquals(refusal(run, { npz: true, hdf5: true }, () => undefined), undefined);
 * ```
 */
export function refusal(
  { members }: Pick<ExportedRun, "members">,
  { npz, hdf5 }: Pick<ExportOptions, "npz" | "hdf5">,
  recall: ExportWorld["recall"],
): string | undefined {
  if (!npz && !hdf5) return undefined;
  const most = Math.min(npz ? maxNpzBytes : Infinity, hdf5 ? maxHdf5Bytes : Infinity);
  for (const { id, key } of members) {
    const outputs = key === undefined ? {} : recall(key)?.outputs ?? {};
    for (const [output, artifact] of Object.entries(outputs)) {
      const bytes = arrayBytes(artifact);
      if (bytes <= most) continue;
      const [option, limit] = hdf5 && bytes > maxHdf5Bytes
        ? ["--hdf5", `${maxHdf5Bytes / 2 ** 20} MiB, because HDF5 files are made in memory`]
        : ["--npz", "4 GiB, where zip archives end"];
      return `the arrays of ${id}, output ${output}, have ${
        (bytes / 2 ** 30).toFixed(1)
      } GiB; ${option} takes up to ${limit}. ` +
        `Leave ${option} out: .npy files have no limit, and numpy.load(…, mmap_mode="r") reads parts of them`;
    }
  }
  return undefined;
}

function arrayBytes({ files }: StoredArtifact): number {
  let bytes = 0;
  for (const name in files) if (name.endsWith(".npy")) bytes += files[name].size;
  return bytes;
}
