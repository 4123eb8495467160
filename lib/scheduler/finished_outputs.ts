// What a `stage-finished` event says of the outputs: kind, digest and size, without the files.

import type { Manifest } from "../core/manifest.ts";
import type { RunEvent } from "../core/event.ts";

/** Outputs as the event has them. */
export type FinishedOutputs = Extract<RunEvent, { type: "stage-finished" }>["outputs"];

/**
 * The outputs of a result for its event.
 *
 * @example
 * ```ts
 * import { finishedOutputs } from "#lib/scheduler/finished_outputs.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const digest = digestOf("x");
 * const outputs = { t: { kind: "table", digest, files: { "t.tsv": { digest, size: 1 } } } };
 * assertEquals(finishedOutputs({ outputs }), { t: { kind: "table", digest, bytes: 1 } });
 * ```
 */
export function finishedOutputs({ outputs }: Pick<Manifest, "outputs">): FinishedOutputs {
  const shown: Record<string, FinishedOutputs[string]> = {};
  for (const name in outputs) {
    const { kind, digest, files } = outputs[name];
    let bytes = 0;
    for (const file in files) bytes += files[file].size;
    shown[name] = { kind, digest, bytes };
  }
  return shown;
}
