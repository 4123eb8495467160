// The environment of a command: what is listed here, what its stage declares, and nothing else.

import type { CommandJob } from "../core/executor.ts";

/** Where programs are looked for if nothing says so. */
const defaultPath = "/usr/local/bin:/usr/bin:/bin";

/**
 * The whole environment of a command that runs in `folder`: `PATH` and `HOME` of this process, `TMPDIR` (the folder),
 * `LANG`, the declared variables, and what it was granted: `BASIN_CPUS`, `BASIN_MEMORY` (bytes) and
 * `BASIN_SLOT_<NAME>` (indexes, separated by commas). A slot called `gpu` sets `CUDA_VISIBLE_DEVICES`; a command
 * without one sees no GPU, unless its stage declares that variable.
 *
 * @param outside variables of this process; `undefined` for what is not set or may not be read.
 *
 * @example
 * ```ts
 * import { commandEnvironment } from "#lib/executors/command_environment.ts";
 * import { assertEquals } from "@std/assert";
 * const job = { env: { SEED: "1" }, grant: { cpu: 2, slots: { gpu: [1, 3] } } };
 * const env = commandEnvironment(job, "/room/a", (name) => name === "PATH" ? "/bin" : undefined);
 * assertEquals([env.PATH, env.SEED, env.BASIN_CPUS, env.CUDA_VISIBLE_DEVICES], ["/bin", "1", "2", "1,3"]);
 * ```
 */
export function commandEnvironment(
  { env, grant }: Pick<CommandJob, "env" | "grant">,
  folder: string,
  outside: (name: string) => string | undefined,
): Record<string, string> {
  const slots = Object.entries(grant.slots);
  const gpus = grant.slots.gpu;
  return {
    PATH: outside("PATH") ?? defaultPath,
    HOME: outside("HOME") ?? folder,
    LANG: "C.UTF-8",
    CUDA_VISIBLE_DEVICES: "",
    ...env,
    TMPDIR: folder,
    BASIN_CPUS: String(grant.cpu),
    ...(grant.memory === undefined ? {} : { BASIN_MEMORY: String(grant.memory) }),
    ...Object.fromEntries(
      slots.map(([name, indexes]) => [`BASIN_SLOT_${name.toUpperCase()}`, indexes.join(",")]),
    ),
    ...(gpus === undefined ? {} : { CUDA_VISIBLE_DEVICES: gpus.join(",") }),
  };
}

/**
 * A variable of this process; `undefined` if it is not set, may not be read, or can be no name of one.
 *
 * @example
 * ```ts
 * import { outsideVariable } from "#lib/executors/command_environment.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(outsideVariable("no=name"), undefined);
 * ```
 */
export function outsideVariable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch {
    return undefined;
  }
}
