// Scripts that a command names but does not declare. A command runs in a folder of its own, where only its declared
// inputs lie, so `python3 fit.py` would find no fit.py, and a change of it would not be seen.

import { join } from "@std/path";
import { placed } from "./expression/template.ts";
import type { Problems } from "./problems.ts";
import type { StageSpec } from "./stage_spec.ts";
import type { ScalarTree, Tree } from "./tree.ts";

/** At most this many words are looked for beside the workflow. */
const maxLooked = 50;

/** Scripts only: they are small, and it is scripts that are forgotten. */
const script = /^(?:\.\/)?[A-Za-z0-9_][A-Za-z0-9_./-]*\.(?:py|r|jl|m|sh|js|mjs|ts|pl|rb|lua|sql)$/i;

/**
 * Warns of words in commands that are files beside the workflow. `readText` throws if there is no such file.
 *
 * @example
 * ```ts
 * import { warnOfUndeclared } from "#lib/workflow/undeclared_files.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assertEquals } from "@std/assert";
 * const source = new SourceText("flows/a.yaml", "python3 fit.py");
 * const line = { kind: "scalar", value: source.text, source, start: 0, end: 14 };
 * const problems = new Problems();
 * // deno-lint-ignore no-explicit-any
 * await warnOfUndeclared([{ run: { line } } as any], () => Promise.resolve(""), problems);
 * assertEquals(problems.warnings()[0].code, "undeclared-file");
 * ```
 */
export async function warnOfUndeclared(
  stages: readonly StageSpec[],
  readText: (path: string) => Promise<string>,
  problems: Problems,
): Promise<void> {
  const there = new Map<string, Promise<boolean>>();
  for (const { run } of stages) {
    if (run === undefined) continue;
    for (const { word, tree, at } of wordsOf(run.line)) {
      const path = join(tree.source.folder, word);
      let known = there.get(path);
      if (known === undefined) {
        if (there.size >= maxLooked) return;
        there.set(path, known = readText(path).then(() => true, () => false));
      }
      if (!await known) continue;
      const port = word.replace(/^.*\//, "").replace(/\..*$/, "").replace(/^(?=[0-9-])/, "_");
      const fault = { message: "", start: at, end: at + word.length };
      problems.warning(
        "undeclared-file",
        placed(tree, fault, "").at,
        `the command names ${word}, but it runs in a folder where only declared files are`,
        { hint: `declare it, files: { ${port}: ${word} }, and write \${{ inputs.${port} }}` },
      );
    }
  }
}

interface Word {
  readonly word: string;
  readonly tree: ScalarTree & { readonly value: string };
  readonly at: number;
}

function wordsOf(line: Tree): Word[] {
  if (line.kind === "list") return line.items.flatMap(wordsOf);
  if (line.kind !== "scalar" || typeof line.value !== "string") return [];
  const tree = line as Word["tree"];
  // Expressions become blanks, so that places stay.
  const text = tree.value.replace(
    /\$\{\{[^]*?\}\}/g,
    (expression) => "\0".repeat(expression.length),
  );
  return [...text.matchAll(/[^\s;|&<>()"'`=]+/g)]
    .map((match) => ({ word: match[0], tree, at: match.index }))
    .filter(({ word }) =>
      script.test(word) && !/^(?:\.\/)?(?:in|out)\//.test(word) && !word.includes("..")
    );
}
