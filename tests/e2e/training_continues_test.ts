// Trainings through the real command line: killed, extended, shortened, with a phase more and another stop rule. Only the
// difference is computed, and every network, table and moment has the bytes of a training left in peace.

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { RunEvent } from "#lib/core/event.ts";
import { copyProject, type Project, type Ran } from "#tests/support/project.ts";

const file = "study/train.yaml";
const engine = ["--engine", "wasm"];

const workflow = (phases: string, updates = 10) =>
  `name: trains
axes: { seed: [0, 1] }
stages:
  train:
    task: train_rnn
    over: [seed]
    with:
      seed: "\${{ seed }}"
      units: 16
      batch_size: 16
      updates_per_epoch: ${updates}
      evaluation: { num_trials: 40 }
      optimiser: { kind: adam, learning_rate: 0.02 }
      phases:
${phases.split("\n").map((line) => `        ${line}`).join("\n")}
`;

/** Found and computed epochs by stage. */
function works(ran: Ran): Record<string, readonly [number, number]> {
  return Object.fromEntries(
    ran.events.flatMap((event) =>
      event.type === "stage-finished" && event.continued !== undefined
        ? [[event.stage, [event.continued.found, event.continued.computed] as const]]
        : []
    ),
  );
}

/** Runs, and compares with what comes out where there are no states. */
async function runLikeNew(project: Project, store: string): Promise<Ran> {
  const ran = await project.run([file, ...engine]);
  const whole = await project.run([file, ...engine, "--store", `results/${store}`]);
  assertEquals([whole.last.ran, works(whole)], [2, {}]);
  assertEquals(ran.digests, whole.digests);
  return ran;
}

Deno.test("a training that is killed goes on with the same bytes", async () => {
  // A way with a long name.
  const rules = "rules: [pdm_pro, pdm_anti, pdm_delay, pdm_anti_delay]";
  const phases = [1, 11].map((epochs) =>
    `- { ${rules}, epochs: ${epochs}, order: interleaved, trainable: [W_in, W_rec, W_out] }`
  );
  await using project = await copyProject({ [file]: workflow(phases.join("\n"), 50) });
  const running = project.start("run", [file, ...engine, "--json"]);
  for await (const line of running.lines) {
    const event = JSON.parse(line) as RunEvent;
    if (event.type === "stage-progress" && event.fraction > 0.2) break;
  }
  running.kill("SIGKILL");
  const { signal, stderr } = await running.outcome;
  assertEquals(signal, "SIGKILL", `the run ended before it was killed: ${stderr}`);
  const resumed = await runLikeNew(project, "calm");
  const work = works(resumed);
  for (const [found, computed] of Object.values(work)) {
    assert(found > 0 && computed > 0 && found + computed === 12, JSON.stringify(work));
  }
  // In a worker of its own one may have been about to begin.
  assert(Object.keys(work).length > 0, "nothing was found");
  assertEquals(resumed.last.continued, Object.keys(work).length);
  const check = await project.basin("fsck", []);
  assertEquals(check.code, 0, check.stdout);
});

Deno.test("trainings compute only the difference to what was trained before", async (t) => {
  const first = "- { rules: [pdm_pro], epochs: 3 }";
  await using project = await copyProject({ [file]: workflow(first) });
  assertEquals(works(await project.run([file, ...engine])), {});
  const steps:
    readonly (readonly [name: string, phases: string, work: readonly [number, number]])[] = [
      ["more epochs", "- { rules: [pdm_pro], epochs: 5 }", [3, 2]],
      ["fewer epochs", "- { rules: [pdm_pro], epochs: 2 }", [2, 0]],
      ["a phase more", `${first}\n- { rules: [pdm_anti], epochs: 2 }`, [3, 2]],
      [
        "a phase longer",
        `${first}\n- { rules: [pdm_anti], epochs: 3 }`,
        [5, 1],
      ],
      [
        "a stop rule that is never met",
        "- { rules: [pdm_pro], epochs: 6, stop: { accuracy: 1, of: min } }",
        [5, 1],
      ],
    ];
  for (const [i, [name, phases, work]] of steps.entries()) {
    await t.step(name, async () => {
      await project.write(file, workflow(phases));
      const ran = await runLikeNew(project, `fresh-${i}`);
      assertEquals(works(ran), { "train[seed=0]": work, "train[seed=1]": work });
      assertEquals(ran.ran.length, work[1] === 0 ? 0 : 2);
    });
  }
  await t.step("a stop rule that is met sooner: a truncation", async () => {
    await project.write(
      file,
      workflow("- { rules: [pdm_pro], epochs: 6, stop: { accuracy: 0.01, on: all } }"),
    );
    const ran = await runLikeNew(project, "fresh-stopped");
    for (const [found, computed] of Object.values(works(ran))) {
      assert(found < 6 && computed === 0, JSON.stringify(works(ran)));
    }
    assertEquals([Object.keys(works(ran)).length, ran.ran], [2, []]);
  });
  await t.step("another curriculum finds nothing, and the plan says what is found", async () => {
    await project.write(file, workflow("- { rules: [pdm_pro], epochs: 7 }"));
    const plan = await project.basin("plan", [file, ...engine]);
    assertMatch(
      plan.stdout,
      /train: 2 of 2 run, may continue from states of train\[seed=0\] and 1/,
    );
    await project.write(file, workflow("- { rules: [pdm_delay], epochs: 2 }"));
    assertEquals(works(await runLikeNew(project, "fresh-other")), {});
  });
  await t.step("verify trains without states", async () => {
    const verified = await project.basin("verify", [file, "train*", "--repeat", "1", ...engine]);
    assertEquals(verified.code, 0, verified.stdout + verified.stderr);
  });
});
