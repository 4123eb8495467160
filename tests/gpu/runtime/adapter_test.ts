// Which adapters are taken, which refused, and what classes of numbers they compute.

import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { adapterFacts, refuseAdapter } from "#gpu/runtime/adapter.ts";
import { requiredLimits } from "#gpu/runtime/device.ts";
import { gpuTest } from "#tests/support/adapter.ts";

const vulkan = new Set(["bgra8unorm-storage", "shader-f16"]);
const limits = { maxStorageBuffersPerShaderStage: 32 };

function classOf(vendor: string, description: string, architecture = "") {
  const info = { vendor, architecture, description };
  return adapterFacts({ info, features: vulkan, limits }).numerics.replace("webgpu-f32/", "");
}

Deno.test("adapterFacts() names classes by vendor and card, without what changes nothing", () => {
  assertEquals(classOf("65541", "llvmpipe (LLVM 15.0.6, 256 bits)"), "mesa-llvmpipe-15.0.6-256");
  assertEquals(classOf("4318", "NVIDIA H100 80GB HBM3"), "nvidia-h100-80gb-hbm3");
  assertEquals(classOf("4318", "NVIDIA GeForce RTX 4090"), "nvidia-geforce-rtx-4090");
  assertEquals(
    classOf("4098", "AMD Radeon RX 7900 XTX (RADV NAVI31)"),
    "amd-radeon-rx-7900-xtx-radv-navi31",
  );
  assertEquals(
    classOf("32902", "Intel(R) UHD Graphics 770 (ADL-S GT1)"),
    "intel-uhd-graphics-770-adl-s-gt1",
  );
  assertEquals(classOf("nvidia", "NVIDIA X", "ada-lovelace"), "nvidia-ada-lovelace");
  assertEquals(classOf("0x9", ""), "0x9-unknown");
  assertEquals(classOf("", ""), "unknown");
});

Deno.test("adapterFacts() knows software by its own word and by name", () => {
  const of = (description: string, isFallbackAdapter?: boolean) =>
    adapterFacts({
      info: {
        vendor: "1",
        architecture: "",
        description,
        ...(isFallbackAdapter === undefined ? {} : { isFallbackAdapter }),
      },
      features: vulkan,
      limits,
    }).device;
  assertEquals(of("A card"), "gpu");
  assertEquals(of("A card", true), "software");
  assertEquals(of("llvmpipe (LLVM 17.0, 512 bits)", false), "software");
  assertEquals(of("SwiftShader Device"), "software");
});

Deno.test("refuseAdapter() tells OpenGL from Vulkan by what each offers", () => {
  const info = {
    vendor: "65541",
    architecture: "",
    description: "llvmpipe (LLVM 15.0.6, 256 bits)",
    isFallbackAdapter: true,
  };
  assertEquals(refuseAdapter({ info, features: vulkan, limits }), undefined);
  // What Deno 2.9.6 offers on Mesa's OpenGL, under the same name.
  const openGl = new Set(["clip-distances", "timestamp-query", "texture-compression-etc2"]);
  const refused = refuseAdapter({
    info,
    features: openGl,
    limits: { maxStorageBuffersPerShaderStage: 16 },
  });
  assertEquals(refused?.reason, "open-gl");
  const few = { maxStorageBuffersPerShaderStage: 4 };
  assertEquals(refuseAdapter({ info, features: vulkan, limits: few })?.reason, "limits");
});

Deno.test("requiredLimits() asks for no more than is there or needed", () => {
  const asked = requiredLimits({
    maxStorageBufferBindingSize: 2 ** 27,
    maxBufferSize: 2 ** 50,
    maxComputeInvocationsPerWorkgroup: 256,
    maxBindGroups: 8,
  });
  assertEquals(asked, {
    maxStorageBufferBindingSize: 2 ** 27,
    maxBufferSize: 2 ** 32,
    maxComputeInvocationsPerWorkgroup: 256,
  });
});

gpuTest(
  "findAdapter() refuses what is not Vulkan, and finds nothing where nothing is",
  async () => {
    const code = `import { findAdapter } from "./gpu/runtime/adapter.ts";
    const found = await findAdapter(navigator.gpu);
    console.log(found.ok ? "ok" : found.error.reason);`;
    const ask = async (env: Record<string, string>) => {
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["eval", "--no-check", "--quiet", code],
        cwd: fromFileUrl(new URL("../../../", import.meta.url)),
        env: { XDG_RUNTIME_DIR: "/tmp", ...env },
        stderr: "null",
      }).output();
      return new TextDecoder().decode(stdout).trim();
    };
    const hidden = { VK_DRIVER_FILES: "/nonexistent", VK_ICD_FILENAMES: "/nonexistent" };
    const [asIs, openGl, noDriver, nothing, impossible] = await Promise.all([
      ask({}),
      ask({ DENO_WEBGPU_BACKEND: "gl" }),
      ask(hidden),
      ask({ ...hidden, DENO_WEBGPU_BACKEND: "vulkan" }),
      ask({ DENO_WEBGPU_BACKEND: Deno.build.os === "windows" ? "metal" : "dx12" }),
    ]);
    assertEquals(asIs, "ok");
    // A machine without Mesa's EGL has no OpenGL adapter at all.
    assert(["open-gl", "none"].includes(openGl), openGl);
    if (Deno.build.os !== "linux") return;
    assert(["open-gl", "none"].includes(noDriver), noDriver);
    assertEquals([nothing, impossible], ["none", "none"]);
  },
);
