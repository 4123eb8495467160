// Scenes: what a viewer turns is what the figure shows, not larger than a page can carry; and fixed points beside paths.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { figure as figureType } from "#lib/core/artifacts/figure.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import type { Scene } from "#lib/core/figure.ts";
import { randomStream } from "#lib/core/random.ts";
import { tableOf } from "#lib/core/table.ts";
import type { Item } from "#lib/core/task.ts";
import { tensor } from "#lib/core/tensor.ts";
import kind from "#lib/figures/trajectories_3d.ts";
import { maxSceneNumbers } from "#lib/figures/_scene.ts";
import { boundItems } from "#tests/support/run_task.ts";
import { cases, spirals } from "./cases.ts";
import { drawCase } from "./draw_cases.ts";

type Inputs = Readonly<Record<string, unknown>>;
const draw = (options: Record<string, unknown>, inputs: Inputs) =>
  drawCase({ params: { kind: "trajectories_3d", options }, inputs }) as Promise<
    { svg: string; caption: string; scene?: Scene }
  >;

/** The scene alone: nothing is drawn. */
const sceneFor = (options: Record<string, unknown>, trajectories: readonly Item<Trajectories>[]) =>
  kind.build(trajectories, kind.params.parse(options)).scene;

/** Systems of random states, each with its seed as coordinate. */
function systems(numItems: number, numTrials: number, numTime: number, seed = 0) {
  return Array.from({ length: numItems }, (_, at): Item<Trajectories> => {
    const states = new Float64Array(numTrials * numTime * 3);
    randomStream(seed, "scene").normal(states, at);
    return {
      value: {
        states: tensor(["trial", "time", "unit"], [numTrials, numTime, 3], states),
        dt: 20,
        timeUnit: "ms",
      },
      coords: { seed: at },
    };
  });
}

Deno.test("trajectories_3d gives a scene with means, single trials, colours and the words of the figure", async () => {
  const { scene } = await draw({ panel_by: ["r"], colour_by: "regime" }, { trajectories: spirals });
  assertEquals(scene!.axes, ["x", "y", "z"]);
  assertEquals(scene!.colour_by, ["regime", "r"]);
  assertEquals(scene!.panel_by, ["r"]);
  assertEquals(Object.keys(scene!.colours!.regime), ["one attractor", "two stable"]);
  assertEquals(scene!.paths.filter(({ of }) => of === "mean").length, 4);
  assertEquals(scene!.paths.filter(({ of }) => of === "trial").length, 12);
  assertEquals(scene!.paths[0].coords, { r: "r = 0.25", regime: "one attractor" });
  assertEquals(scene!.dt, 0.01);
  assertEquals(scene!.dt_ms, undefined);
});

Deno.test("a scene's numbers are the states, to a hundred-thousandth of the largest", async () => {
  const [item] = systems(1, 1, 50, 7);
  const { scene } = await draw({}, { trajectories: [item] });
  const [{ of, points }] = scene!.paths;
  assertEquals([scene!.paths.length, of, points.length, scene!.dt_ms], [1, "mean", 150, 20]);
  const largest = Math.max(...item.value.states.data.map(Math.abs));
  points.forEach((value, i) =>
    assert(Math.abs(value - item.value.states.data[i]) < 1e-4 * largest)
  );
  assert(points.every((value) => String(value).length <= 8), "short in the file");
});

Deno.test("a scene stays below its bound, keeps first and last points, and says the time between points", () => {
  for (const [numItems, numTrials, numTime] of [[3, 40, 2000], [60, 8, 900], [400, 2, 300]]) {
    const trajectories = systems(numItems, numTrials, numTime);
    const scene = sceneFor({ num_trials: 1, panel_by: [] }, trajectories);
    const counts = scene!.paths.map(({ points }) => points.length);
    const total = counts.reduce((sum, count) => sum + count, 0);
    assert(total <= maxSceneNumbers, `${total}`);
    assert(total > maxSceneNumbers / 8, `${total} is less than it could be`);
    const step = scene!.dt_ms! / 20;
    assertEquals(counts[0] / 3, Math.ceil((numTime - 1) / step) + 1);
    const trial = scene!.paths.find(({ of }) => of === "trial")!;
    const { data } = trajectories[0].value.states;
    trial.points.slice(-3).forEach((value, axis) =>
      assert(Math.abs(value - data[3 * (numTime - 1) + axis]) < 1e-3)
    );
  }
});

Deno.test("too many systems for a page make no scene", () => {
  assertEquals(sceneFor({ panel_by: [] }, systems(2600, 1, 9)), undefined);
  assert(sceneFor({ panel_by: [] }, systems(2500, 1, 9)) !== undefined);
});

Deno.test("trials that differ in length are drawn as far as they go, their mean as far as all of them", async () => {
  const [{ value, coords }] = systems(1, 2, 10);
  const states = value.states.data.slice();
  states.fill(NaN, 3 * (10 + 6));
  const ragged = { ...value, states: { ...value.states, data: states }, lengths: [10, 6] };
  const { scene } = await draw({ num_trials: 2 }, { trajectories: [{ value: ragged, coords }] });
  assertEquals(scene!.paths.map(({ of, points }) => [of, points.length / 3]), [
    ["mean", 6],
    ["trial", 10],
    ["trial", 6],
  ]);
});

Deno.test("fixed points go to the systems that they belong to, and the caption counts them", async () => {
  for (const name of ["trajectories_fixed_points", "phase_plane_fixed_points"]) {
    const { caption, svg, scene } = await drawCase(cases[name]) as {
      caption: string;
      svg: string;
      scene?: Scene;
    };
    assert(caption.endsWith(
      " Black diamonds: stable fixed points (n = 1); open red triangles: unstable fixed points (n = 2).",
    ));
    const signs = (colour: string) => svg.split(colour).length - 1;
    const panels = name.startsWith("phase");
    assertEquals([signs('fill="#000000"'), signs('stroke="#C1121F"')], [1, panels ? 5 : 2]);
    if (panels) continue;
    assertEquals(scene!.points.map(({ stable, coords }) => [stable, coords]), [
      [true, { r: "r = 0.25" }],
      [false, { r: "r = 15" }],
      [false, {}],
    ]);
    assertEquals(scene!.points[2].label, "unstable fixed point");
  }
});

Deno.test("fixed points need a place and a word on their stability", async () => {
  const bound = (record: Record<string, number | boolean | string>) => ({
    trajectories: spirals,
    fixed_points: boundItems([tableOf([record])]),
  });
  await assertRejects(
    () => draw({}, bound({ x: 1, y: 2, stable: true })),
    TypeError,
    "fixed_points needs the columns x, y, z; there are x, y, stable",
  );
  await assertRejects(() => draw({}, bound({ x: 1, y: 2, z: 0 })), TypeError, "'stable'");
  await assertRejects(
    () => draw({}, bound({ x: 1, y: 2, z: 0, stable: "yes" })),
    TypeError,
    "give true or false",
  );
  const moved = { num_trials: 1, mean: false, shift: "start" };
  await assertRejects(
    () => draw(moved, bound({ x: 1, y: 2, z: 0, stable: true })),
    TypeError,
    "leave `shift` out",
  );
  const named = { stable: "is_stable" };
  const { caption } = await draw(named, bound({ x: 1, y: 2, z: 0, is_stable: 1 }));
  assert(caption.includes("stable fixed points (n = 1)"));
});

Deno.test("figures without a scene, as older stores hold them, are read", () => {
  const value = {
    svg: "<svg/>",
    png: new Uint8Array([1]),
    spec: { mark: "bar" },
    caption: "n = 3",
  };
  assertEquals(Object.keys(figureType.encode(value)).includes("scene.json"), false);
  assertEquals(figureType.decode(figureType.encode(value)), value);
  const scene: Scene = { axes: ["x", "y", "z"], colour_by: [], paths: [], points: [], dt_ms: 20 };
  assertEquals(figureType.decode(figureType.encode({ ...value, scene })), { ...value, scene });
});
