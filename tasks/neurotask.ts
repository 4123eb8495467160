// Trials of a cognitive paradigm: what networks are given and must give, with periods, conditions, chance and what an ideal
// observer reaches. The paradigms stand in lib/neurotasks. Conventions: NeuroGym (Molano-Mazon et al. 2022); the published
// generator: Guilhot et al. 2024, arXiv 2410.24070.

import { z } from "zod";
import { table } from "#lib/core/artifacts/table.ts";
import { trials } from "#lib/core/artifacts/trials.ts";
import type { Neurotask } from "#lib/core/neurotask.ts";
import { memberList } from "#lib/core/resolve.ts";
import { defineTask } from "#lib/core/task.ts";
import { generateTrials } from "#lib/trials/generate.ts";
import { findDuplicates, requireDistinct } from "#lib/trials/duplicates.ts";
import { leakOf, splitSequences } from "#lib/trials/split.ts";
import { type Issue, sharingIssuesOf, timingIssuesOf } from "./_rule_issues.ts";
import { sequenceSource } from "./_sequences.ts";
import { trialFacts } from "./_trial_facts.ts";

const seed = z.union([z.int(), z.string()]).default(0);

const params = z.strictObject({
  rule: z.string().describe(
    "the neurotask: pdm_pro, gonogo_delay, reaching_anti, rate_decision, …",
  ),
  trial: z.record(z.string(), z.unknown()).default({}).describe(
    "the neurotask's own params: timing, noise, coherences",
  ),
  rules: z.array(z.string()).min(1).optional().describe(
    "rules that share a network, in the order of the one-hot rule input; default: those of the neurotask's set; one rule " +
      "alone has no rule input",
  ),
  mode: z.enum(["train", "test"]).default("test").describe(
    "timing of training (varied) or of evaluation (fixed)",
  ),
  num_trials: z.int().min(1).default(200).describe(
    "sequences that are drawn, before `part` takes its share; as published 10000 for training and 1000 for tests",
  ),
  dt_ms: z.number().positive().default(100).describe(
    "time step; all durations are multiples of it",
  ),
  sequence: z.union([
    z.literal("trial"),
    z.strictObject({ window_steps: z.int().min(1) }),
  ]).optional().describe(
    "trial: one trial per sequence, or {window_steps}: trials back to back, the last one cut; default: trial, and as " +
      "published in training windows of 8000 ms (400 steps of 20 ms)",
  ),
  design_seed: seed.describe(
    "seed of conditions and durations; equal seeds give rows that belong together",
  ),
  seed: seed.describe("seed of the noise"),
  generator: z.enum(["corrected", "as_published"]).default("corrected").describe(
    "corrected: every sequence is new; as_published: windows of 32 caches, with the defects below",
  ),
  defects: z.strictObject({
    aliased: z.boolean().default(true).describe(
      "batches are views of caches that are overwritten: 32 distinct training sequences of 10,000",
    ),
    leaky_split: z.boolean().default(true).describe(
      "the split draws among stored sequences, so that copies of one fall into both parts",
    ),
  }).optional().describe(
    "what is wrong with the published generator, each to be switched off; no part of `corrected`",
  ),
  part: z.enum(["all", "train", "test"]).default("all").describe(
    "all sequences, or the training (80 %) or test part of a random split",
  ),
  split_seed: seed.describe(
    "seed of the split; the published analysis splits anew for each network, so that rows do not belong together",
  ),
  duplicates: z.enum(["refuse", "allow"]).optional().describe(
    "what becomes of sequences that repeat others to the last bit; default: refused, and as published allowed",
  ),
});

/** Params of {@link default}, defaults filled in. */
export type NeurotaskParams = z.output<typeof params>;

export default defineTask({
  name: "neurotask",
  summary: "Generates trials of a cognitive paradigm, with targets, periods and conditions.",
  version: 1,
  numerics: "f64",
  params,
  members: {
    rule: { room: "neurotasks", params: "trial" },
    rules: { room: "neurotasks" },
  },
  inputs: {},
  outputs: { trials, facts: table },
  examples: [
    { params: { rule: "pdm_anti_delay", num_trials: 5 } },
    { params: { rule: "reaching_pro", num_trials: 3, rules: ["reaching_pro"], dt_ms: 20 } },
    {
      params: {
        rule: "gonogo_go",
        mode: "train",
        num_trials: 70,
        generator: "as_published",
        part: "test",
      },
    },
    { params: { rule: "rate_decision", num_trials: 4, sequence: { window_steps: 50 } } },
  ],
  check(params, members) {
    const neurotask = members.rule as Neurotask;
    const others = memberList(members, "rules") as Neurotask[];
    return [
      ...timingIssuesOf([{ neurotask, params: params.trial }], params.dt_ms, params.mode),
      ...rulesIssues(params, neurotask, others),
      ...defectIssues(params),
    ];
  },
  run(context, params) {
    const neurotask = context.members.rule as Neurotask;
    const defects = { aliased: true, leaky_split: true, ...params.defects };
    const { spec, source, windowSteps } = sequenceSource(neurotask, params);
    const all = Array.from({ length: params.num_trials }, (_, i) => i);
    const found = findDuplicates(source, all);
    const published = params.generator === "as_published";
    const duplicates = params.duplicates ??
      (published || neurotask.mayRepeat === true ? "allow" : "refuse");
    if (duplicates === "refuse") requireDistinct(found, neurotask.name);
    context.progress(0.3, `${found.numDistinct} distinct sequences`);
    const split = splitSequences(found.contents, {
      seed: params.split_seed,
      leaky: published && defects.leaky_split,
    });
    const taken = params.part === "all" ? all : split[params.part];
    if (taken.length === 0) {
      throw new RangeError(
        `the ${params.part} part of ${params.num_trials} sequences, ${found.numDistinct} of them distinct, is empty; ` +
          "raise `num_trials`",
      );
    }
    const made = generateTrials(source, spec, taken);
    const leak = leakOf(found.contents, split);
    const { facts, warnings } = trialFacts({
      neurotask,
      params: params.trial,
      mode: params.mode,
      dtMs: params.dt_ms,
      duplicates: found,
      leak,
      trials: made,
    });
    const about = {
      rule: neurotask.name,
      rules: spec.rules,
      mode: params.mode,
      dt_ms: params.dt_ms,
      target: neurotask.targets,
      outputs: source.outputs,
      periods: neurotask.periods,
      sequence: windowSteps === undefined ? "trial" : { window_steps: windowSteps },
      generator: params.generator,
      ...(published ? { defects } : {}),
      part: params.part,
      design_seed: params.design_seed,
      seed: params.seed,
      split_seed: params.split_seed,
      num_distinct: found.numDistinct,
      chance: neurotask.chance(params.trial as never),
      ideal: neurotask.ideal(params.trial as never, { mode: params.mode, dtMs: params.dt_ms }),
      trial: params.trial,
      warnings,
    };
    return { trials: { ...made, about }, facts };
  },
});

/** A rule that is none of the rules, and rules that cannot share a network with it. */
function rulesIssues(
  { rule, rules, trial }: NeurotaskParams,
  neurotask: Neurotask,
  others: readonly Neurotask[],
): readonly Issue[] {
  if (rules === undefined) return [];
  if (!rules.includes(rule)) {
    const message = `${rule} is none of the rules ${
      rules.join(", ")
    }; add it, or leave \`rules\` out`;
    return [{ path: ["rules"], message }];
  }
  // The others have no params here; what was written for this one is tried on them.
  return sharingIssuesOf(others.map((other) => {
    if (other.name === neurotask.name) return { neurotask: other, params: trial };
    const tried = other.params.safeParse(trial);
    return { neurotask: other, params: tried.success ? tried.data : other.params.parse({}) };
  }));
}

function defectIssues({ generator, defects }: NeurotaskParams): readonly Issue[] {
  if (generator === "as_published" || defects === undefined) return [];
  return [{
    path: ["defects"],
    message:
      "the corrected generator has no defects; leave `defects` out, or say `generator: as_published`",
  }];
}
