// Runs that are asked to stop: they end by themselves, say so, leave nothing half-written and nobody running, and can
// be taken up again. Stages here would take hours, so a run that waits for them never ends.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { burnTask, burnWorkflow } from "#tests/support/burn.ts";
import { copyProject, type Outcome, type Project, type Running } from "#tests/support/project.ts";
import { checkStore, filesBelow } from "#tests/support/stored.ts";
import { withSeed } from "#tests/support/with_seed.ts";

const short = "study/short.yaml";
const endless = "study/endless.yaml";

function project(): Promise<Project> {
  return copyProject({
    [short]: burnWorkflow({ numChains: 20, work: 5_000_000 }),
    [endless]: burnWorkflow({ numChains: 6, work: 1e13 }),
    "study/burn.ts": burnTask,
  });
}

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

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`run stops on ${signal} without waiting for its stages`, async () => {
    await using copy = await project();
    const running = copy.start("run", [endless, "--jobs", "3", "--json"]);
    await heard(running, "stage-started", 3);
    running.kill(signal);
    // The streams end only when every process that holds them has ended.
    const outcome = await running.outcome;
    assertStopped(outcome, signal);
    assert(!outcome.events.some(({ type }) => type === "stage-failed"));
    assertEquals(await filesBelow(copy.path("results/store/tmp")), []);
    assertEquals(await filesBelow(copy.path("results/store/lock")), []);
    // The folder of the run tells of it.
    const last = outcome.events.at(-1) as { run: string };
    const record = JSON.parse(await copy.read(`${last.run}/run.json`));
    assertEquals([record.ok, record.interrupted], [false, signal]);
    assertStringIncludes(await copy.read(`${last.run}/report.html`), "<html");
  });
}

Deno.test("run, stopped at random moments, is taken up where it was", () =>
  withSeed(async (draw) => {
    await using copy = await project();
    const args = [short, "--jobs", "4"];
    const calm = await copy.run([...args, "--store", "results/calm"]);
    let ran = 0;
    for (let stop = 0; stop < 4; stop++) {
      const running = copy.start("run", [...args, "--json"]);
      await heard(running, "stage-started", 1 + draw(8));
      const signal = draw(2) === 0 ? "SIGINT" : "SIGTERM";
      running.kill(signal);
      const outcome = await running.outcome;
      assertStopped(outcome, signal);
      ran += (outcome.events.at(-1) as { ran: number }).ran;
      assertEquals((await checkStore(copy.path("results/store"))).problems, []);
    }
    const resumed = await copy.run(args);
    assertEquals(resumed.digests, calm.digests);
    // Nothing that had finished was done twice.
    assertEquals(resumed.last.ran, 80 - ran);
  }));

Deno.test("run stops while it is still planning", async () => {
  await using copy = await project();
  // Bundling the code of all these tasks takes a while the first time.
  const running = copy.start("run", ["workflows/smoke.yaml", "--json"]);
  await until(async () => (await filesBelow(copy.path("results/closures"))).length > 0);
  running.kill("SIGINT");
  const outcome = await running.outcome;
  assertStopped(outcome, "SIGINT");
  assertEquals(outcome.events.map(({ type }) => type), ["run-finished"]);
});

Deno.test("run ends at once on a second signal", async () => {
  await using copy = await project();
  const running = copy.start("run", [endless, "--jobs", "3"]);
  await until(async () =>
    (await filesBelow(copy.path("results"))).some((f) => f.includes("lock/"))
  );
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
  assertEquals((await checkStore(copy.path("results/store"))).problems, []);
});

Deno.test("deno task run passes signals and exit codes on", async () => {
  await using copy = await project();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "run", endless, "--jobs", "2", "--json"],
    cwd: copy.folder,
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

Deno.test("run ends quietly when nobody reads any more", async () => {
  await using copy = await project();
  const running = copy.start("run", [short, "--jobs", "4", "--json"], { readLines: 3 });
  const { code, stderr } = await running.outcome;
  assertEquals([code, stderr], [141, ""]);
  const { problems } = await checkStore(copy.path("results/store"));
  assertEquals(problems, []);
  const resumed = await copy.run([short]);
  assertEquals(resumed.last.ok, true);
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
