// Params of `train_rnn`: the network, its rules, the curriculum, and how it is trained and looked at. Leaves out what is
// wrong with them taken together (_train_check.ts).

import { z } from "zod";
import { constraintsSchema } from "#lib/training/constraints.ts";
import { phaseDefaults, phaseSchema } from "#lib/training/curriculum.ts";
import { initialisations } from "#lib/training/initialise.ts";
import { lossSteps } from "#lib/training/loss_weights.ts";
import { optimiserSchema, penaltiesSchema } from "#lib/training/optimiser.ts";
import { scheduleSchema } from "#lib/training/schedule.ts";

/** An optimiser of which no kind is written is Adam. */
function adamUnlessSaid(value: unknown): unknown {
  return typeof value === "object" && value !== null && !("kind" in value)
    ? { kind: "adam", ...value }
    : value;
}

const seed = z.union([z.int(), z.string()]);

/** Params of the task. */
export const trainParams = z.strictObject({
  model: z.string().default("leaky_rnn").describe(
    "name of the network model: leaky_rnn, leaky_gru, vanilla_rnn",
  ),
  model_settings: z.record(z.string(), z.unknown()).default({}).describe(
    "the model's own settings, e.g. {activation: softplus, tau_ms: 100}",
  ),
  units: z.int().min(1).default(64).describe("recurrent units"),
  dt_ms: z.number().positive().default(100).describe("time of one step, in ms"),
  seed: seed.default(0).describe(
    "of weights, batches and noise: equal seeds start from equal weights and see equal batches",
  ),
  initialisation: z.enum(initialisations).default("kaiming").describe(
    "of the input and the recurrent matrix; without effect where a network is given",
  ),
  rules: z.array(z.string()).min(1).default(["pdm_anti", "pdm_pro", "pdm_delay", "pdm_anti_delay"])
    .describe("neurotasks that the network can be told apart by its rule input, in that order"),
  trial: z.record(z.string(), z.unknown()).default({}).describe(
    "the neurotasks' own params: timing, coherences_percent, sigma, …",
  ),
  phases: z.array(phaseSchema).default([]).describe(
    "the curriculum; an empty list trains nothing and hands on what it starts from",
  ),
  ...phaseDefaults,
  trainable: z.array(z.string()).optional().describe(
    "names of the parameters that are trained, e.g. [W_in]; default: all",
  ),
  batch_size: z.int().min(1).default(64).describe("sequences of one update"),
  updates_per_epoch: z.int().min(1).default(100).describe("updates of one epoch for each rule"),
  data: z.strictObject({
    source: z.enum(["stream", "fixed"]).default("stream").describe(
      "stream: every sequence is new; fixed: there are num_sequences of them, in a new order for each pass",
    ),
    num_sequences: z.int().min(1).default(10000).describe(
      "sequences of each rule (source: fixed); four fifths are trained on",
    ),
    aliased: z.boolean().default(false).describe(
      "as published: the sequences share their memory, so that of 10,000 only 32 are distinct (source: fixed)",
    ),
    leaky_split: z.boolean().default(false).describe(
      "as published: evaluation is on the fifth of the sequences that is left, not on trials of its own (source: fixed)",
    ),
  }).prefault({}).describe("what is trained on"),
  sequence: z.union([
    z.literal("trial"),
    z.strictObject({ window_steps: z.int().min(1).describe("steps of a window") }),
  ]).default("trial").describe(
    "trial: a sequence is one trial; {window_steps: n}: n steps of trials back to back, as published (400 of 20 ms)",
  ),
  shared_timing: z.boolean().default(true).describe(
    "whether the trials of a batch last equally long, so that no step is computed behind a shorter one's end " +
      "(source: stream, sequence: trial)",
  ),
  loss: z.strictObject({
    kind: z.enum(["cross_entropy", "mse"]).optional().describe(
      "default: cross_entropy for classes, mse for values",
    ),
    over: z.enum(lossSteps).default("mask").describe(
      "mask: steps of the decision weigh more (1 before, then 2, 3, 4, 5, 5, …); decision: these alone; all: all alike",
    ),
  }).prefault({}).describe("what is minimised, besides penalties"),
  penalties: penaltiesSchema.prefault({}).describe("coefficients of what is added to the loss"),
  optimiser: z.preprocess(adamUnlessSaid, optimiserSchema).prefault({}).describe(
    "adam (unless kind says otherwise), amsgrad, or sgd with (Nesterov) momentum",
  ),
  schedule: scheduleSchema.prefault({ kind: "constant" }).describe(
    "learning rate by epoch; cosine depends on the number of epochs, so that raising it starts anew",
  ),
  constraints: constraintsSchema.prefault({}).describe("what weights must obey, from the start on"),
  evaluation: z.strictObject({
    num_trials: z.int().min(1).default(200).describe("trials of each rule"),
    mode: z.enum(["train", "test"]).default("test").describe("timing of the trials"),
    seed: seed.default(0).describe("of the trials; the same set for all networks"),
  }).prefault({}).describe("what accuracy is measured on after each epoch"),
  checkpoint_every: z.int().min(1).default(1).describe(
    "epochs between checkpoints; the last epoch of each phase has one in any case",
  ),
}).superRefine(({ data }, context) => {
  for (const defect of ["aliased", "leaky_split"] as const) {
    if (data.source === "fixed" || !data[defect]) continue;
    context.addIssue({
      code: "custom",
      path: ["data", defect],
      message: "a stream never repeats a sequence; write `source: fixed` with this defect",
    });
  }
});

/** Checked params. */
export type TrainParams = z.output<typeof trainParams>;
