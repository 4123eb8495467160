// The table of members: its packing keeps what it is told, and choosing and sorting do what they say.

import { assert, assertEquals } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import type { MemberFacts } from "#lib/report/content.ts";
import type { StageRecord } from "#lib/report/record.ts";
import { foldEvents } from "#lib/report/record.ts";
import { sweepData } from "#lib/report/sweep_data.ts";
import { type SweepCell, sweepText } from "#lib/report/sweep_cells.ts";
import { SweepTable } from "#lib/report/sweep_table.ts";
import { freshSeed, hostileNames, randomRun } from "#tests/support/run_events.ts";

const groups = ["a", "b", "c"];
const statuses = ["ran", "hit", "failed", "skipped", "unfinished"] as const;

/** Two stages of which one has numbers; seeded. */
function sweep(seed: number) {
  const draw = randomStream(seed, "tests/sweep");
  let next = 0;
  const below = (bound: number) => draw.integer(bound, next++);
  const stages: StageRecord[] = [];
  const members: MemberFacts[] = [];
  for (const stage of ["fit", "score"]) {
    for (let i = 0; i < 60; i++) {
      const coords = {
        group: groups[i % 3],
        seed: i % 10,
        constant: "same",
        ...(i === 0 ? { only: 1 } : {}),
      };
      const id = `${stage}[group=${coords.group},seed=${coords.seed},i=${i}]`;
      const status = statuses[below(statuses.length)];
      const metrics: Record<string, number> = stage === "fit" || below(4) === 0
        ? {}
        : { distance: below(7) / 10, fixed: 3 };
      stages.push({
        stage: id,
        status,
        ...(status === "ran" ? { seconds: below(5) } : {}),
        ...(status === "failed" ? { failure: { reason: "threw", message: `no ${id}` } } : {}),
        ...(below(2) ? { engine: "wasm-f32" } : {}),
      });
      members.push({ id, coords, metrics });
    }
  }
  return { record: { ...foldEvents([]), stages }, members };
}

const cells = (table: SweepTable, choice: Parameters<SweepTable["rows"]>[0], key: string) => {
  const column = table.columns(choice).find((one) => one.key === key)!;
  return [...table.rows(choice)].map((row) => column.cell(row));
};

Deno.test("SweepTable shows every member with its own state, axes and numbers", () => {
  const seed = freshSeed();
  const { record, members } = sweep(seed);
  // As the page gets it.
  const data = JSON.parse(JSON.stringify(sweepData({ record, members })));
  const table = new SweepTable(data);
  assertEquals(table.stages(), [{ name: "fit", count: 60 }, { name: "score", count: 60 }]);
  for (const stage of ["fit", "score"]) {
    const own = members.filter(({ id }) => id.startsWith(stage));
    const records = record.stages.filter((one) => one.stage.startsWith(stage));
    const about = `seed ${seed}, ${stage}`;
    assertEquals(cells(table, { stage }, "status"), records.map(({ status }) => status), about);
    assertEquals(
      cells(table, { stage }, "axis group"),
      own.map(({ coords }) => coords.group),
      about,
    );
    assertEquals(
      cells(table, { stage }, "axis only"),
      own.map(({ coords }) => coords.only ?? null),
      about,
    );
    assertEquals(
      cells(table, { stage }, "time"),
      records.map(({ seconds }) => seconds ?? null),
      about,
    );
    assertEquals(
      cells(table, { stage }, "engine"),
      records.map(({ engine }) => engine ?? null),
      about,
    );
    assertEquals(
      cells(table, { stage }, "note"),
      records.map(({ failure }) => failure?.message ?? null),
      about,
    );
    if (stage === "score") {
      assertEquals(
        cells(table, { stage }, "metric distance"),
        own.map(({ metrics }) => metrics.distance ?? null),
        about,
      );
    }
  }
});

Deno.test("SweepTable leaves columns out that never differ, and says what they hold", () => {
  const { record, members } = sweep(1);
  const table = new SweepTable(sweepData({ record, members }));
  const keys = table.columns({ stage: "fit" }).map(({ key }) => key);
  assert(keys.includes("axis seed") && !keys.includes("axis constant"));
  assertEquals(table.common({ stage: "fit" }), [{ name: "constant", text: "same" }]);
  assertEquals(table.common({}), []);
  assertEquals(table.columns({}).map(({ key }) => key), [
    "stage",
    "status",
    "time",
    "member",
    "engine",
    "note",
  ]);
});

Deno.test("SweepTable.rows() are those that were asked for", () => {
  const seed = freshSeed();
  const { record, members } = sweep(seed);
  const table = new SweepTable(sweepData({ record, members }));
  const [group] = table.axes({ stage: "fit" });
  assertEquals(group.name, "group");
  const { value } = group.values.find(({ text }) => text === "b")!;
  const choice = {
    stage: "fit",
    statuses: new Set(["ran", "hit"]),
    values: new Map([[group.axis, new Set([value])]]),
  };
  const wanted = record.stages.flatMap(({ stage, status }, i) =>
    stage.startsWith("fit[group=b") && (status === "ran" || status === "hit") ? [i] : []
  );
  assertEquals([...table.rows(choice)], wanted, `seed ${seed}`);
  // Counts are of what the other choices leave.
  const counted = table.axes(choice).find(({ axis }) => axis === group.axis)!;
  for (const { text, count } of counted.values) {
    const there = record.stages.filter(({ stage, status }) =>
      stage.startsWith(`fit[group=${text},`) && (status === "ran" || status === "hit")
    );
    assertEquals(count, there.length, `seed ${seed}, ${text}`);
  }
  assertEquals(
    table.statuses(choice).get("failed") ?? 0,
    record.stages.filter(({ stage, status }) =>
      stage.startsWith("fit[group=b") && status === "failed"
    ).length,
  );
  const found = [...table.rows({ text: "GROUP=c  fit seed=7" })];
  assertEquals(
    found,
    record.stages.flatMap(({ stage }, i) =>
      /^fit\[group=c,seed=7/.test(stage) ||
        (/^fit\[group=c/.test(stage) && stage.includes("seed=7"))
        ? [i]
        : []
    ),
    `seed ${seed}`,
  );
});

Deno.test("SweepTable.rows() sort numbers by size, keep equal rows in order, and have what is missing last", () => {
  const seed = freshSeed();
  const { record, members } = sweep(seed);
  const table = new SweepTable(sweepData({ record, members }));
  // Numbers within texts count as numbers: r5 stands before r10.
  const natural = new Intl.Collator("en", { numeric: true });
  const sorted = (key: string, descending: boolean) => {
    const choice = { stage: "score", sort: { key, descending } };
    return { rows: [...table.rows(choice)], values: cells(table, choice, key) };
  };
  for (const key of ["metric distance", "axis seed", "axis group", "time", "note"]) {
    for (const descending of [false, true]) {
      const { rows, values } = sorted(key, descending);
      const about = `seed ${seed}, ${key}`;
      assertEquals([...rows].sort((a, b) => a - b), [...table.rows({ stage: "score" })], about);
      const known = values.filter((value) => value !== null);
      assert(values.slice(known.length).every((value) => value === null), about);
      for (let i = 1; i < rows.length; i++) {
        const [a, b] = [values[i - 1], values[i]];
        if (a === null || b === null) {
          if (a === b) assert(rows[i - 1] < rows[i], `${about}: equal rows changed places`);
          continue;
        }
        const order = typeof a === "number" && typeof b === "number"
          ? a - b
          : natural.compare(String(a), String(b));
        if (order === 0) assert(rows[i - 1] < rows[i], `${about}: equal rows changed places`);
        else assert(descending ? order > 0 : order < 0, about);
      }
    }
  }
  const unknown = { stage: "score", sort: { key: "no such column", descending: false } };
  assertEquals([...table.rows(unknown)], [...table.rows({ stage: "score" })]);
});

Deno.test("SweepTable sorts numbers before texts", () => {
  const members = ["x", 10, "y", 9].map((v, i) => ({
    id: `a[v=${v}]`,
    coords: { v, i },
    metrics: {},
  }));
  const stages = members.map(({ id }) => ({ stage: id, status: "hit" as const }));
  const table = new SweepTable(sweepData({ record: { ...foldEvents([]), stages }, members }));
  const choice = { stage: "a", sort: { key: "axis v", descending: false } };
  assertEquals(cells(table, choice, "axis v") as SweepCell[], [9, 10, "x", "y"]);
});

Deno.test("SweepTable.tsv() has a line a row and as many entries in each, whatever the names", () => {
  const seed = freshSeed();
  const record = foldEvents(randomRun(seed, 40));
  const members = record.stages.map(({ stage }, i) => ({
    id: stage,
    coords: { [hostileNames[3]]: hostileNames[i % hostileNames.length] },
    metrics: { [hostileNames[7]]: i },
  }));
  const table = new SweepTable(sweepData({ record, members }));
  for (const choice of [{}, { stage: table.stages()[0].name }]) {
    const lines = table.tsv(choice).trimEnd().split("\n");
    assertEquals(lines.length, table.rows(choice).length + 1, `seed ${seed}`);
    const widths = new Set(lines.map((line) => line.split("\t").length));
    assertEquals(widths.size, 1, `seed ${seed}`);
    assert(lines.every((line) => line.split("\t").every((entry) => !/^[=+@]/.test(entry))));
  }
});

Deno.test("sweepData() of members that nothing is known of keeps what stands in their brackets", () => {
  const stages = ["a[x=1]", "a[x=2]", "b"].map((stage) => ({ stage, status: "ran" as const }));
  const table = new SweepTable(sweepData({ record: { ...foldEvents([]), stages } }));
  assertEquals(cells(table, { stage: "a" }, "member"), ["x=1", "x=2"]);
  assertEquals(cells(table, {}, "stage"), ["a", "a", "b"]);
});

Deno.test("sweepData() has members in the order of the graph, not as they ended", () => {
  const members = [1, 2, 3].map((n) => ({ id: `a[n=${n}]`, coords: { n }, metrics: {} }));
  const stages = [3, 1, 2].map((n) => ({ stage: `a[n=${n}]`, status: "ran" as const }));
  const table = new SweepTable(sweepData({ record: { ...foldEvents([]), stages }, members }));
  assertEquals(cells(table, { stage: "a" }, "axis n"), [1, 2, 3]);
});

Deno.test("sweepText() shows entries as people read them", () => {
  assertEquals(sweepText(0.123456, "number"), "0.1235");
  assertEquals(sweepText(75, "seconds"), "1 min 15 s");
  assertEquals(sweepText("a\nb\u202e", "text"), "a b\\u202e");
  assertEquals(sweepText(null, "note"), "");
});
