// The live view, on a terminal that is simulated: rows never wrap, escapes balance, what is erased was drawn.

import { assert, assertEquals, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import { getColorEnabled, setColorEnabled, stripAnsiCode } from "@std/fmt/colors";
import { columnsOf } from "#lib/report/format.ts";
import { liveReporter } from "#lib/report/live.ts";
import { freshSeed, randomRun } from "#tests/support/run_events.ts";

// deno-lint-ignore no-control-regex
const sgr = /\x1b\[[0-9;]*m/g;
// deno-lint-ignore no-control-regex
const frame = /^\x1b\[\?2026h(?:\x1b\[(\d+)A\x1b\[0J)?([^]*)\n\x1b\[\?2026l$/;

/** Runs with colours on, as on a terminal. */
function coloured(run: () => void): void {
  const before = getColorEnabled();
  setColorEnabled(true);
  try {
    run();
  } finally {
    setColorEnabled(before);
  }
}

/** Plays a run with a tick after every event; gives back what each write was, and which were drawings. */
function play(seed: number, columns: number, numStages: number) {
  const writes: { text: string; drawing: boolean }[] = [];
  let drawing = false;
  const reporter = liveReporter({
    write: (text) => void writes.push({ text, drawing }),
    columns: () => columns,
    expected: () => 1,
  });
  for (const event of randomRun(seed, numStages)) {
    drawing = false;
    reporter.event(event);
    drawing = true;
    reporter.tick(event.at + 100);
  }
  drawing = false;
  reporter.close();
  return writes;
}

Deno.test("liveReporter() draws rows that fit the terminal, whatever the names and the width", () => {
  coloured(() => {
    const seed = freshSeed();
    for (const columns of [12, 20, 31, 40, 60, 80, 120, 200]) {
      for (const { text, drawing } of play(seed + columns, columns, 40)) {
        if (!drawing) continue;
        const body = frame.exec(text)?.[2];
        assert(body !== undefined, `seed ${seed}, ${columns} columns: ${JSON.stringify(text)}`);
        for (const row of body.split("\n")) {
          const plain = row.replace(sgr, "");
          // deno-lint-ignore no-control-regex
          assert(!/[\u0000-\u001f]/.test(plain), `seed ${seed}: ${JSON.stringify(plain)}`);
          assertLessOrEqual(
            columnsOf(plain),
            columns - 1,
            `seed ${seed}: ${JSON.stringify(plain)}`,
          );
        }
        assertLessOrEqual(body.split("\n").length, 10, "calm, however many stages run");
      }
    }
  });
});

Deno.test("liveReporter() balances what it switches on, and erases exactly what it drew", () => {
  coloured(() => {
    const seed = freshSeed();
    let drawn = 0;
    for (const { text, drawing } of play(seed, 80, 60)) {
      const opened = text.split("\x1b[?2026h").length, closed = text.split("\x1b[?2026l").length;
      assertEquals(opened, closed, `seed ${seed}: synchronised updates`);
      // @std/fmt closes bold and dim by 22, colours by 39.
      let open = 0;
      for (const [code] of text.matchAll(sgr)) open += /\[(22|39)m/.test(code) ? -1 : 1;
      assertEquals(open, 0, `seed ${seed}: ${JSON.stringify(text)}`);
      // deno-lint-ignore no-control-regex
      const up = Number(/\x1b\[(\d+)A/.exec(text)?.[1] ?? 0);
      if (text !== "") assertEquals(up, drawn, `seed ${seed}: ${JSON.stringify(text)}`);
      drawn = drawing ? frame.exec(text)![2].split("\n").length : 0;
    }
  });
});

Deno.test("liveReporter() leaves failures, warnings and slow stages above", () => {
  const writes: string[] = [];
  const reporter = liveReporter({
    write: (text) => void writes.push(text),
    columns: () => 80,
    expected: () => 2,
  });
  const key = "sha256:00" as never;
  reporter.event({ type: "planned", at: 0, stages: 3, hit: 0, run: 3, maybe: 0 });
  reporter.event({ type: "stage-started", at: 0, stage: "a", worker: 0 });
  reporter.event({
    type: "stage-failed",
    at: 1,
    stage: "a",
    failure: { reason: "threw", message: "first\nsecond" },
    seconds: 1,
  });
  reporter.event({ type: "warning", at: 2, message: "odd", stage: "b" });
  reporter.event({
    type: "stage-finished",
    at: 3,
    stage: "b",
    how: "ran",
    key,
    seconds: 20,
    outputs: {},
  });
  const text = writes.join("").replace(sgr, "");
  assertStringIncludes(text, "3 stages: 0 hit, 3 run, 0 maybe");
  assertStringIncludes(text, "failed: a\n    first\n    second");
  assertStringIncludes(text, "warning: b: odd");
  assertStringIncludes(text, "slow: b took 20.0 s, usually 2.0 s");
  reporter.tick(4000);
  assertStringIncludes(writes.at(-1)!.replace(sgr, ""), "2/3 1 failed · 4.0 s");
});

Deno.test("liveReporter() shows what runs as one in one row, and counts it", () => {
  let text = "";
  const reporter = liveReporter({ write: (part) => text += part, columns: () => 80 });
  const at = 0;
  const engine = "webgpu-f32/mesa-llvmpipe-15.0.6-256";
  const started = { workflow: "w", run: "r", started_at: "", basin: "", deno: "", jobs: 2, engine };
  reporter.event({ type: "run-started", at, ...started });
  reporter.event({ type: "planned", at, stages: 64, hit: 0, run: 64, maybe: 0 });
  assertStringIncludes(text, `64 stages: 0 hit, 64 run, 0 maybe · ${engine}`);
  for (let i = 0; i < 4; i++) {
    reporter.event({ type: "stage-started", at, stage: `a[${i}]`, worker: 0, fused: 4 });
  }
  reporter.event({ type: "stage-started", at, stage: "b", worker: 1 });
  text = "";
  reporter.tick(1000);
  assertStringIncludes(text, "a[0] +3 fused");
  assert(!text.includes("a[1]"));
  const finished = { how: "ran", key: "" as never, seconds: 1, outputs: {} } as const;
  for (const stage of ["a[0]", "a[1]", "b"]) {
    reporter.event({ type: "stage-finished", at, stage, ...finished });
  }
  text = "";
  reporter.tick(2000);
  assertStringIncludes(text, "2 fused");
  assertStringIncludes(text, "a[2] +1 fused");
  for (const line of text.split("\n")) {
    assert(columnsOf(stripAnsiCode(line)) < 80);
  }
});
