// The viewer without a page: its mathematics, and which of a scene's paths and points are in the picture.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import type { Scene } from "#lib/core/figure.ts";
import { orthographic } from "#lib/draw/orthographic.ts";
import { nearest, nearestPoint, pathAt } from "#lib/report/client/hit_3d.ts";
import { type Choice, pictureOf } from "#lib/report/client/scene_picture.ts";
import { sceneRows } from "#lib/report/client/scene_words.ts";
import {
  boxAround,
  contrast,
  firstEye,
  inBox,
  intoBins,
  legible,
  matrixOf,
  numberText,
  ticksBetween,
  timeText,
  turned,
} from "#lib/report/client/view_3d.ts";
import { cycle } from "#lib/draw/palette.ts";

const seed = Number(crypto.getRandomValues(new Uint32Array(1))[0]);
const draw = (count: number, index = 0) =>
  randomStream(seed, "viewer").uniform(new Float64Array(count), index);

Deno.test("matrixOf() projects as the figures do, and keeps lengths", () => {
  const [a, e, x, y, z] = draw(5);
  const eye = { azimuth: 360 * a - 180, elevation: 180 * e - 90, zoom: 1 };
  const m = matrixOf(eye);
  const at = [x - 0.5, y - 0.5, z - 0.5];
  const found = [0, 1, 2].map((row) =>
    m[3 * row] * at[0] + m[3 * row + 1] * at[1] + m[3 * row + 2] * at[2]
  );
  const { u, v, depth } = orthographic(eye).project(x, y, z);
  [u, v, depth].forEach((value, i) => assertAlmostEquals(found[i], value, 1e-12, `seed ${seed}`));
  assertAlmostEquals(Math.hypot(...found), Math.hypot(...at), 1e-12, `seed ${seed}`);
});

Deno.test("turned() goes round and round, and never over the poles", () => {
  let eye = firstEye;
  draw(200).forEach((share, i) => {
    eye = turned(eye, (share - 0.5) * 4000, i % 2 === 0 ? share * 900 : -share * 900);
    assert(eye.azimuth >= -180 && eye.azimuth < 180, `seed ${seed}: ${eye.azimuth}`);
    assert(Math.abs(eye.elevation) <= 90, `seed ${seed}: ${eye.elevation}`);
  });
});

Deno.test("intoBins() is a stable sort by bin", () => {
  const bins = Uint32Array.from(draw(5000), (share) => Math.floor(share * 37));
  const { starts, order } = intoBins(bins, 37);
  const wanted = [...bins.keys()].sort((a, b) => bins[a] - bins[b] || a - b);
  assertEquals([...order], wanted, `seed ${seed}`);
  assertEquals(starts[37], 5000);
});

Deno.test("ticksBetween() gives round numbers inside, at least two where there is room", () => {
  const numbers = draw(400);
  for (let i = 0; i < 400; i += 2) {
    const low = (numbers[i] - 0.5) * 10 ** (i % 7 - 3);
    const high = low + (0.01 + numbers[i + 1]) * 10 ** (i % 5 - 2);
    const ticks = ticksBetween(low, high, 5);
    assert(ticks.length >= 2 && ticks.length <= 6, `seed ${seed}: ${low} ${high} ${ticks}`);
    const slack = 1e-8 * (high - low);
    assert(ticks.every((tick) => tick >= low - slack && tick <= high + slack), `${low} ${high}`);
  }
  assertEquals([ticksBetween(1, 1, 4), ticksBetween(0, Infinity, 4)], [[], []]);
});

Deno.test("inBox() fills the box, and boxes of flat or no data have room", () => {
  const numbers = [...draw(300)].map((value, i) => value * 10 ** (i % 3));
  const placed = inBox(numbers, boxAround([numbers]));
  for (const axis of [0, 1, 2]) {
    const own = placed.filter((_, i) => i % 3 === axis);
    assertAlmostEquals(Math.min(...own), -0.5, 1e-6);
    assertAlmostEquals(Math.max(...own), 0.5, 1e-6);
  }
  assertEquals(boxAround([]), { low: [0, 0, 0], high: [1, 1, 1] });
  assertEquals([...inBox([7, 7, 7], boxAround([[7, 7, 7]]))], [0, 0, 0]);
});

Deno.test("every colour of the figures can be seen on a dark ground", () => {
  for (const colour of [...cycle, "#2B2F42", "#7B1E3C", "#4C1E4F"]) {
    assert(contrast(legible(colour, "#13161c", 5), "#13161c") >= 5, colour);
  }
});

Deno.test("times and numbers are short and carry units", () => {
  assertEquals(timeText(0, { dt_ms: 20 }, 40), "0 ms");
  assertEquals(timeText(799, { dt_ms: 12.5 }, 801), "9.988 s");
  assertEquals(timeText(3, { dt: 0.01 }, 9), "time 0.03");
  assertEquals([0, -0.5, 1e5, 0.0001234].map(numberText), ["0", "−0.5", "1e+5", "1.23e−4"]);
});

const path = (r: string, group: string, of: "mean" | "trial", ...points: number[]) => ({
  coords: { r, group },
  of,
  points,
});
const scene: Scene = {
  axes: ["x", "y", "z"],
  colour_by: ["group", "r"],
  panel_by: ["r"],
  colours: { group: { naive: "#000001", trained: "#000002" } },
  paths: [
    path("r = 1", "naive", "mean", 0, 0, 0, 1, 1, 1, 2, 2, 2),
    path("r = 1", "naive", "trial", 0, 0, 0, 1, 2, 1),
    path("r = 5", "trained", "mean", 9, 9, 9, 1, 1, 1),
  ],
  points: [
    { coords: { r: "r = 5" }, position: [4, 4, 4], stable: true, label: "the middle" },
    { coords: {}, position: [0, 0, 0], stable: false },
  ],
  dt_ms: 10,
};
const ink = { text: "#111111", soft: "#555555", line: "#999999", back: "#ffffff" };
const choose = (choice: Partial<Choice>) =>
  pictureOf(
    scene,
    {
      eye: firstEye,
      shift: [0, 0],
      colourBy: "group",
      panel: undefined,
      hidden: new Set(),
      means: true,
      trials: false,
      fixed: true,
      step: 2,
      ...choice,
    },
    3,
    ink,
  );

Deno.test("pictureOf() shows means and fixed points first, in the figure's colours", () => {
  const picture = choose({});
  assertEquals(picture.paths, [0, 2]);
  assertEquals(picture.starts, [0, 3, 5]);
  assertEquals(picture.colours, ["#000001", "#000002"]);
  assertEquals(picture.lookOf.map((look) => picture.looks[look].colour), picture.colours);
  assertEquals(picture.signs.map(({ kind }) => kind), [
    "start",
    "end",
    "start",
    "end",
    "stable",
    "unstable",
  ]);
  assertEquals(picture.labels, [
    "r = 1 · naive: start",
    "r = 1 · naive: end",
    "r = 5 · trained: start",
    "r = 5 · trained: end",
    "the middle",
    "unstable fixed point",
  ]);
  assertEquals(picture.box, { low: [0, 0, 0], high: [9, 9, 9] });
});

Deno.test("pictureOf() hides, goes to a panel and to a moment", () => {
  const hidden = choose({ hidden: new Set(["trained"]) });
  assertEquals(hidden.paths, [0]);
  assertEquals(hidden.box.high, [9, 9, 9], "the box stays while values are hidden");
  const panel = choose({ panel: "r = 1" });
  assertEquals([panel.paths, panel.box.high], [[0], [2, 2, 2]]);
  assertEquals(panel.labels.slice(2), ["unstable fixed point"]);
  const moment = choose({ step: 1 });
  assertEquals(moment.labels[1], "r = 1 · naive: now");
  assertAlmostEquals(moment.signs[1].at[0], 1 / 9 - 0.5, 1e-6);
  const all = choose({ trials: true, fixed: false });
  assertEquals([all.paths, all.signs.length], [[0, 1, 2], 4]);
  assertEquals(choose({ means: false, trials: true }).paths, [1]);
  assertEquals(choose({ means: false, trials: false, fixed: false }).positions.length, 0);
});

Deno.test("the pointer finds signs, points drawn by now, and their paths", () => {
  const points = Float32Array.from(draw(2000), (share) => 100 * share);
  const starts = [0, 400, 1000];
  for (const step of [0, 50, 999]) {
    const at = nearestPoint({ points }, { starts, step, lookOf: [0, 0] }, 50, 50);
    const far = (i: number) => Math.hypot(points[2 * i] - 50, points[2 * i + 1] - 50);
    const drawn = [...Array(1000).keys()].filter((i) => i - starts[i < 400 ? 0 : 1] <= step);
    const best = Math.min(...drawn.map(far));
    if (best >= 8) assertEquals(at, -1);
    else assertAlmostEquals(far(at), best, 1e-9, `seed ${seed}`);
    if (at >= 0) assertEquals(pathAt({ starts }, at), at < 400 ? 0 : 1);
  }
  assertEquals(nearest(points, -500, 0, 10, 0, 1000), -1);
});

Deno.test("sceneRows() says in words what the picture shows", () => {
  const rows = sceneRows(scene);
  assertEquals(rows.length, 6);
  assertEquals(rows[4], { name: "the middle", at: "stable", place: ["4", "4", "4"] });
});
