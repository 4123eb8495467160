// Layouts of the graph are made once, and made again where what is remembered is gone or cannot be written.

import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { layOutDag, recallDag } from "#lib/cli/draw_dag.ts";
import { readLayout } from "#lib/report/dag_layout.ts";
import { denoDisk } from "#lib/world/deno_disk.ts";

const stage = (name: string, from: readonly string[] = []) => ({
  name,
  task: "t",
  axes: [],
  numMembers: 1,
  from,
});

Deno.test("recallDag() lays out once, whatever became of the stages", async () => {
  const folder = join(await Deno.makeTempDir(), "pictures");
  const stages = [stage("a"), stage("b", ["a"])];
  const made = await recallDag(stages, denoDisk(), folder);
  assertEquals(readLayout(made, 2)!.arrows.length, 1);
  const [{ name }] = [...Deno.readDirSync(folder)];
  // What lies there is what is used.
  await Deno.writeTextFile(join(folder, name), "remembered");
  const failed = stages.map((one) => ({ ...one, status: "failed" as const }));
  assertEquals(await recallDag(failed, denoDisk(), folder), "remembered");
  assertEquals([...Deno.readDirSync(folder)].length, 1);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("recallDag() does without a folder that cannot be written", async () => {
  const file = await Deno.makeTempFile();
  const made = await recallDag([stage("a")], denoDisk(), join(file, "pictures"));
  assertEquals(readLayout(made, 1)!.boxes.length, 1);
  await Deno.remove(file);
});

Deno.test("layOutDag() takes the narrower direction", async () => {
  const chain = Array.from({ length: 12 }, (_, i) => stage(`s${i}`, i === 0 ? [] : [`s${i - 1}`]));
  const fan = [stage("a"), ...Array.from({ length: 12 }, (_, i) => stage(`s${i}`, ["a"]))];
  for (const stages of [chain, fan]) {
    const { width, height } = readLayout(await layOutDag(stages), stages.length)!;
    assert(width < height, `${width} × ${height}`);
  }
});
