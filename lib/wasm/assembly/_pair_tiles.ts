// Many problems on pairs of matrices in one dispatch: the table of gpu/shared/pair_tiles.ts, tile by tile, and writing
// results. Matrices are row-major f32; their rows begin on 16 bytes and are multiples of 16 bytes long.

/** Bytes of a problem in the table. */
export const PROBLEM: usize = 48;

// @ts-ignore: decorator
@inline export function firstTile(p: usize): u32 { return load<u32>(p); }
// @ts-ignore: decorator
@inline export function leftOf(p: usize, left: usize): usize { return left + (<usize>load<u32>(p, 4) << 2); }
// @ts-ignore: decorator
@inline export function rightOf(p: usize, right: usize): usize { return right + (<usize>load<u32>(p, 8) << 2); }
// @ts-ignore: decorator
@inline export function resultOf(p: usize, result: usize): usize { return result + (<usize>load<u32>(p, 12) << 2); }
/** What is summed over. */
// @ts-ignore: decorator
@inline export function inner(p: usize): i32 { return load<i32>(p, 16); }
// @ts-ignore: decorator
@inline export function rows(p: usize): i32 { return load<i32>(p, 20); }
// @ts-ignore: decorator
@inline export function columns(p: usize): i32 { return load<i32>(p, 24); }
/** Bytes from one row to the next. */
// @ts-ignore: decorator
@inline export function leftRow(p: usize): usize { return <usize>load<u32>(p, 28) << 2; }
// @ts-ignore: decorator
@inline export function rightRow(p: usize): usize { return <usize>load<u32>(p, 32) << 2; }
// @ts-ignore: decorator
@inline export function resultRow(p: usize): usize { return <usize>load<u32>(p, 36) << 2; }
/** Only tiles on and above the diagonal are computed; the others are their mirror images. */
// @ts-ignore: decorator
@inline export function symmetric(p: usize): bool { return load<u32>(p, 40) != 0; }
// @ts-ignore: decorator
@inline export function slice(p: usize): i32 { return load<i32>(p, 44); }

/** The number of a uniform: they lie behind four buffers. */
// @ts-ignore: decorator
@inline export function uniform(args: usize, i: usize): u32 { return <u32>load<f64>(args + (i << 3), 32); }

/** First tile of a part; the next part's first tile is its end. */
export function tileOf(part: i32, numParts: i32, numTiles: u32): u32 {
  return <u32>(<u64>numTiles * <u64>part / <u64>numParts);
}

/** The last problem whose first tile is not beyond `tile`. */
export function problemOf(problems: usize, numProblems: u32, tile: u32): usize {
  let low: u32 = 0;
  let high = numProblems;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (firstTile(problems + <usize>middle * PROBLEM) <= tile) low = middle;
    else high = middle;
  }
  return problems + <usize>low * PROBLEM;
}

/** First row of a tile of a problem, counted within it. */
export function tileRow(p: usize, index: u32): i32 {
  const across = <u32>((columns(p) + 7) >> 3);
  if (!symmetric(p)) return <i32>(index / across) << 3;
  let row: u32 = 0;
  while (index >= across - row) index -= across - row++;
  return <i32>row << 3;
}

/** First column of a tile of a problem, counted within it. */
export function tileColumn(p: usize, index: u32): i32 {
  const across = <u32>((columns(p) + 7) >> 3);
  if (!symmetric(p)) return <i32>(index % across) << 3;
  let row: u32 = 0;
  while (index >= across - row) index -= across - row++;
  return <i32>(row + index) << 3;
}

/**
 * Writes four results of a row, those that exist; with `add`, added to what is there; with `mirror`, in the column of
 * that number as well, which no other tile may have.
 */
export function put(p: usize, result: usize, row: i32, column: i32, values: v128, add: bool, mirror: bool): void {
  const count = columns(p) - column;
  if (row >= rows(p) || count <= 0) return;
  const at = result + <usize>row * resultRow(p) + (<usize>column << 2);
  if (count >= 4) {
    if (add) values = f32x4.add(v128.load(at), values);
    v128.store(at, values);
    if (mirror) putColumn(result + <usize>column * resultRow(p) + (<usize>row << 2), resultRow(p), 4, values);
    return;
  }
  if (add) {
    let there = f32x4.splat(load<f32>(at));
    if (count > 1) there = f32x4.replace_lane(there, 1, load<f32>(at, 4));
    if (count > 2) there = f32x4.replace_lane(there, 2, load<f32>(at, 8));
    values = f32x4.add(there, values);
  }
  putColumn(at, 4, count, values);
  if (mirror) putColumn(result + <usize>column * resultRow(p) + (<usize>row << 2), resultRow(p), count, values);
}

function putColumn(at: usize, step: usize, count: i32, values: v128): void {
  store<f32>(at, f32x4.extract_lane(values, 0));
  if (count > 1) store<f32>(at + step, f32x4.extract_lane(values, 1));
  if (count > 2) store<f32>(at + 2 * step, f32x4.extract_lane(values, 2));
  if (count > 3) store<f32>(at + 3 * step, f32x4.extract_lane(values, 3));
}

/** Lane k in all lanes. */
// @ts-ignore: decorator
@inline export function lane0(v: v128): v128 { return v128.shuffle<f32>(v, v, 0, 0, 0, 0); }
// @ts-ignore: decorator
@inline export function lane1(v: v128): v128 { return v128.shuffle<f32>(v, v, 1, 1, 1, 1); }
// @ts-ignore: decorator
@inline export function lane2(v: v128): v128 { return v128.shuffle<f32>(v, v, 2, 2, 2, 2); }
// @ts-ignore: decorator
@inline export function lane3(v: v128): v128 { return v128.shuffle<f32>(v, v, 3, 3, 3, 3); }
