// The first figure goes first: which members are flagged, and which figure that is.

import { assert, assertEquals } from "@std/assert";
import { firstFigure } from "#lib/cli/first_figure.ts";
import type { Plan } from "#lib/workflow/plan.ts";

interface Fake {
  readonly from?: readonly number[];
  readonly figure?: boolean;
  readonly hit?: boolean;
}

function planOf(members: readonly Fake[]): Plan {
  return {
    graph: {
      members: members.map(({ from = [], figure = false }, index) => ({
        index,
        outputs: { out: figure ? "figure" : "table" },
        inputs: {
          tables: { sources: from.map((source) => ({ from: source, output: "out", coords: {} })) },
        },
      })),
    },
    entries: members.map(({ hit = false }) => ({ verdict: hit ? "hit" : "maybe" })),
  } as unknown as Plan;
}

Deno.test("firstFigure() flags the figure with the least still to run, and what it needs", () => {
  const long = [{}, { from: [0] }, { from: [1] }, { from: [2], figure: true }];
  const short = [{}, { from: [4], figure: true }];
  assertEquals([...firstFigure(planOf([...long, ...short]))!], [0, 0, 0, 0, 1, 1]);
});

Deno.test("firstFigure() counts only what has to run", () => {
  const stored = [
    { hit: true },
    { from: [0], hit: true },
    { from: [1], hit: true },
    { from: [2], figure: true },
  ];
  const short = [{}, { from: [4], figure: true }];
  const flags = firstFigure(planOf([...stored, ...short]));
  assert(flags !== null);
  assertEquals(flags[3], 1);
});

Deno.test("firstFigure() is null where no figure has to run", () => {
  assertEquals(
    firstFigure(planOf([{}, { from: [0] }, { from: [0], figure: true, hit: true }])),
    null,
  );
});
