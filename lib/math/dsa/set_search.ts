// The comparison of a whole set of operators, whose pairs help each other: after a first pass each pair is searched again from
// rotations composed of two others, C_ik C_kj. The angle at such a start is at most θ_ik + θ_kj, so no triangle stays
// violated once nothing improves. All pairs of a round start from what the round before left, and ties are settled by
// content, so the order of the set does not matter. Leaves out how one pair is searched (search.ts).

import { multiply } from "#lib/math/linalg/matmul.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";
import { type Comparison, concludeComparison, openComparison, sameOperator } from "./comparison.ts";
import type { DsaOptions, DsaResult } from "./dsa.ts";
import type { OperatorFrames } from "./operator_frames.ts";
import { search } from "./search.ts";
import { givenStarts } from "./starts.ts";

/** A pair of a set: positions of its systems, and their frames at the size at which they are compared. */
export interface SetPair {
  readonly i: number;
  readonly j: number;
  readonly a: OperatorFrames;
  readonly b: OperatorFrames;
}

/**
 * Compares the pairs of a set. Each angle is at most the one that the pair has alone.
 *
 * @throws {RangeError} if the operators of a pair differ in size.
 *
 * @example
 * ```ts
 * import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
 * import { compareOperatorSet } from "#lib/math/dsa/set_search.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [a, b] = [1, -2].map((value) => describeOperator(Float64Array.of(value), 1));
 * assertAlmostEquals(compareOperatorSet([{ i: 0, j: 1, a, b }])[0].angle, Math.PI);
 * ```
 */
export function compareOperatorSet(
  pairs: readonly SetPair[],
  options: DsaOptions = {},
  progress: (fraction: number) => void = () => {},
): readonly DsaResult[] {
  const open = pairs.map(({ a, b }) => openComparison(a, b, options));
  const results = pairs.map(({ a }, p): DsaResult => {
    const comparison = open[p];
    progress(FIRST_PASS * p / pairs.length);
    if (comparison === undefined) return sameOperator(a.n);
    const { x, y, first, later, lowerBound } = comparison;
    return concludeComparison(comparison, search(x, y, first, later, lowerBound));
  });
  for (let round = 0; round < MAX_ROUNDS; round++) {
    progress(FIRST_PASS + (1 - FIRST_PASS) * round / MAX_ROUNDS);
    const before = results.slice();
    const known = neighbours(pairs, before);
    pairs.forEach((pair, p) => {
      const comparison = open[p];
      if (comparison === undefined || before[p].gap < PROVED) return;
      const composed = composedRotations(pair, known);
      if (composed.length > 0) results[p] = improved(before[p], comparison, composed);
    });
    if (results.every((result, p) => result.angle >= before[p].angle - GAIN)) break;
  }
  progress(1);
  return results;
}

/** What is known of a pair from the side of one of its systems. */
interface Edge {
  readonly to: number;
  readonly angle: number;
  readonly n: number;
  readonly digest: string;
  /** C that brings the neighbour to this system. */
  rotation(): Float64Array;
}

function neighbours(
  pairs: readonly SetPair[],
  results: readonly DsaResult[],
): ReadonlyMap<number, ReadonlyMap<number, Edge>> {
  const edges = new Map<number, Map<number, Edge>>();
  const put = (from: number, edge: Edge) => {
    if (!edges.has(from)) edges.set(from, new Map());
    edges.get(from)!.set(edge.to, edge);
  };
  pairs.forEach(({ i, j, a, b }, p) => {
    const { angle, rotation } = results[p];
    const n = a.n;
    put(i, { to: j, angle, n, digest: b.digest, rotation: () => rotation });
    put(j, { to: i, angle, n, digest: a.digest, rotation: () => transpose(rotation, n, n) });
  });
  return edges;
}

// By thirds, those with the smallest sum of angles first.
function composedRotations(
  { i, j, a: { n } }: SetPair,
  known: ReadonlyMap<number, ReadonlyMap<number, Edge>>,
): readonly Float64Array[] {
  const found: {
    readonly sum: number;
    readonly digest: string;
    readonly one: Edge;
    readonly two: Edge;
  }[] = [];
  for (const one of known.get(i)!.values()) {
    const back = known.get(j)!.get(one.to);
    if (one.to === i || one.to === j || back === undefined || one.n !== n || back.n !== n) continue;
    found.push({ sum: one.angle + back.angle, digest: one.digest, one, two: back });
  }
  found.sort((p, q) => p.sum - q.sum || (p.digest < q.digest ? -1 : p.digest > q.digest ? 1 : 0));
  return found.slice(0, MAX_THIRDS).map(({ one, two }) =>
    multiply(one.rotation(), transpose(two.rotation(), n, n), n, n, n)
  );
}

function improved(
  before: DsaResult,
  comparison: Comparison,
  composed: readonly Float64Array[],
): DsaResult {
  const { x, y, exchanged, lowerBound } = comparison;
  const inOrder = (c: Float64Array) => exchanged ? transpose(c, x.n, x.n) : c;
  const starts = givenStarts(x, y, [before.rotation, ...composed].map(inOrder));
  const found = concludeComparison(
    comparison,
    search(
      x,
      y,
      starts.map((start, k) => k === 0 ? start : { ...start, name: "composed" }),
      undefined,
      lowerBound,
    ),
  );
  const counts = {
    numStarts: before.numStarts + composed.length,
    iterations: before.iterations + found.iterations,
  };
  return found.angle < before.angle - GAIN ? { ...found, ...counts } : { ...before, ...counts };
}

/** Share of the progress that the first pass is reported as. */
const FIRST_PASS = 0.8;
const MAX_ROUNDS = 6;
/** Thirds from which a pair is searched again in one round. */
const MAX_THIRDS = 6;
/** Radians that count as better. */
const GAIN = 1e-9;
/** Radians above the bound at which nothing is left to gain. */
const PROVED = 1e-6;
