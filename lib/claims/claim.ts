// A claim as a workflow writes it: what is said, which number decides, against which thresholds. Declared in the
// workflow's params, hence before the run and in the key.

import { z } from "zod";
import { conditions } from "../math/tables/condition.ts";
import { intervalParams } from "../math/tables/resample.ts";
import { quantityParams } from "./quantity.ts";

const member = z.strictObject({
  column: z.string(),
  is: z.union([z.string(), z.number(), z.boolean()]).describe("the value that must win"),
});

const floor = z.strictObject({
  where: conditions.default({}).describe("the rows of `floors` that count"),
  value: z.string().default("value"),
  statistic: z.enum(["mean", "max"]).default("mean"),
  required: z.boolean().default(false).describe("without a floor the claim stays undecidable"),
});

/**
 * Schema of a claim.
 *
 * @example
 * ```ts
 * import { claimParams } from "#lib/claims/claim.ts";
 * import { assertEquals } from "@std/assert";
 * const claim = claimParams.parse({
 *   id: "A3.low",
 *   statement: "Two noisy copies stay similar.",
 *   quantity: { mean: {} },
 *   test: { below: 0.1 },
 * });
 * assertEquals([claim.value, claim.min_n], ["value", 3]);
 * ```
 */
export const claimParams = z.strictObject({
  id: z.string().min(1),
  statement: z.string().min(1).describe("what is claimed, as one sentence"),
  published: z.string().default("").describe("the published numbers, as text"),
  not_tested: z.string().optional().describe("why this workflow does not test the claim"),
  where: conditions.default({}).describe("the rows that the claim is about"),
  by: z.array(z.string()).optional().describe("one verdict per combination; default: the task's"),
  value: z.string().default("value").describe("the column of values"),
  quantity: quantityParams.optional().describe("the number that decides"),
  test: z.strictObject({
    above: z.number().optional(),
    below: z.number().optional(),
  }).refine((test) => test.above !== undefined || test.below !== undefined, "give above or below")
    .optional().describe("what the number must be; both: a band"),
  every: z.strictObject({
    column: z.string(),
    of: z.array(z.union([z.string(), z.number(), z.boolean()])).optional()
      .describe("values that must all be there; default: those found"),
  }).optional().describe("the claim must hold for every value of a column"),
  largest: member.optional().describe(
    "the number becomes the quantity of one value minus the largest of the others",
  ),
  smallest: member.optional().describe(
    "the number becomes the smallest quantity of the others minus that of one value",
  ),
  interval: z.union([z.literal("none"), intervalParams]).optional()
    .describe("default: the task's; `none` where the number is exact"),
  floor: z.union([z.literal("none"), floor]).optional().describe("default: the task's"),
  min_n: z.int().min(1).default(3).describe("independent units below which nothing is decided"),
}).superRefine((claim, context) => {
  const say = (message: string) => context.addIssue({ code: "custom", message });
  const tested = claim.quantity !== undefined && claim.test !== undefined;
  if (claim.not_tested === undefined && !tested) {
    say("a claim needs `quantity` and `test`, or says in `not_tested` why it is not tested");
  }
  if ([claim.every, claim.largest, claim.smallest].filter((one) => one !== undefined).length > 1) {
    say("give at most one of every, largest, smallest");
  }
});

/** A claim. */
export type Claim = z.output<typeof claimParams>;

/** How floors are chosen. */
export type FloorParams = z.output<typeof floor>;

/**
 * Schema of the choices that claims share.
 *
 * @example
 * ```ts
 * import { sharedParams } from "#lib/claims/claim.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(sharedParams.parse({}).by, []);
 * ```
 */
export const sharedParams = z.strictObject({
  by: z.array(z.string()).default([]).describe(
    "columns of which every combination gets a verdict of its own, e.g. [preset]",
  ),
  interval: z.union([z.literal("none"), intervalParams]).prefault({}).describe(
    "how intervals are made, where a claim does not say",
  ),
  floor: z.union([z.literal("none"), floor]).prefault({}).describe(
    "which rows of `floors` count, where a claim does not say; they must agree with the row " +
      "on the columns of `by` and of `every`, `largest`, `smallest`, as far as `floors` has them",
  ),
});

/** Choices that claims share. */
export type SharedParams = z.output<typeof sharedParams>;
