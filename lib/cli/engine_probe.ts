// How this machine is asked for an adapter (engine_choice.ts decides what follows).

import { join } from "@std/path";
import type { World } from "../core/disk.ts";
import { err, ok } from "../core/result.ts";
import type { EngineProbe } from "./engine_choice.ts";
import { nativeBackend } from "../../gpu/runtime/absence.ts";
import { driverFolders, libraryList } from "./gpu_facts.ts";
import type { Terminal } from "./terminal.ts";
import { basinVersion, denoVersion } from "./version.ts";

/** The probe of this process; what it found is remembered in the results folder. */
export function engineProbe(
  terminal: Terminal,
  { disk, clock }: Pick<World, "disk" | "clock">,
  results: string,
): EngineProbe {
  const path = rememberedAt(results);
  return {
    async adapter() {
      prepareEnvironment(results);
      const { findAdapter } = await import("../../gpu/runtime/adapter.ts");
      const found = await findAdapter(navigator.gpu);
      if (!found.ok) {
        return err(`${found.error.message}\n\`deno task doctor\` says what is missing`);
      }
      const { facts, adapter } = found.value;
      const { limits } = adapter;
      const about = {
        adapter: facts.name,
        backend: terminal.env("DENO_WEBGPU_BACKEND") ?? nativeBackend(Deno.build.os),
        software: facts.device === "software",
        limits: {
          maxBufferSize: limits.maxBufferSize,
          maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
        },
      };
      return ok({ numerics: facts.numerics, software: facts.device === "software", about });
    },
    stamp: () =>
      JSON.stringify([
        basinVersion,
        denoVersion,
        driverVariables.map((name) => terminal.env(name) ?? ""),
        [...driverFolders.map(({ folder }) => folder), libraryList].map((path) => {
          const info = disk.stat(path);
          return info === undefined ? null : info.mtime;
        }),
      ]),
    memory: {
      async read() {
        if (disk.stat(path) === undefined) return undefined;
        return new TextDecoder().decode(await disk.read(path));
      },
      async write(text) {
        // Only costs time if it cannot be written.
        try {
          await disk.makeDirectory(results);
          const part = `${path}.${crypto.randomUUID()}`;
          await disk.create(part, new TextEncoder().encode(text));
          await disk.rename(part, path);
        } catch {
          // Read-only results.
        }
      },
    },
    now: () => clock.now(),
  };
}

/** What decides which drivers are seen. */
const driverVariables = ["DENO_WEBGPU_BACKEND", "VK_DRIVER_FILES", "VK_ICD_FILENAMES"];

/** Where it is kept that there is no GPU. */
function rememberedAt(results: string): string {
  return join(results, "adapter.json");
}

/** Forgets that there was no GPU: somebody who asks the doctor has changed something. */
export async function forgetAdapter(results: string): Promise<void> {
  try {
    await Deno.remove(rememberedAt(results));
  } catch {
    // Nothing was remembered.
  }
}

/**
 * Vulkan alone, for an OpenGL adapter of the same name computes something else; and a runtime folder, whose absence
 * Mesa complains about on standard error. Takes effect before the first adapter is asked for, in workers too.
 */
export function prepareEnvironment(results: string): void {
  set("DENO_WEBGPU_BACKEND", Deno.build.os === "linux" ? "vulkan" : undefined);
  set("XDG_RUNTIME_DIR", results);
}

function set(name: string, value: string | undefined): void {
  try {
    if (value !== undefined && Deno.env.get(name) === undefined) Deno.env.set(name, value);
  } catch {
    // Not allowed: the adapter is judged by what it is.
  }
}
