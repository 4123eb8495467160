// Every text that a page can show, each of them markup: none may arrive as such. Whoever leaves out one escape finds a test
// that fails; whoever shows a new text adds it here.

import { assert, assertEquals } from "@std/assert";
import { tableOf } from "#lib/core/table.ts";
import type { StageFailure } from "#lib/core/executor.ts";
import type { Comparison } from "#lib/report/comparison.ts";
import type { ReportContent, ReportFigure } from "#lib/report/content.ts";
import { reportHtml } from "#lib/report/html.ts";
import type { RunRecord, StageRecord } from "#lib/report/record.ts";
import { plainLayout } from "#tests/support/plain_layout.ts";

/** Markup in every place of a page: as text, in an attribute with either quote, and with a name to be found by. */
const text = (name: string) => `${name}"'><i n="${name}'>&`;

/** As wide as two columns of a journal, which gives it a box of its own. */
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 700 100"></svg>`;

const figure = (name: string): ReportFigure => ({
  stage: text(`${name}_stage`),
  svg,
  caption: text(`${name}_caption`),
  spec: JSON.stringify({ title: text(`${name}_spec`) }),
  scene: {
    axes: [text("x"), text("y"), text("z")],
    colour_by: [text("colour_by")],
    paths: [{ coords: {}, of: "mean", points: [0, 0, 0] }],
    points: [],
  },
  files: { svg: text("svg_file"), png: text("png_file"), spec: text("spec_file") },
});

function stages(): StageRecord[] {
  const failed = (stage: string, failure: StageFailure): StageRecord => ({
    stage,
    status: "failed",
    seconds: 2,
    started: 0,
    worker: 0,
    retried: 1,
    engine: text("failed_engine"),
    failure,
  });
  const threw = { reason: "threw", message: text("message"), stack: text("stack") } as const;
  return [
    failed(text("one_failed"), threw),
    ...[0, 1, 2, 3].map((n) => failed(`${text("many_failed")}[n=${n}${text("coord")}]`, threw)),
    {
      stage: `${text("ran")}[a=${text("ran_coord")}]`,
      status: "ran",
      seconds: 1,
      started: 1,
      worker: 1,
      fused: 2,
      engine: text("engine"),
      outputs: { [text("output")]: { kind: text("kind"), digest: text("digest"), bytes: 1 } },
      usage: { cpu_seconds: 1, peak_rss: 1e6 },
      omitted: [text("omitted")],
    },
    { stage: `${text("ran")}[a=1]`, status: "ran", seconds: 3, started: 2, worker: 1 },
    { stage: text("hit"), status: "hit", omitted: [text("hit_omitted")] },
    { stage: text("skipped"), status: "skipped", because: text("because") },
    { stage: text("unfinished"), status: "unfinished", started: 3, worker: 2 },
  ];
}

const record = (): RunRecord => ({
  workflow: text("workflow"),
  run: text("run"),
  started_at: text("started_at"),
  basin: text("basin"),
  deno: text("deno"),
  jobs: 2,
  engine: text("record_engine"),
  ok: false,
  finished: true,
  interrupted: text("interrupted"),
  seconds: 9,
  totals: { stages: 10, ran: 2, hit: 1, failed: 5, skipped: 1, fused: 2 },
  stages: stages(),
  warnings: [
    text("warning"),
    `"><i[n="'<]: without blanks`,
    `stage[${text("warned")}]: ${text("of_member")}`,
  ],
});

function comparison(): Comparison {
  const side = (name: string) => ({
    run: text(`${name}_run`),
    workflow: text(`${name}_workflow`),
    started_at: text(`${name}_started`),
    command: name === "now" ? "" : text(`${name}_command`),
    ok: false,
    finished: true,
    missing: [text(`${name}_missing`)],
  });
  const state = (name: string) => ({
    verdict: text(`${name}_verdict`),
    number: 1,
    low: 0,
    high: 2,
    unit: text(`${name}_unit`),
  });
  const change = (kind: "verdict" | "number") => ({
    claim: text(`${kind}_claim`),
    statement: text(`${kind}_statement`),
    setting: text(`${kind}_setting`),
    before: state(`${kind}_before`),
    now: state(`${kind}_now`),
    change: kind,
  });
  const totals = (name: string) => ({ members: 1, counts: text(name), failed: 0, seconds: 1 });
  const table = {
    cells: [{
      row: text("row"),
      column: text("column"),
      unit: text("cell_unit"),
      before: text("cell_before"),
      now: text("cell_now"),
    }],
    numDiffering: 1,
    numShared: 2,
    rowsAdded: 1,
    rowsRemoved: 1,
    columnsAdded: [text("column_added")],
    columnsRemoved: [text("column_removed")],
  };
  return {
    before: side("before"),
    now: side("now"),
    verdicts: [change("verdict"), change("number")],
    numSameVerdicts: 1,
    params: (["changed", "added", "removed"] as const).map((change) => ({
      path: text(`${change}_path`),
      value: text(`${change}_value`),
      before: text(`${change}_before`),
      change,
    })),
    numSameParams: 1,
    stages: [
      { stage: text("other"), before: totals("t0"), now: totals("t1"), numDiffering: 1 },
      { stage: text("timed"), before: totals("t2"), now: totals("t3"), numDiffering: 0 },
    ],
    numSameStages: 1,
    tables: [
      { stage: text("changed_table"), ...table },
      { stage: "", ...table },
      { stage: text("new_table"), ...table, only: "now" },
    ],
    numSameTables: 1,
    figures: [
      { stage: text("pair"), before: figure("pair_before"), now: figure("pair_now") },
      { stage: text("big"), now: { ...figure("big"), svg: " ".repeat(2e6) } },
    ],
    sameFigures: [{ stage: text("same_figure"), digest: `<i n="` }],
    surroundings: [{ name: text("around"), before: text("around_0"), now: text("around_1") }],
  };
}

function content(): ReportContent {
  const verdicts = tableOf(["holds", text("verdict")].map((verdict, i) => ({
    id: text("id"),
    statement: text("statement"),
    published: text("published"),
    quantity: text("quantity"),
    test: text("test"),
    number: i,
    low: i,
    high: i,
    unit: text("unit"),
    effect: i,
    floor: i,
    n: i,
    verdict,
    reason: text("reason"),
    [text("by")]: text(`setting ${i}`),
  })));
  const cells = tableOf([{ [text("name")]: text("cell"), verdict: text("cell_verdict"), b: 1 }], {
    b: { unit: text("b_unit"), description: text("b_description") },
  });
  return {
    title: text("title"),
    description: `${text("question")}? Because of ${text("about")}.`,
    record: record(),
    verdicts: [1, 2].map((n) => ({ stage: text(`verdicts_${n}`), table: verdicts })),
    tables: [
      { stage: text("table"), table: cells, file: text("table_file") },
      { stage: "member[a=1]", table: tableOf([{ c: text("c") }]) },
      { stage: `member[a=${text("member")}]`, table: tableOf([{ c: text("c") }]) },
    ],
    figures: [figure("figure"), { ...figure("uncaptioned"), caption: "" }],
    resolved: text("resolved"),
    command: text("command"),
    numLeftOut: 1,
    graph: plainLayout(2),
    stages: ["ran", "many_failed"].map((name, i) => ({
      name: text(name),
      task: text("task"),
      axes: [text("axis")],
      numMembers: 2,
      from: i === 0 ? [] : [text("ran")],
    })),
    members: [
      {
        id: `${text("ran")}[a=${text("ran_coord")}]`,
        coords: { [text("coord_name")]: text("coord_value") },
        metrics: { [text("metric")]: 1 },
      },
      { id: `${text("ran")}[a=1]`, coords: { [text("coord_name")]: "1" }, metrics: {} },
      { id: text("hit"), coords: {}, metrics: {}, cost: { seconds: 1 } },
    ],
    params: {
      rows: (["changed", "added", "removed"] as const).map((change) => ({
        path: text(`${change}_param`),
        value: text(`${change}_now`),
        before: text(`${change}_then`),
        change,
      })),
      previous: { run: text("previous"), started_at: text("then"), profile: text("profile") },
    },
    environment: {
      basin: text("env_basin"),
      deno: text("env_deno"),
      v8: text("v8"),
      typescript: text("typescript"),
      machine: {
        os: text("os"),
        system: text("system"),
        arch: text("arch"),
        processor: text("processor"),
        cpus: 1,
      },
      engine: {
        name: text("engine_name"),
        numerics: text("numerics"),
        policy: "auto",
        adapter: text("adapter"),
        vendor: text("vendor"),
        driver: text("driver"),
        backend: text("backend"),
      },
      packages: [
        { name: text("package"), version: text("version") },
        { name: text("direct"), version: text("direct_version"), direct: true },
      ],
      lock: text("lock"),
      git: {
        commit: `<i n="c`,
        branch: text("branch"),
        dirty: true,
        dirtyDigest: text("dirty_digest"),
        numChanged: 1,
        changed: [{ path: text("changed_file"), how: text("how") as "added" }],
        unseen: text("unseen"),
      },
      command: text("env_command"),
      workflow: text("env_workflow"),
      profile: text("env_profile"),
      overrides: [text("override")],
      jobs: 1,
    },
    comparison: comparison(),
  };
}

/** Pages in which every text of a run stands somewhere. */
const pages: Readonly<Record<string, () => ReportContent>> = {
  "of a run that ended": content,
  "of a run that goes on": () => ({
    ...content(),
    live: { written_at: text("written_at"), every_seconds: text("every") as unknown as number },
  }),
  "without environment": () => {
    const { environment: _, ...rest } = content();
    return rest;
  },
  "without picture of the stages": () => ({ ...content(), graph: "" }),
  // The table of members has columns of its own then.
  "of one stage": () => ({
    ...content(),
    record: { ...record(), stages: stages().filter(({ status }) => status === "ran") },
  }),
  "of a question alone": () => ({ ...content(), description: text("only_question") }),
};

for (const [name, make] of Object.entries(pages)) {
  Deno.test(`reportHtml() escapes every text of a page ${name}`, async () => {
    const html = (await reportHtml(make()))
      .replaceAll(/<(style|script)\b[^>]*>.*?<\/\1>/gs, "");
    const raw = [...html.matchAll(/<i n="?(\w*)/g)].map(([, place]) => place);
    assertEquals(raw, [], "these arrived as markup");
    // Nor does a quote end an attribute.
    const rest = html.replaceAll(/<\/?[a-z][a-z0-9]*(?: [a-zA-Z-]+(?:="[^"<>]*")?)*\/?>/g, "");
    assert(
      !/[<>"]/.test(rest.replace("<!doctype html>", "")),
      /.{0,60}[<>"].{0,60}/.exec(rest)?.[0],
    );
  });
}
