// What the doctor says of machines without a GPU: the first thing that is missing, and how to get it.

import { assert, assertEquals } from "@std/assert";
import { type Absence, describeAbsence, type GpuFacts } from "#gpu/runtime/absence.ts";

const bare: GpuFacts = {
  os: "linux",
  reason: "none",
  backend: undefined,
  loader: false,
  drivers: [],
  nvidia: false,
  container: false,
};

const driver = (library: string, more: Partial<GpuFacts["drivers"][number]> = {}) => ({
  file: `/usr/share/vulkan/icd.d/${library}.json`,
  library,
  libraryFound: true,
  searched: true,
  ...more,
});

function says(facts: Partial<GpuFacts>, missing: Absence["missing"], ...texts: string[]): void {
  const absence = describeAbsence({ ...bare, ...facts });
  const text = [absence.found, ...absence.remedy].join("\n");
  assertEquals(absence.missing, missing, text);
  for (const each of texts) assert(text.includes(each), `no "${each}" in:\n${text}`);
  for (const line of absence.remedy) assert(line.length <= 100, line);
}

Deno.test("describeAbsence() names the loader first, and drivers where there are none either", () => {
  says({}, "loader", "libvulkan.so.1", "libvulkan1", "mesa-vulkan-drivers", "nvidia-vulkan-icd");
  const { remedy } = describeAbsence({ ...bare, drivers: [driver("libvulkan_radeon.so")] });
  assertEquals(remedy, ["install the loader: Debian package libvulkan1"]);
});

Deno.test("describeAbsence() names the driver's file, for the card that seems to be there", () => {
  says({ loader: true }, "driver-file", "AMD, Intel", "NVIDIA", "software driver");
  says({ loader: undefined }, "driver-file", "no Vulkan driver announces itself");
  const nvidia = { loader: true, nvidia: true };
  says(nvidia, "driver-file", "not its Vulkan part", "nvidia-vulkan-icd");
  says({ ...nvidia, container: true }, "driver-file", "NVIDIA_DRIVER_CAPABILITIES=graphics");
  // Mesa's drivers announce themselves on every machine; they do not help NVIDIA's card.
  const mesa = [driver("libvulkan_radeon.so"), driver("libvulkan_lvp.so")];
  says({ ...nvidia, drivers: mesa }, "driver-file", "not its Vulkan part");
});

Deno.test("describeAbsence() tells where the loader does not look", () => {
  const drivers = [
    driver("libGLX_nvidia.so.0", { searched: false, file: "/usr/local/nvidia/icd.json" }),
  ];
  says(
    { loader: true, nvidia: true, drivers },
    "driver-file",
    "export VK_DRIVER_FILES=/usr/local/nvidia/icd.json",
  );
});

Deno.test("describeAbsence() says which variable hides the drivers", () => {
  const named = { variable: "VK_DRIVER_FILES", value: "/none.json" };
  const drivers = [driver("libvulkan_radeon.so")];
  says(
    { loader: true, drivers, named },
    "driver-file",
    "VK_DRIVER_FILES is /none.json",
    "unset it",
  );
  says({ loader: true, drivers, named }, "driver-file", drivers[0].file);
  says({ named }, "loader");
});

Deno.test("describeAbsence() names the library that a driver's file promises in vain", () => {
  const drivers = [driver("libGLX_nvidia.so.0", { libraryFound: false })];
  says({ loader: true, drivers }, "driver", "names libGLX_nvidia.so.0, which is missing");
});

Deno.test("describeAbsence() asks about the card when all software is there", () => {
  const drivers = [driver("libGLX_nvidia.so.0")];
  says({ loader: true, drivers }, "device", "/dev/dri/render", "libEGL_nvidia.so.0");
  says({ loader: true, drivers, container: true }, "device", "--gpus all");
});

Deno.test("describeAbsence() does not count the software driver where a card is missed", () => {
  const drivers = [driver("libvulkan_lvp.so")];
  says({ reason: "software", loader: true, drivers }, "driver-file", "besides the software driver");
});

Deno.test("describeAbsence() says that the backend was chosen", () => {
  says({ backend: "gl", loader: true, reason: "open-gl" }, "backend", "DENO_WEBGPU_BACKEND=vulkan");
  says({ backend: "vulkan" }, "loader");
  says({ os: "darwin" }, "system");
});
