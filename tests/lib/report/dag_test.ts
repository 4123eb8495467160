// The graph as text: every name is a label, never syntax.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dagDot, dagMermaid, type DagStage } from "#lib/report/dag.ts";
import { hostileNames } from "#tests/support/run_events.ts";

const names = [...hostileNames, 'back\\slash"', "end", "a]]b"];
const stages: readonly DagStage[] = names.map((name, i) => ({
  name,
  task: "dmd",
  axes: i % 2 === 0 ? [] : ["seed", "group"],
  numMembers: i,
  from: i === 0 ? [] : [names[i - 1], "no such stage"],
}));

Deno.test("dagMermaid() writes one box a stage and one arrow a source that exists", () => {
  const lines = dagMermaid(stages).trimEnd().split("\n");
  assertEquals(lines[0], "flowchart LR");
  assertEquals(lines.length, 1 + names.length + names.length - 1);
  for (const [i, line] of lines.slice(1, 1 + names.length).entries()) {
    assert(/^ {2}n\d+\["[^"<>]*<br\/>[^"<>]*"\]$/.test(line), line);
    assert(line.startsWith(`  n${i}[`));
  }
  assertEquals(lines.at(-1), `  n${names.length - 2} --> n${names.length - 1}`);
  assertStringIncludes(dagMermaid([stages[1]]), "#60;script#62;");
  assertStringIncludes(dagMermaid([{ ...stages[3], name: "x" }]), "dmd · seed × group · 3");
});

Deno.test("dagDot() quotes labels and colours by status", () => {
  const lines = dagDot(stages).trimEnd().split("\n");
  const boxes = lines.filter((line) => line.includes("[label="));
  assertEquals(boxes.length, names.length);
  for (const line of boxes) {
    assert(/^ {2}n\d+ \[label="(?:[^"\\]|\\.)*", fillcolor="#[0-9a-f]{6}"\];$/.test(line), line);
  }
  assertEquals(lines.filter((line) => / -> /.test(line)).length, names.length - 1);
  assertEquals([lines[0], lines.at(-1)], ["digraph workflow {", "}"]);
  const fills = (["hit", "ran", "failed", "skipped", "maybe"] as const).map((status) =>
    /fillcolor="(#\w+)"/.exec(dagDot([{ ...stages[0], status }]).split("\n")[4])?.[1]
  );
  assertEquals(new Set([...fills, "#f5f6f9"]).size, 6, "a colour for each status");
});
