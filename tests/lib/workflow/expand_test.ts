// Expansion, rule by rule (the numbers are those of workflows/README.md).

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { graphOf, idsOf, memberOf, problemsOf, sourcesOf } from "./expand_text.ts";

const base = `
axes:
  group: [{ id: a, label: A }, { id: b, label: B }, { id: c, label: C }]
  seed: [0, 1]
stages:
  value: { task: value, over: [group, seed] }
  per_seed: { task: value, over: [seed] }
  alone: { task: value }
`;

Deno.test("rule 1: values of an axis are scalars, records or short lists", async () => {
  const graph = await graphOf(`
axes:
  x: [1, two, true, 0.5]
  pair: \${{ zip([0.1, 0.2], ['p', 'q']) }}
stages:
  one: { task: value, over: [x], with: { x: "\${{ x }}" } }
  two: { task: value, over: [pair], with: { lr: "\${{ pair[0] }}", name: "\${{ pair[1] }}" } }
`);
  assertEquals(idsOf(graph, "one"), ["one[x=1]", "one[x=two]", "one[x=true]", "one[x=0.5]"]);
  assertEquals(memberOf(graph, "one[x=true]").coords, { x: true });
  assertEquals(memberOf(graph, "two[pair=0.2_q]").params, { lr: 0.2, name: "q" });
});

Deno.test("rule 2: members are the product of over, matrix and inherited axes", async () => {
  const graph = await graphOf(`${base}
  all:
    task: pair
    over: [group]
    matrix: { metric: [m, n] }
    from: { table: per_seed }
`);
  assertEquals(idsOf(graph, "all").length, 12);
  assertEquals(idsOf(graph, "all")[1], "all[group=a,seed=0,metric=n]");
  assertEquals(idsOf(graph, "alone"), ["alone"]);
  assertEquals(graph.stages.find((stage) => stage.name === "all")?.axes, [
    "group",
    "seed",
    "metric",
  ]);
});

Deno.test("rule 3: equal axes meet, an input without one is broadcast", async () => {
  const graph = await graphOf(`${base}
  joined: { task: pair, from: { table: value, other: per_seed } }
  broadcast: { task: pair, from: { table: per_seed, other: alone } }
`);
  assertEquals(idsOf(graph, "joined").length, 6);
  assertEquals(sourcesOf(graph, "joined[group=b,seed=1]", "table"), [
    "value[group=b,seed=1].table",
  ]);
  assertEquals(sourcesOf(graph, "joined[group=b,seed=1]", "other"), ["per_seed[seed=1].table"]);
  assertEquals(sourcesOf(graph, "broadcast[seed=1]", "other"), ["alone.table"]);
});

Deno.test("rule 4: a scalar fixes an axis, lists and not keep it", async () => {
  const graph = await graphOf(`${base}
  fixed: { task: show, from: { table: { stage: value, where: { group: b } } } }
  some: { task: show, from: { table: { stage: value, where: { group: [c, a], seed: 0 } } } }
  others: { task: show, from: { table: { stage: value, where: { group: { not: [b] }, seed: { not: 1 } } } } }
`);
  assertEquals(idsOf(graph, "fixed"), ["fixed[seed=0]", "fixed[seed=1]"]);
  assertEquals(idsOf(graph, "some"), ["some[group=a]", "some[group=c]"]);
  assertEquals(idsOf(graph, "others"), ["others[group=a,seed=0]", "others[group=c,seed=0]"]);
});

Deno.test("rule 4: a list with one value keeps the axis, and params may give values", async () => {
  const graph = await graphOf(`
params: { best: b, chosen: [a, c] }
${base}
  one: { task: show, from: { table: { stage: value, where: { group: [b], seed: 0 } } } }
  best: { task: show, from: { table: { stage: value, where: { group: "\${{ params.best }}", seed: 0 } } } }
  list: { task: show, from: { table: { stage: value, where: { group: "\${{ params.chosen }}", seed: 0 } } } }
`);
  assertEquals(idsOf(graph, "one"), ["one[group=b]"]);
  assertEquals(idsOf(graph, "best"), ["best"]);
  assertEquals(idsOf(graph, "list"), ["list[group=a]", "list[group=c]"]);
});

Deno.test("rule 4: expressions over the stage's own axes choose other members", async () => {
  const graph = await graphOf(`${base}
  next:
    task: pair
    from:
      table: value
      other: { stage: per_seed, where: { seed: "\${{ 1 - seed }}" } }
  beyond:
    task: pair
    over: [group]
    from:
      table: { stage: value, where: { seed: 0, group: "\${{ group }}" } }
  rest:
    task: collect
    over: [group]
    from:
      tables: { stage: value, where: { seed: 0, group: { not: ["\${{ group.id }}"] } }, gather: [group] }
`);
  assertEquals(sourcesOf(graph, "next[group=a,seed=0]", "other"), ["per_seed[seed=1].table"]);
  assertEquals(sourcesOf(graph, "beyond[group=c]", "table"), ["value[group=c,seed=0].table"]);
  assertEquals(sourcesOf(graph, "rest[group=b]", "tables"), [
    "value[group=a,seed=0].table @group=a",
    "value[group=c,seed=0].table @group=c",
  ]);
});

Deno.test("rule 4: a chosen value that is not on the axis is an error at the expression", async () => {
  const text = await problemsOf(`${base}
  next:
    task: pair
    over: [seed]
    from: { table: { stage: per_seed, where: { seed: "\${{ seed + 1 }}" } } }
`);
  assertStringIncludes(text, "the axis `seed` has no value 2");
  assertStringIncludes(text, "w.yaml:13:54");
});

Deno.test("rule 5: renaming lets a stage meet itself, order is position in the axis", async () => {
  const graph = await graphOf(`
axes: { seed: [3, 1, 2] }
stages:
  value: { task: value, over: [seed] }
  pairs:
    task: pair
    from:
      table: { stage: value, rename: { seed: a } }
      other: { stage: value, rename: { seed: b } }
    keep: \${{ a < b }}
  back: { task: pair, from: { table: { stage: pairs.first, rename: { a: seed } }, other: value } }
`);
  assertEquals(idsOf(graph, "pairs"), ["pairs[a=3,b=1]", "pairs[a=3,b=2]", "pairs[a=1,b=2]"]);
  assertEquals(sourcesOf(graph, "pairs[a=3,b=2]", "other"), ["value[seed=2].table"]);
  assertEquals(idsOf(graph, "back"), ["back[seed=3,b=1]", "back[seed=3,b=2]", "back[seed=1,b=2]"]);
  assertEquals(sourcesOf(graph, "back[seed=1,b=2]", "other"), ["value[seed=1].table"]);
  assertEquals(graph.warnings, []);
});

Deno.test("rule 5: values of two different axes are compared as values", async () => {
  const graph = await graphOf(`
axes: { x: [1, 10], y: [10, 5] }
stages: { value: { task: value, over: [x, y], keep: "\${{ x <= y }}" } }
`);
  assertEquals(idsOf(graph, "value"), ["value[x=1,y=10]", "value[x=1,y=5]", "value[x=10,y=10]"]);
});

Deno.test("rule 6: gather hands over one list, in axis order, with coordinates", async () => {
  const graph = await graphOf(`${base}
  over_groups: { task: collect, from: { tables: { stage: value, gather: [group] } } }
  everything: { task: collect, from: { tables: { stage: value, gather: all } } }
  on_stage: { task: collect, gather: [seed], from: { tables: value } }
  single: { task: collect, from: { tables: alone } }
`);
  assertEquals(sourcesOf(graph, "over_groups[seed=1]", "tables"), [
    "value[group=a,seed=1].table @group=a",
    "value[group=b,seed=1].table @group=b",
    "value[group=c,seed=1].table @group=c",
  ]);
  assertEquals(sourcesOf(graph, "everything", "tables").length, 6);
  assertEquals(
    sourcesOf(graph, "everything", "tables")[1],
    "value[group=a,seed=1].table @group=a,seed=1",
  );
  assertEquals(idsOf(graph, "on_stage"), [
    "on_stage[group=a]",
    "on_stage[group=b]",
    "on_stage[group=c]",
  ]);
  assertEquals(sourcesOf(graph, "single", "tables"), ["alone.table"]);
});

Deno.test("rule 6: a gathered axis brought by another input stays, with the whole list", async () => {
  const graph = await graphOf(`${base}
  both:
    task: claims
    over: [seed]
    from: { after: { stage: per_seed, gather: [seed] } }
`);
  assertEquals(idsOf(graph, "both"), ["both[seed=0]", "both[seed=1]"]);
  assertEquals(sourcesOf(graph, "both[seed=0]", "after").length, 2);
  // Equal lists are one object, so that 10,000 of them stay light.
  assert(
    memberOf(graph, "both[seed=0]").inputs.after === memberOf(graph, "both[seed=1]").inputs.after,
  );
});

Deno.test("rule 6: a gathered list follows the axis, whatever it is called here", async () => {
  const graph = await graphOf(`
axes: { z: [2, 1], y: [b, a] }
stages:
  value: { task: value, over: [z, y] }
  list: { task: collect, from: { tables: { stage: value, rename: { z: zz }, gather: all } } }
`);
  assertEquals(sourcesOf(graph, "list", "tables").map((text) => text.split("@")[1]), [
    "y=b,zz=2",
    "y=b,zz=1",
    "y=a,zz=2",
    "y=a,zz=1",
  ]);
});

Deno.test("rule 7: a list of stages is a union, `as` gives the axis that one lacks", async () => {
  const graph = await graphOf(`
axes: { seed: [0, 1] }
stages:
  many: { task: value, over: [seed], matrix: { metric: [cka, procrustes] } }
  dsa: { task: value, over: [seed] }
  each:
    task: show
    from: { table: [many, { stage: dsa, as: { metric: dsa } }] }
  list:
    task: collect
    gather: [metric]
    from: { tables: [{ stage: dsa, as: { metric: dsa } }, many] }
  sources:
    task: collect
    gather: all
    from: { tables: [{ stage: dsa, as: { source: x } }, { stage: dsa, as: { source: y } }] }
`);
  assertEquals(idsOf(graph, "each"), [
    "each[seed=0,metric=cka]",
    "each[seed=0,metric=procrustes]",
    "each[seed=0,metric=dsa]",
    "each[seed=1,metric=cka]",
    "each[seed=1,metric=procrustes]",
    "each[seed=1,metric=dsa]",
  ]);
  assertEquals(sourcesOf(graph, "list[seed=1]", "tables"), [
    "dsa[seed=1].table @metric=dsa",
    "many[seed=1,metric=cka].table @metric=cka",
    "many[seed=1,metric=procrustes].table @metric=procrustes",
  ]);
  assertEquals(sourcesOf(graph, "sources", "tables").length, 4);
});

Deno.test("rule 7: a value of the shared axis given by `as` keeps the axis", async () => {
  const graph = await graphOf(`
axes: { metric: [cka, dsa] }
stages:
  some: { task: value, over: [metric], keep: "\${{ metric == 'cka' }}" }
  dsa: { task: value }
  joined:
    task: pair
    over: [metric]
    from: { table: [some, { stage: dsa, as: { metric: dsa } }] }
`);
  assertEquals(sourcesOf(graph, "joined[metric=dsa]", "table"), ["dsa.table"]);
  assertEquals(sourcesOf(graph, "joined[metric=cka]", "table"), ["some[metric=cka].table"]);
});

Deno.test("rule 7: two outputs of one stage may stand in a union", async () => {
  const graph = await graphOf(`
stages:
  two: { task: pair }
  each: { task: show, from: { table: [{ stage: two.first, as: { which: f } }, { stage: two.second, as: { which: s } }] } }
`);
  assertEquals(sourcesOf(graph, "each[which=f]", "table"), ["two.first"]);
  assertEquals(sourcesOf(graph, "each[which=s]", "table"), ["two.second"]);
});

Deno.test("rule 8: absent members make dependents absent and lists shorter", async () => {
  const graph = await graphOf(`
params: { full: false }
${base}
  some: { task: value, over: [group, seed], exclude: [{ group: a, seed: 0 }, { group: [b, c], seed: 1 }] }
  after: { task: show, from: { table: some } }
  list: { task: collect, from: { tables: { stage: some, gather: [group] } } }
  never: { task: value, over: [seed], when: "\${{ params.full }}" }
  after_never: { task: show, from: { table: never } }
  lists_never: { task: collect, from: { tables: { stage: never, gather: all } } }
  never_lists: { task: collect, from: { tables: { stage: never, gather: all } }, when: "\${{ params.full }}" }
`);
  assertEquals(idsOf(graph, "after"), [
    "after[group=a,seed=1]",
    "after[group=b,seed=0]",
    "after[group=c,seed=0]",
  ]);
  assertEquals(sourcesOf(graph, "list[seed=0]", "tables").length, 2);
  assertEquals(sourcesOf(graph, "list[seed=1]", "tables"), ["some[group=a,seed=1].table @group=a"]);
  assertEquals(idsOf(graph, "after_never"), []);
  assertEquals(sourcesOf(graph, "lists_never", "tables"), []);
  assertEquals(idsOf(graph, "never_lists"), []);
  assertEquals(graph.warnings.map((warning) => warning.code), ["empty-gather"]);
});

Deno.test("rule 8: an input without a member at some coordinates leaves those out", async () => {
  const graph = await graphOf(`${base}
  even: { task: value, over: [seed], keep: "\${{ seed == 0 }}" }
  both: { task: pair, from: { table: value, other: even } }
`);
  assertEquals(idsOf(graph, "both"), [
    "both[group=a,seed=0]",
    "both[group=b,seed=0]",
    "both[group=c,seed=0]",
  ]);
});

Deno.test("rule 10: inputs that the resolved task does not take are dropped before joining", async () => {
  const graph = await graphOf(`
axes: { group: [a, b], seed: [0, 1] }
stages:
  trials: { task: neurotask, with: { rule: gonogo, num_trials: 10, dt_ms: 20 } }
  train: { task: train_rnn, over: [group, seed], with: { units: 8, seed: "\${{ seed }}" } }
  represent: { task: represent, from: { model: train, trials: trials } }
  operators: { task: dmd, from: { trajectories: represent }, with: { span_ms: 100 }, keep: "\${{ seed == 0 }}" }
  rank: { task: common_rank, from: { operators: { stage: operators, gather: all } } }
  compare:
    task: compare
    matrix: { metric: [dsa, linear_cka] }
    with: { metric: "\${{ metric }}" }
    from:
      operators: { stage: operators, gather: [group] }
      trajectories: { stage: represent, gather: [group] }
      rank: rank
`);
  // There are no operators of seed 1, which matters to dsa alone.
  assertEquals(idsOf(graph, "compare"), [
    "compare[seed=0,metric=dsa]",
    "compare[seed=0,metric=linear_cka]",
    "compare[seed=1,metric=linear_cka]",
  ]);
  assertEquals(Object.keys(memberOf(graph, "compare[seed=0,metric=dsa]").inputs), [
    "operators",
    "rank",
  ]);
  assertEquals(Object.keys(memberOf(graph, "compare[seed=0,metric=linear_cka]").inputs), [
    "trajectories",
  ]);
  assertEquals(memberOf(graph, "compare[seed=0,metric=dsa]").members, {
    metric: { room: "metrics", name: "dsa" },
  });
});

Deno.test("rule 10: a dropped input without members changes nothing", async () => {
  const graph = await graphOf(`
axes: { seed: [0, 1] }
stages:
  trials: { task: neurotask, with: { rule: gonogo, num_trials: 10, dt_ms: 20 } }
  train: { task: train_rnn, over: [seed], with: { units: 8 } }
  represent: { task: represent, from: { model: train, trials: trials } }
  operators: { task: dmd, from: { trajectories: represent }, with: { span_ms: 100 }, when: false }
  rank: { task: common_rank, from: { operators: { stage: operators, gather: all } } }
  compare:
    task: compare
    matrix: { metric: [dsa, linear_cka] }
    with: { metric: "\${{ metric }}" }
    from:
      operators: { stage: operators, gather: [seed] }
      trajectories: { stage: represent, gather: [seed] }
      rank: rank
`);
  assertEquals(idsOf(graph, "compare"), ["compare[metric=dsa]", "compare[metric=linear_cka]"]);
});

Deno.test("rule 11: the only output that fits is taken", async () => {
  const graph = await graphOf(`
stages:
  train: { task: train_rnn, with: { units: 8 } }
  again: { task: train_rnn, with: { units: 8 }, from: { init: train } }
  log: { task: show, from: { table: train.log } }
`);
  assertEquals(sourcesOf(graph, "again", "init"), ["train.weights"]);
  assertEquals(sourcesOf(graph, "log", "table"), ["train.log"]);
});

Deno.test("rule 14: axes stand in order, ids are quoted where needed", async () => {
  const graph = await graphOf(`
axes: { b: [x y], a: ["1.5", 'say "hi"', "", é, ok_-.+] }
stages:
  first: { task: value, matrix: { m: [1] } }
  value: { task: pair, over: [a, b], matrix: { own: [-1e-7] }, from: { table: first } }
`);
  assertEquals(idsOf(graph, "value"), [
    'value[b="x y",a=1.5,m=1,own=-1e-7]',
    'value[b="x y",a="say \\"hi\\"",m=1,own=-1e-7]',
    'value[b="x y",a="",m=1,own=-1e-7]',
    'value[b="x y",a="é",m=1,own=-1e-7]',
    'value[b="x y",a=ok_-.+,m=1,own=-1e-7]',
  ]);
});

Deno.test("rule 15: an unfiltered product of a stage with itself warns", async () => {
  const graph = await graphOf(`${base}
  pairs:
    task: pair
    from:
      table: { stage: per_seed, rename: { seed: a } }
      other: { stage: per_seed, rename: { seed: b } }
`);
  assertEquals(idsOf(graph, "pairs").length, 4);
  assertEquals(graph.warnings.map((warning) => [warning.code, warning.hint]), [
    ["self-product", "to have each pair once, write keep: ${{ a < b }}"],
  ]);
});

Deno.test("members come in topological order, stages in that of the file", async () => {
  const graph = await graphOf(`
stages:
  last: { task: show, from: { table: middle.first } }
  middle: { task: pair, from: { table: first } }
  first: { task: value }
`);
  assertEquals(graph.members.map((member) => member.id), ["first", "middle", "last"]);
  assertEquals(graph.members.map((member) => member.index), [0, 1, 2]);
  assertEquals(graph.stages.map((stage) => stage.name), ["last", "middle", "first"]);
  assertEquals(graph.stages[0].from, ["middle"]);
});

Deno.test("files are inputs, relative to the file that names them", async () => {
  const graph = await graphOf({
    "flows/w.yaml": `
extends: [../presets/base.yaml]
axes: { subject: [s1, s2] }
stages:
  read: { task: read, over: [subject], files: { file: "../data/\${{ subject }}.tsv" } }
`,
    "presets/base.yaml": "stages: { raw: { task: read, files: { file: raw.tsv } } }",
  });
  assertEquals(sourcesOf(graph, "read[subject=s2]", "file"), ["data/s2.tsv"]);
  assertEquals(sourcesOf(graph, "raw", "file"), ["presets/raw.tsv"]);
  assertEquals(memberOf(graph, "raw").inputs.file.kind, "file");
});

Deno.test("inputs that have no coordinates in common leave no members, with a warning", async () => {
  const graph = await graphOf(`${base}
  both:
    task: pair
    from:
      table: { stage: per_seed, where: { seed: [0] } }
      other: { stage: value, where: { seed: [1] } }
`);
  assertEquals(idsOf(graph, "both"), []);
  assertEquals(graph.warnings.map((warning) => warning.code), ["no-members"]);
});

Deno.test("timeouts are seconds", async () => {
  const graph = await graphOf(`
stages:
  a: { task: value, timeout: 90s }
  b: { task: value, timeout: 2.5 }
  c: { task: value, timeout: 2 h }
  d: { task: value }
`);
  assertEquals(graph.members.map((member) => member.timeoutSeconds), [90, 2.5, 7200, undefined]);
});

Deno.test("a chain of 10,000 stages expands without deep recursion", async () => {
  const lines = Array.from(
    { length: 10_000 },
    (_, i) => `  s${i}: { task: pair${i === 0 ? "" : `, from: { table: s${i - 1}.first }`} }`,
  );
  const graph = await graphOf(`stages:\n${lines.reverse().join("\n")}\n`);
  assertEquals(graph.members.length, 10_000);
  assertEquals(graph.members[9_999].id, "s9999");
});
