// Which run a text means, and how exports take their place: on a real disk, in a folder of its own.

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { createExportFolder, markerName } from "#lib/cli/export_folder.ts";
import { exportedRun } from "#lib/cli/export_record.ts";
import { commandAgain } from "#lib/cli/export_results.ts";
import { findRun } from "#lib/cli/find_run.ts";
import type { ExportedRun } from "#lib/export/exported_run.ts";
import { denoDisk } from "#lib/world/deno_disk.ts";

const disk = denoDisk();
const text = (content: string) => new TextEncoder().encode(content);

/** A folder with these files. */
async function folderWith(files: Readonly<Record<string, string>>) {
  const cwd = await Deno.makeTempDir({ prefix: "basin-find-" });
  for (const [path, content] of Object.entries(files)) {
    await Deno.mkdir(join(cwd, path, ".."), { recursive: true });
    await Deno.writeTextFile(join(cwd, path), content);
  }
  return {
    cwd,
    find: async (name: string) => {
      const found = await findRun(disk, { cwd, results: join(cwd, "results") }, name);
      return found.ok ? found.value.run : `error: ${found.error}`;
    },
    [Symbol.asyncDispose]: () => Deno.remove(cwd, { recursive: true }),
  };
}

const [first, second, third] = [
  "20261121T120000-aaaaaa",
  "20261122T120000-bbbbbb",
  "20261122T130000-cccccc",
];

Deno.test("findRun() knows runs by id, beginning, folder, workflow and file", async () => {
  await using there = await folderWith({
    [`results/runs/fit/${first}/run.json`]: "{}",
    [`results/runs/fit/${second}/run.json`]: "{}",
    // A report without a run, and a run that was killed.
    [`results/runs/fit/${third}/report.html`]: "",
    "results/runs/fit/latest": third,
    [`results/runs/other/${third}/events.ndjson`]: "{}\n",
    "results/runs/stray": "",
    "w/fit_more.yaml": "name: fit\nstages:\n  a: { task: simulate }\n",
    "w/broken.yaml": "name: [",
  });
  const { find } = there;
  assertEquals(await find("fit"), second);
  assertEquals(await find("w/fit_more.yaml"), second);
  assertEquals(await find("results/runs/fit"), second);
  assertEquals(await find(`results/runs/fit/${first}/`), first);
  assertEquals(await find(join(there.cwd, "results/runs/fit", first)), first);
  assertEquals(await find(first), first);
  assertEquals(await find("20261121"), first);
  assertEquals(await find("other"), third);
  assertMatch(await find("20261122T1"), /^error: 3 runs begin with '20261122T1': `fit 20261122T12/);
  assertMatch(await find("20261121T120000-aaaaab"), /did you mean `20261121T120000-aaaaaa`\?$/);
  assertMatch(await find(`results/runs/fit/${third}`), /is a report without a run/);
  assertMatch(await find("w/broken.yaml"), /is no workflow that can be read; `deno task plan w/);
  assertMatch(await find("w"), /w is no folder of a run/);
  assertMatch(await find("othre"), /did you mean `other`\?$/);
  assertMatch(await find("zzzzzzzz"), /there are runs of `fit` and `other`$/);
  assertMatch(await find("../../etc/passwd"), /there is no run, workflow or file/);
});

Deno.test("findRun() says so where there are no runs at all", async () => {
  await using there = await folderWith({});
  assertMatch(await there.find("fit"), /there are no runs in results yet$/);
  assertMatch(
    await there.find("2026"),
    /^error: no run begins with .2026.: there are no runs yet$/,
  );
});

Deno.test("exportedRun() reads killed runs from their events, members in the order of the plan", async () => {
  const event = (stage: string) =>
    JSON.stringify({
      type: "stage-finished",
      at: 1,
      stage,
      how: "ran",
      key: `key ${stage}`,
      seconds: 1,
      outputs: {},
    }) + "\n";
  const started =
    '{"type":"run-started","at":0,"workflow":"w","run":"r","started_at":"t","basin":"1","deno":"2","jobs":1}\n';
  const ids = ["fit[i=10]", "b", "fit[i=9]", "a"];
  await using there = await folderWith({
    "run/events.ndjson": started + ids.map(event).join("") + '{"type":"stage-fin',
    "run/plan.json": '{"members":[["b","run"],["a","run"]]}',
  });
  const found = { folder: join(there.cwd, "run"), run: "r" };
  const run = await exportedRun(disk, found, join(there.cwd, "results"));
  assertEquals(run.members.map(({ id }) => id), ["b", "a", "fit[i=9]", "fit[i=10]"]);
  assertEquals([run.workflow, run.finished, run.ok, run.folder], ["w", false, false, "run"]);
});

Deno.test("createExportFolder() puts a folder in its place whole, and leaves no other behind", async () => {
  await using there = await folderWith({});
  const { cwd } = there;
  const target = join(cwd, "exports/one");
  const make = (random: string) => createExportFolder(disk, { cwd, target, random });
  const names = async (folder: string) => (await disk.list(join(cwd, folder))).join();
  const once = async (random: string, path: string) => {
    const made = await make(random);
    if (!made.ok) throw new Error(made.error);
    await made.value.write(path, text(random));
    return made.value;
  };
  const half = await once("a", "deep/er/file");
  assertEquals(disk.stat(target), undefined);
  await half.discard();
  assertEquals(await names("exports"), "");
  await (await once("b", "x")).finish({ workflow: "w" });
  assertEquals(await names("exports"), "one");
  assertEquals(await names("exports/one"), `${markerName},x`);
  await (await once("c", "y/z")).finish({});
  assertEquals(await names("exports"), "one");
  assertEquals(await names("exports/one"), `${markerName},y`);
  // An empty folder is in nobody's way; the same file twice is a mistake.
  await Deno.remove(target, { recursive: true });
  await Deno.mkdir(target);
  const again = await once("d", "x");
  await assertRejects(() => again.write("x", text("")), Error, "EEXIST");
  await again.discard();
});

Deno.test("createExportFolder() refuses whatever is no export", async () => {
  const marker = (files: unknown) => JSON.stringify({ format: "basin-export/1", files });
  const cases: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ "to": "x" }, /is no folder/],
    [{ "to/a.txt": "x" }, /is no export: it has no file basin_export\.json/],
    [{ [`to/${markerName}`]: "{" }, /was not written by an export/],
    [{ [`to/${markerName}`]: '{"format":"other/1","files":{}}' }, /was not written by an export/],
    [{ [`to/${markerName}`]: marker({}), "to/deep/a.txt": "x" }, /holds deep\/a\.txt, which/],
    [{ [`to/${markerName}`]: marker({ a: 2 }), "to/a": "x" }, /holds a, which was changed/],
  ];
  for (const [files, wanted] of cases) {
    await using there = await folderWith(files);
    const { cwd } = there;
    const made = await createExportFolder(disk, { cwd, target: join(cwd, "to"), random: "r" });
    assertMatch(made.ok ? "" : made.error, wanted);
    assertEquals(await disk.list(cwd), ["to"]);
  }
});

Deno.test("commandAgain() forces what is missing, and keeps what the workflow would not", () => {
  const run = { workflow: "w", command: "deno task run w.yaml seeds=2" } as ExportedRun;
  const missing = (member: string, why: "digest" | "gone") => ({
    member,
    why,
    output: "o",
    kind: "k",
    bytes: 1,
  });
  assertEquals(
    commandAgain(run, [
      missing("a[i=0]", "digest"),
      missing("a[i=1]", "digest"),
      missing("b", "gone"),
    ]),
    "deno task run w.yaml seeds=2 stages.a.store=full --force a --force b",
  );
  const many = Array.from({ length: 20 }, (_, i) => missing(`s${i}`, "gone"));
  assertEquals(commandAgain(run, many), "deno task run w.yaml seeds=2 --force '*'");
});
