// Layouts of the graph: Graphviz is told sizes and no names, and whatever is no layout is refused.

import { assert, assertEquals } from "@std/assert";
import { layOutDag } from "#lib/cli/draw_dag.ts";
import { boxLines, layoutDot, readLayout } from "#lib/report/dag_layout.ts";
import { columnsOf } from "#lib/report/format.ts";
import { plainLayout } from "#tests/support/plain_layout.ts";
import { hostileNames } from "#tests/support/run_events.ts";

const stages = hostileNames.map((name, i) => ({
  name: `${i} ${name}`,
  task: name,
  axes: [name, "seed"],
  numMembers: 4,
  from: i === 0 ? [] : [`${i - 1} ${hostileNames[i - 1]}`, "gone"],
}));

Deno.test("layoutDot() tells Graphviz no text", () => {
  const dot = layoutDot(stages, "TB");
  assert(
    /^[\w\s{}\[\]=,.;>"-]*$/.test(dot) && !/script|alert|javascript/.test(dot),
    "letters of keywords and numbers alone",
  );
  assertEquals(dot.split("->").length - 1, stages.length - 1);
});

Deno.test("boxLines() are short, on one line, and show what they cannot obey", () => {
  for (const stage of stages) {
    const { name, detail } = boxLines(stage);
    assert(columnsOf(name) <= 28 && columnsOf(detail) <= 34);
    // deno-lint-ignore no-control-regex
    assert(!/[\u0000-\u001f\u202a-\u202e]/.test(name + detail));
  }
});

Deno.test("readLayout() reads what Graphviz says: no box over another, all within the picture", async () => {
  const layout = readLayout(await layOutDag(stages), stages.length)!;
  const { boxes, arrows, width, height } = layout;
  assertEquals(
    arrows.map(({ from, to }) => [from, to]).sort(([a], [b]) => a - b),
    [
      ...stages.keys(),
    ].slice(1).map((to) => [to - 1, to]),
  );
  boxes.forEach((a, i) => {
    assert(a.at[0] - a.width / 2 >= -0.2 && a.at[0] + a.width / 2 <= width + 0.2);
    assert(a.at[1] - a.height / 2 >= -0.2 && a.at[1] + a.height / 2 <= height + 0.2);
    for (const b of boxes.slice(i + 1)) {
      const apart = Math.abs(a.at[0] - b.at[0]) >= (a.width + b.width) / 2 ||
        Math.abs(a.at[1] - b.at[1]) >= (a.height + b.height) / 2;
      assert(apart, JSON.stringify([a, b]));
    }
  });
});

Deno.test("readLayout() refuses what is no layout of the stages", () => {
  const plain = plainLayout(3);
  assertEquals(readLayout(plain, 3)!.boxes.length, 3);
  for (
    const other of [
      "",
      "<svg/>",
      plainLayout(2),
      plainLayout(4),
      plain.replace("node n1", "node n7"),
      plain.replace("node n1 1", "node n1 x"),
      plain.replace("edge n0 n1", "edge n0 n9"),
      plain.replace("graph 1 2 3", "graph 1 2"),
      plain.replace(/edge n0 n1 4/, "edge n0 n1 1"),
    ]
  ) assertEquals(readLayout(other, 3), undefined, other);
});
