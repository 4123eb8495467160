import { assertEquals, assertThrows } from "@std/assert";
import { dependsOnTotal, rateFactor, scheduleSchema } from "#lib/training/schedule.ts";
import { assertAllClose } from "#tests/support/close.ts";

const factors = (params: unknown, numEpochs: number) => {
  const schedule = scheduleSchema.parse(params);
  return Array.from({ length: numEpochs }, (_, epoch) => rateFactor(schedule, epoch, numEpochs));
};

Deno.test("rateFactor() follows each schedule", () => {
  assertEquals(factors({ kind: "constant" }, 3), [1, 1, 1]);
  assertAllClose(
    factors({ kind: "multi_step", milestones: [3, 1] }, 5),
    [1, 0.1, 0.1, 0.01, 0.01],
    { rtol: 1e-15 },
  );
  assertAllClose(factors({ kind: "exponential", gamma: 0.5 }, 4), [1, 0.5, 0.25, 0.125]);
  assertAllClose(factors({ kind: "cosine" }, 5), [
    1,
    0.5 + Math.SQRT1_2 / 2,
    0.5,
    0.5 - Math.SQRT1_2 / 2,
    0,
  ], {
    atol: 1e-15,
  });
  assertAllClose(factors({ kind: "cosine", end_factor: 0.2 }, 3), [1, 0.6, 0.2], { atol: 1e-15 });
  assertEquals(factors({ kind: "cosine" }, 1), [1], "one epoch is the first one");
});

Deno.test("rateFactor() does not depend on the number of epochs unless dependsOnTotal() says so", () => {
  const all = [
    { kind: "constant" },
    { kind: "multi_step", milestones: [2, 4] },
    { kind: "exponential", gamma: 0.9 },
    { kind: "cosine" },
  ];
  for (const params of all) {
    const same = String(factors(params, 6)) === String(factors(params, 9).slice(0, 6));
    assertEquals(dependsOnTotal(scheduleSchema.parse(params)), !same, params.kind);
  }
});

Deno.test("rateFactor() refuses epochs outside of what a cosine spans", () => {
  const cosine = scheduleSchema.parse({ kind: "cosine" });
  assertThrows(() => rateFactor(cosine, 5, 5), RangeError, "the cosine spans epochs 0 to 4");
});

Deno.test("scheduleSchema refuses settings of other schedules", () => {
  for (
    const params of [{ kind: "constant", gamma: 1 }, { kind: "exponential" }, { kind: "linear" }]
  ) {
    assertEquals(scheduleSchema.safeParse(params).success, false, JSON.stringify(params));
  }
});
