// The plain log: few lines that fit, for pipes and logs; the same in every run.

import { assert, assertEquals, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import type { RunEvent } from "#lib/core/event.ts";
import { columnsOf } from "#lib/report/format.ts";
import { plainReporter } from "#lib/report/plain.ts";
import { freshSeed, randomRun, randomSweep } from "#tests/support/run_events.ts";

const failure = { reason: "threw" as const, message: "no\nluck" };

/** A log of a run with stages of these sizes, planned. */
function logged(sizes: Readonly<Record<string, number>>) {
  const stages = Object.values(sizes).reduce((a, b) => a + b, 0);
  const log = { text: "", lines: (): string[] => stripAnsiCode(log.text).split("\n").slice(0, -1) };
  const reporter = plainReporter({
    write: (part) => log.text += part,
    columns: () => 80,
    sizes: () => new Map(Object.entries(sizes)),
  });
  reporter.event({ type: "planned", at: 0, stages, hit: 0, run: stages, maybe: 0 });
  log.text = "";
  return { log, reporter };
}

function ended(stage: string, at: number, how: "ran" | "hit" = "ran"): RunEvent {
  return { type: "stage-finished", at, stage, how, key: "k" as never, seconds: 1.5, outputs: {} };
}

function started(stage: string, at: number, fused?: number): RunEvent {
  const together = fused === undefined ? {} : { fused };
  return { type: "stage-started", at, stage, worker: 0, ...together };
}

Deno.test("plainReporter() writes one line a change where sizes are not known, none for hits", () => {
  const seed = freshSeed();
  const events = randomRun(seed, 60);
  for (const event of events) {
    let text = "";
    const reporter = plainReporter({ write: (part) => text += part, columns: () => 80 });
    reporter.event({ type: "planned", at: 0, stages: 60, hit: 0, run: 60, maybe: 0 });
    text = "";
    reporter.event(event);
    const plain = stripAnsiCode(text);
    const lines = plain.split("\n");
    const where = `seed ${seed}: ${JSON.stringify(plain)}`;
    // deno-lint-ignore no-control-regex
    assert(!/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(plain), where);
    switch (event.type) {
      case "planned":
        // The second one: a graph that has grown.
        assertEquals(plain, "", where);
        break;
      case "stage-skipped":
        assertEquals([lines.length, lines[1]], [2, ""], where);
        assertLessOrEqual(columnsOf(lines[0]), 80, where);
        break;
      case "stage-failed":
        assert(lines.slice(1, -1).every((line) => line.startsWith("       ")), where);
        assertLessOrEqual(columnsOf(lines[0]), 80, where);
        break;
      case "stage-finished":
        assertEquals(lines.length, event.how === "ran" ? 2 : 1, where);
        assertLessOrEqual(columnsOf(lines[0]), 80, where);
        break;
      case "warning":
        assert(plain.startsWith("warning: ") && plain.endsWith("\n"), where);
        break;
      default:
        assertEquals(plain, "", where);
    }
  }
});

Deno.test("plainReporter() counts what is done", () => {
  let text = "";
  const reporter = plainReporter({ write: (part) => text += part, columns: () => 80 });
  const done = (stage: string, how: "ran" | "hit") =>
    reporter.event({
      type: "stage-finished",
      at: 0,
      stage,
      how,
      key: "k" as never,
      seconds: 1.5,
      outputs: {},
    });
  reporter.event({ type: "planned", at: 0, stages: 12, hit: 1, run: 11, maybe: 0 });
  done("a", "hit");
  done("b[x=1]", "ran");
  reporter.event({ type: "stage-skipped", at: 0, stage: "c", because: "b failed" });
  reporter.close();
  assertEquals(stripAnsiCode(text).split("\n"), [
    "12 stages: 1 hit, 11 run, 0 maybe",
    " 2/12 ran  b[x=1]  1.5 s",
    " 3/12 skip c  b failed",
    "",
  ]);
});

Deno.test("plainReporter() tells of 1,000 members in a few lines, of three one by one", () => {
  const { log, reporter } = logged({ sweep: 1000, few: 3, some: 10 });
  for (let i = 0; i < 1000; i++) {
    reporter.event(started(`sweep[seed=${i}]`, 10 * i));
    reporter.event(ended(`sweep[seed=${i}]`, 10 * (i + 1)));
  }
  for (let i = 0; i < 3; i++) reporter.event(ended(`few[${i}]`, 10_000));
  for (let i = 0; i < 10; i++) {
    reporter.event(started(`some[${i}]`, 10_000));
    reporter.event(ended(`some[${i}]`, 10_500));
  }
  reporter.close();
  assertEquals(log.lines(), [
    " 250/1013 ran  sweep  250 of 1,000 in 2.5 s, 100/s",
    " 500/1013 ran  sweep  500 of 1,000 in 5.0 s, 100/s",
    " 750/1013 ran  sweep  750 of 1,000 in 7.5 s, 100/s",
    "1000/1013 ran  sweep  all 1,000 in 10.0 s, 100/s",
    "1001/1013 ran  few[0]  1.5 s",
    "1002/1013 ran  few[1]  1.5 s",
    "1003/1013 ran  few[2]  1.5 s",
    "1008/1013 ran  some  5 of 10 in 500 ms",
    "1013/1013 ran  some  all 10 in 500 ms",
  ]);
});

Deno.test("plainReporter() tells of thousands of small stages in a few hundred lines", () => {
  const names = Array.from({ length: 5000 }, (_, i) => `stage_${i}`);
  const { log, reporter } = logged(Object.fromEntries(names.map((name) => [name, 1])));
  names.forEach((name, i) => {
    reporter.event(started(name, i));
    reporter.event(ended(name, i + 1));
  });
  reporter.close();
  const lines = log.lines();
  assertEquals(lines.length, 200 + 39);
  assertEquals(lines[199], " 200/5000 ran  stage_199  1.5 s");
  assertEquals(lines[200], " 250/5000 ran  stage_249  1.5 s");
  assertEquals(lines.at(-1), "5000/5000 ran  stage_4999  1.5 s");
});

Deno.test("plainReporter() says nothing of stages that are found whole, and counts hits of others", () => {
  const { log, reporter } = logged({ found: 400, mixed: 40 });
  for (let i = 0; i < 400; i++) reporter.event(ended(`found[${i}]`, 1, "hit"));
  for (let i = 0; i < 30; i++) reporter.event(ended(`mixed[${i}]`, 2, "hit"));
  reporter.close();
  assertEquals(log.text, "");
  reporter.event(started("mixed[30]", 2));
  for (let i = 30; i < 40; i++) reporter.event(ended(`mixed[${i}]`, 3000));
  assertEquals(log.lines(), ["440/440 ran  mixed  all 40 (30 hit) in 3.0 s, 3.3/s"]);
});

Deno.test("plainReporter() tells failures at once, the first of a stage with their messages", () => {
  const { log, reporter } = logged({ sweep: 100, after: 100 });
  for (let i = 0; i < 100; i++) {
    reporter.event(started(`sweep[${i}]`, i));
    const before = log.lines().length;
    if (i < 60) {
      reporter.event({ type: "stage-failed", at: i, stage: `sweep[${i}]`, failure, seconds: 1 });
    } else reporter.event(ended(`sweep[${i}]`, i));
    if (i < 5) assertEquals(log.lines().length, before + 3, `failure ${i} is told at once`);
  }
  for (let i = 0; i < 60; i++) {
    const because = `sweep[${i}] failed`;
    reporter.event({ type: "stage-skipped", at: 100, stage: `after[${i}]`, because });
  }
  reporter.close();
  const lines = log.lines();
  assertEquals(lines.slice(0, 3), ["  1/200 FAIL sweep[0]  threw", "       no", "       luck"]);
  assertEquals(lines.slice(15), [
    " 25/200 FAIL sweep  25 of 100 (25 failed) in 24 ms",
    " 50/200 FAIL sweep  50 of 100 (50 failed) in 49 ms",
    " 75/200 FAIL sweep  75 of 100 (60 failed) in 74 ms",
    "100/200 FAIL sweep  all 100 (60 failed) in 99 ms",
    "125/200 skip after  25 of 100 (25 skipped)",
    "150/200 skip after  50 of 100 (50 skipped)",
    "FAIL sweep: 55 more, in the report",
  ]);
});

Deno.test("plainReporter() names the first stages skipped for one reason", () => {
  const names = Array.from({ length: 9 }, (_, i) => `s${i}`);
  const { log, reporter } = logged(Object.fromEntries(names.map((name) => [name, 1])));
  for (const stage of names) {
    reporter.event({ type: "stage-skipped", at: 1, stage, because: "draws failed" });
  }
  reporter.close();
  assertEquals(log.lines(), [
    "1/9 skip s0  draws failed",
    "2/9 skip s1  draws failed",
    "3/9 skip s2  draws failed",
    "skip draws failed: 6 more",
  ]);
});

Deno.test("plainReporter() says that a silent run is alive, less and less often", () => {
  const { log, reporter } = logged({ train: 2, sweep: 100 });
  reporter.event(started("train[seed=0]", 0));
  reporter.event(started("train[seed=1]", 0));
  reporter.event({
    type: "stage-progress",
    at: 1,
    stage: "train[seed=0]",
    fraction: 0.5,
    note: "loss 0.2",
  });
  for (let now = 0; now <= 600_000; now += 120) reporter.tick!(now);
  assertEquals(log.lines(), [
    "  0/102 ...  train[seed=0]  30 s, 50 %, loss 0.2, 1 more running",
    ...["1 min 30 s", "3 min 30 s", "5 min 30 s", "7 min 30 s", "9 min 30 s"].map((time) =>
      `  0/102 ...  train[seed=0]  ${time}, 50 %, loss 0.2, 1 more running`
    ),
  ]);
  reporter.event(ended("train[seed=0]", 600_000));
  reporter.event(ended("train[seed=1]", 600_000));
  log.text = "";
  for (let i = 0; i < 20; i++) {
    reporter.event(started(`sweep[${i}]`, 600_000 + 2000 * i));
    reporter.tick!(600_000 + 2000 * i);
    reporter.event(ended(`sweep[${i}]`, 602_000 + 2000 * i));
  }
  // Members that are soon done are not named, but counted.
  assertEquals(
    log.lines(),
    ["17/102 ...  sweep  15 of 100 in 30.0 s, 30/min, 1 running"].map((line) => ` ${line}`),
  );
});

Deno.test("plainReporter() says how far a run came that was stopped", () => {
  const { log, reporter } = logged({ sweep: 100, other: 100 });
  for (let i = 0; i < 33; i++) {
    reporter.event(started(`sweep[${i}]`, i));
    reporter.event(ended(`sweep[${i}]`, i + 1));
  }
  reporter.close();
  assertEquals(log.lines(), [
    " 25/200 ran  sweep  25 of 100 in 25 ms",
    " 33/200 ran  sweep  33 of 100 in 33 ms",
  ]);
});

Deno.test("plainReporter() keeps to the width and to few lines in any run", () => {
  const seed = freshSeed();
  for (let run = 0; run < 20; run++) {
    const { events, sizesAt } = randomSweep(seed + run, 10, 60);
    let numEvents = 0;
    let text = "";
    const reporter = plainReporter({
      write: (part) => text += part,
      columns: () => 80,
      sizes: () => sizesAt(numEvents),
    });
    let numSaid = 0;
    for (const event of events) {
      numEvents++;
      if (event.type === "stage-failed") numSaid++;
      if (event.type === "warning" || event.type === "stage-retried") numSaid++;
      const before = text.length;
      reporter.event(event);
      const [line] = stripAnsiCode(text.slice(before)).split("\n");
      assert(
        // deno-lint-ignore no-control-regex
        !/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.test(line),
        JSON.stringify(line),
      );
      if (event.type !== "warning") {
        assertLessOrEqual(columnsOf(line), 80, `seed ${seed + run}: ${line}`);
      }
    }
    reporter.close();
    // Beside what went wrong: four lines a stage and two where it ended badly, with the plan's.
    const heads = stripAnsiCode(text).split("\n").filter((line) =>
      /^ *\d+\/\d+ (ran|skip) /.test(line)
    );
    assertLessOrEqual(heads.length, 6 * 10 + 1, `seed ${seed + run}`);
    assertStringIncludes(text, "run, 0 maybe\n");
  }
});

Deno.test("plainReporter() says little of thousands of stages that all go wrong", () => {
  const names = Array.from({ length: 3000 }, (_, i) => `stage_${i}`);
  const { log, reporter } = logged(Object.fromEntries(names.map((name) => [name, 1])));
  names.forEach((stage, at) => {
    if (at % 3 === 0) reporter.event({ type: "stage-failed", at, stage, failure, seconds: 1 });
    else if (at % 3 === 1) {
      reporter.event({ type: "stage-skipped", at, stage, because: `${names[at - 1]} failed` });
    } else reporter.event({ type: "warning", at, stage, message: "odd" });
  });
  reporter.close();
  const lines = log.lines();
  assertLessOrEqual(lines.length, 3 * 60 + 40 + 40 + 3 * 6);
  assertEquals(lines.filter((line) => line.includes(" FAIL stage_")).length, 60);
  assertEquals(
    lines.filter((line) => line.startsWith("FAIL ")).at(-1),
    "FAIL 935 other stages: 935 more, in the report",
  );
});
