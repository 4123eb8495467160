// The report while its run goes on, after the run was killed, and when it has ended.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freshness } from "#lib/report/client/refresh.ts";
import { burnTask } from "#tests/support/burn.ts";
import { copyProject, type Project } from "#tests/support/project.ts";

const file = "study/slow.yaml";

/** One stage that is done soon, a figure, and one that takes as long as it is told to. */
const workflow = `name: slow
description: Is it there yet?
params: { work: 1000 }
stages:
  states:
    task: simulate
    with: { system: lorenz, num_trials: 2, num_steps: 20, seed: 1 }
  scores: { task: compare, from: { a: states, b: states }, with: { metric: linear_cka } }
  drawn:
    task: figure
    from: { tables: { stage: scores, gather: all } }
    with: { kind: bars, options: { x: metric, y: value } }
  burnt:
    task: ./burn.ts
    with: { value: 1, size: 10, work: "\${{ params.work }}" }
`;

/** Longer than any test: the run is killed. */
const forever = "work=1000000000000";

/** Waits for something, as long as it takes a very slow machine. */
async function until<T>(look: () => Promise<T | undefined>, what: string): Promise<T> {
  for (let tries = 0; tries < 1200; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain for ${what}`);
}

/** Names of the workflow's run folders. */
async function runsOf(project: Project): Promise<string[]> {
  const home = project.path("results/runs/slow");
  const names: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(home)) if (isDirectory) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names;
}

Deno.test("a run's report is there while it goes on, tells when it was written, and what is done", async () => {
  await using project = await copyProject({ [file]: workflow, "study/burn.ts": burnTask });
  const running = project.start("run", [file, forever, "--json"]);
  try {
    const run = await until(async () => (await runsOf(project))[0], "the run folder");
    const page = `results/runs/slow/${run}/report.html`;
    const html = await until(async () => {
      const text = await project.read(page).catch(() => "");
      return text.includes(`alt="`) && text.includes("</html>") ? text : undefined;
    }, "a report with the figure");
    assertStringIncludes(html, `class="live"`);
    assertStringIncludes(html, "Running");
    assertStringIncludes(html, "Is it there yet?");
    assertMatch(html, /<noscript><meta http-equiv="refresh" content="\d+"><\/noscript>/);
    // People are led to runs that have ended.
    assertEquals(await project.read("results/runs/slow/latest").catch(() => null), null);

    running.kill("SIGKILL");
    assertEquals((await running.outcome).signal, "SIGKILL");
    const left = await project.read(page);
    const [, writtenAt, every] = /data-written-at="([^"]+)" data-every="([\d.]+)"/.exec(left) ?? [];
    const told = (seconds: number) =>
      freshness(Date.parse(writtenAt), Number(every), Date.parse(writtenAt) + seconds * 1000);
    assertEquals(told(0).state, "fresh");
    assertMatch(told(3600).text, /^Not written for 1 hour: the run may have been killed\.$/);

    // What is in its folder is enough to tell how far it came.
    const again = await project.basin("report", [file, "--run", run]);
    assertEquals([again.code, again.stdout], [0, `${page}\n`], again.stderr);
    const last = await project.read(page);
    assertStringIncludes(last, "Did not end");
    assert(!last.includes(`class="live"`));
    assert(!last.includes('http-equiv="refresh"'));
  } finally {
    try {
      running.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await running.outcome;
  }

  const { last, stderr } = await project.run([file]);
  assertEquals(stderr, "");
  const html = await project.read(`${last.run}/report.html`);
  assert(!html.includes(`class="live"`));
  assert(!html.includes('http-equiv="refresh"'));
  assertEquals(await project.read("results/runs/slow/latest"), `${last.run.split("/").at(-1)}\n`);
});
