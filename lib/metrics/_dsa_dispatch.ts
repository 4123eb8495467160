// How much of a search over rotations goes into one dispatch, and how often all starts are looked at. It decides how long a
// dispatch takes and how much memory it needs, never a result.

import align from "#gpu/dsa_align.ts";
import { alignLayout, maxStepsPerDispatch } from "#gpu/dsa_align/layout.ts";
import type { Engine } from "#lib/core/engine.ts";

/**
 * How many pairs, of which each has so many starts, one buffer holds; at least one.
 *
 * @example
 * ```ts
 * import { howManyFit } from "#lib/metrics/_dsa_dispatch.ts";
 * import { assertEquals } from "@std/assert";
 * const limits = { maxBindingBytes: 2 ** 20 };
 * assertEquals(howManyFit({ limits } as never, 10, [30, 30, 30]), 3);
 * assertEquals(howManyFit({ limits } as never, 100, [30, 30, 30]), 1);
 * ```
 */
export function howManyFit(
  engine: Pick<Engine, "limits">,
  n: number,
  numStarts: readonly number[],
): number {
  let slots = 0;
  for (let pairs = 0; pairs < numStarts.length; pairs++) {
    slots += numStarts[pairs];
    const bytes = 4 * alignLayout(n, pairs + 1, slots).spaceLength;
    if (pairs > 0 && bytes > engine.limits.maxBindingBytes) return pairs;
  }
  return numStarts.length;
}

/**
 * Evaluations between two looks at all starts. A start far behind shows it after about 30. Small descents are over soon, and
 * going on with those that are lost costs less than looking: so many pairs need hardly more dispatches than one.
 *
 * @example
 * ```ts
 * import { evaluationsBetweenLooks } from "#lib/metrics/_dsa_dispatch.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([10, 50].map(evaluationsBetweenLooks), [60, 30]);
 * ```
 */
export function evaluationsBetweenLooks(n: number): number {
  return n <= 24 ? 60 : 30;
}

/** Evaluations in a dispatch, and starts in it. */
export interface DispatchSize {
  readonly steps: number;
  readonly starts: number;
}

/**
 * The size of a dispatch that takes a few tenths of a second. Software adapters do about 1e9 operations a second for each of
 * a few threads.
 *
 * @example
 * ```ts
 * import { dispatchSize } from "#lib/metrics/_dsa_dispatch.ts";
 * import { assertEquals } from "@std/assert";
 * const engine = { name: "wasm", numerics: "wasm-f32", limits: { maxWorkgroups: 65535 } };
 * assertEquals(dispatchSize(engine as never, 10), { steps: 60, starts: 65535 });
 * ```
 */
export function dispatchSize(engine: Engine, n: number): DispatchSize {
  const { inAll, inOne, mostSteps } = limitsOf(engine, n);
  const each = operationsPerEvaluation(n);
  const steps = Math.max(
    1,
    Math.min(evaluationsBetweenLooks(n), mostSteps, Math.floor(inOne / each)),
  );
  const starts = Math.min(engine.limits.maxWorkgroups, Math.floor(inAll / (steps * each)));
  return { steps, starts: Math.max(1, starts) };
}

// Multiplications and additions of one evaluation with its gradient: eight products' worth, and the vectors.
function operationsPerEvaluation(n: number): number {
  const s = 4 * Math.ceil(n / 4);
  return 14 * s ** 3 + 80 * s ** 2;
}

function limitsOf({ name, numerics }: Engine, n: number) {
  if (name !== "webgpu") return { inAll: Infinity, inOne: Infinity, mostSteps: Infinity };
  const isSoftware = /llvmpipe|lavapipe|swiftshader|software/.test(numerics);
  const { width } = align.overrides(isSoftware ? "software" : "gpu");
  const mostSteps = maxStepsPerDispatch(n, width);
  return isSoftware
    ? { inAll: 3e8, inOne: 1.5e8, mostSteps }
    : { inAll: 1e11, inOne: 1e9, mostSteps };
}
