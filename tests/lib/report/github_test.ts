// What GitHub reads: a message cannot become a command.

import { assert, assertEquals } from "@std/assert";
import { annotation } from "#lib/report/github.ts";
import { hostileNames } from "#tests/support/run_events.ts";

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
