// Runs every example in a doc comment as a module of its own. See lib/dev/examples.ts.

import { assert } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { examplesOf } from "#lib/dev/examples.ts";

const root = fromFileUrl(new URL("../", import.meta.url));

let numExamples = 0;
for (const folder of ["lib", "tasks", "gpu", "tests/support"]) {
  for (const path of sources(folder)) {
    for (const { line, code } of examplesOf(Deno.readTextFileSync(root + path))) {
      numExamples++;
      Deno.test(`the example at ${path}:${line} runs`, async () => {
        await import(`data:application/typescript,${encodeURIComponent(code)}`);
      });
    }
  }
}

Deno.test("examples are found", () => {
  assert(numExamples > 300, `only ${numExamples} examples were found; is the reader broken?`);
});

function* sources(folder: string): Generator<string> {
  const entries = [...Deno.readDirSync(root + folder)].sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory } of entries) {
    if (isDirectory) yield* sources(`${folder}/${name}`);
    else if (name.endsWith(".ts") && !name.endsWith(".d.ts")) yield `${folder}/${name}`;
  }
}
