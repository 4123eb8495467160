// Fresh operators for the tests of the comparison over rotations.

import { multiply, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import { solve } from "#lib/math/linalg/lu.ts";
import { type Draws, orthonormalMatrix } from "../linalg/fresh.ts";

/** Stable oscillators as DMD finds them: moduli in [0.8, 1], slow turns, a few real modes, modes at odd angles. */
export function oscillators(draws: Draws, n: number, spread = 0.3): Float64Array {
  const modes = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const modulus = 0.8 + 0.2 * uniform(draws);
    if (i + 1 === n || uniform(draws) < 0.2) {
      modes[i * n + i] = modulus;
      continue;
    }
    const turn = 0.05 + 0.75 * uniform(draws);
    const re = modulus * Math.cos(turn), im = modulus * Math.sin(turn);
    modes.set([re, -im], i * n + i);
    modes.set([im, re], (i + 1) * n + i);
    i++;
  }
  const basis = orthonormalMatrix(draws, n, n);
  const stretch = draws.normal(n, 1).map((x) => Math.exp(spread * x));
  const skewed = multiply(
    basis.map((x, p) => x * stretch[p % n]),
    orthonormalMatrix(draws, n, n),
    n,
    n,
    n,
  );
  return multiply(multiply(skewed, modes, n, n, n), solve(skewed, n, identity(n), n), n, n, n);
}

/** Q A Qᵀ. */
export function conjugate(a: Float64Array, q: Float64Array, n: number): Float64Array {
  return multiplyTransposeB(multiply(q, a, n, n, n), q, n, n, n);
}

/** A random orthogonal matrix, of either determinant. */
export function orthogonal(draws: Draws, n: number): Float64Array {
  return orthonormalMatrix(draws, n, n);
}

/** A + Aᵀ or A − Aᵀ of a normal matrix. */
export function withTranspose(draws: Draws, n: number, sign: 1 | -1): Float64Array {
  const a = draws.normal(n, n);
  return a.map((x, p) => x + sign * a[(p % n) * n + Math.floor(p / n)]);
}

export function identity(n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  return out;
}

function uniform(draws: Draws): number {
  return draws.integer(0, 1_000_000) / 1_000_000;
}
