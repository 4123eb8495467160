// Dense f64 linear algebra: products, Gram matrices, QR, LU and Cholesky factors, triangular solves. Addresses are bytes,
// strides doubles. Leaves out copying in and out and blocks too large for the memory (lib/wasm/*.ts), eigenvalues (eigen.ts).

import { GEMM_WORK } from "./_gemm";

export { gemm } from "./_gemm";
export { lagged_products, lagged_work } from "./_hankel";
export { cholesky_factor, lu_factor, lu_work } from "./_lu";
export { qr_apply, qr_factor, qr_update, qr_update_apply, qr_work } from "./_qr";
export { solve_lower, solve_upper } from "./_triangular";

/** Doubles of working space for products, and for what does not say otherwise. */
export function gemm_work(): i32 {
  return GEMM_WORK;
}
