// One step of a descent: direction, retraction, memory. For dsa_align.wgsl, whose variables they use.

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
