// Figures of networks: what boxes, lines, traces and blocks stand for, and what is refused.

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { type Cell, tableOf } from "#lib/core/table.ts";
import { boundItems } from "#tests/support/run_task.ts";
import { spirals } from "./cases.ts";
import { drawCase } from "./draw_cases.ts";
import { networkCases } from "./network_cases.ts";

type Records = Record<string, Cell>[];
type Mark = Record<string, string | number | boolean | null>;

const draw = (kind: string, options: Record<string, unknown>, records: Records) =>
  drawCase({ params: { kind, options }, inputs: { tables: boundItems([tableOf(records)]) } });
const marksIn = (spec: Record<string, unknown>) => (spec.data as { values: Mark[] }).values;
const texts = (svg: string) =>
  [...svg.matchAll(/<(?:text|tspan)[^>]*>([^<]+)</g)].map(([, text]) => text);

Deno.test("box draws quartiles and mean ± SEM of each group and series, and leaves gaps", async () => {
  const records = [1, 2, 3, 4, 5].flatMap((value) => [
    { group: "a", cell: "x", value },
    { group: "a", cell: "y", value: 10 * value },
    { group: "b", cell: "y", value: NaN },
    { group: "b", cell: "x", value: 7 },
  ]);
  const { spec, caption } = await draw("box", { series: "cell" }, records);
  const boxes = marksIn(spec).filter(({ part }) => part === "box");
  assertEquals(boxes.map(({ q1, median, q3, mean }) => [q1, median, q3, mean]), [
    [2, 3, 4, 3],
    [20, 30, 40, 30],
    [7, 7, 7, 7],
  ]);
  assertAlmostEquals((boxes[0].high as number) - 3, Math.sqrt(2 / 5), 1e-12);
  assert(boxes[0].right! < boxes[1].left!, "series stand side by side");
  assert(boxes[1].right! < boxes[2].left!);
  assertStringIncludes(caption, "n = 5 per box");
  await assertRejects(() => draw("box", { group: "b" }, records), TypeError, "'b'");
  await assertRejects(
    () => draw("box", {}, [{ group: "a", value: null }, { group: "a", value: NaN }]),
    TypeError,
    "no number",
  );
});

Deno.test("regression draws the line of least squares and says what it found", async () => {
  const records = [0, 1, 2, 3].map((x, i) => ({ x, value: 1 + 2 * x + (i % 2 ? 0.1 : -0.1) }));
  const { spec, svg } = await draw("regression", { x: "x" }, records);
  const line = marksIn(spec).filter(({ part }) => part === "line");
  const at = (x: number) => line.find((mark) => Math.abs(mark.x as number - x) < 1e-9)!;
  // By hand: slope 2.04, intercept 0.94;
  // band at the mean ± t(0.975, 2) s / √4.
  assertAlmostEquals(at(0).y as number, 0.94, 1e-12);
  assertAlmostEquals(at(3).y as number, 7.06, 1e-12);
  const residuals = records.map(({ x, value }) => value - 0.94 - 2.04 * x);
  const own = Math.sqrt(residuals.reduce((sum, one) => sum + one * one, 0) / 2);
  assertAlmostEquals((at(1.5).high as number) - (at(1.5).y as number), 4.302652730 * own / 2, 1e-7);
  assert(texts(svg).some((text) => text.startsWith("slope 2, R² 1, p = ")));
  const one = await draw("regression", { x: "x" }, [{ x: 1, value: 1 }, { x: 1, value: 2 }]);
  assertEquals(marksIn(one.spec).filter(({ part }) => part === "line"), [], "x does not vary");
  await assertRejects(
    () => draw("regression", { x: "x" }, [{ x: null, value: 1 }, { x: 1, value: null }]),
    TypeError,
    "no row with both",
  );
});

Deno.test("traces keep order, hold their last value for a step, and name periods once", async () => {
  const { spec, svg } = await drawCase(networkCases.traces);
  const marks = marksIn(spec);
  assertEquals(
    marks.filter(({ part }) => part === "period").map(({ text, x, x2 }) => [text, x, x2]),
    [["fixation", 0, 200], ["stimulus", 200, 700], ["delay", 700, 900], ["decision", 900, 1100]],
  );
  const fixation = marks.filter(({ part, trace }) => part === "trace" && trace === "fixation");
  assertEquals(fixation.length, 12, "11 moments, and the end of the last");
  assertEquals(Math.max(...fixation.map(({ x }) => x as number)), 1100);
  const shown = texts(svg);
  assert(shown.includes("time (ms)"), "the unit is said once");
  assertEquals(shown.filter((text) => text === "stimulus").length, 1);
});

Deno.test("traces of one colour share a scale; alone each has its own", async () => {
  const records = [["a", "in", 1], ["b", "in", 10], ["c", "out", 1]].flatMap(([trace, kind, top]) =>
    [0, 1].map((time_ms) => ({ trace, kind, time_ms, value: time_ms * (top as number) }))
  ) as Records;
  const heights = async (options: Record<string, unknown>) => {
    const { spec } = await draw("traces", options, records);
    const marks = marksIn(spec);
    return ["a", "b", "c"].map((trace) => {
      const ys = marks.filter((mark) => mark.trace === trace).map(({ y }) => y as number);
      return Math.max(...ys) - Math.min(...ys);
    });
  };
  const [a, b, c] = await heights({ colour: "kind" });
  assertAlmostEquals(b / a, 10, 1e-9);
  assertAlmostEquals(c, b, 1e-12);
  const own = await heights({});
  assertAlmostEquals(own[0], own[1], 1e-12);
});

Deno.test("curriculum has a block per rule, and a row for who learns nothing", async () => {
  const { spec, svg, caption } = await drawCase(networkCases.curriculum);
  const blocks = marksIn(spec);
  assertEquals(blocks.length, 1 + 1 + 3 + 4 + 4);
  assertEquals(blocks.filter(({ whole }) => !whole).length, 3);
  assert(texts(svg).includes("Untrained"));
  assertStringIncludes(caption, "Dashed outline");
});

Deno.test("trajectories without a mean show single trials from one start", async () => {
  const figure = await drawCase({
    params: {
      kind: "trajectories_3d",
      options: { panel_by: [], num_trials: 2, mean: false, shift: "start" },
    },
    inputs: { trajectories: spirals },
  });
  const starts = marksIn(figure.spec).filter(({ part }) => part === "start");
  assertEquals(starts.length, 8);
  assertEquals(new Set(starts.map(({ u, v }) => `${u} ${v}`)).size, 1);
  assertStringIncludes(figure.caption, "2 single trials, moved to one start");
  await assertRejects(
    () =>
      drawCase({
        params: { kind: "trajectories_3d", options: { mean: false } },
        inputs: { trajectories: spirals },
      }),
    TypeError,
    "give num_trials",
  );
});

Deno.test("regression cuts off bands far beyond the points, and says so", async () => {
  const flat = [0, 1, 2].map((x) => ({ group: "a", x, value: [0, 1, 0][x] }));
  const { spec, caption } = await draw("regression", { x: "x", facet: "group" }, flat);
  const band = marksIn(spec).filter(({ part }) => part === "line");
  assertEquals(band.map(({ high }) => high as number <= 1.08 + 1e-12), Array(25).fill(true));
  assertStringIncludes(caption, "cut off where it leaves the panel");
  const near = [0, 1, 2, 3, 4].map((x) => ({ group: "a", x, value: x + 0.01 * (x % 2) }));
  const whole = await draw("regression", { x: "x", facet: "group" }, near);
  assert(!whole.caption.includes("cut off"));
});

Deno.test("expectation ranks groups by their mean, in each series, and says how well orders agree", async () => {
  const means: Record<string, number[]> = { dsa: [9, 4, 2], cka: [1, 5, 7], rsa: [3, 3, 1] };
  const rows = Object.entries(means).flatMap(([metric, values]) =>
    values.flatMap((value, g) =>
      [-0.5, 0.5].map((noise) => ({
        metric,
        group: ["none", "some", "all"][g],
        value: value + noise,
      }))
    )
  );
  const draw = (options: Record<string, unknown>) =>
    drawCase({
      params: { kind: "expectation", options },
      inputs: {
        tables: boundItems([tableOf([...rows, { metric: "dsa", group: "other", value: 0 }])]),
      },
    });
  const { spec, caption } = await draw({ expected: ["none", "some", "all"] });
  const { values } = spec.data as { values: Record<string, unknown>[] };
  const ranks = (part: string, series?: string) =>
    values.filter((one) => one.part === part && one.series === series).map(({ x, y }) => [x, y]);
  assertEquals(ranks("expected"), [["none", 3], ["some", 2], ["all", 1]]);
  assertEquals(ranks("found", "DSA"), [["none", 3], ["some", 2], ["all", 1]]);
  assertEquals(ranks("found", "CKA"), [["none", 1], ["some", 2], ["all", 3]]);
  assertEquals(ranks("found", "RSA"), [["none", 2.5], ["some", 2.5], ["all", 1]]);
  assertStringIncludes(caption, "n = 2 per group and series");
  assertStringIncludes(caption, "DSA 1.00; CKA −1.00; RSA 0.87.");
  await assertRejects(
    () => draw({ expected: ["all", "nobody"] }),
    TypeError,
    "expectation finds 1 of the groups all, nobody",
  );
});
