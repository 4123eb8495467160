// Gathers what files tell about Vulkan on this machine, for the doctor. Reads the system's list of libraries and the
// files of drivers; starts no program, and needs nothing of /proc, /dev or /sys, which the tasks may not read.

import { basename, dirname, isAbsolute, join } from "@std/path";
import type { DriverFile, GpuFacts } from "../../gpu/runtime/absence.ts";

/** Folders of driver files, and whether Vulkan's loader looks into them unasked. */
export const driverFolders: readonly { readonly folder: string; readonly searched: boolean }[] = [
  { folder: "/usr/share/vulkan/icd.d", searched: true },
  { folder: "/usr/local/share/vulkan/icd.d", searched: true },
  { folder: "/etc/vulkan/icd.d", searched: true },
  { folder: "/usr/local/nvidia/share/vulkan/icd.d", searched: false },
];

/** The list of libraries that the system's linker goes by: it changes when one is installed. */
export const libraryList = "/etc/ld.so.cache";

/** Folders that hold libraries even where the system's list does not say so. */
const libraryFolders = [
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
  "/usr/lib64",
  "/usr/lib",
  "/usr/local/lib",
  "/lib64",
];

/** What files tell. `root` stands in for `/` in tests. */
export function gpuFacts(
  { os, reason, backend }: Pick<GpuFacts, "os" | "reason" | "backend">,
  root = "/",
): GpuFacts {
  const listed = listedLibraries(root);
  const has = (name: string) =>
    listed?.has(name) || libraryFolders.some((folder) => exists(join(root, folder, name)));
  const loader = has("libvulkan.so.1") ? true : listed === undefined ? undefined : false;
  return {
    os,
    reason,
    backend,
    loader,
    drivers: driverFolders.flatMap(({ folder, searched }) =>
      driversIn(root, folder, searched, has)
    ),
    nvidia: has("libcuda.so.1") ?? false,
    container: exists(join(root, ".dockerenv")) || exists(join(root, "run/.containerenv")),
  };
}

/** Names of libraries in the list that the system's linker goes by; `undefined` if there is none. */
function listedLibraries(root: string): ReadonlySet<string> | undefined {
  const bytes = read(join(root, libraryList));
  if (bytes === undefined) return undefined;
  // A table of numbers, then the names, each ended by a zero.
  const text = new TextDecoder("latin1").decode(bytes);
  return new Set(
    text.split("\0").filter((name) => name.includes(".so")).map((name) => basename(name)),
  );
}

function driversIn(
  root: string,
  folder: string,
  searched: boolean,
  has: (library: string) => boolean | undefined,
): readonly DriverFile[] {
  let names: string[];
  try {
    names = [...Deno.readDirSync(join(root, folder))].map(({ name }) => name).sort();
  } catch {
    return [];
  }
  return names.filter((name) => name.endsWith(".json")).flatMap((name) => {
    const file = join(folder, name);
    const library = libraryNamed(read(join(root, file)));
    if (library === undefined) return [];
    const path = isAbsolute(library) ? library : join(dirname(file), library);
    const libraryFound = library.includes("/") ? exists(join(root, path)) : has(library) ?? true;
    return [{ file, library, libraryFound, searched }];
  });
}

function libraryNamed(bytes: Uint8Array | undefined): string | undefined {
  try {
    const { ICD } = JSON.parse(new TextDecoder().decode(bytes));
    return typeof ICD.library_path === "string" ? ICD.library_path : undefined;
  } catch {
    return undefined;
  }
}

function read(path: string): Uint8Array | undefined {
  try {
    return Deno.readFileSync(path);
  } catch {
    return undefined;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
