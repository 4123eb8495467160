// Overrides reach what they mean in every kind of figure: titles, axes, colours, sizes and marks, in panels and layers.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { overrideSpec } from "#lib/draw/override_spec.ts";
import type { Spec } from "#lib/draw/merge_spec.ts";
import { cases } from "#tests/lib/figures/cases.ts";
import { drawCase } from "#tests/lib/figures/draw_cases.ts";

/** A case drawn with an override; one of its own stays. */
const drawn = (name: string, vega_lite: Spec) =>
  drawCase({
    ...cases[name],
    params: {
      ...cases[name].params,
      vega_lite: { ...cases[name].params.vega_lite as Spec, ...vega_lite },
    },
  });

/** One case of every kind, with and without panels. */
const names = [
  "heatmap_shared",
  "box",
  "curves",
  "curves_panels",
  "grid",
  "bars",
  "bars_grouped",
  "phase_plane",
  "regression_accuracy",
  "psychometric",
  "paths",
  "scatter",
  "scatter_panels",
  "traces",
  "vega_lite",
];

Deno.test("titles and axes of every kind are overridden the same way, with panels and without", async () => {
  for (const name of names) {
    const { svg } = await drawn(name, {
      title: "Another title",
      encoding: { x: { title: "another axis" } },
      config: { background: "#fffff0", axis: { labelColor: "#123456" } },
    });
    assert(svg.includes(">Another title</text>"), name);
    assert(svg.includes(">another axis</text>"), name);
    assert(svg.includes('fill="#fffff0"') && svg.includes('fill="#123456"'), name);
  }
});

Deno.test("colour scales, marks and sizes are overridden", async () => {
  const heat = await drawn("heatmap_shared", {
    encoding: { color: { scale: { scheme: "magma", domain: [0, 2] } } },
  });
  assert(heat.svg !== (await drawn("heatmap_shared", {})).svg);
  const curves = await drawn("curves_panels", {
    height: 77,
    encoding: { color: { scale: { range: ["#aa0011", "#00aa11"] } } },
    layer: { line: { mark: { strokeWidth: 3.25 } }, area: null },
  });
  assert(curves.svg.includes('stroke="#aa0011"') && curves.svg.includes('stroke-width="3.25"'));
  for (const old of ["#8D99AE", "#2B2F42"]) assert(!curves.svg.includes(old), old);
  assert(!curves.svg.includes("mark-area"), "the bands are gone");
  assertEquals((curves.spec.spec as Spec).height, 77);
  const bars = await drawn("bars", { layer: { 0: { mark: { cornerRadius: 4 } } } });
  assert(bars.svg !== (await drawn("bars", {})).svg);
  const dots = await drawn("vega_lite", { mark: { size: 99, shape: "square" } });
  assert(JSON.stringify(dots.spec.mark).includes('"type":"point"'), JSON.stringify(dots.spec.mark));
});

Deno.test("overrideSpec() merges, removes, replaces lists, and says what there is", () => {
  const layer = [
    { mark: { type: "line", opacity: 1 }, encoding: { x: { field: "a" }, color: { field: "c" } } },
    { mark: "rule", encoding: { x: { field: "b" } } },
  ];
  const spec = { title: "old", layer };
  assertEquals(overrideSpec(spec, {}), spec);
  assertEquals(overrideSpec(spec, { title: null, width: 3 }), { layer, width: 3 });
  assertEquals(overrideSpec(spec, { layer: [{ mark: "bar" }] }).layer, [{ mark: "bar" }]);
  assertEquals(overrideSpec(spec, { encoding: { color: null } }).layer, [
    { mark: { type: "line", opacity: 1 }, encoding: { x: { field: "a" } } },
    layer[1],
  ]);
  assertEquals(overrideSpec(spec, { layer: { rule: null } }).layer, [layer[0]]);
  assertEquals(overrideSpec(spec, { layer: { 1: { mark: { color: "red" } } } }).layer, [
    layer[0],
    { mark: { type: "rule", color: "red" }, encoding: { x: { field: "b" } } },
  ]);
  assertEquals(
    overrideSpec({ facet: {}, columns: 3, spec }, {
      columns: 2,
      spec: { title: "own" },
      height: 9,
    }),
    { facet: {}, columns: 2, spec: { title: "own", layer, height: 9 } },
  );
  const refused = (override: Spec, said: string) =>
    assertThrows(() => overrideSpec(spec, override), TypeError, said);
  refused({ layer: { bar: {} } }, "the layer 'bar'; there are line, rule, or 0 to 1");
  refused({ layer: { 2: {} } }, "the layer '2'");
  refused({ layer: { line: 3 } }, "the layer 'line'");
  refused({ mark: "bar" }, "write layer: { line: { mark: … } }");
  refused({ encoding: { z: {} } }, "the channel 'z', but the figure has x, color");
});
