// Runs that are asked to stop: they end by themselves, say so, leave nothing half-written and nobody running, and can
// be taken up again. Stages here would take hours, so a run that waits for them never ends.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { burnTask, burnWorkflow } from "#tests/support/burn.ts";
import { copyProject, type Outcome, type Running } from "#tests/support/project.ts";
import { checkStore, filesBelow } from "#tests/support/stored.ts";
import { withSeed } from "#tests/support/with_seed.ts";

const short = "study/short.yaml";
const endless = "study/endless.yaml";

/** Waits for so many lines of a kind of event. */
async function heard(running: Running, type: string, count: number): Promise<void> {
  let left = count;
  for await (const line of running.lines) {
    if (line.startsWith(`{"type":"${type}"`) && --left === 0) return;
  }
  throw new Error(`the run ended before it told of ${count} × ${type}`);
}

/** What every stopped run must have said: its last line, and nothing that looks like a crash. */
function assertStopped({ code, events, stderr }: Outcome, signal: "SIGINT" | "SIGTERM"): void {
  assertEquals(code, signal === "SIGINT" ? 130 : 143, stderr);
  const last = events.at(-1);
  assert(last?.type === "run-finished", `the last event is ${last?.type}`);
  assertEquals([last.ok, last.interrupted], [false, signal]);
  assertEquals(last.ran + last.hit + last.failed + last.skipped, last.stages);
  assert(!stderr.includes("    at "), stderr);
}

Deno.test("run, asked to stop", async (t) => {
  await using project = await copyProject({
    [short]: burnWorkflow({ numChains: 20, work: 5_000_000 }),
    [endless]: burnWorkflow({ numChains: 6, work: 1e13 }),
    "study/burn.ts": burnTask,
  });
  const store = project.path("results/store");
  const leftovers = async () => [
    ...await filesBelow(`${store}/tmp`),
    ...await filesBelow(`${store}/lock`),
  ];

  await t.step("while it is planning: stops before anything is run", async () => {
    // Bundling the code of all these tasks takes a while the first time.
    const running = project.start("run", ["workflows/smoke.yaml", "--json"]);
    await until(async () => (await filesBelow(project.path("results/closures"))).length > 0);
    running.kill("SIGINT");
    const outcome = await running.outcome;
    assertStopped(outcome, "SIGINT");
    assertEquals(outcome.events.map(({ type }) => type), ["run-finished"]);
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    await t.step(`by ${signal}: does not wait for its stages`, async () => {
      const running = project.start("run", [endless, "--jobs", "3", "--json"]);
      await heard(running, "stage-started", 3);
      running.kill(signal);
      // The streams end only when every process that holds them has ended.
      const outcome = await running.outcome;
      assertStopped(outcome, signal);
      assert(!outcome.events.some(({ type }) => type === "stage-failed"));
      assertEquals(await leftovers(), []);
      // The folder of the run tells of it.
      const { run } = outcome.events.at(-1) as { run: string };
      const record = JSON.parse(await project.read(`${run}/run.json`));
      assertEquals([record.ok, record.interrupted], [false, signal]);
      assertStringIncludes(await project.read(`${run}/report.html`), "<html");
    });
  }

  await t.step("twice: ends at once", async () => {
    const running = project.start("run", [endless, "--jobs", "3"]);
    await until(async () => (await leftovers()).length > 0);
    running.kill("SIGINT");
    try {
      for (;;) {
        running.kill("SIGINT");
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    } catch {
      // It has ended.
    }
    const { code, stderr } = await running.outcome;
    assertEquals(code, 130, stderr);
    assertStringIncludes(stderr, "SIGINT: stopping");
    assertEquals((await checkStore(store)).problems, []);
  });

  await t.step("through deno task: signals and exit codes are passed on", async () => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["task", "-q", "run", endless, "--jobs", "2", "--json"],
      cwd: project.folder,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    let text = "";
    for await (const part of child.stdout.pipeThrough(new TextDecoderStream() as never)) {
      const before = text;
      text += part;
      const started = '"stage-started"';
      if (text.includes(started) && !before.includes(started)) child.kill("SIGTERM");
    }
    const { code } = await child.status;
    assertEquals(code, 143);
    const last = JSON.parse(text.trim().split("\n").at(-1)!);
    assertEquals([last.type, last.interrupted], ["run-finished", "SIGTERM"]);
  });

  await t.step("by a reader that has gone: ends quietly", async () => {
    const running = project.start("run", [short, "--jobs", "4", "--json"], { readLines: 3 });
    const { code, stderr } = await running.outcome;
    assertEquals([code, stderr], [141, ""]);
    assertEquals((await checkStore(store)).problems, []);
    assertEquals((await project.run([short])).last.ok, true);
  });

  await t.step("at random moments: is taken up where it was", () =>
    withSeed(async (draw) => {
      const calm = await project.run([short]);
      const args = [short, "--jobs", "4", "--store", "results/stopped"];
      let ran = 0;
      for (let stop = 0; stop < 4; stop++) {
        const running = project.start("run", [...args, "--json"]);
        await heard(running, "stage-started", 1 + draw(8));
        const signal = draw(2) === 0 ? "SIGINT" : "SIGTERM";
        running.kill(signal);
        const outcome = await running.outcome;
        assertStopped(outcome, signal);
        ran += (outcome.events.at(-1) as { ran: number }).ran;
        assertEquals((await checkStore(project.path("results/stopped"))).problems, []);
      }
      const resumed = await project.run(args);
      assertEquals(resumed.digests, calm.digests);
      // Nothing that had finished was done twice.
      assertEquals(resumed.last.ran, 80 - ran);
    }));
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
