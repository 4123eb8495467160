// Facts about a set of trials as a table: how many sequences are distinct, how far training and test parts overlap, the share
// of steps that count, chance, and what an ideal observer reaches.

import type { Trials } from "#lib/core/artifacts/trials.ts";
import type { Neurotask, TrialMode } from "#lib/core/neurotask.ts";
import type { Cell, Column, Table } from "#lib/core/table.ts";
import type { Duplicates } from "#lib/trials/duplicates.ts";

/**
 * The facts, one per row; `condition` and `at` say where one holds for a part of the trials only.
 *
 * @example
 * ```ts
 * import { trialFacts } from "#tasks/_trial_facts.ts";
 * import { trialSource } from "#lib/trials/batches.ts";
 * import { generateTrials } from "#lib/trials/generate.ts";
 * import { recordsOf } from "#lib/core/table.ts";
 * import neurotask from "#lib/neurotasks/pdm_pro.ts";
 * import { assertEquals } from "@std/assert";
 * const of = { neurotask, params: neurotask.params.parse({}), mode: "test", dtMs: 20 } as const;
 * const spec = { ...of, seed: 0, designSeed: 0, label: "a" };
 * const trials = generateTrials(trialSource(spec), spec, [0, 1]);
 * const duplicates = { numDistinct: 2, contents: Int32Array.of(0, 1) };
 * const { facts } = trialFacts({ ...of, duplicates, leak: 0, trials });
 * assertEquals(recordsOf(facts).find(({ fact }) => fact === "decision_share")?.value, 10 / 220);
 * ```
 */
export function trialFacts({ neurotask, params, mode, dtMs, duplicates, leak, trials }: {
  readonly neurotask: Neurotask;
  /** The neurotask's, defaults filled in. */
  readonly params: unknown;
  readonly mode: TrialMode;
  readonly dtMs: number;
  /** Of all sequences that were drawn. */
  readonly duplicates: Duplicates;
  /** Share of the test part that stands in the training part. */
  readonly leak: number;
  /** Those that were taken. */
  readonly trials: Pick<Trials, "scored" | "conditions">;
}): { readonly facts: Table; readonly warnings: readonly string[] } {
  const { numDistinct, contents: { length: numDrawn } } = duplicates;
  const ideal = neurotask.ideal(params as never, { mode, dtMs });
  const place = trials.conditions.columns.findIndex(({ name }) => name === "num_steps");
  const steps = trials.conditions.rows.reduce((sum, row) => sum + (row[place] as number), 0);
  let scored = 0;
  for (const value of trials.scored.data) scored += value;
  const rows: Cell[][] = [];
  const tell = (
    fact: string,
    value: number,
    description: string,
    condition: string | null = null,
    at: number | null = null,
  ) => rows.push([fact, condition, at, value, description]);
  tell("num_sequences", numDrawn, "sequences drawn");
  tell("num_distinct", numDistinct, "sequences whose inputs differ");
  tell("leak", leak, "share of the test part that stands in the training part to the last bit");
  tell("decision_share", scored / steps, "share of steps in which the response counts");
  tell("chance", neurotask.chance(params as never), "accuracy of someone who guesses a response");
  tell("ideal", ideal.overall, ideal.method);
  tell("ideal_decidable", ideal.decidable, "the same over trials that can be decided");
  const { condition = "", values = [], accuracy = [] } = ideal.by ?? {};
  values.forEach((at, i) =>
    tell(`ideal[${condition}=${at}]`, accuracy[i], ideal.method, condition, at)
  );
  const warnings: string[] = [];
  if (numDistinct < numDrawn) {
    warnings.push(
      `only ${numDistinct} of ${numDrawn} sequences of ${neurotask.name} (${mode}) are distinct; ` +
        "accuracies above the ideal observer's are memory",
    );
  }
  if (leak > 0) {
    warnings.push(
      `${
        Number((100 * leak).toFixed(1))
      } % of the test part of ${neurotask.name} (${mode}) stand in its training part`,
    );
  }
  return { facts: { columns, rows }, warnings };
}

const columns: readonly Column[] = [
  { name: "fact", type: "string", key: true },
  { name: "condition", type: "string" },
  { name: "at", type: "number" },
  { name: "value", type: "number" },
  { name: "description", type: "string" },
];
