// A run that is killed again and again at random moments, with no chance to say goodbye: nothing half-written is ever
// seen, nothing that was told as finished is lost, and the bytes at the end are those of a run left in peace.
// Basin's workers are threads of one process, so killing it kills everything at once.

import { assert, assertEquals } from "@std/assert";
import { cp } from "node:fs/promises";
import type { RunEvent } from "#lib/core/event.ts";
import { burnTask, burnWorkflow } from "#tests/support/burn.ts";
import { copyProject, type Project } from "#tests/support/project.ts";
import { checkStore, filesBelow, type StoreCheck } from "#tests/support/stored.ts";
import { withSeed } from "#tests/support/with_seed.ts";

const workflow = "study/burn.yaml";
const numKills = 20;
const jobs = 4;

/** What a run that was killed had told. */
interface Told {
  readonly started: readonly string[];
  readonly finished: ReadonlySet<string>;
}

Deno.test("run, killed at random moments, loses nothing but what is in flight", () =>
  withSeed(async (draw) => {
    await using project = await copyProject({
      [workflow]: burnWorkflow({ numChains: 50, work: 8_000_000 }),
      "study/burn.ts": burnTask,
    });
    const args = [workflow, "--jobs", String(jobs)];
    const calm = await project.run([...args, "--store", "results/calm"]);
    assertEquals([calm.last.stages, calm.last.ran], [200, 200]);

    const told: Told[] = [];
    for (let kill = 0; kill < numKills; kill++) {
      told.push(await killedRun(project, args, draw));
      const { problems } = await checkCopy(project);
      assertEquals(problems, [], `after kill ${kill}`);
    }
    const resumed = await project.run(args);
    told.push(toldBy(resumed.events));

    assertEquals(resumed.digests, calm.digests);
    assertEquals(resumed.last.ran + resumed.last.hit, 200);
    assertRepeats(told);
    const { whole, problems } = await checkCopy(project);
    assert(whole >= 200, `${whole} whole results`);
    assertEquals(problems, []);
    // What the killed runs left lying about is gone, and people find the run that ended.
    assertEquals(await filesBelow(project.path("results/store/tmp")), []);
    assertEquals(await filesBelow(project.path("results/store/lock")), []);
    const latest = (await project.read("results/runs/burn/latest")).trim();
    assertEquals(resumed.last.run, `results/runs/burn/${latest}`);
  }));

/** Starts a run and kills it: now and then before it says anything, mostly after some stages. */
async function killedRun(
  project: Project,
  args: readonly string[],
  draw: (below: number) => number,
): Promise<Told> {
  const running = project.start("run", [...args, "--json"]);
  let stages = draw(5) === 0 ? -1 : draw(11);
  const after = draw(stages < 0 ? 400 : 12);
  if (stages >= 0) {
    for await (const line of running.lines) {
      if (line.includes(`"stage-started"`) && stages-- === 0) break;
    }
  }
  await new Promise((resolve) => setTimeout(resolve, after));
  try {
    running.kill("SIGKILL");
  } catch {
    // It has ended; the signal below tells.
  }
  const { signal, events, stderr } = await running.outcome;
  assertEquals(signal, "SIGKILL", `the run ended before it was killed: ${stderr}`);
  return toldBy(events);
}

function toldBy(events: readonly RunEvent[]): Told {
  const stages = (type: "stage-started" | "stage-finished") =>
    events.flatMap((event) => event.type === type ? [event.stage] : []);
  return { started: stages("stage-started"), finished: new Set(stages("stage-finished")) };
}

/** Looks at a copy: a look at the store itself would tidy it up for the next run. */
async function checkCopy(project: Project): Promise<StoreCheck> {
  const store = project.path("results/store");
  if (!await Deno.stat(store).then(() => true, () => false)) return { whole: 0, problems: [] };
  const copy = project.path("results/copy");
  await cp(store, copy, { recursive: true, preserveTimestamps: true });
  const { whole, problems } = await checkStore(copy);
  await Deno.remove(copy, { recursive: true });
  // A line that was being written is passed over: it was never a result.
  return { whole, problems: problems.filter((problem) => !problem.includes("ends within a line")) };
}

/** Whatever ran twice was in flight when a run was killed: at most as many as there are workers. */
function assertRepeats(told: readonly Told[]): void {
  const finished = new Set<string>();
  let inFlight = 0;
  let started = 0;
  for (const run of told) {
    started += run.started.length;
    const again = run.started.filter((stage) => finished.has(stage));
    assertEquals(again, [], "finished before, and yet run again");
    const open = run.started.filter((stage) => !run.finished.has(stage));
    assert(open.length <= jobs, `${open.length} stages in flight`);
    inFlight += open.length;
    for (const stage of run.finished) finished.add(stage);
  }
  assert(inFlight >= numKills / 2, `only ${inFlight} stages were in flight when runs were killed`);
  assert(started <= 200 + inFlight, `${started} starts, ${inFlight} in flight`);
}
