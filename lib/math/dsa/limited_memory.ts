// Limited-memory BFGS: the last few steps and gradient changes, and the two-loop product of their inverse
// Hessian with a vector (Nocedal & Wright, Numerical Optimization, 2nd ed., algorithm 7.4), around a diagonal
// initial Hessian that may differ at every call. Leaves out line search and stopping (descent.ts).

/** A ring of step and gradient-change vectors. */
export interface LimitedMemory {
  readonly size: number;
  readonly capacity: number;
  readonly steps: Float64Array;
  readonly changes: Float64Array;
  readonly rho: Float64Array;
  readonly alpha: Float64Array;
  count: number;
  next: number;
}

/**
 * An empty memory for vectors of `size` entries holding at most `capacity` pairs.
 *
 * @example
 * ```ts
 * import { limitedMemory } from "#lib/math/dsa/limited_memory.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(limitedMemory(3, 5).count, 0);
 * ```
 */
export function limitedMemory(size: number, capacity: number): LimitedMemory {
  return {
    size,
    capacity,
    steps: new Float64Array(size * capacity),
    changes: new Float64Array(size * capacity),
    rho: new Float64Array(capacity),
    alpha: new Float64Array(capacity),
    count: 0,
    next: 0,
  };
}

/**
 * Remembers the step `scale · direction` and the change of the gradient from `before` to `after`, unless the
 * curvature along it is not positive.
 *
 * @example
 * ```ts
 * import { limitedMemory, remember } from "#lib/math/dsa/limited_memory.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const memory = limitedMemory(1, 2);
 * remember(memory, Float64Array.of(1), 0.5, Float64Array.of(0), Float64Array.of(2));
 * assertEquals([memory.count, memory.rho[0]], [1, 1]);
 * ```
 */
export function remember(
  memory: LimitedMemory,
  direction: Float64Array,
  scale: number,
  before: Float64Array,
  after: Float64Array,
): void {
  const { size, steps, changes } = memory;
  const base = memory.next * size;
  let ss = 0, sy = 0, yy = 0;
  for (let i = 0; i < size; i++) {
    const s = scale * direction[i];
    const y = after[i] - before[i];
    steps[base + i] = s;
    changes[base + i] = y;
    ss += s * s;
    sy += s * y;
    yy += y * y;
  }
  if (!(sy > 1e-10 * Math.sqrt(ss * yy))) return;
  memory.rho[memory.next] = 1 / sy;
  memory.next = (memory.next + 1) % memory.capacity;
  if (memory.count < memory.capacity) memory.count++;
}

/**
 * out = −H g for the inverse Hessian of the remembered pairs around the diagonal γ/`curvature`, whose factor γ makes
 * the newest pair fit.
 *
 * @example
 * ```ts
 * import { limitedMemory, quasiNewtonDirection, remember } from "#lib/math/dsa/limited_memory.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const memory = limitedMemory(1, 2); // f = x²: gradient 2x
 * remember(memory, Float64Array.of(1), 1, Float64Array.of(2), Float64Array.of(4));
 * const out = quasiNewtonDirection(memory, Float64Array.of(4), Float64Array.of(1), new Float64Array(1));
 * assertEquals(out, Float64Array.of(-2));
 * ```
 */
export function quasiNewtonDirection(
  memory: LimitedMemory,
  gradient: Float64Array,
  curvature: Float64Array,
  out: Float64Array,
): Float64Array {
  const { size, capacity, count, steps, changes, rho, alpha } = memory;
  for (let i = 0; i < size; i++) out[i] = -gradient[i];
  let slot = memory.next;
  for (let k = 0; k < count; k++) {
    slot = slot === 0 ? capacity - 1 : slot - 1;
    const base = slot * size;
    const sum = rho[slot] * innerProductFrom(steps, base, out, size);
    alpha[slot] = sum;
    for (let i = 0; i < size; i++) out[i] -= sum * changes[base + i];
  }
  let gamma = 1;
  if (count > 0) {
    const newest = memory.next === 0 ? capacity - 1 : memory.next - 1;
    const base = newest * size;
    let yhy = 0;
    for (let i = 0; i < size; i++) yhy += changes[base + i] * changes[base + i] / curvature[i];
    gamma = 1 / (rho[newest] * yhy);
  }
  for (let i = 0; i < size; i++) out[i] *= gamma / curvature[i];
  for (let k = 0; k < count; k++) {
    const base = slot * size;
    const factor = alpha[slot] - rho[slot] * innerProductFrom(changes, base, out, size);
    for (let i = 0; i < size; i++) out[i] += factor * steps[base + i];
    slot = slot + 1 === capacity ? 0 : slot + 1;
  }
  return out;
}

// Σ x[from + i] y[i] in four interleaved partial sums: a single one would wait for each addition.
function innerProductFrom(x: Float64Array, from: number, y: Float64Array, size: number): number {
  const size4 = size & ~3;
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  let p = from;
  for (let i = 0; i < size4; i += 4, p += 4) {
    s0 += x[p] * y[i];
    s1 += x[p + 1] * y[i + 1];
    s2 += x[p + 2] * y[i + 2];
    s3 += x[p + 3] * y[i + 3];
  }
  for (let i = size4; i < size; i++, p++) s0 += x[p] * y[i];
  return (s0 + s1) + (s2 + s3);
}
