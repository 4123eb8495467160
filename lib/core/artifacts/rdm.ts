// A representational dissimilarity matrix: distances between all pairs of items of one system.

import { type Arrays, arraysOf } from "./arrays.ts";
import type { ArtifactType } from "../artifact.ts";

/** Array `values` (dims `pair`): the upper triangle row by row; `about`: measure, unit, num_items, labels of the items. */
export type Rdm = Arrays;

/**
 * Artifact type of {@link Rdm}.
 *
 * @example
 * ```ts
 * import { rdm } from "#lib/core/artifacts/rdm.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(rdm.kind, "rdm");
 * ```
 */
export const rdm: ArtifactType<Rdm> = arraysOf("rdm");
