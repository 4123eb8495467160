// Choosing a WebGPU adapter, refusing those that Basin cannot trust, and naming the class of numbers that one computes.
// The GPU object comes in as an argument: workers take `navigator` away before tasks run.
// Leaves out what to do about a machine without an adapter (absence.ts), and the device (device.ts).

import { err, ok, type Result } from "#lib/core/result.ts";

/** What is known about an adapter, as plain data. */
export interface AdapterFacts {
  /** The name that the driver gives, such as `NVIDIA GeForce RTX 4090` or `llvmpipe (LLVM 15.0.6, 256 bits)`. */
  readonly name: string;
  /** `webgpu-f32/<vendor>-<architecture>`. */
  readonly numerics: string;
  /** Whether the processor does the work. */
  readonly device: "gpu" | "software";
  /** Whether it sits on OpenGL, which Deno falls back to without a word when Vulkan has no driver. */
  readonly openGl: boolean;
}

/** An adapter that Basin computes on. */
export interface FoundAdapter {
  readonly adapter: GPUAdapter;
  readonly facts: AdapterFacts;
}

/** Why there is no adapter. `absence.ts` says what to do about it. */
export interface NoAdapter {
  readonly reason: "no-webgpu" | "none" | "open-gl" | "limits";
  readonly message: string;
}

/** What of an adapter decides whether it is taken: `GPUAdapter` has it. */
export interface AdapterLike {
  readonly info: Pick<GPUAdapterInfo, "vendor" | "architecture" | "description"> & {
    readonly isFallbackAdapter?: boolean;
  };
  readonly features: { has(name: string): boolean };
  readonly limits: Pick<GPUSupportedLimits, "maxStorageBuffersPerShaderStage">;
}

/** Storage buffers that a kernel may use at most: what every WebGPU adapter has. */
export const maxStorageBuffers = 8;

/**
 * The adapter that the system ranks highest, if Basin can use it.
 *
 * @param gpu `navigator.gpu`, or `undefined` where there is none.
 *
 * @example
 * ```ts
 * import { findAdapter } from "#gpu/runtime/adapter.ts";
 * import { assert } from "@std/assert";
 * const found = await findAdapter({ requestAdapter: () => Promise.resolve(null) });
 * assert(!found.ok && found.error.reason === "none");
 * ```
 */
export async function findAdapter(
  gpu: Pick<GPU, "requestAdapter"> | undefined,
): Promise<Result<FoundAdapter, NoAdapter>> {
  if (gpu === undefined) {
    return err({ reason: "no-webgpu", message: "this Deno has no WebGPU (navigator.gpu)" });
  }
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) return err({ reason: "none", message: "there is no WebGPU adapter" });
  const refused = refuseAdapter(adapter);
  return refused === undefined ? ok({ adapter, facts: adapterFacts(adapter) }) : err(refused);
}

/**
 * Why Basin does not compute on an adapter; `undefined` if it does.
 *
 * An OpenGL adapter carries the name of the Vulkan one and answers the same requests. What tells them apart is the
 * feature `bgra8unorm-storage`: wgpu never offers it on OpenGL, and always on Vulkan, Metal and D3D12 drivers that
 * can store to that format (observed with Mesa 22.3.6: the same llvmpipe with it on Vulkan, without on OpenGL).
 *
 * @example
 * ```ts
 * import { refuseAdapter } from "#gpu/runtime/adapter.ts";
 * import { assertEquals } from "@std/assert";
 * const openGl = {
 *   info: { vendor: "65541", architecture: "", description: "llvmpipe (LLVM 15.0.6, 256 bits)" },
 *   features: new Set(["timestamp-query"]),
 *   limits: { maxStorageBuffersPerShaderStage: 16 },
 * };
 * assertEquals(refuseAdapter(openGl)?.reason, "open-gl");
 * ```
 */
export function refuseAdapter(adapter: AdapterLike): NoAdapter | undefined {
  const { name, openGl } = adapterFacts(adapter);
  if (openGl) {
    return {
      reason: "open-gl",
      message: `the only WebGPU adapter, ${name}, goes through OpenGL instead of Vulkan`,
    };
  }
  const { maxStorageBuffersPerShaderStage: most } = adapter.limits;
  if (most < maxStorageBuffers) {
    return {
      reason: "limits",
      message: `the WebGPU adapter ${name} has ${most} storage buffers for a shader; ` +
        `kernels use up to ${maxStorageBuffers}`,
    };
  }
  return undefined;
}

/**
 * What is known about an adapter.
 *
 * @example
 * ```ts
 * import { adapterFacts } from "#gpu/runtime/adapter.ts";
 * import { assertEquals } from "@std/assert";
 * const { numerics, device } = adapterFacts({
 *   info: { vendor: "4318", architecture: "", description: "NVIDIA GeForce RTX 4090" },
 *   features: new Set(["bgra8unorm-storage"]),
 *   limits: { maxStorageBuffersPerShaderStage: 32 },
 * });
 * assertEquals(numerics, "webgpu-f32/nvidia-geforce-rtx-4090");
 * assertEquals(device, "gpu");
 * ```
 */
export function adapterFacts(adapter: AdapterLike): AdapterFacts {
  const { info } = adapter;
  // Older adapters say it themselves, newer ones in their info.
  const fallback = info.isFallbackAdapter ??
    (adapter as { isFallbackAdapter?: boolean }).isFallbackAdapter ?? false;
  const software = fallback || /llvmpipe|lavapipe|swiftshader|warp\b/i.test(info.description);
  return {
    name: info.description || `${info.vendor} ${info.architecture}`.trim() || "without a name",
    numerics: `webgpu-f32/${classOf(info)}`,
    device: software ? "software" : "gpu",
    openGl: !adapter.features.has("bgra8unorm-storage"),
  };
}

/**
 * `<vendor>-<architecture>` in [a-z0-9.-]. Deno gives the vendor's PCI number and no architecture; the name of the
 * card, which says more, then stands in its place.
 */
function classOf({ vendor, architecture, description }: AdapterLike["info"]): string {
  const maker = vendors[Number(vendor)] ?? (slug(vendor) || "unknown");
  const kind = slug(architecture) || slug(shortened(description)) || "unknown";
  return kind === maker || kind.startsWith(`${maker}-`) ? kind : `${maker}-${kind}`;
}

/** The version of a software adapter's compiler and its vector width decide its bits; the words around do not. */
function shortened(description: string): string {
  const pipe = /^llvmpipe \(LLVM ([\d.]+), (\d+) bits\)$/.exec(description);
  return pipe === null ? description : `llvmpipe-${pipe[1]}-${pipe[2]}`;
}

function slug(text: string): string {
  return text.toLowerCase().replace(/\((r|tm|c)\)/g, " ").replace(/[^a-z0-9.]+/g, "-")
    .replace(/^[-.]+|[-.]+$/g, "");
}

/** By PCI number, and Khronos' numbers for makers without one. */
const vendors: Readonly<Record<number, string>> = {
  0x1002: "amd",
  0x1010: "imgtec",
  0x106b: "apple",
  0x10de: "nvidia",
  0x13b5: "arm",
  0x1414: "microsoft",
  0x14e4: "broadcom",
  0x1ae0: "google",
  0x5143: "qualcomm",
  0x8086: "intel",
  0x10005: "mesa",
};
