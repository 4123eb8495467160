//! shared
// The kernel `gated_forward`: a part takes blocks of eight rows of a model through all steps. Products of all gates of a
// step come first, row by row what becomes of them after.

import { flushed } from "./_flush";
import { ADD, product, SET } from "./_gate_product";
import { leakAt, leakGain, leakKeep } from "./_rnn_leak";
import { activate4, loadSome, logistic4, storeSome } from "./_rnn_math";

const BLOCK: i32 = 8;
const LIVE: i32 = 0, STATE_GATED: i32 = 1, DEAD: i32 = 2;

// @ts-ignore: decorator
@inline function at(args: usize, i: usize): usize { return <usize>load<u32>(args + (i << 3)); }
// @ts-ignore: decorator
@inline function uniform(args: usize, i: usize): i32 { return <i32>load<f64>(args + (i << 3), 56); }
// @ts-ignore: decorator
@inline function number(args: usize, i: usize): f32 { return <f32>load<f64>(args + (i << 3), 56); }

export function gated_forward(args: usize, part: i32, num_parts: i32): void {
  const models = uniform(args, 0), rows = uniform(args, 1);
  const blocks = (rows + BLOCK - 1) / BLOCK;
  const all = <i64>models * blocks;
  const end = <i32>(all * (part + 1) / num_parts);
  for (let block = <i32>(all * part / num_parts); block < end; block++) {
    const first = block % blocks * BLOCK;
    through(args, block / blocks, first, min(BLOCK, rows - first));
  }
}

function through(args: usize, model: i32, first: i32, count: i32): void {
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
  const code = uniform(args, 10), noiseGain = number(args, 17);
  const keep = number(args, 13), gain = number(args, 14), dt = number(args, 15);
  for (let step = uniform(args, 6); step < end; step++) {
    const h = states + <usize>step * gate, w = work + (<usize>(step * stride) << 2), x = given + (<usize>(step * inputs) << 2);
    const n = w + 2 * gate, q = n + gate;
    if (reset != DEAD) {
      product(h, rowH, count, units, panelsH, stepH, units, w, rowW, SET);
      product(x, rowX, count, inputs, panelsX, stepX, units, w, rowW, ADD);
    }
    product(h, rowH, count, units, panelsH + gateH, stepH, units, w + gate, rowW, SET);
    product(x, rowX, count, inputs, panelsX + gateX, stepX, units, w + gate, rowW, ADD);
    if (reset != STATE_GATED) {
      product(h, rowH, count, units, panelsH + 2 * gateH, stepH, units, reset == LIVE ? q : n, rowW, SET);
    }
    product(x, rowX, count, inputs, panelsX + 2 * gateX, stepX, units, n, rowW, reset == DEAD ? ADD : SET);
    if (reset == STATE_GATED) {
      for (let i = 0; i < count; i++) gateState(w + <usize>i * rowW, h + <usize>i * rowH, bias, units);
      product(q, rowW, count, units, panelsH + 2 * gateH, stepH, units, n, rowW, ADD);
    }
    for (let i: usize = 0; i < <usize>count; i++) {
      advance(
        w + i * rowW, h + i * rowH, noise + i * rowN + <usize>step * gate, bias, taus, units,
        reset, code, noiseGain, kind, keep, gain, dt,
      );
    }
  }
}

// r, and r ⊙ h.
function gateState(w: usize, h: usize, bias: usize, units: i32): void {
  const toProduct = 3 * <usize>units << 2;
  for (let left = units; left > 0; left -= 4, w += 16, h += 16, bias += 16) {
    const r = flushed(logistic4(f32x4.add(loadSome(w, left), loadSome(bias, left))));
    storeSome(w, r, left);
    storeSome(w + toProduct, flushed(f32x4.mul(r, loadSome(h, left))), left);
  }
}

// The gates of a row from their sums, and its next state.
function advance(
  w: usize, h: usize, noise: usize, bias: usize, taus: usize, units: i32,
  reset: i32, code: i32, noiseGain: f32, kind: i32, keep: f32, gain: f32, dt: f32,
): void {
  const gate = <usize>units << 2;
  for (let left = units; left > 0; left -= 4, w += 16, h += 16, noise += 16, bias += 16, taus += 16) {
    const u = flushed(logistic4(f32x4.add(loadSome(w + gate, left), loadSome(bias + gate, left))));
    storeSome(w + gate, u, left);
    let z = f32x4.add(loadSome(w + 2 * gate, left), loadSome(bias + 2 * gate, left));
    if (reset == LIVE) {
      const r = flushed(logistic4(f32x4.add(loadSome(w, left), loadSome(bias, left))));
      storeSome(w, r, left);
      const q = flushed(loadSome(w + 3 * gate, left));
      storeSome(w + 3 * gate, q, left);
      z = f32x4.add(z, f32x4.mul(r, q));
    } else if (reset == DEAD) {
      storeSome(w, f32x4.splat(0), left);
    }
    if (noiseGain != 0) z = f32x4.add(z, f32x4.mul(f32x4.splat(noiseGain), loadSome(noise, left)));
    const n = flushed(activate4(code, z));
    storeSome(w + 2 * gate, n, left);
    let kept = f32x4.splat(keep), taken = f32x4.splat(gain);
    if (kind != 0) {
      const tau = leakAt(kind, dt, loadSome(taus, left));
      kept = leakKeep(kind, dt, tau);
      taken = leakGain(kind, dt, tau, kept);
    }
    const before = loadSome(h, left);
    const mixed = f32x4.add(f32x4.mul(kept, before), f32x4.mul(taken, n));
    const next = f32x4.add(f32x4.mul(f32x4.sub(f32x4.splat(1), u), before), f32x4.mul(u, mixed));
    storeSome(h + gate, flushed(next), left);
  }
}
