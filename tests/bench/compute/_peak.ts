// The limit of a thread's arithmetic as it can be measured: products and sums of f32x4 that wait for nothing but each other,
// with strict rounding as Basin's modules have it (no fused multiply-add).

import { compile } from "#lib/dev/build_wasm.ts";

const chains = 12;
const names = Array.from({ length: chains }, (_, i) => `x${i}`);

const source = `
export function peak(turns: i32, seed: f32, factor: f32, offset: f32): f32 {
  const m = f32x4.splat(factor);
  const a = f32x4.splat(offset);
  ${names.map((x, i) => `let ${x} = f32x4.splat(seed + <f32>${i});`).join("\n  ")}
  for (let i = 0; i < turns; i++) {
    ${names.map((x) => `${x} = f32x4.add(f32x4.mul(${x}, m), a);`).join("\n    ")}
  }
  ${names.slice(1).map((x) => `x0 = f32x4.add(x0, ${x});`).join("\n  ")}
  return f32x4.extract_lane(x0, 0);
}
`;

let found: Promise<number> | undefined;

/**
 * GFLOP/s of one wasm thread that multiplies and adds f32x4 in independent chains; the best of some tries.
 *
 * @example
 * ```ts
 * import { measuredPeak } from "#tests/bench/compute/_peak.ts";
 * import { assert } from "@std/assert";
 * assert(await measuredPeak() > 0);
 * ```
 */
export function measuredPeak(): Promise<number> {
  return found ??= (async () => {
    const bytes = await compile("peak", new Map([["peak", source]]));
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
    const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
    const peak = instance.exports.peak as (...args: number[]) => number;
    const turns = 2e6;
    let best = 0;
    for (let i = 0; i < 12; i++) {
      const began = performance.now();
      peak(turns, 1, 0.99, 0.01);
      best = Math.max(best, turns * chains * 8 / (performance.now() - began) / 1e6);
    }
    return best;
  })();
}
