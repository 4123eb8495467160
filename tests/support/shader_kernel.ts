// Kernels for tests of the engine `webgpu` alone: a shader, no wasm and no twin.

import { defineKernel, type Kernel } from "#lib/core/kernel.ts";

/** What tests vary. */
export interface ShaderKernelOptions {
  readonly name?: string;
  readonly fragments?: Readonly<Record<string, string>>;
  readonly overrides?: Readonly<Record<string, number>>;
  /** One workgroup if absent. */
  readonly grid?: Kernel["grid"];
}

/** A kernel of which there is only the shader. */
export function shaderKernel(
  source: string,
  { name = "test", fragments = {}, overrides = {}, grid = () => [1, 1, 1] }: ShaderKernelOptions =
    {},
): Kernel {
  return defineKernel<string, string>({
    name,
    source,
    fragments,
    overrides: () => overrides,
    grid,
    wasm: { module: new Uint8Array(), entry: "none", buffers: [], uniforms: [] },
    twin() {
      throw new Error("no twin");
    },
    tolerance: { abs: 0, rel: 0 },
  });
}

/** Multiplies `num` elements of `x` by `factor`. */
export const scale: Kernel = shaderKernel(
  `struct Params { num: u32, factor: f32 }
  @group(0) @binding(0) var<uniform> params: Params;
  @group(0) @binding(1) var<storage, read_write> x: array<f32>;
  override width: u32 = 64u;
  @compute @workgroup_size(width)
  fn main(@builtin(global_invocation_id) id: vec3u) {
    if (id.x < params.num) { x[id.x] *= params.factor; }
  }`,
  {
    name: "scale",
    overrides: { width: 32 },
    grid: ({ num }, { width }) => [Math.ceil(num / width), 1, 1],
  },
);
