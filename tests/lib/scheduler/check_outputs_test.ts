// What is checked of outputs before they are stored.

import { assertEquals, assertMatch } from "@std/assert";
import { outputProblem } from "#lib/scheduler/check_outputs.ts";

const given = (file: string, kind = "arrays") => ({
  out: { kind, files: { [file]: Uint8Array.of(1) } },
});

Deno.test("outputProblem() takes declared outputs with files below their own folder", () => {
  assertEquals(outputProblem({ out: "arrays" }, given("weights/100/data.npy")), undefined);
  assertEquals(outputProblem({ out: "folder" }, { out: { kind: "folder", files: {} } }), undefined);
});

Deno.test("outputProblem() refuses names that lead out of where files are copied to", () => {
  for (const name of ["../x", "a/../../x", "/etc/x", "a//b", ".", "", "a\nb", "a/"]) {
    assertMatch(
      outputProblem({ out: "arrays" }, given(name))!,
      /^the output out has a file named /,
    );
  }
});

Deno.test("outputProblem() refuses other kinds, missing outputs and undeclared ones", () => {
  assertMatch(outputProblem({ out: "table" }, given("a"))!, /should be of kind table/);
  assertMatch(outputProblem({ more: "arrays" }, given("a"))!, /more \(arrays\) is missing/);
  assertMatch(outputProblem({}, given("a"))!, /out is not declared/);
});
