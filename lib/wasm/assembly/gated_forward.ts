//! shared
// The kernel `gated_forward`: a part takes blocks of eight rows of a model through all steps. Products of all gates of a
// step come first, row by row what becomes of them after.

import { flushed } from "./_flush";
import { logisticRow } from "./_logistic_row";
import { leakAt, leakGain, leakKeep } from "./_rnn_leak";
import { activate4, loadSome, storeSome } from "./_rnn_math";
import { packedProduct, packRows } from "./_rnn_product";

const BLOCK: i32 = 8;
const LIVE: i32 = 0, STATE_GATED: i32 = 1, DEAD: i32 = 2;
/** leaky_relu, the usual one. */
const LEAKY: i32 = 2;

// @ts-ignore: decorator
@inline function at(args: usize, i: usize): usize { return <usize>load<u32>(args + (i << 3)); }
// @ts-ignore: decorator
@inline function uniform(args: usize, i: usize): i32 { return <i32>load<f64>(args + (i << 3), 64); }
// @ts-ignore: decorator
@inline function number(args: usize, i: usize): f32 { return <f32>load<f64>(args + (i << 3), 64); }

export function gated_forward(args: usize, part: i32, num_parts: i32): void {
  const models = uniform(args, 0), rows = uniform(args, 1);
  const blocks = (rows + BLOCK - 1) / BLOCK;
  const all = <i64>models * blocks;
  const end = <i32>(all * (part + 1) / num_parts);
  for (let block = <i32>(all * part / num_parts); block < end; block++) {
    const first = block % blocks * BLOCK;
    through(args, block, block / blocks, first, min(BLOCK, rows - first));
  }
}

function through(args: usize, block: i32, model: i32, first: i32, count: i32): void {
  const rows = uniform(args, 1), steps = uniform(args, 2), inputs = uniform(args, 3), units = uniform(args, 4);
  const slots = at(args, 0) + (<usize>model << 3);
  const slot = load<i32>(slots), end = min(uniform(args, 7), load<i32>(slots, 4));
  const own = at(args, 1) + (<usize>(model * uniform(args, 5)) << 2);
  const bias = own + (<usize>uniform(args, 8) << 2), taus = own + (<usize>uniform(args, 9) << 2);
  const reset = uniform(args, 11), kind = uniform(args, 12), stride = uniform(args, 16);
  const across = <usize>((units + 7) >> 3);
  const stepH = <usize>units << 5, stepX = <usize>inputs << 5;
  const gateH = across * stepH, gateX = across * stepX;
  const panelsH = at(args, 2) + 3 * <usize>model * (gateH + gateX), panelsX = panelsH + 3 * gateH;
  const row = <usize>(model * rows + first);
  const gate = <usize>units << 2;
  const rowH = <usize>(steps + 1) * gate, rowW = <usize>(steps * stride) << 2, rowX = <usize>(steps * inputs) << 2;
  const rowN = <usize>steps * gate;
  const states = at(args, 5) + row * rowH, work = at(args, 6) + row * rowW, noise = at(args, 4) + row * rowN;
  const given = at(args, 3) + <usize>(slot * rows + first) * rowX;
  // Four rows of states and inputs, source by source.
  const ofFour = <usize>(units + inputs) << 4;
  const packed = at(args, 7) + <usize>block * (BLOCK / 4) * ofFour;
  const code = uniform(args, 10), noiseGain = number(args, 17);
  const keep = number(args, 13), gain = number(args, 14), dt = number(args, 15);
  for (let step = uniform(args, 6); step < end; step++) {
    const h = states + <usize>step * gate, w = work + (<usize>(step * stride) << 2), x = given + (<usize>(step * inputs) << 2);
    const n = w + 2 * gate, q = n + gate;
    for (let i = 0, to = packed; i < count; i += 4, to += ofFour) {
      packRows(h + <usize>i * rowH, rowH, count - i, units, to);
      packRows(x + <usize>i * rowX, rowX, count - i, inputs, to + (<usize>units << 4));
    }
    const fromH = panelsH + 2 * gateH, fromX = panelsX + 2 * gateX, packedX = packed + (<usize>units << 4);
    if (reset != DEAD) sums(packed, ofFour, units, panelsH, stepH, inputs, panelsX, stepX, count, units, w, rowW);
    sums(packed, ofFour, units, panelsH + gateH, stepH, inputs, panelsX + gateX, stepX, count, units, w + gate, rowW);
    if (reset == LIVE) sums(packed, ofFour, units, fromH, stepH, 0, 0, 0, count, units, q, rowW);
    const skipped = reset == DEAD ? gate : 0;
    for (let i: usize = 0; i < <usize>count; i++) logisticRow(w + i * rowW + skipped, bias + skipped, 2 * units - <i32>(skipped >> 2));
    if (reset == LIVE) {
      sums(packedX, ofFour, inputs, fromX, stepX, 0, 0, 0, count, units, n, rowW);
    } else {
      if (reset == STATE_GATED) {
        for (let i: usize = 0; i < <usize>count; i++) gateState(w + i * rowW, h + i * rowH, units);
        for (let i = 0, to = packed; i < count; i += 4, to += ofFour) packRows(q + <usize>i * rowW, rowW, count - i, units, to);
      }
      sums(packed, ofFour, units, fromH, stepH, inputs, fromX, stepX, count, units, n, rowW);
    }
    for (let i: usize = 0; i < <usize>count; i++) {
      const wi = w + i * rowW, hi = h + i * rowH, drawn = noise + i * rowN + <usize>step * gate;
      const whole = units & ~3;
      advance(wi, hi, drawn, bias, taus, gate, 0, whole, reset, code, noiseGain, kind, keep, gain, dt);
      if (whole < units) advanceSome(wi, hi, drawn, bias, taus, gate, whole, units, reset, code, noiseGain, kind, keep, gain, dt);
    }
  }
}

// Products of packed rows with the panels of a gate, of states and of inputs.
function sums(
  packed: usize, ofFour: usize, inner: i32, panel: usize, stepPanel: usize, more: i32, next: usize, stepNext: usize,
  count: i32, units: i32, out: usize, stepOut: usize,
): void {
  for (let unit = 0; unit < units; unit += 8, panel += stepPanel, next += stepNext) {
    for (let i = 0, a = packed; i < count; i += 4, a += ofFour) {
      packedProduct(
        a, inner, panel, more, next, out + <usize>i * stepOut + (<usize>unit << 2), stepOut, count - i, units - unit, false,
      );
    }
  }
}

// r ⊙ h.
function gateState(w: usize, h: usize, units: i32): void {
  const toProduct = 3 * <usize>units << 2;
  for (let left = units; left > 0; left -= 4, w += 16, h += 16) {
    storeSome(w + toProduct, flushed(f32x4.mul(loadSome(w, left), loadSome(h, left))), left);
  }
}

// n of a row from its sums and its other gates, and the next state; units from `first` to before `end`, whole vectors.
function advance(
  w: usize, h: usize, noise: usize, bias: usize, taus: usize, gate: usize, first: i32, end: i32,
  reset: i32, code: i32, noiseGain: f32, kind: i32, keep: f32, gain: f32, dt: f32,
): void {
  for (; first < end; first += 4) {
    advance4(w, h, noise, bias, taus, gate, first, 4, reset, code, noiseGain, kind, keep, gain, dt);
  }
}

// The same for less than a vector.
function advanceSome(
  w: usize, h: usize, noise: usize, bias: usize, taus: usize, gate: usize, first: i32, end: i32,
  reset: i32, code: i32, noiseGain: f32, kind: i32, keep: f32, gain: f32, dt: f32,
): void {
  advance4(w, h, noise, bias, taus, gate, first, end - first, reset, code, noiseGain, kind, keep, gain, dt);
}

// @ts-ignore: decorator
@inline function advance4(
  w: usize, h: usize, noise: usize, bias: usize, taus: usize, gate: usize, first: i32, num: i32,
  reset: i32, code: i32, noiseGain: f32, kind: i32, keep: f32, gain: f32, dt: f32,
): void {
  const at = <usize>first << 2;
  const own = w + at, state = h + at;
  let z = f32x4.add(take(own + 2 * gate, num), take(bias + 2 * gate + at, num));
  if (reset == LIVE) {
    const q = flushed(take(own + 3 * gate, num));
    give(own + 3 * gate, q, num);
    z = f32x4.add(z, f32x4.mul(take(own, num), q));
  } else if (reset == DEAD) {
    give(own, f32x4.splat(0), num);
  }
  if (noiseGain != 0) z = f32x4.add(z, f32x4.mul(f32x4.splat(noiseGain), take(noise + at, num)));
  const n = flushed(code == LEAKY ? v128.bitselect(z, f32x4.mul(z, f32x4.splat(0.01)), f32x4.gt(z, f32x4.splat(0))) : activate4(code, z));
  give(own + 2 * gate, n, num);
  let kept = f32x4.splat(keep), taken = f32x4.splat(gain);
  if (kind != 0) {
    const tau = leakAt(kind, dt, take(taus + at, num));
    kept = leakKeep(kind, dt, tau);
    taken = leakGain(kind, dt, tau, kept);
  }
  const u = take(own + gate, num), before = take(state, num);
  const mixed = f32x4.add(f32x4.mul(kept, before), f32x4.mul(taken, n));
  const next = f32x4.add(f32x4.mul(f32x4.sub(f32x4.splat(1), u), before), f32x4.mul(u, mixed));
  give(state + gate, flushed(next), num);
}

// @ts-ignore: decorator
@inline function take(at: usize, num: i32): v128 { return num == 4 ? v128.load(at) : loadSome(at, num); }
// @ts-ignore: decorator
@inline function give(at: usize, x: v128, num: i32): void {
  if (num == 4) v128.store(at, x);
  else storeSome(at, x, num);
}
