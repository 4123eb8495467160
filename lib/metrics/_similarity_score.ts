// How a similarity becomes a metric's value: as an angle or one minus it, which are distances, or as it is.

import { z } from "zod";
import type { Laws, Sense } from "../core/metric.ts";
import { angleScale, angleUnit, scaled } from "./_angle_scale.ts";

/** The params of metrics that rest on a similarity. */
export const similarityScore = {
  score: z.enum(["angle", "one_minus", "similarity"]).default("angle").describe(
    "angle: arccos of the similarity, a distance; one_minus: 1 − similarity, a distance; similarity: itself, more is nearer",
  ),
  scale: angleScale,
};

/** Those params. */
export interface SimilarityScore {
  readonly score: "angle" | "one_minus" | "similarity";
  readonly scale: "radian" | "half_pi";
}

/**
 * The value for these params. One minus the similarity is taken from the angle, which keeps its digits near 0.
 *
 * @example
 * ```ts
 * import { scoreValue } from "#lib/metrics/_similarity_score.ts";
 * import { assertEquals } from "@std/assert";
 * const found = { similarity: 0, angle: Math.PI / 2 };
 * assertEquals(scoreValue(found, { score: "angle", scale: "half_pi" }), 1);
 * assertEquals(scoreValue(found, { score: "similarity", scale: "radian" }), 0);
 * ```
 */
export function scoreValue(
  { similarity, angle }: { readonly similarity: number; readonly angle: number },
  { score, scale }: SimilarityScore,
): number {
  if (score === "similarity") return similarity;
  return score === "angle" ? scaled(angle, scale) : 2 * Math.sin(angle / 2) ** 2;
}

/**
 * Its unit.
 *
 * @example
 * ```ts
 * import { scoreUnit } from "#lib/metrics/_similarity_score.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(scoreUnit({ score: "angle", scale: "radian" }), "rad");
 * assertEquals(scoreUnit({ score: "one_minus", scale: "radian" }), "1");
 * ```
 */
export function scoreUnit({ score, scale }: SimilarityScore): string {
  return score === "angle" ? angleUnit(scale) : "1";
}

/**
 * What the choice does to sense and laws of a metric that declares those of the angle; `least` is the least similarity.
 *
 * @example
 * ```ts
 * import { underScore } from "#lib/metrics/_similarity_score.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(underScore({ score: "angle", scale: "radian" }, -1), {});
 * assertEquals(underScore({ score: "one_minus", scale: "radian" }, -1).range, [0, 2]);
 * ```
 */
export function underScore(
  { score }: SimilarityScore,
  least: number,
): Partial<Laws> & { readonly sense?: Sense } {
  if (score === "angle") return {};
  if (score === "one_minus") return { triangle: false, range: [0, 1 - least] };
  return { sense: "similarity", triangle: false, identity: 1, range: [least, 1] };
}
