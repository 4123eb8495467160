import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { EsbuildClosures } from "#lib/closure/esbuild_closures.ts";
import { denoDisk } from "#lib/world/deno_disk.ts";

Deno.test("only tasks that use tfjs have it in their closures", async () => {
  const root = fromFileUrl(new URL("../../../", import.meta.url)).replace(/\/$/, "");
  const clock = { now: () => 0 } as never;
  const closures = new EsbuildClosures({ disk: denoDisk(), clock, root, memory: null });
  const folder = await Deno.makeTempDir({ prefix: "basin-user-" });
  try {
    // As a user's task does: from "basin", which also offers tfjs.
    await Deno.writeTextFile(
      `${folder}/plain.ts`,
      `import { defineTask, z } from "basin";
      export default defineTask({ name: "plain", summary: "Nothing.", version: 1, numerics: "exact",
        params: z.strictObject({}), inputs: {}, outputs: {}, examples: [], run: () => ({}) });`,
    );
    const tensorflow = async (task: string) => {
      const closure = await closures.closure(task, {});
      assert(closure.ok, JSON.stringify(closure));
      assert(closure.value.packages!.length > 0);
      return closure.value.packages!.filter((name) => name.includes("@tensorflow/")).length;
    };
    assertEquals(await tensorflow(`${folder}/plain.ts`), 0);
    assertEquals(await tensorflow(`${root}/tasks/simulate.ts`), 0);
    // Core, layers, three backends, and the module of one.
    assertEquals(await tensorflow(`${root}/tasks/train_tfjs.ts`), 6);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
