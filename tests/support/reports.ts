// Contents of reports that no real run is needed for: a failed run, a sweep of any size, and one whose every text tries
// to be more than text.

import type { ActionKey } from "#lib/core/digest.ts";
import type { RunEvent } from "#lib/core/event.ts";
import { randomStream } from "#lib/core/random.ts";
import { tableOf } from "#lib/core/table.ts";
import type { ReportContent, ReportFigure } from "#lib/report/content.ts";
import type { DagStage } from "#lib/report/dag.ts";
import { foldEvents } from "#lib/report/record.ts";
import { layOutDag } from "#lib/cli/draw_dag.ts";

/** A run of a sweep, seeded: stages in a chain, each with as many members. Of the last stage's members some failed if asked. */
export async function sweepReport(
  seed: number,
  { numStages = 3, numMembers = 40, numFailed = 0 },
): Promise<ReportContent> {
  const draw = randomStream(seed, "tests/reports");
  let next = 0;
  const below = (bound: number) => draw.integer(bound, next++);
  const stages: DagStage[] = Array.from({ length: numStages }, (_, i) => ({
    name: `${["simulate", "reduce", "fit", "score"][i % 4]}_${i}`,
    task: ["simulate", "reduce", "dmd", "compare"][i % 4],
    axes: numMembers === 1 ? [] : ["system", "seed"],
    numMembers,
    from: i === 0 ? [] : [`${["simulate", "reduce", "fit", "score"][(i - 1) % 4]}_${i - 1}`],
    status: i === numStages - 1 && numFailed > 0 ? "failed" : i % 3 === 2 ? "hit" : "ran",
  }));
  const events: RunEvent[] = [{
    type: "run-started",
    at: 0,
    workflow: "sweep",
    run: "20260101T000000-abcdef",
    started_at: "2026-01-01T00:00:00.000Z",
    basin: "0.1.0",
    deno: "2.9.6",
    jobs: 4,
  }];
  const members: NonNullable<ReportContent["members"]>[number][] = [];
  const totals = {
    stages: numStages * numMembers,
    ran: 0,
    hit: 0,
    failed: 0,
    skipped: 0,
    fused: 0,
  };
  // When each worker is free, in ms.
  const free = [0, 0, 0, 0];
  for (const { name, status } of stages) {
    for (let i = 0; i < numMembers; i++) {
      const coords = { system: ["lorenz", "rossler", "duffing"][i % 3], seed: Math.floor(i / 3) };
      const id = numMembers === 1 ? name : `${name}[system=${coords.system},seed=${coords.seed}]`;
      const isFailed = status === "failed" && i < numFailed;
      const seconds = 0.05 + below(4000) / 1000;
      const common = { key: `sha256:${"0".repeat(60)}${i}` as unknown as ActionKey, outputs: {} };
      const worker = free.indexOf(Math.min(...free));
      let at = Math.round(free[worker]);
      members.push({
        id,
        coords: numMembers === 1 ? {} : coords,
        metrics: { accuracy: below(1000) / 1000, error: 10 ** -below(9) },
      });
      if (status === "hit") {
        totals.hit++;
        events.push({ type: "stage-finished", at, stage: id, how: "hit", seconds: 0, ...common });
        continue;
      }
      events.push({ type: "stage-started", at, stage: id, worker });
      at += Math.round(seconds * 1000);
      free[worker] = at + 1 + below(40);
      if (isFailed) {
        totals.failed++;
        const failure = {
          reason: "threw" as const,
          message:
            "RangeError: fit needs more steps than delays, 12 steps and 33 delays were given",
        };
        events.push({ type: "stage-failed", at, stage: id, seconds, failure });
      } else {
        totals.ran++;
        const usage = { cpu_seconds: seconds * 0.9, peak_rss: 4e7 + below(1e8) };
        events.push({
          type: "stage-finished",
          at,
          stage: id,
          how: "ran",
          seconds,
          usage,
          ...common,
        });
      }
    }
  }
  const ok = totals.failed === 0;
  const run = "20260101T000000-abcdef";
  const at = Math.max(...free);
  // As they happened.
  events.sort((a, b) => a.at - b.at);
  events.push({ type: "run-finished", at, ok, seconds: at / 1000, run, ...totals });
  return {
    title: "sweep",
    description: "Does what was measured hold for every system?",
    record: foldEvents(events),
    verdicts: [],
    tables: [{
      stage: "score",
      table: tableOf(
        Array.from({ length: 20 }, (_, i) => ({ system: "lorenz", seed: i, accuracy: i / 20 })),
      ),
    }],
    figures: [
      {
        stage: "skill",
        svg: plainSvg("accuracy"),
        caption: "Accuracy by seed. n = 20.",
        spec: JSON.stringify({
          mark: "line",
          data: { values: Array.from({ length: 20 }, (_, i) => ({ seed: i, accuracy: i / 20 })) },
        }),
        files: { svg: "figures/skill.svg", spec: "figures/skill.vl.json" },
      },
      {
        stage: "paths",
        svg: plainSvg("paths"),
        caption: "Paths of two systems.",
        scene: spirals(),
      },
    ],
    resolved: "name: sweep\nparams:\n  n_delays: 33\n",
    command: "deno task run workflows/sweep.yaml",
    graph: numStages > 300 ? "" : await layOutDag(stages),
    stages,
    members,
    params: {
      rows: [
        { path: "params.n_delays", value: "33", before: "12", change: "changed" },
        { path: "params.num_trials", value: "200" },
      ],
      previous: { run: "20251231T000000-fedcba", started_at: "2025-12-31T00:00:00.000Z" },
    },
  };
}

/** Texts that act where they are not escaped: each sets `owned`, or puts an element called `injected` on the page. */
export const hostileTexts: readonly string[] = [
  "<script>globalThis.owned=1</script>",
  `"><img src=x id=injected onerror="globalThis.owned=2">`,
  "' onmouseover='globalThis.owned=3' id='injected",
  "</script><script>globalThis.owned=4</script>",
  "</style><style>*{display:none!important}</style><p id=injected>",
  "</title></pre></code></table></details></dialog><h1 id=injected>x</h1>",
  "<!-- <script> <!--",
  "]]><svg onload=globalThis.owned=5><script>globalThis.owned=6</script>",
  "javascript:globalThis.owned=7",
  "&lt;already&gt; &amp; &#60;b id=injected&#62;",
  "nul\u0000in\u0007side\u001b[2J",
  "\u202eright to left\u202c \u2066isolated\u2069 \u200fmark",
  "مرحبا بالعالم שלום עולם",
  "e\u0301\u0302\u0303".repeat(40),
  "Donaudampfschifffahrtsgesellschaftskapitän".repeat(12),
  "漢字仮名交じり文".repeat(30),
  "__proto__",
  "constructor",
  "two\nlines\r\nand\ttabs",
  "{{7*7}} ${7*7} %s %n #{7*7}",
  "https://example.org/?a=1&b=2#injected",
  " ",
];

/** A report whose names, params, messages, captions and cells are all hostile. */
export async function hostileReport(): Promise<ReportContent> {
  const text = (i: number) => hostileTexts[i % hostileTexts.length];
  const id = (i: number) => `${text(i)}[${text(i + 1)}=${text(i + 2)}]`;
  const stages: DagStage[] = hostileTexts.map((name, i) => ({
    name: `${i} ${name}`,
    task: text(i + 1),
    axes: [text(i + 2), text(i + 3)],
    numMembers: i + 1,
    from: i === 0 ? [] : [`${i - 1} ${text(i - 1)}`],
    status: (["hit", "ran", "failed", "skipped"] as const)[i % 4],
  }));
  const key = "sha256:00" as unknown as ActionKey;
  const events: RunEvent[] = [{
    type: "run-started",
    at: 0,
    workflow: text(0),
    run: text(1),
    started_at: text(3),
    basin: text(2),
    deno: text(4),
    jobs: 4,
    engine: text(0),
  }];
  hostileTexts.forEach((message, i) => {
    const stage = id(i);
    const at = i * 1000;
    const outputs = { [text(i)]: { kind: text(i + 1), digest: text(i + 2), bytes: i } };
    events.push({ type: "warning", at, stage, message });
    events.push({ type: "stage-started", at, stage, worker: i % 3 });
    if (i % 4 === 2) {
      const failure = { reason: "threw" as const, message: `${message}\n${text(i + 1)}` };
      events.push({ type: "stage-failed", at: at + 1000, stage, seconds: 1, failure });
    } else if (i % 4 === 3) {
      events.push({ type: "stage-skipped", at: at + 1000, stage, because: `${message} failed` });
    } else {
      const how = i % 4 === 1 ? "ran" as const : "hit" as const;
      const omitted = [text(i + 1)];
      const engine = text(i + 5);
      events.push({
        type: "stage-finished",
        at: at + 1000,
        stage,
        how,
        key,
        seconds: 1,
        outputs,
        engine,
        omitted,
      });
    }
  });
  const verdictRows = hostileTexts.map((cell, i) => ({
    id: cell,
    statement: text(i + 1),
    published: text(i + 2),
    quantity: text(i + 3),
    test: text(i + 4),
    number: i / 3,
    unit: text(i + 5),
    low: null,
    high: i,
    n: i,
    verdict: ["holds", "fails", "undecidable", cell][i % 4],
    reason: text(i + 6),
    [text(3)]: cell,
  }));
  return {
    title: text(3),
    description: hostileTexts.join(" "),
    record: foldEvents(events),
    verdicts: [{ stage: id(0), table: tableOf(verdictRows) }],
    tables: [{
      stage: id(5),
      file: `tables/${encodeURIComponent(text(0))}.tsv`,
      table: tableOf(hostileTexts.map((cell, i) => ({ [text(0)]: cell, [text(1)]: i / 7 })), {
        [text(1)]: { unit: text(2) },
      }),
    }],
    figures: hostileTexts.map((caption, i): ReportFigure => ({
      stage: id(i),
      caption,
      svg: plainSvg(caption, `<script>globalThis.owned=8</script>`),
      spec: JSON.stringify({
        title: caption,
        data: { values: [{ [text(i + 1)]: caption, y: i }] },
      }),
      ...(i < 2 && { scene: sceneOf(text(i), text(i + 1)) }),
      files: { svg: `figures/${i}.svg`, png: `figures/${i}.png`, spec: `figures/${i}.vl.json` },
    })),
    resolved: hostileTexts.join("\n"),
    command: `deno task run ${text(1)}`,
    graph: await layOutDag(stages),
    stages,
    members: hostileTexts.map((value, i) => ({
      id: id(i),
      coords: { [text(i + 1)]: text(i + 2), [text(0)]: value },
      metrics: { [text(i % 3)]: i / 3 },
    })),
    params: {
      rows: hostileTexts.map((value, i) => ({
        path: text(i + 1),
        value,
        ...(i % 2 === 0 && { before: text(i + 2), change: "changed" as const }),
      })),
      previous: { run: text(0), started_at: text(1) },
    },
  };
}

function sceneOf(a: string, b: string): NonNullable<ReportFigure["scene"]> {
  const points = Array.from({ length: 60 }, (_, i) => Math.sin(i / 7 + (i % 3)));
  return {
    axes: [a, b, "z"],
    colour_by: [a],
    names: { [a]: b },
    paths: [a, b].map((value) => ({ coords: { [a]: value }, of: "mean" as const, points })),
    points: [{ coords: { [a]: b }, position: [0, 0, 0], stable: false, label: a }],
    dt_ms: 10,
  };
}

/** Two bundles of spirals, and fixed points. */
function spirals(): NonNullable<ReportFigure["scene"]> {
  const spiral = (turn: number) =>
    Array.from({ length: 90 }, (_, i) => {
      const [step, axis] = [Math.floor(i / 3), i % 3];
      return axis === 2 ? step / 30 : (axis === 0 ? Math.cos : Math.sin)(step / 4 + turn) * turn;
    });
  return {
    axes: ["x", "y", "z"],
    colour_by: ["system", "seed"],
    paths: ["lorenz", "rossler"].flatMap((system, i) =>
      ["0", "1"].map((seed, j) => ({
        coords: { system, seed },
        of: "trial" as const,
        points: spiral(1 + i + j / 3),
      }))
    ),
    points: [
      { coords: { system: "lorenz" }, position: [0, 0, 0.2], stable: false, label: "saddle" },
      { coords: { system: "rossler" }, position: [0.5, 0, 0.8], stable: true },
    ],
    dt_ms: 10,
  };
}

/** A small picture, its text escaped as figures do. */
function plainSvg(text: string, more = ""): string {
  // deno-lint-ignore no-control-regex
  const safe = text.replace(/[&<>"'\u0000-\u001f]/g, " ").slice(0, 40);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="200" viewBox="0 0 320 200">` +
    `<rect width="320" height="200" fill="white"/><path d="M20 180L300 20" stroke="#0072b2"/>` +
    `<text x="20" y="20" font-size="11">${safe}</text>${more}</svg>`;
}
