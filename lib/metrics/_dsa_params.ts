// What a dsa comparison can be asked, and what it then promises. Leaves out the work (dsa.ts).

import { z } from "zod";
import type { Laws } from "../core/metric.ts";
import { onStepMismatch } from "./_one_step.ts";
import { angleScale } from "./_angle_scale.ts";

/**
 * Params of the metric dsa.
 *
 * @example
 * ```ts
 * import { dsaParams } from "#lib/metrics/_dsa_params.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(dsaParams.parse({}).score, "angular");
 * ```
 */
export const dsaParams = z.strictObject({
  score: z.enum(["angular", "euclidean", "wasserstein"]).default("angular")
    .describe(
      "angular: the angle between the operators after the best change of coordinates; euclidean: ‖A − C B C⁻¹‖ of the unit " +
        "operators, 2 sin(angle/2); wasserstein: distance of their spectra, nothing searched",
    ),
  scale: angleScale,
  spectrum: z.enum(["eigenvalues", "singular_values"]).default("eigenvalues")
    .describe("of wasserstein: which spectrum"),
  rooted: z.boolean().default(false)
    .describe("of wasserstein: the distance itself; by default its square, as published"),
  normalise: z.boolean().default(false)
    .describe(
      "of wasserstein: divide each operator by its Frobenius norm; by default not, as published",
    ),
  group: z.enum(["orthogonal", "special_orthogonal", "general_linear"]).default("orthogonal")
    .describe(
      "changes of coordinates: rotations and reflections; rotations only; or all invertible ones (then the larger distance of " +
        "both directions, B moved to A and A moved to B)",
    ),
  rank: z.int().min(1).optional()
    .describe(
      "size of the operators; default: the study's common rank if bound, else the fit's own",
    ),
  on_size_mismatch: z.enum(["error", "zero_pad", "wasserstein"]).default("error")
    .describe(
      "operators of different size: refuse them; compare the further modes with dead ones; or give the distance of their " +
        "spectra, in rows whose columns score_kind and unit say so",
    ),
  on_step_mismatch: onStepMismatch,
  compat: z.enum(["corrected", "v1", "v2"]).default("corrected")
    .describe(
      "as published: v1 scores general_linear by the angle of tr(AᵀCBC⁻¹)/(‖A‖‖B‖), B moved to A only; v2 splits the points of " +
        "unequal spectra where corrected adds zeros",
    ),
  effort: z.enum(["pruned", "standard", "thorough"]).default("standard")
    .describe(
      "pruned: starts from the spectra only; standard: random ones and hops too, until enough agree; thorough: four times as many",
    ),
  starts: z.enum(["pair", "set"]).default("pair")
    .describe(
      "set: pairs of a list are searched again from rotations composed of two others, until no triangle is violated " +
        "(orthogonal groups, in f64 whatever search says)",
    ),
  optimiser: z.enum(["riemannian", "reference"]).default("riemannian")
    .describe("reference: the published package's Adam search, to understand published numbers"),
  iterations: z.int().min(1).optional().describe("of the reference optimiser"),
  learning_rate: z.number().positive().optional().describe("of the reference optimiser"),
  search: z.enum(["f64", "engine"]).default("f64")
    .describe(
      "engine: the first starts of all pairs at once on the run's engine, the best ends polished in f64 (orthogonal groups)",
    ),
  seed: z.int().default(0).describe(
    "seed of the random starts, together with the pair's own content",
  ),
});

/** Checked params. */
export type DsaParams = z.output<typeof dsaParams>;

/**
 * What changes in the laws of dsa under params.
 *
 * @example
 * ```ts
 * import { dsaLaws, dsaParams } from "#lib/metrics/_dsa_params.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(dsaLaws(dsaParams.parse({ optimiser: "reference" })).symmetric, false);
 * ```
 */
export function dsaLaws(params: DsaParams): Partial<Laws> {
  const { score, group, optimiser, effort, compat, on_size_mismatch } = params;
  if (score === "wasserstein") return spectralLaws(params);
  const isGeneral = group === "general_linear";
  const range: Laws["range"] = [
    0,
    on_size_mismatch === "wasserstein" || (isGeneral && score === "euclidean") ? Infinity : Math.PI,
  ];
  // Adam from weights that the operators' digests choose: it ends elsewhere when rounding differs.
  if (optimiser === "reference") return { range, symmetric: false, invariantTo: [] };
  // Which is the best of many minima is found again after rotation in most pairs, but no search can promise it.
  if (isGeneral) return { range, symmetric: compat !== "v1", invariantTo: [] };
  // A mirrored copy is another operator; and starts from the spectra alone miss the best of some pairs (4 % of random 4 × 4
  // ones), after a rotation others.
  return group === "special_orthogonal" || effort === "pruned"
    ? { range, invariantTo: ["isotropic-scale"] }
    : { range };
}

function spectralLaws({ spectrum, rooted, normalise, on_size_mismatch }: DsaParams): Partial<Laws> {
  return {
    range: [0, Infinity],
    // Zeros that are added to one pair and not to another break it.
    triangle: rooted && on_size_mismatch === "error",
    invariantTo: [
      "rotation",
      "permutation",
      ...(normalise ? ["isotropic-scale" as const] : []),
      ...(spectrum === "eigenvalues" && !normalise ? ["invertible-linear" as const] : []),
    ],
  };
}
