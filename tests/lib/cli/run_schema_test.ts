// Files of runs that were edited by hand: whatever the page would stumble over is refused.

import { assertEquals } from "@std/assert";
import { pageSchema, recordSchema } from "#lib/cli/run_schema.ts";
import { foldEvents } from "#lib/report/record.ts";

Deno.test("recordSchema refuses failures that cannot be shown", () => {
  const isRead = (failure: unknown) => {
    const stages = [{ stage: "a", status: "failed", failure }];
    return recordSchema.safeParse({ ...foldEvents([]), stages }).success;
  };
  assertEquals(isRead({ reason: "threw", message: "m", stack: "s" }), true);
  assertEquals(isRead({ reason: "exited", message: "m", code: 1 }), true);
  for (
    const odd of [null, "m", { message: "m" }, { reason: 1, message: "m" }, {
      reason: "threw",
      message: "m",
      stack: 5,
    }]
  ) assertEquals(isRead(odd), false, JSON.stringify(odd));
});

Deno.test("pageSchema refuses costs that are no numbers", () => {
  const page = {
    format: 1,
    title: "",
    description: "",
    command: "",
    num_left_out: 0,
    figures: [],
    tables: [],
    stages: [],
    graph: "",
    stored_warnings: [],
  };
  const isRead = (cost: unknown) =>
    pageSchema.safeParse({ ...page, members: [{ id: "a", coords: {}, metrics: {}, cost }] })
      .success;
  assertEquals(
    [undefined, { seconds: 1 }, { seconds: 1, cpu_seconds: 2, peak_rss: 3 }].map(isRead),
    [
      true,
      true,
      true,
    ],
  );
  assertEquals([null, {}, { seconds: "1" }, { seconds: 1, peak_rss: [] }].map(isRead), [
    false,
    false,
    false,
    false,
  ]);
});
