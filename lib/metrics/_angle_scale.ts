// The scale of angular metrics: radians, or the share of a right angle that the published attractor study used.

import { z } from "zod";

/** The param of every angular metric. */
export const angleScale = z.enum(["radian", "half_pi"]).default("radian")
  .describe("radian: the angle; half_pi: the angle divided by π/2");

/**
 * The angle on a scale.
 *
 * @example
 * ```ts
 * import { scaled } from "#lib/metrics/_angle_scale.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(scaled(Math.PI / 2, "half_pi"), 1);
 * ```
 */
export function scaled(angle: number, scale: z.output<typeof angleScale>): number {
  return scale === "radian" ? angle : angle / (Math.PI / 2);
}

/**
 * Unit of an angle on a scale.
 *
 * @example
 * ```ts
 * import { angleUnit } from "#lib/metrics/_angle_scale.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(angleUnit("radian"), "rad");
 * ```
 */
export function angleUnit(scale: z.output<typeof angleScale>): string {
  return scale === "radian" ? "rad" : "π/2 rad";
}
