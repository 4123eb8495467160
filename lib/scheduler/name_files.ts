// Which input files a failed task was reading: it sees their bytes only, and cannot say.

import type { StageFailure } from "../core/executor.ts";
import type { StageMember } from "../workflow/graph.ts";

/**
 * A failure that a task threw, with the files of its stage behind the message; any other as it is.
 *
 * @example
 * ```ts
 * import { nameFiles } from "#lib/scheduler/name_files.ts";
 * import { assertEquals } from "@std/assert";
 * const source = { file: "data/s1.npy", coords: {} };
 * const member = { inputs: { data: { kind: "file", many: false, coords: false, sources: [source] } } };
 * const failure = { reason: "threw" as const, message: "no such array" };
 * assertEquals(nameFiles(failure, member).message, "no such array [data: data/s1.npy]");
 * ```
 */
export function nameFiles(
  failure: StageFailure,
  { inputs, command }: Pick<StageMember, "inputs" | "command">,
): StageFailure {
  if (failure.reason !== "threw" || command !== undefined) return failure;
  const ports = Object.entries(inputs).flatMap(([port, { sources }]) => {
    const files = sources.flatMap((source) => "file" in source ? [source.file] : []);
    if (files.length === 0) return [];
    const shown = files.length > 6 ? [...files.slice(0, 6), `… ${files.length} files`] : files;
    return [`${port}: ${shown.join(", ")}`];
  });
  if (ports.length === 0) return failure;
  return { ...failure, message: `${failure.message} [${ports.join("; ")}]` };
}
