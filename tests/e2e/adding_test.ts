// CONTRIBUTING promises that a task, a metric, an attractor, a kind of figure take one hand-written file each and
// `deno task gen`. Here the very blocks of that page are added to a copy of the project, and a workflow uses all.

import { assert, assertEquals } from "@std/assert";
import { dirname, fromFileUrl } from "@std/path";
import { copyProject } from "#tests/support/project.ts";

const page = new URL("../../.github/CONTRIBUTING.md", import.meta.url);

const workflow = `name: adding
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
function shownFiles(): Readonly<Record<string, string>> {
  const blocks = Deno.readTextFileSync(page).matchAll(/^`([\w./]+\.ts)`:\n\n```ts\n(.*?)^```$/gms);
  return Object.fromEntries([...blocks].map(([, path, text]) => [path, text]));
}

/** Formats and lints with the project's own settings. */
async function deno(folder: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), { args: [...args], cwd: folder })
    .output();
  assertEquals(code, 0, `deno ${args.join(" ")}\n${new TextDecoder().decode(stderr)}`);
}

Deno.test("CONTRIBUTING shows files that work as they stand", async () => {
  const files = shownFiles();
  const folders = Object.keys(files).map((path) => dirname(path)).sort();
  assertEquals(folders, ["lib/figures", "lib/metrics", "lib/models/attractors", "tasks"]);
  for (const path of Object.keys(files)) {
    const here = fromFileUrl(new URL(`../../${path}`, import.meta.url));
    const isNew = await Deno.stat(here).then(() => false, () => true);
    assert(isNew, `${path} exists; the page needs another example`);
  }
  await using project = await copyProject({ ...files, "workflows/adding.yaml": workflow });

  const gen = await project.basin("gen", []);
  assertEquals(gen.code, 0, gen.stderr);
  assertEquals(
    gen.stdout.trim().split("\n").filter((path) => path.endsWith("/mod.ts")).sort(),
    folders.map((folder) => `${folder}/mod.ts`),
  );
  await deno(project.folder, ["fmt", "--check", ...Object.keys(files)]);
  await deno(project.folder, ["lint", ...Object.keys(files)]);

  const { ran, failed } = await project.run(["workflows/adding.yaml"]);
  assertEquals({ ran, failed }, {
    ran: ["counts[mu=1]", "counts[mu=4]", "cycles[mu=1]", "cycles[mu=4]", "distances", "picture"],
    failed: [],
  });
});
