// All kinds of artifacts that Basin has, by name: for whoever is given a kind and not a type.

import type { ArtifactType } from "../artifact.ts";
import { arraysOf } from "./arrays.ts";
import { commonRank } from "./common_rank.ts";
import { figure } from "./figure.ts";
import { file } from "./file.ts";
import { folder } from "./folder.ts";
import { generatorStates } from "./generator.ts";
import { operator } from "./operator.ts";
import { table } from "./table.ts";
import { trajectories } from "./trajectories.ts";

// deno-lint-ignore no-explicit-any
const all: readonly ArtifactType<any>[] = [
  arraysOf("arrays"),
  commonRank,
  figure,
  file,
  folder,
  generatorStates,
  operator,
  table,
  trajectories,
];

/**
 * Artifact types by kind.
 *
 * @example
 * ```ts
 * import { artifactKinds } from "#lib/core/artifacts/kinds.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(artifactKinds.get("folder")?.kind, "folder");
 * ```
 */
export const artifactKinds: ReadonlyMap<string, ArtifactType<unknown>> = new Map(
  all.map((type) => [type.kind, type]),
);
