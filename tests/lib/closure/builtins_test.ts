import { assertEquals } from "@std/assert";
import { forbiddenBuiltin } from "#lib/closure/builtins.ts";

const asked = (code: string, path: string, kind = "import-statement") =>
  forbiddenBuiltin(code, [{ path: "npm:zod@4.6.7", kind: "import-statement" }, { path, kind }]);

Deno.test("forbiddenBuiltin() allows modules that compute, and of node:crypto digests", () => {
  assertEquals(asked(`import{join}from"node:path";`, "node:path"), undefined);
  assertEquals(asked(`import{Buffer as a}from"node:buffer";`, "node:buffer"), undefined);
  const twice = `import{createHash as a}from"node:crypto";import{createHash}from"node:crypto";`;
  assertEquals(asked(twice, "node:crypto"), undefined);
});

Deno.test("forbiddenBuiltin() names what a task may not import", () => {
  for (const path of ["node:fs", "node:fs/promises", "node:os", "node:vm", "node:nothing"]) {
    assertEquals(asked(`import{a}from"${path}";`, path), path);
  }
  const names: readonly (readonly [string, string])[] = [
    [`import{randomBytes as a}from"node:crypto";`, "randomBytes of node:crypto"],
    [`import{createHash,randomUUID}from"node:crypto";`, "randomUUID of node:crypto"],
    [
      `import{createHash}from"node:crypto";import{randomInt}from"node:crypto";`,
      "randomInt of node:crypto",
    ],
    [`import*as a from"node:crypto";`, "node:crypto"],
    [`import a from"node:crypto";`, "node:crypto"],
    [`import{default as a}from"node:crypto";`, "node:crypto"],
    [`import a,{createHash}from"node:crypto";`, "node:crypto"],
    [`import * as a from 'node:crypto';`, "node:crypto"],
  ];
  for (const [code, said] of names) assertEquals(asked(code, "node:crypto"), said, code);
  assertEquals(
    asked(`await import("node:crypto")`, "node:crypto", "dynamic-import"),
    "node:crypto",
  );
});
