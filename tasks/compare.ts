// Compares systems by a metric: all pairs of a gathered list, which gives a matrix in long form; each of a list with each
// of another (or with one system); the pairs of a list that a table names; or one pair `a` and `b`, which gives a number.
// Work per system is done once, however many pairs. A metric that uses the engine gets the pairs of all members of a
// batch at once; one that searches a whole set gets the set.

import { z } from "zod";
import { commonRank } from "#lib/core/artifacts/common_rank.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { isDeviceLost, isEngineFailure } from "#lib/core/engine.ts";
import type { Metric, Score } from "#lib/core/metric.ts";
import { type Table, tableOf } from "#lib/core/table.ts";
import {
  defineTask,
  type FusedMember,
  many,
  one,
  optional,
  type TaskContext,
} from "#lib/core/task.ts";
import { type Comparisons, comparisonsOf, exampleOperator } from "./_comparisons.ts";
import { exampleTrajectories } from "./_states.ts";

const params = z.strictObject({
  metric: z.string().describe("name of the metric: dsa, linear_cka, procrustes, …"),
  options: z.record(z.string(), z.unknown()).default({}).describe("the metric's own params"),
  diagonal: z.enum(["identity", "computed"]).default("identity")
    .describe(
      "a system against itself in a list: the metric's exact value, or what the computation gives",
    ),
  part: z.strictObject({
    index: z.int().min(0).describe("which part, from 0"),
    of: z.int().min(1).describe("number of parts"),
  }).refine(({ index, of }) => index < of, {
    message: "index must be less than of",
    path: ["index"],
  })
    .optional()
    .describe(
      "only every of-th pair of the list, from index: an axis over index splits a large list; all parts together are the whole",
    ),
});

export default defineTask({
  name: "compare",
  summary:
    "Compares systems by a metric: all pairs of a list, a list against another, pairs that a table names, or one pair.",
  version: 1,
  numerics: ({ options }, { metric }) => (metric as Metric).numerics?.(options as never) ?? "f64",
  params,
  members: { metric: { room: "metrics", params: "options" } },
  inputs(_params, members) {
    const metric = members.metric as Metric;
    const rank = metric.usesRank === true ? { rank: optional(commonRank) } : {};
    const list = many(metric.takes, { coords: true });
    const pairs = optional(table);
    return [
      { [metric.port]: list, against: list, pairs, ...rank },
      { [metric.port]: list, pairs, ...rank },
      { a: one(metric.takes), b: one(metric.takes), ...rank },
    ];
  },
  outputs: { scores: table },
  examples: [
    {
      params: { metric: "linear_cka" },
      inputs: () => ({
        trajectories: [exampleTrajectories(3, 30, 3), exampleTrajectories(3, 30, 2)],
      }),
    },
    {
      params: { metric: "procrustes" },
      inputs: () => ({ a: exampleTrajectories(3, 30, 3), b: exampleTrajectories(3, 30, 2) }),
    },
    {
      params: { metric: "dsa", options: { effort: "pruned" } },
      inputs: () => ({
        operators: [exampleOperator(0.2), exampleOperator(0.9)],
        against: [exampleOperator(1.3)],
      }),
    },
    {
      params: { metric: "dsa", options: { effort: "pruned" }, part: { index: 1, of: 2 } },
      inputs: () => ({
        operators: [exampleOperator(0.2), exampleOperator(0.9), exampleOperator(1.3)],
        pairs: tableOf([{ a: "0", b: "2" }, { a: "2", b: "1" }]),
      }),
    },
    {
      params: { metric: "dsa", options: { search: "engine" } },
      inputs: () => ({
        operators: [exampleOperator(0.2), exampleOperator(0.9), exampleOperator(1.3)],
      }),
    },
  ],
  async run(context, params, inputs) {
    let made: { readonly scores: Table } | undefined;
    let failure: { readonly error: unknown } | undefined;
    await compareMembers(context, [{
      params,
      inputs,
      finish: (results) => void (made = results),
      fail: (error) => void (failure = { error }),
      progress: context.progress,
    }]);
    if (failure !== undefined) throw failure.error;
    return made!;
  },
  // Systems of any sizes: the metric sorts them out.
  fuse: { by: ["metric", "options"], anySizes: true },
  runMany: compareMembers,
});

type Params = z.output<typeof params>;

// deno-lint-ignore no-explicit-any
type Member = FusedMember<Params, any, { scores: typeof table }>;

/** What members that run together have in common. */
interface Batch {
  readonly context: TaskContext;
  readonly metric: Metric;
  readonly options: never;
}

async function compareMembers(context: TaskContext, members: readonly Member[]): Promise<void> {
  const metric = context.members.metric as Metric;
  const batch: Batch = { context, metric, options: members[0].params.options as never };
  if (metric.numerics?.(batch.options) === "engine") return await compareOnEngine(batch, members);
  for (const member of members) {
    await settling(member, () => {
      const asked = comparisonsOf(metric, member);
      member.finish(
        asked.tabled(scoresOfSet(batch, member, asked) ?? scoresInTurn(batch, member, asked)),
      );
    });
  }
}

function scoresInTurn(
  { metric, options }: Batch,
  member: Member,
  { pairs, naming }: Comparisons,
): readonly Score[] {
  return pairs.map(([a, b], k) => {
    const score = naming(k, () => metric.compare(a as never, b as never, options));
    reportPairs(member, (k + 1) / pairs.length, pairs.length);
    return score;
  });
}

/** Where the metric searches a whole set under these params. */
function scoresOfSet(
  { metric, options }: Batch,
  member: Member,
  { systems, places }: Comparisons,
): readonly Score[] | undefined {
  if (
    member.params.part !== undefined && metric.compareSet?.([], [], options, () => {}) !== undefined
  ) {
    throw new RangeError(
      `${metric.name} with these options searches all pairs of the set together, so a part of them would get other ` +
        `scores; leave out part, or let pairs stand alone`,
    );
  }
  return metric.compareSet?.(
    systems,
    places,
    options,
    (fraction) => reportPairs(member, fraction, places.length),
  );
}

/** The pairs of all members at once. What is the engine's failure is the batch's. */
async function compareOnEngine(batch: Batch, members: readonly Member[]): Promise<void> {
  const open: (Comparisons & { readonly member: Member })[] = [];
  for (const member of members) {
    await settling(member, () => {
      open.push({ member, ...comparisonsOf(batch.metric, member) });
    });
  }
  if (open.length === 0) return;
  let scores: readonly Score[];
  try {
    scores = await scoresOf(batch, open);
  } catch (error) {
    if (isEngineFailure(error)) throw error;
    if (open.length === 1) return open[0].member.fail(error);
    // Some member's own: it shows which when they run one by one.
    for (const one of open) {
      await settling(one.member, async () => {
        one.member.finish(one.tabled(await scoresOf(batch, [one])));
      });
    }
    return;
  }
  let from = 0;
  for (const { member, pairs, tabled } of open) {
    const own = scores.slice(from, from += pairs.length);
    await settling(member, () => member.finish(tabled(own)));
  }
}

/** Scores of the pairs of members, one after the other; once more on a new device, if the one there was went away. */
async function scoresOf(
  { context, metric, options }: Batch,
  open: readonly (Comparisons & { readonly member: Member })[],
): Promise<readonly Score[]> {
  let furthest = 0;
  const compare = () =>
    metric.compareMany!(context.engine, open.flatMap(({ pairs }) => pairs), options, (fraction) => {
      furthest = Math.max(furthest, fraction);
      for (const { member, pairs } of open) reportPairs(member, furthest, pairs.length);
    });
  try {
    return await compare();
  } catch (error) {
    if (!isDeviceLost(error) || !await context.engine.renew()) throw error;
    return await compare();
  }
}

/** What goes wrong in `work` is this member's failure, unless it is the engine's. */
async function settling(member: Member, work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isEngineFailure(error)) throw error;
    member.fail(error);
  }
}

function reportPairs(member: Member, fraction: number, numPairs: number): void {
  const done = Math.round(fraction * numPairs);
  member.progress(0.3 + 0.7 * fraction, `pair ${done} of ${numPairs}`);
}
