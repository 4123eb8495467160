// Whether a job gave what its task declares: every declared output, of its kind, and nothing else. An executor may
// be a program of somebody else, so this is checked before anything is stored.

import { pathProblem, shownPath } from "../core/artifacts/folder.ts";
import type { OutputBytes } from "../core/store.ts";

/**
 * Says what is wrong with outputs, or nothing.
 *
 * @param declared output → kind.
 *
 * @example
 * ```ts
 * import { outputProblem } from "#lib/scheduler/check_outputs.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(outputProblem({ table: "table" }, {}), "the output table (table) is missing");
 * assertEquals(outputProblem({}, {}), undefined);
 * ```
 */
export function outputProblem(
  declared: Readonly<Record<string, string>>,
  given: Readonly<Record<string, OutputBytes>>,
): string | undefined {
  for (const [name, kind] of Object.entries(declared)) {
    if (!Object.hasOwn(given, name)) return `the output ${name} (${kind}) is missing`;
    if (given[name].kind !== kind) {
      return `the output ${name} should be of kind ${kind}, but is ${given[name].kind}`;
    }
    // Only a folder may be empty.
    if (kind !== "folder" && Object.keys(given[name].files).length === 0) {
      return `the output ${name} has no files`;
    }
    // Files are copied under these names to where people look at them.
    for (const file of Object.keys(given[name].files)) {
      const problem = pathProblem(file);
      if (problem !== undefined) {
        return `the output ${name} has a file named ${shownPath(file)}: ${problem}`;
      }
    }
  }
  const extra = Object.keys(given).find((name) => !Object.hasOwn(declared, name));
  return extra === undefined ? undefined : `the output ${extra} is not declared`;
}
