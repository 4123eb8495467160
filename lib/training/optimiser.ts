// Optimisers and penalties: their params, and the numbers that an update of a model needs, made in double precision.
// Order of an update: gradient + penalties → clip by norm → clip by value → weight decay → moments → step → constraint.
// Leaves out the update itself (kernel `parameter_update`) and the learning rate by epoch (schedule.ts).

import { z } from "zod";
import { UpdateKind, UpdatePart, updateRowLength } from "./update_row.ts";

const common = {
  learning_rate: z.number().positive().default(0.001),
  weight_decay: z.number().min(0).default(0)
    .describe("times the parameter, added to its gradient after clipping (coupled)"),
  clip_norm: z.number().positive().nullable().default(null)
    .describe("largest Euclidean norm of all trained gradients together"),
  clip_value: z.number().positive().nullable().default(null)
    .describe("largest size of each entry of a gradient"),
};

const adam = {
  ...common,
  beta_1: z.number().min(0).lt(1).default(0.9),
  beta_2: z.number().min(0).lt(1).default(0.999),
  epsilon: z.number().positive().default(1e-8)
    .describe("added to the square root of the corrected second moment"),
};

/** Params of an optimiser. */
export const optimiserSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("adam"), ...adam }),
  z.strictObject({ kind: z.literal("amsgrad"), ...adam }),
  z.strictObject({
    kind: z.literal("sgd"),
    ...common,
    momentum: z.number().min(0).lt(1).default(0),
    nesterov: z.boolean().default(false),
  }),
]).describe("adam, amsgrad, or sgd with (Nesterov) momentum");

/** An optimiser with its settings. */
export type Optimiser = z.output<typeof optimiserSchema>;

const coefficient = z.number().min(0).default(0);

/** Params of penalties: coefficients of what is added to the loss. */
export const penaltiesSchema = z.strictObject({
  l1: coefficient.describe("sum over all parameters of their sizes"),
  l2_norm: coefficient.describe(
    "sum over parameter tensors of the Frobenius norm, not squared; frozen tensors count in the value",
  ),
  l2_squared: coefficient.describe("sum over all parameters of their squares"),
  activity_l1: coefficient.describe("mean over trials, steps and units of the state's size"),
  activity_l2: coefficient.describe("mean over trials, steps and units of the state's square"),
});

/** Penalties with their coefficients. */
export type Penalties = z.output<typeof penaltiesSchema>;

/**
 * Moments that an optimiser keeps for each parameter: the velocity; the first and the second moment; for AMSGrad also the
 * largest second one.
 *
 * @example
 * ```ts
 * import { numMoments, optimiserSchema } from "#lib/training/optimiser.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(numMoments(optimiserSchema.parse({ kind: "adam" })), 2);
 * ```
 */
export function numMoments({ kind }: Optimiser): number {
  return { adam: 2, amsgrad: 3, sgd: 1 }[kind];
}

/** What an update of a model is told. */
export interface UpdateTerms {
  readonly optimiser: Optimiser;
  readonly penalties?: Penalties | undefined;
  /** Which update of the model it is since its moments were zero, from 1 on. */
  readonly update: number;
  /** Of the learning rate: `rateFactor` of the schedule. */
  readonly rateFactor?: number;
}

/**
 * Writes what the kernel `parameter_update` reads for one update of one model: `updateRowLength` numbers.
 *
 * @throws {RangeError} if updates are not counted from 1, whose bias corrections would divide by zero
 *
 * @example
 * ```ts
 * import { optimiserSchema, writeUpdateRow } from "#lib/training/optimiser.ts";
 * import { UpdatePart, updateRowLength } from "#lib/training/update_row.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const row = new Float64Array(updateRowLength);
 * writeUpdateRow(row, 0, { optimiser: optimiserSchema.parse({ kind: "adam" }), update: 1 });
 * assertAlmostEquals(row[UpdatePart.rate], 0.001 / (1 - 0.9), 1e-15);
 * ```
 */
export function writeUpdateRow(
  out: Float64Array,
  at: number,
  { optimiser, penalties, update, rateFactor = 1 }: UpdateTerms,
): void {
  if (!(Number.isInteger(update) && update >= 1)) {
    throw new RangeError(`Cannot make update ${update}: updates are counted from 1`);
  }
  const row = out.subarray(at, at + updateRowLength).fill(0);
  const rate = optimiser.learning_rate * rateFactor;
  if (optimiser.kind === "sgd") {
    row[UpdatePart.kind] = optimiser.nesterov ? UpdateKind.nesterov : UpdateKind.sgd;
    row[UpdatePart.rate] = rate;
    row[UpdatePart.beta1] = optimiser.momentum;
  } else {
    const { beta_1, beta_2 } = optimiser;
    row[UpdatePart.kind] = UpdateKind[optimiser.kind];
    row[UpdatePart.rate] = rate / (1 - beta_1 ** update);
    row[UpdatePart.inverseRoot] = 1 / Math.sqrt(1 - beta_2 ** update);
    row[UpdatePart.epsilon] = optimiser.epsilon;
    row[UpdatePart.beta1] = beta_1;
    row[UpdatePart.rest1] = 1 - beta_1;
    row[UpdatePart.beta2] = beta_2;
    row[UpdatePart.rest2] = 1 - beta_2;
  }
  row[UpdatePart.weightDecay] = optimiser.weight_decay;
  row[UpdatePart.clipNorm] = optimiser.clip_norm ?? 0;
  row[UpdatePart.clipValue] = optimiser.clip_value ?? 0;
  row[UpdatePart.l1] = penalties?.l1 ?? 0;
  row[UpdatePart.l2Norm] = penalties?.l2_norm ?? 0;
  row[UpdatePart.l2Squared] = penalties?.l2_squared ?? 0;
}
