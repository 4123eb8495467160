// `verify`: a stage that gives other bytes every time is found, one that does not is not, and nothing is stored.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { copyProject } from "#tests/support/project.ts";

const workflow = `name: verify
stages:
  steady:
    task: numpy_stream
    with: { seed: 0, draws: [{ uniform: 24 }] }
  restless:
    run: printf 'same '; printf 'same %s' "$$" > \${{ outputs.text }}; printf %s "$$" > \${{ outputs.aside }}
    outputs:
      text: file
      aside: { kind: file, path: aside.log, volatile: true }
`;

Deno.test("verify finds stages that give other bytes, and says where they differ", async () => {
  await using project = await copyProject({ "verify.yaml": workflow });
  const before = await project.basin("basin:external", ["verify", "verify.yaml", "steady"]);
  assertStringIncludes(before.stdout, "compared with each other: nothing is stored");
  assertEquals(before.code, 0, before.stderr);
  const ran = await project.basin("run:external", ["verify.yaml"]);
  assertEquals(ran.code, 0, ran.stderr);
  const found = await project.basin("basin:external", [
    "verify",
    "verify.yaml",
    "*",
    "--repeat",
    "3",
  ]);
  assertEquals(found.code, 1, found.stderr);
  assertMatch(found.stdout, /same steady 3 repetitions, compared with what is stored/);
  assertMatch(found.stdout, /differs restless/);
  // "same " is what they have in common.
  assertMatch(found.stdout, /text, repetition \d: data: differs from byte ([5-9]|1\d) on/);
  assertMatch(found.stdout, /not compared, because volatile: aside/);
  const again = await project.basin("run:external", ["verify.yaml", "--json"]);
  assertStringIncludes(again.stdout, '"ran":0');
});

Deno.test("verify of an unknown stage is a usage error with a suggestion", async () => {
  await using project = await copyProject({ "verify.yaml": workflow });
  const { code, stderr } = await project.basin("verify", ["verify.yaml", "stedy"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "steady");
});
