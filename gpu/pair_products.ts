// Gram matrices, distances and projections of many pairs of matrices on an engine: matrices packed and uploaded once for
// each part of the work, as many pairs per dispatch as the engine can bind. Leaves out the kernels (their files).

import type { Engine, EngineArray } from "../lib/core/engine.ts";
import type { Kernel } from "../lib/core/kernel.ts";
import gram from "./gram.ts";
import pairwiseDistances from "./pairwise_distances.ts";
import project from "./project.ts";
import { blockOf, numBlocks, type SummedSide, sumOfBlocks } from "./shared/pair_blocks.ts";
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
  return ofPairs(engine, matrices, pairs, {
    name: "gramOfPairs",
    kernel: gram as PairKernel,
    summed: ["rows", "rows"],
    uniforms: {},
    shapeOf: (x, y) => ({ rows: x.columns, columns: y.columns, symmetric: x === y }),
    wanted: "as many rows",
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
  return ofPairs(engine, matrices, pairs, {
    name: "distancesOfPairs",
    kernel: pairwiseDistances as PairKernel,
    summed: ["columns", "columns"],
    uniforms: { squared: squared ? 1 : 0 },
    // Blocks are summed before their root is taken.
    ofBlocks: { uniforms: { squared: 1 }, ...(squared ? {} : { finish: Math.sqrt }) },
    shapeOf: (x, y) => ({ rows: x.rows, columns: y.rows, symmetric: x === y }),
    wanted: "as many columns",
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
  return ofPairs(engine, matrices, pairs, {
    name: "projectPairs",
    kernel: project as PairKernel,
    summed: ["columns", "rows"],
    uniforms: {},
    shapeOf: (x, w) => ({ rows: x.rows, columns: w.columns, symmetric: false }),
    wanted: "as many columns of X as rows of W",
  });
}

type PairKernel = Kernel<PairBuffer, string>;
type Shape = Pick<PairProblem, "rows" | "columns" | "symmetric"> & { readonly blocks: number };

/** What differs between the functions. */
interface Operation {
  readonly name: string;
  readonly kernel: PairKernel;
  /** Sides of the left and of the right matrix that are summed over, and in words. */
  readonly summed: readonly [SummedSide, SummedSide];
  readonly wanted: string;
  readonly uniforms: Readonly<Record<string, number>>;
  /** Of pairs that have several blocks: they go into dispatches of their own. */
  readonly ofBlocks?: {
    readonly uniforms: Readonly<Record<string, number>>;
    readonly finish?: (sum: number) => number;
  };
  shapeOf(x: Matrix, y: Matrix): Omit<Shape, "blocks">;
}

async function ofPairs(
  engine: Engine,
  matrices: readonly Matrix[],
  pairs: readonly Pair[],
  operation: Operation,
): Promise<EngineArray[]> {
  const shapes = shapesOf(matrices, pairs, operation);
  const results: EngineArray[] = new Array(pairs.length);
  const run = async (chosen: number[], own: Operation) => {
    const list = chosen.map((i) => pairs[i]);
    const some = chosen.map((i) => shapes[i]);
    for (const [from, to] of cut(engine, matrices, list, some)) {
      const part = { pairs: list.slice(from, to), shapes: some.slice(from, to) };
      const made = await onePart(engine, matrices, part, own);
      made.forEach((result, i) => results[chosen[from + i]] = result);
    }
  };
  const all = pairs.map((_, i) => i);
  const { ofBlocks, ...plain } = operation;
  if (ofBlocks === undefined) await run(all, operation);
  else {
    await run(all.filter((i) => shapes[i].blocks === 1), plain);
    await run(all.filter((i) => shapes[i].blocks > 1), { ...operation, ...ofBlocks });
  }
  return results;
}

/** Checks the pairs. */
function shapesOf(
  matrices: readonly Matrix[],
  pairs: readonly Pair[],
  { name, summed, wanted, shapeOf }: Operation,
): readonly Shape[] {
  matrices.forEach(({ data, rows, columns }, i) => {
    if (data.length === rows * columns) return;
    throw new RangeError(
      `${name}() got ${data.length} numbers for matrix ${i} of ${rows} × ${columns}, ` +
        `which has ${rows * columns}`,
    );
  });
  return pairs.map((pair, i) => {
    const [x, y] = pair.map((k) => matrices[k]);
    if (x === undefined || y === undefined) {
      throw new RangeError(
        `${name}() got ${matrices.length} matrices and pair ${i} of [${pair}]; ` +
          "pairs are indexes of matrices",
      );
    }
    const inner = x[summed[0]];
    if (inner !== y[summed[1]]) {
      throw new RangeError(
        `${name}() got ${x.rows} × ${x.columns} and ${y.rows} × ${y.columns}; it needs ${wanted}`,
      );
    }
    return { ...shapeOf(x, y), blocks: numBlocks(inner) };
  });
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
  let problems = 0;
  for (let i = 0; i < pairs.length; i++) {
    const { rows, columns, blocks } = shapes[i];
    const own = rows * columns * blocks;
    const fresh = [...new Set(pairs[i])];
    const size = (known: ReadonlySet<number>) =>
      fresh.reduce((sum, k) => sum + (known.has(k) ? 0 : sizeOf(matrices[k])), 0);
    const fits = numbers + size(used) <= most && results + own <= most &&
      (problems + blocks) * fields <= most;
    if (!fits && i > from) {
      yield [from, i];
      from = i;
      used = new Set();
      numbers = results = problems = 0;
    }
    if (!fits && (size(used) > most || own > most)) {
      throw new RangeError(
        `pair ${i} has ${size(used)} numbers and ${own} results; ` +
          `the engine takes ${most} of each at once`,
      );
    }
    numbers += size(used);
    results += own;
    problems += blocks;
    for (const k of fresh) used.add(k);
  }
  if (pairs.length > from) yield [from, pairs.length];
}

async function onePart(
  engine: Engine,
  matrices: readonly Matrix[],
  { pairs, shapes }: { readonly pairs: readonly Pair[]; readonly shapes: readonly Shape[] },
  { kernel, summed, uniforms, ofBlocks }: Operation,
): Promise<EngineArray[]> {
  const used = [...new Set(pairs.flat())];
  const { data, placed } = packMatrices<Float32Array | Float64Array>(
    used.map((k) => matrices[k]),
    engine.name === "ref" ? Float64Array : Float32Array,
  );
  const places = new Map<number, PlacedMatrix>(used.map((k, i) => [k, placed[i]]));
  const starts: number[] = [];
  let at = 0;
  const problems = shapes.flatMap(({ blocks, ...shape }, i): PairProblem[] => {
    const [x, y] = pairs[i].map((k) => places.get(k)!);
    starts.push(at);
    return Array.from({ length: blocks }, (_, block) => {
      const [left, right] = [blockOf(x, summed[0], block), blockOf(y, summed[1], block)];
      const from = at;
      at += shape.rows * shape.columns;
      return { ...shape, inner: left[summed[0]], left, right, at: from, stride: shape.columns };
    });
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
  return shapes.map(({ rows, columns, blocks }, i) => {
    const size = rows * columns;
    const own = all.subarray(starts[i], starts[i] + size * blocks);
    return blocks === 1 ? own : sumOfBlocks(own, size, ofBlocks?.finish ?? ((sum) => sum));
  });
}
