// Which of the members that run may go on from states that an earlier run left on the way. Only members whose task says
// `continues` are looked at, so that plans of others cost nothing.

import { stateSpace } from "../core/action.ts";
import type { StageMember } from "./graph.ts";
import type { ResultStore } from "./known_results.ts";
import type { PlanEntry } from "./plan.ts";

/** What there is to go on from. */
export interface Continuing {
  /** How many states. */
  readonly states: number;
  /** Id of a stage that kept them; absent if that cannot be told. */
  readonly of?: string;
}

/**
 * The states that members may go on from, by index of the member.
 *
 * @example
 * ```ts
 * import { continuing } from "#lib/workflow/continuing.ts";
 * import { memoryStore } from "#lib/store/memory_store.ts";
 * import { stateSpace } from "#lib/core/action.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const store = memoryStore();
 * const [weak, continues] = [digestOf("weak"), digestOf("way")];
 * await store.states!(stateSpace(weak, continues, {})).save("1", new Uint8Array(), { of: "train" });
 * const entry = { verdict: "run", because: "missing", keyed: { weak, action: { inputs: {} } } };
 * const found = await continuing([{ continues }] as never, [entry] as never, store);
 * assertEquals(found.get(0), { states: 1, of: "train" });
 * ```
 */
export async function continuing(
  members: readonly StageMember[],
  entries: readonly PlanEntry[],
  store: ResultStore,
): Promise<ReadonlyMap<number, Continuing>> {
  const found = new Map<number, Continuing>();
  if (store.states === undefined) return found;
  for (let i = 0; i < members.length; i++) {
    const { continues } = members[i];
    if (continues === undefined) continue;
    const entry = entries[i];
    if (entry.verdict !== "run" || entry.because === "forced") continue;
    if (entry.keyed === undefined || entry.sameAs !== undefined) continue;
    const { weak, action } = entry.keyed;
    const folder = store.states(stateSpace(weak, continues, action.inputs));
    const { length } = await folder.list();
    if (length === 0) continue;
    const of = await folder.owner();
    found.set(i, { states: length, ...(of === undefined ? {} : { of }) });
  }
  return found;
}
