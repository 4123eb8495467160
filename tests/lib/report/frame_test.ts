// Lines that are drawn in place, on a terminal that is simulated.

import { assertEquals } from "@std/assert";
import { Frame } from "#lib/report/frame.ts";
import { randomStream } from "#lib/core/random.ts";
import { freshSeed } from "#tests/support/run_events.ts";
import { Screen } from "#tests/support/screen.ts";

Deno.test("Frame shows the lines drawn last, below all text that stays", () => {
  const seed = freshSeed();
  const draw = randomStream(seed, "tests/frame");
  let next = 0;
  const below = (bound: number) => draw.integer(bound, next++);
  for (let run = 0; run < 30; run++) {
    const columns = 20 + below(60);
    const screen = new Screen(columns);
    const frame = new Frame((text) => screen.write(text), () => columns);
    const staying: string[] = [];
    let lines: string[] = [];
    for (let step = 0; step < 80; step++) {
      const what = below(8);
      if (what === 0) {
        const text = Array.from({ length: 1 + below(3) }, () => `text ${step}`);
        staying.push(...text);
        frame.above(text.join("\n"));
      } else if (what === 1 && below(4) === 0) {
        frame.clear();
        lines = [];
      } else {
        const kept = lines.filter(() => below(3) > 0);
        lines = [...kept, ...Array.from({ length: below(3) }, () => `line ${below(1000)}`)].slice(
          0,
          12,
        );
        frame.draw(lines);
      }
      const where = `seed ${seed}, run ${run}, step ${step}`;
      assertEquals(screen.lines.filter((line) => line !== ""), [...staying, ...lines], where);
    }
    assertEquals(screen.wrapped, 0);
  }
});

Deno.test("Frame keeps its last line in its place, and lets text take the room above", () => {
  const screen = new Screen(40);
  const frame = new Frame((text) => screen.write(text), () => 40);
  frame.draw(["a", "b", "c", "d"]);
  frame.draw(["d"]);
  assertEquals(screen.lines, ["", "", "", "d"]);
  frame.above("text");
  assertEquals(screen.lines, ["text", "", "", "d"]);
  frame.above("more\nand more");
  assertEquals(screen.lines, ["text", "more", "and more", "d"]);
  frame.above("last");
  assertEquals(screen.lines, ["text", "more", "and more", "last", "d"]);
  frame.draw(["c", "d"], 1);
  frame.draw(["d"], 1);
  assertEquals(screen.lines, ["text", "more", "and more", "last", "d"]);
});

Deno.test("Frame takes away what a narrower terminal has wrapped", () => {
  let columns = 40;
  let text = "";
  const frame = new Frame((part) => text += part, () => columns);
  frame.draw(["x".repeat(39), "y".repeat(10), "漢".repeat(15)]);
  columns = 20;
  text = "";
  frame.draw(["short"]);
  // Two rows, one, and two: the terminal has wrapped them.
  // deno-lint-ignore no-control-regex
  assertEquals(/\x1b\[(\d+)A/.exec(text)?.[1], "5");
  columns = 60;
  text = "";
  frame.draw(["short"]);
  // deno-lint-ignore no-control-regex
  assertEquals(/\x1b\[(\d+)A/.exec(text)?.[1], "3");
});

Deno.test("Frame writes the lines that changed, and nothing if none did", () => {
  let text = "";
  const frame = new Frame((part) => text += part, () => 40);
  frame.draw(["one", "two", "three"]);
  text = "";
  frame.draw(["one", "two", "three"]);
  assertEquals(text, "");
  frame.draw(["one", "2", "three"]);
  assertEquals(text, "\x1b[?2026h\x1b[?7l\x1b[3A\r\n2\x1b[K\n\n\x1b[?7h\x1b[?2026l");
});
