// What one member of `compare` asks for: which pairs, and the table that their scores make. Systems are prepared once,
// however many pairs, and only those that a pair needs. Leaves out who compares (compare.ts) and which pairs a list
// makes (_pair_places.ts).

import type { StudyRank } from "#lib/core/artifacts/common_rank.ts";
import type { Operator } from "#lib/core/artifacts/operator.ts";
import { lawsOf, type Metric, type Score, senseOf } from "#lib/core/metric.ts";
import { type Cell, type Column, type Table, tableOf } from "#lib/core/table.ts";
import type { Item } from "#lib/core/task.ts";
import { tensor } from "#lib/core/tensor.ts";
import {
  type Labelled,
  matrixPlan,
  namedPlaces,
  namedPlan,
  type PairPlan,
  type Part,
  type Place,
  rectanglePlan,
} from "./_pair_places.ts";

/** A member's prepared systems and pairs of them, and what becomes of their scores. */
export interface Comparisons {
  readonly systems: readonly unknown[];
  /** Positions in `systems`. */
  readonly places: readonly Place[];
  readonly pairs: readonly (readonly [unknown, unknown])[];
  /** Runs the work of pair `k`; what it throws then says which systems it was about. */
  naming<R>(k: number, work: () => R): R;
  /** Takes the scores in the order of `pairs`. */
  tabled(scores: readonly Score[]): { readonly scores: Table };
}

/** What a member brings. */
export interface ComparisonRequest {
  readonly params: {
    readonly options: Readonly<Record<string, unknown>>;
    readonly diagonal: "identity" | "computed";
    readonly part?: Part | undefined;
  };
  readonly inputs: Readonly<Record<string, unknown>>;
  progress(fraction: number, note?: string): void;
}

/** Prepares a member's systems: a pair `a` and `b`, or a list, alone or against another. */
export function comparisonsOf(metric: Metric, request: ComparisonRequest): Comparisons {
  const { params, inputs, progress } = request;
  const options = params.options as never;
  const rank = (inputs.rank as StudyRank | undefined)?.rank;
  const { values, labels, rows, places } = inputs.a !== undefined
    ? onePair(request)
    : pairsOfLists(metric, request);
  const prepared: unknown[] = [];
  const whole = params.part === undefined && inputs.pairs === undefined;
  const needed = neededBy(places, whole ? values.length : 0);
  const position = new Map(needed.map((i, k) => [i, k]));
  needed.forEach((i, done) => {
    progress(0.3 * done / needed.length, `prepare ${done + 1} of ${needed.length}`);
    prepared[i] = saying(
      labels === undefined ? ["a", "b"][i] : `system '${labels[i].text}'`,
      () => metric.prepare(values[i], options, rank === undefined ? {} : { rank }),
    );
  });
  const [unit, sense] = [metric.unit(options), senseOf(metric, options)];
  const naming = <R>(k: number, work: () => R): R => {
    const [i, j] = places[k];
    return saying(labels && `'${labels[i].text}' against '${labels[j].text}'`, work);
  };
  const pairs = places.map(([i, j]) => [prepared[i], prepared[j]] as const);
  pairs.forEach(([a, b], k) => naming(k, () => metric.check?.(a, b, options)));
  return {
    systems: needed.map((i) => prepared[i]),
    places: places.map(([i, j]) => [position.get(i)!, position.get(j)!]),
    pairs,
    naming,
    tabled: (scores) => ({
      scores: scoreTable(
        `${metric.summary} (${sense})`,
        unit,
        rows.map(({ place: [i, j], computed, half }) => {
          const score = computed === undefined
            ? { value: lawsOf(metric, options).identity }
            : scores[computed];
          return {
            ...(labels === undefined
              ? {}
              : { ...labelCells("a", labels[i]), ...labelCells("b", labels[j]) }),
            ...(half === undefined ? {} : { half }),
            value: score.value,
            ...score.more,
            metric: metric.name,
            unit: score.unit ?? unit,
            sense,
          };
        }),
      ),
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

interface Asked extends PairPlan {
  readonly values: readonly unknown[];
  /** None for the one pair `a` and `b`. */
  readonly labels?: readonly Labelled[];
}

function onePair({ params: { part }, inputs }: ComparisonRequest): Asked {
  if (part !== undefined) {
    throw new RangeError(
      "compare got a part of the one pair a and b; leave out part, or bind a list",
    );
  }
  const place = [0, 1] as const;
  return {
    values: [inputs.a, inputs.b],
    places: [place],
    rows: [{ place, computed: 0 }],
  };
}

function pairsOfLists(metric: Metric, { params, inputs }: ComparisonRequest): Asked {
  const own = itemsOf(inputs, metric.port);
  const against = inputs.against === undefined ? undefined : itemsOf(inputs, "against");
  const labels = own.map(labelOf);
  const others = against?.map(labelOf);
  const values = [...own, ...against ?? []].map(({ value }) => value);
  const { symmetric, identityVaries } = lawsOf(metric, params.options as never);
  const diagonal = identityVaries === true ? "computed" as const : params.diagonal;
  const rules = { ...params, diagonal, symmetric };
  let plan: PairPlan;
  if (inputs.pairs !== undefined) {
    const named = namedPlaces(inputs.pairs as Table, labels, others ?? labels);
    const offset = others === undefined ? 0 : own.length;
    plan = namedPlan(named.map(([i, j]) => [i, offset + j]), rules);
  } else if (others !== undefined) plan = rectanglePlan(own.length, others.length, params.part);
  else plan = matrixPlan(own.length, rules);
  return { values, labels: ofOneType([...labels, ...others ?? []]), ...plan };
}

function itemsOf(inputs: ComparisonRequest["inputs"], port: string): readonly Item<unknown>[] {
  const items = inputs[port] as readonly Item<unknown>[];
  if (items.length > 0) return items;
  throw new RangeError(`compare got an empty list of ${port}; gather at least one system`);
}

/** Positions of the systems that pairs need, ascending; the first `all` at least. */
function neededBy(places: readonly Place[], all: number): readonly number[] {
  const needed = new Set(places.flat());
  for (let i = 0; i < all; i++) needed.add(i);
  return [...needed].sort((i, j) => i - j);
}

/** What `work` throws begins with `what`, and is of the same kind. */
function saying<R>(what: string | undefined, work: () => R): R {
  try {
    return work();
  } catch (error) {
    if (what === undefined) throw error;
    if (error instanceof RangeError) {
      throw new RangeError(`${what}: ${error.message}`, { cause: error });
    }
    if (error instanceof TypeError) {
      throw new TypeError(`${what}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

type Row = Record<string, Cell>;

/** A part may have no row; its table still has the columns that every row has. */
function scoreTable(description: string, unit: string, rows: readonly Row[]): Table {
  if (rows.length === 0) {
    const text = (name: string): Column => ({ name, type: "string" });
    const value: Column = { name: "value", type: "number", unit, description };
    return {
      columns: [text("a"), text("b"), value, ...["metric", "unit", "sense"].map(text)],
      rows: [],
    };
  }
  // Rows of several units: each says its own.
  const one = rows.every((row) => row.unit === rows[0].unit);
  return tableOf(rows, {
    value: { ...(one ? { unit: rows[0].unit as string } : {}), description },
  });
}

/** `a` is the coordinates in words, `a_group` and the like each of them. */
function labelCells(side: "a" | "b", { text, coords }: Labelled): Row {
  return {
    [side]: text,
    ...Object.fromEntries(Object.entries(coords).map(([axis, id]) => [`${side}_${axis}`, id])),
  };
}

/** A union may bring ids of several types on one axis (layers 0, 1, 2 and labels); in a column they are all text then. */
function ofOneType(labels: readonly Labelled[]): readonly Labelled[] {
  const types = new Map<string, Set<string>>();
  for (const [axis, id] of labels.flatMap(({ coords }) => Object.entries(coords))) {
    types.set(axis, (types.get(axis) ?? new Set()).add(typeof id));
  }
  const mixed = new Set([...types].filter(([, found]) => found.size > 1).map(([axis]) => axis));
  if (mixed.size === 0) return labels;
  return labels.map((label) => ({
    ...label,
    coords: Object.fromEntries(
      Object.entries(label.coords).map((
        [axis, id],
      ) => [axis, mixed.has(axis) ? String(id) : id]),
    ),
  }));
}

function labelOf({ coords }: Item<unknown>, position: number): Labelled {
  // Sorted, because the order of axis names is in no key.
  const entries = Object.entries(coords).sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    text: entries.length === 0 ? String(position) : entries.map(([, id]) => String(id)).join(" "),
    coords: Object.fromEntries(entries),
  };
}
