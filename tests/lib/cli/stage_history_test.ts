// Expected times: of the member if it ran before, else of its stage, else of its task.

import { assertEquals } from "@std/assert";
import { stageHistory } from "#lib/cli/stage_history.ts";
import type { Manifest } from "#lib/core/manifest.ts";

const ran = (stage: string, task: string, seconds: number) =>
  ({ provenance: { stage, seconds }, action: { recipe: { task } } }) as Manifest;

Deno.test("stageHistory() expects what the member took last, else means of stage and task", () => {
  const history = stageHistory([
    ran("fit[seed=0]", "dmd", 4),
    ran("fit[seed=1]", "dmd", 2),
    ran("fit[seed=0]", "dmd", 100),
    ran("other", "dmd", 14),
  ]);
  assertEquals(history.expected("fit[seed=0]", "fit", "dmd"), 4, "the latest comes first");
  assertEquals(history.expected("fit[seed=9]", "fit", "dmd"), (4 + 2 + 100) / 3);
  assertEquals(history.expected("new", "new", "dmd"), (4 + 2 + 100 + 14) / 4);
  assertEquals(history.expected("new", "new", "simulate"), undefined);
  assertEquals(stageHistory([]).expected("fit", "fit", "dmd"), undefined);
});

Deno.test("stageHistory() does not mistake a stage for a task of the same name", () => {
  const history = stageHistory([ran("dmd[x=1]", "simulate", 8)]);
  assertEquals(history.expected("fit", "fit", "dmd"), undefined);
  assertEquals(history.expected("dmd[x=2]", "dmd", "dmd"), 8);
});
