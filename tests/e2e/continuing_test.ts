// Tasks that continue, through the real command line: a run that is killed in the middle of a stage goes on where it
// was and gives the bytes of a run left in peace; raised bounds compute the difference, lowered ones nothing.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { RunEvent } from "#lib/core/event.ts";
import { copyProject, type Project, type Ran } from "#tests/support/project.ts";
import { filesBelow } from "#tests/support/stored.ts";
import { walkTask, walkWorkflow } from "#tests/support/walk_task.ts";
import { withSeed } from "#tests/support/with_seed.ts";

const file = "study/walks.yaml";

async function projectOf(params: Parameters<typeof walkWorkflow>[0]): Promise<Project> {
  return await copyProject({ [file]: walkWorkflow(params), "study/walk.ts": walkTask });
}

/** What stages tell of their states: found and computed by id. */
function works(ran: Ran): Record<string, readonly [number, number]> {
  return Object.fromEntries(
    ran.events.flatMap((event) =>
      event.type === "stage-finished" && event.continued !== undefined
        ? [[event.stage, [event.continued.found, event.continued.computed]]]
        : []
    ),
  );
}

/** Starts a run and kills it once its progress is so far. */
async function kill(project: Project, args: readonly string[], far: number): Promise<void> {
  const running = project.start("run", [...args, "--json"]);
  for await (const line of running.lines) {
    const event = JSON.parse(line) as RunEvent;
    if (event.type === "stage-progress" && event.fraction >= far) break;
  }
  running.kill("SIGKILL");
  const { signal, stderr } = await running.outcome;
  assertEquals(signal, "SIGKILL", `the run ended before it was killed: ${stderr}`);
}

Deno.test("run, killed in the middle of stages, continues them with the same bytes", () =>
  withSeed(async (draw) => {
    for (const fused of [false, true]) {
      const seeds = fused ? [0, 1, 2] : [0];
      await using project = await projectOf({ seeds, rounds: 30, work: 4_000_000 });
      const calm = await project.run([file, "--store", "results/calm"]);
      assertEquals([calm.last.ran, calm.last.continued], [seeds.length + 1, undefined]);
      await kill(project, [file], 0.2 + draw(30) / 100);
      const plan = await project.basin("plan", [file]);
      assertMatch(plan.stdout, /walk: .*may continue from states of walk\[seed=\d\]/);
      const resumed = await project.run([file]);
      assertEquals(resumed.digests, calm.digests);
      const work = works(resumed);
      for (const [found, computed] of Object.values(work)) {
        assert(found > 0 && found + computed === 30, JSON.stringify(work));
      }
      // In a worker of its own one may have been about to begin.
      assert(Object.keys(work).length > 0, "nothing was found");
      assertEquals(resumed.last.continued, Object.keys(work).length);
      const check = await project.basin("fsck", []);
      assertEquals(check.code, 0, check.stdout);
    }
  }));

Deno.test("run computes the difference of what was raised, and nothing of what was lowered", async (t) => {
  await using project = await projectOf({
    seeds: [0, 1],
    rounds: 10,
    work: 100,
    stop_above: 1,
    label: "a",
  });
  const first = await project.run([file]);
  assertEquals([first.last.ran, works(first)], [3, {}]);
  let numStores = 0;
  /** What comes out where there are no states. */
  const fromNothing = (...params: readonly string[]) =>
    project.run([file, ...params, "--store", `results/other-${numStores++}`]);

  await t.step("raised: the difference", async () => {
    const plan = await project.basin("plan", [file, "rounds=25", "--all"]);
    assertStringIncludes(
      plan.stdout,
      "run      walk[seed=1], may continue from 10 states of walk[",
    );
    assertStringIncludes(
      plan.stdout,
      "walk: 2 of 2 run, may continue from states of walk[seed=0] and 1",
    );
    const json = JSON.parse((await project.basin("plan", [file, "rounds=25", "--json"])).stdout);
    assertEquals(json.members[0].continues, { states: 10, of: "walk[seed=0]" });
    const more = await project.run([file, "rounds=25"]);
    assertEquals(works(more), { "walk[seed=0]": [10, 15], "walk[seed=1]": [10, 15] });
    assertEquals([more.last.ran, more.last.continued], [3, 2]);
    const whole = await fromNothing("rounds=25");
    assertEquals(more.digests, whole.digests);
  });

  await t.step("lowered: a hit that runs no more", async () => {
    const less = await project.run([file, "rounds=7"]);
    assertEquals(works(less), { "walk[seed=0]": [7, 0], "walk[seed=1]": [7, 0] });
    assertEquals([less.hit, less.ran], [["walk[seed=0]", "walk[seed=1]"], ["all"]]);
    const whole = await fromNothing("rounds=7");
    assertEquals([less.digests, whole.last.ran], [whole.digests, 3]);
    const again = await project.run([file, "rounds=7"]);
    assertEquals([again.ran, works(again)], [[], {}]);
  });

  await t.step("a rule that stops earlier: a truncation, a stricter one: the rest", async () => {
    const early = await project.run([file, "rounds=25", "stop_above=0.8"]);
    const whole = await fromNothing("rounds=25", "stop_above=0.8");
    assertEquals(early.digests, whole.digests);
    assertEquals(early.ran.filter((stage) => stage.startsWith("walk")), []);
  });

  await t.step("says so to people", async () => {
    const { stderr } = await project.basin("run", [file, "rounds=30"]);
    assertMatch(stderr, /ran +walk\[seed=0\] .*25 of 30 rounds found/);
    assertMatch(stderr, /done.*: 3 stages, 3 ran, 0 hit.*, 2 continued in/);
    const shown = await project.basin("show", [file, "walk[seed=0]", "rounds=30"]);
    assertStringIncludes(shown.stdout, "25 of 30 rounds were found in states");
  });

  await t.step("forces stages to compute all of it", async () => {
    const forced = await project.run([file, "rounds=30", "--force", "walk*"]);
    assertEquals([forced.ran.length >= 2, works(forced)], [true, {}]);
  });

  await t.step("verifies without states, and what is not looked at changes nothing", async () => {
    const verified = await project.basin("verify", [file, "walk*", "rounds=30", "--repeat", "1"]);
    assertEquals(verified.code, 0, verified.stdout);
    assertStringIncludes(verified.stdout, "same walk[seed=1]");
    const relabelled = await project.run([file, "rounds=30", "label=b"]);
    assertEquals(relabelled.ran, []);
    // What was found whole looked at little: all that decides a step counts as looked at all the same.
    const other = await project.run([file, "rounds=7", "work=101"]);
    const whole = await fromNothing("rounds=7", "work=101");
    assertEquals([other.digests, other.ran.length], [whole.digests, 3]);
  });

  await t.step("heals damaged states, which fsck finds and removes", async () => {
    const states = await filesBelow(project.path("results/store/states"));
    for (const path of states) {
      const bytes = await Deno.readFile(path);
      bytes[bytes.length >> 1] ^= 4;
      await Deno.writeFile(path, bytes);
    }
    const more = await project.run([file, "rounds=32"]);
    const whole = await fromNothing("rounds=32");
    assertEquals([more.digests, works(more)], [whole.digests, {}]);
    const bad = await project.basin("fsck", []);
    assertEquals(bad.code, 4, bad.stdout);
    assertMatch(bad.stdout, /store\/states\/.*\n.*does not hold the state/);
    assertEquals((await project.basin("fsck", ["--repair"])).code, 0);
    assertStringIncludes((await project.basin("fsck", [])).stdout, "no damage");
  });

  await t.step("gc keeps states of kept runs, within limits", async () => {
    const count = async () => (await filesBelow(project.path("results/store/states"))).length;
    const before = await count();
    assert(before > 0);
    const kept = await project.basin("gc", ["--keep-hours", "0", "--keep-state-days", "0"]);
    assertEquals(await count(), before);
    assertMatch(kept.stdout, /\d+ states stay, from which stages can continue/);
    const dry = await project.basin("gc", ["--keep-state-mb", "0", "--dry-run"]);
    assertStringIncludes(dry.stdout, "states of walk");
    assertEquals(await count(), before);
    await project.basin("gc", ["--keep-state-mb", "0"]);
    assertEquals(await count(), 0);
  });
});
