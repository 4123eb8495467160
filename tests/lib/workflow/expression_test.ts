// Expressions: every operator and function on values, and what keeps its type. What is refused is in tests/golden/bad.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { Params } from "#lib/workflow/params.ts";
import { parseYaml } from "#lib/workflow/parse_yaml.ts";
import { Problems } from "#lib/workflow/problems.ts";
import { SourceText } from "#lib/workflow/source_text.ts";
import { graphOf, idsOf, memberOf } from "./expand_text.ts";

function valuesOf(yaml: string): Readonly<Record<string, unknown>> | string[] {
  const tree = parseYaml(new SourceText("params.yaml", yaml));
  if (!tree.ok || tree.value.kind !== "map") throw new Error("the test's YAML is wrong");
  const problems = new Problems();
  const values = new Params(tree.value, problems).all();
  return values ?? problems.errors().map((problem) => problem.message);
}

function valueOf(expression: string): unknown {
  const values = valuesOf(`
x: ${JSON.stringify(`\${{ ${expression} }}`)}
n: 3
half: 0.5
text: abc
list: [10, 20, 30]
record: { id: r, inner: { deep: [1, { last: yes }] }, "odd key": 5 }
`);
  return Array.isArray(values) ? values.join("; ") : (values as Record<string, unknown>).x;
}

const cases: readonly (readonly [string, unknown])[] = [
  ["1 + 2 * 3 - 4 / 2", 5],
  ["(1 + 2) * 3", 9],
  ["-2 ** 2", -4],
  ["2 ** 3 ** 2", 512],
  ["2 ** -1", 0.5],
  ["7 % 3", 1],
  ["-1 % 3", 2],
  ["- - 1", 1],
  ["1e3 + .5", 1000.5],
  ["1 < 2", true],
  ["2 <= 1", false],
  ["'a' < 'b'", true],
  ["1 == 1.0", true],
  ["'a' != \"a\"", false],
  ["null == null", true],
  ["params.record == params.record", true],
  ["[1, 2] == [1, 2]", true],
  ["true && false || true", true],
  ["true and not false", true],
  ["not 1 == 2 and true", true],
  ["!false", true],
  ["false && 1 / 0 > 1", false],
  ["true || params.list[99] == 1", true],
  ["1 < 2 ? 'yes' : 'no'", "yes"],
  ["false ? 1 : true ? 2 : 3", 2],
  ["2 in [1, 2]", true],
  ["not ('z' in [params.text])", true],
  ["params.n * params.half", 1.5],
  ["params.list[1]", 20],
  ["params.list[-1]", 30],
  ["params.list[params.n - 3]", 10],
  ["params.record.inner.deep[1].last", "yes"],
  ["params.record['odd key']", 5],
  ["params['text']", "abc"],
  ["[params.n, 'a']", [3, "a"]],
  ["len(params.list) + len(params.text) + len(params.record)", 9],
  ["range(3)", [0, 1, 2]],
  ["range(2, 5)", [2, 3, 4]],
  ["range(5, 0, -2)", [5, 3, 1]],
  ["range(0, 1, 0.25)", [0, 0.25, 0.5, 0.75]],
  ["range(0)", []],
  ["linspace(0, 1, 11)", [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]],
  ["linspace(2, 9, 1)", [2]],
  ["logspace(-6, -1, 6)", [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]],
  ["zip(range(2), ['a', 'b'])", [[0, "a"], [1, "b"]]],
  ["permutations(['a', 'b', 'c'], 2)", [
    ["a", "b"],
    ["a", "c"],
    ["b", "a"],
    ["b", "c"],
    ["c", "a"],
    ["c", "b"],
  ]],
  ["permutations([1, 2], 1)", [[1], [2]]],
  ["combinations([3, 1, 2], 2)", [[3, 1], [3, 2], [1, 2]]],
  ["combinations(['a', 'b'], 2)", [["a", "b"]]],
  ["len(permutations(range(8), 8))", 40320],
  ["len(combinations(range(40), 3)) == 40 * 39 * 38 / 6", true],
  ["combinations([params.record], 1)[0][0].id", "r"],
  ["'}} \\' \\n'", "}} ' \n"],
  ["params.record.id", "r"],
  ["true", true],
  ["null", null],
];

const refused: readonly (readonly [string, string])[] = [
  ["permutations(3, 2)", "permutations takes a list and how many to choose"],
  ["permutations(params.list, 4)", "permutations cannot choose 4 of a list of 3"],
  ["combinations([], 1)", "combinations cannot choose 1 of a list of 0"],
  ["combinations(params.list, 0)", "how many combinations choose must be a whole number from 1"],
  ["combinations(params.list, 1.5)", "how many combinations choose must be a whole number from 1"],
  ["permutations(range(12), 12)", "permutations would make 479,001,600 lists of 12"],
  ["combinations(range(60), 30)", "combinations would make 118,264,581,564,861,"],
  ["permutations(range(400), 400)", "at most 1,000,000 items are allowed in all"],
];

for (const [expression, message] of refused) {
  Deno.test(`the expression ${expression} is refused at once`, () => {
    assertStringIncludes(String(valueOf(expression)), message);
  });
}

for (const [expression, expected] of cases) {
  Deno.test(`the expression ${expression} has its value`, () => {
    assertEquals(valueOf(expression), expected);
  });
}

Deno.test("range() makes ten decimal steps of a tenth", () => {
  assertEquals(valueOf("range(0, 1, 0.1)"), [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
  assertEquals(valueOf("range(0, 1, 1 / 3)"), [0, 1 / 3, 2 / 3]);
});

Deno.test("a whole expression keeps its type, text around it makes a string", () => {
  const values = valuesOf(`
n: 3
whole: \${{ params.n }}
spaced: "  \${{ params.n }} "
text: n=\${{ params.n }}
two: \${{ params.n }}\${{ params.n }}
folded: >
  \${{ params.n }}
plain: $ { { 1 } }
dollar: "$5 {{ x }}"
`);
  assertEquals(values, {
    n: 3,
    whole: 3,
    spaced: 3,
    text: "n=3",
    two: "33",
    folded: 3,
    plain: "$ { { 1 } }",
    dollar: "$5 {{ x }}",
  });
});

Deno.test("params may refer to params written later, inside lists and maps", () => {
  const values = valuesOf(`
a: { b: ["\${{ params.c.d * 2 }}"] }
c: { d: "\${{ params.e }}", other: 1 }
e: 21
f: \${{ params.a }}
`);
  assertEquals(values, { a: { b: [42] }, c: { d: 21, other: 1 }, e: 21, f: { b: [42] } });
});

Deno.test("a param that is part of another may use its siblings", () => {
  assertEquals(valuesOf('a: { x: 2, y: "${{ params.a.x + 1 }}" }'), { a: { x: 2, y: 3 } });
});

Deno.test("expressions over axes see values, records and positions", async () => {
  const graph = await graphOf(`
axes:
  group: [{ id: a, size: 3 }, { id: b, size: 5 }]
  order: [z, m, a]
stages:
  value:
    task: value
    over: [group, order]
    keep: \${{ order != 'm' }}
    with:
      id: \${{ group.id }}
      next: \${{ group.size + 1 }}
      all: \${{ group }}
      text: "\${{ group.id }}-\${{ order }}"
      nested: { list: [1, "\${{ order }}"] }
`);
  assertEquals(memberOf(graph, "value[group=b,order=a]").params, {
    id: "b",
    next: 6,
    all: { id: "b", size: 5 },
    text: "b-a",
    nested: { list: [1, "a"] },
  });
});

Deno.test("choices are values of an axis, known by their items and read by position", async () => {
  const graph = await graphOf(`
params: { motifs: [{ id: line }, { id: curve, r: 0.5 }, { id: spiral, r: 5 }] }
axes:
  motif: \${{ params.motifs }}
  triple: \${{ permutations(params.motifs, 3) }}
stages:
  single: { task: value, over: [motif], with: { m: "\${{ motif.id }}" } }
  chain:
    task: pair
    over: [triple]
    with: { n: "\${{ len(triple) }}" }
    from: { table: { stage: single, where: { motif: "\${{ triple[1] }}" } } }
`);
  assertEquals(idsOf(graph, "chain").length, 6);
  const [source] = memberOf(graph, "chain[triple=line_spiral_curve]").inputs.table.sources;
  const { index } = memberOf(graph, "single[motif=spiral]");
  assertEquals(source, { from: index, output: "table", coords: {} });
});
