// What two runs are found to differ in, and how a page shows it.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Cell, tableOf } from "#lib/core/table.ts";
import { compareRuns } from "#lib/report/compare_runs.ts";
import { compareTables } from "#lib/report/compare_tables.ts";
import type { ReportContent } from "#lib/report/content.ts";
import { foldEvents, type StageRecord } from "#lib/report/record.ts";
import { comparisonSection } from "#lib/report/sections/comparison.ts";
import { reportContent } from "#tests/support/report_content.ts";
import { hostileNames } from "#tests/support/run_events.ts";
import { withSeed } from "#tests/support/with_seed.ts";

const compare = (before: Partial<ReportContent>, now: Partial<ReportContent>) =>
  compareRuns(
    { content: reportContent(before), missing: [] },
    { content: reportContent(now), missing: [] },
    [],
  );

const claims = (rows: readonly Record<string, Cell>[]) => ({
  verdicts: [{ stage: "claims", table: tableOf(rows) }],
});

Deno.test("compareRuns() lists changed verdicts before those whose numbers moved", () => {
  const row = { statement: "s", unit: "rad", low: 0, high: 1 };
  const before = claims([
    { id: "R1", preset: "corrected", number: 1, verdict: "holds", ...row },
    { id: "R1", preset: "as_published", number: 1, verdict: "holds", ...row },
    { id: "R2", preset: "corrected", number: 1, verdict: "holds", ...row },
    { id: "R3", preset: "corrected", number: 1, verdict: "holds", ...row },
  ]);
  const now = claims([
    { id: "R1", preset: "corrected", number: 2, verdict: "holds", ...row },
    { id: "R1", preset: "as_published", number: 0.1, verdict: "fails", ...row },
    { id: "R2", preset: "corrected", number: 1, verdict: "holds", ...row },
    { id: "R4", preset: "corrected", number: 1, verdict: "holds", ...row },
  ]);
  const { verdicts, numSameVerdicts } = compare(before, now);
  assertEquals(
    verdicts.map(({ claim, setting, before, now, change }) => [
      change,
      claim,
      setting,
      before?.verdict,
      now?.verdict,
      now?.number,
    ]),
    [
      ["verdict", "R1", "preset: as published", "holds", "fails", 0.1],
      ["added", "R4", "preset: corrected", undefined, "holds", 1],
      ["removed", "R3", "preset: corrected", "holds", undefined, undefined],
      ["number", "R1", "preset: corrected", "holds", "holds", 2],
    ],
  );
  assertEquals(numSameVerdicts, 1);
});

Deno.test("compareTables() matches rows by what they are known by, whatever their order", () =>
  withSeed((draw) => {
    const rows = Array.from({ length: 20 }, (_, i) => ({
      metric: ["cka", "dsa"][i % 2],
      seed: Math.floor(i / 2),
      value: draw(1000) / 7,
    }));
    const changed = draw(rows.length);
    const now = rows.map((row, i) => i === changed ? { ...row, value: row.value * 2 + 1 } : row);
    const shuffled = now.map((row) => ({ row, at: draw(1000) })).toSorted((a, b) => a.at - b.at)
      .map(({ row }) => row);
    const change = compareTables("t", tableOf(rows), tableOf(shuffled))!;
    const { metric, seed, value } = rows[changed];
    assertEquals([change.numDiffering, change.numShared], [1, 20]);
    assertEquals(change.cells[0].row, `${metric}, ${seed}`);
    if (value > 0) assertEquals(change.cells[0].relative, (value * 2 + 1 - value) / value);
    assertEquals(compareTables("t", tableOf(rows), tableOf(rows.toReversed())), undefined);
    return Promise.resolve();
  }));

Deno.test("compareTables() tells added and removed rows and columns", () => {
  const before = tableOf([{ id: "a", x: 1 }, { id: "b", x: NaN }]);
  const now = tableOf([{ id: "b", x: NaN, y: 1 }, { id: "c", x: 1, y: 2 }, {
    id: "d",
    x: 1,
    y: 3,
  }]);
  const change = compareTables("t", before, now)!;
  assertEquals(
    [change.rowsAdded, change.rowsRemoved, change.columnsAdded, change.columnsRemoved],
    [2, 1, ["y"], []],
  );
  assertEquals(change.numDiffering, 0);
});

Deno.test("compareTables() compares by place where nothing tells rows apart", () => {
  const change = compareTables(
    "t",
    tableOf([{ x: 0.5 }, { x: 0.5 }]),
    tableOf([{ x: 0.5 }, { x: 1.5 }]),
  );
  assertEquals(change!.cells, [
    { row: "row 2", column: "x", before: "0.5", now: "1.5", relative: 2 },
  ]);
});

Deno.test("compareTables() shows digits enough to tell two numbers apart", () => {
  const [cell] = compareTables("t", tableOf([{ x: 0.1 }]), tableOf([{ x: 0.1 + 1e-15 }]))!.cells;
  assert(cell.before !== cell.now, cell.before);
});

const stage = (
  name: string,
  digest: string,
  status: StageRecord["status"] = "ran",
): StageRecord => ({
  stage: name,
  status,
  seconds: 1,
  outputs: { out: { kind: "table", digest, bytes: 1 } },
});

Deno.test("compareRuns() counts members with other results, by stage", () => {
  const record = (stages: readonly StageRecord[]) => ({ record: { ...foldEvents([]), stages } });
  const { stages } = compare(
    record([stage("a[k=0]", "1"), stage("a[k=1]", "2"), stage("gone", "3"), stage("same", "4")]),
    record([
      stage("a[k=0]", "1"),
      stage("a[k=1]", "x"),
      stage("new", "3"),
      stage("same", "4", "hit"),
    ]),
  );
  const told = new Map(stages.map((one) => [one.stage, one]));
  assertEquals(told.get("a")?.numDiffering, 1);
  assertEquals([told.get("gone")?.now, told.get("new")?.before], [undefined, undefined]);
  assertEquals(told.get("same")?.numDiffering, 0);
});

Deno.test("compareRuns() folds identical figures and pairs those that differ", () => {
  const figure = (stage: string, svg: string) => ({ stage, svg, caption: "" });
  const { figures, sameFigures } = compare(
    { figures: [figure("a", "<svg/>"), figure("b", "<svg/>"), figure("c", "<svg/>")] },
    { figures: [figure("a", "<svg/>"), figure("b", "<svg></svg>"), figure("d", "<svg/>")] },
  );
  assertEquals(sameFigures.map(({ stage }) => stage), ["a"]);
  assert(sameFigures[0].digest.startsWith("sha256:"));
  assertEquals(
    figures.map(({ stage, before, now }) => [stage, before?.svg, now?.svg]),
    [["b", "<svg/>", "<svg></svg>"], ["d", undefined, "<svg/>"], ["c", "<svg/>", undefined]],
  );
});

Deno.test("comparisonSection() shows hostile names as text", () => {
  for (const name of [...hostileNames, "<img src=x onerror=alert(1)>"]) {
    const rows = (verdict: string) =>
      claims([{ id: name, [name || "x"]: name, statement: name, verdict }]).verdicts;
    const table = (x: number) => tableOf([{ [name || "id"]: name, x }]);
    const run = (verdict: string, x: number): ReportContent =>
      reportContent({
        title: name,
        command: name,
        verdicts: rows(verdict),
        tables: [{ stage: name, table: table(x) }],
        figures: [{ stage: name, svg: `<svg>${x}</svg>`, caption: name }],
        record: { ...foldEvents([]), run: name, stages: [stage(name, String(x))] },
      });
    const comparison = compareRuns(
      { content: run("holds", 1), missing: [name] },
      { content: run("fails", 2), missing: [] },
      [{ path: name, value: name, before: `${name}x`, change: "changed" }],
    );
    const { html } = comparisonSection(reportContent({ comparison }))!;
    const tags = html.replace(/"[^"]*"/g, '""').match(/<\/?[a-z0-9]+/gi) ?? [];
    const known =
      /^<\/?(dl|div|dt|dd|bdi|br|small|p|ul|li|h3|h4|table|thead|tbody|tr|th|td|code|figure|figcaption|img|details|summary|span)$/;
    assertEquals(tags.filter((tag) => !known.test(tag)), [], name);
    assert(!/<[^>]*\s(on\w+|style)=/.test(html.replace(/"[^"]*"/g, '""')), name);
    assert(!/[\u202a-\u202e\u2066-\u2069]/.test(html), name);
    assertStringIncludes(html, "Other than before: 1 verdict, 1 param, 1 figure, 1 table.");
  }
});
