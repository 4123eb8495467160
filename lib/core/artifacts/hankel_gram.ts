// The Gram matrix of a delay embedding: computed once, read by every fit of the same delays.

import { type Arrays, arraysOf } from "./arrays.ts";
import type { ArtifactType } from "../artifact.ts";

/** Array `gram` (dims `row`, `column`) = HᵀH; `about`: n_delays, delay_interval, and the shape of the data it belongs to. */
export type HankelGram = Arrays;

/**
 * Artifact type of {@link HankelGram}.
 *
 * @example
 * ```ts
 * import { hankelGram } from "#lib/core/artifacts/hankel_gram.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(hankelGram.kind, "hankel_gram");
 * ```
 */
export const hankelGram: ArtifactType<HankelGram> = arraysOf("hankel_gram");
