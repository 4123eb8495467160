// How long stages took before, from stored manifests: for expected times in plans and live views.

import type { Manifest } from "../core/manifest.ts";

/** Seconds by stage. */
export interface StageHistory {
  /** Numerics classes of the engines that made results. */
  readonly engines: ReadonlySet<string>;
  /** Seconds that this member took last time, else the mean over members of its stage, else of its task. */
  expected(id: string, stage: string, task: string): number | undefined;
}

/**
 * Gathers durations, latest first.
 *
 * @example
 * ```ts
 * import { stageHistory } from "#lib/cli/stage_history.ts";
 * import { assertEquals } from "@std/assert";
 * const manifest = { provenance: { stage: "fit[seed=0]", seconds: 2 }, action: { recipe: { task: "dmd" } } };
 * // deno-lint-ignore no-explicit-any
 * const history = stageHistory([manifest as any]);
 * assertEquals(history.expected("fit[seed=9]", "fit", "dmd"), 2);
 * ```
 */
export function stageHistory(manifests: Iterable<Manifest>): StageHistory {
  const byId = new Map<string, number>();
  const engines = new Set<string>();
  const means = new Map<string, { sum: number; count: number }>();
  const add = (name: string, seconds: number) => {
    const mean = means.get(name) ?? { sum: 0, count: 0 };
    mean.sum += seconds;
    mean.count++;
    means.set(name, mean);
  };
  for (const { provenance, action } of manifests) {
    const { stage, engine } = provenance;
    const seconds = secondsOfAll(provenance);
    if (typeof engine === "string") engines.add(engine);
    if (seconds === undefined) continue;
    if (!byId.has(stage)) byId.set(stage, seconds);
    add(`stage ${stage.split("[")[0]}`, seconds);
    // Commands have nothing in common but that they are commands.
    if (action.command === undefined) add(`task ${action.recipe.task}`, seconds);
  }
  return {
    engines,
    expected(id, stage, task) {
      const mean = means.get(`stage ${stage}`) ?? means.get(`task ${task}`);
      return byId.get(id) ?? (mean === undefined ? undefined : mean.sum / mean.count);
    },
  };
}

/** What went on from saved states took the time of a part; what was found whole tells nothing. */
function secondsOfAll(
  { seconds, states }: Pick<Manifest["provenance"], "seconds" | "states">,
): number | undefined {
  const { found, computed } = states?.work ?? { found: 0, computed: 1 };
  if (found === 0) return seconds;
  return computed > 0 ? seconds * (found + computed) / computed : undefined;
}
