// Products of a few rows with panels of eight columns (gpu/gate_panels.ts), for kernels that step through time: of two
// sources at once, such as states and inputs. Each result is one running sum over the first source, then the second, in
// ascending order; rows do not know of each other.

import { lane0, lane1, lane2, lane3 } from "./_pair_tiles";
import { loadSome, storeSome } from "./_rnn_math";

/** What becomes of the sums: they replace what lies there, or are added to it. */
export const SET: i32 = 0, ADD: i32 = 1;

/**
 * Sums of `rows` rows with the panels of `columns` columns, to rows at `out`, `stepOut` bytes apart. Of either source:
 * where it lies, bytes from row to row, how many numbers a row has, its panels, and bytes from panel to panel.
 */
export function product(
  x: usize, stepX: usize, inner: i32, panels: usize, stepPanel: usize,
  y: usize, stepY: usize, innerY: i32, panelsY: usize, stepPanelY: usize,
  rows: i32, columns: i32, out: usize, stepOut: usize, mode: i32,
): void {
  for (let j = 0; j < columns; j += 8) {
    for (let i = 0; i < rows; i += 4) {
      tile(
        x + <usize>i * stepX, stepX, inner, panels, y + <usize>i * stepY, stepY, innerY, panelsY,
        min(4, rows - i), min(8, columns - j), out + <usize>i * stepOut + (<usize>j << 2), stepOut, mode,
      );
    }
    panels += stepPanel;
    panelsY += stepPanelY;
  }
}

// One tile of up to four rows and eight columns. Missing rows are the last once more.
function tile(
  x: usize, stepX: usize, inner: i32, p: usize, y: usize, stepY: usize, innerY: i32, q: usize,
  rows: i32, columns: i32, out: usize, stepOut: usize, mode: i32,
): void {
  let x0 = x;
  let x1 = rows > 1 ? x0 + stepX : x0;
  let x2 = rows > 2 ? x1 + stepX : x1;
  let x3 = rows > 3 ? x2 + stepX : x2;
  let l0 = f32x4.splat(0), l1 = l0, l2 = l0, l3 = l0, h0 = l0, h1 = l0, h2 = l0, h3 = l0;
  if (mode == ADD) {
    let o = out;
    l0 = low(o, columns), h0 = high(o, columns);
    if (rows > 1) o += stepOut;
    l1 = low(o, columns), h1 = high(o, columns);
    if (rows > 2) o += stepOut;
    l2 = low(o, columns), h2 = high(o, columns);
    if (rows > 3) o += stepOut;
    l3 = low(o, columns), h3 = high(o, columns);
  }
  for (let source = 0;; source++) {
    const end4 = x0 + (<usize>(inner & ~3) << 2);
    const end = x0 + (<usize>inner << 2);
    while (x0 < end4) {
      const a0 = v128.load(x0), a1 = v128.load(x1), a2 = v128.load(x2), a3 = v128.load(x3);
      let l = v128.load(p), h = v128.load(p, 16);
      let a = lane0(a0);
      l0 = f32x4.add(l0, f32x4.mul(a, l)), h0 = f32x4.add(h0, f32x4.mul(a, h));
      a = lane0(a1);
      l1 = f32x4.add(l1, f32x4.mul(a, l)), h1 = f32x4.add(h1, f32x4.mul(a, h));
      a = lane0(a2);
      l2 = f32x4.add(l2, f32x4.mul(a, l)), h2 = f32x4.add(h2, f32x4.mul(a, h));
      a = lane0(a3);
      l3 = f32x4.add(l3, f32x4.mul(a, l)), h3 = f32x4.add(h3, f32x4.mul(a, h));
      l = v128.load(p, 32), h = v128.load(p, 48);
      a = lane1(a0);
      l0 = f32x4.add(l0, f32x4.mul(a, l)), h0 = f32x4.add(h0, f32x4.mul(a, h));
      a = lane1(a1);
      l1 = f32x4.add(l1, f32x4.mul(a, l)), h1 = f32x4.add(h1, f32x4.mul(a, h));
      a = lane1(a2);
      l2 = f32x4.add(l2, f32x4.mul(a, l)), h2 = f32x4.add(h2, f32x4.mul(a, h));
      a = lane1(a3);
      l3 = f32x4.add(l3, f32x4.mul(a, l)), h3 = f32x4.add(h3, f32x4.mul(a, h));
      l = v128.load(p, 64), h = v128.load(p, 80);
      a = lane2(a0);
      l0 = f32x4.add(l0, f32x4.mul(a, l)), h0 = f32x4.add(h0, f32x4.mul(a, h));
      a = lane2(a1);
      l1 = f32x4.add(l1, f32x4.mul(a, l)), h1 = f32x4.add(h1, f32x4.mul(a, h));
      a = lane2(a2);
      l2 = f32x4.add(l2, f32x4.mul(a, l)), h2 = f32x4.add(h2, f32x4.mul(a, h));
      a = lane2(a3);
      l3 = f32x4.add(l3, f32x4.mul(a, l)), h3 = f32x4.add(h3, f32x4.mul(a, h));
      l = v128.load(p, 96), h = v128.load(p, 112);
      a = lane3(a0);
      l0 = f32x4.add(l0, f32x4.mul(a, l)), h0 = f32x4.add(h0, f32x4.mul(a, h));
      a = lane3(a1);
      l1 = f32x4.add(l1, f32x4.mul(a, l)), h1 = f32x4.add(h1, f32x4.mul(a, h));
      a = lane3(a2);
      l2 = f32x4.add(l2, f32x4.mul(a, l)), h2 = f32x4.add(h2, f32x4.mul(a, h));
      a = lane3(a3);
      l3 = f32x4.add(l3, f32x4.mul(a, l)), h3 = f32x4.add(h3, f32x4.mul(a, h));
      x0 += 16, x1 += 16, x2 += 16, x3 += 16, p += 128;
    }
    while (x0 < end) {
      const l = v128.load(p), h = v128.load(p, 16);
      let a = v128.load32_splat(x0);
      l0 = f32x4.add(l0, f32x4.mul(a, l)), h0 = f32x4.add(h0, f32x4.mul(a, h));
      a = v128.load32_splat(x1);
      l1 = f32x4.add(l1, f32x4.mul(a, l)), h1 = f32x4.add(h1, f32x4.mul(a, h));
      a = v128.load32_splat(x2);
      l2 = f32x4.add(l2, f32x4.mul(a, l)), h2 = f32x4.add(h2, f32x4.mul(a, h));
      a = v128.load32_splat(x3);
      l3 = f32x4.add(l3, f32x4.mul(a, l)), h3 = f32x4.add(h3, f32x4.mul(a, h));
      x0 += 4, x1 += 4, x2 += 4, x3 += 4, p += 32;
    }
    if (innerY == 0 || source == 1) break;
    x0 = y;
    x1 = rows > 1 ? x0 + stepY : x0;
    x2 = rows > 2 ? x1 + stepY : x1;
    x3 = rows > 3 ? x2 + stepY : x2;
    inner = innerY;
    p = q;
  }
  put(out, l0, h0, columns);
  if (rows > 1) out += stepOut;
  put(out, l1, h1, columns);
  if (rows > 2) out += stepOut;
  put(out, l2, h2, columns);
  if (rows > 3) out += stepOut;
  put(out, l3, h3, columns);
}

// @ts-ignore: decorator
@inline function low(at: usize, columns: i32): v128 { return columns >= 4 ? v128.load(at) : loadSome(at, columns); }
// @ts-ignore: decorator
@inline function high(at: usize, columns: i32): v128 {
  return columns == 8 ? v128.load(at, 16) : columns > 4 ? loadSome(at + 16, columns - 4) : f32x4.splat(0);
}

// @ts-ignore: decorator
@inline function put(at: usize, l: v128, h: v128, columns: i32): void {
  if (columns == 8) {
    v128.store(at, l);
    v128.store(at, h, 16);
  } else {
    storeSome(at, l, min(4, columns));
    if (columns > 4) storeSome(at + 16, h, columns - 4);
  }
}
