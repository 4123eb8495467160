// Any Vega-Lite specification, written in the workflow, with the table as its data.

import { z } from "zod";
import { defineFigure } from "../core/figure.ts";
import { recordsOf } from "../core/table.ts";
import { conditions } from "../math/tables/condition.ts";
import { shown } from "./_table.ts";

export default defineFigure({
  name: "vega_lite",
  summary: "A Vega-Lite specification of your own; the table is its data.",
  takes: "table",
  params: z.strictObject({
    where: conditions.default({}).describe("the rows that are shown"),
    spec: z.record(z.string(), z.unknown()).describe(
      "Vega-Lite; the table is the data set `table`, which is also the default data",
    ),
    columns: z.int().min(1).default(1).describe("panels beside one another, for the width"),
  }),
  build(all, { where, spec, columns }) {
    const table = shown(all, where, []);
    const rows = recordsOf(table).map((record) =>
      Object.fromEntries(
        Object.entries(record).map(([name, cell]) => [
          name,
          typeof cell === "number" && !Number.isFinite(cell) ? null : cell,
        ]),
      )
    );
    return {
      columns,
      caption: `${rows.length} rows.`,
      spec: (panelWidth) => ({
        ...(Object.hasOwn(spec, "facet") ? {} : { width: panelWidth }),
        data: { name: "table" },
        ...spec,
        ...(Object.hasOwn(spec, "facet")
          ? { spec: { width: panelWidth, ...(spec.spec as Record<string, unknown>) } }
          : {}),
        datasets: { ...(spec.datasets as Record<string, unknown>), table: rows },
      }),
    };
  },
});
