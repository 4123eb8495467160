// How well each unit is predicted, in the units' own terms: explained variance and correlation, averaged over units.
// Leaves out errors in the data's terms (prediction_statistics.ts).

/** Averages over units. */
export interface UnitScores {
  /** 1 − SSE/SS of each unit, over the units that vary in x; NaN if none does. */
  readonly r2: number;
  /** Pearson correlation of each unit, over the units of which both x and y vary; NaN if none does. */
  readonly correlation: number;
  /** Units that do not vary in x. */
  readonly numConstantUnits: number;
}

/** First and one past the last sample of a stretch. */
export type Span = readonly [from: number, to: number];

/**
 * Scores of predictions y of x, both samples × units, over the samples in `spans`, which are taken as one sequence.
 *
 * @example
 * ```ts
 * import { unitScores } from "#lib/math/dmd/unit_scores.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { r2, correlation } = unitScores(Float64Array.of(1, 2, 3), Float64Array.of(2, 4, 6), 1, [[0, 3]]);
 * assertAlmostEquals(r2, 1 - 14 / 2, 1e-15);
 * assertAlmostEquals(correlation, 1, 1e-15);
 * ```
 */
export function unitScores(
  x: Float64Array,
  y: Float64Array,
  numUnits: number,
  spans: readonly Span[],
): UnitScores {
  let r2 = 0, varying = 0, correlation = 0, both = 0;
  for (let unit = 0; unit < numUnits; unit++) {
    const mx = meanOf(x, unit, numUnits, spans), my = meanOf(y, unit, numUnits, spans);
    if (mx.constant) continue;
    const { xx, yy, xy, error } = deviations(x, y, unit, numUnits, spans, mx.mean, my.mean);
    const explained = 1 - error / xx;
    varying++;
    r2 += Number.isNaN(explained) ? -Infinity : explained;
    if (my.constant) continue;
    both++;
    correlation += xy / (Math.sqrt(xx) * Math.sqrt(yy));
  }
  return {
    r2: r2 / varying,
    correlation: correlation / both,
    numConstantUnits: numUnits - varying,
  };
}

function meanOf(x: Float64Array, unit: number, numUnits: number, spans: readonly Span[]) {
  let sum = 0, count = 0, low = Infinity, high = -Infinity;
  for (const [from, to] of spans) {
    for (let p = from * numUnits + unit; p < to * numUnits; p += numUnits, count++) {
      sum += x[p];
      if (x[p] < low) low = x[p];
      if (x[p] > high) high = x[p];
    }
  }
  return { mean: sum / count, constant: low === high };
}

function deviations(
  x: Float64Array,
  y: Float64Array,
  unit: number,
  numUnits: number,
  spans: readonly Span[],
  meanX: number,
  meanY: number,
) {
  let xx = 0, yy = 0, xy = 0, error = 0;
  for (const [from, to] of spans) {
    for (let p = from * numUnits + unit; p < to * numUnits; p += numUnits) {
      const dx = x[p] - meanX, dy = y[p] - meanY;
      xx += dx * dx;
      yy += dy * dy;
      xy += dx * dy;
      error += (y[p] - x[p]) * (y[p] - x[p]);
    }
  }
  return { xx, yy, xy, error };
}
