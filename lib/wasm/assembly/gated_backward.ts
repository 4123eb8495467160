//! shared
// The kernel `gated_backward`: a part takes blocks of eight rows of a model through all steps, last to first.

import { flushed } from "./_flush";
import { leakAt, leakGain, leakKeep, leakSlope } from "./_rnn_leak";
import { loadSome, slope4, storeSome } from "./_rnn_math";
import { packedProduct, packRows } from "./_rnn_product";

const BLOCK: i32 = 8;
const LIVE: i32 = 0, STATE_GATED: i32 = 1;
/** leaky_relu, the usual one. */
const LEAKY: i32 = 2;

// @ts-ignore: decorator
@inline function at(args: usize, i: usize): usize { return <usize>load<u32>(args + (i << 3)); }
// @ts-ignore: decorator
@inline function uniform(args: usize, i: usize): i32 { return <i32>load<f64>(args + (i << 3), 64); }
// @ts-ignore: decorator
@inline function number(args: usize, i: usize): f32 { return <f32>load<f64>(args + (i << 3), 64); }

export function gated_backward(args: usize, part: i32, num_parts: i32): void {
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
  const rows = uniform(args, 1), steps = uniform(args, 2), units = uniform(args, 3);
  const firstStep = uniform(args, 5), ownSteps = min(steps, load<i32>(at(args, 0) + (<usize>model << 3), 4));
  const taus = at(args, 1) + (<usize>(model * uniform(args, 4) + uniform(args, 7)) << 2);
  const code = uniform(args, 8), reset = uniform(args, 9), kind = uniform(args, 10), stride = uniform(args, 14);
  const keep = number(args, 11), gain = number(args, 12), dt = number(args, 13);
  const across = <usize>((units + 7) >> 3);
  const gate = <usize>units << 2;
  // Bytes of the rows of one gate in a panel.
  const ofGate = <usize>units << 5, stepPanel = 3 * ofGate;
  const panels = at(args, 2) + <usize>model * across * stepPanel;
  const row = <usize>(model * rows + first);
  const rowH = <usize>(steps + 1) * gate, rowW = <usize>(steps * stride) << 2, rowG = <usize>steps * gate;
  const states = at(args, 3) + row * rowH, work = at(args, 4) + row * rowW;
  const gradients = at(args, 5) + row * rowG, carry = at(args, 6) + row * gate;
  // Four rows of gradients of what goes into gates, source by source.
  const ofFour = <usize>(3 * units) << 4;
  const packed = at(args, 7) + <usize>block * (BLOCK / 4) * ofFour;
  // The last step of a model, and a model without steps, begin with nothing.
  if (uniform(args, 6) >= ownSteps && firstStep <= ownSteps) memory.fill(carry, 0, <usize>count * gate);
  for (let step = min(uniform(args, 6), ownSteps) - 1; step >= firstStep; step--) {
    const h = states + <usize>step * gate, w = work + (<usize>(step * stride) << 2), g = gradients + <usize>step * gate;
    for (let i: usize = 0; i < <usize>count; i++) {
      inside(
        w + i * rowW, h + i * rowH, g + i * rowG, carry + i * gate, taus, units, reset, code, kind, keep, gain, dt,
      );
    }
    if (reset == STATE_GATED) {
      // What reaches r ⊙ h takes the place of r, which stands in that of r ⊙ h meanwhile.
      pack(w + 2 * gate, rowW, count, units, packed, ofFour);
      reach(packed, ofFour, units, panels + 2 * ofGate, stepPanel, count, units, w, rowW, false);
      for (let i: usize = 0; i < <usize>count; i++) behindGate(w + i * rowW, h + i * rowH, carry + i * gate, units);
      pack(w, rowW, count, 2 * units, packed, ofFour);
      reach(packed, ofFour, 2 * units, panels, stepPanel, count, units, carry, gate, true);
    } else if (reset == LIVE) {
      pack(w, rowW, count, 2 * units, packed, ofFour);
      pack(w + 3 * gate, rowW, count, units, packed + (<usize>units << 5), ofFour);
      reach(packed, ofFour, 3 * units, panels, stepPanel, count, units, carry, gate, true);
    } else {
      pack(w + gate, rowW, count, 2 * units, packed, ofFour);
      reach(packed, ofFour, 2 * units, panels + ofGate, stepPanel, count, units, carry, gate, true);
    }
  }
  for (let i: usize = 0; i < <usize>count; i++) flushRow(carry + i * gate, units);
}

function pack(from: usize, step: usize, count: i32, num: i32, to: usize, ofFour: usize): void {
  for (let i = 0; i < count; i += 4, to += ofFour) packRows(from + <usize>i * step, step, count - i, num, to);
}

// What reaches units through some gates: products of packed rows with their panels.
function reach(
  packed: usize, ofFour: usize, inner: i32, panel: usize, stepPanel: usize,
  count: i32, units: i32, out: usize, stepOut: usize, add: bool,
): void {
  for (let unit = 0; unit < units; unit += 8, panel += stepPanel) {
    for (let i = 0, a = packed; i < count; i += 4, a += ofFour) {
      packedProduct(
        a, inner, panel, 0, 0, out + <usize>i * stepOut + (<usize>unit << 2), stepOut, count - i, units - unit, add,
      );
    }
  }
}

// Gradients of what goes into the gates of a row, and what of them reaches the state directly.
function inside(
  w: usize, h: usize, g: usize, carry: usize, taus: usize, units: i32,
  reset: i32, code: i32, kind: i32, keep: f32, gain: f32, dt: f32,
): void {
  const gate = <usize>units << 2;
  let left = units;
  for (; left >= 4; left -= 4, w += 16, h += 16, g += 16, carry += 16, taus += 16) {
    inside4(w, h, g, carry, taus, gate, 4, reset, code, kind, keep, gain, dt);
  }
  if (left > 0) insideSome(w, h, g, carry, taus, gate, left, reset, code, kind, keep, gain, dt);
}

// The same for less than a vector.
function insideSome(
  w: usize, h: usize, g: usize, carry: usize, taus: usize, gate: usize, num: i32,
  reset: i32, code: i32, kind: i32, keep: f32, gain: f32, dt: f32,
): void {
  inside4(w, h, g, carry, taus, gate, num, reset, code, kind, keep, gain, dt);
}

// @ts-ignore: decorator
@inline function inside4(
  w: usize, h: usize, g: usize, carry: usize, taus: usize, gate: usize, num: i32,
  reset: i32, code: i32, kind: i32, keep: f32, gain: f32, dt: f32,
): void {
  const one = f32x4.splat(1);
  const d = flushed(f32x4.add(take(carry, num), take(g, num)));
  const u = take(w + gate, num), n = take(w + 2 * gate, num), before = take(h, num);
  let kept = f32x4.splat(keep), taken = f32x4.splat(gain);
  const du = f32x4.mul(d, u), stays = f32x4.sub(one, u);
  if (kind != 0) {
    const tau = take(taus, num), used = leakAt(kind, dt, tau);
    kept = leakKeep(kind, dt, used);
    taken = leakGain(kind, dt, used, kept);
    const change = f32x4.mul(f32x4.sub(before, n), leakSlope(kind, dt, tau, used, kept));
    give(w + 4 * gate, flushed(f32x4.mul(du, change)), num);
  }
  const mixed = f32x4.add(f32x4.mul(kept, before), f32x4.mul(taken, n));
  give(carry, flushed(f32x4.mul(d, f32x4.add(stays, f32x4.mul(kept, u)))), num);
  give(w + gate, flushed(f32x4.mul(f32x4.mul(du, stays), f32x4.sub(mixed, before))), num);
  const slope = code == LEAKY ? v128.bitselect(one, f32x4.splat(0.01), f32x4.gt(n, f32x4.splat(0))) : slope4(code, n);
  const dn = flushed(f32x4.mul(f32x4.mul(du, taken), slope));
  give(w + 2 * gate, dn, num);
  if (reset == LIVE) {
    const r = take(w, num);
    const e = flushed(f32x4.mul(dn, r));
    give(w, flushed(f32x4.mul(f32x4.mul(e, f32x4.sub(one, r)), take(w + 3 * gate, num))), num);
    give(w + 3 * gate, e, num);
  } else if (reset == STATE_GATED) {
    give(w + 3 * gate, take(w, num), num);
  } else {
    give(w, f32x4.splat(0), num);
  }
}

// A row of a state-gated network, from what reaches r ⊙ h.
function behindGate(w: usize, h: usize, carry: usize, units: i32): void {
  const toProduct = 3 * <usize>units << 2;
  for (let left = units; left > 0; left -= 4, w += 16, h += 16, carry += 16) {
    const r = loadSome(w + toProduct, left), before = loadSome(h, left);
    const e = f32x4.mul(loadSome(w, left), r);
    storeSome(w, flushed(f32x4.mul(f32x4.mul(e, f32x4.sub(f32x4.splat(1), r)), before)), left);
    storeSome(w + toProduct, flushed(f32x4.mul(r, before)), left);
    storeSome(carry, f32x4.add(loadSome(carry, left), e), left);
  }
}

function flushRow(carry: usize, units: i32): void {
  for (let left = units; left > 0; left -= 4, carry += 16) storeSome(carry, flushed(loadSome(carry, left)), left);
}

// @ts-ignore: decorator
@inline function take(at: usize, num: i32): v128 { return num == 4 ? v128.load(at) : loadSome(at, num); }
// @ts-ignore: decorator
@inline function give(at: usize, x: v128, num: i32): void {
  if (num == 4) v128.store(at, x);
  else storeSome(at, x, num);
}
