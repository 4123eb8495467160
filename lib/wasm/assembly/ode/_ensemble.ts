// What all systems share: which quads a part takes, how far each is to go, and when points are stored. A quad is four
// trajectories, one per lane of a vector. What the buffers hold stands in gpu/ode/layout.ts.
// A driver `D` has `most()`, how many quads of one member it takes at once; `slots()`, vectors of state per unit; and
// `advance(state, stride, units, width, row, rk4, count)`, which moves `width` quads on by `count` steps.
// Points depend on neither parts nor dispatches: quads are independent, and states are flushed where the steps alone say.

import { flushed, flushedOne } from "../_flush";
import { addNoise } from "./_noise";

/** Steps between two flushes of denormal numbers: decaying states spend no longer than this among them. */
const FLUSH_EVERY: u32 = 64;

export function run<D>(args: usize, part: i32, numParts: i32, rk4: bool): void {
  const driver = changetype<D>(0);
  const quads = <usize>load<u32>(args);
  const numQuads = <u64>load<f64>(args, 40);
  const most = driver.most();
  // Parts begin where quads that are taken side by side do, so that few are left over.
  const tile: u64 = most == 1 ? 1 : 4 * most;
  const tiles = (numQuads + tile - 1) / tile;
  const from = <u32>(tile * (tiles * part / numParts));
  const to = <u32>min<u64>(numQuads, tile * (tiles * (part + 1) / numParts));
  for (let quad = from; quad < to;) {
    const at = quads + 16 * <usize>quad;
    const member = load<u32>(at);
    let width: u32 = 1;
    while (width < most && quad + width < to && load<u32>(at + 16 * <usize>width) == member) width++;
    if (width < most) width = 1;
    follow<D>(args, at, quad, width, rk4);
    quad += width;
  }
}

/** Takes `width` quads of one member through the steps of this dispatch. */
function follow<D>(args: usize, quad: usize, index: u32, width: u32, rk4: bool): void {
  const driver = changetype<D>(0);
  const member = <usize>load<u32>(args, 8) + 32 * <usize>load<u32>(quad);
  const firstPoint = <u32>load<f64>(args, 48);
  const numPoints = <u32>load<f64>(args, 56);
  const firstStep = <u32>load<f64>(args, 64);
  const numSteps = <u32>load<f64>(args, 72);
  const units = <u32>load<f64>(args, 80);
  const substeps = load<u32>(member);
  const discard = load<u32>(member, 4);
  const row = <usize>load<u32>(args, 16) + 4 * <usize>load<u32>(member, 16);
  const stride = 16 * <usize>units * driver.slots();
  const state = <usize>load<u32>(args, 24) + stride * <usize>index;
  const points = <usize>load<u32>(args, 32);

  let start: u32 = 0;
  let finish = discard;
  if (numPoints > 0) {
    start = firstPoint == 0 ? discard : discard + (firstPoint - 1) * substeps;
    finish = discard + (firstPoint + numPoints - 1) * substeps;
  }
  if (start + firstStep >= finish && firstStep > 0) return;
  let step = start + firstStep;
  const end = numSteps < finish - step ? step + numSteps : finish;
  let next: u32 = u32.MAX_VALUE;
  let column: u32 = 0;
  if (numPoints > 0) {
    if (firstPoint == 0 && firstStep == 0) storePoints(quad, state, stride, units, width, points, numPoints, 0);
    const point = (step - discard) / substeps + 1;
    next = discard + point * substeps;
    column = point - firstPoint;
  }
  while (step < end) {
    let stop = (step | (FLUSH_EVERY - 1)) + 1;
    if (end < stop) stop = end;
    if (next < stop) stop = next;
    if (load<f32>(row, 12) == 0) {
      driver.advance(state, stride, units, width, row, rk4, stop - step);
      step = stop;
    } else {
      while (step < stop) {
        driver.advance(state, stride, units, width, row, rk4, 1);
        for (let i: u32 = 0; i < width; i++) {
          addNoise(
            state + stride * i,
            units,
            row + 12,
            load<u32>(member, 8),
            load<u32>(member, 12),
            load<u32>(quad + 16 * <usize>i, 12),
            step,
          );
        }
        step++;
      }
    }
    if ((step & (FLUSH_EVERY - 1)) == 0) flushStates(state, stride, units, width);
    if (step == next) {
      storePoints(quad, state, stride, units, width, points, numPoints, column);
      column++;
      next += substeps;
    }
  }
  if (driver.slots() > 1) clearScratch(state, stride, units, width);
}

/** What lies behind the states is scratch space, and zero between dispatches. */
function clearScratch(state: usize, stride: usize, units: u32, width: u32): void {
  for (let i: u32 = 0; i < width; i++) {
    const end = state + stride * (i + 1);
    for (let at = state + stride * i + 16 * <usize>units; at < end; at += 16) {
      v128.store(at, i32x4.splat(0));
    }
  }
}

/** Writes one point of each trajectory, denormal numbers as zeros: points are rows × points × units. */
function storePoints(
  quad: usize,
  state: usize,
  stride: usize,
  units: u32,
  width: u32,
  points: usize,
  numPoints: u32,
  column: u32,
): void {
  const rowBytes = 4 * <usize>numPoints * <usize>units;
  for (let i: u32 = 0; i < width; i++) {
    const row = load<u32>(quad + 16 * <usize>i, 4);
    const lanes = load<u32>(quad + 16 * <usize>i, 8);
    const x = state + stride * i;
    let to = points + rowBytes * <usize>row + 4 * <usize>column * <usize>units;
    if (lanes == 4) {
      for (let unit: u32 = 0; unit < units; unit++, to += 4) {
        const four = flushed(v128.load(x + 16 * <usize>unit));
        v128.store_lane<f32>(to, four, 0);
        v128.store_lane<f32>(to + rowBytes, four, 1);
        v128.store_lane<f32>(to + 2 * rowBytes, four, 2);
        v128.store_lane<f32>(to + 3 * rowBytes, four, 3);
      }
    } else {
      for (let lane: u32 = 0; lane < lanes; lane++, to += rowBytes) {
        for (let unit: u32 = 0; unit < units; unit++) {
          const one = load<f32>(x + 16 * <usize>unit + 4 * <usize>lane);
          store<f32>(to + 4 * <usize>unit, flushedOne(one));
        }
      }
    }
  }
}

function flushStates(state: usize, stride: usize, units: u32, width: u32): void {
  for (let i: u32 = 0; i < width; i++) {
    const x = state + stride * i;
    for (let unit: u32 = 0; unit < units; unit++) {
      v128.store(x + 16 * <usize>unit, flushed(v128.load(x + 16 * <usize>unit)));
    }
  }
}
