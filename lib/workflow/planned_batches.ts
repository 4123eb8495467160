// How many of the members that will run start as one, as far as it is known before anything runs: groups may come out
// larger where members become ready later, and smaller where workers are free early.

import { numericsOf, type StageMember } from "./graph.ts";
import { fuseGroup, mostInTime } from "./fuse_groups.ts";
import type { Plan } from "./plan.ts";
import { plannedArtifact } from "./verdicts.ts";

/** What batches are cut by. */
export interface BatchPlaces {
  readonly cores: number;
  /** Whether there is one device that all engine stages share. */
  readonly oneDevice: boolean;
  /** Seconds that a member took before. */
  readonly expectedSeconds?: (member: StageMember) => number | undefined;
}

/**
 * Sizes of the batches of each stage that has any of two members or more, in the order of the graph.
 *
 * @example
 * ```ts
 * import { plannedBatches } from "#lib/workflow/planned_batches.ts";
 * import { plan } from "#lib/workflow/plan.ts";
 * import { fakeDeps, fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const fuse = { by: [], most: 4 };
 * const graph = fakeGraph(Array.from({ length: 6 }, (_, i) => ({ id: `a[${i}]`, params: { i }, fuse })));
 * const planned = await plan(graph, { ...fakeDeps(), store: { lookup: () => undefined } });
 * assertEquals(plannedBatches(planned, { cores: 1, oneDevice: false }), { a: [4, 2] });
 * ```
 */
export function plannedBatches(
  { graph: { members }, entries }: Pick<Plan, "graph" | "entries">,
  places: BatchPlaces,
): Readonly<Record<string, readonly number[]>> {
  const groups = new Map<string, { member: StageMember; most: number; size: number }>();
  const artifactOf = (index: number, output: string) => plannedArtifact(entries[index], output);
  entries.forEach((entry, i) => {
    const member = members[i];
    if (member.task.fuse === undefined || entry.verdict !== "run") return;
    if (entry.keyed === undefined || entry.sameAs !== undefined) return;
    const group = fuseGroup(member, entry.keyed, artifactOf);
    if (group === undefined) return;
    const name = `${member.stage} ${group.name}`;
    const known = groups.get(name) ?? { member, most: group.most, size: 0 };
    known.size++;
    groups.set(name, known);
  });
  const batches: Record<string, number[]> = {};
  for (const { member, most, size } of groups.values()) {
    const isOnDevice = places.oneDevice && numericsOf(member) === "engine";
    const inTime = isOnDevice ? Infinity : mostInTime(places.expectedSeconds?.(member));
    const at = isOnDevice ? 1 : atOnce(member, places);
    const each = Math.min(most, inTime, Math.ceil(size / at));
    for (let left = size; left > 0; left -= each) {
      (batches[member.stage] ??= []).push(Math.min(each, left));
    }
  }
  return Object.fromEntries(
    Object.entries(batches).filter(([, sizes]) => sizes.some((size) => size > 1)),
  );
}

function atOnce(member: StageMember, { cores }: BatchPlaces): number {
  return Math.max(1, Math.floor(cores / (member.resources?.[0]?.cpu ?? 1)));
}
