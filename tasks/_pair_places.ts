// Which pairs of a list, or of two lists, are compared, and which rows they make: a whole matrix, a rectangle, the pairs
// that a table names, or one part of these. Leaves out the systems themselves and their scores (_comparisons.ts).

import { closestString } from "@std/text";
import { type Cell, recordsOf, type Table } from "#lib/core/table.ts";

/** Positions of two systems. */
export type Place = readonly [number, number];

/** What a row shows. */
export interface PlannedRow {
  readonly place: Place;
  /** Which of the computed pairs; `undefined` for a system against itself, whose score is known. */
  readonly computed?: number | undefined;
  /** Above, on or below the diagonal of a matrix. */
  readonly half?: "upper" | "diagonal" | "lower";
}

/** Pairs to compute, and rows in their order. */
export interface PairPlan {
  readonly places: readonly Place[];
  readonly rows: readonly PlannedRow[];
}

/** Every `of`-th pair, from `index`. */
export interface Part {
  readonly index: number;
  readonly of: number;
}

/** What decides which of two orders of a pair, and whether a system against itself, is computed. */
export interface PairRules {
  readonly symmetric: boolean;
  readonly diagonal: "identity" | "computed";
  readonly part?: Part | undefined;
}

/** A system's label and coordinates. */
export interface Labelled {
  readonly text: string;
  readonly coords: Readonly<Record<string, Cell>>;
}

/**
 * All ordered pairs of `count` systems, row by row. Each unordered pair is computed once, and mirrored if the metric is
 * symmetric. A part has the rows of its unordered pairs, and every `of`-th of the diagonal: all parts together are the whole.
 */
export function matrixPlan(count: number, { symmetric, diagonal, part }: PairRules): PairPlan {
  const places: Place[] = [];
  const computed = new Map<number, number>();
  const compute = (i: number, j: number) => {
    computed.set(i * count + j, places.length);
    places.push([i, j]);
  };
  let pair = 0;
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      if (!belongs(pair++, part)) continue;
      compute(i, j);
      if (symmetric) computed.set(j * count + i, places.length - 1);
      else compute(j, i);
    }
  }
  if (diagonal === "computed") {
    for (let i = 0; i < count; i++) if (belongs(i, part)) compute(i, i);
  }
  const rows: PlannedRow[] = [];
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const known = computed.get(i * count + j);
      if (known === undefined && !(i === j && belongs(i, part))) continue;
      const half = i < j ? "upper" : i === j ? "diagonal" : "lower";
      rows.push({ place: [i, j], computed: known, half });
    }
  }
  return { places, rows };
}

/** Each of `count` systems with each of `against` others, whose positions follow theirs; row by row. */
export function rectanglePlan(count: number, against: number, part?: Part): PairPlan {
  const places: Place[] = [];
  for (let pair = 0; pair < count * against; pair++) {
    if (belongs(pair, part)) places.push([Math.floor(pair / against), count + pair % against]);
  }
  return { places, rows: places.map((place, computed) => ({ place, computed })) };
}

/** The pairs that a table names, a row for each in its order; what it names twice is computed once. */
export function namedPlan(named: readonly Place[], rules: PairRules): PairPlan {
  const places: Place[] = [];
  const computed = new Map<string, number>();
  const rows: PlannedRow[] = [];
  named.forEach(([i, j], row) => {
    if (!belongs(row, rules.part)) return;
    if (i === j && rules.diagonal === "identity") return rows.push({ place: [i, j] });
    const swap = rules.symmetric && i > j;
    const key = swap ? `${j} ${i}` : `${i} ${j}`;
    if (!computed.has(key)) {
      computed.set(key, places.length);
      places.push(swap ? [j, i] : [i, j]);
    }
    rows.push({ place: [i, j], computed: computed.get(key) });
  });
  return { places, rows };
}

/**
 * The positions that a table of pairs names, by columns `a` and `b` with labels as `compare` writes them, or else by
 * columns `a_<axis>` and `b_<axis>`. Positions in `b` are those in the list `b`.
 *
 * @throws {RangeError} if columns are missing, or a row names no system, or more than one.
 */
export function namedPlaces(
  pairs: Table,
  a: readonly Labelled[],
  b: readonly Labelled[],
): readonly Place[] {
  const names = pairs.columns.map(({ name }) => name);
  const find = { a: finderOf("a", names, a), b: finderOf("b", names, b) };
  return recordsOf(pairs).map((row, i) => [find.a(row, i), find.b(row, i)]);
}

function finderOf(side: "a" | "b", names: readonly string[], systems: readonly Labelled[]) {
  const axes = [...new Set(systems.flatMap(({ coords }) => Object.keys(coords)))];
  const used = names.includes(side) ? [] : axes.filter((axis) => names.includes(`${side}_${axis}`));
  if (!names.includes(side) && used.length === 0) {
    const wanted = [side, ...axes.map((axis) => `${side}_${axis}`)].join("', '");
    throw new RangeError(
      `pairs: the table (columns ${names.join(", ") || "none"}) does not say which systems are ` +
        `meant; it needs columns 'a' and 'b' with labels as compare prints them, or columns of the axes: '${wanted}'`,
    );
  }
  const ofSystem = ({ text, coords }: Labelled) =>
    used.length === 0 ? text : used.map((axis) => String(coords[axis])).join(" ");
  const positions = new Map<string, number[]>();
  systems.forEach((system, i) => {
    const text = ofSystem(system);
    positions.set(text, [...positions.get(text) ?? [], i]);
  });
  return (row: Readonly<Record<string, Cell>>, i: number): number => {
    const text = used.length === 0
      ? String(row[side])
      : used.map((axis) => String(row[`${side}_${axis}`])).join(" ");
    const found = positions.get(text) ?? [];
    if (found.length === 1) return found[0];
    const where = `pairs, row ${i + 1}: ${found.length === 0 ? "no" : found.length} systems`;
    throw new RangeError(
      found.length === 0
        ? `${where} are called '${text}' (${side}); the nearest of ${positions.size} labels is '${
          closestString(text, [...positions.keys()])
        }'`
        : `${where} are called '${text}' (${side}); name one by further columns '${side}_<axis>' or by '${side}'`,
    );
  };
}

function belongs(position: number, part: Part | undefined): boolean {
  return part === undefined || position % part.of === part.index;
}
