// F(C) = ½‖A − C B Cᵀ‖², its gradient in the coordinates of skew matrices, and a diagonal preconditioner, in f32 or f64
// (T). See lib/math/dsa/matching_problem.ts and pair_basis.ts.

import { vectorLength } from "./_dsa_marks";
import { FULL, LEFT_LOWER, multiply, RIGHT_LOWER, RIGHT_UPPER, transpose } from "./_dsa_product";
import { dot, flush, subtractInto } from "./_dsa_vector";

const FLOOR = 0.005;
const SQRT1_2 = 0.7071067811865476;

/** F at C; leaves E = C B Cᵀ − A in `residual`. */
export function evaluate<T>(
  s: i32,
  a: usize,
  b: usize,
  c: usize,
  turned: usize,
  product: usize,
  residual: usize,
): T {
  transpose<T>(c, turned, s);
  multiply<T>(c, b, product, s, RIGHT_UPPER);
  multiply<T>(product, turned, residual, s, FULL);
  subtractInto<T>(residual, a, residual, s * s);
  return <T>0.5 * dot<T>(residual, residual, s * s);
}

/** The coordinates of the gradient, and the diagonal preconditioner, from the residual. */
export function differentiate<T>(
  n: i32,
  s: i32,
  a: usize,
  at: usize,
  diagonal: usize,
  entries: usize,
  residual: usize,
  product: usize,
  other: usize,
  sums: usize,
  gradient: usize,
  curvature: usize,
): void {
  const z = <usize>sizeof<T>();
  const size = n * (n - 1) / 2;
  multiply<T>(residual, at, product, s, RIGHT_LOWER);
  multiply<T>(at, residual, other, s, LEFT_LOWER);
  // The sums that belong to the diagonal stand where the turned C was, which is not needed any more.
  let p: usize = 0;
  for (let i = 0; i < s; i++) {
    const sum = load<T>(diagonal + i * z) + load<T>(product + p) + load<T>(other + p);
    store<T>(sums + i * z, sum);
    p += <usize>(s + 1) * z;
  }
  subtractInto<T>(product, other, product, s * s);
  for (let e = 0; e < size; e++) {
    const word = load<u32>(entries + (e << 3)), link = load<u32>(entries + (e << 3), 4);
    const i = word >> 16, j = word & 0xffff;
    const x = half<T>(product, s, i, j);
    const o = link >> 1;
    if (o == <u32>e) store<T>(gradient + e * z, x);
    else {
      const second = load<u32>(entries + (o << 3));
      const y = half<T>(product, s, second >> 16, second & 0xffff);
      store<T>(gradient + e * z, <T>SQRT1_2 * (link & 1 ? y - x : x + y));
    }
    store<T>(curvature + e * z, along<T>(a, residual, sums, s, i, j));
  }
  for (let e = 0; e < size; e++) {
    const link = load<u32>(entries + (e << 3), 4), o = link >> 1;
    if (o <= <u32>e) continue;
    const word = load<u32>(entries + (e << 3)), second = load<u32>(entries + (o << 3));
    const mean = <T>0.5 * (load<T>(curvature + e * z) + load<T>(curvature + o * z));
    const both = mixed<T>(
      a, residual, s, word >> 16, word & 0xffff, second >> 16, second & 0xffff,
    );
    store<T>(curvature + e * z, link & 1 ? mean - both : mean + both);
    store<T>(curvature + o * z, link & 1 ? mean + both : mean - both);
  }
  let largest = <T>0;
  for (let e = 0; e < size; e++) {
    const x = abs<T>(load<T>(curvature + e * z));
    if (x > largest) largest = x;
  }
  const floor = <T>FLOOR * largest + <T>1e-30;
  for (let e = 0; e < size; e++) {
    const x = abs<T>(load<T>(curvature + e * z));
    store<T>(curvature + e * z, x > floor ? x : floor);
  }
  for (let e = size, end = vectorLength(n); e < end; e++) {
    store<T>(gradient + e * z, <T>0);
    store<T>(curvature + e * z, <T>1);
  }
  flush<T>(gradient, vectorLength(n));
}

// ½(M − Mᵀ) at i, j.
@inline
function half<T>(m: usize, s: i32, i: u32, j: u32): T {
  return <T>0.5 * (entry<T>(m, s, i, j) - entry<T>(m, s, j, i));
}

@inline
function entry<T>(m: usize, s: i32, i: u32, j: u32): T {
  return load<T>(m + <usize>(i * s + j) * sizeof<T>());
}

// Half the second derivative of F along Eᵢⱼ − Eⱼᵢ.
@inline
function along<T>(a: usize, e: usize, sums: usize, s: i32, i: u32, j: u32): T {
  const z = <usize>sizeof<T>();
  const ii = <usize>(i * s + i) * z, ij = <usize>(i * s + j) * z;
  const ji = <usize>(j * s + i) * z, jj = <usize>(j * s + j) * z;
  const aii = load<T>(a + ii), aij = load<T>(a + ij), aji = load<T>(a + ji), ajj = load<T>(a + jj);
  return <T>0.5 * (load<T>(sums + i * z) + load<T>(sums + j * z)) +
    aij * (aji + load<T>(e + ji)) + aji * (aij + load<T>(e + ij)) -
    aii * (ajj + load<T>(e + jj)) - ajj * (aii + load<T>(e + ii));
}

// Half the mixed second derivative along Eᵢⱼ − Eⱼᵢ and Eₖₗ − Eₗₖ.
function mixed<T>(a: usize, e: usize, s: i32, i: u32, j: u32, k: u32, l: u32): T {
  const ail = entry<T>(a, s, i, l), ajk = entry<T>(a, s, j, k);
  const aik = entry<T>(a, s, i, k), ajl = entry<T>(a, s, j, l);
  const ali = entry<T>(a, s, l, i), akj = entry<T>(a, s, k, j);
  const aki = entry<T>(a, s, k, i), alj = entry<T>(a, s, l, j);
  return <T>0.5 * (
    ail * (ajk + entry<T>(e, s, j, k)) - aik * (ajl + entry<T>(e, s, j, l)) -
    ajl * (aik + entry<T>(e, s, i, k)) + ajk * (ail + entry<T>(e, s, i, l)) +
    akj * (ali + entry<T>(e, s, l, i)) - aki * (alj + entry<T>(e, s, l, j)) -
    alj * (aki + entry<T>(e, s, k, i)) + ali * (akj + entry<T>(e, s, k, j))
  );
}
