// A sweep of fits over delays, ranks, ridges and steps ahead: each Gram matrix is made once, whatever else varies, and the
// plan shows it.

import { assertEquals, assertMatch } from "@std/assert";
import { copyProject, type Ran } from "#tests/support/project.ts";

const file = "study/sweep.yaml";

const workflow = `name: sweep
params: { ranks: [2, 3], ridges: [0, 0.1], steps: [1, 2] }
axes:
  system: [lorenz, rossler]
  n_delays: [2, 4]
  delay_interval: [1, 2]
stages:
  states:
    task: simulate
    over: [system]
    with: { system: "\${{ system }}", num_trials: 3, num_steps: 40, dt: 0.05, seed: 1 }
  grams:
    task: hankel_gram
    over: [n_delays, delay_interval]
    from: { trajectories: states }
    with: { n_delays: "\${{ n_delays }}", delay_interval: "\${{ delay_interval }}" }
  fits: &fits
    task: dmd
    matrix: { rank: "\${{ params.ranks }}", ridge: "\${{ params.ridges }}", steps: "\${{ params.steps }}" }
    from: { trajectories: states, gram: grams }
    with: &with
      n_delays: "\${{ n_delays }}"
      delay_interval: "\${{ delay_interval }}"
      rank: "\${{ rank }}"
      ridge: "\${{ ridge }}"
      steps_ahead: "\${{ steps }}"
      max_rank: 3
  alone:
    <<: *fits
    over: [n_delays, delay_interval]
    from: { trajectories: states }
`;

/** How many members of a stage are in a list. */
const count = (ids: readonly string[], stage: string) =>
  ids.filter((id) => id.startsWith(`${stage}[`)).length;
const numbers = (ran: Ran) =>
  ["states", "grams", "fits"].map((stage) => [count(ran.ran, stage), count(ran.hit, stage)]);

Deno.test("hankel_gram in a sweep is planned and made once for each system and delays", async (t) => {
  await using project = await copyProject({ [file]: workflow });
  const only = ["--only", "fits"];

  await t.step("the plan counts 8 matrices for 64 fits", async () => {
    const { stdout, stderr } = await project.basin("plan", [file, ...only]);
    const text = stdout + stderr;
    assertMatch(text, /^ +states +simulate +· +2 +· /m);
    assertMatch(text, /^ +grams +hankel_gram +· +· +8 /m);
    assertMatch(text, /^ +fits +dmd +· +· +64 /m);
  });

  await t.step("the run makes them once", async () => {
    const ran = await project.run([file, ...only]);
    assertEquals(numbers(ran), [[2, 0], [8, 0], [64, 0]]);
  });

  await t.step("more ranks, ridges and steps need no new matrix", async () => {
    const more = ["ranks=[2, 3, 1]", "ridges=[0, 0.1]", "steps=[1, 2]"];
    assertEquals(numbers(await project.run([file, ...only, ...more])), [[0, 2], [0, 8], [32, 64]]);
  });

  await t.step("fits that make their own matrix have the same bytes", async () => {
    const { digests } = await project.run([file]);
    const own = Object.entries(digests).filter(([id]) => id.startsWith("alone["));
    assertEquals(own.length, 64);
    for (const [id, digest] of own) assertEquals(digests[id.replace("alone", "fits")], digest, id);
  });
});
