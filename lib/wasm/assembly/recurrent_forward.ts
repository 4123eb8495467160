//! shared
// The kernel `recurrent_forward`: a part takes blocks of eight rows of a model through all steps. In each step the drive of
// all units is summed, panel by panel, where φ(p) or p will lie in `work`; then come the units themselves.

import { flushed } from "./_flush";
import { leakAt, leakGain, leakKeep } from "./_rnn_leak";
import { activate4, loadSome, storeSome } from "./_rnn_math";
import { packedProduct, packRows } from "./_rnn_product";

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
  const stateBytes = <usize>units << 2, inputBytes = <usize>inputs << 2;
  const at = <usize>(model * rows + row);
  let t = count(args, 6);
  let h = buffer(args, 5) + (at * <usize>(room + 1) + <usize>t) * stateBytes;
  let work = buffer(args, 6) + (at * <usize>room + <usize>t) * stride;
  let x = buffer(args, 3) + (<usize>(slot * rows + row) * <usize>room + <usize>t) * inputBytes;
  const hasNoise = number(args, 16) != 0;
  let noise = buffer(args, 4) + (hasNoise ? (at * <usize>room + <usize>t) * stateBytes : 0);
  const stepH = <usize>(room + 1) * stateBytes, stepX = <usize>room * inputBytes;
  const packed = buffer(args, 7) + (<usize>item * <usize>(units + inputs) << 5);
  const stepW = <usize>room * stride, stepN = <usize>room * stateBytes;
  for (; t < steps; t++) {
    let a = h, stepA = stepH;
    if (form == 2) {
      for (let r = 0; r < num; r++) seen(args, units, h + <usize>r * stepH, work + rates + <usize>r * stepW);
      a = work + rates, stepA = stepW;
    }
    drives(packed, a, stepA, x, stepX, panels, work, stepW, num, units, inputs);
    for (let r: usize = 0; r < <usize>num; r++) {
      cells(args, model, units, h + r * stepH, work + r * stepW, noise + (hasNoise ? r * stepN : 0));
    }
    h += stateBytes, work += stride, x += inputBytes;
    if (hasNoise) noise += stateBytes;
  }
}

// What others see of the units: φ(h).
function seen(args: usize, units: i32, h: usize, to: usize): void {
  const activation = count(args, 10);
  for (let unit = 0; unit < units; unit += 4, h += 16, to += 16) {
    storeSome(to, flushed(activate4(activation, loadSome(h, units - unit))), units - unit);
  }
}

// W_rec h + W_in x for all units of some rows.
function drives(
  packed: usize, a: usize, stepA: usize, x: usize, stepX: usize, panel: usize, c: usize, stepC: usize,
  num: i32, units: i32, inputs: i32,
): void {
  const second = <usize>(units + inputs) << 4;
  for (let r = 0, to = packed; r < num; r += 4, to += second) {
    packRows(a + <usize>r * stepA, stepA, num - r, units, to);
    packRows(x + <usize>r * stepX, stepX, num - r, inputs, to + (<usize>units << 4));
  }
  let next = panel + (<usize>((units + 7) >> 3) * <usize>units << 5);
  for (let unit = 0; unit < units; unit += 8) {
    packedProduct(packed, units, panel, inputs, next, c, stepC, num, units - unit, false);
    if (num > 4) packedProduct(packed + second, units, panel, inputs, next, c + 4 * stepC, stepC, num - 4, units - unit, false);
    panel += <usize>units << 5, next += <usize>inputs << 5, c += 32;
  }
}

// A step of all units of a row, from their drives, which φ(p) or p takes the place of.
function cells(args: usize, model: i32, units: i32, h: usize, work: usize, noise: usize): void {
  const own = buffer(args, 1) + (<usize>model * <usize>count(args, 5) << 2);
  const bias = own + (<usize>count(args, 8) << 2);
  let from = 0;
  if (count(args, 11) == 0 && count(args, 12) == 0 && number(args, 16) == 0) {
    from = units & ~3;
    plain(count(args, 10), <f32>number(args, 13), <f32>number(args, 14), from, h, h + (<usize>units << 2), work, bias);
    if (from == units) return;
  }
  general(args, own, units, from, h, work, noise);
}

// What networks mostly are: φ outside, one leak for all, no noise. Four units at a time.
function plain(activation: i32, keep: f32, gain: f32, units: i32, h: usize, next: usize, work: usize, bias: usize): void {
  const keeps = f32x4.splat(keep), gains = f32x4.splat(gain), zero = f32x4.splat(0);
  // Slope below zero of what is piecewise linear.
  const below = f32x4.splat(activation == 2 ? <f32>0.01 : activation == 1 ? <f32>0 : <f32>1);
  const end = work + (<usize>units << 2);
  const isLinear = activation <= 2;
  for (; work < end; work += 16, bias += 16, h += 16, next += 16) {
    let p = f32x4.add(v128.load(work), v128.load(bias));
    if (isLinear) p = f32x4.add(f32x4.max(p, zero), f32x4.mul(f32x4.min(p, zero), below));
    else p = activate4(activation, p);
    v128.store(work, flushed(p));
    v128.store(next, flushed(f32x4.add(f32x4.mul(keeps, v128.load(h)), f32x4.mul(gains, p))));
  }
}

// The same in all forms, from a unit on.
function general(args: usize, own: usize, units: i32, from: i32, h: usize, work: usize, noise: usize): void {
  const activation = count(args, 10), form = count(args, 11), leak = count(args, 12);
  const first = <usize>from << 2, next = <usize>units << 2;
  let bias = own + (<usize>count(args, 8) << 2) + first, tau = own + (<usize>count(args, 9) << 2) + first;
  let keep = f32x4.splat(<f32>number(args, 13)), gain = f32x4.splat(<f32>number(args, 14));
  const dt = <f32>number(args, 15), amplitude = f32x4.splat(<f32>number(args, 16));
  const hasNoise = number(args, 16) != 0;
  h += first, work += first, noise += first;
  for (let unit = from; unit < units; unit += 4) {
    const left = units - unit;
    let p = f32x4.add(loadSome(work, left), loadSome(bias, left));
    if (hasNoise) p = f32x4.add(p, f32x4.mul(amplitude, loadSome(noise, left)));
    if (leak != 0) {
      const used = leakAt(leak, dt, loadSome(tau, left));
      keep = leakKeep(leak, dt, used), gain = leakGain(leak, dt, used, keep);
    }
    const held = f32x4.mul(keep, loadSome(h, left));
    if (form == 0) p = activate4(activation, p);
    let mixed = f32x4.add(held, f32x4.mul(gain, p));
    if (form == 1) mixed = activate4(activation, mixed);
    storeSome(h + next, flushed(mixed), left);
    storeSome(work, flushed(p), left);
    work += 16, bias += 16, h += 16, noise += 16, tau += 16;
  }
}
