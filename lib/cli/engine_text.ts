// What people are told of the engine of a run, and of what others have made already.

import { plural } from "../report/format.ts";
import type { Available } from "../workflow/available.ts";
import type { EngineChoice } from "./engine_choice.ts";

/**
 * One line on the engine, and one for each other engine that has results (two where it is long); nothing if no stage
 * uses an engine.
 *
 * @example
 * ```ts
 * import { engineText } from "#lib/cli/engine_text.ts";
 * import { onProcessor } from "#lib/cli/engine_choice.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(
 *   engineText(onProcessor("wasm", "auto"), [{ numerics: "ref-f64", members: 2 }]),
 *   "engine wasm-f32 (auto)\n2 stages are stored under ref-f64; --accept ref-f64 takes them\n",
 * );
 * assertEquals(engineText(null, []), "");
 * ```
 */
export function engineText(
  engine: EngineChoice | null,
  available: readonly Available[],
  columns = 80,
): string {
  if (engine === null) return "";
  const lines = [`engine ${engine.numerics}${engine.policy === "auto" ? " (auto)" : ""}`];
  for (const { numerics, members } of available) {
    const are = members === 1 ? "is" : "are";
    const them = members === 1 ? "it" : "them";
    const stored = `${plural(members, "stage")} ${are} stored under ${numerics}`;
    const remedy = `--accept ${numerics} takes ${them}`;
    const fits = `${stored}; ${remedy}`.length <= columns;
    lines.push(...fits ? [`${stored}; ${remedy}`] : [`${stored};`, `  ${remedy}`]);
  }
  return lines.join("\n") + "\n";
}
