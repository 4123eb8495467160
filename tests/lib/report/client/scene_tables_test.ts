// What the viewer turns, as tables.

import { assertEquals } from "@std/assert";
import { tablesOfScene } from "#lib/report/client/scene_tables.ts";

Deno.test("tablesOfScene() has a row for each step of each path, and for each fixed point", () => {
  const scene = {
    axes: ["x", "y", "z"],
    colour_by: ["g"],
    names: { g: "group" },
    paths: [
      { coords: { g: "a" }, of: "mean", points: [0, 1, 2, 3, 4, 5] },
      { coords: { s: "7" }, of: "trial", points: [6, 7, 8] },
    ],
    points: [{ coords: { g: "a" }, position: [9, 9, 9], stable: false }],
    dt_ms: 0.1,
  } as const;
  assertEquals(tablesOfScene(scene), [
    {
      name: "paths",
      columns: ["group", "s", "of", "time (ms)", "x", "y", "z"],
      rows: [
        ["a", undefined, "mean", 0, 0, 1, 2],
        ["a", undefined, "mean", 0.1, 3, 4, 5],
        [undefined, "7", "trial", 0, 6, 7, 8],
      ],
    },
    {
      name: "fixed points",
      columns: ["group", "s", "stable", "label", "x", "y", "z"],
      rows: [["a", undefined, false, undefined, 9, 9, 9]],
    },
  ]);
  const { dt_ms: _, ...timeless } = { ...scene, points: [] };
  assertEquals(tablesOfScene(timeless).map(({ columns }) => columns[3]), ["step"]);
});
