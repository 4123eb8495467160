// Many problems on pairs of matrices in one dispatch: the table that tells each thread its tile, matrices packed into one
// buffer, and plain loops over both. For the kernels gram, pairwise_distances and project.
// Leaves out what is computed (their files), and dispatching (pair_products.ts).

/** Words per problem in the table. The order is that of `Problem` in pair_tiles.wgsl and _pair_tiles.ts. */
export const fields = 12;

/** Edge of a tile: each thread computes 8 × 8 results. */
export const tileEdge = 8;

/** Slices of what is summed over, at most; below `wholeSlice` there is one. */
const maxSlices = 16;
const wholeSlice = 256;

/** What one problem can sum over: see pair_blocks.ts. */
export const mostInner = 16384;

/** A matrix in a buffer, row-major. Offset and stride are in elements, and multiples of 4. */
export interface PlacedMatrix {
  readonly at: number;
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
}

/** One problem: matrices left and right, and where its results go. */
export interface PairProblem {
  readonly left: PlacedMatrix;
  readonly right: PlacedMatrix;
  /** Rows and columns of the result, and what is summed over. */
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  /** First element and row length of the result. */
  readonly at: number;
  readonly stride: number;
  /** The result is known to be symmetric: half of it is computed. */
  readonly symmetric: boolean;
}

/** The table of a dispatch. */
export interface PairTable {
  readonly problems: Uint32Array;
  readonly num_problems: number;
  readonly num_tiles: number;
}

/**
 * The table of some problems. How a problem is cut depends on its own shape alone.
 *
 * @throws {RangeError} if a matrix does not lie on whole vectors, a sum is too long, or there are more than 2³² tiles.
 *
 * @example
 * ```ts
 * import { pairTable } from "#gpu/shared/pair_tiles.ts";
 * import { assertEquals } from "@std/assert";
 * const x = { at: 0, rows: 100, columns: 10, stride: 12 };
 * const gram = { left: x, right: x, rows: 10, columns: 10, inner: 100, at: 0, stride: 10 };
 * assertEquals(pairTable([{ ...gram, symmetric: false }]).num_tiles, 4);
 * assertEquals(pairTable([{ ...gram, symmetric: true }]).num_tiles, 3);
 * ```
 */
export function pairTable(list: readonly PairProblem[]): PairTable {
  const problems = new Uint32Array(fields * Math.max(1, list.length));
  let numTiles = 0;
  list.forEach((problem, i) => {
    const { left, right, rows, columns, inner, at, stride, symmetric } = problem;
    for (const { at, stride, columns } of [left, right]) {
      if (at % 4 === 0 && stride % 4 === 0 && stride >= columns) continue;
      throw new RangeError(
        `problem ${i} has a matrix at ${at} with ${columns} columns and a stride of ${stride}; ` +
          "both must be multiples of 4, and the stride as long as a row",
      );
    }
    if (inner > mostInner) {
      throw new RangeError(
        `problem ${i} sums over ${inner}; one problem takes up to ${mostInner}: cut it into blocks`,
      );
    }
    problems.set([numTiles, left.at, right.at, at, inner, rows, columns], fields * i);
    problems.set([left.stride, right.stride, stride, symmetric ? 1 : 0], fields * i + 7);
    problems[fields * i + 11] = sliceOf(inner);
    const [down, across] = [Math.ceil(rows / tileEdge), Math.ceil(columns / tileEdge)];
    numTiles += symmetric ? across * (across + 1) / 2 : down * across;
  });
  if (numTiles >= 2 ** 32) throw new RangeError(`${numTiles} tiles are too many for one dispatch`);
  return { problems, num_problems: list.length, num_tiles: numTiles };
}

function sliceOf(inner: number): number {
  if (inner <= wholeSlice) return Math.max(1, inner);
  return 4 * Math.ceil(inner / maxSlices / 4);
}

/**
 * Matrices one after the other in one buffer, each row on whole vectors with zeros at its end.
 *
 * @param Numbers f64 for the engine `ref`, which keeps it.
 *
 * @example
 * ```ts
 * import { packMatrices } from "#gpu/shared/pair_tiles.ts";
 * import { assertEquals } from "@std/assert";
 * const { data, placed } = packMatrices([{ data: [1, 2, 3, 4], rows: 2, columns: 2 }]);
 * assertEquals(data, Float32Array.of(1, 2, 0, 0, 3, 4, 0, 0));
 * assertEquals(placed, [{ at: 0, rows: 2, columns: 2, stride: 4 }]);
 * ```
 */
export function packMatrices<T extends Float32Array | Float64Array = Float32Array>(
  matrices: readonly {
    readonly data: ArrayLike<number>;
    readonly rows: number;
    readonly columns: number;
  }[],
  Numbers: new (length: number) => T = Float32Array as never,
): { readonly data: T; readonly placed: readonly PlacedMatrix[] } {
  let length = 0;
  const placed = matrices.map(({ rows, columns }) => {
    const stride = 4 * Math.max(1, Math.ceil(columns / 4));
    const at = length;
    length += rows * stride;
    return { at, rows, columns, stride };
  });
  const packed = new Numbers(length);
  matrices.forEach(({ data, rows, columns }, i) => {
    const { at, stride } = placed[i];
    if (stride === columns) return packed.set(data, at);
    const part = ArrayBuffer.isView(data)
      ? data as unknown as Float64Array
      : Float64Array.from(data);
    for (let row = 0; row < rows; row++) {
      packed.set(part.subarray(row * columns, (row + 1) * columns), at + row * stride);
    }
  });
  return { data: packed, placed };
}

/**
 * How many workgroups of `tiles` tiles each a dispatch has.
 *
 * @example
 * ```ts
 * import { tileGrid } from "#gpu/shared/pair_tiles.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(tileGrid(20, 8), [3, 1, 1]);
 * assertEquals(tileGrid(0, 8), [0, 0, 1]);
 * ```
 */
export function tileGrid(numTiles: number, tiles: number): readonly [number, number, number] {
  const groups = Math.ceil(numTiles / tiles);
  const across = Math.min(groups, 32768);
  return [across, across === 0 ? 0 : Math.ceil(groups / across), 1];
}

/**
 * Writes what `visit` says to every result of every problem: what the twins do.
 *
 * @example
 * ```ts
 * import { eachResult, pairTable } from "#gpu/shared/pair_tiles.ts";
 * import { assertEquals } from "@std/assert";
 * const x = { at: 0, rows: 1, columns: 2, stride: 4 };
 * const { problems } = pairTable([
 *   { left: x, right: x, rows: 2, columns: 2, inner: 1, at: 1, stride: 2, symmetric: false },
 * ]);
 * const result = new Float64Array(5);
 * eachResult(problems, 1, (row, column) => 10 * row + column, result);
 * assertEquals([...result], [0, 0, 1, 10, 11]);
 * ```
 */
export function eachResult(
  problems: Uint32Array | Float64Array,
  numProblems: number,
  visit: (
    row: number,
    column: number,
    problem: {
      readonly left: number;
      readonly right: number;
      readonly inner: number;
      readonly leftStride: number;
      readonly rightStride: number;
    },
  ) => number,
  result: Float64Array,
): void {
  for (let i = 0; i < numProblems; i++) {
    const [, left, right, at, inner, rows, columns, leftStride, rightStride, stride] = problems
      .subarray(fields * i, fields * (i + 1));
    const problem = { left, right, inner, leftStride, rightStride };
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        result[at + row * stride + column] = visit(row, column, problem);
      }
    }
  }
}
