//! shared
// The kernel `readout_loss`: for each row of each model, block of steps by block: logits, losses, dL/dlogits, dL/dstate.
// Four steps go together; where none of them weighs anything, nothing is computed but zeros.

import { exp4, log4 } from "./_exp";
import { flushed, flushedOne } from "./_flush";
import { back, gathered, linear, scatter } from "./_readout_products";

const BLOCK: i32 = 64;
/** Modes. */
const LOGITS: i32 = 0, GRADIENTS: i32 = 2;
/** The kind of losses that are no cross-entropy. */
const SQUARED: i32 = 1;

// @ts-ignore: decorator
@inline function buffer(args: usize, i: i32): usize {
  return <usize>load<u32>(args + 8 * i);
}

// @ts-ignore: decorator
@inline function number(args: usize, i: i32): f64 {
  return load<f64>(args + 64 + 8 * i);
}

// @ts-ignore: decorator
@inline function uniform(args: usize, i: i32): i32 {
  return <i32><u32>number(args, i);
}

export function readout_loss(args: usize, part: i32, num_parts: i32): void {
  const numModels = uniform(args, 0), numRows = uniform(args, 1);
  const all = <u64>numModels * numRows;
  const from = <i32>(all * part / num_parts), to = <i32>(all * (part + 1) / num_parts);
  for (let place = from; place < to; place++) row(args, place);
}

function row(args: usize, place: i32): void {
  const numRows = uniform(args, 1), numSteps = uniform(args, 2), numUnits = uniform(args, 3);
  const numOutputs = uniform(args, 4), groups = uniform(args, 6), mode = uniform(args, 12);
  const squared = uniform(args, 13) == SQUARED;
  const model = place / numRows, index = place % numRows;
  const slots = buffer(args, 0) + 8 * <usize>model;
  const data = <usize>(<i32>load<u32>(slots) * numRows + index) * numSteps;
  const own = buffer(args, 1) + (<usize>model * uniform(args, 5) << 2);
  const weight = own + (<usize>uniform(args, 9) << 2);
  const bias = uniform(args, 11) != 0 ? own + (<usize>uniform(args, 10) << 2) : 0;
  const states = buffer(args, 2) + 4 * (<usize>place * (numSteps + 1) + 1) * numUnits;
  const outputs = buffer(args, 5) + (<usize>place * numSteps * numOutputs << 2);
  const targets = buffer(args, 3) + 4 * data * (squared ? numOutputs : groups);
  const weights = buffer(args, 4) + 4 * data * groups;
  const scoredAt = uniform(args, 15), activityAt = uniform(args, 16);
  const scored = scoredAt > 0 ? weights + (<usize>scoredAt << 2) : 0;
  const activity = activityAt > 0 ? buffer(args, 4) + 4 * (<usize>activityAt + data) : 0;
  const gradients = buffer(args, 6) + (<usize>place * numSteps * numUnits << 2);
  const record = buffer(args, 7) + 16 * (<usize>uniform(args, 14) * uniform(args, 0) * numRows + place);
  const first = uniform(args, 7), end = min(min(uniform(args, 8), <i32>load<u32>(slots, 4)), numSteps);
  if (mode != LOGITS && first == 0) v128.store(record, f32x4.splat(0));
  const l1 = <f32>(number(args, 17) / numUnits), l2 = <f32>(number(args, 18) / numUnits);
  const bytes = (<usize>numUnits << 2), bytesOut = (<usize>numOutputs << 2), bytesGroup = (<usize>groups << 2);
  for (let at = first; at < end; at += BLOCK) {
    const stop = min(end, at + BLOCK);
    for (let step = at; step < stop; step += 4) {
      const last = min(step + 3, stop - 1);
      const out = outputs + step * bytesOut;
      if (mode == GRADIENTS && isIdle(weights + step * bytesGroup, scored == 0 ? 0 : scored + step * bytesGroup, (last - step + 1) * groups)) {
        memory.fill(out, 0, (last - step + 1) * bytesOut);
        continue;
      }
      linear(states + step * bytes, weight, bias, out, last - step, numUnits, numOutputs);
    }
    if (mode == LOGITS) continue;
    let loss: f64 = 0, penalty: f64 = 0, right: f32 = 0, answers: f32 = 0;
    const size = numOutputs / groups;
    for (let group = 0; group < groups; group++) {
      const heads = outputs + (<usize>(group * size) << 2), shares = weights + (<usize>group << 2);
      const aims = targets + (<usize>(squared ? group * size : group) << 2);
      if (scored != 0) {
        const counts = scored + (<usize>group << 2);
        for (let step = at; step < stop; step++) {
          if (load<f32>(counts + step * bytesGroup) == 0) continue;
          const target = aims + step * (squared ? bytesOut : bytesGroup);
          const aim = squared ? largest(target, size) : <i32>load<f32>(target);
          if (largest(heads + step * bytesOut, size) == aim) right++;
          answers++;
        }
      }
      if (!squared && size <= 4) {
        for (let step = at; step < stop; step += 4) {
          loss += <f64>fewClasses(
            heads + step * bytesOut, bytesOut, aims + step * bytesGroup, shares + step * bytesGroup, bytesGroup,
            min(3, stop - 1 - step), size, mode == GRADIENTS,
          );
        }
        continue;
      }
      for (let step = at; step < stop; step++) {
        const logits = heads + step * bytesOut, share = load<f32>(shares + step * bytesGroup);
        if (share == 0) {
          if (mode == GRADIENTS) memory.fill(logits, 0, <usize>size << 2);
        } else if (squared) {
          loss += <f64>share * squaredError(logits, aims + step * bytesOut, size, share, mode == GRADIENTS);
        } else {
          const wanted = <i32>load<f32>(aims + step * bytesGroup);
          loss += <f64>share * crossEntropy(logits, wanted, size, share, mode == GRADIENTS);
        }
      }
    }
    if (mode == GRADIENTS) {
      for (let step = at; step < stop; step += 4) {
        const last = min(step + 3, stop - 1);
        back(outputs + step * bytesOut, weight, gradients + step * bytes, last - step, numUnits, numOutputs);
      }
    }
    if (activity != 0) {
      for (let step = at; step < stop; step++) {
        const share = load<f32>(activity + (<usize>step << 2));
        if (share == 0) continue;
        const to = mode == GRADIENTS ? gradients + step * bytes : 0;
        penalty += <f64>share * activityOf(states + step * bytes, numUnits, to, share, l1, l2);
      }
    }
    store<f32>(record, flushedOne(load<f32>(record) + <f32>loss));
    store<f32>(record, flushedOne(load<f32>(record, 4) + <f32>penalty), 4);
    store<f32>(record, load<f32>(record, 8) + right, 8);
    store<f32>(record, load<f32>(record, 12) + answers, 12);
  }
}

/** Whether there is nothing to learn and nothing to count in the next `count` weights. */
// @ts-ignore: decorator
@inline function isIdle(weights: usize, scored: usize, count: i32): bool {
  for (let i: usize = 0, end = (<usize>count << 2); i < end; i += 4) {
    if (load<f32>(weights + i) != 0) return false;
    if (scored != 0 && load<f32>(scored + i) != 0) return false;
  }
  return true;
}

/** Up to three numbers, and `fill` in the lanes behind. */
// @ts-ignore: decorator
@inline function few(p: usize, count: i32, fill: f32): v128 {
  let x = v128.load_lane<f32>(p, f32x4.splat(fill), 0);
  if (count > 1) x = v128.load_lane<f32>(p + 4, x, 1);
  if (count > 2) x = v128.load_lane<f32>(p + 8, x, 2);
  return x;
}

// @ts-ignore: decorator
@inline function putFew(p: usize, count: i32, x: v128): void {
  v128.store_lane<f32>(p, x, 0);
  if (count > 1) v128.store_lane<f32>(p + 4, x, 1);
  if (count > 2) v128.store_lane<f32>(p + 8, x, 2);
}

// @ts-ignore: decorator
@inline function across(x: v128): f32 {
  const halves = f32x4.add(x, v128.shuffle<u64>(x, x, 1, 1));
  return f32x4.extract_lane(f32x4.add(halves, v128.shuffle<u32>(halves, halves, 1, 1, 1, 1)), 0);
}

/**
 * Σ −share · log softmax(logits)[wanted] over four steps, a lane each, of up to four classes; leaves
 * share · (softmax − one-hot) there, if asked for. Steps beyond the `last` are that one once more, and count nothing.
 */
function fewClasses(
  logits: usize, step: usize, targets: usize, shares: usize, next: usize, last: i32, size: i32, leaves: bool,
): f32 {
  const s1 = <usize>min(1, last), s2 = <usize>min(2, last), s3 = <usize>min(3, last);
  const o1 = s1 * step, o2 = s2 * step, o3 = s3 * step;
  const share = gathered(shares, shares + s1 * next, shares + s2 * next, shares + s3 * next);
  const wanted = gathered(targets, targets + s1 * next, targets + s2 * next, targets + s3 * next);
  const least = f32x4.splat(-Infinity), idle = f32x4.eq(share, f32x4.splat(0));
  const p1 = logits + o1, p2 = logits + o2, p3 = logits + o3;
  let x0 = gathered(logits, p1, p2, p3), x1 = least, x2 = least, x3 = least;
  if (size > 1) x1 = gathered(logits + 4, p1 + 4, p2 + 4, p3 + 4);
  if (size > 2) x2 = gathered(logits + 8, p1 + 8, p2 + 8, p3 + 8);
  if (size > 3) x3 = gathered(logits + 12, p1 + 12, p2 + 12, p3 + 12);
  const is1 = f32x4.eq(wanted, f32x4.splat(1)), is2 = f32x4.eq(wanted, f32x4.splat(2)), is3 = f32x4.eq(wanted, f32x4.splat(3));
  const most = f32x4.max(f32x4.max(x0, x1), f32x4.max(x2, x3));
  const aim = v128.bitselect(x3, v128.bitselect(x2, v128.bitselect(x1, x0, is1), is2), is3);
  x0 = exp4(f32x4.sub(x0, most));
  let total = x0;
  if (size > 1) total = f32x4.add(total, x1 = exp4(f32x4.sub(x1, most)));
  if (size > 2) total = f32x4.add(total, x2 = exp4(f32x4.sub(x2, most)));
  if (size > 3) total = f32x4.add(total, x3 = exp4(f32x4.sub(x3, most)));
  if (leaves) {
    const factor = f32x4.div(share, total), is0 = f32x4.eq(wanted, f32x4.splat(0));
    scatter(slope(x0, factor, share, is0, idle), logits, o1, o2, o3);
    if (size > 1) scatter(slope(x1, factor, share, is1, idle), logits + 4, o1, o2, o3);
    if (size > 2) scatter(slope(x2, factor, share, is2, idle), logits + 8, o1, o2, o3);
    if (size > 3) scatter(slope(x3, factor, share, is3, idle), logits + 12, o1, o2, o3);
  }
  const none = v128.or(idle, i32x4.gt_s(i32x4(0, 1, 2, 3), i32x4.splat(last)));
  return across(v128.andnot(f32x4.mul(share, f32x4.sub(log4(total), f32x4.sub(aim, most))), none));
}

/** The gradient of a class: share · (softmax − one-hot), and zero where nothing weighs. */
// @ts-ignore: decorator
@inline function slope(e: v128, factor: v128, share: v128, isWanted: v128, idle: v128): v128 {
  return flushed(v128.andnot(f32x4.sub(f32x4.mul(e, factor), v128.and(isWanted, share)), idle));
}

/** −log softmax(logits)[wanted]; leaves share · (softmax − one-hot) there, if asked for. */
function crossEntropy(logits: usize, wanted: i32, size: i32, share: f32, leaves: bool): f32 {
  const end = logits + (<usize>(size & ~3) << 2), rest = size & 3;
  let most = f32x4.splat(-Infinity);
  let p = logits;
  for (; p < end; p += 16) most = f32x4.max(most, v128.load(p));
  if (rest > 0) most = f32x4.max(most, few(p, rest, -Infinity));
  most = f32x4.max(most, v128.shuffle<u64>(most, most, 1, 0));
  most = f32x4.max(most, v128.shuffle<u32>(most, most, 1, 0, 3, 2));
  const own = logits + (<usize>wanted << 2);
  const below = load<f32>(own) - f32x4.extract_lane(most, 0);
  let sum = f32x4.splat(0);
  if (!leaves) {
    for (p = logits; p < end; p += 16) sum = f32x4.add(sum, exp4(f32x4.sub(v128.load(p), most)));
    if (rest > 0) sum = f32x4.add(sum, exp4(f32x4.sub(few(p, rest, -Infinity), most)));
    return f32x4.extract_lane(log4(f32x4.splat(across(sum))), 0) - below;
  }
  for (p = logits; p < end; p += 16) {
    const e = exp4(f32x4.sub(v128.load(p), most));
    v128.store(p, e);
    sum = f32x4.add(sum, e);
  }
  let e = f32x4.splat(0);
  if (rest > 0) {
    e = exp4(f32x4.sub(few(p, rest, -Infinity), most));
    sum = f32x4.add(sum, e);
  }
  const total = across(sum), factor = f32x4.splat(share / total);
  for (p = logits; p < end; p += 16) v128.store(p, flushed(f32x4.mul(v128.load(p), factor)));
  if (rest > 0) putFew(p, rest, flushed(f32x4.mul(e, factor)));
  store<f32>(own, flushedOne(load<f32>(own) - share));
  return f32x4.extract_lane(log4(f32x4.splat(total)), 0) - below;
}

/** The mean of (output − target)²; leaves its gradient, times the share, if asked for. */
function squaredError(outputs: usize, targets: usize, size: i32, share: f32, leaves: bool): f32 {
  const end = outputs + (<usize>size << 2), factor = <f32>2 * share / <f32>size;
  let sum: f32 = 0;
  for (; outputs < end; outputs += 4, targets += 4) {
    const difference = load<f32>(outputs) - load<f32>(targets);
    sum += difference * difference;
    if (leaves) store<f32>(outputs, flushedOne(factor * difference));
  }
  return sum / <f32>size;
}

/** l1 Σ|h| + l2 Σh²; adds its gradient, times the share, to what stands at `to`, if anywhere. */
function activityOf(h: usize, units: i32, to: usize, share: f32, l1: f32, l2: f32): f32 {
  const bytes = (<usize>units << 2), end = bytes & ~15;
  const ones = f32x4.splat(l1), zero = f32x4.splat(0), slope = f32x4.splat(share * l1), twice = f32x4.splat(2 * share * l2);
  let sum = zero;
  let i: usize = 0;
  for (; i < end; i += 16) {
    const x = v128.load(h + i);
    sum = f32x4.add(sum, f32x4.add(f32x4.mul(ones, f32x4.abs(x)), f32x4.mul(f32x4.splat(l2), f32x4.mul(x, x))));
    if (to == 0) continue;
    const sign = f32x4.sub(v128.and(f32x4.gt(x, zero), slope), v128.and(f32x4.lt(x, zero), slope));
    v128.store(to + i, flushed(f32x4.add(v128.load(to + i), f32x4.add(sign, f32x4.mul(twice, x)))));
  }
  let total = across(sum);
  for (; i < bytes; i += 4) {
    const x = load<f32>(h + i);
    total += l1 * abs(x) + l2 * (x * x);
    if (to == 0) continue;
    const sign: f32 = x > 0 ? share * l1 : x < 0 ? -share * l1 : 0;
    store<f32>(to + i, flushedOne(load<f32>(to + i) + (sign + 2 * share * l2 * x)));
  }
  return total;
}

/** Index of the largest number, the first of several. */
function largest(p: usize, size: i32): i32 {
  let at = 0;
  for (let k = 1; k < size; k++) {
    if (load<f32>(p + (<usize>k << 2)) > load<f32>(p + (<usize>at << 2))) at = k;
  }
  return at;
}
