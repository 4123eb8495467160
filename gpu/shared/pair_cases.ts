// Cases for the conformance suite, for kernels on pairs of matrices: each shape alone, all of them in one dispatch, a
// symmetric result, and matrices that several pairs share.

import type { KernelCase, Tolerance } from "../../lib/core/kernel.ts";
import type { RandomStream } from "../../lib/core/random.ts";
import { packMatrices, type PairProblem, pairTable } from "./pair_tiles.ts";

/** The buffers of kernels on pairs. */
export type PairBuffer = "problems" | "left" | "right" | "result";

/** Rows and columns of the matrices of one problem. */
export interface PairSizes {
  readonly left: readonly [number, number];
  readonly right: readonly [number, number];
  readonly result: readonly [number, number];
  readonly inner: number;
}

/** What differs between the kernels. */
export interface PairCaseOptions<U extends string> {
  readonly sizes: (shape: readonly number[]) => PairSizes;
  readonly uniforms: Readonly<Record<Exclude<U, "num_problems" | "num_tiles">, number>>;
  /** For numbers that are no integers. */
  readonly tolerance: (inner: number) => Tolerance;
  readonly label?: string;
  /** The kernel's results are symmetric where both matrices are the same. */
  readonly symmetric: boolean;
}

/**
 * The declared shapes, each alone with integers; then all together with integers, and with normal numbers.
 *
 * @example
 * ```ts
 * import { pairCases } from "#gpu/shared/pair_cases.ts";
 * import { randomStream } from "#lib/core/random.ts";
 * import { assertEquals } from "@std/assert";
 * const cases = pairCases(randomStream(0, "example"), [[2, 3, 5]], {
 *   sizes: ([m, n, inner]) => ({ left: [inner, m], right: [inner, n], result: [m, n], inner }),
 *   uniforms: {},
 *   tolerance: () => ({ abs: 1e-6, rel: 0 }),
 *   symmetric: false,
 * });
 * assertEquals([...cases].map(({ label }) => label).slice(0, 2), ["2 × 3 × 5", "all shapes at once"]);
 * ```
 */
export function* pairCases<U extends string>(
  random: RandomStream,
  shapes: readonly (readonly number[])[],
  { sizes, uniforms, tolerance, label = "", symmetric }: PairCaseOptions<U>,
): Iterable<KernelCase<PairBuffer, U>> {
  for (const shape of shapes) {
    yield pairsOf(`${label}${shape.join(" × ")}`, [sizes(shape)], random, {
      exact: true,
      uniforms,
    });
  }
  const all = shapes.map(sizes);
  yield pairsOf(`${label}all shapes at once`, all, random, { exact: true, uniforms });
  const drawn = Array.from(
    { length: 40 },
    (_, i) => sizes([0, 1, 2].map((k) => 1 + random.integer(40, 1, i, k))),
  );
  yield pairsOf(`${label}random shapes`, drawn, random, { exact: true, uniforms });
  const most = Math.max(...all.map(({ inner }) => inner));
  yield pairsOf(`${label}normal numbers`, all, random, {
    exact: false,
    uniforms,
    tolerance: tolerance(most),
  });
  if (!symmetric) return;
  const square = sizes([21, 21, 70]);
  yield pairsOf(`${label}symmetric`, [square, sizes([8, 8, 5]), sizes([1, 1, 3])], random, {
    exact: true,
    symmetric: true,
    uniforms,
  });
}

/**
 * One case: a pair for each of the sizes. Where results are symmetric, the right matrix is the left one.
 *
 * @example
 * ```ts
 * import { pairsOf } from "#gpu/shared/pair_cases.ts";
 * import { randomStream } from "#lib/core/random.ts";
 * import { assertEquals } from "@std/assert";
 * const none = pairsOf("no pairs", [], randomStream(0, "example"), { exact: true });
 * assertEquals(none.uniforms, { num_problems: 0, num_tiles: 0 });
 * ```
 */
export function pairsOf<U extends string>(
  label: string,
  list: readonly PairSizes[],
  random: RandomStream,
  { exact, symmetric = false, uniforms, tolerance }: {
    readonly exact: boolean;
    readonly symmetric?: boolean;
    readonly uniforms?: object;
    readonly tolerance?: Tolerance;
  },
): KernelCase<PairBuffer, U> {
  const matrix = ([rows, columns]: readonly [number, number], i: number, side: number) => {
    const data = random.normal(new Float64Array(rows * columns), 2, i, side);
    // Sums of products of integers up to 3 are exact in f32.
    return {
      data: exact ? data.map((x) => Math.max(-3, Math.min(3, Math.round(x)))) : data,
      rows,
      columns,
    };
  };
  const left = packMatrices(list.map((sizes, i) => matrix(sizes.left, i, 0)));
  const right = symmetric ? left : packMatrices(list.map((sizes, i) => matrix(sizes.right, i, 1)));
  let at = 3;
  const problems = list.map(({ result: [rows, columns], inner }, i): PairProblem => {
    // Rows of results may lie apart; what is between them belongs to nobody.
    const stride = columns + i % 3;
    const problem = { left: left.placed[i], right: right.placed[i], rows, columns, inner };
    at += rows * stride;
    return { ...problem, at: at - rows * stride, stride, symmetric };
  });
  const { problems: table, num_problems, num_tiles } = pairTable(problems);
  return {
    label,
    buffers: {
      problems: table,
      left: left.data,
      right: right.data,
      result: new Float32Array(at),
    },
    uniforms: { num_problems, num_tiles, ...uniforms } as Record<U, number>,
    ...(tolerance === undefined ? {} : { tolerance }),
  };
}
