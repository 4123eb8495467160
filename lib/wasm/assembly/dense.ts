// Dense f64 linear algebra: products, Gram matrices, QR, LU and Cholesky factors. Addresses are bytes, strides doubles.
// Leaves out copying in and out and blocks too large for the memory (lib/wasm/dense.ts), eigenvalues (eigen.ts).

import { GEMM_WORK } from "./_gemm";

export { gemm } from "./_gemm";
export { qr_apply, qr_factor, qr_update, qr_update_apply, qr_work } from "./_qr";

/** Doubles of working space that every function needs at `work` beside what it says. */
export function gemm_work(): i32 {
  return GEMM_WORK;
}
