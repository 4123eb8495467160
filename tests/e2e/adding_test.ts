// CONTRIBUTING promises that a task, a metric, an attractor, a kind of figure take one hand-written file each and
// `deno task gen`. Here the very blocks of that page are added to a copy of the project, and a workflow uses all.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import { cp } from "node:fs/promises";

const root = fromFileUrl(new URL("../../", import.meta.url));

const workflow = `name: adding
profiles: { smoke: {} }
stages:
  cycles:
    task: simulate
    matrix: { mu: [1, 4] }
    with: { system: hopf, parameters: { mu: "\${{ mu }}" }, num_trials: 2, num_steps: 50, dt: 0.05 }
  counts:
    task: count_trials
    from: { trajectories: cycles }
  distances:
    task: compare
    with: { metric: mean_distance }
    from: { trajectories: { stage: cycles, gather: [mu] } }
  picture:
    task: figure
    with: { kind: dots, options: { x: mu, y: trials } }
    from: { tables: { stage: counts, gather: [mu] } }
`;

/** The files that the page shows: a path in backticks and a colon, then a block of code. */
async function shownFiles(): Promise<ReadonlyMap<string, string>> {
  const page = await Deno.readTextFile(join(root, ".github/CONTRIBUTING.md"));
  const blocks = page.matchAll(/^`([\w./]+\.ts)`:\n\n```ts\n(.*?)^```$/gms);
  return new Map([...blocks].map(([, path, text]) => [path, text]));
}

/** A copy of what the project needs to run, without tests and results. */
async function copyProject(to: string): Promise<void> {
  for (const part of ["deno.json", "deno.lock", "lib", "tasks", "gpu", "config", "workflows"]) {
    const from = join(root, part);
    if (await exists(from)) await cp(from, join(to, part), { recursive: true });
  }
  await Deno.mkdir(join(to, "results"));
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function deno(folder: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assertEquals(code, 0, `deno ${args.join(" ")}\n${text}${new TextDecoder().decode(stderr)}`);
  return text;
}

Deno.test("CONTRIBUTING shows files that work as they stand", async () => {
  const files = await shownFiles();
  const folders = [...files.keys()].map(dirname).sort();
  assertEquals(folders, ["lib/figures", "lib/metrics", "lib/models/attractors", "tasks"]);
  const copy = await Deno.makeTempDir({ prefix: "basin-adding-" });
  try {
    await copyProject(copy);
    for (const [path, text] of files) {
      assert(
        !await exists(join(copy, path)),
        `${path} exists already; the page needs another example`,
      );
      await Deno.writeTextFile(join(copy, path), text);
    }
    const stale = await deno(copy, "task", "gen");
    assertEquals(
      stale.trim().split("\n").filter((path) => path.endsWith("mod.ts")).sort(),
      folders.map((folder) => `${folder}/mod.ts`),
    );
    await deno(copy, "fmt", "--check", ...files.keys());
    await deno(copy, "lint", ...files.keys());
    await Deno.writeTextFile(join(copy, "workflows/adding.yaml"), workflow);
    const events = await deno(copy, "task", "run", "workflows/adding.yaml", "--json");
    const last = events.trim().split("\n").at(-1)!;
    const { type, ok, stages, failed } = JSON.parse(last);
    assertEquals({ type, ok, stages, failed }, {
      type: "run-finished",
      ok: true,
      stages: 6,
      failed: 0,
    });
    assertStringIncludes(events, "counts[mu=4]");
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
});
