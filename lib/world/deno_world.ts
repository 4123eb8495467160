// The real world in one value.

import type { World } from "../core/disk.ts";
import { denoClock } from "./deno_clock.ts";
import { denoDisk } from "./deno_disk.ts";
import { denoSpawn } from "./deno_spawn.ts";

/**
 * Disk, clock and processes of this machine.
 *
 * @example
 * ```ts
 * import { denoWorld } from "#lib/world/deno_world.ts";
 * import { assert } from "@std/assert";
 * assert(denoWorld().clock.now() > 0);
 * ```
 */
export function denoWorld(): World {
  return { disk: denoDisk(), clock: denoClock(), spawn: denoSpawn() };
}
