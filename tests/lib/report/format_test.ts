// Small formatting: borders between units, and text that fits and cannot move the cursor.

import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import {
  columnsOf,
  fit,
  formatBytes,
  formatSeconds,
  oneLine,
  padded,
  plural,
  printable,
} from "#lib/report/format.ts";
import { randomStream } from "#lib/core/random.ts";
import { freshSeed, hostileNames } from "#tests/support/run_events.ts";

// deno-lint-ignore no-control-regex
const obeyed = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
const lineEnds = /[\r\n\t\u2028\u2029]/;

Deno.test("formatSeconds() never rounds over a border between units", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0 ms"],
    [0.9994, "999 ms"],
    [0.9996, "1.0 s"],
    [59.94, "59.9 s"],
    [59.96, "1 min 0 s"],
    [119.6, "2 min 0 s"],
    [3599.4, "59 min 59 s"],
    [3599.6, "1 h 0 min"],
    [7199.9, "2 h 0 min"],
    [360_000, "100 h 0 min"],
  ];
  for (const [seconds, text] of cases) assertEquals(formatSeconds(seconds), text, `${seconds}`);
  const seed = freshSeed();
  const draw = randomStream(seed, "tests/format");
  for (let i = 0; i < 2000; i++) {
    const seconds = 10 ** (8 * draw.integer(1e6, i) / 1e6 - 3);
    assert(
      /^(\d{1,3} ms|\d{1,2}\.\d s|\d{1,2} min [1-5]?\d s|\d+ h [1-5]?\d min)$/.test(
        formatSeconds(seconds),
      ),
      `${seconds}: ${formatSeconds(seconds)}`,
    );
  }
});

Deno.test("formatBytes() keeps two or three digits at every size", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [9949, "9.9 kB"],
    [9950, "10 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [999_500_000, "1.0 GB"],
    [2e12, "2.0 TB"],
  ];
  for (const [bytes, text] of cases) assertEquals(formatBytes(bytes), text, `${bytes}`);
});

Deno.test("plural() agrees with its noun", () => {
  assertEquals([0, 1, 2].map((n) => plural(n, "stage")), ["0 stages", "1 stage", "2 stages"]);
  for (const n of [9, 99, 999, 1000, 99_999, 100_000, 1_234_567, 1e9 + 7]) {
    assertEquals(plural(n, "x"), `${n.toLocaleString("en-US")} xs`);
  }
});

Deno.test("printable() leaves nothing that a terminal obeys, oneLine() no line end either", () => {
  for (const name of hostileNames) {
    assert(!obeyed.test(printable(name)), JSON.stringify(printable(name)));
    assert(!lineEnds.test(oneLine(name)) && !obeyed.test(oneLine(name)));
  }
  assertEquals(printable("a\r\u0007"), "a\\u000d\\u0007");
  assertEquals(printable("tab\tand\nline é 漢 😀"), "tab\tand\nline é 漢 😀");
});

Deno.test("fit() and padded() keep to the width for any text and any width", () => {
  for (const name of hostileNames.map(oneLine)) {
    for (let width = 0; width <= 90; width++) {
      const shown = fit(name, width);
      assertLessOrEqual(columnsOf(shown), width, JSON.stringify([name, width]));
      assert(columnsOf(name) > width || shown === name, "short text stays");
      assert(!/[\ud800-\udbff](?![\udc00-\udfff])/.test(shown), "no half characters");
      assertEquals(columnsOf(padded(name, width)), width);
    }
  }
  assertEquals(fit("abcdefghij", 5), "ab…ij");
  assertEquals(fit("漢字仮名", 5), "漢…名");
});
