// Curricula: phases one after another, each with its rules, their order within an epoch, and when to stop. Written as a
// list, so that what comes next (heads that are added, rules that are dropped) is a field of a phase.
// Leaves out when a stop rule is reached (stop_rule.ts) and what an update does (gpu/rnn).

import { z } from "zod";
import { stopSchema } from "./stop_rule.ts";

const order = z.enum(["blocked", "interleaved"]);
const epochs = z.int().min(1);

/** Params of a phase. What it leaves out of epochs, stop and order is the curriculum's. */
export const phaseSchema = z.strictObject({
  rules: z.array(z.string()).min(1).describe("neurotasks that are trained, in this order"),
  order: order.optional().describe("of its rules; default: as for all phases"),
  epochs: epochs.optional().describe("epochs at most; default: as for all phases"),
  stop: stopSchema.nullable().optional().describe(
    "when to end before that, null: never; default: as for all phases",
  ),
  trainable: z.array(z.string()).nullable().default(null).describe(
    "parameters that are trained in this phase; null: those of the stage",
  ),
  optimiser: z.enum(["kept", "fresh"]).default("kept").describe(
    "whether the optimiser's moments go on from the phase before, or start anew",
  ),
});

/** What holds for phases that do not say. */
export const phaseDefaults = {
  epochs: epochs.default(20).describe("epochs of a phase at most, where it does not say"),
  stop: stopSchema.nullable().default(null).describe(
    "when a phase ends before that, where it does not say; null: never",
  ),
  order: order.default("blocked").describe(
    "where a phase does not say: blocked: all updates of an epoch for the first rule, then for the second, …; " +
      "interleaved: rules take turns",
  ),
};

/** One phase of a curriculum as it is written. */
export type GivenPhase = z.output<typeof phaseSchema>;

/** One phase of a curriculum. */
export type Phase =
  & Omit<GivenPhase, "order" | "epochs" | "stop">
  & Pick<z.output<z.ZodObject<typeof phaseDefaults>>, "order" | "epochs" | "stop">;

/**
 * The phases of a curriculum with what they leave out. Looks at what holds for all only where a phase needs it.
 *
 * @example
 * ```ts
 * import { phaseSchema, phasesOf } from "#lib/training/curriculum.ts";
 * import { assertEquals } from "@std/assert";
 * const phases = [{ rules: ["pdm_pro"] }, { rules: ["pdm_anti"], epochs: 5 }].map((one) => phaseSchema.parse(one));
 * const found = phasesOf({ phases, epochs: 20, stop: null, order: "blocked" });
 * assertEquals(found.map(({ epochs }) => epochs), [20, 5]);
 * ```
 */
export function phasesOf(
  params: { readonly phases: readonly GivenPhase[] } & Pick<Phase, "order" | "epochs" | "stop">,
): Phase[] {
  return params.phases.map((phase) => ({
    ...phase,
    order: phase.order ?? params.order,
    epochs: phase.epochs ?? params.epochs,
    stop: phase.stop === undefined ? params.stop : phase.stop,
  }));
}

/**
 * Updates of one epoch of a phase.
 *
 * @example
 * ```ts
 * import { updatesPerEpoch } from "#lib/training/curriculum.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(updatesPerEpoch({ rules: ["pdm_pro", "pdm_anti"] }, 100), 200);
 * ```
 */
export function updatesPerEpoch({ rules }: Pick<Phase, "rules">, updatesPerRule: number): number {
  return rules.length * updatesPerRule;
}

/**
 * Which rule the update of an epoch trains, as a place in the phase's list, and which of the epoch's updates of that rule
 * it is.
 *
 * @example
 * ```ts
 * import { ruleOfUpdate } from "#lib/training/curriculum.ts";
 * import { assertEquals } from "@std/assert";
 * const rules = ["pdm_pro", "pdm_anti"];
 * const places = (order: "blocked" | "interleaved") =>
 *   [0, 1, 2, 3].map((update) => ruleOfUpdate({ rules, order }, 2, update).place);
 * assertEquals(places("blocked"), [0, 0, 1, 1]);
 * assertEquals(places("interleaved"), [0, 1, 0, 1]);
 * ```
 */
export function ruleOfUpdate(
  { rules, order }: Pick<Phase, "rules" | "order">,
  updatesPerRule: number,
  update: number,
): { readonly place: number; readonly turn: number } {
  return order === "blocked"
    ? { place: Math.floor(update / updatesPerRule), turn: update % updatesPerRule }
    : { place: update % rules.length, turn: Math.floor(update / rules.length) };
}

/**
 * Epochs at most of all phases that share their optimiser with one of them: what a schedule spans that depends on how many
 * there will be.
 *
 * @example
 * ```ts
 * import { epochsTogether } from "#lib/training/curriculum.ts";
 * import { assertEquals } from "@std/assert";
 * const phases = [
 *   { epochs: 5, optimiser: "kept" }, { epochs: 2, optimiser: "fresh" }, { epochs: 1, optimiser: "kept" },
 * ] as const;
 * assertEquals([0, 1, 2].map((place) => epochsTogether(phases, place)), [5, 3, 3]);
 * ```
 */
export function epochsTogether(
  phases: readonly Pick<Phase, "epochs" | "optimiser">[],
  place: number,
): number {
  let first = place;
  while (first > 0 && phases[first].optimiser === "kept") first--;
  let end = place + 1;
  while (end < phases.length && phases[end].optimiser === "kept") end++;
  return phases.slice(first, end).reduce((sum, { epochs }) => sum + epochs, 0);
}

/** A stretch of a way: what decides the steps of a phase, and how many epochs of it were done. */
export interface Stretch {
  readonly phase: Phase;
  readonly epochs: number;
}

/**
 * The label of the state at the end of a way: the phases that led there, without what only says when they end, and the
 * epochs done in each. A phase that is appended, lengthened or ended by another rule thus finds what it shares with the
 * way as it was.
 *
 * @example
 * ```ts
 * import { type Phase, wayLabel } from "#lib/training/curriculum.ts";
 * import { assertEquals } from "@std/assert";
 * const phase = (epochs: number): Phase => ({
 *   rules: ["pdm_pro"], epochs, order: "blocked", stop: null, trainable: null, optimiser: "kept",
 * });
 * assertEquals(
 *   wayLabel([{ phase: phase(20), epochs: 3 }]),
 *   wayLabel([{ phase: phase(40), epochs: 3 }]),
 * );
 * assertEquals(wayLabel([{ phase: phase(20), epochs: 3 }]), "pdm_pro:3");
 * ```
 */
export function wayLabel(way: readonly Stretch[]): string {
  return way.map(({ phase, epochs }, at) => {
    const { rules, order, trainable, optimiser } = phase;
    const turns = order === "interleaved" && rules.length > 1;
    const what = [
      rules.join(turns ? "~" : "+"),
      ...(trainable === null ? [] : [`(${[...trainable].sort().join(",")})`]),
      ...(optimiser === "fresh" && at > 0 ? ["!"] : []),
    ];
    return `${what.join("")}:${epochs}`;
  }).join("/");
}
