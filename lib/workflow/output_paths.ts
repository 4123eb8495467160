// Where commands leave their outputs: paths below `out/`. They stay inside it, and none lies in another.

import { commandKinds } from "./kinds.ts";
import { suggest } from "./nearest.ts";
import type { Problems } from "./problems.ts";
import type { OutputSpec } from "./run_spec.ts";

/**
 * The path of an output with `.` and doubled slashes taken out, or why it cannot be one.
 *
 * @example
 * ```ts
 * import { cleanPath } from "#lib/workflow/output_paths.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(cleanPath("./logs//fit.log"), { ok: true, path: "logs/fit.log" });
 * assertEquals(cleanPath("../fit.log").ok, false);
 * ```
 */
export function cleanPath(
  path: string,
): { readonly ok: true; readonly path: string } | {
  readonly ok: false;
  readonly message: string;
  readonly hint: string;
} {
  const below = "paths of outputs start from the folder `out` that the command writes to";
  // deno-lint-ignore no-control-regex
  if (/[\0-\x1f\x7f]/.test(path)) {
    return {
      ok: false,
      message: "the path of an output has no control characters such as line ends",
      hint: "write the path on one line, without escapes",
    };
  }
  if (path.includes("${{")) {
    return {
      ok: false,
      message: "the path of an output is taken as it is written",
      hint: "every member has a folder of its own, so one path is enough",
    };
  }
  if (/^([/\\]|[A-Za-z]:)/.test(path)) {
    return {
      ok: false,
      message: `the path of an output is relative, found ${JSON.stringify(path)}`,
      hint: below,
    };
  }
  const steps = path.split(/[/\\]/).filter((step) => step !== "" && step !== ".");
  if (steps.includes("..")) {
    return {
      ok: false,
      message: `the path of an output has no \`..\`, found ${JSON.stringify(path)}`,
      hint: below,
    };
  }
  if (steps.length === 0) {
    return { ok: false, message: "the path of an output is empty", hint: "leave `path` out" };
  }
  return { ok: true, path: steps.join("/") };
}

/**
 * Checks the declared outputs of a command: their kinds, and that their paths are apart.
 *
 * @example
 * ```ts
 * import { checkOutputPaths } from "#lib/workflow/output_paths.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assertEquals } from "@std/assert";
 * const at = { source: new SourceText("a.yaml", ""), start: 0, end: 0 };
 * const output = { at, kind: "file", kindAt: at, pathAt: at, volatile: false };
 * const problems = new Problems();
 * checkOutputPaths([{ ...output, name: "a", path: "x" }, { ...output, name: "b", path: "x/y" }], problems);
 * assertEquals(problems.errors()[0].code, "output-in-output");
 * ```
 */
export function checkOutputPaths(outputs: readonly OutputSpec[], problems: Problems): void {
  const known: { readonly output: OutputSpec; readonly path: string }[] = [];
  for (const output of outputs) {
    if (!commandKinds.includes(output.kind)) {
      problems.error(
        "unknown-kind",
        output.kindAt,
        `a command cannot give the kind of artifact \`${output.kind}\``,
        { hint: () => suggest(output.kind, commandKinds, "kinds") },
      );
    }
    const cleaned = cleanPath(output.path);
    if (!cleaned.ok) {
      problems.error("bad-path", output.pathAt, cleaned.message, { hint: cleaned.hint });
      continue;
    }
    const { path } = cleaned;
    const other = known.find((one) =>
      one.path === path || one.path.startsWith(`${path}/`) || path.startsWith(`${one.path}/`)
    );
    if (other !== undefined) {
      problems.error(
        "output-in-output",
        output.pathAt,
        path === other.path
          ? `the outputs \`${other.output.name}\` and \`${output.name}\` have the same path ${path}`
          : `the path ${path} of \`${output.name}\` and ${other.path} of ` +
            `\`${other.output.name}\` lie in one another`,
        {
          notes: [{ message: "the other one", at: other.output.pathAt }],
          hint: "give each its own: path: …",
        },
      );
    }
    known.push({ output, path });
  }
}
