// Sub-workflows: stages that are workflows, with inputs, outputs, params and axes.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadWorkflow } from "#lib/workflow/load.ts";
import { paramPlace } from "#lib/workflow/param_place.ts";
import { graphOf, idsOf, memberOf, problemsOf, sourcesOf } from "./expand_text.ts";

const analysis = `
inputs: { trajectories: trajectories }
outputs: { score: compare.result, operators: operators }
params: { span_ms: 100, metrics: [dsa], doubled: "\${{ params.span_ms * 2 }}" }
axes: { metric: "\${{ params.metrics }}" }
profiles: { smoke: { params: { span_ms: 7 } } }
stages:
  operators:
    task: dmd
    from: { trajectories: inputs.trajectories }
    with: { span_ms: "\${{ params.doubled }}" }
  rank: { task: common_rank, from: { operators: { stage: operators, gather: all } } }
  compare:
    task: compare
    over: [metric]
    with: { metric: "\${{ metric }}" }
    from:
      operators: { stage: operators, gather: [seed] }
      rank: rank
`;

const main = `
axes: { group: [a, b], seed: [0, 1] }
stages:
  trials:
    task: neurotask
    with: { rule: gonogo, num_trials: 5, dt_ms: 10 }
  train: { task: train_rnn, over: [group, seed], with: { units: 4 } }
  represent: { task: represent, from: { model: train.weights, trials: trials } }
  sub:
    workflow: ./parts/analysis.yaml
    from: { trajectories: represent }
    with: { span_ms: 50 }
  show: { task: show, from: { table: sub.score } }
`;

const files = { "w.yaml": main, "parts/analysis.yaml": analysis };

Deno.test("the stages of a sub-workflow are stages of the workflow", async () => {
  const graph = await graphOf(files);
  assertEquals(graph.stages.map(({ name }) => name), [
    ...["trials", "train", "represent", "sub/operators", "sub/rank", "sub/compare", "show"],
  ]);
  assertEquals(idsOf(graph, "sub/operators"), [
    ...["a", "b"].flatMap((group) =>
      [0, 1].map((seed) => `sub/operators[group=${group},seed=${seed}]`)
    ),
  ]);
  assertEquals(memberOf(graph, "sub/operators[group=a,seed=1]").params, {
    span_ms: 100,
    max_rank: 50,
  });
  assertEquals(sourcesOf(graph, "sub/operators[group=a,seed=1]", "trajectories"), [
    "represent[group=a,seed=1].trajectories",
  ]);
  // The axes that the input brings, and those of the sub-workflow behind them.
  assertEquals(idsOf(graph, "sub/compare"), [
    "sub/compare[group=a,metric=dsa]",
    "sub/compare[group=b,metric=dsa]",
  ]);
  assertEquals(sourcesOf(graph, "show[group=b,metric=dsa]", "table"), [
    "sub/compare[group=b,metric=dsa].result",
  ]);
  const info = Object.fromEntries(graph.stages.map((stage) => [stage.name, stage]));
  assertEquals(info["sub/operators"].from, ["represent"]);
  assertEquals(info.show.from, ["sub/compare"]);
  assertEquals(info["sub/operators"].at.file, "parts/analysis.yaml");
});

Deno.test("a sub-workflow has the profile of the same name, if it has one, and the call wins", async () => {
  const withProfile = main.replace("axes:", "profiles: { smoke: {}, other: {} }\naxes:");
  const span = async (text: string, profile: string) => {
    const graph = await graphOf({ ...files, "w.yaml": text }, { profile });
    return memberOf(graph, "sub/operators[group=a,seed=1]").params.span_ms;
  };
  assertEquals(await span(withProfile, "smoke"), 100);
  const unset = withProfile.replace("    with: { span_ms: 50 }\n", "");
  assertEquals([await span(unset, "smoke"), await span(unset, "other")], [14, 200]);
});

Deno.test("every stage inside has the axes of the call, and params may differ by them", async () => {
  const graph = await graphOf({
    "w.yaml": `
params: { base: 10 }
axes: { seed: [0, 1] }
stages:
  sub:
    workflow: ./sub.yaml
    over: [seed]
    matrix: { n: [1, 2] }
    with: { k: "\${{ params.base + n }}", list: ["\${{ seed }}"], fixed: "\${{ params.base }}" }
`,
    "sub.yaml": `
params: { k: 0, list: [], fixed: 1, more: { twice: "\${{ 2 * params.k }}", one: 1 } }
axes: { x: "\${{ range(params.fixed, params.fixed + 2) }}" }
stages:
  a: { task: value, with: { k: "\${{ params.k }}", all: "\${{ params.list }}", more: "\${{ params.more }}" } }
  b: { task: value, over: [x], with: { first: "\${{ params.list[0] }}", x: "\${{ x }}", twice: "\${{ params.more.twice }}", one: "\${{ params.more.one }}" } }
  c: { task: value, with: { n: "\${{ n }}" } }
`,
  });
  assertEquals(
    idsOf(graph, "sub/a"),
    [0, 1].flatMap((s) => [1, 2].map((n) => `sub/a[seed=${s},n=${n}]`)),
  );
  assertEquals(memberOf(graph, "sub/a[seed=1,n=2]").params, {
    k: 12,
    all: [1],
    more: { twice: 24, one: 1 },
  });
  assertEquals(memberOf(graph, "sub/b[seed=1,n=2,x=11]").params, {
    first: 1,
    x: 11,
    twice: 24,
    one: 1,
  });
  assertEquals(memberOf(graph, "sub/c[seed=0,n=2]").params, { n: 2 });
});

Deno.test("an input inside is selected by params that differ from member to member", async () => {
  const graph = await graphOf({
    "w.yaml": `
axes: { seed: [0, 1, 2], k: [1, 2] }
stages:
  data: { task: value, over: [seed] }
  sub: { workflow: sub.yaml, over: [k], from: { t: data }, with: { best: "\${{ k }}" } }
`,
    "sub.yaml": `
inputs: { t: table }
params: { best: 0, other: "\${{ params.best - 1 }}" }
stages:
  one: { task: show, from: { table: { stage: inputs.t, where: { seed: "\${{ params.best }}" } } } }
  some: { task: collect, from: { tables: { stage: inputs.t, where: { seed: ["\${{ params.other }}", 2] }, gather: [seed] } } }
`,
  });
  assertEquals(idsOf(graph, "sub/one"), ["sub/one[k=1]", "sub/one[k=2]"]);
  assertEquals(sourcesOf(graph, "sub/one[k=2]", "table"), ["data[seed=2].table"]);
  assertEquals(sourcesOf(graph, "sub/some[k=2]", "tables"), [
    "data[seed=1].table @seed=1",
    "data[seed=2].table @seed=2",
  ]);
});

Deno.test("an input of a call is selected, renamed and gathered as that of a stage", async () => {
  const graph = await graphOf({
    "w.yaml": `
axes: { group: [{ id: a, parent: b }, { id: b, parent: a }], seed: [0, 1, 2] }
stages:
  data: { task: value, over: [group, seed] }
  other: { task: value, over: [group] }
  sub:
    workflow: ./sub.yaml
    over: [group]
    from:
      one: { stage: data, where: { group: "\${{ group.parent }}" }, rename: { seed: s } }
      list: { stage: data, where: { seed: [0, 2] }, gather: [seed] }
      both: [{ stage: other, as: { of: x } }, { stage: other, as: { of: y } }]
`,
    "sub.yaml": `
inputs: { one: table, list: table, both: table }
outputs: { t: all }
stages:
  one: { task: show, from: { table: inputs.one } }
  some: { task: show, from: { table: { stage: inputs.one, where: { s: 1 } } } }
  list: { task: collect, from: { tables: inputs.list } }
  less: { task: collect, from: { tables: { stage: inputs.list, where: { seed: { not: [0] } } } } }
  all: { task: collect, from: { tables: { stage: inputs.list, gather: [group] } } }
  both: { task: collect, from: { tables: { stage: inputs.both, gather: [of] } } }
`,
  });
  assertEquals(sourcesOf(graph, "sub/one[group=a,s=2]", "table"), ["data[group=b,seed=2].table"]);
  assertEquals(idsOf(graph, "sub/some"), ["sub/some[group=a]", "sub/some[group=b]"]);
  assertEquals(sourcesOf(graph, "sub/some[group=b]", "table"), ["data[group=a,seed=1].table"]);
  assertEquals(sourcesOf(graph, "sub/list[group=b]", "tables"), [
    "data[group=b,seed=0].table @seed=0",
    "data[group=b,seed=2].table @seed=2",
  ]);
  assertEquals(sourcesOf(graph, "sub/less[group=b]", "tables"), [
    "data[group=b,seed=2].table @seed=2",
  ]);
  assertEquals(sourcesOf(graph, "sub/all[group=a]", "tables").length, 4);
  assertEquals(sourcesOf(graph, "sub/both[group=a]", "tables"), [
    "other[group=a].table @of=x",
    "other[group=a].table @of=y",
  ]);
});

Deno.test("a file may be called twice; the axes that it declares are the same ones", async () => {
  const text = main.replace(
    "  show:",
    `  again:
    workflow: ./parts/analysis.yaml
    from: { trajectories: represent }
    with: { span_ms: 75 }
  pairs: { task: pair, from: { table: sub.score, other: again.score } }
  show:`,
  );
  const graph = await graphOf({ ...files, "w.yaml": text });
  assertEquals(idsOf(graph, "pairs"), ["pairs[group=a,metric=dsa]", "pairs[group=b,metric=dsa]"]);
  assertEquals(sourcesOf(graph, "pairs[group=a,metric=dsa]", "other"), [
    "again/compare[group=a,metric=dsa].result",
  ]);
});

Deno.test("sub-workflows call sub-workflows, and hand on inputs, files, params and outputs", async () => {
  const graph = await graphOf({
    "w.yaml": `
params: { name: data }
axes: { seed: [0, 1] }
stages:
  data: { task: value, over: [seed] }
  outer:
    workflow: sub/outer.yaml
    matrix: { k: [1, 2] }
    from: { table: data }
    files: { file: "files/\${{ params.name }}_\${{ k }}.tsv" }
    with: { n: "\${{ k }}" }
  end: { task: collect, gather: all, from: { tables: outer.result } }
  file: { task: show, from: { table: outer.read } }
`,
    "sub/outer.yaml": `
inputs: { table: table, file: file }
outputs: { result: inner.result, read: inner.read }
params: { n: 0 }
stages:
  inner:
    workflow: ./inner.yaml
    matrix: { j: [x] }
    from: { t: inputs.table, f: inputs.file }
    with: { m: "\${{ params.n * 10 }}" }
    when: "\${{ params.n > 1 }}"
`,
    "sub/inner.yaml": `
inputs: { t: table, f: file }
outputs: { result: pair.first, read: read }
params: { m: 1 }
stages:
  pair: { task: pair, from: { table: inputs.t }, with: { n: "\${{ params.m }}" } }
  read: { task: read, from: { file: inputs.f } }
`,
  });
  assertEquals(idsOf(graph, "outer/inner/pair"), [
    "outer/inner/pair[seed=0,k=2,j=x]",
    "outer/inner/pair[seed=1,k=2,j=x]",
  ]);
  assertEquals(memberOf(graph, "outer/inner/pair[seed=1,k=2,j=x]").params, { n: 20 });
  assertEquals(sourcesOf(graph, "outer/inner/pair[seed=1,k=2,j=x]", "table"), [
    "data[seed=1].table",
  ]);
  assertEquals(sourcesOf(graph, "outer/inner/read[k=2,j=x]", "file"), ["files/data_2.tsv"]);
  assertEquals(sourcesOf(graph, "end", "tables"), [
    "outer/inner/pair[seed=0,k=2,j=x].first @seed=0,k=2,j=x",
    "outer/inner/pair[seed=1,k=2,j=x].first @seed=1,k=2,j=x",
  ]);
});

Deno.test("a mistake in a sub-workflow is shown in its file, with where it is called", async () => {
  const text = await problemsOf({
    ...files,
    "parts/analysis.yaml": analysis.replace("with: { span_ms:", "with: { span:"),
  });
  assertStringIncludes(text, "parts/analysis.yaml:11:13: error: `dmd` has no param `span`");
  assertStringIncludes(
    text,
    "w.yaml:10:15: note: `./parts/analysis.yaml` is called here, as `sub`",
  );
});

Deno.test("a workflow that extends and is called has what it extends", async () => {
  const graph = await graphOf({
    "w.yaml": "stages: { s: { workflow: sub.yaml, with: { x: 2 } } }",
    "sub.yaml":
      "extends: base.yaml\nstages: { v: { task: value, with: { x: '${{ params.x }}' } } }",
    "base.yaml": "params: { x: 1 }",
  });
  assertEquals(memberOf(graph, "s/v").params, { x: 2 });
  assert(graph.resolved.includes("workflow: sub.yaml"));
});

Deno.test("paramPlace() finds the line to edit in the sub-workflow or at its call", async () => {
  const all: Record<string, string> = {
    "w.yaml":
      "params: { a: 1 }\nstages:\n  s: { workflow: sub.yaml, with: { x: '${{ params.a }}' } }\n",
    "sub.yaml":
      "params: { x: 1, y: 2 }\nstages:\n  v: { task: value, with: { x: '${{ params.x }}', y: '${{ params.y }}', z: 3 } }\n",
  };
  const loaded = await loadWorkflow("w.yaml", (path) => Promise.resolve(all[path]), {
    overrides: [],
  });
  assert(loaded.ok);
  const place = paramPlace(loaded.value);
  const at = (pointer: string) => {
    const span = place({ stage: "s/v" }, pointer);
    return span && [span.file, span.line, span.column];
  };
  assertEquals(at("/x"), ["w.yaml", 1, 14]);
  assertEquals(at("/y"), ["sub.yaml", 1, 20]);
  assertEquals(at("/z"), ["sub.yaml", 3, 76]);
  assertEquals([at("/w"), place({ stage: "t/v" }, "/x")], [undefined, undefined]);
});

Deno.test("failed: omit at a call holds for the stages that take the list", async () => {
  const graph = await graphOf({
    "w.yaml": `
axes: { seed: [0, 1] }
stages:
  data: { task: value, over: [seed] }
  s: { workflow: sub.yaml, from: { t: { stage: data, gather: all, failed: omit }, u: { stage: data, failed: omit } } }
`,
    "sub.yaml": `
inputs: { t: table, u: table }
stages:
  a: { task: collect, from: { tables: inputs.t } }
  b: { task: collect, from: { tables: { stage: inputs.u, gather: [seed] } } }
`,
  });
  for (const id of ["s/a", "s/b"]) {
    const { omitFailed, sources } = memberOf(graph, id).inputs.tables;
    assertEquals([omitFailed, sources.length], [true, 2]);
  }
});

Deno.test("what is to be gathered is handed on from call to call", async () => {
  const graph = await graphOf({
    "w.yaml": `
axes: { seed: [0, 1, 2] }
stages:
  data: { task: value, over: [seed], matrix: { of: [a, b] } }
  outer:
    workflow: outer.yaml
    matrix: { k: [1, 2] }
    from: { t: { stage: data, rename: { seed: s }, where: { seed: ["\${{ k }}", 0] }, gather: [s], failed: omit } }
`,
    "outer.yaml": `
inputs: { t: table }
stages:
  inner: { workflow: inner.yaml, from: { t: { stage: inputs.t, rename: { s: point }, where: { of: b } } } }
  more: { workflow: inner.yaml, from: { t: { stage: inputs.t, gather: [of] } } }
`,
    "inner.yaml": `
inputs: { t: table }
stages:
  all: { task: collect, from: { tables: inputs.t } }
`,
  });
  assertEquals(idsOf(graph, "outer/inner/all"), ["outer/inner/all[k=1]", "outer/inner/all[k=2]"]);
  assertEquals(sourcesOf(graph, "outer/inner/all[k=2]", "tables"), [
    "data[seed=0,of=b].table @point=0",
    "data[seed=2,of=b].table @point=2",
  ]);
  assertEquals(memberOf(graph, "outer/inner/all[k=2]").inputs.tables.omitFailed, true);
  assertEquals(sourcesOf(graph, "outer/more/all[k=1]", "tables").length, 4);
});

Deno.test("the command line sets params of a sub-workflow at its call", async () => {
  const set = (...overrides: string[]) => ({ overrides });
  const graph = await graphOf(files, set("stages.sub.with.span_ms=7"));
  assertEquals(memberOf(graph, "sub/operators[group=a,seed=0]").params.span_ms, 14);
  assertStringIncludes(
    await problemsOf(files, set("stages.sub/operators.with.span_ms=7")),
    "hint: what is inside `sub` is changed by its params: stages.sub.with.…",
  );
  assertStringIncludes(
    await problemsOf(files, set("stages.sub.with.spam_ms=7")),
    "`./parts/analysis.yaml` has no param `spam_ms`",
  );
});

Deno.test("sub-workflows are bounded in depth and number", async () => {
  /** Files in a row, each calling the next some times. */
  const row = (length: number, calls: readonly string[]) =>
    Object.fromEntries(Array.from({ length }, (_, i) => {
      const inside = calls.map((name) => `${name}: { workflow: f${i + 1}.yaml }`).join(", ");
      return [`f${i}.yaml`, `stages: { ${i === length - 1 ? "v: { task: value }" : inside} }`];
    }));
  assertEquals((await graphOf(row(17, ["a"]))).members[0].id, `${"a/".repeat(16)}v`);
  assertStringIncludes(await problemsOf(row(18, ["a"])), "call each other over 16 deep [too-deep]");
  assertStringIncludes(await problemsOf(row(16, ["a", "b", "c"])), "there are over 100,000 stages");
});
