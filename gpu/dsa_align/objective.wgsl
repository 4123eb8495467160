// The function to be minimised, its gradient and its second derivatives, for dsa_align.wgsl, whose variables they use.

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
