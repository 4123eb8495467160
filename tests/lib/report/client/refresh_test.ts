// What a page says of itself while its run goes on, by when it was written.

import { assertEquals } from "@std/assert";
import { freshness, spanOf } from "#lib/report/client/refresh.ts";

const written = Date.parse("2026-01-02T03:04:05Z");
const after = (seconds: number, every = 5) => freshness(written, every, written + seconds * 1000);

Deno.test("freshness() loads a page again as often as it is written", () => {
  for (const age of [-100, 0, 39]) {
    assertEquals(after(age), { state: "fresh", text: "This run is going on.", again: 5 });
  }
});

Deno.test("freshness() says that a run may have been killed, and gives up in the end", () => {
  assertEquals(after(40), {
    state: "silent",
    text: "Not written for 40 s: the run may have been killed.",
    again: 15,
  });
  assertEquals(after(599).state, "silent");
  assertEquals(after(3 * 86_400), {
    state: "over",
    text: "Not written for 3 days: the run may have been killed.",
  });
});

Deno.test("freshness() waits longer for pages that take long to write", () => {
  assertEquals([after(200, 51).state, after(205, 51).state], ["fresh", "silent"]);
  assertEquals(after(205, 51).again, 51);
});

Deno.test("spanOf() is coarse", () => {
  assertEquals([45, 119, 120, 3600, 7300, 86_400].map(spanOf), [
    "45 s",
    "119 s",
    "2 minutes",
    "1 hour",
    "2 hours",
    "1 day",
  ]);
});
