import { assertEquals, assertThrows } from "@std/assert";
import {
  numMoments,
  optimiserSchema,
  penaltiesSchema,
  writeUpdateRow,
} from "#lib/training/optimiser.ts";
import { UpdateKind, UpdatePart, updateRowLength } from "#lib/training/update_row.ts";
import { assertAllClose } from "#tests/support/close.ts";

Deno.test("optimiserSchema has the customary defaults, and refuses settings of other optimisers", () => {
  assertEquals(optimiserSchema.parse({ kind: "adam" }), {
    kind: "adam",
    learning_rate: 0.001,
    weight_decay: 0,
    clip_norm: null,
    clip_value: null,
    beta_1: 0.9,
    beta_2: 0.999,
    epsilon: 1e-8,
  });
  const refused = [
    { kind: "adam", momentum: 0.9 },
    { kind: "sgd", beta_1: 0.9 },
    { kind: "sgd", momentum: 1 },
    { kind: "adam", learning_rate: 0 },
    { kind: "adam", clip_norm: 0 },
    { kind: "rmsprop" },
  ];
  for (const params of refused) {
    assertEquals(optimiserSchema.safeParse(params).success, false, JSON.stringify(params));
  }
});

Deno.test("numMoments() counts what each optimiser keeps", () => {
  const counts = ["sgd", "adam", "amsgrad"].map((kind) =>
    numMoments(optimiserSchema.parse({ kind }))
  );
  assertEquals(counts, [1, 2, 3]);
});

Deno.test("writeUpdateRow() corrects the bias of moments in double precision", () => {
  const optimiser = optimiserSchema.parse({ kind: "amsgrad", learning_rate: 0.01 });
  for (const update of [1, 2, 7, 1000, 100_000]) {
    const row = new Float64Array(updateRowLength).fill(NaN);
    writeUpdateRow(row, 0, { optimiser, update, rateFactor: 0.5 });
    assertEquals(row[UpdatePart.kind], UpdateKind.amsgrad);
    // 1 − 0.999^n without cancellation.
    const bias = -Math.expm1(update * Math.log(0.999));
    assertAllClose(
      [row[UpdatePart.rate], row[UpdatePart.inverseRoot], row[UpdatePart.rest2]],
      [0.005 / (1 - 0.9 ** update), 1 / Math.sqrt(bias), 0.001],
      { rtol: 1e-12 },
    );
    assertEquals([...row].some(Number.isNaN), false, "every place is written");
  }
});

Deno.test("writeUpdateRow() writes one row among others", () => {
  const rows = new Float64Array(3 * updateRowLength).fill(7);
  writeUpdateRow(rows, updateRowLength, {
    optimiser: optimiserSchema.parse({
      kind: "sgd",
      learning_rate: 0.05,
      momentum: 0.1,
      nesterov: true,
      clip_norm: 2,
      clip_value: 3,
      weight_decay: 0.5,
    }),
    penalties: penaltiesSchema.parse({ l1: 0.1, l2_norm: 0.2, l2_squared: 0.3, activity_l1: 9 }),
    update: 5,
  });
  const right = new Float64Array(updateRowLength);
  right[UpdatePart.kind] = UpdateKind.nesterov;
  right[UpdatePart.rate] = 0.05;
  right[UpdatePart.beta1] = 0.1;
  right[UpdatePart.weightDecay] = 0.5;
  right[UpdatePart.clipNorm] = 2;
  right[UpdatePart.clipValue] = 3;
  right[UpdatePart.l1] = 0.1;
  right[UpdatePart.l2Norm] = 0.2;
  right[UpdatePart.l2Squared] = 0.3;
  const others = new Float64Array(updateRowLength).fill(7);
  assertEquals([...rows], [...others, ...right, ...others]);
});

Deno.test("writeUpdateRow() refuses updates that are not counted from 1", () => {
  const optimiser = optimiserSchema.parse({ kind: "adam" });
  for (const update of [0, -1, 1.5, NaN]) {
    const row = new Float64Array(updateRowLength);
    assertThrows(() => writeUpdateRow(row, 0, { optimiser, update }), RangeError, "from 1");
  }
});
