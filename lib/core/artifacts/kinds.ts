// All kinds of artifacts that Basin has, by name: for whoever is given a kind and not a type.

import type { ArtifactType } from "../artifact.ts";
import { arraysOf } from "./arrays.ts";
import { commonRank } from "./common_rank.ts";
import { figure } from "./figure.ts";
import { file } from "./file.ts";
import { folder } from "./folder.ts";
import { generatorStates } from "./generator.ts";
import { controlledOperator } from "./controlled_operator.ts";
import { hankelGram } from "./hankel_gram.ts";
import { network } from "./network.ts";
import { operator } from "./operator.ts";
import { rdm } from "./rdm.ts";
import { table } from "./table.ts";
import { trajectories } from "./trajectories.ts";
import { trials } from "./trials.ts";

// deno-lint-ignore no-explicit-any
const all: readonly ArtifactType<any>[] = [
  arraysOf("arrays"),
  commonRank,
  controlledOperator,
  figure,
  file,
  folder,
  generatorStates,
  hankelGram,
  network,
  operator,
  rdm,
  table,
  trajectories,
  trials,
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
