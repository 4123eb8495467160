// What tasks say of running several as one: checked before anything runs, for a wrong name in `by` lets through what
// must not run as one.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describeTask } from "#lib/executors/describe_task.ts";
import { tasks } from "#tasks/mod.ts";
import { z } from "zod";

function described(fuse: unknown) {
  const task = {
    name: "probe",
    summary: "",
    version: 1,
    numerics: "exact",
    params: z.strictObject({ units: z.int(), seed: z.int() }),
    inputs: {},
    outputs: {},
    examples: [],
    run() {},
    runMany() {},
    ...(fuse === undefined ? {} : { fuse }),
  };
  return describeTask({ task, members: {} } as never);
}

Deno.test("describeTask() passes on how a task fuses, and refuses what cannot be meant", () => {
  const good = described({ by: ["units"], most: 8, anySizes: true });
  assert(good.ok);
  assertEquals(good.value.fuse, { by: ["units"], most: 8, anySizes: true });
  for (
    const [fuse, words] of [
      [{ by: ["unit"] }, "names unit, which is none of its params: units, seed"],
      [{ by: [7] }, "names 7"],
      [{}, "must be a list"],
      [null, "must be a list"],
      [{ by: "units" }, "must be a list"],
      [{ by: [], most: 0 }, "whole number from 1 up, found 0"],
      [{ by: [], most: NaN }, "found NaN"],
      [{ by: [], most: "8" }, "whole number"],
      [{ by: [], anySizes: "yes" }, "true or false"],
    ] as const
  ) {
    const bad = described(fuse);
    assertStringIncludes(bad.ok ? "it was taken" : bad.error, words);
  }
});

Deno.test("describeTask() finds nothing wrong with the tasks that come along", async () => {
  for (const [name, load] of Object.entries(tasks)) {
    const { default: task } = await load();
    const found = describeTask({ task, members: {} });
    assert(found.ok, `${name}: ${found.ok ? "" : found.error}`);
  }
});
