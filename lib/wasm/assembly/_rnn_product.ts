// Products of four rows with panels of eight targets (gate_panels): what networks spend their time with. Rows are packed
// before, source by source, so that a step of the sum reads four numbers and two vectors at two addresses that only grow: the
// fewest checks of addresses there can be. A target's sum is taken in the order of its sources, whatever is computed beside it.

import { flushed } from "./_flush";
import { loadSome, storeSome } from "./_rnn_math";

/**
 * Packs `count` numbers of each of up to four rows: the first of all rows, the second of all rows, … Rows beyond the last
 * are the last once more, for nobody. `step` is in bytes.
 */
export function packRows(from: usize, step: usize, rows: i32, count: i32, to: usize): void {
  let a = from, b = rows > 1 ? a + step : a, c = rows > 2 ? b + step : b, d = rows > 3 ? c + step : c;
  const whole = to + (<usize>(count & ~3) << 4), end = to + (<usize>count << 4);
  for (; to < whole; to += 64, a += 16, b += 16, c += 16, d += 16) {
    const p = v128.load(a), q = v128.load(b), r = v128.load(c), s = v128.load(d);
    const low0 = v128.shuffle<f32>(p, q, 0, 4, 1, 5), low1 = v128.shuffle<f32>(r, s, 0, 4, 1, 5);
    const high0 = v128.shuffle<f32>(p, q, 2, 6, 3, 7), high1 = v128.shuffle<f32>(r, s, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f32>(low0, low1, 0, 1, 4, 5));
    v128.store(to, v128.shuffle<f32>(low0, low1, 2, 3, 6, 7), 16);
    v128.store(to, v128.shuffle<f32>(high0, high1, 0, 1, 4, 5), 32);
    v128.store(to, v128.shuffle<f32>(high0, high1, 2, 3, 6, 7), 48);
  }
  for (; to < end; to += 16, a += 4, b += 4, c += 4, d += 4) {
    store<f32>(to, load<f32>(a));
    store<f32>(to, load<f32>(b), 4);
    store<f32>(to, load<f32>(c), 8);
    store<f32>(to, load<f32>(d), 12);
  }
}

/** Bytes of a tile: eight results of each of four rows. */
export const TILE: usize = 128;

/**
 * c[row][0…7] = Σ a[k][row] · panel[k][0…7] for the first `rows` of four packed rows, added to what is there with `add`.
 * Sources are those of `packedTile`. `stepC` is in bytes. Only `columns` of the eight results are written.
 */
// @ts-ignore: decorator
@inline export function packedProduct(
  a: usize, depth: i32, panel: usize, more: i32, next: usize,
  c: usize, stepC: usize, rows: i32, columns: i32, add: bool,
): void {
  product<i32>(a, depth, panel, more, next, c, stepC, rows, columns, add);
}

/**
 * A tile of results: to[row][0…7] = Σ a[k][row] · panel[k][0…7] for four packed rows. The first `depth` sources have their
 * weights in `panel`, the `more` after them in `next`.
 */
// @ts-ignore: decorator
@inline export function packedTile(a: usize, depth: i32, panel: usize, more: i32, next: usize, to: usize): void {
  product<f32>(a, depth, panel, more, next, to, 32, 4, 8, false);
}

// Both, known apart by the type: whole tiles for f32.
function product<T>(
  a: usize, depth: i32, panel: usize, more: i32, next: usize,
  c: usize, stepC: usize, rows: i32, columns: i32, add: bool,
): void {
  let l0 = f32x4.splat(0), l1 = l0, l2 = l0, l3 = l0, h0 = l0, h1 = l0, h2 = l0, h3 = l0;
  let end = a + (<usize>depth << 4);
  const last = end + (<usize>more << 4);
  for (;;) {
    while (a < end) {
      let l: v128, h: v128, x: v128;
      l = v128.load(panel), h = v128.load(panel, 16);
      x = v128.load32_splat(a);
      l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
      x = v128.load32_splat(a, 4);
      l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
      x = v128.load32_splat(a, 8);
      l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
      x = v128.load32_splat(a, 12);
      l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
      a += 16, panel += 32;
      if (a == end) break;
      l = v128.load(panel), h = v128.load(panel, 16);
      x = v128.load32_splat(a);
      l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
      x = v128.load32_splat(a, 4);
      l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
      x = v128.load32_splat(a, 8);
      l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
      x = v128.load32_splat(a, 12);
      l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
      a += 16, panel += 32;
      if (a == end) break;
      l = v128.load(panel), h = v128.load(panel, 16);
      x = v128.load32_splat(a);
      l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
      x = v128.load32_splat(a, 4);
      l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
      x = v128.load32_splat(a, 8);
      l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
      x = v128.load32_splat(a, 12);
      l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
      a += 16, panel += 32;
      if (a == end) break;
      l = v128.load(panel), h = v128.load(panel, 16);
      x = v128.load32_splat(a);
      l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
      x = v128.load32_splat(a, 4);
      l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
      x = v128.load32_splat(a, 8);
      l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
      x = v128.load32_splat(a, 12);
      l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
      a += 16, panel += 32;
      if (a == end) break;
      l = v128.load(panel), h = v128.load(panel, 16);
      x = v128.load32_splat(a);
      l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
      x = v128.load32_splat(a, 4);
      l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
      x = v128.load32_splat(a, 8);
      l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
      x = v128.load32_splat(a, 12);
      l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
      a += 16, panel += 32;
      if (a == end) break;
      l = v128.load(panel), h = v128.load(panel, 16);
      x = v128.load32_splat(a);
      l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
      x = v128.load32_splat(a, 4);
      l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
      x = v128.load32_splat(a, 8);
      l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
      x = v128.load32_splat(a, 12);
      l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
      a += 16, panel += 32;
      if (a == end) break;
      l = v128.load(panel), h = v128.load(panel, 16);
      x = v128.load32_splat(a);
      l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
      x = v128.load32_splat(a, 4);
      l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
      x = v128.load32_splat(a, 8);
      l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
      x = v128.load32_splat(a, 12);
      l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
      a += 16, panel += 32;
      if (a == end) break;
      l = v128.load(panel), h = v128.load(panel, 16);
      x = v128.load32_splat(a);
      l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
      x = v128.load32_splat(a, 4);
      l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
      x = v128.load32_splat(a, 8);
      l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
      x = v128.load32_splat(a, 12);
      l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
      a += 16, panel += 32;
    }
    if (a == last) break;
    end = last, panel = next;
  }
  if (isFloat<T>()) {
    v128.store(c, l0), v128.store(c, h0, 16);
    v128.store(c, l1, 32), v128.store(c, h1, 48);
    v128.store(c, l2, 64), v128.store(c, h2, 80);
    v128.store(c, l3, 96), v128.store(c, h3, 112);
  } else {
    put8(c, l0, h0, columns, add);
    if (rows > 1) put8(c + stepC, l1, h1, columns, add);
    if (rows > 2) put8(c + 2 * stepC, l2, h2, columns, add);
    if (rows > 3) put8(c + 3 * stepC, l3, h3, columns, add);
  }
}

/** Writes the first `columns` of eight numbers, or adds them to what is there. Denormals become zeros. */
export function put8(c: usize, l: v128, h: v128, columns: i32, add: bool): void {
  if (columns >= 8) {
    if (add) l = f32x4.add(v128.load(c), l), h = f32x4.add(v128.load(c, 16), h);
    v128.store(c, flushed(l));
    v128.store(c, flushed(h), 16);
    return;
  }
  const high = columns - 4;
  if (add) l = f32x4.add(loadSome(c, columns), l);
  storeSome(c, flushed(l), columns);
  if (high <= 0) return;
  if (add) h = f32x4.add(loadSome(c + 16, high), h);
  storeSome(c + 16, flushed(h), high);
}

/** Adds the first `columns` of eight numbers to what is there. */
export function add8(c: usize, l: v128, h: v128, columns: i32): void {
  if (columns >= 8) {
    v128.store(c, f32x4.add(v128.load(c), l));
    v128.store(c, f32x4.add(v128.load(c, 16), h), 16);
    return;
  }
  storeSome(c, f32x4.add(loadSome(c, columns), l), columns);
  if (columns > 4) storeSome(c + 16, f32x4.add(loadSome(c + 16, columns - 4), h), columns - 4);
}
