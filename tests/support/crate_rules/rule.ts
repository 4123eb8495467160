// What a rule for crates is, and what many of them use.

import type { CrateEntity, CrateView } from "../crate.ts";

/** A rule. */
export interface CrateRule {
  readonly name: string;
  /** What it asks, in our own words. */
  readonly asks: string;
  readonly source: string;
  readonly level: "MUST" | "SHOULD";
  /** Ids of entities that break it, each with what is wrong. */
  check(crate: CrateView, files: ReadonlySet<string> | undefined): Iterable<string>;
}

/** Types of what does the work of an action. */
export const tools = [
  "SoftwareApplication",
  "SoftwareSourceCode",
  "ComputationalWorkflow",
] as const;
/** Types of actions that have results. */
export const runActions = ["CreateAction", "ActivateAction", "UpdateAction"] as const;
/** How an action can have ended: well, or not. */
export const statuses = [
  "http://schema.org/CompletedActionStatus",
  "http://schema.org/FailedActionStatus",
];
/** ISO 8601 as the validator reads it. */
export const time = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{3})?\+\d{2}:\d{2})?$/;

/** Makes a rule. */
export function rule(
  level: CrateRule["level"],
  source: string,
  name: string,
  asks: string,
  check: CrateRule["check"],
): CrateRule {
  return { name, asks, source, level, check };
}

/** For each of some entities, nothing or what is wrong with it. */
export function* each(
  entities: Iterable<CrateEntity>,
  problem: (entity: CrateEntity) => string | false | undefined,
): Generator<string> {
  for (const entity of entities) {
    const found = problem(entity);
    if (typeof found === "string") yield `${entity["@id"]}: ${found}`;
  }
}
