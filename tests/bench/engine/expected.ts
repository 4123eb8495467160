// What every stage of a shape must write, worked out without any engine: what all engines are compared with before
// their times are. Leaves out reading what they wrote.

import type { Shape } from "./shapes.ts";

/**
 * The text that each stage writes, by the stage's name.
 *
 * @param configs the config files as they are now, if they were edited since
 *
 * @example
 * ```ts
 * import { expectedTexts } from "#tests/bench/engine/expected.ts";
 * import { shape } from "#tests/bench/engine/shapes.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(expectedTexts(shape("chain", 3)).get("count_2"), "3\n");
 * ```
 */
export function expectedTexts(
  { stages, configs }: Shape,
  edited: Readonly<Record<string, string>> = configs,
): ReadonlyMap<string, string> {
  const texts = new Map(Object.entries(edited));
  const written = new Map<string, string>();
  for (const { name, action, inputs, line } of stages) {
    const input = inputs.map((from) => texts.get(from)!).join("");
    const text = action === "append"
      ? `${input}${line}\n`
      : action === "count"
      ? `${Number(input) + 1}\n`
      : input;
    texts.set(name, text);
    written.set(name, text);
  }
  return written;
}
