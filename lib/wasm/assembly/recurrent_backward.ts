//! shared
// The kernel `recurrent_backward`: a part takes blocks of eight rows of a model through all steps, the last first. dL/dp of a
// step is packed; then panel by panel W_recᵀ dp of eight units is summed for four rows at a time, and while it is at hand,
// what comes of it in the step before: dL/dp there in `work`, and in `carry` what stays with the units.

import { flushed } from "./_flush";
import { leakAt, leakGain, leakKeep, leakSlope } from "./_rnn_leak";
import { loadSome, slope4, storeSome } from "./_rnn_math";
import { packedTile, packRows, TILE } from "./_rnn_product";

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
  const stepH = <usize>(room + 1) * bytes, stepW = <usize>room * stride, stepG = <usize>room * bytes;
  let h = buffer(args, 3) + (at * <usize>(room + 1) + <usize>end) * bytes - bytes;
  let work = buffer(args, 4) + (at * <usize>room + <usize>end) * stride - stride;
  let given = buffer(args, 5) + (at * <usize>room + <usize>end) * bytes - bytes;
  const second = bytes << 2;
  const tile = buffer(args, 7) + <usize>item * (2 * second + TILE), packed = tile + TILE;
  const activation = count(args, 8), keep = <f32>number(args, 11), gain = <f32>number(args, 12);
  const isPlain = form == 0 && count(args, 10) == 0;
  // Slope below zero of what is piecewise linear.
  const below: f32 = activation == 2 ? 0.01 : activation == 1 ? 0 : 1;
  // The last step has nothing after it but its carry: a tile of zeros.
  memory.fill(tile, 0, TILE);
  for (let unit = 0; unit < units; unit += 8) {
    const offset = <usize>unit << 2;
    for (let r: usize = 0; r < <usize>num; r++) {
      general(args, tile, 1, model, unit, h + r * stepH + offset, 0, work + r * stepW + offset, 0, given + r * stepG + offset, 0, carry + r * bytes + offset, 0);
    }
  }
  for (let t = end - 1; t >= first; t--) {
    for (let r = 0, to = packed; r < num; r += 4, to += second) packRows(work + <usize>r * stepW, stepW, num - r, units, to);
    const isLast = t == first;
    let panel = panels;
    for (let unit = 0; unit < units; unit += 8, panel += bytes << 3) {
      const offset = <usize>unit << 2;
      for (let r = 0, from = packed; r < num; r += 4, from += second) {
        packedTile(from, units, panel, 0, 0, tile);
        const some = min(4, num - r), own = <usize>r;
        const w = work + own * stepW + offset, g = given + own * stepG + offset, c = carry + own * bytes + offset;
        if (form == 2) slopes(activation, tile, some, w + rates, stepW, units - unit);
        if (isLast) put(tile, some, c, bytes, units - unit);
        else if (!isPlain || unit + 8 > units) general(args, tile, some, model, unit, h - bytes + own * stepH + offset, stepH, w - stride, stepW, g - bytes, stepG, c, bytes);
        else if (activation <= 2) linear(tile, some, w - stride, stepW, g - bytes, stepG, c, bytes, keep, gain, below, ones(w));
        else curved(tile, some, w - stride, stepW, g - bytes, stepG, c, bytes, activation, keep, gain);
      }
    }
    h -= bytes, work -= stride, given -= bytes;
  }
}

// 1, as a number that compilers cannot know: they would make vectors of constants anew at each use.
// @ts-ignore: decorator
@inline function ones(address: usize): f32 { return reinterpret<f32>(0x3f800000 + (<i32>address & 3)); }

// W_recᵀ dp times φ'(h), where others saw φ(h).
function slopes(activation: i32, tile: usize, rows: i32, rates: usize, step: usize, units: i32): void {
  for (; rows > 0; rows--, tile += 32, rates += step) {
    v128.store(tile, f32x4.mul(v128.load(tile), slope4(activation, loadSome(rates, units))));
    if (units <= 4) continue;
    v128.store(tile, f32x4.mul(v128.load(tile, 16), slope4(activation, loadSome(rates + 16, units - 4))), 16);
  }
}

// Before the first step nothing is left but the carry.
function put(tile: usize, rows: i32, carry: usize, step: usize, units: i32): void {
  for (; rows > 0; rows--, tile += 32, carry += step) {
    storeSome(carry, flushed(f32x4.add(loadSome(carry, units), v128.load(tile))), units);
    if (units > 4) storeSome(carry + 16, flushed(f32x4.add(loadSome(carry + 16, units - 4), v128.load(tile, 16))), units - 4);
  }
}

// dL/dp of eight units of some rows, and what stays with them, from the sums of the step after. What networks mostly are:
// φ outside, one leak for all; φ piecewise linear.
function linear(
  tile: usize, rows: i32, work: usize, stepW: usize, given: usize, stepG: usize, carry: usize, stepC: usize,
  keep: f32, gain: f32, below: f32, one: f32,
): void {
  const keeps = f32x4.splat(keep), above = f32x4.splat(gain), slopes = f32x4.splat(gain * below), zero = f32x4.splat(0);
  const least = f32x4.splat(reinterpret<f32>(reinterpret<i32>(one) - 0x3f000000));
  for (; rows > 0; rows--, tile += 32, work += stepW, given += stepG, carry += stepC) {
    let g = f32x4.add(v128.load(given), f32x4.add(v128.load(carry), v128.load(tile)));
    let p = f32x4.mul(g, v128.bitselect(above, slopes, f32x4.gt(v128.load(work), zero)));
    g = f32x4.mul(keeps, g);
    v128.store(work, v128.andnot(p, f32x4.lt(f32x4.abs(p), least)));
    v128.store(carry, v128.andnot(g, f32x4.lt(f32x4.abs(g), least)));
    g = f32x4.add(v128.load(given, 16), f32x4.add(v128.load(carry, 16), v128.load(tile, 16)));
    p = f32x4.mul(g, v128.bitselect(above, slopes, f32x4.gt(v128.load(work, 16), zero)));
    g = f32x4.mul(keeps, g);
    v128.store(work, v128.andnot(p, f32x4.lt(f32x4.abs(p), least)), 16);
    v128.store(carry, v128.andnot(g, f32x4.lt(f32x4.abs(g), least)), 16);
  }
}

// The same for any φ.
function curved(
  tile: usize, rows: i32, work: usize, stepW: usize, given: usize, stepG: usize, carry: usize, stepC: usize,
  activation: i32, keep: f32, gain: f32,
): void {
  const keeps = f32x4.splat(keep), gains = f32x4.splat(gain);
  for (; rows > 0; rows--, tile += 32, work += stepW, given += stepG, carry += stepC) {
    for (let i: usize = 0; i < 32; i += 16) {
      const g = f32x4.add(v128.load(given + i), f32x4.add(v128.load(carry + i), v128.load(tile + i)));
      v128.store(work + i, flushed(f32x4.mul(f32x4.mul(gains, g), slope4(activation, v128.load(work + i)))));
      v128.store(carry + i, flushed(f32x4.mul(keeps, g)));
    }
  }
}

// The same in all forms, and for fewer units.
function general(
  args: usize, tile: usize, rows: i32, model: i32, unit: i32, h: usize, stepH: usize, work: usize, stepW: usize,
  given: usize, stepG: usize, carry: usize, stepC: usize,
): void {
  const units = count(args, 3), activation = count(args, 8), form = count(args, 9), leak = count(args, 10);
  const taus = buffer(args, 1) + (<usize>model * <usize>count(args, 4) + <usize>(count(args, 7) + unit) << 2);
  const dt = <f32>number(args, 13), terms = <usize>count(args, 16) << 2, next = <usize>units << 2;
  let keep = f32x4.splat(<f32>number(args, 11)), gain = f32x4.splat(<f32>number(args, 12)), slope = f32x4.splat(0);
  for (let i: usize = 0; i < 32 && <i32>(i >> 2) < units - unit; i += 16) {
    const left = units - unit - <i32>(i >> 2);
    if (leak != 0) {
      const tau = loadSome(taus + i, left), used = leakAt(leak, dt, tau);
      keep = leakKeep(leak, dt, used), gain = leakGain(leak, dt, used, keep);
      slope = leakSlope(leak, dt, tau, used, keep);
    }
    for (let row: usize = 0; row < <usize>rows; row++) {
      const from = h + row * stepH + i, to = work + row * stepW + i, held = carry + row * stepC + i;
      const carried = f32x4.add(loadSome(held, left), v128.load(tile + (row << 5) + i));
      let g = f32x4.add(loadSome(given + row * stepG + i, left), carried);
      const taken = loadSome(to, left);
      if (form == 1) g = f32x4.mul(g, slope4(activation, loadSome(from + next, left)));
      if (terms > 0) storeSome(to + terms, flushed(f32x4.mul(f32x4.mul(g, f32x4.sub(loadSome(from, left), taken)), slope)), left);
      let p = f32x4.mul(gain, g);
      if (form == 0) p = f32x4.mul(p, slope4(activation, taken));
      storeSome(to, flushed(p), left);
      storeSome(held, flushed(f32x4.mul(keep, g)), left);
    }
  }
}
