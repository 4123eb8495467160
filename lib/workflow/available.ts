// What another engine has made already: members that must run under the engine of this run and have results under
// others. They are shown, and used only where `--accept` says so.

import { classBesideTfjs } from "../core/engine.ts";
import { numericsOf } from "./graph.ts";
import type { ResultStore } from "./known_results.ts";
import { underClass } from "./keys.ts";
import type { Plan } from "./plan.ts";

/** How many members that must run have results under another class. */
export interface Available {
  readonly numerics: string;
  readonly members: number;
}

/**
 * Looks for results of other engines, for the members that a plan says must run. What tfjs made beside an engine counts
 * under the class of that engine, which is what `--accept` takes.
 *
 * @param classes the numerics classes to look under.
 *
 * @example
 * ```ts
 * import { availableUnder } from "#lib/workflow/available.ts";
 * import { plan } from "#lib/workflow/plan.ts";
 * import { fakeDeps, fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { TinyStore } from "#tests/support/tiny_store.ts";
 * import { assertEquals } from "@std/assert";
 * const store = new TinyStore();
 * const planned = await plan(fakeGraph([{ id: "a", numerics: "engine" }]), { ...fakeDeps(), store });
 * assertEquals(availableUnder(planned, store, ["wasm-f32"]), []);
 * ```
 */
export function availableUnder(
  { graph, entries }: Pick<Plan, "graph" | "entries">,
  store: ResultStore,
  classes: Iterable<string>,
): readonly Available[] {
  const found: Available[] = [];
  for (const numerics of new Set([...classes].map(classBesideTfjs).sort())) {
    let members = 0;
    entries.forEach((entry, i) => {
      if (entry.verdict !== "run" || entry.because !== "missing" || entry.keyed === undefined) {
        return;
      }
      if (numericsOf(graph.members[i]) !== "engine") return;
      if (classBesideTfjs(entry.keyed.action.recipe.numerics) === numerics) return;
      if (store.lookup(underClass(entry.keyed, numerics).key) !== undefined) members++;
    });
    if (members > 0) found.push({ numerics, members });
  }
  return found;
}
