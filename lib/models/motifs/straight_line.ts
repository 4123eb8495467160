// The line motif: a straight path from each starting point, in the corrected form and as published.
// The published one was meant to be a line in a random direction. It multiplies one shared direction, never reset,
// by a fresh normal number at every trial, so the direction about halves from trial to
// trial (exp E ln |n| = 0.53) and nearly all trials end up as points; and its steps grow with time.

import type { RandomStream } from "../../core/random.ts";
import type { LegacyRandom } from "../../math/random/mt19937.ts";
import { requireShape } from "./shape.ts";

/**
 * Straight paths at constant speed, trials × time × units: xᵢ = x₀ + i · d. `starts` and `directions` are
 * trials × units; a direction is the displacement per time point.
 *
 * @throws {RangeError} if the arrays do not fit.
 *
 * @example
 * ```ts
 * import { straightLine } from "#lib/models/motifs/straight_line.ts";
 * import { assertEquals } from "@std/assert";
 * const line = straightLine(Float64Array.of(0, 1), Float64Array.of(1, -1), { numTime: 3, numUnits: 2 });
 * assertEquals([...line], [0, 1, 1, 0, 2, -1]);
 * ```
 */
export function straightLine(
  starts: Float64Array,
  directions: Float64Array,
  size: { readonly numTime: number; readonly numUnits: number },
): Float64Array {
  return fillLine("straightLine", starts, directions, size, (start, d, i) => start + i * d);
}

/**
 * Straight paths as published: xᵢ₊₁ = xᵢ + i · d, added up step by step, so xᵢ = x₀ + d · i (i − 1)/2.
 *
 * @throws {RangeError} if the arrays do not fit.
 *
 * @example
 * ```ts
 * import { acceleratingLine } from "#lib/models/motifs/straight_line.ts";
 * import { assertEquals } from "@std/assert";
 * const line = acceleratingLine(Float64Array.of(0), Float64Array.of(2), { numTime: 5, numUnits: 1 });
 * assertEquals([...line], [0, 0, 2, 6, 12]);
 * ```
 */
export function acceleratingLine(
  starts: Float64Array,
  directions: Float64Array,
  size: { readonly numTime: number; readonly numUnits: number },
): Float64Array {
  return fillLine(
    "acceleratingLine",
    starts,
    directions,
    size,
    (_start, d, i, before) => before + (i - 1) * d,
  );
}

/**
 * Directions uniform on the unit sphere, trials × units, scaled to `length`. Trial k depends on the
 * stream and k alone.
 *
 * @example
 * ```ts
 * import { randomDirections } from "#lib/models/motifs/straight_line.ts";
 * import { randomStream } from "#lib/core/random.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const [x, y, z] = randomDirections(randomStream(1, "line/direction"), 1, 3, 0.5);
 * assertAlmostEquals(Math.hypot(x, y, z), 0.5, 1e-15);
 * ```
 */
export function randomDirections(
  stream: RandomStream,
  numTrials: number,
  numUnits: number,
  length = 1,
): Float64Array {
  const directions = new Float64Array(numTrials * numUnits);
  for (let trial = 0; trial < numTrials; trial++) {
    const direction = directions.subarray(trial * numUnits, (trial + 1) * numUnits);
    stream.normal(direction, trial);
    let squared = 0;
    for (const part of direction) squared += part * part;
    const scale = length / Math.sqrt(squared);
    for (let unit = 0; unit < numUnits; unit++) direction[unit] *= scale;
  }
  return directions;
}

/**
 * The published directions, trials × 3: of a shared vector that begins as (1e-4, 1e-4, 1e-4), every component is
 * multiplied by a normal number n at each trial, that on a random axis 1 or 2 by −n, in place; the trial moves
 * along n times that vector. Per trial one normal number and one integer are drawn, after all starting points.
 *
 * @example
 * ```ts
 * import { publishedLineDirections } from "#lib/models/motifs/straight_line.ts";
 * import { LegacyRandom } from "#lib/math/random/mt19937.ts";
 * import { assert } from "@std/assert";
 * const directions = publishedLineDirections(new LegacyRandom(42), 200);
 * assert(Math.abs(directions[3 * 40]) < 1e-10); // trial 40 stands still, for all one can see
 * ```
 */
export function publishedLineDirections(random: LegacyRandom, numTrials: number): Float64Array {
  const directions = new Float64Array(numTrials * 3);
  const shared = Float64Array.of(1e-4, 1e-4, 1e-4);
  const normal = new Float64Array(1);
  const flipped = new Int32Array(1);
  for (let trial = 0; trial < numTrials; trial++) {
    random.fillNormal(normal);
    random.fillIntegers(flipped, 1, 3);
    for (let axis = 0; axis < 3; axis++) {
      shared[axis] = (axis === flipped[0] ? -shared[axis] : shared[axis]) * normal[0];
      directions[3 * trial + axis] = normal[0] * shared[axis];
    }
  }
  return directions;
}

function fillLine(
  who: string,
  starts: Float64Array,
  directions: Float64Array,
  { numTime, numUnits }: { readonly numTime: number; readonly numUnits: number },
  point: (start: number, direction: number, i: number, before: number) => number,
): Float64Array {
  const numTrials = starts.length / numUnits;
  requireShape(who, starts, { numTrials, numTime: 1, numUnits });
  requireShape(who, directions, { numTrials, numTime: 1, numUnits });
  const states = new Float64Array(numTrials * numTime * numUnits);
  requireShape(who, states, { numTrials, numTime, numUnits });
  for (let trial = 0, at = 0; trial < numTrials; trial++) {
    for (let i = 0; i < numTime; i++) {
      for (let unit = 0; unit < numUnits; unit++, at++) {
        const start = starts[trial * numUnits + unit];
        const direction = directions[trial * numUnits + unit];
        states[at] = i === 0 ? start : point(start, direction, i, states[at - numUnits]);
      }
    }
  }
  return states;
}
