// The Cayley retraction out = (I − W)⁻¹ (I + W) C = 2 (I − W)⁻¹ C − C for skew W, in f32 or f64 (T): elimination of two
// rows at a time in [I − W | C], without pivoting. See lib/math/dsa/cayley_step.ts.
// Columns are updated in whole registers, so some left of the pivot are overwritten that nobody reads again.

import { lanes } from "./_dsa_vector";

/** `work` holds [I − W | C], s rows of 2s, and is used up. */
export function solveCayley<T>(work: usize, c: usize, out: usize, s: i32): void {
  const z = <i32>sizeof<T>();
  const width = 2 * s * z;
  for (let p = 0; p < s; p += 2) {
    const pivot = work + p * width;
    // The first whole register that has a column from p + 2 on.
    const from = ((p + 2) & -lanes<T>()) * z;
    normalise<T>(pivot, p * z, from, width);
    let i = p + 2;
    for (; i + 4 <= s; i += 4) eliminateFour<T>(work + i * width, pivot, p * z, from, width);
    for (; i < s; i += 2) eliminateTwo<T>(work + i * width, pivot, p * z, from, width);
  }
  for (let p = s - 2; p >= 2; p -= 2) {
    const pivot = work + p * width;
    let i = 0;
    for (; i + 4 <= p; i += 4) eliminateFour<T>(work + i * width, pivot, p * z, s * z, width);
    for (; i < p; i += 2) eliminateTwo<T>(work + i * width, pivot, p * z, s * z, width);
  }
  const half = s * z;
  for (let i = 0; i < s; i++) {
    const x = work + i * width + half;
    const y = c + i * half, o = out + i * half;
    for (let j = 0; j < half; j += 16) {
      const v = v128.load(x + j);
      v128.store(o + j, v128.sub<T>(v128.add<T>(v, v), v128.load(y + j)));
    }
  }
}

// Multiplies the two pivot rows by the inverse of their 2×2 pivot block.
function normalise<T>(row: usize, p: i32, from: i32, width: i32): void {
  const next = row + width;
  const a = load<T>(row + p), b = load<T>(row + p, sizeof<T>());
  const c = load<T>(next + p), d = load<T>(next + p, sizeof<T>());
  const det = a * d - b * c;
  const i00 = v128.splat<T>(<T>(d / det)), i01 = v128.splat<T>(<T>(-b / det));
  const i10 = v128.splat<T>(<T>(-c / det)), i11 = v128.splat<T>(<T>(a / det));
  for (let x = row + from; x < next; x += 16) {
    const u = v128.load(x), v = v128.load(x + width);
    v128.store(x, v128.add<T>(v128.mul<T>(i00, u), v128.mul<T>(i01, v)));
    v128.store(x + width, v128.add<T>(v128.mul<T>(i10, u), v128.mul<T>(i11, v)));
  }
}

@inline
function without<T>(x: v128, f: v128, u: v128, g: v128, v: v128): v128 {
  return v128.sub<T>(x, v128.add<T>(v128.mul<T>(f, u), v128.mul<T>(g, v)));
}

// Subtracts from rows the pivot rows times their entries in columns p and p + 1.
function eliminateFour<T>(row: usize, pivot: usize, p: i32, from: i32, width: i32): void {
  const r1 = row + width, r2 = r1 + width, r3 = r2 + width;
  const f0 = v128.load_splat<T>(row + p), g0 = v128.load_splat<T>(row + p, sizeof<T>());
  const f1 = v128.load_splat<T>(r1 + p), g1 = v128.load_splat<T>(r1 + p, sizeof<T>());
  const f2 = v128.load_splat<T>(r2 + p), g2 = v128.load_splat<T>(r2 + p, sizeof<T>());
  const f3 = v128.load_splat<T>(r3 + p), g3 = v128.load_splat<T>(r3 + p, sizeof<T>());
  for (let j = from; j < width; j += 16) {
    const u = v128.load(pivot + j), v = v128.load(pivot + width + j);
    v128.store(row + j, without<T>(v128.load(row + j), f0, u, g0, v));
    v128.store(r1 + j, without<T>(v128.load(r1 + j), f1, u, g1, v));
    v128.store(r2 + j, without<T>(v128.load(r2 + j), f2, u, g2, v));
    v128.store(r3 + j, without<T>(v128.load(r3 + j), f3, u, g3, v));
  }
}

function eliminateTwo<T>(row: usize, pivot: usize, p: i32, from: i32, width: i32): void {
  const r1 = row + width;
  const f0 = v128.load_splat<T>(row + p), g0 = v128.load_splat<T>(row + p, sizeof<T>());
  const f1 = v128.load_splat<T>(r1 + p), g1 = v128.load_splat<T>(r1 + p, sizeof<T>());
  for (let j = from; j < width; j += 16) {
    const u = v128.load(pivot + j), v = v128.load(pivot + width + j);
    v128.store(row + j, without<T>(v128.load(row + j), f0, u, g0, v));
    v128.store(r1 + j, without<T>(v128.load(r1 + j), f1, u, g1, v));
  }
}
