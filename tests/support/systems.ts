// What random systems of any kind offer to the tests, and the changes that several kinds share.

import type { ArtifactType } from "#lib/core/artifact.ts";
import type { Invariance } from "#lib/core/metric.ts";
import { randomStream } from "#lib/core/random.ts";
import type { Draws } from "../lib/math/linalg/fresh.ts";

/** Systems of one artifact type. */
export interface Systems<X> {
  readonly type: ArtifactType<X>;
  /** A system in general position; equal arguments of equal draws are different systems. */
  random(draws: Draws): X;
  /** The same system seen otherwise; `null` where the change means nothing for this type. */
  changed(system: X, how: Invariance, draws: Draws): X | null;
  /** Further systems, at least three each that can be compared with each other, by the name of their shape. */
  groups?(draws: Draws): Readonly<Record<string, X[]>>;
  /** A system half way between two of equal size: what a distance without the triangle inequality is likely to fail on. */
  between?(a: X, b: X): X;
  /** Systems of paired items with the items of all in another order; absent where there are none. */
  reordered?(systems: readonly X[], draws: Draws): X[];
  /** Systems that a metric must refuse in words or score with a number: never NaN. By name. */
  degenerate(draws: Draws): Readonly<Record<string, X>>;
}

/** Entries of order one around the identity: well conditioned, far from a rotation. */
export function invertible(draws: Draws, n: number): Float64Array {
  return draws.normal(n, n).map((value, i) => (i % (n + 1) === 0 ? 2 : 0) + 0.3 * value);
}

/** Never the identity for n > 1. */
export function permutation(draws: Draws, n: number): Int32Array {
  const order = randomStream(draws.integer(0, 1e9), "tests/permutation").permutation(n);
  return order.every((value, i) => value === i) ? order.map((value) => (value + 1) % n) : order;
}
