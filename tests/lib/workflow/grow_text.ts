// Grows graphs in tests: tables are given by `id.output`, and whatever the graph waits for is handed over.

import { renderDiagnostics } from "#lib/report/diagnostics.ts";
import type { Table } from "#lib/core/table.ts";
import type { Graph, WantedTable } from "#lib/workflow/graph.ts";

/** What a table is called in tests: `train[seed=0].checkpoints`. */
export function wantedName(graph: Graph, { from, output }: WantedTable): string {
  return `${graph.members[from].id}.${output}`;
}

/** Names of the tables that a graph waits for. */
export function wantsOf(graph: Graph): string[] {
  return (graph.growing?.wants ?? []).map((want) => wantedName(graph, want));
}

/** Gives some tables to a graph. */
export async function growBy(
  graph: Graph,
  tables: Readonly<Record<string, Table>>,
): Promise<Graph> {
  const grown = await tryGrow(graph, tables);
  if (typeof grown === "string") throw new Error(grown);
  return grown;
}

/** Gives some tables to a graph, or says what is wrong with them. */
export async function tryGrow(
  graph: Graph,
  tables: Readonly<Record<string, Table>>,
): Promise<Graph | string> {
  const names = new Map(graph.growing!.wants.map((want) => [wantedName(graph, want), want]));
  const given = Object.entries(tables).map(([name, table]) => {
    const want = names.get(name);
    if (want === undefined) throw new Error(`${name} is not among ${[...names.keys()].join(" ")}`);
    return { ...want, table };
  });
  const grown = await graph.growing!.grow(given);
  return grown.ok ? grown.value : renderDiagnostics(grown.error, { colour: false });
}

/** Members as one text each: id, params and inputs by the ids of their sources. For comparisons of whole graphs. */
export function membersAsText(graph: Graph, indexes?: readonly number[]): string[] {
  const live = indexes ?? [...graph.members.keys()].filter((i) => !graph.members[i].replaced);
  return live.map((i) => {
    const { id, params, inputs, pending } = graph.members[i];
    const bound = Object.entries(inputs).map(([port, { sources }]) => {
      const taken = sources.map((source) => {
        if ("file" in source) return source.file;
        const part = source.part === undefined ? "" : `/${source.part.folder}:${source.part.kind}`;
        const coords = Object.entries(source.coords).map(([name, value]) => `${name}=${value}`);
        return `${graph.members[source.from].id}.${source.output}${part}@${coords.join(",")}`;
      });
      return `${port}: ${taken.join(" ")}`;
    });
    const mark = pending ? " pending" : "";
    return `${id}${mark} ${JSON.stringify(params)} ${bound.join("; ")}`;
  });
}
