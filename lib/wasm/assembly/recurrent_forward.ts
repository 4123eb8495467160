//! shared
// The kernel `recurrent_forward`: a part takes blocks of eight rows of a model through all steps. In each step the rows are
// packed, states and inputs together; then panel by panel the drive of eight units is summed for four rows at a time, and
// their step taken while it is at hand.

import { flushed } from "./_flush";
import { leakAt, leakGain, leakKeep } from "./_rnn_leak";
import { activate4, loadSome, storeSome } from "./_rnn_math";
import { packedTile, packRows, TILE } from "./_rnn_product";

/** Rows that go through time together. */
const ROW_BLOCK: i32 = 8;

// @ts-ignore: decorator
@inline function buffer(args: usize, i: usize): usize { return <usize>load<u32>(args + (i << 3)); }
// @ts-ignore: decorator
@inline function number(args: usize, i: usize): f64 { return load<f64>(args + (i << 3), 64); }
// @ts-ignore: decorator
@inline function count(args: usize, i: usize): i32 { return <i32>load<f64>(args + (i << 3), 64); }

export function recurrent_forward(args: usize, part: i32, num_parts: i32): void {
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
  const slots = buffer(args, 0) + (<usize>model << 3);
  const slot = load<i32>(slots), steps = min(load<i32>(slots, 4), count(args, 7));
  const rows = count(args, 1), room = count(args, 2), inputs = count(args, 3), units = count(args, 4);
  const panels = buffer(args, 2) + (<usize>model * <usize>((units + 7) >> 3) * <usize>(units + inputs) << 5);
  const stride = <usize>count(args, 17) << 2, rates = <usize>count(args, 18) << 2;
  const form = count(args, 11);
  const isPlain = form == 0 && count(args, 12) == 0 && number(args, 16) == 0;
  const stateBytes = <usize>units << 2, inputBytes = <usize>inputs << 2;
  const at = <usize>(model * rows + row);
  let t = count(args, 6);
  let h = buffer(args, 5) + (at * <usize>(room + 1) + <usize>t) * stateBytes;
  let work = buffer(args, 6) + (at * <usize>room + <usize>t) * stride;
  let x = buffer(args, 3) + (<usize>(slot * rows + row) * <usize>room + <usize>t) * inputBytes;
  const hasNoise = number(args, 16) != 0;
  let noise = buffer(args, 4) + (hasNoise ? (at * <usize>room + <usize>t) * stateBytes : 0);
  const stepH = <usize>(room + 1) * stateBytes, stepX = <usize>room * inputBytes;
  const stepW = <usize>room * stride, stepN = <usize>room * stateBytes;
  const second = <usize>(units + inputs) << 4;
  const tile = buffer(args, 7) + <usize>item * (2 * second + TILE), packed = tile + TILE;
  const bias = buffer(args, 1) + (<usize>model * <usize>count(args, 5) + <usize>count(args, 8) << 2);
  const activation = count(args, 10), keep = <f32>number(args, 13), gain = <f32>number(args, 14);
  // Slope below zero of what is piecewise linear.
  const below: f32 = activation == 2 ? 0.01 : activation == 1 ? 0 : 1;
  for (; t < steps; t++) {
    for (let r = 0, to = packed; r < num; r += 4, to += second) {
      const own = h + <usize>r * stepH;
      if (form == 2) {
        const rate = work + rates + <usize>r * stepW;
        for (let i = 0; i < min(4, num - r); i++) seen(activation, units, own + <usize>i * stepH, rate + <usize>i * stepW);
        packRows(rate, stepW, num - r, units, to);
      } else {
        packRows(own, stepH, num - r, units, to);
      }
      packRows(x + <usize>r * stepX, stepX, num - r, inputs, to + (<usize>units << 4));
    }
    let panel = panels, next = panels + (<usize>((units + 7) >> 3) * <usize>units << 5);
    for (let unit = 0; unit < units; unit += 8, panel += <usize>units << 5, next += <usize>inputs << 5) {
      const offset = <usize>unit << 2;
      for (let r = 0, from = packed; r < num; r += 4, from += second) {
        packedTile(from, units, panel, inputs, next, tile);
        const own = h + <usize>r * stepH + offset, to = work + <usize>r * stepW + offset;
        const some = min(4, num - r);
        if (!isPlain || unit + 8 > units) general(args, tile, some, model, unit, own, stepH, to, stepW, noise + (hasNoise ? <usize>r * stepN + offset : 0), stepN);
        else if (activation <= 2) linear(tile, some, bias + offset, own, stepH, own + stateBytes, to, stepW, keep, gain, below, tiny(to));
        else curved(tile, some, bias + offset, own, stepH, own + stateBytes, to, stepW, activation, keep, gain);
      }
    }
    h += stateBytes, work += stride, x += inputBytes;
    if (hasNoise) noise += stateBytes;
  }
}

// 2^-126, as a number that compilers cannot know: they would make vectors of constants anew at each use.
// @ts-ignore: decorator
@inline function tiny(address: usize): f32 { return reinterpret<f32>(0x00800000 + (<i32>address & 3)); }

// What others see of the units: φ(h).
function seen(activation: i32, units: i32, h: usize, to: usize): void {
  for (let unit = 0; unit < units; unit += 4, h += 16, to += 16) {
    storeSome(to, flushed(activate4(activation, loadSome(h, units - unit))), units - unit);
  }
}

// A step of eight units of some rows. What networks mostly are: φ outside, one leak for all, no noise; φ piecewise linear.
function linear(
  tile: usize, rows: i32, bias: usize, h: usize, stepH: usize, next: usize, work: usize, stepW: usize,
  keep: f32, gain: f32, below: f32, tiny: f32,
): void {
  const keeps = f32x4.splat(keep), gains = f32x4.splat(gain), slopes = f32x4.splat(below), zero = f32x4.splat(0);
  const least = f32x4.splat(tiny);
  const biasL = v128.load(bias), biasH = v128.load(bias, 16);
  for (; rows > 0; rows--, tile += 32, h += stepH, next += stepH, work += stepW) {
    let p = f32x4.add(v128.load(tile), biasL);
    p = f32x4.add(f32x4.max(p, zero), f32x4.mul(f32x4.min(p, zero), slopes));
    v128.store(work, v128.andnot(p, f32x4.lt(f32x4.abs(p), least)));
    p = f32x4.add(f32x4.mul(keeps, v128.load(h)), f32x4.mul(gains, p));
    v128.store(next, v128.andnot(p, f32x4.lt(f32x4.abs(p), least)));
    p = f32x4.add(v128.load(tile, 16), biasH);
    p = f32x4.add(f32x4.max(p, zero), f32x4.mul(f32x4.min(p, zero), slopes));
    v128.store(work, v128.andnot(p, f32x4.lt(f32x4.abs(p), least)), 16);
    p = f32x4.add(f32x4.mul(keeps, v128.load(h, 16)), f32x4.mul(gains, p));
    v128.store(next, v128.andnot(p, f32x4.lt(f32x4.abs(p), least)), 16);
  }
}

// The same for any φ.
function curved(
  tile: usize, rows: i32, bias: usize, h: usize, stepH: usize, next: usize, work: usize, stepW: usize,
  activation: i32, keep: f32, gain: f32,
): void {
  const keeps = f32x4.splat(keep), gains = f32x4.splat(gain);
  for (; rows > 0; rows--, tile += 32, h += stepH, next += stepH, work += stepW) {
    for (let i: usize = 0; i < 32; i += 16) {
      const p = activate4(activation, f32x4.add(v128.load(tile + i), v128.load(bias + i)));
      v128.store(work + i, flushed(p));
      v128.store(next + i, flushed(f32x4.add(f32x4.mul(keeps, v128.load(h + i)), f32x4.mul(gains, p))));
    }
  }
}

// The same in all forms, and for fewer units.
function general(
  args: usize, tile: usize, rows: i32, model: i32, unit: i32, h: usize, stepH: usize, work: usize, stepW: usize,
  noise: usize, stepN: usize,
): void {
  const units = count(args, 4), activation = count(args, 10), form = count(args, 11), leak = count(args, 12);
  const own = buffer(args, 1) + (<usize>model * <usize>count(args, 5) + <usize>unit << 2), next = <usize>units << 2;
  const dt = <f32>number(args, 15), amplitude = f32x4.splat(<f32>number(args, 16));
  const hasNoise = number(args, 16) != 0;
  let keep = f32x4.splat(<f32>number(args, 13)), gain = f32x4.splat(<f32>number(args, 14));
  for (let i: usize = 0; i < 32 && <i32>(i >> 2) < units - unit; i += 16) {
    const left = units - unit - <i32>(i >> 2);
    const bias = loadSome(own + (<usize>count(args, 8) << 2) + i, left);
    if (leak != 0) {
      const used = leakAt(leak, dt, loadSome(own + (<usize>count(args, 9) << 2) + i, left));
      keep = leakKeep(leak, dt, used), gain = leakGain(leak, dt, used, keep);
    }
    for (let row: usize = 0; row < <usize>rows; row++) {
      const from = h + row * stepH + i;
      let p = f32x4.add(v128.load(tile + (row << 5) + i), bias);
      if (hasNoise) p = f32x4.add(p, f32x4.mul(amplitude, loadSome(noise + row * stepN + i, left)));
      if (form == 0) p = activate4(activation, p);
      let mixed = f32x4.add(f32x4.mul(keep, loadSome(from, left)), f32x4.mul(gain, p));
      if (form == 1) mixed = activate4(activation, mixed);
      storeSome(from + next, flushed(mixed), left);
      storeSome(work + row * stepW + i, flushed(p), left);
    }
  }
}
