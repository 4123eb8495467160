// The page on recorded data: its stages plan, and those whose files are in the project read them.

import { assert, assertEquals } from "@std/assert";
import { renderDiagnostics } from "#lib/report/diagnostics.ts";
import { expand } from "#lib/workflow/expand.ts";
import type { Source } from "#lib/workflow/graph.ts";
import { loadWorkflow } from "#lib/workflow/load.ts";
import importTask from "#tasks/import.ts";
import { boundItems, runTask } from "#tests/support/run_task.ts";
import { ownCatalogue } from "#tests/support/task_examples.ts";

const page = await Deno.readTextFile(new URL("../../.github/recorded_data.md", import.meta.url));
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]);
const text = `stages:\n${blocks.join("").replace(/^(?=.)/gm, "  ")}`;

async function graph() {
  const loaded = await loadWorkflow("w.yaml", () => Promise.resolve(text), { overrides: [] });
  const expanded = loaded.ok ? await expand(loaded.value, ownCatalogue()) : loaded;
  if (!expanded.ok) throw new Error(renderDiagnostics(expanded.error, { colour: false }));
  return expanded.value;
}

Deno.test("every stage of the page on recorded data plans", async () => {
  assert(blocks.length > 8);
  const { members } = await graph();
  assert(members.filter(({ id }) => id.startsWith("chosen")).length === 2);
});

Deno.test("the page's stages read the recordings that are there", async () => {
  const folder = new URL("../../workflows/", import.meta.url);
  const read: string[] = [];
  for (const member of (await graph()).members) {
    if (member.task.name !== "import") continue;
    const bytes: Record<string, Uint8Array[]> = {};
    try {
      for (const [port, { sources }] of Object.entries(member.inputs)) {
        bytes[port] = sources.map((source) => Deno.readFileSync(new URL(fileOf(source), folder)));
      }
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      throw error;
    }
    const params = member.params as Record<string, unknown>;
    const isList = params.kind !== "controlled_operator";
    await runTask(
      importTask,
      params,
      Object.fromEntries(
        Object.entries(bytes).map((
          [port, all],
        ) => [port, isList ? boundItems(all) : all[0]]),
      ),
    );
    read.push(member.id);
  }
  assertEquals(read.sort(), [
    "animal_a",
    "driven",
    "from_hdf5",
    "operator[pair=0]",
    "operator[pair=1]",
    "some_units",
    "wide",
  ]);
});

function fileOf(source: Source): string {
  if ("file" in source) return source.file;
  throw new TypeError("an example of import reads no file");
}
