// The verb `sample`, and what two ids share: rows drawn by what stands in them, never by where they stand.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import { recordsOf, type Table, tableOf } from "#lib/core/table.ts";
import { applySteps, step } from "#lib/math/tables/steps.ts";
import { fresh } from "../linalg/fresh.ts";

const applied = (table: Table, ...raw: unknown[]) =>
  recordsOf(applySteps(table, raw.map((one) => step.parse(one))));

const pairs = tableOf(
  Array.from(
    { length: 90 },
    (_, i) => ({ a: `x${i}`, b: `y${i % 7}`, class: i % 3, value: i / 7 }),
  ),
);

Deno.test("sample keeps at most so many rows of each class, in their order", () => {
  const rows = applied(pairs, { sample: { by: ["class"], at_most: 8 } });
  assertEquals(rows.length, 24);
  for (const wanted of [0, 1, 2]) {
    assertEquals(rows.filter((row) => row.class === wanted).length, 8);
  }
  const places = rows.map(({ a }) => Number(String(a).slice(1)));
  assertEquals(places, places.toSorted((one, other) => one - other));
  assertEquals(applied(pairs, { sample: { by: ["class"], at_most: 99 } }), recordsOf(pairs));
});

Deno.test("sample draws by content: other rows, another order, columns or values change nothing", () =>
  fresh(({ seed }) => {
    const draw = (table: Table, at_most: number, more = {}) =>
      applied(table, { sample: { by: ["class"], at_most, known_by: ["a", "b"], seed, ...more } })
        .map(({ a }) => a as string);
    const drawn = draw(pairs, 10);
    const order = randomStream(seed, "order").permutation(90);
    const shuffled = { ...pairs, rows: Array.from(order, (at) => pairs.rows[at]) };
    assertEquals(draw(shuffled, 10).toSorted(), drawn.toSorted());
    const fewer = { ...pairs, rows: pairs.rows.filter((row) => row[2] !== 1) };
    assertEquals(draw(fewer, 10), drawn.filter((a) => Number(a.slice(1)) % 3 !== 1));
    const [b, a, group] = [1, 0, 2];
    const turned = {
      columns: [pairs.columns[b], pairs.columns[group], pairs.columns[a]],
      rows: pairs.rows.map((row) => [row[b], row[group], row[a]]),
    };
    assertEquals(draw(turned, 10), drawn);
    const wider = draw(pairs, 20);
    assert(drawn.every((one) => wider.includes(one)), "a larger sample holds a smaller one");
    assert(drawn.join() !== draw(pairs, 10, { seed: seed + 1 }).join());
  }));

Deno.test("sample draws each row as often as any other", () => {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 600; seed++) {
    const rows = applied(pairs, { filter: { class: 0 } }, {
      sample: { at_most: 6, known_by: ["a"], seed },
    });
    for (const { a } of rows) counts.set(a as string, (counts.get(a as string) ?? 0) + 1);
  }
  // Each of 30 rows in a fifth of 600 samples; five standard deviations.
  assertEquals(counts.size, 30);
  for (const count of counts.values()) {
    assert(Math.abs(count - 120) < 5 * Math.sqrt(120 * 0.8), `${count}`);
  }
});

Deno.test("sample refuses columns that are not there", () => {
  assertThrows(
    () => applied(pairs, { sample: { by: ["klass"], at_most: 1 } }),
    TypeError,
    "'klass'",
  );
  assertThrows(
    () => applied(pairs, { sample: { at_most: 1, known_by: ["c"] } }),
    TypeError,
    "sample names the column 'c'",
  );
});

Deno.test("derive counts what two ids share, anywhere and in place", () => {
  const table = tableOf([
    { a: "line_curve_spiral", b: "curve_line_spiral" },
    { a: "line_curve_spiral", b: "x_curve" },
    { a: "line_line", b: "line_line" },
    { a: "a-b_c", b: "a_b" },
    { a: null, b: "a" },
  ]);
  const of = ["a", "b"];
  const counts = (separator?: string) =>
    applied(table, {
      derive: {
        shared: { shared_parts: { of, ...(separator === undefined ? {} : { separator }) } },
        matching: { matching_parts: { of, ...(separator === undefined ? {} : { separator }) } },
      },
    }).map(({ shared, matching }) => [shared, matching]);
  assertEquals(counts(), [[3, 1], [1, 1], [1, 2], [0, 0], [null, null]]);
  assertEquals(counts("-")[3], [0, 0]);
  const numbers = tableOf([{ a: 1, b: 2 }]);
  assertThrows(
    () => applied(numbers, { derive: { n: { shared_parts: { of } } } }),
    TypeError,
    "ids that are strings, but 'a' holds numbers",
  );
});
