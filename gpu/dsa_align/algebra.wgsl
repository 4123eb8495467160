// Sums over the threads of a workgroup, and products of matrices, for dsa_align.wgsl, whose variables they use.

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
