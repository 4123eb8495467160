// Warnings that results carry: the first of a stage on the terminal, all of them in the report, each kind once.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { warningsOf } from "#lib/core/warnings_of.ts";
import { liveReporter } from "#lib/report/live.ts";
import { plainReporter } from "#lib/report/plain.ts";
import { warningsHtml } from "#lib/report/sections/warnings.ts";

const facts = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

Deno.test("warningsOf() takes sentences from facts and nothing from anything else", () => {
  const files = (about: unknown) => ({ a: { kind: "x", files: { "about.json": facts(about) } } });
  assertEquals(warningsOf(files({ warnings: ["one", "two", "one"] })), ["one", "two"]);
  for (const odd of [null, 3, [], {}, { warnings: "text" }, { warnings: [1, null] }]) {
    assertEquals(warningsOf(files(odd)), []);
  }
  const broken = { a: { kind: "x", files: { "about.json": Uint8Array.of(123, 255) } } };
  assertEquals(warningsOf(broken), []);
  assertEquals(
    warningsOf({ a: { kind: "x", files: { "states.json": facts({ warnings: ["no"] }) } } }),
    [],
  );
});

for (const [name, make] of [["plain", plainReporter], ["live", liveReporter]] as const) {
  Deno.test(`the ${name} reporter shows the first warnings of a stage and counts the others`, () => {
    let text = "";
    const reporter = make({ write: (part) => text += part, columns: () => 80 });
    for (let n = 0; n < 50; n++) {
      reporter.event({ type: "warning", at: n, stage: `fits[n=${n}]`, message: "rank is high" });
    }
    reporter.event({ type: "warning", at: 50, message: "the device is lost" });
    reporter.close();
    const shown = stripAnsiCode(text).split("\n").filter((line) => line.includes("warning:"));
    assertEquals(shown.length, 4, text);
    assertStringIncludes(shown[0], "fits[n=0]: rank is high");
    assertStringIncludes(shown[2], "the device is lost");
    assertStringIncludes(shown[3], "fits: 48 more warnings, in the report");
  });
}

Deno.test("warningsHtml() shows text as text and groups members", () => {
  const html = warningsHtml([
    ...Array.from(
      { length: 9 },
      (_, n) => `fits[n=${n},x="a: b"]: rank <${9 + n}> & ${n / 8} more`,
    ),
    "the engine went: away",
  ]);
  assertStringIncludes(html, "rank &lt;9&gt; &amp; 0 more");
  assertStringIncludes(html, "(9 like this: ");
  assertEquals(html.split("<li>").length, 3, "one for the stage, one for the run");
  assert(!html.includes("<9>"));
});

Deno.test("warningsHtml() knows stages by their first bracket", () => {
  const strong = (text: string) => /<strong>(.*?)<\/strong>/.exec(warningsHtml([text]))?.[1];
  assertEquals(
    ["a[b=x [1], c=2]: d", "a[b]: c[d]: e", "a: b", "a b: c", "a[: b", "[a]: b"].map(strong),
    ["a", "a", "a", undefined, undefined, undefined],
  );
});
