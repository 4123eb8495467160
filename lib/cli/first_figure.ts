// The figure that costs least goes first: a person who starts a long study sees something true soon.

import type { Plan } from "../workflow/plan.ts";
import { addAncestors } from "../workflow/selection.ts";

/** Figures looked at; a study with more is served by any of these. */
const maxFigures = 64;

/** Flags of the figure with the fewest members still to run before it, and of these; `null` if none has to run. */
export function firstFigure({ graph, entries }: Plan): Uint8Array | null {
  let best: Uint8Array | null = null;
  let fewest = Infinity;
  let seen = 0;
  for (const { index, outputs } of graph.members) {
    const { verdict } = entries[index];
    if (!Object.values(outputs).includes("figure")) continue;
    if (verdict === "hit" || verdict === "left-out") continue;
    if (++seen > maxFigures) break;
    const flags = new Uint8Array(graph.members.length);
    flags[index] = 1;
    addAncestors(graph.members, flags);
    let count = 0;
    for (let i = 0; i <= index; i++) if (flags[i] === 1 && entries[i].verdict !== "hit") count++;
    if (count < fewest) {
      best = flags;
      fewest = count;
    }
  }
  return best;
}
