// The worked example of the language: four groups of networks, three seeds. What it must make, member by member.

import { assert, assertEquals } from "@std/assert";
import { tableWithArtifacts } from "#lib/core/artifacts/table.ts";
import { canonicalJson } from "#lib/core/canonical.ts";
import type { Graph } from "#lib/workflow/graph.ts";
import { dependentsOf } from "#lib/workflow/graph.ts";
import { graphOf, idsOf, memberOf, sourcesOf } from "./expand_text.ts";
import { growBy, wantsOf } from "./grow_text.ts";
import { mainJob as job } from "./main_job.ts";

/** Whatever a key could hold of a member: the task, its params and its inputs, recursively. */
function works(graph: Graph): string[] {
  const text: string[] = [];
  for (const member of graph.members) {
    const inputs = Object.fromEntries(
      Object.entries(member.inputs).map(([port, bound]) => [
        port,
        bound.sources.map((source) =>
          "from" in source
            ? [text[source.from], source.output, bound.coords ? source.coords : {}]
            : source.file
        ),
      ]),
    );
    text.push(canonicalJson([member.task.name, member.params, inputs]));
  }
  return text;
}

function workOf(graph: Graph, id: string): string {
  return works(graph)[memberOf(graph, id).index];
}

Deno.test("the main job has the members it should", async () => {
  const graph = await graphOf(job());
  assertEquals(
    Object.fromEntries(
      graph.stages.map((stage) => [stage.name, [stage.axes.join(" "), stage.numMembers]]),
    ),
    {
      trials: ["trial_set", 2],
      pretrain: ["group seed", 12],
      train: ["group seed", 12],
      represent: ["group seed trial_set", 24],
      operators: ["group seed trial_set", 24],
      rank: ["", 1],
      after: ["seed metric", 9],
      floor: ["group seed metric", 36],
      across: ["group seed_a seed_b", 12],
      labels: ["group", 4],
      claims: ["", 1],
    },
  );
  assertEquals(graph.warnings, []);
});

Deno.test("the main job's ids follow the order of axes", async () => {
  const graph = await graphOf(job());
  assertEquals(idsOf(graph, "represent")[1], "represent[group=untrained,seed=0,trial_set=1]");
  assertEquals(idsOf(graph, "after").slice(0, 2), [
    "after[seed=0,metric=dsa]",
    "after[seed=0,metric=linear_cka]",
  ]);
  assertEquals(idsOf(graph, "across").slice(0, 3), [
    "across[group=untrained,seed_a=0,seed_b=1]",
    "across[group=untrained,seed_a=0,seed_b=2]",
    "across[group=untrained,seed_a=1,seed_b=2]",
  ]);
});

Deno.test("the main job binds what each comparison needs and nothing else", async () => {
  const graph = await graphOf(job());
  assertEquals(Object.keys(memberOf(graph, "after[seed=1,metric=dsa]").inputs), [
    "operators",
    "rank",
  ]);
  assertEquals(Object.keys(memberOf(graph, "after[seed=1,metric=procrustes]").inputs), [
    "trajectories",
  ]);
  assertEquals(
    sourcesOf(graph, "after[seed=1,metric=dsa]", "operators")[3],
    "operators[group=full_in,seed=1,trial_set=0].operator @group=full_in",
  );
  assertEquals(sourcesOf(graph, "floor[group=full,seed=2,metric=procrustes]", "trajectories"), [
    "represent[group=full,seed=2,trial_set=0].trajectories @trial_set=0",
    "represent[group=full,seed=2,trial_set=1].trajectories @trial_set=1",
  ]);
  assertEquals(sourcesOf(graph, "across[group=full,seed_a=0,seed_b=2]", "b"), [
    "operators[group=full,seed=2,trial_set=0].operator",
  ]);
  assertEquals(sourcesOf(graph, "claims", "after").length, 9);
  assertEquals(sourcesOf(graph, "claims", "floor").length, 36);
  assertEquals(sourcesOf(graph, "claims", "logs").length, 12);
});

Deno.test("equal pretraining is equal work", async () => {
  const graph = await graphOf(job());
  const work = (group: string) => workOf(graph, `pretrain[group=${group},seed=1]`);
  assertEquals(work("untrained"), work("master"));
  assertEquals(work("full"), work("full_in"));
  assert(work("untrained") !== work("full"));
  assert(work("full") !== workOf(graph, "pretrain[group=full,seed=2]"));
  assertEquals(memberOf(graph, "pretrain[group=master,seed=1]").params.phases, []);
});

Deno.test("changing a label reaches what reads it, and nothing else", async () => {
  const [before, after] = await Promise.all([graphOf(job()), graphOf(job({ label: "Naive" }))]);
  const known = new Set(works(before));
  const changed = works(after).flatMap((work, i) => known.has(work) ? [] : [after.members[i].id]);
  assertEquals(changed, ["labels[group=untrained]"]);
  assertEquals(dependentsOf(after.members)[memberOf(after, changed[0]).index], []);
});

Deno.test("another group costs its own training, the matrices, its floor and its pairs", async () => {
  const extraGroup =
    "- { id: twelfth, pretrain: [{ task: gonogo, trials: 9 }], train: [], trainable: [all], label: Last }";
  const [before, after] = await Promise.all([graphOf(job()), graphOf(job({ extraGroup }))]);
  const known = new Set(works(before));
  const stages = new Map<string, Set<string>>();
  works(after).forEach((work, i) => {
    const { stage, coords } = after.members[i];
    if (!known.has(work)) {
      stages.set(stage, (stages.get(stage) ?? new Set()).add(String(coords.group ?? "")));
    }
  });
  // The common rank of the study is an input of every comparison by dsa: those of other groups count again.
  assertEquals([...stages.keys()], [
    "pretrain",
    "train",
    "represent",
    "operators",
    "rank",
    "after",
    "floor",
    "across",
    "labels",
    "claims",
  ]);
  for (const stage of ["pretrain", "train", "represent", "operators", "labels"]) {
    assertEquals([...stages.get(stage)!], ["twelfth"]);
  }
});

Deno.test("the main job's steps follow its checkpoints; untrained has none", async () => {
  const graph = await graphOf(job({ foreach: true }));
  const trained = ["master", "full", "full_in"];
  const models = ["untrained", ...trained].flatMap((group) =>
    [0, 1, 2].map((seed) => ({ group, seed, id: `train[group=${group},seed=${seed}]` }))
  );
  assertEquals(
    idsOf(graph, "steps"),
    models.map(({ group, seed }) => `steps[group=${group},seed=${seed},checkpoint=?]`),
  );
  assertEquals(wantsOf(graph), models.map(({ id }) => `${id}.checkpoints`));
  const weights = (value: number) => ({ kind: "weights", files: { data: Uint8Array.of(value) } });
  const tables = models.map(({ group, seed, id }) => {
    // Rows in another order than their keys: what was written last stands first.
    const steps = group === "untrained" ? [] : [200, 50, 100];
    return [
      `${id}.checkpoints`,
      tableWithArtifacts(steps.map((step) => ({ step, weights: weights(seed), loss: 1 / step }))),
    ];
  });
  const grown = await growBy(graph, Object.fromEntries(tables));
  const live = grown.members.filter((member) => member.stage === "steps" && !member.replaced);
  assertEquals(
    live.map(({ id }) => id),
    trained.flatMap((group) =>
      [0, 1, 2].flatMap((seed) =>
        [50, 100, 200].map((step) => `steps[group=${group},seed=${seed},checkpoint=${step}]`)
      )
    ),
  );
  const { model, trials } = memberOf(grown, "steps[group=full,seed=2,checkpoint=50]").inputs;
  assertEquals(model.sources, [{
    from: memberOf(grown, "train[group=full,seed=2]").index,
    output: "checkpoints",
    coords: {},
    part: { folder: "weights/50", kind: "weights" },
  }]);
  assertEquals(trials.sources, [
    { from: memberOf(grown, "trials[trial_set=0]").index, output: "trials", coords: {} },
  ]);
  assertEquals(grown.growing, undefined);
  assertEquals(
    Object.fromEntries(grown.stages.map((stage) => [stage.name, stage.numMembers])).steps,
    27,
  );
});

Deno.test("overrides and profiles reach the main job", async () => {
  const graph = await graphOf(job(), {
    overrides: ["seeds=2", "axes.trial_set=[0, 1, 2]", "stages.operators.with.max_rank=8"],
  });
  assertEquals(idsOf(graph, "represent").length, 4 * 2 * 3);
  assertEquals(memberOf(graph, "operators[group=full,seed=1,trial_set=2]").params.max_rank, 8);
});
