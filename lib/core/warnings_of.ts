// What a task warns of beside its results: an artifact whose facts (`about.json`, `operator.json`, `trials.json`) have `warnings`, a list
// of sentences. They stay with the result; a run that makes it tells them.

import type { OutputBytes } from "./store.ts";

/** Files that hold an artifact's facts. */
export const factFiles: readonly string[] = ["about.json", "operator.json", "trials.json"];
/** Facts larger than this are data, not facts. */
const maxBytes = 256 * 1024;

/**
 * The warnings in a result's artifacts, each once, in order of the outputs' names.
 *
 * @example
 * ```ts
 * import { warningsOf } from "#lib/core/warnings_of.ts";
 * import { assertEquals } from "@std/assert";
 * const about = new TextEncoder().encode(JSON.stringify({ warnings: ["rank 9 exceeds the numerical rank 4"] }));
 * const outputs = { operator: { kind: "operator", files: { "operator.json": about } } };
 * assertEquals(warningsOf(outputs), ["rank 9 exceeds the numerical rank 4"]);
 * ```
 */
export function warningsOf(outputs: Readonly<Record<string, OutputBytes>>): string[] {
  const found = new Set<string>();
  for (const name of Object.keys(outputs).sort()) {
    for (const file of factFiles) {
      const { files } = outputs[name];
      const bytes = Object.hasOwn(files, file) ? files[file] : undefined;
      if (bytes === undefined || bytes.length > maxBytes) continue;
      for (const warning of warningsIn(bytes)) found.add(warning);
    }
  }
  return [...found];
}

function warningsIn(bytes: Uint8Array): string[] {
  let facts: unknown;
  try {
    facts = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return [];
  }
  const { warnings } = (facts ?? {}) as { readonly warnings?: unknown };
  return Array.isArray(warnings) ? warnings.filter((one) => typeof one === "string") : [];
}
