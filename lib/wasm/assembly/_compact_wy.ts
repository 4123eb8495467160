// Products with I − V T Vᵀ, the compact form of several reflections (Schreiber & Van Loan, SIAM J. Sci. Stat. Comput. 10, 1989).
// V has its zeros and ones in place, rows LD apart; T is upper triangular, rows NB apart.

import { ADD, BY_BLOCKS, gemm } from "./_gemm";

/** Columns of a panel; T of panel j lies at t + 8·64·64·j, rows 64 apart. */
export const NB: i32 = 64;
/** Distance of a panel's rows: a power of two would crowd them into a few sets of the cache. */
export const LD: i32 = NB + 8;

/** C ← C − V T′ (Vᵀ C), T′ = T or Tᵀ. C is m×p, rows `ldc` apart. */
export function reflect(
  m: i32, nb: i32, p: i32, v: usize, t: usize, transposed: bool, c: usize, ldc: i32, product: usize, work: usize,
): void {
  const second = product + (<usize>(nb * p) << 3);
  memory.fill(product, 0, <usize>(nb * p) << 3);
  gemm(nb, p, m, 1, v, 1, LD, c, ldc, 1, product, p, ADD | BY_BLOCKS, work);
  timesT(nb, p, t, transposed, product, second, work);
  gemm(m, p, nb, -1, v, LD, 1, second, p, 1, c, ldc, ADD, work);
}

/** The same for V = [I; V₂] and C = [C₁; C₂]. */
export function reflectPair(
  m: i32, nb: i32, p: i32, v: usize, t: usize, transposed: bool,
  c1: usize, ldc1: i32, c2: usize, ldc2: i32, product: usize, work: usize,
): void {
  const second = product + (<usize>(nb * p) << 3);
  copyBlock(product, p, c1, ldc1, nb, p);
  gemm(nb, p, m, 1, v, 1, LD, c2, ldc2, 1, product, p, ADD | BY_BLOCKS, work);
  timesT(nb, p, t, transposed, product, second, work);
  for (let i = 0; i < nb; i++) {
    const row = c1 + (<usize>(i * ldc1) << 3), from = second + (<usize>(i * p) << 3);
    for (let j: usize = 0; j < <usize>p << 3; j += 8) {
      store<f64>(row + j, load<f64>(row + j) - load<f64>(from + j));
    }
  }
  gemm(m, p, nb, -1, v, LD, 1, second, p, 1, c2, ldc2, ADD, work);
}

function timesT(nb: i32, p: i32, t: usize, transposed: bool, from: usize, to: usize, work: usize): void {
  if (transposed) gemm(nb, p, nb, 1, t, 1, NB, from, p, 1, to, p, 0, work);
  else gemm(nb, p, nb, 1, t, NB, 1, from, p, 1, to, p, 0, work);
}

/** Copies rows of numbers. */
export function copyBlock(to: usize, ldTo: i32, from: usize, ldFrom: i32, rows: i32, cols: i32): void {
  for (let i = 0; i < rows; i++) {
    memory.copy(to + (<usize>(i * ldTo) << 3), from + (<usize>(i * ldFrom) << 3), <usize>cols << 3);
  }
}
