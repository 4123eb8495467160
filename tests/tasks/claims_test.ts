// Claims A1 to A3 as a workflow declares them, on the published numbers of the attractor study.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Cell, recordsOf, type Table, tableOf } from "#lib/core/table.ts";
import task from "#tasks/claims.ts";
import { assertAllClose } from "#tests/support/close.ts";
import reference from "#tests/reference/attractors/repal.json" with { type: "json" };
import { runTask } from "#tests/support/run_task.ts";

type Record_ = Record<string, Cell>;

/** Published similarities of nine simulations as dissimilarities, angle / (π/2), both orders. */
function testA(): Record_[] {
  const regimes = [0, 0, 0, 1, 1, 1, 2, 2, 2];
  const pairs = (metric: string, similarities: number[][]) =>
    similarities.flatMap((row, i) =>
      row.flatMap((similarity, k) => {
        const j = i + 1 + k;
        const record = {
          preset: "as_published",
          metric,
          pair: regimes[i] === regimes[j] ? "within" : "across",
          value: Math.acos(similarity) / (Math.PI / 2),
        };
        return [{ ...record, a: i, b: j }, { ...record, a: j, b: i }];
      })
    );
  return [
    ...pairs("linear_cka", reference.cka),
    ...pairs("procrustes", reference.procrustes_cosine),
  ];
}

const unit = { value: { unit: "rad/(π/2)" } };
const run = async (params: Record<string, unknown>, table: Table, floors?: Table) => {
  const { verdicts } = await runTask(task, params, {
    tables: [{ value: table, coords: {} }],
    ...(floors === undefined ? {} : { floors: [{ value: floors, coords: {} }] }),
  });
  return recordsOf(verdicts);
};

const ratio = { ratio: { of: { pair: "across" }, to: { pair: "within" } } };
const separates = {
  id: "A1.separates",
  statement: "All measures separate regimes.",
  published: "CKA 0.793 → 0.890 (×1.12), Procrustes 0.671 → 0.775 (×1.15)",
  quantity: ratio,
  test: { above: 1 },
};

Deno.test("claims reproduces the contrasts of test A, with intervals over simulations", async () => {
  const rows = await run(
    { by: ["preset", "metric"], interval: { units: ["a", "b"] }, claims: [separates] },
    tableOf(testA(), unit),
  );
  assertEquals(rows.map(({ metric, n, num_rows }) => [metric, n, num_rows]), [
    ["linear_cka", 9, 72],
    ["procrustes", 9, 72],
  ]);
  assertAllClose(rows.map(({ number }) => number as number), [0.89 / 0.793, 0.775 / 0.671], {
    atol: 2e-3,
  });
  assertAllClose([rows[0].effect as number], [0.89 - 0.793], { atol: 1e-3 });
  for (const { low, number, high } of rows) assert(low! < number! && number! < high!);
  assertEquals(rows.map(({ quantity, test }) => [quantity, test])[0], [
    "ratio of pair across to pair within",
    "above 1",
  ]);
});

Deno.test("claims asks every metric, compares metrics, and looks at the floor", async () => {
  const params = {
    by: ["preset"],
    interval: { units: ["a", "b"] },
    claims: [
      { ...separates, every: { column: "metric" } },
      {
        id: "A1.largest",
        statement: "Procrustes has the larger contrast.",
        quantity: ratio,
        largest: { column: "metric", is: "procrustes" },
        test: { above: 0 },
        interval: "none",
      },
      { ...separates, id: "A1.dsa", where: { metric: "dsa" } },
      { ...separates, id: "A1.three", every: { column: "metric", of: ["linear_cka", "dsa"] } },
      { id: "A4", statement: "Falls with shared motifs.", not_tested: "needs composite motifs" },
    ],
  };
  const table = tableOf(testA(), unit);
  const [every, largest, dsa, three, a4] = await run(params, table);
  assertEquals(every.verdict, "undecidable");
  assert((every.reason as string).startsWith("linear_cka: the interval"));
  assertEquals([largest.verdict, largest.n], ["holds", 144]);
  assertAllClose([largest.number as number], [0.775 / 0.671 - 0.89 / 0.793], { atol: 4e-3 });
  assertEquals([dsa.verdict, dsa.n, dsa.number], ["not tested here", 0, null]);
  assertEquals([three.verdict, three.reason], ["undecidable", "dsa: nothing was measured"]);
  assertEquals([a4.verdict, a4.reason], ["not tested here", "needs composite motifs"]);

  const floors = tableOf([
    { metric: "linear_cka", value: 0.3 },
    { metric: "procrustes", value: 0.0625 },
    { metric: "procrustes", value: 0.125 },
  ]);
  const [, beside] = await run(params, table, floors);
  assertAllClose([beside.floor as number], [0.09375], { rtol: 1e-12 });
  assertEquals(beside.verdict, "holds");
  const each = await run(
    { ...params, by: ["preset", "metric"], interval: "none", claims: [separates] },
    table,
    floors,
  );
  assertEquals(each.map(({ verdict }) => verdict), ["undecidable", "holds"]);
  assertEquals(each.map(({ floor }) => floor), [0.3, 0.09375]);
});

Deno.test("claims takes regimes as fixed by design where they are declared as strata (A1)", async () => {
  const table = testA().map((row) => ({
    ...row,
    a_regime: Math.floor(row.a as number / 3),
    b_regime: Math.floor(row.b as number / 3),
  }));
  const units = ["a", "b"];
  const verdicts = async (interval: unknown) =>
    (await run({ by: ["metric"], interval, claims: [separates] }, tableOf(table, unit)))
      .map(({ verdict }) => verdict);
  assertEquals(await verdicts({ units }), ["undecidable", "holds"]);
  assertEquals(await verdicts({ units, strata: ["a_regime", "b_regime"] }), ["holds", "holds"]);
});

/** Rows of test B: ordered pairs of seven patterns, three epochs; values = curve × a factor per pattern. */
function testB(curves: Record<string, number[]>, factor = (_p: number, _q: number) => 1): Table {
  const rows: Record_[] = [];
  for (const [metric, means] of Object.entries(curves)) {
    for (let p = 0; p < 7; p++) {
      for (let q = 0; q < 7; q++) {
        if (p === q) continue;
        means.forEach((mean, e) =>
          rows.push({ metric, p, q, epoch: e + 1, alpha: 0.5 ** e, value: mean * factor(p, q) })
        );
      }
    }
  }
  return tableOf(rows, unit);
}

Deno.test("claims tells linear in the index from proportional to the share (A2)", async () => {
  const curves = {
    linear_cka: [0.56, 0.383, 0.224],
    procrustes: [0.46, 0.302, 0.173],
    dsa: [0.486, 0.458, 0.43],
  };
  const claim = { statement: "Ratio-like.", by: ["metric"] };
  const rows = await run({
    interval: { units: ["p", "q"] },
    claims: [
      { ...claim, id: "A2.linear", quantity: { r_squared: { x: "epoch" } }, test: { above: 0.95 } },
      {
        ...claim,
        id: "A2.proportional",
        quantity: { exponent: { x: "alpha" } },
        test: { above: 0.8, below: 1.2 },
      },
      {
        id: "A2.most",
        statement: "DSA is the most linear.",
        quantity: { r_squared: { x: "epoch" } },
        largest: { column: "metric", is: "dsa" },
        test: { above: 0 },
      },
    ],
  }, testB(curves, (p, q) => 0.9 + 0.02 * p + 0.01 * q));
  assertEquals(rows.map(({ verdict }) => verdict), [
    ...["holds", "holds", "holds"],
    ...["fails", "fails", "fails"],
    "holds",
  ]);
  assertAllClose(rows.slice(0, 3).map(({ number }) => number as number), [0.999, 0.997, 1], {
    atol: 1e-3,
  });
  assertAllClose(rows.slice(3, 6).map(({ number }) => number as number), [0.66, 0.705, 0.088], {
    atol: 1e-2,
  });
});

Deno.test("claims sees that noise-only dissimilarity is low and rises with sigma (A3)", async () => {
  const table = testB({ dsa: [0.204, 0.195, 0.187] }, (p) => 1 + 0.001 * p);
  const rows = await run({
    interval: { units: ["p", "q"], method: "bootstrap", num_resamples: 200 },
    claims: [
      { id: "A3.low", statement: "Low.", quantity: { mean: {} }, test: { below: 0.1 } },
      {
        id: "A3.falls",
        statement: "Falls with noise.",
        quantity: { smallest_rise: { along: "alpha" } },
        test: { above: 0 },
      },
    ],
  }, table);
  assertEquals(rows.map(({ verdict, unit }) => [verdict, unit]), [["fails", "rad/(π/2)"], [
    "holds",
    "rad/(π/2)",
  ]]);
  assertAllClose([rows[1].number as number], [0.008 * 1.003], { rtol: 1e-9 });
});

Deno.test("claims gives the same verdicts whatever the order of rows and keys", async () => {
  const table = tableOf(testA(), unit);
  const reversed = { columns: table.columns, rows: [...table.rows].reverse() };
  const params = { by: ["metric"], interval: { units: ["a", "b"] }, claims: [separates] };
  const one = await run(params, table);
  const two = (await run(params, reversed)).reverse();
  assertEquals(one.map(({ verdict }) => verdict), two.map(({ verdict }) => verdict));
  assertAllClose(one.map(({ low }) => low as number), two.map(({ low }) => low as number), {
    rtol: 1e-9,
  });
});

Deno.test("claims keeps its columns of numbers where nothing is tested", async () => {
  const claims = [{ id: "X", statement: "S.", not_tested: "no data" }];
  const { verdicts } = await runTask(task, { claims }, {
    tables: [{ value: tableOf([{ value: 1 }]), coords: {} }],
  });
  const type = (name: string) =>
    verdicts.columns.find((column: { name: string }) => column.name === name).type;
  assertEquals(["number", "low", "floor", "n", "verdict"].map(type), [
    ...["number", "number", "number", "number", "string"],
  ]);
});

Deno.test("claims refuses declarations that cannot be judged", async () => {
  const table = tableOf([{ value: 1 }]);
  const claim = (more: object) => ({ claims: [{ id: "X", statement: "S.", ...more }] });
  const mean = { quantity: { mean: {} } };
  await assertRejects(() => run(claim(mean), table), TypeError, "not_tested");
  await assertRejects(
    () => run(claim({ ...mean, test: {} }), table),
    TypeError,
    "give above or below",
  );
  await assertRejects(
    () =>
      run(
        claim({
          ...mean,
          test: { above: 0 },
          every: { column: "a" },
          largest: { column: "a", is: 1 },
        }),
        table,
      ),
    TypeError,
    "at most one",
  );
  await assertRejects(
    () => run(claim({ ...mean, test: { above: 0 }, where: { metrik: "dsa" } }), table),
    TypeError,
    "claim 'X': where names the column 'metrik'",
  );
  const two = claim({ ...mean, test: { above: 0 } });
  await assertRejects(
    () => run({ claims: [...two.claims, ...two.claims] }, table),
    RangeError,
    "two claims",
  );
});
