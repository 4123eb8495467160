// Descents over orthogonal C for ½‖A − C B Cᵀ‖², one workgroup per descent. See dsa_align.ts for what lies where, and
// lib/math/dsa (descent.ts, matching_problem.ts, pair_basis.ts, limited_memory.ts) for the method.
// All threads of a workgroup compute the same scalars from the same sums; what decides about control flow is read
// from one of them. Every sum has one fixed order. Workgroup memory holds sums and factors only: matrices stay in
// storage, whatever their size.

struct Params {
  n: u32,
  num: u32,
  steps: u32,
  rotations_at: u32,
  scratch_at: u32,
  max_iterations: f32,
  gradient_tolerance: f32,
  relative_decrease: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> space: array<vec4f>;
@group(0) @binding(2) var<storage, read> entries: array<u32>;
@group(0) @binding(3) var<storage, read> slots: array<u32>;
@group(0) @binding(4) var<storage, read_write> marks: array<f32>;

/// Threads of a workgroup, 256 at most.
override width: u32 = 64u;

const memory = 6u;
const window = 10u;
const renewal = 100u;
const max_turn = 2.5;
const armijo = 1e-4;
const lowest_curvature = 0.005;
const rounding = 2e-6;
const max_attempts = 8.0;
const least_curvature = 1e-6;
const sqrt1_2 = 0.70710678;
const sqrt2 = 1.41421356;

// What is kept between dispatches, by its place in `marks`.
const num_marks = 32u;
const rho_at = 10u;
const history_at = 16u;
const alpha_at = 26u;

const fresh = 0u;
const running = 1u;
const converged = 2u;
const settled = 3u;
const stuck = 5u;

// Bands of a product's factors, as in lib/wasm/assembly/_dsa_product.ts.
const full = 0u;
const right_upper = 1u;
const right_lower = 2u;
const left_lower = 3u;

var<workgroup> partials: array<vec4f, 256>;
var<workgroup> factors: array<vec2f, 128>;
var<workgroup> kept: array<f32, 32>;
var<workgroup> agreed: u32;

// Of this workgroup; places count vectors of four.
var<private> me: u32;
// The width, where unrolling a loop over it would only make the shader long.
var<private> threads: u32;
var<private> n: u32;
var<private> s4: u32;
var<private> square: u32;
var<private> vector: u32;
var<private> size: u32;
var<private> table: u32;
var<private> a_at: u32;
var<private> b_at: u32;
var<private> turned_a_at: u32;
var<private> diagonal_at: u32;
var<private> residual: u32;
var<private> product: u32;
var<private> other: u32;
var<private> trial: u32;
var<private> turned: u32;
var<private> work: u32;
var<private> gradient: u32;
var<private> direction: u32;
var<private> curvature: u32;
var<private> past: u32;

@compute @workgroup_size(width)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  me = local;
  // Through workgroup memory, because software adapters compile a shader anew for every value of a uniform that
  // bounds a loop.
  threads = agree(width);
  n = agree(params.n);
  let steps = agree(params.steps);
  if (group.x >= params.num) { return; }
  let slot = slots[2u * group.x];
  let pair = slots[2u * group.x + 1u];
  s4 = (n + 3u) / 4u;
  square = 4u * s4 * s4;
  size = n * (n - 1u) / 2u;
  vector = max(1u, (size + 3u) / 4u);
  table = 2u * size * pair;
  a_at = pair * (3u * square + s4);
  b_at = a_at + square;
  turned_a_at = b_at + square;
  diagonal_at = turned_a_at + square;
  let c = params.rotations_at / 4u + slot * square;
  residual = params.scratch_at / 4u + slot * (7u * square + 16u * vector);
  product = residual + square;
  other = product + square;
  trial = other + square;
  turned = trial + square;
  work = turned + square;
  let after = work + 2u * square;
  gradient = after + vector;
  direction = gradient + vector;
  curvature = direction + vector;
  past = curvature + vector;

  for (var i = me; i < num_marks; i += width) { kept[i] = marks[slot * num_marks + i]; }
  workgroupBarrier();
  var value = kept[0];
  var norm = kept[1];
  var iterations = u32(kept[2]);
  var status = u32(kept[3]);
  var count = u32(kept[4]);
  var next = u32(kept[5]);
  var t = kept[6];
  var slope = kept[7];
  var attempt = kept[8];
  var evaluations = kept[9];

  // The start itself is evaluated besides.
  let rounds = agree(steps + u32(status == fresh));
  for (var step = 0u; step < rounds; step++) {
    if (status == running && attempt == 0.0) {
      if (!(f32(iterations) < params.max_iterations && norm > params.gradient_tolerance)) {
        status = converged;
      } else if (iterations >= window) {
        let progress = kept[history_at + iterations % window] - value;
        if (progress < params.relative_decrease * value) { status = settled; }
      }
    }
    if (agree(status) > running) { break; }
    if (agree(u32(status == running && attempt == 0.0)) == 1u) {
      if (me == 0u) { kept[history_at + iterations % window] = value; }
      if (agree(u32(iterations > 0u && iterations % renewal == 0u)) == 1u) {
        orthonormalise(c);
      }
      for (var again = 0u; again < 2u; again++) {
        quasi_newton(agree(count), next);
        let sums = total(vec4f(
          own_dot(gradient, direction, vector),
          own_dot(direction, direction, vector),
          0.0,
          0.0,
        ));
        slope = 2.0 * sums.x;
        t = min(1.0, max_turn / (sqrt2 * sqrt(sums.y)));
        if (agree(u32(slope < 0.0)) == 1u) { break; }
        count = 0u;
        next = 0u;
      }
    }
    if (agree(status) == fresh) {
      copy(c, trial, square);
    } else {
      prepare_turn(0.5 * t, c);
      solve_cayley(c);
    }
    let found = evaluate(trial);
    let is_lower = found <= value + armijo * t * slope + rounding * value;
    if (agree(u32(status == fresh || is_lower)) == 1u) {
      differentiate(after);
      copy(trial, c, square);
      let sums = remember(status == running, t, after, next);
      if (status == running) {
        attempt = 0.0;
        iterations += 1u;
        evaluations += 1.0;
        // Only steps along which the curvature is positive.
        if (sums.y > least_curvature * sqrt(sums.x * sums.z)) {
          if (me == 0u) { kept[rho_at + next] = 1.0 / sums.y; }
          next = (next + 1u) % memory;
          count = min(count + 1u, memory);
        }
      }
      status = running;
      value = found;
      norm = sqrt2 * sqrt(sums.w);
    } else {
      evaluations += 1.0;
      if (attempt + 1.0 >= max_attempts) {
        status = stuck;
      } else {
        attempt += 1.0;
        let parabola = -slope * t * t / (2.0 * (found - value - t * slope));
        t = max(min(parabola, 0.5 * t), 0.1 * t);
      }
    }
  }

  workgroupBarrier();
  if (me == 0u) {
    kept[0] = value;
    kept[1] = norm;
    kept[2] = f32(iterations);
    kept[3] = f32(status);
    kept[4] = f32(count);
    kept[5] = f32(next);
    kept[6] = t;
    kept[7] = slope;
    kept[8] = attempt;
    kept[9] = evaluations;
    for (var i = 0u; i < num_marks; i++) { marks[slot * num_marks + i] = kept[i]; }
  }
  // What is of no use to the next dispatch, so that the engines leave the same behind.
  storageBarrier();
  for (var i = me; i < 7u * square + vector; i += width) { space[residual + i] = vec4f(); }
}

/// A word that all threads have alike, known to be alike.
fn agree(word: u32) -> u32 {
  if (me == 0u) { agreed = word; }
  return workgroupUniformLoad(&agreed);
}

/// Sums over all threads, in their order.
fn total(part: vec4f) -> vec4f {
  partials[me] = part;
  workgroupBarrier();
  var sum = vec4f();
  for (var i = 0u; i < threads; i++) { sum += partials[i]; }
  workgroupBarrier();
  return sum;
}

fn largest(part: f32) -> f32 {
  partials[me] = vec4f(part);
  workgroupBarrier();
  var most = 0.0;
  for (var i = 0u; i < threads; i++) { most = max(most, partials[i].x); }
  workgroupBarrier();
  return most;
}

fn across(v: vec4f) -> f32 {
  return (v.x + v.y) + (v.z + v.w);
}

/// This thread's part of Σ x y.
fn own_dot(x: u32, y: u32, length: u32) -> f32 {
  var sum = vec4f();
  for (var i = me; i < length; i += width) { sum += space[x + i] * space[y + i]; }
  return across(sum);
}

fn dot_of(x: u32, y: u32) -> f32 {
  return total(vec4f(own_dot(x, y, vector))).x;
}

fn copy(x: u32, y: u32, length: u32) {
  for (var i = me; i < length; i += width) { space[y + i] = space[x + i]; }
  storageBarrier();
}

/// One number of a matrix or vector.
fn number(place: u32, index: u32) -> f32 {
  return space[place + index / 4u][index % 4u];
}

fn at(place: u32, i: u32, j: u32) -> f32 {
  return number(place, 4u * s4 * i + j);
}

/// out = x·y, four rows and columns of it per thread.
fn multiply(x: u32, y: u32, out: u32, band: u32) {
  for (var tile = me; tile < s4 * s4; tile += width) {
    let i = tile / s4;
    let j = tile % s4;
    var first = 0u;
    var last = s4;
    if (band == right_upper) { last = min(s4, j + 2u); }
    if (band == right_lower && j > 0u) { first = j - 1u; }
    if (band == left_lower) { last = min(s4, i + 2u); }
    var r0 = vec4f();
    var r1 = vec4f();
    var r2 = vec4f();
    var r3 = vec4f();
    let row = x + 4u * i * s4;
    for (var k = first; k < last; k++) {
      let column = y + 4u * k * s4 + j;
      let y0 = space[column];
      let y1 = space[column + s4];
      let y2 = space[column + 2u * s4];
      let y3 = space[column + 3u * s4];
      let x0 = space[row + k];
      let x1 = space[row + s4 + k];
      let x2 = space[row + 2u * s4 + k];
      let x3 = space[row + 3u * s4 + k];
      r0 = r0 + x0.x * y0 + x0.y * y1 + x0.z * y2 + x0.w * y3;
      r1 = r1 + x1.x * y0 + x1.y * y1 + x1.z * y2 + x1.w * y3;
      r2 = r2 + x2.x * y0 + x2.y * y1 + x2.z * y2 + x2.w * y3;
      r3 = r3 + x3.x * y0 + x3.y * y1 + x3.z * y2 + x3.w * y3;
    }
    let o = out + 4u * i * s4 + j;
    space[o] = r0;
    space[o + s4] = r1;
    space[o + 2u * s4] = r2;
    space[o + 3u * s4] = r3;
  }
  storageBarrier();
}

fn transpose_of(x: u32, out: u32) {
  for (var tile = me; tile < s4 * s4; tile += width) {
    let i = tile / s4;
    let j = tile % s4;
    let p = x + 4u * i * s4 + j;
    let r0 = space[p];
    let r1 = space[p + s4];
    let r2 = space[p + 2u * s4];
    let r3 = space[p + 3u * s4];
    let o = out + 4u * j * s4 + i;
    space[o] = vec4f(r0.x, r1.x, r2.x, r3.x);
    space[o + s4] = vec4f(r0.y, r1.y, r2.y, r3.y);
    space[o + 2u * s4] = vec4f(r0.z, r1.z, r2.z, r3.z);
    space[o + 3u * s4] = vec4f(r0.w, r1.w, r2.w, r3.w);
  }
  storageBarrier();
}

/// F at C; leaves E = C B Cᵀ − A in `residual`.
fn evaluate(c: u32) -> f32 {
  transpose_of(c, turned);
  for (var k = 0u; k < 2u; k++) {
    let is_first = k == 0u;
    multiply(
      select(product, c, is_first),
      select(turned, b_at, is_first),
      select(residual, product, is_first),
      select(full, right_upper, is_first),
    );
  }
  for (var i = me; i < square; i += width) { space[residual + i] -= space[a_at + i]; }
  let sum = total(vec4f(own_dot(residual, residual, square))).x;
  storageBarrier();
  return 0.5 * sum;
}

/// The coordinates of the gradient, and the diagonal preconditioner, from the residual.
fn differentiate(out: u32) {
  for (var k = 0u; k < 2u; k++) {
    let is_first = k == 0u;
    multiply(
      select(turned_a_at, residual, is_first),
      select(residual, turned_a_at, is_first),
      select(other, product, is_first),
      select(left_lower, right_lower, is_first),
    );
  }
  let sums = turned;
  for (var i = me; i < s4; i += width) {
    var sum = space[diagonal_at + i];
    for (var k = 0u; k < 4u; k++) {
      sum[k] += at(product, 4u * i + k, 4u * i + k) + at(other, 4u * i + k, 4u * i + k);
    }
    space[sums + i] = sum;
  }
  storageBarrier();
  for (var i = me; i < square; i += width) { space[product + i] -= space[other + i]; }
  storageBarrier();
  var most = 0.0;
  for (var g = me; g < vector; g += width) {
    var slopes = vec4f();
    var bends = vec4f();
    for (var k = 0u; k < 4u; k++) {
      let e = 4u * g + k;
      if (e < size) {
        let word = entries[table + 2u * e];
        let link = entries[table + 2u * e + 1u];
        let i = word >> 16u;
        let j = word & 0xffffu;
        let o = link >> 1u;
        var x = 0.5 * (at(product, i, j) - at(product, j, i));
        var bend = along(sums, i, j);
        if (o != e) {
          let second = entries[table + 2u * o];
          let p = second >> 16u;
          let q = second & 0xffffu;
          let y = 0.5 * (at(product, p, q) - at(product, q, p));
          let mean = 0.5 * (bend + along(sums, p, q));
          let both = mixed(i, j, p, q);
          if ((link & 1u) == 1u) {
            x = sqrt1_2 * (y - x);
            bend = mean - both;
          } else {
            x = sqrt1_2 * (x + y);
            bend = mean + both;
          }
        }
        slopes[k] = x;
        bends[k] = abs(bend);
        most = max(most, abs(bend));
      }
    }
    space[out + g] = slopes;
    space[curvature + g] = bends;
  }
  let lowest = lowest_curvature * largest(most) + 1e-30;
  for (var g = me; g < vector; g += width) {
    var bends = max(space[curvature + g], vec4f(lowest));
    for (var k = 0u; k < 4u; k++) {
      if (4u * g + k >= size) { bends[k] = 1.0; }
    }
    space[curvature + g] = bends;
  }
  storageBarrier();
}

/// Half the second derivative of F along Eᵢⱼ − Eⱼᵢ.
fn along(sums: u32, i: u32, j: u32) -> f32 {
  let aii = at(a_at, i, i);
  let aij = at(a_at, i, j);
  let aji = at(a_at, j, i);
  let ajj = at(a_at, j, j);
  return 0.5 * (number(sums, i) + number(sums, j)) + aij * (aji + at(residual, j, i)) +
    aji * (aij + at(residual, i, j)) - aii * (ajj + at(residual, j, j)) -
    ajj * (aii + at(residual, i, i));
}

/// Half the mixed second derivative along Eᵢⱼ − Eⱼᵢ and Eₖₗ − Eₗₖ.
fn mixed(i: u32, j: u32, k: u32, l: u32) -> f32 {
  let ail = at(a_at, i, l);
  let ajk = at(a_at, j, k);
  let aik = at(a_at, i, k);
  let ajl = at(a_at, j, l);
  let ali = at(a_at, l, i);
  let akj = at(a_at, k, j);
  let aki = at(a_at, k, i);
  let alj = at(a_at, l, j);
  return 0.5 * (
    ail * (ajk + at(residual, j, k)) - aik * (ajl + at(residual, j, l)) -
    ajl * (aik + at(residual, i, k)) + ajk * (ail + at(residual, i, l)) +
    akj * (ali + at(residual, l, i)) - aki * (alj + at(residual, l, j)) -
    alj * (aki + at(residual, k, i)) + ali * (akj + at(residual, k, j))
  );
}

/// Entry i, j of the skew matrix whose coordinates are the direction.
fn turn(i: u32, j: u32) -> f32 {
  if (i == j || max(i, j) >= n) { return 0.0; }
  let low = min(i, j);
  let e = low * (2u * n - low - 1u) / 2u + max(i, j) - low - 1u;
  let link = entries[table + 2u * e + 1u];
  let o = link >> 1u;
  var x = number(direction, e);
  if (o != e) {
    let y = number(direction, o);
    x = sqrt1_2 * select(x + y, y - x, (link & 1u) == 1u);
  }
  return select(-x, x, i < j);
}

/// work = [I − factor · turn | C].
fn prepare_turn(factor: f32, c: u32) {
  for (var item = me; item < square; item += width) {
    let i = item / s4;
    let j = item % s4;
    var left = vec4f();
    for (var k = 0u; k < 4u; k++) {
      left[k] = select(0.0, 1.0, i == 4u * j + k) - factor * turn(i, 4u * j + k);
    }
    space[work + 2u * i * s4 + j] = left;
    space[work + (2u * i + 1u) * s4 + j] = space[c + item];
  }
  storageBarrier();
}

/// trial = 2 (I − W)⁻¹ C − C: elimination of two columns at a time from all rows but the pivots.
fn solve_cayley(c: u32) {
  let wide = 2u * s4;
  for (var p = 0u; p < 4u * s4; p += 2u) {
    let pivot = work + p * wide;
    let top = space[pivot + p / 4u];
    let bottom = space[pivot + wide + p / 4u];
    let block = select(vec4f(top.xy, bottom.xy), vec4f(top.zw, bottom.zw), p % 4u == 2u);
    let det = block.x * block.w - block.y * block.z;
    for (var i = me; i < 4u * s4; i += width) {
      let both = space[work + i * wide + p / 4u];
      let f = select(both.xy, both.zw, p % 4u == 2u);
      factors[i] = vec2f(f.x * block.w - f.y * block.z, f.y * block.x - f.x * block.y) / det;
    }
    workgroupBarrier();
    let first = (p + 2u) / 4u;
    let columns = wide - first;
    for (var item = me; item < 4u * s4 * columns; item += width) {
      let i = item / columns;
      let j = first + item % columns;
      if (i / 2u != p / 2u) {
        let f = factors[i];
        space[work + i * wide + j] -= f.x * space[pivot + j] + f.y * space[pivot + wide + j];
      }
    }
    storageBarrier();
  }
  for (var item = me; item < 2u * s4 * s4; item += width) {
    let p = 2u * (item / s4);
    let j = item % s4;
    let pivot = work + p * wide;
    let top = space[pivot + p / 4u];
    let bottom = space[pivot + wide + p / 4u];
    let block = select(vec4f(top.xy, bottom.xy), vec4f(top.zw, bottom.zw), p % 4u == 2u);
    let det = block.x * block.w - block.y * block.z;
    let u = space[pivot + s4 + j];
    let v = space[pivot + wide + s4 + j];
    let o = p * s4 + j;
    space[trial + o] = 2.0 * ((block.w * u - block.y * v) / det) - space[c + o];
    space[trial + o + s4] = 2.0 * ((block.x * v - block.z * u) / det) - space[c + o + s4];
  }
  storageBarrier();
}

/// C ← C (3 I − Cᵀ C)/2.
fn orthonormalise(c: u32) {
  copy(c, other, square);
  transpose_of(c, turned);
  multiply(turned, c, product, full);
  for (var item = me; item < square; item += width) {
    let i = item / s4;
    let j = item % s4;
    var row = -0.5 * space[product + item];
    if (i / 4u == j) { row[i % 4u] += 1.5; }
    space[product + item] = row;
  }
  storageBarrier();
  multiply(other, product, c, full);
}

/// Keeps step and change of the gradient, if there was a step, and makes `after` the gradient. Sums of the products
/// step·step, step·change, change·change, gradient·gradient.
fn remember(is_step: bool, t: f32, after: u32, next: u32) -> vec4f {
  let step = past + next * vector;
  let change = step + memory * vector;
  var ss = vec4f();
  var sy = vec4f();
  var yy = vec4f();
  var gg = vec4f();
  for (var i = me; i < vector; i += width) {
    let s = t * space[direction + i];
    let g = space[after + i];
    let y = g - space[gradient + i];
    if (is_step) {
      space[step + i] = s;
      space[change + i] = y;
    }
    space[gradient + i] = g;
    ss += s * s;
    sy += s * y;
    yy += y * y;
    gg += g * g;
  }
  return total(vec4f(across(ss), across(sy), across(yy), across(gg)));
}

/// direction = −H · gradient. `count` must be known to be alike in all threads.
fn quasi_newton(count: u32, next: u32) {
  for (var i = me; i < vector; i += width) { space[direction + i] = -space[gradient + i]; }
  var slot = next;
  for (var k = 0u; k < count; k++) {
    slot = (slot + memory - 1u) % memory;
    let sum = kept[rho_at + slot] * dot_of(past + slot * vector, direction);
    if (me == 0u) { kept[alpha_at + slot] = sum; }
    let change = past + (memory + slot) * vector;
    for (var i = me; i < vector; i += width) {
      space[direction + i] -= sum * space[change + i];
    }
  }
  var gamma = 1.0;
  if (count > 0u) {
    let newest = (next + memory - 1u) % memory;
    let change = past + (memory + newest) * vector;
    var sum = vec4f();
    for (var i = me; i < vector; i += width) {
      let y = space[change + i];
      sum += y * y / space[curvature + i];
    }
    gamma = 1.0 / (kept[rho_at + newest] * total(vec4f(across(sum))).x);
  }
  for (var i = me; i < vector; i += width) {
    space[direction + i] *= gamma / space[curvature + i];
  }
  for (var k = 0u; k < count; k++) {
    let factor = kept[alpha_at + slot] -
      kept[rho_at + slot] * dot_of(past + (memory + slot) * vector, direction);
    let step = past + slot * vector;
    for (var i = me; i < vector; i += width) {
      space[direction + i] += factor * space[step + i];
    }
    slot = (slot + 1u) % memory;
  }
  storageBarrier();
}
