// Gram matrices, distances and projections of many pairs of matrices on an engine: matrices packed and uploaded once for
// each part of the work, as many pairs per dispatch as the engine can bind. Leaves out the kernels (their files).

import type { Engine, EngineArray } from "../lib/core/engine.ts";
import type { Kernel } from "../lib/core/kernel.ts";
import gram from "./gram.ts";
import pairwiseDistances from "./pairwise_distances.ts";
import project from "./project.ts";
import type { PairBuffer } from "./shared/pair_cases.ts";
import {
  fields,
  packMatrices,
  type PairProblem,
  pairTable,
  type PlacedMatrix,
} from "./shared/pair_tiles.ts";

/** A matrix, row-major. */
export interface Matrix {
  readonly data: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
}

/** Indexes of a left and a right matrix. */
export type Pair = readonly [number, number];

/**
 * XᵀY of each pair, columns of X by columns of Y; the Gram matrix where both are the same.
 *
 * @param matrices with as many rows in every pair; centred by the caller, if they are to be.
 * @throws {RangeError} if the rows of a pair differ in number, or one pair is larger than what the engine can bind.
 *
 * @example
 * ```ts
 * import { gramOfPairs } from "#gpu/pair_products.ts";
 * import { RefEngine } from "#gpu/runtime/ref_engine.ts";
 * import { assertEquals } from "@std/assert";
 * await using engine = new RefEngine();
 * const x = { data: [1, 2, 3, 4], rows: 2, columns: 2 };
 * const [gram] = await gramOfPairs(engine, [x], [[0, 0]]);
 * assertEquals([...gram], [10, 14, 14, 20]);
 * ```
 */
export function gramOfPairs(
  engine: Engine,
  matrices: readonly Matrix[],
  pairs: readonly Pair[],
): Promise<EngineArray[]> {
  return inParts(engine, gram as PairKernel, matrices, pairs, {}, (x, y) => {
    if (x.rows !== y.rows) throw mismatch("gramOfPairs", x, y, "as many rows");
    return { rows: x.columns, columns: y.columns, inner: x.rows, symmetric: x === y };
  });
}

/**
 * Distances between all rows of X and all rows of Y, for each pair.
 *
 * @param squared whether the squares are wanted.
 * @throws {RangeError} if the columns of a pair differ in number, or one pair is larger than what the engine can bind.
 *
 * @example
 * ```ts
 * import { distancesOfPairs } from "#gpu/pair_products.ts";
 * import { RefEngine } from "#gpu/runtime/ref_engine.ts";
 * import { assertEquals } from "@std/assert";
 * await using engine = new RefEngine();
 * const x = { data: [0, 0, 3, 4], rows: 2, columns: 2 };
 * const [distances] = await distancesOfPairs(engine, [x], [[0, 0]]);
 * assertEquals([...distances], [0, 5, 5, 0]);
 * ```
 */
export function distancesOfPairs(
  engine: Engine,
  matrices: readonly Matrix[],
  pairs: readonly Pair[],
  { squared = false }: { readonly squared?: boolean } = {},
): Promise<EngineArray[]> {
  const uniforms = { squared: squared ? 1 : 0 };
  return inParts(engine, pairwiseDistances as PairKernel, matrices, pairs, uniforms, (x, y) => {
    if (x.columns !== y.columns) throw mismatch("distancesOfPairs", x, y, "as many columns");
    return { rows: x.rows, columns: y.rows, inner: x.columns, symmetric: x === y };
  });
}

/**
 * X·W of each pair.
 *
 * @throws {RangeError} if X has not as many columns as W has rows, or one pair is larger than what the engine can bind.
 *
 * @example
 * ```ts
 * import { projectPairs } from "#gpu/pair_products.ts";
 * import { RefEngine } from "#gpu/runtime/ref_engine.ts";
 * import { assertEquals } from "@std/assert";
 * await using engine = new RefEngine();
 * const states = { data: [1, 2, 3, 4], rows: 2, columns: 2 };
 * const axis = { data: [1, -1], rows: 2, columns: 1 };
 * const [projected] = await projectPairs(engine, [states, axis], [[0, 1]]);
 * assertEquals([...projected], [-1, -1]);
 * ```
 */
export function projectPairs(
  engine: Engine,
  matrices: readonly Matrix[],
  pairs: readonly Pair[],
): Promise<EngineArray[]> {
  return inParts(engine, project as PairKernel, matrices, pairs, {}, (x, w) => {
    if (x.columns !== w.rows) throw mismatch("projectPairs", x, w, "columns of X, rows of W");
    return { rows: x.rows, columns: w.columns, inner: x.columns, symmetric: false };
  });
}

type PairKernel = Kernel<PairBuffer, string>;
type Shape = Pick<PairProblem, "rows" | "columns" | "inner" | "symmetric">;

function mismatch(name: string, x: Matrix, y: Matrix, wanted: string): RangeError {
  return new RangeError(
    `${name}() got ${x.rows} × ${x.columns} and ${y.rows} × ${y.columns}; it needs ${wanted}`,
  );
}

async function inParts(
  engine: Engine,
  kernel: PairKernel,
  matrices: readonly Matrix[],
  pairs: readonly Pair[],
  uniforms: Readonly<Record<string, number>>,
  shapeOf: (x: Matrix, y: Matrix) => Shape,
): Promise<EngineArray[]> {
  const shapes = pairs.map(([i, j]) => shapeOf(matrices[i], matrices[j]));
  const results: EngineArray[] = [];
  for (const [from, to] of cut(engine, matrices, pairs, shapes)) {
    const part = await onePart(engine, kernel, matrices, {
      pairs: pairs.slice(from, to),
      shapes: shapes.slice(from, to),
      uniforms,
    });
    results.push(...part);
  }
  return results;
}

/** Stretches of pairs whose matrices, results and table each fit a binding. */
function* cut(
  { limits }: Engine,
  matrices: readonly Matrix[],
  pairs: readonly Pair[],
  shapes: readonly Shape[],
): Iterable<readonly [number, number]> {
  const most = Math.floor(Math.min(limits.maxBindingBytes, limits.maxBufferBytes) / 4);
  const sizeOf = ({ rows, columns }: Matrix) => rows * 4 * Math.max(1, Math.ceil(columns / 4));
  let from = 0;
  let used = new Set<number>();
  let numbers = 0;
  let results = 0;
  for (let i = 0; i < pairs.length; i++) {
    const { rows, columns } = shapes[i];
    const fresh = [...new Set(pairs[i])];
    const size = (known: ReadonlySet<number>) =>
      fresh.reduce((sum, k) => sum + (known.has(k) ? 0 : sizeOf(matrices[k])), 0);
    const fits = numbers + size(used) <= most && results + rows * columns <= most &&
      (i + 1 - from) * fields <= most;
    if (!fits && i > from) {
      yield [from, i];
      from = i;
      used = new Set();
      numbers = results = 0;
    }
    if (!fits && (size(used) > most || rows * columns > most)) {
      throw new RangeError(
        `pair ${i} has ${size(used)} numbers and ${rows * columns} results; ` +
          `the engine takes ${most} of each at once`,
      );
    }
    numbers += size(used);
    results += rows * columns;
    for (const k of fresh) used.add(k);
  }
  if (pairs.length > from) yield [from, pairs.length];
}

async function onePart(
  engine: Engine,
  kernel: PairKernel,
  matrices: readonly Matrix[],
  { pairs, shapes, uniforms }: {
    readonly pairs: readonly Pair[];
    readonly shapes: readonly Shape[];
    readonly uniforms: Readonly<Record<string, number>>;
  },
): Promise<EngineArray[]> {
  const used = [...new Set(pairs.flat())];
  const { data, placed } = packMatrices<Float32Array | Float64Array>(
    used.map((k) => matrices[k]),
    engine.name === "ref" ? Float64Array : Float32Array,
  );
  const places = new Map<number, PlacedMatrix>(used.map((k, i) => [k, placed[i]]));
  const starts: number[] = [];
  let at = 0;
  const problems = shapes.map((shape, i): PairProblem => {
    const [left, right] = pairs[i].map((k) => places.get(k)!);
    starts.push(at);
    at += shape.rows * shape.columns;
    return { ...shape, left, right, at: starts[i], stride: shape.columns };
  });
  const { problems: table, num_problems, num_tiles } = pairTable(problems);
  using packed = engine.upload(data);
  using words = engine.upload(table);
  using result = engine.allocate(at);
  engine.dispatch(
    kernel,
    { problems: words, left: packed, right: packed, result },
    { ...uniforms, num_problems, num_tiles },
  );
  const all = await engine.download(result);
  return shapes.map(({ rows, columns }, i) => all.subarray(starts[i], starts[i] + rows * columns));
}
