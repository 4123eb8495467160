// Verbs on tables: what the published tables need, edges, refusals, and independence of the order of keys.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { recordsOf, type Table, tableOf } from "#lib/core/table.ts";
import { gatherTables } from "#lib/math/tables/gather_tables.ts";
import { applySteps, step } from "#lib/math/tables/steps.ts";
import { assertAllClose } from "#tests/support/close.ts";

const steps = (...raw: unknown[]) => raw.map((one) => step.parse(one));
const applied = (table: Table, ...raw: unknown[]) => recordsOf(applySteps(table, steps(...raw)));

const scores = tableOf([
  { metric: "dsa", a: "x", b: "y", a_regime: "chaos", b_regime: "chaos", value: 0.2 },
  { metric: "dsa", a: "x", b: "z", a_regime: "chaos", b_regime: "fixed", value: 0.6 },
  { metric: "cka", a: "x", b: "y", a_regime: "chaos", b_regime: "chaos", value: 0.5 },
  { metric: "cka", a: "x", b: "z", a_regime: "chaos", b_regime: "fixed", value: null },
], { value: { unit: "rad" } });

Deno.test("filter keeps rows by scalar, list, not, bounds, other columns and missing entries", () => {
  const values = (where: unknown) => applied(scores, { filter: where }).map(({ value }) => value);
  assertEquals(values({ metric: "dsa" }), [0.2, 0.6]);
  assertEquals(values({ metric: ["dsa", "cka"], value: { at_most: 0.5 } }), [0.2, 0.5]);
  assertEquals(values({ metric: { not: "dsa" } }), [0.5, null]);
  assertEquals(values({ value: { above: 0.2, below: 0.6 } }), [0.5]);
  assertEquals(values({ a_regime: { column: "b_regime" } }), [0.2, 0.5]);
  assertEquals(values({ a_regime: { not_column: "b_regime" } }), [0.6, null]);
  assertEquals(values({ value: { missing: true } }), [null]);
  assertEquals(values({ value: { missing: false, not: 0.2 } }), [0.6, 0.5]);
  assertEquals(values({}), [0.2, 0.6, 0.5, null]);
});

Deno.test("filter refuses unknown columns and values of another type", () => {
  assertThrows(
    () => applied(scores, { filter: { metrik: "dsa" } }),
    TypeError,
    "step 1 (filter): filter names the column 'metrik'; the table has metric, a, b",
  );
  assertThrows(
    () => applied(scores, { filter: { value: "0.2" } }),
    TypeError,
    "holds numbers, with the string 0.2",
  );
  assertThrows(() => applied(scores, { filter: { metric: { not: [1] } } }), TypeError, "number 1");
});

Deno.test("a step has exactly one verb, and verbs are strict", () => {
  const message = (raw: unknown) => step.safeParse(raw).error?.issues[0].message ?? "accepted";
  assert(message({}).startsWith("give exactly one of filter, derive"));
  assert(message({ filter: {}, select: ["a"] }).endsWith("found filter, select"));
  assertEquals(step.safeParse({ filtr: {} }).error?.issues[0].code, "unrecognized_keys");
  assert(!step.safeParse({ summarise: { by: ["a"], statistics: ["mode"] } }).success);
});

Deno.test("derive labels, looks up and computes; a missing operand gives a missing result", () => {
  const table = tableOf([
    { epoch: 1, within: 0.2, across: 0.5 },
    { epoch: 2, within: null, across: 0.4 },
    { epoch: 3, within: 0, across: 0.3 },
  ], { within: { unit: "rad" }, across: { unit: "rad" } });
  const out = applySteps(
    table,
    steps({
      derive: {
        sigma: { lookup: { column: "epoch", values: { 1: 0.004, 2: 0.002 } } },
        late: {
          label: { cases: [{ when: { epoch: { above: 2 } }, is: "late" }], otherwise: "early" },
        },
        ratio: { ratio: ["across", "within"] },
        gap: { difference: ["across", "within"] },
        twice: { product: ["across", 2] },
        total: { sum: ["across", "within", 1] },
        copied: { copy: "across" },
        kind: { constant: "v1" },
        logarithm: { log: "across" },
        size: { absolute: "epoch" },
      },
    }),
  );
  const rows = recordsOf(out);
  assertEquals(rows.map(({ sigma }) => sigma), [0.004, 0.002, null]);
  assertEquals(rows.map(({ late }) => late), ["early", "early", "late"]);
  assertEquals(rows.map(({ ratio }) => ratio), [2.5, null, Infinity]);
  assertEquals(rows.map(({ gap }) => gap), [0.3, null, 0.3]);
  assertEquals(rows[0].total, 1.7);
  assertEquals([rows[0].twice, rows[0].copied, rows[0].kind, rows[0].size], [1, 0.5, "v1", 1]);
  assertEquals(rows[0].logarithm, Math.log(0.5));
  const units = Object.fromEntries(out.columns.map(({ name, unit }) => [name, unit]));
  assertEquals([units.gap, units.copied, units.ratio, units.twice], [
    "rad",
    "rad",
    undefined,
    undefined,
  ]);
});

Deno.test("derive does not depend on the order in which columns are listed", () => {
  const one = { x: { copy: "value" }, value: { product: ["value", 2] } };
  const two = { value: { product: ["value", 2] }, x: { copy: "value" } };
  assertEquals(applied(scores, { derive: one }), applied(scores, { derive: two }));
  assertEquals(applied(scores, { derive: one })[0].x, 0.2);
  assertThrows(
    () =>
      applied(scores, {
        derive: {
          mixed: { lookup: { column: "a", values: { x: 1 }, otherwise: "no" } },
          y: { lookup: { column: "b", values: { y: 1 }, otherwise: "no" } },
        },
      }),
    TypeError,
    "derive y gives number and string",
  );
  assertThrows(
    () => applied(scores, { derive: { r: { ratio: ["metric", "value"] } } }),
    TypeError,
    "holds strings",
  );
});

Deno.test("summarise counts what is there, keeps units and the order of first appearance", () => {
  const binary = tableOf([
    { metric: "dsa", value: 0.25 },
    { metric: "cka", value: 0.5 },
    { metric: "dsa", value: 0.75 },
    { metric: "cka", value: null },
  ], { value: { unit: "rad" } });
  const out = applySteps(
    binary,
    steps({
      summarise: {
        by: ["metric"],
        statistics: ["mean", "sem", "sem_sample", "median", "min", "max", "n"],
      },
    }),
  );
  assertEquals(recordsOf(out), [
    {
      metric: "dsa",
      mean: 0.5,
      sem: 0.25 / Math.sqrt(2),
      sem_sample: Math.sqrt(0.125) / Math.sqrt(2),
      median: 0.5,
      min: 0.25,
      max: 0.75,
      n: 2,
    },
    { metric: "cka", mean: 0.5, sem: 0, sem_sample: NaN, median: 0.5, min: 0.5, max: 0.5, n: 1 },
  ]);
  assertEquals(out.columns.map(({ unit }) => unit), [
    undefined,
    ...new Array(6).fill("rad"),
    undefined,
  ]);
  const empty = applied(scores, { filter: { metric: "none" } }, { summarise: { by: [] } });
  assertEquals(empty, [{ mean: null, sem: null, n: 0 }]);
});

Deno.test("summarise gives the interval of a mean over independent units", () => {
  const [row] = applied(scores, { filter: { metric: "dsa" } }, {
    summarise: { statistics: ["mean", "n"], interval: {} },
  });
  // Two rows, one degree of freedom: mean ± 12.7062 · 0.2.
  assertAllClose([row.low as number, row.high as number], [0.4 - 2.5412409, 0.4 + 2.5412409], {
    atol: 1e-6,
  });
  const [one] = applied(scores, { filter: { metric: "cka" } }, { summarise: { interval: {} } });
  assertEquals([one.low, one.high], [NaN, NaN]);
});

Deno.test("the published table of test A: means within and across, and their ratio", () => {
  const found = applied(
    scores,
    {
      derive: {
        pair: {
          label: {
            cases: [{ when: { a_regime: { column: "b_regime" } }, is: "within" }],
            otherwise: "across",
          },
        },
      },
    },
    { summarise: { by: ["metric", "pair"], statistics: ["mean"] } },
    {
      pivot: { by: ["metric"], names: "pair", values: "mean" },
    },
    { derive: { contrast: { ratio: ["across", "within"] } } },
  );
  assertAllClose([found[0].contrast as number], [3], { rtol: 1e-15 });
  assertEquals(found[1], { metric: "cka", within: 0.5, across: null, contrast: null });
});

Deno.test("the published table of test B: R² of the line through three means, and the gap", () => {
  const curves = tableOf(
    [1, 2, 3].flatMap((epoch) =>
      [0.9, 1.1].map((factor) => ({
        epoch,
        sigma: 0.004 / 2 ** (epoch - 1),
        metric: "cka",
        value: factor * 0.0246 / 2 ** (epoch - 1),
      }))
    ),
    { value: { unit: "rad" }, sigma: { unit: "1" } },
  );
  const means = {
    summarise: { by: ["metric", "epoch", "sigma"], statistics: ["mean", "sem", "n"] },
  };
  const [line] = applied(curves, means, { fit: { by: ["metric"], x: "epoch", y: "mean" } });
  assertAllClose([line.r_squared as number, line.n as number], [27 / 28, 3], { rtol: 1e-12 });
  assertAllClose([line.change as number], [-0.0246 * 3 / 4], { rtol: 1e-12 });
  const [power] = applied(curves, means, { fit: { x: "sigma", y: "mean", model: "power" } });
  assertAllClose([power.slope as number, power.r_squared as number], [1, 1], { rtol: 1e-12 });
  const [through] = applied(curves, means, {
    fit: { x: "sigma", y: "mean", model: "proportional" },
  });
  assertAllClose([through.slope as number, through.relative_change as number], [6.15, 0.75], {
    rtol: 1e-12,
  });
  const out = applySteps(curves, steps(means, { fit: { x: "sigma", y: "mean" } }));
  assertEquals(out.columns.find(({ name }) => name === "slope")?.unit, "rad/1");
});

Deno.test("fit leaves out missing points and says nothing about a single one", () => {
  const table = tableOf([{ g: 1, x: 1, mean: 2 }, { g: 1, x: 2, mean: null }, {
    g: 2,
    x: 1,
    mean: 1,
  }]);
  assertEquals(
    applied(table, { fit: { by: ["g"], x: "x" } }).map(({ slope, n }) => [slope, n]),
    [[null, 1], [null, 1]],
  );
});

Deno.test("pivot and join refuse two rows for one place", () => {
  assertThrows(
    () => applied(scores, { pivot: { by: [], names: "metric", values: "value" } }),
    TypeError,
    "pivot finds two rows for metric = dsa",
  );
  const twice = tableOf([{ metric: "dsa", floor: 1 }, { metric: "dsa", floor: 2 }]);
  const join = { join: { by: ["metric"], take: { floor: "floor" } } };
  assertThrows(
    () => applySteps(scores, steps(join), twice),
    TypeError,
    "2 rows beside metric = dsa",
  );
  assertThrows(() => applySteps(scores, steps(join)), TypeError, "input `beside`");
});

Deno.test("join puts a floor beside every number, missing where none was measured", () => {
  const floors = tableOf([{ metric: "dsa", mean: 0.1 }], { mean: { unit: "rad" } });
  const out = applySteps(
    scores,
    steps({ join: { by: ["metric"], take: { floor: "mean" } } }, { select: ["metric", "floor"] }),
    floors,
  );
  assertEquals(out.rows, [["dsa", 0.1], ["dsa", 0.1], ["cka", null], ["cka", null]]);
  assertEquals(out.columns[1].unit, "rad");
});

Deno.test("select, rename, sort and describe change labels and order only", () => {
  const out = applySteps(
    scores,
    steps(
      { select: ["value", "metric"] },
      { rename: { value: "metric", metric: "value" } },
      { sort: { by: ["metric"], descending: true } },
      { describe: { metric: { description: "dissimilarity" } } },
    ),
  );
  assertEquals(out.columns.map(({ name }) => name), ["metric", "value"]);
  assertEquals(out.columns[0], {
    name: "metric",
    type: "number",
    unit: "rad",
    description: "dissimilarity",
  });
  assertEquals(out.rows.map(([cell]) => cell), [0.6, 0.5, 0.2, null]);
  assertThrows(
    () => applied(scores, { rename: { a: "b" } }),
    TypeError,
    "two columns the name 'b'",
  );
});

Deno.test("gatherTables() adds coordinates, fills absent columns, and keeps differing units", () => {
  const rad = tableOf([{ value: 1, bound: 2 }], { value: { unit: "rad" } });
  const one = tableOf([{ value: 3 }], { value: { unit: "1" } });
  const out = gatherTables([
    { value: rad, coords: { metric: "dsa", seed: 0 } },
    { value: one, coords: { metric: "cka", seed: 0 } },
  ]);
  assertEquals(recordsOf(out), [
    { metric: "dsa", seed: 0, value: 1, bound: 2, value_unit: "rad" },
    { metric: "cka", seed: 0, value: 3, bound: null, value_unit: "1" },
  ]);
  assertEquals(out.columns.find(({ name }) => name === "value")?.unit, undefined);
  const same = gatherTables([{ value: rad, coords: {} }, { value: rad, coords: {} }]);
  assertEquals(same.columns.map(({ name, unit }) => [name, unit]), [["value", "rad"], [
    "bound",
    undefined,
  ]]);
});

Deno.test("gatherTables() says what a column means only where all tables say the same", () => {
  const table = (value: number | null, description?: string) =>
    tableOf([{ value, n: 3 }], {
      value: description === undefined ? {} : { description },
      n: { description: "independent units" },
    });
  const described = (...values: Table[]) =>
    gatherTables(values.map((value) => ({ value, coords: {} })))
      .columns.map((column) => column.description);
  assertEquals(described(table(1, "angle"), table(2, "angle")), ["angle", "independent units"]);
  assertEquals(described(table(1, "angle"), table(2, "ratio")), [undefined, "independent units"]);
  assertEquals(described(table(1, "angle"), table(2)), [undefined, "independent units"]);
  assertEquals(described(table(1), table(2, "angle")), [undefined, "independent units"]);
});

Deno.test("gatherTables() gives the same table whatever the order of axis names, and refuses contradictions", () => {
  const value = tableOf([{ value: 1 }]);
  assertEquals(
    gatherTables([{ value, coords: { a: 1, b: 2 } }]),
    gatherTables([{ value, coords: { b: 2, a: 1 } }]),
  );
  const named = tableOf([{ metric: "dsa", value: 1 }]);
  assertEquals(gatherTables([{ value: named, coords: { metric: "dsa" } }]).rows, [["dsa", 1]]);
  assertThrows(
    () => gatherTables([{ value: named, coords: { metric: "cka" } }]),
    TypeError,
    "rename: {metric: …} on the input",
  );
  assertThrows(
    () => gatherTables([{ value, coords: { seed: 1 } }, { value, coords: { seed: "one" } }]),
    TypeError,
    "disagree on column 'seed'",
  );
  assertEquals(gatherTables([]), { columns: [], rows: [] });
});

Deno.test("intervals leave out units within their strata, and refuse a unit that lies in two", () => {
  const table = tableOf([
    ["u", "v", "one", "one", 0.1],
    ["u", "w", "one", "two", 0.5],
    ["v", "w", "one", "two", 0.6],
    ["u", "x", "one", "two", 0.7],
    ["v", "x", "one", "two", 0.55],
    ["w", "x", "two", "two", 0.2],
  ].map(([a, b, a_regime, b_regime, value]) => ({ a, b, a_regime, b_regime, value })));
  const width = (interval: unknown) => {
    const [{ low, high }] = applied(table, { summarise: { statistics: ["mean"], interval } });
    return (high as number) - (low as number);
  };
  const units = ["a", "b"];
  assert(width({ units }) > 0);
  assert(width({ units, strata: ["a_regime", "b_regime"] }) !== width({ units }));
  assertThrows(() => width({ units, strata: ["b_regime", "a_regime"] }), TypeError, "two strata");
  assert(!step.safeParse({ summarise: { interval: { units, strata: ["a_regime"] } } }).success);
});
