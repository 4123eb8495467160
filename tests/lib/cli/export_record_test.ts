// Runs read back for an export: what was damaged or edited is refused in a sentence, and names no folder elsewhere.

import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { exportedRun } from "#lib/cli/export_record.ts";
import { RunFileError } from "#lib/cli/run_files.ts";
import { foldEvents } from "#lib/report/record.ts";
import { denoDisk } from "#lib/world/deno_disk.ts";

const run = "20260102T030405-abcdef";

/** What an export reads of a run folder with these files. */
async function readWith(files: Readonly<Record<string, unknown>>) {
  const results = await Deno.makeTempDir({ prefix: "basin-export-" });
  try {
    const folder = join(results, "runs/w", run);
    await Deno.mkdir(folder, { recursive: true });
    for (const [name, value] of Object.entries(files)) {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      await Deno.writeTextFile(join(folder, name), text);
    }
    return await exportedRun(denoDisk(), { folder, run }, results);
  } finally {
    await Deno.remove(results, { recursive: true });
  }
}

const record = { ...foldEvents([]), workflow: "w", run, finished: true };

Deno.test("exportedRun() takes no path for the id of a run", async () => {
  for (const odd of ["../../../store", "..", "", "/etc", "a/b", "\ud800"]) {
    assertEquals((await readWith({ "run.json": { ...record, run: odd } })).run, run);
  }
  const other = "20260102T030406-abcdef";
  assertEquals((await readWith({ "run.json": { ...record, run: other } })).run, other);
});

Deno.test("exportedRun() refuses records that it cannot use, and does without the rest", async () => {
  for (const odd of ["{", "[]", "null", { ...record, stages: [null] }, { ...record, stages: 1 }]) {
    await assertRejects(() => readWith({ "run.json": odd }), RunFileError, "run.json");
  }
  await assertRejects(() => readWith({}), RunFileError, "no run.json");
  const rest = {
    "plan.json": { members: [["a"], 5] },
    "page.json": "{",
    "config.resolved.yaml": "name: w",
  };
  const stages = [{ stage: "b[n=10]", status: "hit" }, { stage: "b[n=9]", status: "hit" }];
  const read = await readWith({ "run.json": { ...record, stages, environment: 1 }, ...rest });
  assertEquals(read.members.map(({ id }) => id), ["b[n=9]", "b[n=10]"]);
  assertEquals([read.resolved, read.description, read.git], ["name: w", undefined, undefined]);
});

Deno.test("exportedRun() reads the events of a run that was killed, but for lines that were cut", async () => {
  const started = {
    type: "run-started",
    at: 0,
    workflow: "w",
    run,
    started_at: "",
    basin: "",
    deno: "",
    jobs: 1,
  };
  const ended = { type: "stage-finished", at: 1, stage: "a", how: "ran", seconds: 1, outputs: {} };
  const lines = [started, ended].map((event) => JSON.stringify(event));
  const text = `${lines[0]}\n{"type":\n${lines[1]}\n${lines[1].slice(0, 20)}`;
  const { members, finished } = await readWith({ "events.ndjson": text });
  assertEquals([members.map(({ id }) => id), finished], [["a"], false]);
});
