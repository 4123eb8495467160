// Linear dynamics with inputs, x(t + 1) = A x(t) + B u(t), and what else the fit knows.

import { type Arrays, arraysOf } from "./arrays.ts";
import type { ArtifactType } from "../artifact.ts";

/** Arrays `state` (dims `target`, `source`) = A, `input` (dims `target`, `input`) = B, by some methods `output` (dims `unit`, `source`) = C and more; `about` says which fit it is. */
export type ControlledOperator = Arrays;

/**
 * Artifact type of {@link ControlledOperator}.
 *
 * @example
 * ```ts
 * import { controlledOperator } from "#lib/core/artifacts/controlled_operator.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(controlledOperator.kind, "controlled_operator");
 * ```
 */
export const controlledOperator: ArtifactType<ControlledOperator> = arraysOf("controlled_operator");
