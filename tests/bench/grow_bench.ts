// How long a graph takes to grow by a table: 100 tables that make 10,000 members, all known but one, ten or a hundred.
// The limit: everything that tables can change is expanded again, so one growth costs about as much as expanding those
// members does, however few are new.

import { tableWithArtifacts } from "#lib/core/artifacts/table.ts";
import { expand } from "#lib/workflow/expand.ts";
import type { Graph } from "#lib/workflow/graph.ts";
import { loadWorkflow } from "#lib/workflow/load.ts";
import { fakeCatalogue } from "#tests/lib/workflow/fake_catalogue.ts";

const numTables = 100;
const rowsPerTable = 33;

const text = `
axes: { config: "\${{ range(${numTables}) }}" }
stages:
  made: { task: value, over: [config] }
  each: { task: pair, foreach: { row: made.table }, with: { n: "\${{ row.nth }}" }, from: { table: row.w } }
  next: { task: pair, from: { table: each.first } }
  last: { task: pair, from: { table: next.first } }
  curve: { task: collect, from: { tables: { stage: last.first, gather: [row] } } }
  all: { task: collect, from: { tables: { stage: curve, gather: all } } }
`;

const w = { kind: "table", files: { a: Uint8Array.of(1) } };
const table = tableWithArtifacts(
  Array.from({ length: rowsPerTable }, (_, i) => ({ key: i, nth: i * i, w })),
);

async function grown(graph: Graph, count: number): Promise<Graph> {
  const wants = graph.growing!.wants.slice(0, count);
  const result = await graph.growing!.grow(wants.map((want) => ({ ...want, table })));
  if (!result.ok) throw new Error(result.error[0].message);
  return result.value;
}

const loaded = await loadWorkflow("grow.yaml", () => Promise.resolve(text), { overrides: [] });
const first = loaded.ok ? await expand(loaded.value, fakeCatalogue()) : loaded;
if (!first.ok) throw new Error(first.error[0].message);

for (const count of [1, 10, 100]) {
  const start = count === numTables ? first.value : await grown(first.value, numTables - count);
  Deno.bench(`the last ${count} of ${numTables} tables, 10,000 members`, async () => {
    await grown(start, count);
  });
}
