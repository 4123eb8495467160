// Every kind of figure on realistic data: width, units, captions, refusals, and the same bytes in every process.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { tableOf } from "#lib/core/table.ts";
import { figures } from "#lib/figures/mod.ts";
import { boundItems } from "#tests/support/run_task.ts";
import golden from "#tests/golden/figures/digests.json" with { type: "json" };
import { cases, curves, type FigureCase, pairs, spirals } from "./cases.ts";
import { digests, drawCase } from "./draw_cases.ts";

const drawn = new Map(
  await Promise.all(
    Object.entries(cases).map(async ([name, one]) => [name, await drawCase(one)] as const),
  ),
);

/** Texts and lines of texts. */
const texts = (svg: string) =>
  [...svg.matchAll(/<(?:text|tspan)[^>]*>([^<]+)</g)].map(([, text]) => text);
const size = (svg: string) => /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!.slice(1).map(Number);

Deno.test("every kind of figure has a case", () => {
  const kinds = new Set(Object.values(cases).map(({ params }) => params.kind));
  assertEquals([...kinds].sort(), Object.keys(figures).sort());
});

Deno.test("figures have the same bytes here, in a process without permissions, and as recorded", async () => {
  const here = Object.fromEntries([...drawn].map(([name, figure]) => [name, digests(figure)]));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      new URL("./draw_cases.ts", import.meta.url).pathname,
    ],
    clearEnv: true,
    env: {
      HOME: Deno.env.get("HOME") ?? "/",
      DENO_DIR: Deno.env.get("DENO_DIR") ?? "",
      TZ: "Asia/Tokyo",
    },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  assertEquals(here, JSON.parse(new TextDecoder().decode(stdout)));
  // After a wanted change of looks: look at the pictures, then put the new digests there.
  assertEquals(here, golden, JSON.stringify(here, null, 2));
});

Deno.test("figures are as wide as the journal's columns", () => {
  for (const [name, { svg, png }] of drawn) {
    const wanted = cases[name].params.width === "double" ? 661 : 321;
    const [width, height] = size(svg);
    assert(Math.abs(width - wanted) <= 3, `${name} is ${width} px wide`);
    const view = new DataView(png.buffer, png.byteOffset);
    assertEquals([view.getUint32(16), view.getUint32(20)], [width, height], name);
  }
});

Deno.test("figures are white, labelled as a whole, and carry their data in the specification", () => {
  for (const [name, { svg, spec, caption }] of drawn) {
    assertStringIncludes(svg, 'fill="white"');
    assertStringIncludes(svg, 'role="img" aria-label="');
    assert(caption.endsWith("."), `${name}: ${caption}`);
    assert(JSON.stringify(spec).includes('"values":[{') || "datasets" in spec, name);
    assertEquals(spec.$schema, "https://vega.github.io/schema/vega-lite/v6.json");
    assert(!/NaN|undefined/.test(svg), `${name} holds NaN or undefined`);
  }
});

Deno.test("no text is smaller than 6 points in print, numbers in cells 5", () => {
  const pt = 72 / 96;
  for (const [name, { svg }] of drawn) {
    const sizes = [...svg.matchAll(/font-size="([\d.]+)px"/g)].map(([, size]) => Number(size) * pt);
    const isCells = ["heatmap", "grid"].includes(cases[name].params.kind);
    assert(sizes.length > 0, name);
    assert(Math.min(...sizes) >= (isCells ? 5 : 6), `${name}: ${Math.min(...sizes)} points`);
    const widths = [...svg.matchAll(/stroke-width="([\d.]+)"/g)].map(([, width]) => Number(width))
      .filter((width) => width > 0);
    // Journals ask for a quarter of a point.
    assert(
      Math.min(...widths) * pt >= 0.25,
      `${name}: lines of ${Math.min(...widths) * pt} points`,
    );
  }
});

Deno.test("names of panels stand at one height, whatever sticks out of a panel", async () => {
  const table = tableOf(
    [1, 0.5].flatMap((top) => [1, 2].map((x) => ({ metric: "dsa", panel: top, x, value: top }))),
  );
  for (const share_y of [true, false]) {
    const { svg } = await draw("curves", { x: "x", facet: "panel", share_y }, onTable(table));
    const heights = [
      ...svg.matchAll(
        /translate\([\d.-]+,([\d.-]+)\)"><path [^>]*><g><g class="mark-text role-title-text"/g,
      ),
    ].map(([, y]) => Number(y)).filter((y) => y < 0);
    assert(heights.length === 2 && heights[0] === heights[1], `${heights}`);
  }
});

Deno.test("panels beside an incomplete last row have their own axes", async () => {
  const table = tableOf(
    [1, 2, 3, 4, 5].flatMap((panel) =>
      [1, 2].map((x) => ({ metric: "dsa", panel, x, value: x / panel }))
    ),
  );
  const axes = async (columns: number) =>
    texts((await draw("curves", { x: "x", facet: "panel", columns }, onTable(table))).svg)
      .filter((text) => text === "x").length;
  assertEquals([await axes(3), await axes(5)], [5, 5]);
  assertEquals(await axes(2), 5);
});

Deno.test("numbers in cells are dark on bright cells of panels that have a colour scale of their own", async () => {
  const rows = ["big", "small"].flatMap((metric) =>
    [0, 1].flatMap((a) =>
      [0, 1].map((b) => ({ metric, a, b, value: (a + b) / 2 * (metric === "big" ? 7.77 : 0.077) }))
    )
  );
  const options = { facet: "metric", share_colour: false, show_values: true };
  const { svg } = await draw("heatmap", options, onTable(tableOf(rows)));
  const fills = [...svg.matchAll(/fill="(white|#222222)"[^>]*>(7\.77|0\.08)</g)];
  assertEquals(fills.map(([, fill, text]) => `${text} ${fill}`).sort(), [
    "0.08 #222222",
    "7.77 #222222",
  ]);
});

Deno.test("axes carry units and words, not column names", () => {
  const of = (name: string) => texts(drawn.get(name)!.svg);
  assert(of("heatmap_shared").includes("dissimilarity (rad/(π/2))"));
  assert(of("curves").includes("dissimilarity (rad/(π/2))") && of("curves").includes("σ"));
  assert(of("curves_panels").includes("α"));
  for (const name of ["heatmap_shared", "box", "curves", "bars"]) {
    assert(of(name).includes("CKA") && !of(name).includes("linear_cka"), name);
  }
  assert(of("trajectories").includes("x") && of("trajectories").includes("r = 5"));
  assert(of("trajectories_overlaid").includes("chaos"));
});

Deno.test("captions explain n and error bars", () => {
  const caption = (name: string) => drawn.get(name)!.caption;
  assertStringIncludes(caption("curves"), "Mean over n = 42 per point; band: ± SEM");
  assertStringIncludes(caption("curves"), "divisor n, over √n");
  assertStringIncludes(caption("curves"), "self floor");
  assertStringIncludes(caption("box"), "n = 18 within, n = 54 across");
  assertStringIncludes(caption("box"), "outliers not shown");
  assertStringIncludes(caption("bars"), "n = 42. No error bars.");
  assertStringIncludes(caption("bars_grouped"), "Error bars: ± SEM.");
  assertStringIncludes(caption("trajectories"), "Mean over 3 trials");
  assertStringIncludes(caption("trajectories_overlaid"), "2 single trials");
  assertStringIncludes(caption("heatmap_own_colours"), "each panel has its own colour scale");
});

const draw = (kind: string, options: Record<string, unknown>, inputs: FigureCase["inputs"]) =>
  drawCase({ params: { kind, options }, inputs });
const onTable = (value: ReturnType<typeof tableOf>) => ({ tables: boundItems([value]) });

Deno.test("units that differ between metrics are said beside each, never on a common axis", async () => {
  const mixed = tableOf(
    ["dsa", "procrustes"].flatMap((metric) =>
      ["within", "across"].flatMap((pair) =>
        [1, 2, 3].map((value) => ({
          metric,
          pair,
          value,
          value_unit: metric === "dsa" ? "rad" : "rad/(π/2)",
        }))
      )
    ),
  );
  const box = texts((await draw("box_within_across", {}, onTable(mixed))).svg).join(" ");
  assertStringIncludes(box, "DSA (rad)");
  assertStringIncludes(box, "Procrustes");
  assert(!box.includes("value (rad)"));
  const matrix = tableOf(
    ["dsa", "procrustes"].flatMap((metric) =>
      [0, 1].map((a) => ({ metric, a, b: a, value: 1, value_unit: metric === "dsa" ? "rad" : "1" }))
    ),
  );
  const heat = await draw("heatmap", { facet: "metric" }, onTable(matrix));
  assert(texts(heat.svg).includes("DSA (rad)"));
  assertStringIncludes(heat.caption, "own colour scale");
});

Deno.test("a mean of what a comparison gave keeps its unit", async () => {
  const rows = [0, 1].map((x) => ({ metric: "dsa", unit: "rad", x, mean: x, sem: 0.1, n: 3 }));
  const { svg, caption } = await draw(
    "curves",
    { x: "x", y: "mean", error: "sem", n: "n" },
    onTable(tableOf(rows)),
  );
  assert(texts(svg).includes("mean (rad)"));
  assertStringIncludes(caption, "Mean over n = 3 per point; band: ± SEM.");
});

Deno.test("kinds refuse what they cannot show truthfully, and say what to do", async () => {
  await assertRejects(() => draw("heatmap", {}, onTable(pairs)), TypeError, "filter or facet");
  await assertRejects(
    () => draw("heatmap", { where: { metric: "dsa" } }, onTable(pairs)),
    TypeError,
    "no row remains",
  );
  await assertRejects(() => draw("curves", { x: "epoch" }, onTable(curves)), TypeError, "'epoch'");
  await assertRejects(
    () => draw("curves", { x: "alpha", labels: { procrustes: "CKA" } }, onTable(curves)),
    TypeError,
    "both shown as 'CKA'",
  );
  await assertRejects(
    () => draw("box_within_across", { groups: ["inside"] }, onTable(pairs)),
    TypeError,
    "pair = inside",
  );
  await assertRejects(
    () => draw("trajectories_3d", { units: [0, 1, 3] }, { trajectories: spirals }),
    RangeError,
    "there are 3",
  );
  await assertRejects(
    () => draw("trajectories_3d", { panel_by: ["seed"] }, { trajectories: spirals }),
    TypeError,
    "there are r, regime",
  );
  await assertRejects(
    () => draw("phase_plane", { units: [0, 3] }, { trajectories: spirals }),
    RangeError,
    "there are 3",
  );
  await assertRejects(
    () => draw("trajectories_3d", {}, { trajectories: [] }),
    TypeError,
    "no traj",
  );
});

Deno.test("missing and infinite values are left out, not drawn at zero", async () => {
  const table = tableOf([1, 2, 3].map((x) => ({ metric: "dsa", x, value: x === 2 ? NaN : x })));
  const { svg } = await draw("curves", { x: "x" }, onTable(table));
  assert(!svg.includes("NaN"));
  const gap = tableOf([1, 2, 3, 4].map((x) => ({ metric: "dsa", x, value: x === 2 ? null : x })));
  const { caption } = await draw("curves", { x: "x" }, onTable(gap));
  assertStringIncludes(caption, "Single values");
});

Deno.test("bars on an axis that begins above zero are cut off there, and the caption says so", async () => {
  const table = tableOf([{ metric: "dsa", value: 0.98 }, { metric: "procrustes", value: 0.96 }]);
  const whole = await draw("bars", {}, onTable(table));
  const cut = await draw("bars", { y_domain: [0.9, 1] }, onTable(table));
  assert(Math.abs(size(cut.svg)[1] - size(whole.svg)[1]) < 20, "no bar reaches below the panel");
  assertStringIncludes(cut.caption, "The axis begins at 0.9.");
});

Deno.test("a metric looks the same in every figure, and series stand in the order asked for", async () => {
  const one = (metric: string) => ({ metric, x: 1, value: 1 });
  const two = (...metrics: string[]) =>
    onTable(tableOf(metrics.flatMap((metric) => [one(metric), { ...one(metric), x: 2 }])));
  const strokes = (svg: string) =>
    [...svg.matchAll(/stroke="#2B2F42"[^>]*stroke-dasharray="([^"]*)"/g)].map(([, dash]) => dash);
  const a = await draw("curves", { x: "x" }, two("dsa", "procrustes"));
  const b = await draw("curves", { x: "x" }, two("procrustes", "linear_cka"));
  assertEquals(new Set([...strokes(a.svg), ...strokes(b.svg)]).size, 1);
  const names = (svg: string) => texts(svg).filter((text) => /DSA|CKA|Procrustes/.test(text));
  const order = ["dsa", "linear_cka", "procrustes"];
  const c = await draw("curves", { x: "x", order }, two("procrustes", "dsa", "linear_cka"));
  assertEquals(names(c.svg), ["DSA", "CKA", "Procrustes"]);
});
