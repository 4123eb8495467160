// What is said of params that a task does not have.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { paramProblems } from "#lib/workflow/param_issues.ts";
import { SourceText } from "#lib/workflow/source_text.ts";
import type { StageSpec } from "#lib/workflow/stage_spec.ts";

function hintOf(task: string, unknown: string, known: readonly string[]): string {
  const at = { source: new SourceText("a.yaml", ""), start: 0, end: 0 };
  const spec = { task: { name: task, at }, with: undefined } as unknown as StageSpec;
  const issue = { path: [], code: "unrecognized_keys", message: "", keys: [unknown], known };
  const [{ more }] = paramProblems(spec, issue, {});
  const { hint } = more as { hint: () => string };
  return hint();
}

Deno.test("paramProblems() names the nearest param, or all, or who lists them all", () => {
  const many = Array.from({ length: 15 }, (_, i) => `param_${String.fromCharCode(97 + i)}`);
  assertEquals(hintOf("dmd", "rnk", ["rank", ...many]), "did you mean `rank`?");
  assertEquals(hintOf("dmd", "lamb", ["rank", "ridge"]), "the params are `rank` and `ridge`");
  const listed = hintOf("dmd", "lamb", many);
  assertStringIncludes(listed, "`param_l` and 3 more; `deno task describe dmd` explains them");
  assertStringIncludes(hintOf("./own.ts", "lamb", many), "`param_l` and 3 more");
  assertEquals(hintOf("./own.ts", "lamb", many).includes("describe"), false);
});

Deno.test("paramProblems() shows what a task finds itself as it says it, also at a default", () => {
  const at = { source: new SourceText("a.yaml", ""), start: 0, end: 0 };
  const spec = { task: { name: "train", at }, with: undefined } as unknown as StageSpec;
  const problem = (path: (string | number)[], raw: unknown, known?: string[]) =>
    paramProblems(spec, {
      path,
      code: "check",
      message: "it is odd",
      ...(known === undefined ? {} : { known }),
    }, raw)[0];
  const byDefault = problem(["phases", 1, "rule"], {});
  assertEquals(byDefault.code, "wrong-param");
  assertEquals(byDefault.message, "the param `phases[1].rule` of `train`: it is odd");
  assertEquals(problem([], {}).message, "the params of `train`: it is odd");
  const { hint } = problem(["rule"], { rule: "por" }, ["pro", "anti"]).more as {
    hint: () => string;
  };
  assertEquals(hint(), "did you mean `pro`?");
});
