// What the doctor reads off the files of a machine.

import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { gpuFacts } from "#lib/cli/gpu_facts.ts";

const asked = { os: "linux", reason: "none", backend: undefined } as const;

async function withRoot(
  files: Readonly<Record<string, string>>,
  test: (root: string) => void,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(join(root, path, ".."), { recursive: true });
      await Deno.writeTextFile(join(root, path), text);
    }
    test(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("gpuFacts() finds nothing on an empty machine, and does not claim to know", () =>
  withRoot({}, (root) => {
    assertEquals(gpuFacts(asked, root), {
      ...asked,
      loader: undefined,
      drivers: [],
      nvidia: false,
      container: false,
    });
  }));

Deno.test("gpuFacts() reads the list of libraries and the files of drivers", () =>
  withRoot({
    "etc/ld.so.cache": "glibc-ld.so.cache1.1\0\x03libvulkan.so.1\0/opt/libvulkan.so.1\0" +
      "libcuda.so.1\0/usr/lib/libcuda.so.1\0libGLX_nvidia.so.0\0",
    "usr/share/vulkan/icd.d/nvidia_icd.json": '{"ICD": {"library_path": "libGLX_nvidia.so.0"}}',
    "usr/share/vulkan/icd.d/away.json": '{"ICD": {"library_path": "/opt/gone.so"}}',
    "usr/share/vulkan/icd.d/near.json": '{"ICD": {"library_path": "../../x.so"}}',
    "usr/share/x.so": "",
    "usr/share/vulkan/icd.d/broken.json": "{",
    "usr/share/vulkan/icd.d/README": "",
    "usr/local/nvidia/share/vulkan/icd.d/aside.json": '{"ICD": {"library_path": "libno.so"}}',
    ".dockerenv": "",
  }, (root) => {
    const { loader, nvidia, container, drivers } = gpuFacts(asked, root);
    assertEquals({ loader, nvidia, container }, { loader: true, nvidia: true, container: true });
    assertEquals(drivers, [
      {
        file: "/usr/share/vulkan/icd.d/away.json",
        library: "/opt/gone.so",
        libraryFound: false,
        searched: true,
      },
      {
        file: "/usr/share/vulkan/icd.d/near.json",
        library: "../../x.so",
        libraryFound: true,
        searched: true,
      },
      {
        file: "/usr/share/vulkan/icd.d/nvidia_icd.json",
        library: "libGLX_nvidia.so.0",
        libraryFound: true,
        searched: true,
      },
      {
        file: "/usr/local/nvidia/share/vulkan/icd.d/aside.json",
        library: "libno.so",
        libraryFound: false,
        searched: false,
      },
    ]);
  }));

Deno.test("gpuFacts() says that a loader is missing where the list lacks it", () =>
  withRoot({ "etc/ld.so.cache": "libc.so.6\0" }, (root) => {
    assertEquals(gpuFacts(asked, root).loader, false);
  }));

Deno.test("gpuFacts() finds libraries that the list forgot", () =>
  withRoot({ "etc/ld.so.cache": "\0", "usr/lib64/libvulkan.so.1": "" }, (root) => {
    assertEquals(gpuFacts(asked, root).loader, true);
  }));
