// The task `figure`: ports by kind, overrides, titles, widths, and independence of the order of keys.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Figure } from "#lib/core/artifacts/figure.ts";
import { resolvePorts } from "#lib/core/resolve.ts";
import { tableOf } from "#lib/core/table.ts";
import { densityOf } from "#lib/draw/png_density.ts";
import bars from "#lib/figures/bars.ts";
import trajectories from "#lib/figures/trajectories_3d.ts";
import task from "#tasks/figure.ts";
import { boundItems, runTask } from "#tests/support/run_task.ts";

const tables = boundItems([
  tableOf([{ metric: "dsa", value: 0.9 }, { metric: "procrustes", value: 0.4 }]),
]);
const run = async (params: Record<string, unknown>) =>
  (await runTask(task, { kind: "bars", dpi: 96, ...params }, { tables }, { kind: bars }))
    .figure as Figure;

Deno.test("figure takes what its kind takes", () => {
  const shape = (kind: typeof bars | typeof trajectories) =>
    Object.entries(resolvePorts(task, {}, { kind }).inputs[0]).map((
      [name, { kind, many, coords }],
    ) => [name, kind, many, coords]);
  assertEquals(shape(bars), [["tables", "table", true, true]]);
  assertEquals(shape(trajectories), [
    ["trajectories", "trajectories", true, true],
    ["fixed_points", "table", true, true],
  ]);
});

Deno.test("figure runs its examples", async () => {
  for (const { params, inputs } of task.examples) {
    const kind = params.kind === "bars" ? bars : trajectories;
    const given = Object.fromEntries(
      Object.entries(inputs!()).map(([port, list]) => [port, boundItems(list as unknown[])]),
    );
    const { figure } = await runTask(task, params, given, { kind });
    assertStringIncludes(figure.svg, "<svg");
    assertEquals([...figure.png.subarray(1, 4)], [0x50, 0x4e, 0x47]);
  }
});

Deno.test("figure merges overrides into the specification, the theme included", async () => {
  const { spec, svg } = await run({
    vega_lite: { height: 50, config: { background: "#ffffee" }, layer: [{ mark: "point" }] },
  });
  assertEquals([spec.height, (spec.layer as unknown[]).length], [50, 1]);
  assertEquals((spec.config as Record<string, unknown>).background, "#ffffee");
  assertStringIncludes(svg, 'fill="#ffffee"');
});

Deno.test("figure breaks long titles, escapes them, and adds the caption's explanation", async () => {
  const title = "A title <b>that</b> is much longer than one column & must be broken";
  const { svg, caption } = await run({ title, caption: "Two metrics." });
  assert(svg.split("&lt;b&gt;that").length > 1 && !svg.includes("<b>"));
  assertStringIncludes(svg, "<tspan");
  const [width] = /width="(\d+)"/.exec(svg)!.slice(1).map(Number);
  assert(Math.abs(width - 321) <= 2, `${width}`);
  assertEquals(caption, "Two metrics. No error bars.");
});

Deno.test("figure has the width it is told, in mm, and the PNG its dots per inch", async () => {
  const { svg, png } = await run({ width: 60, dpi: 192 });
  const [width] = /width="(\d+)"/.exec(svg)!.slice(1).map(Number);
  assert(Math.abs(width - 60 * 96 / 25.4) <= 2, `${width}`);
  assertEquals(new DataView(png.buffer, png.byteOffset).getUint32(16), 2 * width);
  assertEquals(Math.round(densityOf(png)!), 192);
});

Deno.test("figure gives the same bytes whatever the order of keys in its params", async () => {
  const one = await run({
    vega_lite: { height: 60, config: { axis: { tickSize: 5, grid: true } } },
  });
  const two = await run({
    vega_lite: { config: { axis: { grid: true, tickSize: 5 } }, height: 60 },
  });
  assertEquals(one.svg, two.svg);
});

Deno.test("figure says what is wrong with a specification", async () => {
  await assertRejects(
    () => run({ vega_lite: { data: { url: "https://example.org/x.json", values: null } } }),
    TypeError,
    "give the data inline",
  );
  await assertRejects(() => run({ vega_lite: { layer: 3 } }), TypeError, "cannot be drawn");
  await assertRejects(() => run({ width: 3 }), TypeError, "width");
});
