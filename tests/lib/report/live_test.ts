// The live view, on a terminal that is simulated: never too wide or too high, nothing is left behind, nothing is drawn
// in vain, and what is told of the time left is calm.

import {
  assert,
  assertEquals,
  assertLess,
  assertLessOrEqual,
  assertStringIncludes,
} from "@std/assert";
import { getColorEnabled, setColorEnabled, stripAnsiCode } from "@std/fmt/colors";
import type { RunEvent } from "#lib/core/event.ts";
import { columnsOf } from "#lib/report/format.ts";
import { liveReporter } from "#lib/report/live.ts";
import type { ReporterOptions } from "#lib/report/reporter.ts";
import { freshSeed, randomRun, randomSweep } from "#tests/support/run_events.ts";
import { Screen } from "#tests/support/screen.ts";

// deno-lint-ignore no-control-regex
const sgr = /\x1b\[[0-9;]*m/g;
const key = "sha256:00" as never;

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

/** A live view on a screen. */
function watched(
  columns: number,
  options: Partial<ReporterOptions> = {},
): { screen: Screen; writes: string[]; reporter: ReturnType<typeof liveReporter> } {
  const screen = new Screen(columns);
  const writes: string[] = [];
  const reporter = liveReporter({
    write: (text) => {
      writes.push(text);
      screen.write(text);
    },
    columns: () => columns,
    ...options,
  });
  return { screen, writes, reporter };
}

function ran(stage: string, at: number, seconds = 1): RunEvent {
  return { type: "stage-finished", at, stage, how: "ran", key, seconds, outputs: {} };
}

Deno.test("liveReporter() fits terminals of every width, whatever the names", () => {
  coloured(() => {
    const seed = freshSeed();
    for (let columns = 12; columns <= 200; columns++) {
      const { events, sizesAt } = randomSweep(seed + columns, 6, 6);
      let numEvents = 0;
      const sizes = () => sizesAt(numEvents);
      const { screen, writes, reporter } = watched(columns, { sizes, expected: () => 1 });
      for (const event of events) {
        numEvents++;
        reporter.event(event);
        // Only what stays above may wrap.
        const { wrapped } = screen;
        writes.length = 0;
        reporter.tick(event.at + 100);
        const where = `seed ${seed}, ${columns} columns: ${JSON.stringify(writes)}`;
        assertEquals(screen.wrapped, wrapped, where);
        // deno-lint-ignore no-control-regex
        const drawn = writes.join("").replace(/\x1b\[[?\d;]*[A-Za-z]|\r/g, "").split("\n");
        for (const line of drawn) {
          assertLessOrEqual(columnsOf(line), columns - 1, where);
          // deno-lint-ignore no-control-regex
          assert(!/[\u0000-\u001f\u202a-\u202e]/.test(line), where);
        }
      }
    }
  });
});

Deno.test("liveReporter() never draws more lines than half the terminal, nor more than 14", () => {
  const seed = freshSeed();
  for (const rows of [2, 3, 5, 8, 12, 24, 50, 200]) {
    const { events, sizesAt } = randomSweep(seed + rows, 30, 10);
    let numEvents = 0;
    const { writes, reporter } = watched(80, {
      rows: () => rows,
      sizes: () => sizesAt(numEvents),
      expected: () => 1,
    });
    for (const event of events) {
      numEvents++;
      reporter.event(event);
      reporter.tick(event.at);
      writes.length = 0;
    }
    for (const event of [...events].slice(1)) {
      // Started again and never ended: as much at work as can be.
      if (event.type === "stage-started") reporter.event(event);
    }
    reporter.tick(1e9);
    writes.length = 0;
    reporter.close();
    // deno-lint-ignore no-control-regex
    const drawn = Number(/\x1b\[(\d+)A/.exec(writes[0])![1]);
    assertLessOrEqual(
      drawn,
      Math.max(1, Math.min(14, Math.floor(rows / 2))),
      `seed ${seed}, ${rows} rows`,
    );
    assert(rows < 24 || drawn > 4, `${drawn} lines on ${rows} rows`);
  }
});

Deno.test("liveReporter() leaves nothing behind but what would be written without drawing", () => {
  coloured(() => {
    const seed = freshSeed();
    for (const columns of [20, 47, 80, 120]) {
      for (const numStages of [1, 6, 20]) {
        const { events, sizesAt } = randomSweep(seed + columns + numStages, numStages, 25);
        const [drawn, quiet] = [true, false].map((draws) => {
          let numEvents = 0;
          const sizes = () => sizesAt(numEvents);
          const { screen, reporter } = watched(columns, { sizes, expected: () => 1 });
          for (const event of events) {
            numEvents++;
            reporter.event(event);
            if (draws) reporter.tick(event.at);
          }
          reporter.close();
          return screen.lines.filter((line) => line !== "");
        });
        assertEquals(drawn, quiet, `seed ${seed}, ${columns} columns, ${numStages} stages`);
      }
    }
  });
});

Deno.test("liveReporter() balances what it switches on", () => {
  coloured(() => {
    const seed = freshSeed();
    const { writes, reporter } = watched(80, { expected: () => 1 });
    for (const event of randomRun(seed, 60)) {
      reporter.event(event);
      reporter.tick(event.at + 100);
    }
    reporter.close();
    for (const text of writes) {
      for (const [on, off] of [["\x1b[?2026h", "\x1b[?2026l"], ["\x1b[?7l", "\x1b[?7h"]]) {
        assertEquals(
          text.split(on).length,
          text.split(off).length,
          `seed ${seed}: ${JSON.stringify(text)}`,
        );
      }
      // @std/fmt closes bold and dim by 22, colours by 39.
      let open = 0;
      for (const [code] of text.matchAll(sgr)) open += /\[(22|39)m/.test(code) ? -1 : 1;
      assertEquals(open, 0, `seed ${seed}: ${JSON.stringify(text)}`);
    }
  });
});

Deno.test("liveReporter() writes nothing where nothing changed, and only the lines that did", () => {
  const { writes, reporter } = watched(80, { sizes: () => new Map([["a", 50], ["b", 50]]) });
  reporter.event({ type: "planned", at: 0, stages: 100, hit: 0, run: 100, maybe: 0 });
  for (const stage of ["a[0]", "b[0]"]) {
    reporter.event({ type: "stage-started", at: 0, stage, worker: 0 });
  }
  reporter.tick(5000);
  writes.length = 0;
  for (const now of [5000, 5120, 5360, 5999]) reporter.tick(now);
  assertEquals(writes, []);
  reporter.event({ type: "stage-started", at: 5999, stage: "b[1]", worker: 1 });
  reporter.tick(5999);
  assertEquals(writes.length, 1);
  assertStringIncludes(writes[0], "2 running");
  assert(!/\ba\b/.test(stripAnsiCode(writes[0])), "the row of the other stage stays");
});

Deno.test("liveReporter() has a row for each stage at work, with its members counted", () => {
  const sizes = new Map([["fits", 1000], ["train", 1], ["draws", 3], ["figure", 1]]);
  const { screen, reporter } = watched(100, { sizes: () => sizes });
  const engine = "webgpu-f32/mesa-llvmpipe-15.0.6-256";
  const about = { workflow: "w", run: "r", started_at: "", basin: "", deno: "", jobs: 2, engine };
  reporter.event({ type: "run-started", at: 0, ...about });
  reporter.event({ type: "planned", at: 0, stages: 1005, hit: 0, run: 1005, maybe: 0 });
  for (let i = 0; i < 3; i++) reporter.event(ran(`draws[${i}]`, 10));
  for (let i = 0; i < 64; i++) {
    reporter.event({ type: "stage-started", at: 20, stage: `fits[${i}]`, worker: 0, fused: 64 });
  }
  reporter.event({ type: "stage-started", at: 20, stage: "train", worker: 1 });
  reporter.event({
    type: "stage-progress",
    at: 900,
    stage: "train",
    fraction: 0.4,
    note: "loss 0.2",
  });
  for (let i = 0; i < 16; i++) reporter.event(ran(`fits[${i}]`, 1900, 0.1));
  reporter.tick(2000);
  const [first, ...frame] = screen.lines;
  assertEquals(first, `1,005 stages: 0 hit, 1,005 run, 0 maybe · ${engine}`);
  assertEquals(frame.length, 4, frame.join("\n"));
  assert(/^ {2}fits +[━─]+ +16\/1,000 +48 running/.test(frame[0]), frame[0]);
  assert(/^ {2}train +━+─+ +40 % +1 s .*loss 0\.2$/.test(frame[1]), frame[1]);
  assertEquals(frame[2], "  1 stage done, 1 waiting");
  assert(/^[━─]+ 19\/1,005 {2}2 s · .*16 fused$/.test(frame[3]), frame[3]);
  assert(!frame.join("").includes(engine), "the engine is named once");
});

Deno.test("liveReporter() leaves failures, warnings and slow stages above, and names them below", () => {
  const { screen, reporter } = watched(80, { expected: () => 2 });
  reporter.event({ type: "planned", at: 0, stages: 3, hit: 0, run: 3, maybe: 0 });
  reporter.event({ type: "stage-started", at: 0, stage: "a", worker: 0 });
  const failure = { reason: "threw" as const, message: "first\nsecond" };
  reporter.event({ type: "stage-failed", at: 1, stage: "a", failure, seconds: 1 });
  reporter.event({ type: "warning", at: 2, message: "odd", stage: "b" });
  reporter.event(ran("b", 3, 20));
  reporter.event({
    type: "stage-retried",
    at: 3,
    stage: "c",
    attempt: 1,
    failure,
    wait_seconds: 2,
  });
  reporter.tick(4000);
  assertEquals(screen.lines, [
    "3 stages: 0 hit, 3 run, 0 maybe",
    "failed: a",
    "    first",
    "    second",
    "warning: b: odd",
    "slow: b took 20.0 s, usually 2.0 s",
    "retry: c: attempt 1 threw, next in 2.0 s",
    "  failed: a",
    "━━━━━━━━━━━━━━━──────── 2/3  1 failed · 4 s",
  ]);
});

Deno.test("liveReporter() tells the first failures of a stage, and counts the others", () => {
  const { screen, reporter } = watched(60);
  for (let i = 0; i < 500; i++) {
    const failure = { reason: "threw" as const, message: `message ${i}` };
    reporter.event({ type: "stage-failed", at: i, stage: `fit[seed=${i}]`, failure, seconds: 1 });
  }
  reporter.tick(1000);
  const { lines } = screen;
  assertEquals(lines.filter((line) => line.startsWith("failed:")).length, 3);
  assertEquals(lines.at(-2), "  failed: fit[seed=0], fit[seed=1] and 498 more");
});

Deno.test("liveReporter() names what takes longer than usual while it runs", () => {
  const sizes = new Map([["fit", 8]]);
  const { screen, reporter } = watched(80, { sizes: () => sizes, expected: () => 5 });
  reporter.event({ type: "planned", at: 0, stages: 8, hit: 0, run: 8, maybe: 0 });
  reporter.event({ type: "stage-started", at: 0, stage: "fit[seed=0]", worker: 0 });
  reporter.event({ type: "stage-started", at: 30_000, stage: "fit[seed=1]", worker: 1 });
  reporter.event({
    type: "stage-progress",
    at: 30_001,
    stage: "fit[seed=0]",
    fraction: 0,
    note: "step 3",
  });
  reporter.tick(36_000);
  assertStringIncludes(
    screen.lines.join("\n"),
    "slow: fit[seed=0]  36 s, usually a few s, step 3\n",
  );
  assert(!screen.lines.join("\n").includes("fit[seed=1]"));
});

Deno.test("liveReporter() keeps its last line where it is while stages come and go", () => {
  const names = Array.from({ length: 40 }, (_, i) => `stage_${i}`);
  const sizes = new Map(names.map((name) => [name, 4]));
  const { screen, reporter } = watched(80, { sizes: () => sizes });
  reporter.event({ type: "planned", at: 0, stages: 160, hit: 0, run: 160, maybe: 0 });
  let highest = 0;
  names.forEach((name, i) => {
    for (let member = 0; member < 4; member++) {
      const at = 1000 * i + 300 * member;
      reporter.event({ type: "stage-started", at, stage: `${name}[${member}]`, worker: member });
      reporter.tick(at);
      reporter.event(ran(`${name}[${member}]`, at + 250));
      assert(screen.lines.length >= highest, "the frame never becomes lower");
      highest = screen.lines.length;
    }
  });
});

Deno.test("liveReporter() counts the time left down at a constant rate, and never up", () => {
  for (
    const [jobs, seconds, expected] of [[1, 1, 1], [4, 1, undefined], [8, 5, 3], [3, 2, 9]] as const
  ) {
    const num = 240;
    const { screen, reporter } = watched(100, {
      sizes: () => new Map([["fit", num]]),
      expected: () => expected,
    });
    const about = { workflow: "w", run: "r", started_at: "", basin: "", deno: "", jobs };
    reporter.event({ type: "run-started", at: 0, ...about });
    reporter.event({ type: "planned", at: 0, stages: num, hit: 0, run: num, maybe: 0 });
    const end = 1000 * seconds * num / jobs;
    const shown: number[] = [];
    const start = (i: number) =>
      reporter.event({
        type: "stage-started",
        at: 1000 * seconds * Math.floor(i / jobs),
        stage: `fit[${i}]`,
        worker: i % jobs,
      });
    for (let i = 0; i < jobs; i++) start(i);
    for (let now = 0, done = 0; now < end; now += 120) {
      for (; 1000 * seconds * (1 + Math.floor(done / jobs)) <= now; done++) {
        reporter.event(
          ran(`fit[${done}]`, 1000 * seconds * (1 + Math.floor(done / jobs)), seconds),
        );
        if (done + jobs < num) start(done + jobs);
      }
      reporter.tick(now);
      const left = /about ([\d.]+) (s|min) left$/.exec(screen.lines.at(-1)!);
      // What was known from before may have been wrong.
      const isTrue = expected === undefined || expected === seconds;
      if (left === null || done < (isTrue ? 0.05 : 0.4) * num) continue;
      const value = Number(left[1]) * (left[2] === "min" ? 60 : 1);
      // Steps are coarse; from one to the next it is half as much again.
      const truth = (end - now) / 1000;
      assertLess(
        Math.abs(value - truth),
        0.35 * truth + 8,
        `${jobs} jobs at ${now} ms: ${left[0]}`,
      );
      shown.push(value);
    }
    assert(shown.length > 10);
    for (const [i, value] of shown.entries()) {
      assert(i === 0 || value <= shown[i - 1], `${jobs} jobs: ${shown[i - 1]} s, then ${value} s`);
    }
  }
});

Deno.test("liveReporter() takes what a graph gains without a line of its own", () => {
  let size = 10;
  const { screen, reporter } = watched(80, { sizes: () => new Map([["fit", size]]) });
  reporter.event({ type: "planned", at: 0, stages: 10, hit: 0, run: 1, maybe: 9 });
  reporter.event({ type: "stage-started", at: 0, stage: "fit[0]", worker: 0 });
  reporter.tick(1000);
  assertStringIncludes(screen.lines.join("\n"), "0/10");
  size = 500;
  reporter.event({ type: "planned", at: 0, stages: 500, hit: 0, run: 1, maybe: 499, grown: true });
  const before = screen.lines.length;
  reporter.tick(2000);
  assertEquals(screen.lines.length, before);
  assertEquals(screen.lines.join("\n").match(/0\/500/g)?.length, 2);
});
