// The run before: whatever is wrong with it, a new run starts as if there was none.

import { assertEquals } from "@std/assert";
import { previousRun, reportParams } from "#lib/cli/previous_run.ts";
import { DiskError, type DiskStat } from "#lib/core/disk.ts";

const run = "20260102T030405-abcdef";
const home = "results/runs/flow";
const graph = { workflow: "flow", resolved: "params: { a: 2 }\n" };

/** A disk of files by path; what has no text is a link. */
const diskOf = (files: Readonly<Record<string, string>>) => ({
  list: () => Promise.resolve([]),
  stat: (path: string): DiskStat | undefined => {
    const isFile = path in files && files[path] !== "";
    const isDirectory = Object.keys(files).some((file) => file.startsWith(`${path}/`));
    const isSymlink = files[path] === "";
    if (!isFile && !isDirectory && !isSymlink) return undefined;
    const type = isSymlink ? "symbolic link" : isFile ? "file" : "directory";
    const size = files[path]?.length ?? 0;
    const kinds = { isFile, isDirectory: isDirectory && !isSymlink, isSymlink };
    return { type, size, mtime: 0, dev: 0, ino: 0, mode: 0, ...kinds } as unknown as DiskStat;
  },
  read: (path: string) =>
    path in files
      ? Promise.resolve(new TextEncoder().encode(files[path]))
      : Promise.reject(new DiskError("read", path, "ENOENT")),
});

const find = (files: Readonly<Record<string, string>>) =>
  previousRun(diskOf(files), "results", graph);

Deno.test("previousRun() finds the run that latest names, with its profile if it explains something", async () => {
  const files = {
    [`${home}/latest`]: `${run}\n`,
    [`${home}/${run}/config.resolved.yaml`]: "params: { a: 1 }\n",
    [`${home}/${run}/page.json`]: `{"profile":"smoke"}`,
  };
  const found = await find(files);
  assertEquals(found, {
    run,
    started_at: "2026-01-02T03:04:05Z",
    resolved: "params: { a: 1 }\n",
    profile: "smoke",
  });
  assertEquals(reportParams(graph, found), {
    rows: [{ path: "params.a", value: "2", before: "1", change: "changed" }],
    previous: { run, started_at: "2026-01-02T03:04:05Z", profile: "smoke" },
  });
  const same = await find({ ...files, [`${home}/${run}/config.resolved.yaml`]: graph.resolved });
  assertEquals([same?.profile, same?.resolved], [undefined, graph.resolved]);
  assertEquals(reportParams(graph, same).rows, [{ path: "params.a", value: "2" }]);
});

Deno.test("previousRun() takes no path for a run, and no damaged run for one", async () => {
  const config = "params: { a: 1 }\n";
  for (const latest of ["../elsewhere", "", "..", `${run}/../x`, "\u0000"]) {
    const files = {
      [`${home}/latest`]: latest,
      "results/runs/elsewhere/config.resolved.yaml": config,
      [`${home}/x/config.resolved.yaml`]: config,
      [`${home}/config.resolved.yaml`]: config,
      "results/runs/config.resolved.yaml": config,
    };
    assertEquals(await find(files), undefined, latest);
  }
  const linked = {
    [`${home}/latest`]: run,
    [`${home}/${run}/config.resolved.yaml`]: config,
  };
  assertEquals((await find(linked))?.run, run);
  assertEquals(await find({ ...linked, [`${home}/${run}`]: "" }), undefined);
  assertEquals(await find({ ...linked, [`${home}/${run}/config.resolved.yaml`]: "" }), undefined);
  assertEquals(await find({}), undefined);
  assertEquals(await find({ [`${home}/latest`]: run }), undefined);
});

Deno.test("reportParams() compares with nothing where the run before cannot be read", () => {
  const started_at = "2026-01-02T03:04:05Z";
  for (const resolved of ["a: [", "a: &x [*x]", "\u0000"]) {
    const { rows } = reportParams(graph, { run, started_at, resolved });
    assertEquals(rows.map(({ path, value }) => [path, value]), [["params.a", "2"]], resolved);
  }
});

Deno.test("reportParams() lists thousands of params only as far as they changed", () => {
  const config = (last: number) =>
    `params:\n${
      Array.from({ length: 4000 }, (_, i) => `  p${i}: ${i === 3999 ? last : i}\n`).join("")
    }`;
  const { rows, num_more } = reportParams({ resolved: config(1) }, {
    run,
    started_at: "",
    resolved: config(2),
  });
  assertEquals([rows.length, num_more, rows.at(-1)?.path], [3001, 999, "params.p3999"]);
});
