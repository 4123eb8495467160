// What to do about a machine on which WebGPU has no adapter, or only the processor's: says which of loader, driver file
// and driver is missing, and how to get it. A pure function of facts; who gathers them is lib/cli/gpu_facts.ts.
// WebGPU itself says nothing: a missing loader, a missing driver and a missing card all end in "no adapter".

import type { NoAdapter } from "./adapter.ts";

/** A file in which a Vulkan driver announces itself (an "ICD"). */
export interface DriverFile {
  readonly file: string;
  /** As the file names it: a path, or a name that the system looks up. */
  readonly library: string;
  readonly libraryFound: boolean;
  /** Whether the loader looks into its folder unasked. */
  readonly searched: boolean;
}

/** What files of this machine tell. */
export interface GpuFacts {
  readonly os: string;
  /** Why there is no adapter; `software` where there is one, but it is the processor. */
  readonly reason: NoAdapter["reason"] | "software";
  /** `DENO_WEBGPU_BACKEND`. */
  readonly backend: string | undefined;
  /** `VK_DRIVER_FILES` or, where it is not set, `VK_ICD_FILENAMES`: the loader then looks at nothing else. */
  readonly named?: { readonly variable: string; readonly value: string };
  /** Whether the Vulkan loader, libvulkan.so.1, was found; unknown without the system's list of libraries. */
  readonly loader: boolean | undefined;
  readonly drivers: readonly DriverFile[];
  /** Whether NVIDIA's libraries for computing are there (libcuda.so.1). */
  readonly nvidia: boolean;
  /** Whether this is inside a container. */
  readonly container: boolean;
}

/** What is missing, in a few words, and how to get it, one line each. */
export interface Absence {
  readonly missing: "backend" | "loader" | "driver-file" | "driver" | "device" | "system";
  readonly found: string;
  readonly remedy: readonly string[];
}

/**
 * What is missing for an adapter, the first of what must be there.
 *
 * @example
 * ```ts
 * import { describeAbsence } from "#gpu/runtime/absence.ts";
 * import { assertEquals } from "@std/assert";
 * const { missing, remedy } = describeAbsence({
 *   os: "linux",
 *   reason: "open-gl",
 *   backend: undefined,
 *   loader: false,
 *   drivers: [],
 *   nvidia: false,
 *   container: false,
 * });
 * assertEquals(missing, "loader");
 * assertEquals(remedy[0], "install the loader: Debian package libvulkan1");
 * ```
 */
export function describeAbsence(facts: GpuFacts): Absence {
  const { os, backend, loader, drivers } = facts;
  if (backend !== undefined && backend !== nativeBackend(os)) {
    return {
      missing: "backend",
      found: `DENO_WEBGPU_BACKEND is ${backend}; Basin computes through ${nativeBackend(os)}`,
      remedy: [`unset it, or set DENO_WEBGPU_BACKEND=${nativeBackend(os)}`],
    };
  }
  if (os !== "linux") {
    return {
      missing: "system",
      found: "the system offers no GPU",
      remedy: ["bring the graphics driver up to date"],
    };
  }
  if (loader === false) {
    return {
      missing: "loader",
      found: "the Vulkan loader (libvulkan.so.1) is missing",
      remedy: [
        "install the loader: Debian package libvulkan1",
        ...(drivers.length === 0 ? driverRemedy(facts) : []),
      ],
    };
  }
  if (facts.named !== undefined && facts.reason !== "software") {
    const { variable, value } = facts.named;
    const known = drivers.map(({ file }) => file);
    return {
      missing: "driver-file",
      found: `${variable} is ${value}, which hides all other drivers and gives no adapter`,
      remedy: [
        "unset it" +
        (known.length > 0 ? `, or let it name the file of a driver: ${known.join(", ")}` : ""),
      ],
    };
  }
  const cards = drivers.filter((driver) => !isSoftware(driver));
  const wanted = facts.reason === "software" ? cards : drivers;
  const nvidiaUnannounced = facts.nvidia && !cards.some(({ library }) => /nvidia/i.test(library));
  if (wanted.length === 0 || nvidiaUnannounced) {
    return {
      missing: "driver-file",
      found: nvidiaUnannounced
        ? "NVIDIA's driver is here, but not its Vulkan part: no file announces it"
        : "no Vulkan driver announces itself" +
          (drivers.length > 0 ? " besides the software driver" : ""),
      remedy: driverRemedy(facts),
    };
  }
  const aside = wanted.filter(({ searched }) => !searched);
  if (aside.length === wanted.length) {
    return {
      missing: "driver-file",
      found: "a Vulkan driver announces itself where the loader does not look",
      remedy: [`export VK_DRIVER_FILES=${aside.map(({ file }) => file).join(":")}`],
    };
  }
  const broken = wanted.filter(({ libraryFound }) => !libraryFound);
  if (broken.length === wanted.length) {
    return {
      missing: "driver",
      found: broken.map(({ file, library }) => `${file} names ${library}, which is missing`)
        .join("; "),
      remedy: driverRemedy(facts),
    };
  }
  return {
    missing: "device",
    found: "loader and driver are here, but the driver finds no card that it can use",
    remedy: [
      "is there a card, and is its kernel module loaded?",
      "may this user open /dev/dri/render* or /dev/nvidia* (groups render, video)?",
      ...(cards.some(({ library }) => /libGLX_nvidia/.test(library))
        ? [
          "without a display, NVIDIA's file must name libEGL_nvidia.so.0 instead of libGLX_nvidia.so.0",
        ]
        : []),
      ...(facts.container ? containerRemedy : []),
    ],
  };
}

/** How to get a driver, for what card there may be. */
function driverRemedy({ nvidia, container, reason }: GpuFacts): readonly string[] {
  const software = reason === "software"
    ? []
    : ["no card, tests only: mesa-vulkan-drivers has a software driver (--engine webgpu)"];
  const forNvidia = "NVIDIA: Debian packages nvidia-driver and nvidia-vulkan-icd (non-free)";
  if (nvidia && container) return [...containerRemedy, "the host needs its Vulkan driver, too"];
  if (nvidia) return [forNvidia];
  return [
    forNvidia,
    "AMD, Intel: Debian package mesa-vulkan-drivers",
    ...software,
    ...(container ? containerRemedy : []),
  ];
}

const containerRemedy: readonly string[] = [
  "in a container, NVIDIA's graphics libraries must be let in, not the computing ones alone:",
  "--runtime=nvidia --gpus all -e NVIDIA_DRIVER_CAPABILITIES=graphics,compute,utility",
];

function isSoftware({ file, library }: DriverFile): boolean {
  return /lvp|lavapipe|swiftshader/i.test(`${file} ${library}`);
}

/**
 * What Basin computes through on a system, as `DENO_WEBGPU_BACKEND` names it.
 *
 * @example
 * ```ts
 * import { nativeBackend } from "#gpu/runtime/absence.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(["linux", "darwin", "windows"].map(nativeBackend), ["vulkan", "metal", "dx12"]);
 * ```
 */
export function nativeBackend(os: string): string {
  return os === "darwin" ? "metal" : os === "windows" ? "dx12" : "vulkan";
}
