// A call against the file that it calls: every input that the file declares is handed in, and nothing else.

import type { Call } from "./link.ts";
import { suggest } from "./nearest.ts";
import type { Problems } from "./problems.ts";

/**
 * Checks which inputs a call hands in; their kinds are checked when they are aligned (relay.ts).
 *
 * @example
 * ```ts
 * import { checkCall } from "#lib/workflow/check_call.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { assertEquals } from "@std/assert";
 * const call = { spec: { inputs: [], files: [] }, parts: { inputs: [] } };
 * // deno-lint-ignore no-explicit-any
 * assertEquals(checkCall(call as any, new Problems()), undefined);
 * ```
 */
export function checkCall({ spec, parts }: Call, problems: Problems): void {
  const declared = parts.inputs.map(({ name }) => name);
  const bound = [...spec.inputs, ...spec.files];
  for (const { port, at } of bound) {
    if (declared.includes(port)) continue;
    problems.error("unused-input", at, `\`${spec.workflow.name}\` takes no input \`${port}\``, {
      hint: () => suggest(port, declared, "inputs"),
    });
  }
  for (const { name, at, kind } of parts.inputs) {
    const files = spec.files.find(({ port }) => port === name);
    if (files !== undefined && kind !== "file") {
      problems.error(
        "port-mismatch",
        files.at,
        `the input \`${name}\` of \`${spec.workflow.name}\` takes ${kind}, not a file`,
        { notes: [{ message: "it is declared here", at }] },
      );
    }
    if (bound.some(({ port }) => port === name)) continue;
    problems.error(
      "missing-input",
      spec.workflow.at,
      `\`${spec.name}\` lacks the input \`${name}\` of \`${spec.workflow.name}\``,
      {
        notes: [{ message: "it is declared here", at }],
        hint: `bind it: from: { ${name}: … }, to ${kind}`,
      },
    );
  }
}
