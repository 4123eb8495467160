// The common rank of a study: one operator size for every comparison, stated in every result.

import { type ArtifactType, jsonBytes, readJson } from "../artifact.ts";

/** One rank for a set of systems. */
export interface StudyRank {
  readonly rank: number;
  /** σᵢ/σ₁ a component must reach to count. */
  readonly threshold: number;
  /** For each system, how many components reach it. */
  readonly counts: readonly number[];
}

/**
 * Artifact type of {@link StudyRank}: `common_rank.json`.
 *
 * @example
 * ```ts
 * import { commonRank } from "#lib/core/artifacts/common_rank.ts";
 * import { assertEquals } from "@std/assert";
 * const value = { rank: 8, threshold: 1e-3, counts: [8, 11] };
 * assertEquals(commonRank.decode(commonRank.encode(value)), value);
 * ```
 */
export const commonRank: ArtifactType<StudyRank> = {
  kind: "common_rank",
  encode: (value) => ({ "common_rank.json": jsonBytes(value) }),
  decode: (files) => readJson(files, "common_rank.json") as StudyRank,
};
