//! shared
// The kernel `recurrent_backward`: a part takes blocks of eight rows of a model through all steps, the last first. In each
// step the units come first, dL/dp of them in `work`, what stays with them in `carry`; then W_recᵀ dp is added to that.

import { flushed } from "./_flush";
import { leakAt, leakGain, leakKeep, leakSlope } from "./_rnn_leak";
import { loadSome, slope4, storeSome } from "./_rnn_math";
import { packedProduct, packRows } from "./_rnn_product";

/** Rows that go through time together. */
const ROW_BLOCK: i32 = 8;

// @ts-ignore: decorator
@inline function buffer(args: usize, i: usize): usize { return <usize>load<u32>(args + (i << 3)); }
// @ts-ignore: decorator
@inline function number(args: usize, i: usize): f64 { return load<f64>(args + (i << 3), 64); }
// @ts-ignore: decorator
@inline function count(args: usize, i: usize): i32 { return <i32>load<f64>(args + (i << 3), 64); }

export function recurrent_backward(args: usize, part: i32, num_parts: i32): void {
  const models = count(args, 0), rows = count(args, 1);
  const blocks = (rows + ROW_BLOCK - 1) / ROW_BLOCK;
  const all = <i64>models * <i64>blocks;
  const end = <i32>(all * <i64>(part + 1) / <i64>num_parts);
  for (let item = <i32>(all * <i64>part / <i64>num_parts); item < end; item++) {
    const first = item % blocks * ROW_BLOCK;
    block(args, item, item / blocks, first, min(ROW_BLOCK, rows - first));
  }
}

// Some rows of a model, all steps of the dispatch.
function block(args: usize, item: i32, model: i32, row: i32, num: i32): void {
  const steps = load<i32>(buffer(args, 0) + (<usize>model << 3), 4), end = min(steps, count(args, 6));
  const rows = count(args, 1), room = count(args, 2), units = count(args, 3);
  const first = count(args, 5), form = count(args, 9);
  const panels = buffer(args, 2) + (<usize>model * <usize>((units + 7) >> 3) * <usize>units << 5);
  const stride = <usize>count(args, 14) << 2, rates = <usize>count(args, 15) << 2;
  const bytes = <usize>units << 2;
  const at = <usize>(model * rows + row);
  const carry = buffer(args, 6) + at * bytes;
  if (count(args, 6) >= steps && (first < steps || first == 0)) memory.fill(carry, 0, <usize>num * bytes);
  if (end <= first) return;
  let h = buffer(args, 3) + (at * <usize>(room + 1) + <usize>end) * bytes;
  let work = buffer(args, 4) + (at * <usize>room + <usize>end) * stride;
  let given = buffer(args, 5) + (at * <usize>room + <usize>end) * bytes;
  const packed = buffer(args, 7) + (<usize>item * <usize>units << 5);
  const stepH = <usize>(room + 1) * bytes, stepW = <usize>room * stride, stepG = <usize>room * bytes;
  for (let t = end; t > first; t--) {
    h -= bytes, work -= stride, given -= bytes;
    for (let r: usize = 0; r < <usize>num; r++) {
      cells(args, model, units, h + r * stepH, work + r * stepW, given + r * stepG, carry + r * bytes);
    }
    if (form == 2) {
      // φ'(h) comes between the sum and what stays, so the sum gets the place of the state's own gradient first.
      through(work, stepW, panels, carry, bytes, num, units, count(args, 8), rates);
    } else {
      backwards(packed, work, stepW, panels, carry, bytes, num, units);
    }
  }
}

// W_recᵀ dp for all units of some rows, added to what stays.
function backwards(packed: usize, a: usize, stepA: usize, panel: usize, c: usize, stepC: usize, num: i32, units: i32): void {
  const second = <usize>units << 4;
  for (let r = 0, to = packed; r < num; r += 4, to += second) packRows(a + <usize>r * stepA, stepA, num - r, units, to);
  for (let unit = 0; unit < units; unit += 8) {
    packedProduct(packed, units, panel, 0, 0, c, stepC, num, units - unit, true);
    if (num > 4) packedProduct(packed + second, units, panel, 0, 0, c + 4 * stepC, stepC, num - 4, units - unit, true);
    panel += <usize>units << 5, c += 32;
  }
}

// The same with φ'(h) between: sums of single rows are taken unit by unit.
function through(
  a: usize, stepA: usize, panel: usize, c: usize, stepC: usize, num: i32, units: i32, activation: i32, rates: usize,
): void {
  for (let unit = 0; unit < units; unit += 4) {
    const left = units - unit;
    const own = panel + (<usize>(unit >> 3) * <usize>units << 5) + (<usize>(unit & 4) << 2);
    for (let r: usize = 0; r < <usize>num; r++) {
      const row = a + r * stepA;
      let sum = f32x4.splat(0);
      for (let k: usize = 0; k < <usize>units; k++) {
        sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(row + (k << 2)), v128.load(own + (k << 5))));
      }
      const slope = slope4(activation, loadSome(row + rates + (<usize>unit << 2), left));
      const to = c + r * stepC + (<usize>unit << 2);
      storeSome(to, flushed(f32x4.add(loadSome(to, left), f32x4.mul(sum, slope))), left);
    }
  }
}

// dL/dp of all units of a row, and what of the gradient stays with them.
function cells(args: usize, model: i32, units: i32, h: usize, work: usize, given: usize, carry: usize): void {
  let from = 0;
  if (count(args, 9) == 0 && count(args, 10) == 0) {
    from = units & ~3;
    plain(count(args, 8), <f32>number(args, 11), <f32>number(args, 12), from, work, given, carry,
      reinterpret<f32>(0x00800000 + (<i32>work & 3)), reinterpret<f32>(0x3f800000 + (<i32>work & 3)));
    if (from == units) return;
  }
  general(args, model, units, from, h, work, given, carry);
}

// What networks mostly are: φ outside, one leak for all. Four units at a time.
function plain(
  activation: i32, keep: f32, gain: f32, units: i32, work: usize, given: usize, carry: usize, tiny: f32, one: f32,
): void {
  const keeps = f32x4.splat(keep), gains = f32x4.splat(gain), zero = f32x4.splat(0), ones = f32x4.splat(one);
  const below = f32x4.splat(activation == 2 ? <f32>0.01 : activation == 1 ? <f32>0 : <f32>1);
  const least = f32x4.splat(tiny);
  const end = work + (<usize>units << 2);
  const isLinear = activation <= 2;
  for (; work < end; work += 16, given += 16, carry += 16) {
    const g = f32x4.add(v128.load(given), v128.load(carry)), taken = v128.load(work);
    const slope = isLinear ? v128.bitselect(ones, below, f32x4.gt(taken, zero)) : slope4(activation, taken);
    const p = f32x4.mul(f32x4.mul(gains, g), slope), held = f32x4.mul(keeps, g);
    v128.store(work, v128.andnot(p, f32x4.lt(f32x4.abs(p), least)));
    v128.store(carry, v128.andnot(held, f32x4.lt(f32x4.abs(held), least)));
  }
}

// The same in all forms, from a unit on.
function general(args: usize, model: i32, units: i32, from: i32, h: usize, work: usize, given: usize, carry: usize): void {
  const activation = count(args, 8), form = count(args, 9), leak = count(args, 10);
  const first = <usize>from << 2;
  let tau = buffer(args, 1) + (<usize>model * <usize>count(args, 4) + <usize>count(args, 7) << 2) + first;
  let keep = f32x4.splat(<f32>number(args, 11)), gain = f32x4.splat(<f32>number(args, 12));
  const dt = <f32>number(args, 13);
  const terms = <usize>count(args, 16) << 2;
  const next = <usize>units << 2;
  let slope = f32x4.splat(0);
  h += first, work += first, given += first, carry += first;
  for (let unit = from; unit < units; unit += 4) {
    const left = units - unit;
    let g = f32x4.add(loadSome(given, left), loadSome(carry, left));
    const taken = loadSome(work, left);
    if (leak != 0) {
      const own = loadSome(tau, left), used = leakAt(leak, dt, own);
      keep = leakKeep(leak, dt, used), gain = leakGain(leak, dt, used, keep);
      slope = leakSlope(leak, dt, own, used, keep);
    }
    if (form == 1) g = f32x4.mul(g, slope4(activation, loadSome(h + next, left)));
    if (terms > 0) {
      const term = f32x4.mul(f32x4.mul(g, f32x4.sub(loadSome(h, left), taken)), slope);
      storeSome(work + terms, flushed(term), left);
    }
    let p = f32x4.mul(gain, g);
    if (form == 0) p = f32x4.mul(p, slope4(activation, taken));
    storeSome(work, flushed(p), left);
    storeSome(carry, flushed(f32x4.mul(keep, g)), left);
    work += 16, given += 16, h += 16, carry += 16, tau += 16;
  }
}
