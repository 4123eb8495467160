// What GitHub reads: a message cannot become a command, a name cannot become Markdown.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { annotation, jobSummary } from "#lib/report/github.ts";
import { foldEvents } from "#lib/report/record.ts";
import { freshSeed, hostileNames, randomRun } from "#tests/support/run_events.ts";

Deno.test("annotation() is one line and one command, whatever message and file hold", () => {
  for (const name of [...hostileNames, "a,b:c%", "\r\n::set-output name=x::y"]) {
    const at = { file: name, line: 3, column: 5, endLine: 3, endColumn: 6 };
    for (const text of [annotation("error", name, at), annotation("warning", name)]) {
      assertEquals(text.split(/\r\n|\r|\n/).length, 2, JSON.stringify(text));
      const match = /^::(error|warning)(?: file=([^,:]*),line=3,col=5)?::(.*)\n$/.exec(text);
      assert(match !== null, JSON.stringify(text));
      const read = (part: string) =>
        part.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%3A", ":")
          .replaceAll("%2C", ",").replaceAll("%25", "%");
      assertEquals(read(match[3]), name);
      if (match[2] !== undefined) assertEquals(read(match[2]), name);
    }
  }
});

Deno.test("jobSummary() shows names without letting them be Markdown or HTML", () => {
  const seed = freshSeed();
  for (let run = 0; run < 10; run++) {
    const record = foldEvents(randomRun(seed + run, 30));
    const text = jobSummary(record, hostileNames);
    const where = `seed ${seed + run}`;
    const outsideCode = text.replace(/`[^`\n]*`(?=: )/g, "");
    assert(!/(?<!\\)<[a-z/!]/i.test(outsideCode), `${where}: a tag in ${outsideCode}`);
    assert(!/(?<!\\)\]\(/.test(outsideCode), `${where}: a link`);
    const lines = text.slice(0, -1).split("\n");
    assertEquals(lines.length, 6 + hostileNames.length + record.totals.failed, where);
    assertEquals(lines.slice(6).filter((line) => !line.startsWith("- ")), [], where);
  }
});

Deno.test("jobSummary() shows every character as it is", () => {
  const text = jobSummary(foldEvents([]), ["a & b < c #1 | x_y*z [k]"]);
  assertStringIncludes(text, "- a &#38; b &#60; c \\#1 \\| x\\_y\\*z \\[k\\]\n");
});
