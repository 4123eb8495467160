// The modes of the task `compare`: a list against another or against one, pairs that a table names, and parts of either.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Metric } from "#lib/core/metric.ts";
import { choosePorts, portSets } from "#lib/core/resolve.ts";
import { recordsOf, type Table, tableOf } from "#lib/core/table.ts";
import type { Ports } from "#lib/core/task.ts";
import dsa from "#lib/metrics/dsa.ts";
import cka from "#lib/metrics/linear_cka.ts";
import { takePorts } from "#lib/workflow/ports.ts";
import task from "#tasks/compare.ts";
import { randomTrajectories } from "#tests/support/random_systems.ts";
import { runTask } from "#tests/support/run_task.ts";
import { fresh } from "../lib/math/linalg/fresh.ts";

/** A metric of numbers that counts its work: the difference, or |difference| if symmetric. */
function counting(symmetric: boolean) {
  const calls = { prepared: [] as number[], compared: [] as string[] };
  const metric: Metric = {
    ...(cka as unknown as Metric),
    laws: { ...cka.laws, symmetric },
    prepare(system) {
      if (!Number.isFinite(system)) throw new RangeError(`${system} is not finite`);
      calls.prepared.push(system as number);
      return system;
    },
    compare(a, b) {
      calls.compared.push(`${a}${b}`);
      if (a === 9 && b === 8) throw new RangeError("nine and eight never agree");
      const value = Number(a) - Number(b);
      return { value: symmetric ? Math.abs(value) : value };
    },
  };
  return { calls, metric };
}

const items = (values: readonly number[], axis?: string) =>
  values.map((value) => ({ value, coords: axis === undefined ? {} : { [axis]: `n${value}` } }));

async function compare(
  params: Record<string, unknown>,
  inputs: Record<string, unknown>,
  metric: unknown,
): Promise<Table> {
  const full = { metric: "linear_cka", ...params };
  return (await runTask(task, full, inputs, { metric: metric as never })).scores as Table;
}

const shown = (table: Table) => recordsOf(table).map(({ a, b, value }) => `${a} ${b} ${value}`);

Deno.test("compare sets each system of a list against each of another, whose coordinates are b's", async () => {
  const { calls, metric } = counting(true);
  const table = await compare({}, {
    trajectories: items([1, 2, 3], "model"),
    against: items([5, 7], "monkey"),
  }, metric);
  assertEquals(shown(table), ["n1 n5 4", "n1 n7 6", "n2 n5 3", "n2 n7 5", "n3 n5 2", "n3 n7 4"]);
  const [row] = recordsOf(table);
  assertEquals([row.a_model, row.b_monkey, "half" in row], ["n1", "n5", false]);
  assertEquals(calls.prepared, [1, 2, 3, 5, 7], "each once");
  assertEquals(calls.compared.length, 6, "nothing is mirrored");
  const one = await compare({}, { trajectories: items([1, 2]), against: items([5]) }, metric);
  assertEquals(shown(one), ["0 0 4", "1 0 3"], "a list against one system");
});

Deno.test("compare of two lists is the block of the matrix of both", async () => {
  fresh((draws) => void (systems = [0, 1, 2].map(() => randomTrajectories.random(draws))));
  const list = systems.map((value) => ({ value, coords: {} }));
  const whole = recordsOf(await compare({}, { trajectories: list }, cka));
  const block = recordsOf(
    await compare({}, { trajectories: list.slice(0, 1), against: list.slice(1) }, cka),
  );
  assertEquals(block.map(({ value }) => value), [whole[1].value, whole[2].value]);
});
let systems: unknown[] = [];

Deno.test("compare computes the pairs that a table names, in its order, and prepares no others", async () => {
  const { calls, metric } = counting(true);
  const pairs = tableOf([
    { a: "3", b: "1", stratum: "x" },
    { a: "1", b: "3", stratum: "y" },
    { a: "4", b: "4", stratum: "x" },
  ]);
  const inputs = { trajectories: items([10, 11, 12, 13, 14, 15]), pairs };
  assertEquals(shown(await compare({}, inputs, metric)), ["3 1 2", "1 3 2", "4 4 0"]);
  assertEquals(calls, { prepared: [11, 13], compared: ["1113"] });
  assertEquals(shown(await compare({ diagonal: "computed" }, inputs, metric))[2], "4 4 0");
  assertEquals(calls.prepared, [11, 13, 11, 13, 14]);
  const directed = counting(false);
  assertEquals(shown(await compare({}, inputs, directed.metric)), ["3 1 2", "1 3 -2", "4 4 0"]);
});

Deno.test("compare finds the systems of a table of pairs by axes, and in the second list", async () => {
  const { metric } = counting(true);
  const list = [0, 1, 2, 3].map((value) => ({
    value,
    coords: { seed: value % 2, regime: value < 2 ? "fixed" : "chaos" },
  }));
  const pairs = tableOf([{ a_seed: 1, a_regime: "fixed", b_seed: 0, b_regime: "chaos", other: 3 }]);
  const [row] = recordsOf(await compare({}, { trajectories: list, pairs }, metric));
  assertEquals([row.a, row.b, row.value], ["fixed 1", "chaos 0", 1]);
  const own = await compare({}, { trajectories: list }, metric);
  const again = await compare({}, { trajectories: list, pairs: own }, metric);
  assertEquals(shown(again), shown(own), "what compare prints names the pairs it printed");
  const across = await compare({}, {
    trajectories: list,
    against: items([7, 8], "monkey"),
    pairs: tableOf([{ a: "chaos 1", b_monkey: "n8" }]),
  }, metric);
  assertEquals(shown(across), ["chaos 1 n8 5"]);
});

Deno.test("compare in parts makes the rows of the whole, each pair's in one part", async () => {
  const trajectories = items([1, 2, 4, 8, 16]);
  const some = tableOf([[0, 1], [2, 1], [3, 3], [4, 0]].map(([a, b]) => ({ a, b })));
  for (const symmetric of [true, false]) {
    for (
      const inputs of [
        { trajectories },
        { trajectories, against: items([3, 9]) },
        { trajectories, pairs: some },
      ]
    ) {
      for (const diagonal of ["identity", "computed"]) {
        const whole = counting(symmetric), parted = counting(symmetric);
        const all = shown(await compare({ diagonal }, inputs, whole.metric));
        const parts: string[] = [];
        for (const index of [0, 1, 2]) {
          const part = { index, of: 3 };
          parts.push(...shown(await compare({ diagonal, part }, inputs, parted.metric)));
        }
        assertEquals(parts.sort(), all.sort());
        assertEquals(parted.calls.compared.sort(), whole.calls.compared.sort());
      }
    }
  }
  const { metric } = counting(true);
  const empty = await compare({ part: { index: 4, of: 5 } }, { trajectories, pairs: some }, metric);
  assertEquals(empty.rows, []);
  assertEquals(
    empty.columns.map(({ name, type }) => `${name}: ${type}`),
    ["a: string", "b: string", "value: number", "metric: string", "unit: string", "sense: string"],
  );
});

Deno.test("compare says in every row whether it is a distance or a similarity", async () => {
  const { metric } = counting(true);
  for (const sense of ["distance", "similarity"] as const) {
    const table = await compare({}, { a: 1, b: 3 }, { ...metric, sense });
    assertEquals(recordsOf(table), [
      { value: 2, metric: "linear_cka", unit: "rad", sense },
    ]);
    const asked = await compare({}, { a: 1, b: 3 }, { ...metric, under: () => ({ sense }) });
    assertEquals(recordsOf(asked)[0].sense, sense);
    const column = asked.columns.find(({ name }) => name === "value");
    assert(column?.description?.endsWith(`(${sense})`), column?.description);
  }
});

Deno.test("compare lets a row have a unit of its own, and the column then has none", async () => {
  const { metric } = counting(true);
  const mixed: Metric = {
    ...metric,
    compare: (a, b) => a === 1 ? { value: 1, unit: "m²" } : { value: Number(b) },
  };
  const inputs = (against: number[]) => ({
    trajectories: items([1]),
    against: items(against),
  });
  const one = await compare({}, inputs([2]), mixed);
  assertEquals([one.columns.find(({ name }) => name === "value")?.unit], ["m²"]);
  const two = await compare({}, { trajectories: items([1, 2]), against: items([3]) }, mixed);
  assertEquals(recordsOf(two).map(({ unit }) => unit), ["m²", "rad"]);
  assertEquals(two.columns.find(({ name }) => name === "value")?.unit, undefined);
});

Deno.test("compare hands a whole set to a metric that searches sets, and no part of one", async () => {
  const { metric } = counting(true);
  const seen: unknown[] = [];
  const setWide: Metric = {
    ...metric,
    compareSet(systems, places) {
      if (places.length > 0) seen.push([systems, places]);
      return places.map(() => ({ value: 0.5 }));
    },
  };
  const pairs = tableOf([{ a: "3", b: "1" }]);
  const inputs = { trajectories: items([1, 2, 4, 8]) };
  const table = await compare({}, { ...inputs, pairs }, setWide);
  assertEquals(shown(table), ["3 1 0.5"]);
  assertEquals(seen, [[[2, 8], [[0, 1]]]]);
  await assertRejects(
    () => compare({ part: { index: 0, of: 2 } }, inputs, setWide),
    RangeError,
    "leave out part",
  );
  const alone: Metric = { ...metric, compareSet: () => undefined };
  assertEquals(shown(await compare({}, { ...inputs, pairs }, alone)), ["3 1 6"]);
});

Deno.test("compare says which pair is not there, and which was meant", async () => {
  const { metric } = counting(true);
  const trajectories = items([1, 2], "model");
  const refuses = async (inputs: Record<string, unknown>, ...words: string[]) => {
    const error = await assertRejects(() => compare({}, inputs, metric), RangeError);
    for (const one of words) assertStringIncludes(error.message, one);
  };
  const named = (...records: Record<string, string>[]) => ({
    trajectories,
    pairs: tableOf(records),
  });
  await refuses(named({ a: "n1", b: "n2" }, { a: "n1", b: "m2" }), "row 2", "'m2' (b)", "'n2'");
  await refuses(named({ a_model: "n3", b_model: "n1" }), "row 1", "'n3' (a)", "nearest");
  await refuses(named({ a: "n1", c: "n2" }), "columns a, c", "'b', 'b_model'");
  const twice = [{ value: 1, coords: { x: 1, y: 1 } }, { value: 2, coords: { x: 1, y: 2 } }];
  await refuses(
    { trajectories: twice, pairs: tableOf([{ a_x: 1, b: "1 1" }]) },
    "2 systems are called '1' (a)",
  );
  await refuses({ trajectories, against: [] }, "empty list of against");
  await refuses({ trajectories: items([1, NaN], "model") }, "system 'nNaN': NaN is not finite");
  await refuses({ trajectories: items([9, 8], "model") }, "'n9' against 'n8': nine and eight");
  await assertRejects(
    () => compare({ part: { index: 0, of: 1 } }, { a: 1, b: 2 }, metric),
    RangeError,
    "leave out part",
  );
  await assertRejects(
    () => compare({ part: { index: 2, of: 2 } }, { trajectories }, metric),
    TypeError,
    "index must be less than of",
  );
});

Deno.test("compare chooses its mode by the ports that are bound", () => {
  const sets = portSets(task, {}, { metric: dsa as never });
  const shapes = (ports: Ports) =>
    Object.fromEntries(
      Object.entries(ports).map(([name, { type: { kind }, ...port }]) => [name, { kind, ...port }]),
    );
  const chosen = (...bound: string[]) => choosePorts(sets, new Set(bound));
  assertEquals(chosen("operators", "against"), 0);
  assertEquals(chosen("operators", "against", "pairs", "rank"), 0);
  assertEquals(chosen("operators"), 1);
  assertEquals(chosen("operators", "pairs"), 1);
  assertEquals(chosen("a", "b"), 2);
  assertEquals(chosen("against", "pairs"), -1);
  const refused = takePorts(sets.map(shapes), new Set(["against"]));
  assertEquals(!refused.ok && refused.error, "`operators`, or `a` and `b`");
  assert(sets[0].against.coords && sets[0].operators.coords);
});
