// Rule 9: members made from the rows of tables. What is pending before a table is known, what it becomes, and what is
// said about files and tables that are wrong. (tests/laws/foreach_test.ts compares random ones with the rules.)

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { tableWithArtifacts } from "#lib/core/artifacts/table.ts";
import { type Cell, type Table, tableOf } from "#lib/core/table.ts";
import type { Graph } from "#lib/workflow/graph.ts";
import { graphOf, idsOf, memberOf, problemsOf, sourcesOf } from "./expand_text.ts";
import { growBy, tryGrow, wantsOf } from "./grow_text.ts";

const axes = "axes: { seed: [0, 1] }\n";
const made = "  made: { task: value, over: [seed] }\n";
const rows = (...keys: Cell[]) => tableOf(keys.map((key, i) => ({ key, nth: i, twice: i * 2 })));

function liveIds(graph: Graph, stage: string): string[] {
  return graph.members.filter((member) => member.stage === stage && !member.replaced)
    .map(({ id, pending }) => pending ? `${id} pending` : id);
}

function paramsOf(graph: Graph, id: string) {
  return memberOf(graph, id).params;
}

Deno.test("rule 9: an unknown table is one pending member, and whoever reads it waits", async () => {
  const graph = await graphOf(`${axes}stages:
${made}
  each: { task: value, foreach: { row: made.table }, with: { x: "\${{ row }}" } }
  next: { task: pair, from: { table: each } }
  all: { task: collect, from: { tables: { stage: next.first, gather: all } } }
`);
  assertEquals(graph.members.map(({ id, pending }) => pending ? `${id} pending` : id), [
    "made[seed=0]",
    "made[seed=1]",
    "each[seed=0,row=?] pending",
    "each[seed=1,row=?] pending",
    "next[seed=0,row=?] pending",
    "next[seed=1,row=?] pending",
    "all pending",
  ]);
  assertEquals(wantsOf(graph), ["made[seed=0].table", "made[seed=1].table"]);
  assertEquals(sourcesOf(graph, "each[seed=0,row=?]", "foreach row"), ["made[seed=0].table"]);
  assertEquals(sourcesOf(graph, "next[seed=1,row=?]", "table"), ["each[seed=1,row=?].table"]);
  assertEquals(sourcesOf(graph, "all", "tables"), [
    "next[seed=0,row=?].first",
    "next[seed=1,row=?].first",
  ]);
  const one = await growBy(graph, { "made[seed=1].table": rows(20, 3) });
  assertEquals(one.members.slice(0, 7).map(({ pending, replaced }) => [pending, replaced]), [
    [undefined, undefined],
    [undefined, undefined],
    [true, undefined],
    [true, true],
    [true, undefined],
    [true, true],
    [true, undefined],
  ]);
  assertEquals(one.members.slice(7).map(({ id }) => id), [
    "each[seed=1,row=3]",
    "each[seed=1,row=20]",
    "next[seed=1,row=3]",
    "next[seed=1,row=20]",
  ]);
  // It waits for less than before.
  assertEquals(sourcesOf(one, "all", "tables"), ["next[seed=0,row=?].first"]);
  const both = await growBy(one, { "made[seed=0].table": rows() });
  assertEquals(both.growing, undefined);
  assertEquals(liveIds(both, "each"), ["each[seed=1,row=3]", "each[seed=1,row=20]"]);
  assertEquals(sourcesOf(both, "all", "tables").length, 2);
  assertEquals(both.stages.find(({ name }) => name === "each")!.from, ["made"]);
});

Deno.test("rule 9: entries of the row reach params, conditions and selections", async () => {
  const graph = await graphOf(`${axes}stages:
${made}
  pool: { task: value, matrix: { k: [0, 2, 4] } }
  each:
    task: pair
    foreach: { row: made.table }
    from: { table: { stage: pool, where: { k: "\${{ row.twice }}" } } }
    with: { n: "\${{ row.nth + 10 }}" }
    keep: \${{ row.nth != 1 || seed == 0 }}
  some: { task: value, foreach: { row: made.table }, when: "\${{ row.nth > 0 }}" }
`);
  assertEquals(graph.members.filter(({ pending }) => pending).length, 4);
  const grown = await growBy(graph, {
    "made[seed=0].table": rows("b", "a"),
    "made[seed=1].table": rows("a", "b", "c"),
  });
  assertEquals(liveIds(grown, "each"), [
    "each[seed=0,row=a]",
    "each[seed=0,row=b]",
    "each[seed=1,row=a]",
    "each[seed=1,row=c]",
  ]);
  assertEquals(paramsOf(grown, "each[seed=0,row=a]"), { n: 11 });
  assertEquals(sourcesOf(grown, "each[seed=0,row=a]", "table"), ["pool[k=2].table"]);
  assertEquals(sourcesOf(grown, "each[seed=1,row=c]", "table"), ["pool[k=4].table"]);
  assertEquals(liveIds(grown, "some"), [
    "some[seed=0,row=a]",
    "some[seed=1,row=b]",
    "some[seed=1,row=c]",
  ]);
});

Deno.test("rule 9: entries of the row reach commands and resources", async () => {
  const graph = await graphOf(`stages:
  made: { task: value }
  each:
    run: [fit, "\${{ row.key }}", "\${{ inputs.x }}"]
    foreach: { row: made.table }
    from: { x: row.w }
    outputs: { y: file }
    resources: { cpu: "\${{ row.cores }}" }
`);
  const w = { kind: "weights", files: { a: Uint8Array.of(1) } };
  const table = tableWithArtifacts([{ key: "z", cores: 3, w }, { key: "y", cores: 2, w }]);
  const grown = await growBy(graph, { "made.table": table });
  const member = memberOf(grown, "each[row=y]");
  assertEquals(member.command?.command.line, ["fit", "y", "in/x"]);
  assertEquals(member.resources?.[0].cpu, 2);
  assertEquals(member.inputs.x.kind, "weights");
});

Deno.test("rule 9: columns are bound as inputs, alone, and by several ports", async () => {
  const graph = await graphOf(`stages:
  made: { task: value }
  each: { task: pair, foreach: { row: made.table }, from: { table: row.w, other: row.v } }
`);
  const part = (value: number) => ({ kind: "table", files: { a: Uint8Array.of(value) } });
  const table = tableWithArtifacts([
    { key: 2, w: part(1), v: part(2) },
    { key: 1, w: part(3), v: part(4) },
    { key: 3, w: part(5), v: null },
  ]);
  const grown = await growBy(graph, { "made.table": table });
  // A row that lacks an artifact has no member that takes it.
  assertEquals(liveIds(grown, "each"), ["each[row=1]", "each[row=2]"]);
  assertEquals(memberOf(grown, "each[row=2]").inputs, {
    table: {
      ...{ kind: "table", many: false, coords: false },
      sources: [
        { from: 0, output: "table", coords: {}, part: { folder: "w/2", kind: "table" } },
      ],
    },
    other: {
      ...{ kind: "table", many: false, coords: false },
      sources: [
        { from: 0, output: "table", coords: {}, part: { folder: "v/2", kind: "table" } },
      ],
    },
  });
});

Deno.test("rule 9: tables made by members of tables", async () => {
  const graph = await graphOf(`${axes}stages:
${made}
  each: { task: value, foreach: { row: made.table } }
  inner: { task: value, foreach: { part: each.table }, with: { x: "\${{ part.nth }}", y: "\${{ row.nth }}" } }
  sum: { task: collect, from: { tables: { stage: inner, gather: [part] } } }
`);
  assertEquals(idsOf(graph, "inner"), [
    "inner[seed=0,row=?,part=?]",
    "inner[seed=1,row=?,part=?]",
  ]);
  const one = await growBy(graph, {
    "made[seed=0].table": rows(7, 5),
    "made[seed=1].table": rows(),
  });
  assertEquals(wantsOf(one), ["each[seed=0,row=5].table", "each[seed=0,row=7].table"]);
  assertEquals(liveIds(one, "inner"), [
    "inner[seed=0,row=5,part=?] pending",
    "inner[seed=0,row=7,part=?] pending",
  ]);
  const two = await growBy(one, { "each[seed=0,row=7].table": rows("x") });
  assertEquals(liveIds(two, "sum"), ["sum[seed=0,row=5] pending", "sum[seed=0,row=7]"]);
  assertEquals(paramsOf(two, "inner[seed=0,row=7,part=x]"), { x: 0, y: 0 });
  const three = await growBy(two, { "each[seed=0,row=5].table": rows() });
  // Nothing to gather: the member is absent.
  assertEquals(liveIds(three, "sum"), ["sum[seed=0,row=7]"]);
});

Deno.test("rule 9: rows are an axis: select, gather, rename, order", async () => {
  const graph = await graphOf(`${axes}stages:
${made}
  each: { task: value, foreach: { row: made.table } }
  fixed: { task: pair, from: { table: { stage: each, where: { row: 100 } } } }
  others: { task: collect, from: { tables: { stage: each, where: { row: { not: [100] } }, gather: [row] } } }
  seeds: { task: collect, from: { tables: { stage: each, gather: [seed] } } }
  pairs:
    task: pair
    from: { table: { stage: each, rename: { row: one } }, other: { stage: each, rename: { row: two } } }
    keep: \${{ one < two }}
    with: { n: "\${{ two.nth * 10 + one.nth }}" }
`);
  const grown = await growBy(graph, {
    "made[seed=0].table": rows(100, 20),
    "made[seed=1].table": rows(3, 20),
  });
  assertEquals(liveIds(grown, "fixed"), ["fixed[seed=0]"]);
  assertEquals(sourcesOf(grown, "others[seed=1]", "tables"), [
    "each[seed=1,row=3].table @row=3",
    "each[seed=1,row=20].table @row=20",
  ]);
  assertEquals(liveIds(grown, "seeds"), ["seeds[row=3]", "seeds[row=20]", "seeds[row=100]"]);
  assertEquals(sourcesOf(grown, "seeds[row=20]", "tables"), [
    "each[seed=0,row=20].table @seed=0",
    "each[seed=1,row=20].table @seed=1",
  ]);
  assertEquals(liveIds(grown, "pairs"), [
    "pairs[seed=0,one=20,two=100]",
    "pairs[seed=1,one=3,two=20]",
  ]);
  assertEquals(paramsOf(grown, "pairs[seed=0,one=20,two=100]"), { n: 1 });
});

Deno.test("rule 9: a gather over seeds waits for every table, one over rows for its own", async () => {
  const graph = await graphOf(`${axes}stages:
${made}
  each: { task: value, foreach: { row: made.table } }
  own: { task: collect, from: { tables: { stage: each, gather: [row] } } }
  seeds: { task: collect, from: { tables: { stage: each, gather: [seed] } } }
`);
  const grown = await growBy(graph, { "made[seed=1].table": rows(5) });
  assertEquals(liveIds(grown, "own"), ["own[seed=0] pending", "own[seed=1]"]);
  assertEquals(liveIds(grown, "seeds"), ["seeds[row=?] pending", "seeds[row=5] pending"]);
});

Deno.test("rule 9: what a row may still meet is waited for", async () => {
  // `few` leaves row 4 of seed 0 out, but seed 1 may bring a row 4 that stays.
  const graph = await graphOf(`${axes}stages:
${made}
  each: { task: value, foreach: { row: made.table } }
  few: { task: value, foreach: { row: made.table }, keep: "\${{ row.nth > 0 }}" }
  over: { task: collect, from: { tables: { stage: few, gather: [seed] } } }
  both: { task: pair, from: { table: each, other: over } }
  last: { task: collect, from: { tables: { stage: both.first, where: { seed: 0 }, gather: [row] } } }
`);
  const one = await growBy(graph, { "made[seed=0].table": rows(4) });
  assertEquals(liveIds(one, "both"), [
    "both[seed=1,row=?] pending",
    "both[seed=0,row=4] pending",
  ]);
  assertEquals(liveIds(one, "last"), ["last pending"]);
  const two = await growBy(one, { "made[seed=1].table": rows(3, 4) });
  assertEquals(sourcesOf(two, "last", "tables"), ["both[seed=0,row=4].first @row=4"]);
  const never = await growBy(one, { "made[seed=1].table": rows(4) });
  assertEquals(sourcesOf(never, "last", "tables"), []);
});

Deno.test("rule 9: the same table is the same axis, under another name a renamed one", async () => {
  const graph = await graphOf(`stages:
  made: { task: value }
  a: { task: value, foreach: { row: made.table } }
  b: { task: value, foreach: { row: made.table } }
  c: { task: value, foreach: { line: made } }
  same: { task: pair, from: { table: a, other: b } }
  product: { task: pair, from: { table: a, other: c }, keep: "\${{ row < line }}" }
  met: { task: pair, from: { table: a, other: { stage: c, rename: { line: row } } } }
  mixed: { task: pair, foreach: { row: made.table }, from: { table: a, other: row.w } }
`);
  const w = { kind: "table", files: { a: Uint8Array.of(1) } };
  const grown = await growBy(graph, {
    "made.table": tableWithArtifacts([{ key: 1, w }, { key: 2, w }]),
  });
  assertEquals(liveIds(grown, "same"), ["same[row=1]", "same[row=2]"]);
  assertEquals(liveIds(grown, "product"), ["product[row=1,line=2]"]);
  assertEquals(liveIds(grown, "met"), ["met[row=1]", "met[row=2]"]);
  assertEquals(liveIds(grown, "mixed"), ["mixed[row=1]", "mixed[row=2]"]);
});

Deno.test("rule 9: keys of several columns, of strings, of truth values", async () => {
  const graph = await graphOf(`stages:
  made: { task: value }
  each: { task: value, foreach: { row: made.table }, with: { id: "\${{ row }}", a: "\${{ row.a }}" } }
  one: { task: pair, from: { table: { stage: each, where: { row: "x y/2" } } } }
`);
  const table = tableOf(
    [{ a: "x y", b: 10 }, { a: "x y", b: 2 }, { a: "?", b: 1 }],
    { a: { key: true }, b: { key: true } },
  );
  const grown = await growBy(graph, { "made.table": table });
  assertEquals(liveIds(grown, "each"), [
    'each[row="?/1"]',
    'each[row="x y/2"]',
    'each[row="x y/10"]',
  ]);
  assertEquals(paramsOf(grown, 'each[row="x y/10"]'), { id: "x y/10", a: "x y" });
  assertEquals(sourcesOf(grown, "one", "table"), ['each[row="x y/2"].table']);
  const single = await graphOf(`stages:
  made: { task: value }
  each: { task: value, foreach: { row: made.table } }
`);
  const truth = await growBy(single, { "made.table": tableOf([{ a: true }, { a: false }]) });
  assertEquals(liveIds(truth, "each"), ["each[row=false]", "each[row=true]"]);
  const mark = await growBy(single, { "made.table": tableOf([{ a: "?" }]) });
  assertEquals(liveIds(mark, "each"), ['each[row="?"]']);
});

Deno.test("rule 9: a union of rows and another stage keeps the order of values", async () => {
  const graph = await graphOf(`${axes}stages:
${made}
  start: { task: value, over: [seed] }
  each: { task: value, foreach: { row: made.table } }
  curve:
    task: collect
    from: { tables: [{ stage: start, as: { row: 0 }, gather: [row] }, { stage: each, gather: [row] }] }
`);
  const one = await growBy(graph, { "made[seed=1].table": rows(9, 5) });
  const both = await growBy(one, { "made[seed=0].table": rows(7) });
  assertEquals(liveIds(one, "curve"), ["curve[seed=0] pending", "curve[seed=1]"]);
  assertEquals(sourcesOf(both, "curve[seed=1]", "tables"), [
    "start[seed=1].table @row=0",
    "each[seed=1,row=5].table @row=5",
    "each[seed=1,row=9].table @row=9",
  ]);
});

Deno.test("rule 9: sub-workflows take tables that are handed in", async () => {
  const graph = await graphOf({
    "w.yaml": `${axes}stages:
${made}
  sub: { workflow: ./sub.yaml, from: { rows: made.table } }
  last: { task: collect, from: { tables: { stage: sub.out, gather: all } } }
`,
    "sub.yaml": `inputs: { rows: table }
outputs: { out: each.table }
stages:
  each: { task: value, foreach: { row: inputs.rows }, with: { x: "\${{ row.nth }}" } }
`,
  });
  assertEquals(liveIds(graph, "sub/each"), [
    "sub/each[seed=0,row=?] pending",
    "sub/each[seed=1,row=?] pending",
  ]);
  const grown = await growBy(graph, {
    "made[seed=0].table": rows("b"),
    "made[seed=1].table": rows("a"),
  });
  assertEquals(sourcesOf(grown, "last", "tables"), [
    "sub/each[seed=0,row=b].table @seed=0,row=b",
    "sub/each[seed=1,row=a].table @seed=1,row=a",
  ]);
});

Deno.test("rule 9: rows can be handed into a sub-workflow", async () => {
  const graph = await graphOf({
    "w.yaml": `${axes}stages:
${made}
  each: { task: value, foreach: { row: made.table } }
  sub: { workflow: ./sub.yaml, from: { x: each } }
  last: { task: collect, from: { tables: { stage: sub.out, gather: [row] } } }
`,
    "sub.yaml": `inputs: { x: table }
outputs: { out: copy.first }
stages:
  copy: { task: pair, from: { table: inputs.x } }
`,
  });
  assertEquals(liveIds(graph, "last"), ["last[seed=0] pending", "last[seed=1] pending"]);
  const grown = await growBy(graph, { "made[seed=1].table": rows(2, 1) });
  assertEquals(liveIds(grown, "sub/copy"), [
    "sub/copy[seed=0,row=?] pending",
    "sub/copy[seed=1,row=1]",
    "sub/copy[seed=1,row=2]",
  ]);
  assertEquals(sourcesOf(grown, "last[seed=1]", "tables").length, 2);
});

Deno.test("rule 8: lists that omit what failed do not wait for tables that never come", async () => {
  const graph = await graphOf(`${axes}stages:
${made}
  each: { task: value, foreach: { row: made.table } }
  strict: { task: collect, from: { tables: { stage: each, gather: all } } }
  lenient: { task: collect, from: { tables: { stage: each, gather: all, failed: omit } } }
`);
  const wants = graph.growing!.wants;
  const grown = await graph.growing!.grow([{ ...wants[1], table: rows(4) }], [wants[0]]);
  assert(grown.ok);
  assertEquals(grown.value.growing, undefined);
  assertEquals(liveIds(grown.value, "strict"), ["strict pending"]);
  assertEquals(liveIds(grown.value, "lenient"), ["lenient"]);
  assertEquals(sourcesOf(grown.value, "lenient", "tables"), [
    "each[seed=0,row=?].table @seed=0,row=?",
    "each[seed=1,row=4].table @seed=1,row=4",
  ]);
});

Deno.test("rule 4: a value that no row has is wrong once all tables are known", async () => {
  const graph = await graphOf(`${axes}stages:
${made}
  each: { task: value, foreach: { row: made.table } }
  fixed: { task: pair, from: { table: { stage: each, where: { row: 100 } } } }
`);
  assertEquals(liveIds(graph, "fixed"), ["fixed[seed=0] pending", "fixed[seed=1] pending"]);
  const one = await growBy(graph, { "made[seed=0].table": rows(5) });
  assertEquals(liveIds(one, "fixed"), ["fixed[seed=1] pending"]);
  assertStringIncludes(
    await tryGrow(one, { "made[seed=1].table": rows(7) }) as string,
    "error: the axis `row` has no value 100 [unknown-value]",
  );
  assertEquals(liveIds(await growBy(one, { "made[seed=1].table": rows(100) }), "fixed"), [
    "fixed[seed=1]",
  ]);
  const none = await growBy(graph, { "made[seed=0].table": rows(), "made[seed=1].table": rows() });
  assertEquals(liveIds(none, "fixed"), []);
});

Deno.test("rule 10: what can be said before a row is known is said", async () => {
  const wrong = await problemsOf(`stages:
  made: { task: value }
  each:
    task: neurotask
    foreach: { row: made.table }
    with: { rule: "\${{ row.rule }}", num_trials: none, dt_ms: "\${{ row.dt }}", sed: 1 }
`);
  assertStringIncludes(wrong, "num_trials");
  assertStringIncludes(wrong, "sed");
  assertEquals(wrong.match(/: error: /g)?.length, 2);
  const port = await problemsOf(`stages:
  made: { task: value }
  each: { task: pair, foreach: { row: made.table }, from: { tabel: row.w }, with: { n: "\${{ row.n }}" } }
`);
  assertStringIncludes(port, "`pair` takes no input `tabel`");
  // The metric decides the ports, and only a row will tell it.
  const open = await graphOf(`stages:
  made: { task: value }
  each: { task: neurotask, foreach: { row: made.table }, with: { rule: "\${{ row.rule }}", num_trials: 1, dt_ms: 1 } }
  next: { task: represent, from: { trials: each, model: made2.weights } }
  made2: { task: train_rnn, with: { units: 1 } }
`);
  assertEquals(liveIds(open, "next"), ["next[row=?] pending"]);
  const grown = await growBy(open, { "made.table": tableOf([{ key: 1, rule: "gonogo" }]) });
  assertEquals(paramsOf(grown, "each[row=1]").rule, "gonogo");
  assertEquals(sourcesOf(grown, "next[row=1]", "trials"), ["each[row=1].trials"]);
  assertStringIncludes(
    await tryGrow(open, { "made.table": tableOf([{ key: 1, rule: "none" }]) }) as string,
    "rule",
  );
  assertEquals(liveIds(await growBy(open, { "made.table": rows() }), "next"), []);
});

const tablesThatDoNotFit: readonly (readonly [string, Table, string])[] = [
  ["two rows of one key", rows(1, 2, 1), "rows 1 and 3 have the same key 1 in 'key'"],
  ["a row without key", rows("a", null), "row 2 has no key"],
  ["another type of key", rows("a"), "a key column holds a string in made[seed=0] and a number in"],
  ["no such column", tableOf([{ key: 1 }]), "made[seed=0] has no column `nth`"],
];

for (const [what, table, message] of tablesThatDoNotFit) {
  Deno.test(`rule 9: a table that does not fit is refused: ${what}`, async () => {
    const graph = await graphOf(`${axes}stages:
${made}
  each: { task: value, foreach: { row: made.table }, with: { x: "\${{ row.nth }}" } }
`);
    const tables = { "made[seed=0].table": table, "made[seed=1].table": rows(1) };
    assertStringIncludes(await tryGrow(graph, tables) as string, message);
  });
}

Deno.test("rule 9: columns that do not fit a port are refused", async () => {
  const graph = await graphOf(`stages:
  made: { task: value }
  each: { task: pair, foreach: { row: made.table }, from: { table: row.w } }
`);
  const grow = (w: Cell | { kind: string; files: Record<string, Uint8Array> }) =>
    tryGrow(graph, { "made.table": tableWithArtifacts([{ key: 1, w }]) });
  assertStringIncludes(
    await grow({ kind: "weights", files: { a: Uint8Array.of(1) } }) as string,
    "takes table, but the column `w` of made.table holds weights",
  );
  assertStringIncludes(await grow(0.5) as string, "holds a number, no artifact");
  assertStringIncludes(
    await tryGrow(graph, { "made.table": rows(1) }) as string,
    "the table table of made has no column `w`",
  );
});
