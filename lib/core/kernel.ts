// Kernels: one computation, three times. A WGSL shader, a function of a wasm module, and the twin in plain f64
// TypeScript that says what both mean. Leaves out how they are run (gpu/runtime).

import type { RandomStream } from "./random.ts";

/** Buffers as a twin sees them: `f32` buffers as f64, others as words. */
export type TwinBuffers<B extends string> = Readonly<Record<B, Float64Array | Uint32Array>>;

/** A case for the conformance suite: input buffers with their contents, output buffers with zeros. */
export interface KernelCase<B extends string, U extends string> {
  readonly label: string;
  readonly buffers: Readonly<Record<B, Float32Array | Uint32Array>>;
  readonly uniforms: Readonly<Record<U, number>>;
  /** Instead of the kernel's own, where a case is harder; with the reason beside it. */
  readonly tolerance?: Tolerance;
}

/** |value − twin| ≤ abs + rel · |twin|, for every element of every buffer that is written. */
export interface Tolerance {
  readonly abs: number;
  readonly rel: number;
}

/** The wasm side of a kernel. */
export interface WasmPart<B extends string, U extends string> {
  /** The module's bytes: `import bytes from "#lib/wasm/<kernel>.wasm" with { type: "bytes" }`. */
  readonly module: Uint8Array;
  /**
   * Name of the exported function `(args: i32, part: i32, num_parts: i32)`. At `args` stand, for each of `buffers`,
   * its address and its length in elements (2 × u32), then each of `uniforms` as f64. Parts may run at the same time
   * in any order and on any thread; what they write must not depend on their number.
   */
  readonly entry: string;
  readonly buffers: readonly B[];
  readonly uniforms: readonly U[];
  /** Into how many parts the work can be split at most; one if absent. */
  numParts?(uniforms: Readonly<Record<U, number>>): number;
}

/** A kernel. `B` names its buffers, `U` its uniforms: both are the names in the shader. */
export interface Kernel<B extends string = string, U extends string = string> {
  /** Equals the names of its files: `gpu/<name>.wgsl`, `gpu/<name>.ts`. Variants add `/variant`. */
  readonly name: string;
  /** Text of the shader, `#import "…"` lines included. */
  readonly source: string;
  /** What the shader imports, directly or not: name as written in `#import "…"` → text. */
  readonly fragments: Readonly<Record<string, string>>;
  /** Values of the shader's `override` constants; by class of device where they differ. */
  overrides(device: "gpu" | "software"): Readonly<Record<string, number>>;
  /** Workgroups by dimension. */
  grid(
    uniforms: Readonly<Record<U, number>>,
    overrides: Readonly<Record<string, number>>,
  ): readonly [number, number, number];
  readonly wasm: WasmPart<B, U>;
  /** The same in f64 (numbers) and words, in place, in plain loops: the meaning of the kernel. */
  twin(buffers: TwinBuffers<B>, uniforms: Readonly<Record<U, number>>): void;
  /** Against the twin, with the reason for its size in a comment beside it. */
  readonly tolerance: Tolerance;
}

/**
 * The default export of `gpu/<name>/cases.ts`, which no task's code reaches: declared and random cases, sizes 1,
 * workgroup ± 1, none, large.
 */
export type KernelCases<B extends string = string, U extends string = string> = (
  random: RandomStream,
) => Iterable<KernelCase<B, U>>;

/** Names to lazy imports of kernels, as the generated index has it. */
export type KernelIndex = Readonly<Record<string, () => Promise<{ readonly default: Kernel }>>>;

/**
 * Defines a kernel; inference only.
 *
 * @example
 * ```ts
 * import { defineKernel } from "#lib/core/kernel.ts";
 * import { assertEquals } from "@std/assert";
 * const doubled = defineKernel({
 *   name: "doubled",
 *   source: "@group(0) @binding(0) var<storage, read_write> x: array<f32>; …",
 *   fragments: {},
 *   overrides: () => ({}),
 *   grid: ({ num }) => [Math.ceil(num / 64), 1, 1],
 *   wasm: { module: new Uint8Array(), entry: "doubled", buffers: ["x"], uniforms: ["num"] },
 *   twin: ({ x }, { num }) => {
 *     for (let i = 0; i < num; i++) x[i] *= 2;
 *   },
 *   tolerance: { abs: 0, rel: 0 },
 * });
 * const x = Float64Array.of(1, 2);
 * doubled.twin({ x }, { num: 2 });
 * assertEquals([...x], [2, 4]);
 * ```
 */
export function defineKernel<B extends string, U extends string>(
  kernel: Kernel<B, U>,
): Kernel<B, U> {
  return kernel;
}
