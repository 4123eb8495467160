// The commit of a result: what is recorded of how it came about, and under which keys it is found.

import type { Manifest, Provenance } from "../core/manifest.ts";
import type { Store } from "../core/store.ts";
import { traceKey } from "../core/trace.ts";
import { warningsOf } from "../core/warnings_of.ts";
import { numericsOf, type StageMember } from "../workflow/graph.ts";
import { filesOfInputs } from "../workflow/known_results.ts";
import type { Attempted } from "./attempt.ts";
import type { Unit } from "./flight.ts";
import { wasFound } from "./unit_states.ts";

/** What commits use. */
export interface CommitDeps {
  readonly store: Pick<Store, "commit">;
  /** Of finished members, by index. */
  readonly manifests: readonly (Manifest | undefined)[];
  readonly provenance: Omit<Provenance, "stage" | "started_at" | "seconds" | "engine" | "modules">;
  /** Ids of failed members that the inputs of a member leave out. */
  readonly omitted: (member: StageMember) => readonly string[];
  /** Told when what was committed turns out not to be durable. */
  readonly notDurable: (error: unknown) => void;
  /** Told what the result itself warns of. */
  readonly warned: (stage: string, message: string) => void;
}

/**
 * Stores what an attempt gave.
 *
 * @throws {StorageError} what the store throws.
 *
 * @example
 * ```ts ignore
 * const manifest = await commitResult(unit, member, result.value, started_at, deps);
 * ```
 */
export async function commitResult(
  { keyed: { key, weak, action }, code, attempts }: Unit,
  member: StageMember,
  { outputs, reads, log, seconds, usage, engine, states }: Attempted,
  started_at: string,
  { store, manifests, provenance, omitted, notDurable, warned }: CommitDeps,
): Promise<Manifest> {
  const without = omitted(member);
  // What was found whole was made by an engine of the same class, though none was asked for now.
  const isFound = wasFound(states?.work) && numericsOf(member) === "engine";
  const made: Provenance = {
    ...provenance,
    stage: member.id,
    started_at,
    seconds,
    ...(usage === undefined ? {} : { usage }),
    ...(attempts.number === 1 ? {} : { attempts: attempts.number }),
    ...(without.length === 0 ? {} : { omitted: without }),
    ...(states === undefined ? {} : { states }),
    engine: engine === undefined && !isFound ? null : action.recipe.numerics,
    modules: code.closure?.modules ?? {},
  };
  const files = filesOfInputs(member, (from, output) => manifests[from]?.outputs[output]);
  const trace = reads === undefined ? undefined : traceKey(weak, reads, action, files);
  const { manifest, durable } = await store.commit(
    { key, weak, action, provenance: made, ...(reads === undefined ? {} : { reads }) },
    outputs,
    {
      ...(member.keep === undefined ? {} : { keep: member.keep }),
      ...(log === undefined ? {} : { log }),
      ...(trace === undefined ? {} : { trace }),
    },
  );
  durable.catch(notDurable);
  for (const message of warningsOf(outputs)) warned(member.id, message);
  return manifest;
}
