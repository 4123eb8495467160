// The language's page: its YAML is YAML, what it shows as a workflow expands, and it knows every key.

import { assert, assertEquals } from "@std/assert";
import { knownKeys } from "#lib/workflow/schema.ts";
import { functions } from "#lib/workflow/expression/functions.ts";
import { parseYaml } from "#lib/workflow/parse_yaml.ts";
import { SourceText } from "#lib/workflow/source_text.ts";
import { graphOf } from "./expand_text.ts";

const text = await Deno.readTextFile(new URL("../../../workflows/README.md", import.meta.url));
const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1])
  .filter((block) => !block.startsWith("#"));

Deno.test("every YAML block of the page is YAML", () => {
  assert(blocks.length > 10);
  for (const block of blocks) {
    const parsed = parseYaml(new SourceText("README.md", block));
    if (!parsed.ok) throw new Error(`${parsed.error[0].message} in\n${block}`);
  }
});

Deno.test("the page's axes expand", async () => {
  const axes = blocks.find((block) => block.startsWith("params: { seeds: 3 }"))!;
  const graph = await graphOf(
    `${axes}\nstages: { v: { task: value, over: [seed, lr, group, pair], with: { n: "\${{ pair[0] }}" } } }`,
  );
  assertEquals(graph.members.length, 3 * 2 * 2 * 2);
  assertEquals(graph.members[1].id, "v[seed=0,lr=0.001,group=untrained,pair=64_0.01]");
});

Deno.test("the page names every key and function", () => {
  for (const names of Object.values(knownKeys)) {
    for (const name of names) {
      assert(text.includes(`\`${name}\``) || text.includes(`${name}:`), name);
    }
  }
  for (const name of Object.keys(functions)) {
    assert(text.includes(name), name);
  }
});
