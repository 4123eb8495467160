// Rows with unknown positions, compared with what they mean: an unknown position agrees with every other.

import { assertEquals } from "@std/assert";
import { Axis, axisValues, unknownValue } from "#lib/workflow/axis.ts";
import type { Relation } from "#lib/workflow/relation.ts";
import { SourceText } from "#lib/workflow/source_text.ts";
import { joinRows, splitRows } from "#lib/workflow/unknown_rows.ts";
import { withSeed } from "#tests/support/with_seed.ts";

const at = { source: new SourceText("a.yaml", ""), start: 0, end: 0 };

function axisOf(name: string, isRagged: boolean): Axis {
  const values = axisValues([0, 1, 2]);
  if (!values.ok) throw new Error("three numbers are an axis");
  return isRagged
    ? new Axis(name, [...values.value, unknownValue], at, 0, undefined, { isComplete: false })
    : new Axis(name, values.value, at, 0);
}

const axes = [axisOf("a", false), axisOf("b", true), axisOf("c", true), axisOf("d", false)];

function randomRelation(draw: (below: number) => number): Relation {
  const own = axes.filter(() => draw(3) > 0);
  const rows = new Map<string, number[]>();
  for (let i = draw(8); i > 0; i--) {
    const row = own.map((axis) => draw(axis.values.length));
    rows.set(row.join(), row);
  }
  const list = [...rows.values()];
  return {
    axes: own,
    columns: own.map((_, c) => Int32Array.from(list, (row) => row[c])),
    length: list.length,
  };
}

/** Rows as text, by axis name, sorted. */
function rowsOf({ axes: own, columns, length }: Relation): string[] {
  const order = [...own.keys()].sort((x, y) => own[x].name < own[y].name ? -1 : 1);
  return Array.from(
    { length },
    (_, i) => order.map((c) => `${own[c].name}${own[c].values[columns[c][i]].text}`).join(" "),
  ).sort();
}

/** The definition: every pair of rows that agree, each result once. */
function joinedLiterally(left: Relation, right: Relation): string[] {
  const found = new Set<string>();
  for (let i = 0; i < left.length; i++) {
    pairs: for (let j = 0; j < right.length; j++) {
      const parts: string[] = [];
      for (const axis of axes) {
        const told = [[left, i] as const, [right, j] as const].flatMap((
          [{ axes: own, columns }, r],
        ) => own.includes(axis) ? [columns[own.indexOf(axis)][r]] : []);
        if (told.length === 0) continue;
        const known = new Set(told.filter((position) => position !== axis.unknownAt));
        if (known.size > 1) continue pairs;
        const [position = axis.unknownAt] = known;
        parts.push(`${axis.name}${axis.values[position].text}`);
      }
      found.add(parts.join(" "));
    }
  }
  return [...found].sort();
}

Deno.test("joinRows() joins rows that agree, where they are known", async () => {
  await withSeed((draw) => {
    for (let round = 0; round < 500; round++) {
      const [left, right] = [randomRelation(draw), randomRelation(draw)];
      const joined = joinRows(left, right, 1000);
      if (typeof joined === "number") throw new Error(`${joined} rows are few`);
      assertEquals(rowsOf(joined), joinedLiterally(left, right));
    }
    return Promise.resolve();
  });
});

Deno.test("joinRows() counts what would be too many", () => {
  const [, b] = axes;
  const unknown = { axes: [b], columns: [Int32Array.of(3)], length: 1 };
  const known = { axes: [b], columns: [Int32Array.of(0, 1, 2)], length: 3 };
  assertEquals(joinRows(unknown, known, 2), 3);
});

Deno.test("splitRows() finds a row by every key that it may have", async () => {
  await withSeed((draw) => {
    for (let round = 0; round < 300; round++) {
      const { axes: own, columns, length } = randomRelation(draw);
      const keyed = own.map(({ unknownAt, values }) => ({ unknownAt, length: values.length }));
      const unsure = Uint8Array.from({ length }, () => draw(4) === 0 ? 1 : 0);
      const { index, unknown } = splitRows(columns, keyed, length, unsure);
      const wanted = own.map(({ values }) => draw(Math.min(3, values.length)));
      const found: number[] = [];
      const walk = (first: number | undefined, next: Int32Array) => {
        for (let i = first ?? -1; i >= 0; i = next[i]) found.push(i);
      };
      const code = wanted.reduce((sum, position, c) => sum * keyed[c].length + position, 0);
      walk(index.first.get(code), index.next);
      const numExact = found.length;
      for (const group of unknown) {
        walk(group.index.first.get(group.code(wanted)), group.index.next);
      }
      const agrees = (i: number) =>
        own.every(({ unknownAt }, c) => columns[c][i] === wanted[c] || columns[c][i] === unknownAt);
      const isExact = (i: number) =>
        unsure[i] === 0 && own.every((_, c) => columns[c][i] === wanted[c]);
      const all = Array.from({ length }, (_, i) => i).filter(agrees);
      assertEquals(found.toSorted((x, y) => x - y), all);
      assertEquals(found.slice(0, numExact), all.filter(isExact));
    }
    return Promise.resolve();
  });
});
