// Compares systems by a metric: all pairs of a gathered list, which gives a matrix in long form, or one pair
// `a` and `b`, which gives a number. Work per system is done once, however many pairs.

import { z } from "zod";
import { commonRank, type StudyRank } from "#lib/core/artifacts/common_rank.ts";
import { table } from "#lib/core/artifacts/table.ts";
import type { Metric, Score } from "#lib/core/metric.ts";
import { type Cell, tableOf } from "#lib/core/table.ts";
import { defineTask, type Item, many, one, optional, type TaskContext } from "#lib/core/task.ts";
import { exampleTrajectories } from "./_states.ts";

const params = z.strictObject({
  metric: z.string().describe("name of the metric: dsa, linear_cka, procrustes, …"),
  options: z.record(z.string(), z.unknown()).default({}).describe("the metric's own params"),
  diagonal: z.enum(["identity", "computed"]).default("identity")
    .describe(
      "a system against itself in a list: the metric's exact value, or what the computation gives",
    ),
});

export default defineTask({
  name: "compare",
  summary: "Compares systems by a metric, pair by pair.",
  version: 1,
  numerics: "f64",
  params,
  members: { metric: { room: "metrics", params: "options" } },
  inputs(_params, members) {
    const metric = members.metric as Metric;
    const rank = metric.usesRank === true ? { rank: optional(commonRank) } : {};
    return [
      { [metric.port]: many(metric.takes, { coords: true }), ...rank },
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
  ],
  run(context, params, inputs) {
    const metric = context.members.metric as Metric;
    const bound = inputs as Readonly<Record<string, unknown>>;
    const rank = (bound.rank as StudyRank | undefined)?.rank;
    const options = rank === undefined ? {} : { rank };
    const prepare = (system: unknown) => metric.prepare(system, params.options as never, options);
    const compare = (a: unknown, b: unknown) => metric.compare(a, b, params.options as never);
    const facts = {
      metric: metric.name,
      unit: metric.unit(params.options as never),
    };
    const records = bound.a !== undefined
      ? [{ ...scoreCells(compare(prepare(bound.a), prepare(bound.b))), ...facts }]
      : matrix(context, bound[metric.port] as readonly Item<unknown>[], metric, {
        prepare,
        compare,
        computeDiagonal: params.diagonal === "computed",
      }).map((record) => ({ ...record, ...facts }));
    return {
      scores: tableOf(records, {
        value: { unit: facts.unit, description: `${metric.summary} (${metric.sense})` },
      }),
    };
  },
});

type Row = Record<string, Cell>;

/** All ordered pairs; each unordered pair is computed once, and mirrored if the metric is symmetric. */
function matrix(
  context: TaskContext,
  items: readonly Item<unknown>[],
  metric: Metric,
  work: {
    readonly prepare: (system: unknown) => unknown;
    readonly compare: (a: unknown, b: unknown) => Score;
    readonly computeDiagonal: boolean;
  },
): Row[] {
  if (items.length === 0) {
    throw new RangeError("compare got an empty list; gather at least one system");
  }
  const prepared = items.map(({ value }, i) => {
    context.progress(0.3 * i / items.length, `prepare ${i + 1} of ${items.length}`);
    return work.prepare(value);
  });
  const scores: Score[][] = items.map(() => []);
  const numPairs = items.length * (items.length - 1) / 2;
  let done = 0;
  for (let i = 0; i < items.length; i++) {
    for (let j = i + 1; j < items.length; j++) {
      scores[i][j] = work.compare(prepared[i], prepared[j]);
      scores[j][i] = metric.laws.symmetric ? scores[i][j] : work.compare(prepared[j], prepared[i]);
      context.progress(0.3 + 0.7 * ++done / numPairs, `pair ${done} of ${numPairs}`);
    }
  }
  for (let i = 0; i < items.length; i++) {
    scores[i][i] = work.computeDiagonal
      ? work.compare(prepared[i], prepared[i])
      : { value: metric.laws.identity };
  }
  return items.flatMap((a, i) =>
    items.map((b, j) => ({
      ...label("a", a, i),
      ...label("b", b, j),
      half: i < j ? "upper" : i === j ? "diagonal" : "lower",
      ...scoreCells(scores[i][j]),
    }))
  );
}

function scoreCells({ value, more }: Score): Row {
  return { value, ...more };
}

/** `a` is the coordinates in words, `a_group` and the like each of them. */
function label(side: "a" | "b", { coords }: Item<unknown>, position: number): Row {
  // Sorted, because the order of axis names is in no key.
  const entries = Object.entries(coords).sort(([one], [other]) => (one < other ? -1 : 1));
  const text = entries.length === 0
    ? String(position)
    : entries.map(([, id]) => String(id)).join(" ");
  return {
    [side]: text,
    ...Object.fromEntries(entries.map(([axis, id]) => [`${side}_${axis}`, id])),
  };
}
