// CONTRIBUTING promises that a task, a metric, an attractor, a neurotask, a kind of figure take one hand-written file each and
// `deno task gen`. Here the very blocks of that page are added to a copy of the project; the conformance suites run
// on them, and a workflow uses all.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { dirname, fromFileUrl } from "@std/path";
import { cp } from "node:fs/promises";
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
  shown:
    task: neurotask
    with: { rule: detection, num_trials: 10 }
`;

/** The files that the page shows: a path in backticks and a colon, then a block of code. */
function shownFiles(): Readonly<Record<string, string>> {
  const blocks = Deno.readTextFileSync(page).matchAll(/^`([\w./]+\.ts)`:\n\n```ts\n(.*?)^```$/gms);
  return Object.fromEntries([...blocks].map(([, path, text]) => [path, text]));
}

/** The suites that walk the generated indexes. */
const suites = ["tests/conformance", "tests/lib/models/attractors/conformance_test.ts"];

/** Runs a subcommand with the project's own settings. */
async function deno(folder: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: folder,
  }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assertEquals(code, 0, `deno ${args.join(" ")}\n${said}`);
  return said;
}

Deno.test("CONTRIBUTING shows files that work as they stand", async () => {
  const files = shownFiles();
  const folders = Object.keys(files).map((path) => dirname(path)).sort();
  assertEquals(folders, [
    "lib/figures",
    "lib/metrics",
    "lib/models/attractors",
    "lib/neurotasks",
    "tasks",
  ]);
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

  await cp(new URL("../", import.meta.url), project.path("tests"), { recursive: true });
  const added = "--filter=/hopf|mean_distance|count_trials|detection/";
  const tested = await deno(project.folder, ["task", "test:only", "--no-check", added, ...suites]);
  for (const name of ["hopf", "mean_distance", "count_trials", "detection"]) {
    assertMatch(tested, new RegExp(`${name} .*ok`), `no suite found ${name}`);
  }

  const { ran, failed } = await project.run(["workflows/adding.yaml"]);
  assertEquals({ ran, failed }, {
    ran: [
      "counts[mu=1]",
      "counts[mu=4]",
      "cycles[mu=1]",
      "cycles[mu=4]",
      "distances",
      "picture",
      "shown",
    ],
    failed: [],
  });
});
