// Parts of artifacts in keys and jobs: what one row of a table names, and nothing else of it.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { digestOfArtifact } from "#lib/core/artifact.ts";
import { partOf } from "#lib/workflow/part.ts";
import { fakeGraph } from "#tests/support/fake_tasks.ts";
import { endings, ofType, runGraph } from "#tests/support/scheduling.ts";
import { ScriptedExecutor } from "#tests/support/scripted_executor.ts";
import { TinyStore } from "#tests/support/tiny_store.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

const graph = fakeGraph([
  { id: "train", params: { name: "train" } },
  {
    id: "fit[1]",
    params: { name: "fit[1]" },
    from: ["train"],
    parts: { train: "weights/1" },
  },
  {
    id: "fit[2]",
    params: { name: "fit[2]" },
    from: ["train"],
    parts: { train: "weights/2/" },
  },
]);

/** A table with two parts. */
function training(files: Readonly<Record<string, string>>) {
  const read: string[][] = [];
  const executor = new ScriptedExecutor(1, ({ name, job }) => {
    if (name !== "train") {
      read.push(Object.keys(job.inputs.in[0].files));
      assertEquals(job.inputs.in[0].kind, "text");
      return;
    }
    const all = Object.entries(files).map(([file, text]) => [file, bytes(text)] as const);
    return { outputs: { out: { kind: "text", files: Object.fromEntries(all) } } };
  });
  return { executor, read };
}

Deno.test("a part is keyed and read alone, without its folder's name", async () => {
  const store = new TinyStore();
  const first = training({
    "t.tsv": "2 rows",
    "weights/1/a.npy": "a",
    "weights/2/a.npy": "b",
    "weights/2/deep/c.npy": "c",
  });
  const events = await runGraph(graph, { store, executor: first.executor });
  assertEquals(endings(events), { train: "ran", "fit[1]": "ran", "fit[2]": "ran" });
  assertEquals(first.read, [["a.npy"], ["a.npy", "deep/c.npy"]]);
  const made = [...store.results.values()];
  const digestOfFirst = made.find(({ provenance }) => provenance.stage === "fit[1]")!
    .action.inputs.in[0].digest;
  assertEquals(digestOfFirst, digestOfArtifact("text", { "a.npy": bytes("a") }));

  // Another row and other text of the table touch only what reads what changed.
  store.collect(({ provenance }) => provenance.stage === "train");
  const second = training({
    "t.tsv": "3 rows",
    "weights/1/a.npy": "a",
    "weights/2/a.npy": "B",
    "weights/3/a.npy": "d",
  });
  const again = await runGraph(graph, { store, executor: second.executor, force: ["train"] });
  assertEquals(endings(again), { train: "ran", "fit[1]": "hit", "fit[2]": "ran" });
});

Deno.test("a part that a table names and does not hold is told", async () => {
  const { executor } = training({ "t.tsv": "2 rows", "weights/1/a.npy": "a" });
  const events = await runGraph(graph, { store: new TinyStore(), executor });
  assertEquals(endings(events)["fit[2]"], "failed: threw");
  assertStringIncludes(
    ofType(events, "stage-failed")[0].failure.message,
    "the table has no files in weights/2/",
  );
});

Deno.test("partOf() of 10,000 parts looks through the files once", () => {
  const files = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, i) => [
      `w/${i}/a.npy`,
      { digest: `sha256:${i}` as never, size: 1 },
    ]),
  );
  for (let i = 0; i < 10_000; i++) {
    const part = partOf({ files }, { folder: `w/${i}`, kind: "arrays" });
    assertEquals(part.files["a.npy"], files[`w/${i}/a.npy`]);
  }
});
