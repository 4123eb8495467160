import {
  delayEmbedding,
  embeddingShape,
  embedRows,
  embedStackedRows,
} from "#lib/math/dmd/delay_embedding.ts";
import reference from "#tests/reference/dsa/embedding.json" with { type: "json" };
import { assertEquals, assertThrows } from "@std/assert";
import { fresh } from "../linalg/fresh.ts";
import { integerTrials } from "./trial_sets.ts";

Deno.test("delayEmbedding() gives the reference embeddings exactly", () => {
  for (const example of reference.cases) {
    const trials = Array.isArray(example.data[0][0])
      ? example.data as number[][][]
      : [example.data as number[][]];
    const result = delayEmbedding({
      data: Float64Array.from(trials.flat(2)),
      numTrials: trials.length,
      numTime: trials[0].length,
      numUnits: trials[0][0].length,
    }, { numDelays: example.n_delays, delayInterval: example.delay_interval });
    const expected = (example.embedding as number[][]).flat(2);
    assertEquals(result.data, Float64Array.from(expected));
    assertEquals(result.numRows * result.numFeatures, expected.length);
  }
});

Deno.test("delayEmbedding() puts the newest sample first and never joins trials of unequal length", () => {
  fresh((draws) => {
    const lengths = [9, 14, 7];
    const trials = integerTrials(draws, lengths, 3, 2);
    const { data, rowsPerTrial, numRows } = delayEmbedding(trials, {
      numDelays: 3,
      delayInterval: 3,
    });
    assertEquals(rowsPerTrial, [3, 8, 1]);
    assertEquals(numRows, 12);
    let row = 0;
    let start = 0;
    lengths.forEach((length, trial) => {
      for (let i = 0; i < rowsPerTrial[trial]; i++, row++) {
        for (let b = 0; b < 3; b++) {
          for (let c = 0; c < 2; c++) {
            const t = i + 6 - 3 * b;
            assertEquals(data[row * 6 + b * 2 + c], trials.data[(start + t) * 2 + c]);
          }
        }
      }
      start += length;
    });
  });
});

Deno.test("delayEmbedding() with one delay is the data, whatever the interval", () => {
  fresh((draws) => {
    const trials = integerTrials(draws, 5, 4, 3);
    assertEquals(delayEmbedding(trials, { numDelays: 1, delayInterval: 50 }).data, trials.data);
  });
});

Deno.test("embedRows() writes the rows asked for, where asked", () => {
  fresh((draws) => {
    const trials = integerTrials(draws, 12, 2, 2);
    const delays = { numDelays: 2, delayInterval: 2 };
    const all = delayEmbedding(trials, delays).data;
    const out = new Float64Array(4 * 3 + 4);
    embedRows(trials, delays, embeddingShape(trials, delays).offsets[1], 3, out, 4, 5);
    assertEquals(out.subarray(4), all.subarray((10 + 5) * 4, (10 + 8) * 4));
    assertEquals(out.subarray(0, 4), new Float64Array(4));
  });
});

Deno.test("delayEmbedding() refuses too many delays, bad counts and data of another size", () => {
  const trials = { data: new Float64Array(20), numTrials: 2, numTime: [4, 6], numUnits: 2 };
  assertThrows(
    () => delayEmbedding(trials, { numDelays: 3, delayInterval: 2 }),
    RangeError,
    "too many delays for trial 0: 3 delays at interval 2 need at least 5 time points, it has 4",
  );
  assertThrows(() => delayEmbedding(trials, { numDelays: 0 }), RangeError, "numDelays is 0");
  assertThrows(
    () => delayEmbedding(trials, { numDelays: 1, delayInterval: 1.5 }),
    RangeError,
    "delayInterval is 1.5",
  );
  assertThrows(
    () => delayEmbedding({ ...trials, numTime: [4] }, { numDelays: 1 }),
    RangeError,
    "1 lengths for 2 trials",
  );
  assertThrows(
    () => delayEmbedding({ ...trials, numTime: 4 }, { numDelays: 1 }),
    RangeError,
    "data has 20 entries, the trials' sizes make 16",
  );
});

Deno.test("embedStackedRows() writes any stretch of the rows of delayEmbedding()", () => {
  fresh((draws) => {
    const trials = integerTrials(draws, [9, 14, 7], 3, 2);
    const delays = { numDelays: 3, delayInterval: 2 };
    const { data, numRows, numFeatures } = delayEmbedding(trials, delays);
    for (let repeat = 0; repeat < 30; repeat++) {
      const from = draws.integer(0, numRows);
      const count = draws.integer(0, numRows - from);
      const out = new Float64Array(count * numFeatures);
      embedStackedRows(trials, delays, from, count, out);
      assertEquals(out, data.slice(from * numFeatures, (from + count) * numFeatures));
    }
  });
});
