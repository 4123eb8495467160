// The plan as a person reads it: one row a stage, nothing wider than the terminal.

import { assert, assertEquals, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { continuesText, planByStage, planText, type StagePlan } from "#lib/cli/plan_text.ts";
import type { Plan, PlanEntry } from "#lib/workflow/plan.ts";
import { columnsOf } from "#lib/report/format.ts";
import { hostileNames } from "#tests/support/run_events.ts";
import { fakeGraph } from "#tests/support/fake_tasks.ts";

const hit = { verdict: "hit" } as PlanEntry;
const run = { verdict: "run", because: "missing" } as PlanEntry;
const maybe = { verdict: "maybe" } as PlanEntry;
const out = { verdict: "left-out" } as PlanEntry;

/** A plan of members with these verdicts. */
function planOf(members: readonly (readonly [string, PlanEntry])[], workflow = "study"): Plan {
  const entries = members.map(([, entry]) => entry);
  const count = (verdict: string) => entries.filter((entry) => entry.verdict === verdict).length;
  const [numHit, numRun, numMaybe] = ["hit", "run", "maybe"].map(count);
  return {
    graph: fakeGraph(members.map(([id]) => ({ id })), workflow),
    entries,
    counts: { stages: numHit + numRun + numMaybe, hit: numHit, run: numRun, maybe: numMaybe },
  } as unknown as Plan;
}

const seen = { expected: (id: string) => id.startsWith("new") ? undefined : 30 };

Deno.test("planByStage() counts members by verdict, leaves out what --only leaves out, adds times", () => {
  const plan = planOf([
    ["simulate[s=0]", hit],
    ["simulate[s=1]", run],
    ["simulate[s=2]", { ...run, sameAs: 1 } as PlanEntry],
    ["fit[s=0]", maybe],
    ["fit[s=1]", out],
    ["unseen", out],
    ["new[s=0]", run],
    ["new[s=1]", hit],
  ]);
  const rows = planByStage(plan, seen).map(({ task: _task, ...row }) => row);
  assertEquals(rows, [
    { stage: "simulate", members: 3, hit: 1, run: 2, maybe: 0, seconds: 30 },
    { stage: "fit", members: 1, hit: 0, run: 0, maybe: 1, seconds: 30 },
    { stage: "new", members: 2, hit: 1, run: 1, maybe: 0, seconds: null },
  ]);
});

Deno.test("planText() at 80 columns", () => {
  const plan = planOf([["simulate[s=0]", hit], ["simulate[s=1]", run], ["fit", maybe]]);
  const rows: StagePlan[] = [
    { stage: "simulate", task: "simulate", members: 2, hit: 1, run: 1, maybe: 0, seconds: 90 },
    { stage: "fit", task: "dmd", members: 1, hit: 0, run: 0, maybe: 1, seconds: 0.5 },
    { stage: "claims", task: "claims", members: 1, hit: 1, run: 0, maybe: 0, seconds: 0 },
  ];
  assertEquals(stripAnsiCode(planText(plan, rows, 80)).split("\n"), [
    "study: 3 stages — 1 hit, 1 run, 1 maybe",
    "  stage     task         hit    run  maybe  expected",
    "  simulate  simulate       1      1      ·  1 min 30 s",
    "  fit       dmd            ·      ·      1  500 ms",
    "  claims    claims         1      ·      ·",
    "about 1 min 31 s of worker time",
    'a "maybe" runs only if what it reads comes out different',
    "",
  ]);
});

Deno.test("planText() says the least time on so many cores, of what was seen", () => {
  const plan = planOf([["a", run], ["b", run]]);
  const row = { task: "dmd", members: 1, hit: 0, run: 1, maybe: 0 };
  const rows = (seconds: number | null) => [
    { stage: "a", ...row, seconds: 90 },
    { stage: "b", ...row, seconds },
  ];
  const time = { atLeast: 60, numUnseen: 1, cores: 4 };
  const lastLine = (seconds: number | null, shown = time) =>
    stripAnsiCode(planText(plan, rows(seconds), 80, shown)).trimEnd().split("\n").at(-1);
  assertEquals(lastLine(30), "about 2 min 0 s of worker time, at least 1 min 0 s on 4 cores");
  assertEquals(lastLine(null), "at least 1 min 0 s on 4 cores, without 1 stage not seen yet");
  assertEquals(lastLine(null, { ...time, atLeast: 0 })?.includes("at least"), false);
});

Deno.test("planText() says once why stages have no key, and which tables cannot be used", () => {
  const note = "caching off: the version of its tool python is not known; `deno task run:external`";
  const members = Array.from(
    { length: 30 },
    (_, i) => [`fit[k=${i}]`, { verdict: "run", because: "uncached", note } as PlanEntry] as const,
  );
  const plan = {
    ...planOf(members),
    refused: [{ from: 3, output: "rows", message: "row 2 has no id ".repeat(20) }],
  };
  const text = stripAnsiCode(planText(plan, planByStage(plan, seen), 80));
  assertEquals(text.split("its tool python").length, 2);
  assertStringIncludes(text, "fit: caching off");
  assertStringIncludes(text, "the table rows of fit[k=3] cannot be used: row 2 has no id");
  for (const line of text.split("\n")) assertLessOrEqual(columnsOf(line), 80);
});

Deno.test("planText() never passes the width, and says nothing of time it cannot know", () => {
  const names = [...hostileNames, "n".repeat(99), "x"];
  for (const workflow of ["study", "w".repeat(99)]) {
    const plan = planOf(names.map((_name, i) => [`s${i}`, i % 3 === 0 ? run : maybe]), workflow);
    const rows = names.map((stage, i): StagePlan => ({
      stage,
      task: names[names.length - 1 - i],
      members: 100_000,
      hit: 99_999,
      run: 99_999,
      maybe: 99_999,
      seconds: i === 2 ? null : 3599,
    }));
    for (const columns of [80, 100, 200]) {
      const text = stripAnsiCode(planText(plan, rows, columns));
      for (const line of text.split("\n")) {
        assertLessOrEqual(columnsOf(line), Math.min(columns, 100), JSON.stringify(line));
      }
      assertEquals(text.split("\n").length, names.length + 4, "one row a stage");
      assertEquals(text.includes("worker time"), false);
    }
  }
});

Deno.test("planText() of a plan without work says nothing about work", () => {
  const plan = planOf([["a", hit]]);
  const text = stripAnsiCode(planText(plan, planByStage(plan, seen), 80));
  assertEquals(text.split("\n").length, 4);
  assertEquals(planText(planOf([]), [], 80).split("\n").length, 3, "nothing at all");
});

Deno.test("planText() says what is fused, within the width", () => {
  const plan = planOf([["a", run]]);
  const row = { task: "simulate", members: 64, hit: 0, run: 64, maybe: 0, seconds: null };
  const rows: StagePlan[] = [
    { ...row, stage: "device", batches: [64] },
    { ...row, stage: "even", batches: [16, 16, 16, 16] },
    { ...row, stage: "uneven", batches: [22, 22, 20] },
    { ...row, stage: "alone" },
    ...hostileNames.slice(0, 4).map((stage) => ({ ...row, stage, batches: [64] })),
  ];
  const lines = stripAnsiCode(planText(plan, rows, 80)).split("\n");
  for (
    const line of [
      "device: 64 run, fused in 1 batch",
      "even: 64 run, fused in 4 batches of 16",
      "uneven: 64 run, fused in 3 batches of at most 22",
      "… and 2 more fused stages",
    ]
  ) assert(lines.includes(line), line);
  for (const line of lines) assertLessOrEqual(columnsOf(line), 80);
});

Deno.test("planText() says what may continue, and from whose states", () => {
  const plan = planOf([["train[seed=0]", run], ["train[seed=1]", run], ["fit", run]]);
  const continuing = new Map([[0, { states: 3, of: "train[seed=0]" }], [2, { states: 1 }]]);
  const going = { ...plan, continuing };
  const rows = planByStage(going, seen);
  assertEquals(rows.map((row) => row.continuing), [1, 1]);
  const text = stripAnsiCode(planText(going, rows, 80));
  assertStringIncludes(text, "train: 1 of 2 run, may continue from states of train[seed=0]\n");
  assertStringIncludes(text, "fit: run, may continue from saved states\n");
  assertEquals(
    [continuesText(continuing.get(0)), continuesText(undefined)],
    [", may continue from 3 states of train[seed=0]", ""],
  );
});
