// What one member of `compare` asks for: which pairs, and the table that their scores make. Systems are prepared once,
// however many pairs. Leaves out who compares (compare.ts).

import type { StudyRank } from "#lib/core/artifacts/common_rank.ts";
import type { Operator } from "#lib/core/artifacts/operator.ts";
import type { Metric, Score } from "#lib/core/metric.ts";
import { type Cell, type Table, tableOf } from "#lib/core/table.ts";
import type { Item } from "#lib/core/task.ts";
import { tensor } from "#lib/core/tensor.ts";

/** A member's pairs of prepared systems, and what becomes of their scores. */
export interface Comparisons {
  readonly pairs: readonly (readonly [unknown, unknown])[];
  /** Takes the scores in the order of `pairs`. */
  tabled(scores: readonly Score[]): { readonly scores: Table };
}

/** What a member brings. */
export interface ComparisonRequest {
  readonly params: {
    readonly options: Readonly<Record<string, unknown>>;
    readonly diagonal: "identity" | "computed";
  };
  readonly inputs: Readonly<Record<string, unknown>>;
  progress(fraction: number, note?: string): void;
}

/** Prepares a member's systems: a pair `a` and `b`, or a list, of which every unordered pair is compared. */
export function comparisonsOf(metric: Metric, request: ComparisonRequest): Comparisons {
  const { params: { options }, inputs } = request;
  const rank = (inputs.rank as StudyRank | undefined)?.rank;
  const prepare = (system: unknown) =>
    metric.prepare(system, options as never, rank === undefined ? {} : { rank });
  const { pairs, rows } = inputs.a !== undefined
    ? onePair(prepare(inputs.a), prepare(inputs.b))
    : allPairs(metric, request, inputs[metric.port] as readonly Item<unknown>[], prepare);
  const unit = metric.unit(options as never);
  return {
    pairs,
    tabled: (scores) => ({
      scores: tableOf(rows(scores).map((row) => ({ ...row, metric: metric.name, unit })), {
        value: { unit, description: `${metric.summary} (${metric.sense})` },
      }),
    }),
  };
}

/** A small operator for the examples of tasks: `turn` radians per step in each plane, shrinking. */
export function exampleOperator(turn: number, n = 3): Operator {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    matrix[i * n + i] = 0.9 * Math.cos(turn) - 0.05 * i;
    for (let j = 0; j < i; j++) {
      matrix[j * n + i] = 0.9 * Math.sin(turn) / (i - j);
      matrix[i * n + j] = -0.7 * Math.sin(turn) / (i - j);
    }
  }
  const identity = matrix.map((_, k) => k % (n + 1) === 0 ? 1 : 0);
  const turned = matrix.map((_, k) => matrix[(k % n) * n + Math.floor(k / n)]);
  return {
    matrix: tensor(["target", "source"], [n, n], matrix),
    auto: tensor(["row", "column"], [n, n], identity),
    cross: tensor(["row", "column"], [n, n], turned),
    singularValues: tensor(["component"], [n], new Float64Array(n).fill(1)),
    about: { rank: n, ridge: 0 },
  };
}

type Row = Record<string, Cell>;

interface Pairs {
  readonly pairs: Comparisons["pairs"];
  rows(scores: readonly Score[]): Row[];
}

function onePair(a: unknown, b: unknown): Pairs {
  return { pairs: [[a, b]], rows: ([score]) => [scoreCells(score)] };
}

/** All ordered pairs; each unordered pair is computed once, and mirrored if the metric is symmetric. */
function allPairs(
  { laws }: Metric,
  { params, progress }: ComparisonRequest,
  items: readonly Item<unknown>[],
  prepare: (system: unknown) => unknown,
): Pairs {
  if (items.length === 0) {
    throw new RangeError("compare got an empty list; gather at least one system");
  }
  const prepared = items.map(({ value }, i) => {
    progress(0.3 * i / items.length, `prepare ${i + 1} of ${items.length}`);
    return prepare(value);
  });
  const places: (readonly [number, number])[] = [];
  for (let i = 0; i < items.length; i++) {
    for (let j = i + 1; j < items.length; j++) {
      places.push([i, j]);
      if (!laws.symmetric) places.push([j, i]);
    }
  }
  if (params.diagonal === "computed") items.forEach((_, i) => places.push([i, i]));
  return {
    pairs: places.map(([i, j]) => [prepared[i], prepared[j]]),
    rows(found) {
      const scores: Score[][] = items.map(() => []);
      places.forEach(([i, j], k) => {
        scores[i][j] = found[k];
        if (laws.symmetric) scores[j][i] = found[k];
      });
      return items.flatMap((a, i) =>
        items.map((b, j) => ({
          ...label("a", a, i),
          ...label("b", b, j),
          half: i < j ? "upper" : i === j ? "diagonal" : "lower",
          ...scoreCells(scores[i][j] ?? { value: laws.identity }),
        }))
      );
    },
  };
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
