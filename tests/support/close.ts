// Closeness of numeric arrays with a report a person can act on: how many differ, where worst, by how much.

/** Tolerances: an entry passes if |actual − expected| ≤ atol + rtol · |expected|. */
export interface Tolerance {
  readonly atol?: number;
  readonly rtol?: number;
}

/** Throws unless all entries agree within tolerance; the message gives count, worst index and values. */
export function assertAllClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { atol = 0, rtol = 0 }: Tolerance = {},
  label = "arrays",
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${label}: ${actual.length} entries, expected ${expected.length}`);
  }
  let bad = 0;
  let worst = -1;
  let worstExcess = -Infinity;
  for (let i = 0; i < actual.length; i++) {
    const a = actual[i];
    const e = expected[i];
    if (Object.is(a, e)) continue;
    const excess = Math.abs(a - e) - (atol + rtol * Math.abs(e));
    if (!(excess <= 0)) {
      bad++;
      if (!(excess <= worstExcess)) {
        worstExcess = excess;
        worst = i;
      }
    }
  }
  if (bad > 0) {
    throw new Error(
      `${label}: ${bad} of ${actual.length} entries differ; worst at ${worst}: ` +
        `${actual[worst]} instead of ${expected[worst]} (atol ${atol}, rtol ${rtol})`,
    );
  }
}
