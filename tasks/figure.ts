// Draws a figure: a kind from lib/figures turns data into a Vega-Lite specification, any part of which the workflow
// may override; SVG, PNG and the specification are kept side by side.

import { z } from "zod";
import { figure } from "#lib/core/artifacts/figure.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import type { FigureKind } from "#lib/core/figure.ts";
import { type Table, tableOf } from "#lib/core/table.ts";
import { defineTask, type Item, many } from "#lib/core/task.ts";
import { labelled, themed } from "#lib/draw/draw_spec.ts";
import { drawToWidth } from "#lib/draw/draw_to_width.ts";
import { loadAdvances } from "#lib/draw/load_fonts.ts";
import { overrideSpec } from "#lib/draw/override_spec.ts";
import { withDensity } from "#lib/draw/png_density.ts";
import { rasterise } from "#lib/draw/rasterise.ts";
import { pxPerInch, pxPerMm, textSize, widthMm } from "#lib/draw/theme.ts";
import { wrapText } from "#lib/draw/wrap_text.ts";
import { gatherTables } from "#lib/math/tables/gather_tables.ts";
import { exampleTrajectories } from "./_states.ts";

const params = z.strictObject({
  kind: z.string().describe(
    "bars, box, box_within_across, curriculum, curves, expectation, grid, heatmap, paths, phase_plane, regression, scatter, traces, trajectories_3d, " +
      "vega_lite",
  ),
  options: z.record(z.string(), z.unknown()).default({}).describe("the kind's own params"),
  title: z.string().optional().describe("shown above the figure, wrapped to its width"),
  caption: z.string().optional()
    .describe("first sentences of the caption; what n and error bars are is added by the kind"),
  width: z.union([z.enum(["single", "double"]), z.number().min(30).max(400)]).default("single")
    .describe("one journal column (85 mm), two (175 mm), or mm"),
  dpi: z.int().min(72).max(600).default(200).describe("dots per inch of the PNG"),
  vega_lite: z.record(z.string(), z.unknown()).default({})
    .describe(
      "merged into the specification: maps key by key, null removes, all else replaces. " +
        "encoding, layer and height reach every panel, encoding every layer that has the channel; " +
        "layer: { line: { mark: { strokeWidth: 2 } } } changes all lines, layer: { 0: … } one layer",
    ),
});

export default defineTask({
  name: "figure",
  summary: "Draws tables or trajectories as SVG and PNG.",
  version: 1,
  numerics: "f64",
  params,
  members: { kind: { room: "figures", params: "options" } },
  inputs: (_params, members) =>
    (members.kind as FigureKind).takes === "table" ? { tables: many(table, { coords: true }) } : {
      trajectories: many(trajectories, { coords: true }),
      fixed_points: many(table, { coords: true, optional: true }),
    },
  outputs: { figure },
  examples: [
    {
      params: { kind: "bars", options: { y: "r_squared" }, title: "Linearity" },
      inputs: () => ({
        tables: [
          tableOf([{ metric: "dsa", r_squared: 0.98 }, { metric: "procrustes", r_squared: 0.96 }]),
        ],
      }),
    },
    {
      params: { kind: "trajectories_3d", dpi: 96 },
      inputs: () => ({ trajectories: [exampleTrajectories(3, 30, 3)] }),
    },
  ],
  async run(context, params, inputs) {
    const kind = context.members.kind as FigureKind;
    const bound = inputs as Readonly<Record<string, readonly Item<unknown>[]>>;
    const data = kind.takes === "table"
      ? gatherTables(bound.tables as readonly Item<Table>[])
      : bound.trajectories;
    const draft = kind.build(data as never, params.options as never, extrasOf(bound));
    const width = Math.floor(
      pxPerMm * (typeof params.width === "number" ? params.width : widthMm[params.width]),
    );
    const titled = params.title === undefined
      ? {}
      : { title: wrapText(params.title, width - 12, textSize.figure, (await loadAdvances()).bold) };
    const { drawing, spec } = await drawToWidth(
      (panelWidth) => overrideSpec({ ...draft.spec(panelWidth), ...titled }, params.vega_lite),
      draft.columns,
      width,
    );
    context.progress(0.6, "drawn");
    const caption = params.caption === undefined
      ? draft.caption
      : `${params.caption} ${draft.caption}`;
    const svg = labelled(
      drawing.svg,
      [params.title, caption].filter((one) => one !== undefined).join(". "),
    );
    return {
      figure: {
        svg,
        png: withDensity(await rasterise(svg, params.dpi / pxPerInch), params.dpi),
        spec: themed(spec),
        caption,
        ...(draft.scene === undefined ? {} : { scene: draft.scene }),
      },
    };
  },
});

/** Fixed points of all systems, if there are any tables of them. */
function extrasOf({ fixed_points = [] }: Readonly<Record<string, readonly Item<unknown>[]>>) {
  if (fixed_points.length === 0) return {};
  return { fixedPoints: gatherTables(fixed_points as readonly Item<Table>[]) };
}
