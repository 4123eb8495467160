// The plain log: one line a change, that fits, for pipes and logs.

import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { columnsOf } from "#lib/report/format.ts";
import { plainReporter } from "#lib/report/plain.ts";
import { freshSeed, randomRun } from "#tests/support/run_events.ts";

Deno.test("plainReporter() writes one line a change and counts hits without listing them", () => {
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
