// Products of up to four rows with a panel of eight targets (gpu/rnn/panels.ts): what networks spend their time with. A
// target's sum is taken in the order of its sources, so it does not depend on how rows are put together.

import { flushed } from "./_flush";
import { lane0, lane1, lane2, lane3 } from "./_pair_tiles";
import { loadSome, storeSome } from "./_rnn_math";

/**
 * c[row][0…7] = init + Σ a[row][k] · panel[k][0…7] for rows 0 … rows − 1; `init` is c itself with `INIT_OLD`, zero with
 * `INIT_ZERO`. Steps between rows are in bytes. Only `columns` of the eight results are read and written.
 */
export function panelProduct(
  a: usize, stepA: usize, rows: i32, depth: i32, panel: usize, c: usize, stepC: usize, columns: i32, add: bool,
): void {
  // Rows beyond the last are the last once more, for nobody.
  const a1 = rows > 1 ? a + stepA : a;
  const a2 = rows > 2 ? a1 + stepA : a1;
  const a3 = rows > 3 ? a2 + stepA : a2;
  let l0 = f32x4.splat(0), l1 = l0, l2 = l0, l3 = l0, h0 = l0, h1 = l0, h2 = l0, h3 = l0;
  let k: usize = 0;
  const whole = <usize>(depth & ~3) << 2, end = <usize>depth << 2;
  for (; k < whole; k += 16) {
    const x0 = v128.load(a + k), x1 = v128.load(a1 + k), x2 = v128.load(a2 + k), x3 = v128.load(a3 + k);
    let l = v128.load(panel), h = v128.load(panel, 16);
    let x = lane0(x0);
    l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
    x = lane0(x1);
    l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
    x = lane0(x2);
    l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
    x = lane0(x3);
    l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
    l = v128.load(panel, 32), h = v128.load(panel, 48);
    x = lane1(x0);
    l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
    x = lane1(x1);
    l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
    x = lane1(x2);
    l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
    x = lane1(x3);
    l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
    l = v128.load(panel, 64), h = v128.load(panel, 80);
    x = lane2(x0);
    l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
    x = lane2(x1);
    l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
    x = lane2(x2);
    l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
    x = lane2(x3);
    l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
    l = v128.load(panel, 96), h = v128.load(panel, 112);
    x = lane3(x0);
    l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
    x = lane3(x1);
    l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
    x = lane3(x2);
    l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
    x = lane3(x3);
    l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
    panel += 128;
  }
  for (; k < end; k += 4) {
    const l = v128.load(panel), h = v128.load(panel, 16);
    let x = v128.load32_splat(a + k);
    l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
    x = v128.load32_splat(a1 + k);
    l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
    x = v128.load32_splat(a2 + k);
    l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
    x = v128.load32_splat(a3 + k);
    l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
    panel += 32;
  }
  put8(c, l0, h0, columns, add);
  if (rows > 1) put8(c + stepC, l1, h1, columns, add);
  if (rows > 2) put8(c + 2 * stepC, l2, h2, columns, add);
  if (rows > 3) put8(c + 3 * stepC, l3, h3, columns, add);
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
