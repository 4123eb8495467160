// Generator states: where a legacy random stream stands before each block of draws, so that every stage of an
// as-published study can draw its own part of one stream.

import { type Arrays, arraysOf } from "./arrays.ts";
import type { ArtifactType } from "../artifact.ts";

/** States by block: the array `states` has dims `block`, `word`; `about.blocks` says what each block draws. */
export type GeneratorStates = Arrays;

/**
 * Artifact type of {@link GeneratorStates}.
 *
 * @example
 * ```ts
 * import { generatorStates } from "#lib/core/artifacts/generator.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(generatorStates.kind, "generator_states");
 * ```
 */
export const generatorStates: ArtifactType<GeneratorStates> = arraysOf("generator_states");
