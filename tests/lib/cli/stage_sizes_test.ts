// Sizes of stages: as many members as the run has, in the order of the file.

import { assertEquals } from "@std/assert";
import { stageSizes } from "#lib/cli/stage_sizes.ts";
import type { Graph } from "#lib/workflow/graph.ts";

function graphOf(
  members: readonly { id: string; from?: readonly number[]; replaced?: true; pending?: true }[],
): Pick<Graph, "stages" | "members"> {
  const stage = (id: string) => id.split("[")[0];
  const names = [...new Set(members.map(({ id }) => stage(id)))];
  return {
    stages: names.map((name) => ({ name })),
    members: members.map(({ from = [], ...member }, index) => ({
      ...member,
      index,
      stage: stage(member.id),
      inputs: { data: { sources: from.map((from) => ({ from, output: "out", coords: {} })) } },
    })),
  } as unknown as Pick<Graph, "stages" | "members">;
}

const graph = graphOf([
  { id: "draws" },
  { id: "fit[seed=0]", from: [0] },
  { id: "fit[seed=1]", from: [0] },
  { id: "table", from: [1, 2] },
  { id: "other" },
]);

Deno.test("stageSizes() counts members by stage, in the order of the file", () => {
  const sizes = [["draws", 1], ["fit", 2], ["table", 1], ["other", 1]] as [string, number][];
  assertEquals([...stageSizes(graph, undefined)], sizes);
  assertEquals([...stageSizes(graph, [])], sizes);
});

Deno.test("stageSizes() counts of a part of a run what is asked for and what it needs", () => {
  assertEquals([...stageSizes(graph, ["fit[seed=1]"])], [["draws", 1], ["fit", 1]]);
  assertEquals([...stageSizes(graph, ["table"])], [["draws", 1], ["fit", 2], ["table", 1]]);
});

Deno.test("stageSizes() counts what took a member's place, not the member", () => {
  const grown = graphOf([
    { id: "draws" },
    { id: "fit[*]", from: [0], replaced: true },
    { id: "last", pending: true },
    { id: "fit[row=0]", from: [0] },
    { id: "fit[row=1]", from: [0] },
  ]);
  assertEquals([...stageSizes(grown, undefined)], [["draws", 1], ["fit", 2], ["last", 1]]);
});
