// Learning rates by epoch: constant, in steps, exponential, half a cosine. A rate depends on the epoch alone, so a run that
// is taken up again has the rates of one that never stopped; only the cosine needs to know where the end is.
// Leaves out what is done with the rate (optimiser.ts).

import { z } from "zod";

/** Params of a schedule. */
export const scheduleSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("constant") }),
  z.strictObject({
    kind: z.literal("multi_step"),
    milestones: z.array(z.int().min(1)).describe(
      "numbers of completed epochs after which the rate is multiplied by gamma",
    ),
    gamma: z.number().positive().default(0.1),
  }),
  z.strictObject({
    kind: z.literal("exponential"),
    gamma: z.number().positive().describe("factor of the rate after each epoch"),
  }),
  z.strictObject({
    kind: z.literal("cosine"),
    end_factor: z.number().min(0).max(1).default(0)
      .describe("rate in the last epoch, relative to the first"),
  }),
]).describe(
  "learning rate by epoch; cosine depends on the number of epochs, so it cannot be extended",
);

/** A schedule with its settings. */
export type Schedule = z.output<typeof scheduleSchema>;

/**
 * Whether a rate depends on how many epochs there will be, so that more of them would change those that were run.
 *
 * @example
 * ```ts
 * import { dependsOnTotal } from "#lib/training/schedule.ts";
 * import { assert } from "@std/assert";
 * assert(dependsOnTotal({ kind: "cosine", end_factor: 0 }) && !dependsOnTotal({ kind: "constant" }));
 * ```
 */
export function dependsOnTotal(schedule: Schedule): boolean {
  return schedule.kind === "cosine";
}

/**
 * What the learning rate is multiplied with in an epoch.
 *
 * @param epoch counted from 0, over all phases that share the optimiser
 * @param numEpochs all of these there will be; only the cosine reads it (Loshchilov & Hutter 2017, eq. 5, without restarts:
 *   1 in the first epoch, `end_factor` in the last)
 * @throws {RangeError} if an epoch lies outside of what a cosine spans
 *
 * @example
 * ```ts
 * import { rateFactor } from "#lib/training/schedule.ts";
 * import { assertEquals } from "@std/assert";
 * const inSteps = { kind: "multi_step", milestones: [2, 3], gamma: 0.5 } as const;
 * assertEquals([0, 1, 2, 3].map((epoch) => rateFactor({ ...inSteps, milestones: [2, 3] }, epoch, 4)), [1, 1, 0.5, 0.25]);
 * assertEquals(rateFactor({ kind: "cosine", end_factor: 0.5 }, 1, 3), 0.75);
 * ```
 */
export function rateFactor(schedule: Schedule, epoch: number, numEpochs: number): number {
  switch (schedule.kind) {
    case "constant":
      return 1;
    case "multi_step":
      return schedule.gamma ** schedule.milestones.filter((at) => at <= epoch).length;
    case "exponential":
      return schedule.gamma ** epoch;
    case "cosine": {
      if (!(epoch >= 0 && epoch < numEpochs)) {
        throw new RangeError(
          `Cannot tell the learning rate of epoch ${epoch}: the cosine spans epochs 0 to ${
            numEpochs - 1
          }`,
        );
      }
      const along = numEpochs > 1 ? epoch / (numEpochs - 1) : 0;
      return schedule.end_factor +
        (1 - schedule.end_factor) * 0.5 * (1 + Math.cos(Math.PI * along));
    }
  }
}
