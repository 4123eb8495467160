// The figures of the README: each has a workflow that draws it, a file, and a place on the page. Whether the files are
// current, `deno task figures --check` says, which runs the workflows.

import { assert, assertEquals } from "@std/assert";
import { figuresFolder, figureSources } from "#lib/dev/readme_figures.ts";

const root = new URL("../../../", import.meta.url);
const readme = await Deno.readTextFile(new URL("README.md", root));

Deno.test("figureSources names every picture of the README, and no other", () => {
  const named = figureSources.flatMap(({ pictures }) => Object.keys(pictures)).sort();
  const files = [...Deno.readDirSync(new URL(`${figuresFolder}/`, root))].map(({ name }) => name);
  assertEquals(files.sort(), named.map((name) => `${name}.png`));
  for (const name of named) {
    assert(readme.includes(`${figuresFolder}/${name}.png`), `the README does not show ${name}`);
  }
});

Deno.test("the README shows no picture that is not there, and describes each", () => {
  const shown = [
    ...[...readme.matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g)].map(([, alt, path]) => ({ alt, path })),
    ...[...readme.matchAll(/<img src="([^"]+)"[^>]*alt="([^"]*)"/g)]
      .map(([, path, alt]) => ({ alt, path })),
  ];
  assert(shown.length >= 4);
  for (const { alt, path } of shown) {
    assert(Deno.statSync(new URL(path, root)).isFile, path);
    assert(alt.length > 20, `${path} is described by "${alt}"`);
  }
});
