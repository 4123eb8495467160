// Figures of maps: planes with one scale, inputs that are shared, orders along paths, and refusals.

import { assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Cell, tableOf } from "#lib/core/table.ts";
import { planeAround } from "#lib/figures/_plane.ts";
import { boundItems } from "#tests/support/run_task.ts";
import { fresh } from "../math/linalg/fresh.ts";
import { layers } from "./cases.ts";
import { drawCase } from "./draw_cases.ts";

type Records = Readonly<Record<string, Cell>>[];

const draw = (kind: string, options: Record<string, unknown>, records: Records) =>
  drawCase({ params: { kind, options }, inputs: { tables: boundItems([tableOf(records)]) } });
const marksIn = (spec: Record<string, unknown>) =>
  (spec.data as { values: Record<string, unknown>[] }).values;
const records: Records = layers.rows.map((row) =>
  Object.fromEntries(layers.columns.map(({ name }, at) => [name, row[at]]))
);

Deno.test("planeAround() keeps all points inside and one scale on both axes", () => {
  fresh((draws) => {
    const flat = draws.normal(6, 2);
    const stretch = Math.exp(2 * draws.normal(1, 1)[0]);
    const points = [0, 1, 2, 3, 4, 5].map((i) => [stretch * flat[2 * i], flat[2 * i + 1]] as const);
    const { x, y, height } = planeAround(points);
    for (const [u, v] of points) {
      if (!(u > x[0] && u < x[1] && v > y[0] && v < y[1])) throw new Error(`${u}, ${v} is outside`);
    }
    assertAlmostEquals((y[1] - y[0]) / (x[1] - x[0]), height(10000) / 10000, 1e-4);
  });
});

Deno.test("paths begin at the input they share, which is drawn once, and follow the order of layers", async () => {
  const options = { path: "model", input: "input", target: "labels" };
  const { spec } = await draw("paths", options, records.toReversed());
  const marks = marksIn(spec);
  const of = (part: string) => marks.filter((mark) => mark.part === part);
  assertEquals(of("input").length, 1);
  assertEquals(of("target").length, 1);
  const steps = (path: string) =>
    of("step").filter((mark) => mark.path === path)
      .sort((a, b) => (a.at as number) - (b.at as number)).map(({ name }) => name);
  assertEquals(steps("convnet"), ["input", "conv4", "conv3", "conv2", "conv1"]);
  const order = ["conv1", "conv2", "conv3", "conv4"];
  const sorted = marksIn((await draw("paths", { ...options, order }, records.toReversed())).spec);
  assertEquals(
    sorted.filter(({ part, path }) => part === "last" && path === "transformer").map(({ name }) =>
      name
    ),
    ["conv4"],
  );
});

Deno.test("paths of three models with an input each draw inputs at one place once", async () => {
  const own = ["a", "b", "c"].flatMap((model) => [
    { model, layer: "input", dim_1: 0.1, dim_2: 0.2 },
    { model, layer: "l1", dim_1: model.charCodeAt(0), dim_2: 1 },
  ]);
  const marks = marksIn((await draw("paths", { path: "model", input: "input" }, own)).spec);
  assertEquals(marks.filter(({ part }) => part === "input").length, 1);
  assertEquals(marks.filter(({ part }) => part === "step").length, 6);
});

Deno.test("scatter and paths refuse what they cannot show, and leave out what has no place", async () => {
  await assertRejects(
    () => draw("paths", { input: "input", target: "labels" }, records),
    TypeError,
    "the point conv1 twice",
  );
  await assertRejects(
    () => draw("paths", { path: "model" }, [...records, { ...records[0], model: null }]),
    TypeError,
    "without 'model'",
  );
  await assertRejects(
    () => draw("paths", { input: "input", target: "labels" }, records.slice(8)),
    TypeError,
    "no point but input and target",
  );
  await assertRejects(
    () => draw("scatter", { x: "model" }, records),
    TypeError,
    "'model' holds strings",
  );
  const { caption } = await draw("scatter", {}, [...records, { ...records[0], dim_1: NaN }]);
  assertStringIncludes(caption, "1 without coordinates not shown");
});
