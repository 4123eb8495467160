// Graphs that grow: stages with a member for every row of an upstream table, expanded again whenever a table becomes
// known. A small model of what the expansion of workflows does, for tests of plans and of the scheduler.

import { err, ok } from "#lib/core/result.ts";
import type { Table } from "#lib/core/table.ts";
import type { BoundPort, Graph, Source, StageMember, WantedTable } from "#lib/workflow/graph.ts";
import { fakeGraph, type FakeMember } from "./fake_tasks.ts";

/** One stage. All its members have a table as their output `out`. */
export interface GrowingStage {
  readonly name: string;
  /** Stages whose members are all read. */
  readonly from?: readonly string[];
  /** A stage: one member for every row of every member's table. */
  readonly foreach?: string;
  readonly more?: Partial<FakeMember>;
}

/** A graph that waits for the tables of its stages. */
export function growingGraph(stages: readonly GrowingStage[]): Graph {
  return grownBy(stages, new Map(), new Set(), undefined);
}

function grownBy(
  stages: readonly GrowingStage[],
  tables: ReadonlyMap<string, Table>,
  lost: ReadonlySet<string>,
  before: Graph | undefined,
): Graph {
  const { specs, waiting } = expanded(stages, tables, lost);
  const old = before?.members ?? [];
  const all = new Map(specs.map((spec) => [spec.id, spec]));
  // A member keeps its place unless it was pending and is bound to something else now.
  const kept = new Map<string, number>();
  old.forEach(({ id, pending, replaced, inputs }, i) => {
    const spec = all.get(id);
    if (replaced === true || spec === undefined) return;
    const idsOf = (port: string) =>
      (inputs[port]?.sources ?? []).map((source) => old[(source as { from: number }).from].id);
    const bound = [...idsOf("in"), ...idsOf("rows")];
    const isSame = pending === spec.pending && bound.join() ===
        [...spec.from ?? [], ...spec.maker === undefined ? [] : [spec.maker]].join();
    if (pending !== true || isSame && bound.every((other) => kept.has(other))) kept.set(id, i);
  });
  const fresh = specs.filter(({ id }) => !kept.has(id));
  const index = new Map([
    ...kept,
    ...fresh.map(({ id }, i) => [id, old.length + i] as const),
  ]);
  const graph0 = fakeGraph(specs, "growing");
  const members: StageMember[] = old.map((member, i) =>
    kept.get(member.id) === i ? member : { ...member, replaced: true }
  );
  for (const member of graph0.members) {
    const at = index.get(member.id)!;
    if (at < old.length) continue;
    const inputs: Record<string, BoundPort> = {};
    for (const [name, port] of Object.entries(member.inputs)) {
      const sources = port.sources.map((source) => ({
        ...source,
        from: index.get(graph0.members[(source as { from: number }).from].id)!,
      } as Source));
      inputs[name] = { ...port, sources };
    }
    members[at] = { ...member, index: at, inputs };
  }
  const wants: WantedTable[] = [...waiting].map((id) => ({ from: index.get(id)!, output: "out" }));
  const graph: Graph = { ...graph0, members };
  if (wants.length === 0) return graph;
  return {
    ...graph,
    growing: {
      wants,
      grow(given, never = []) {
        const more = new Map(tables);
        for (const { from, table } of given) {
          if (table.columns[0]?.name !== "row") {
            return Promise.resolve(err([{
              code: "no-row",
              severity: "error",
              message: `the table of ${members[from].id} has no column row`,
              at: { file: "growing.yaml", line: 1, column: 1, endLine: 1, endColumn: 2 },
            }]));
          }
          more.set(members[from].id, table);
        }
        const gone = new Set([...lost, ...never.map(({ from }) => members[from].id)]);
        return Promise.resolve(ok(grownBy(stages, more, gone, graph)));
      },
    },
  };
}

function expanded(
  stages: readonly GrowingStage[],
  tables: ReadonlyMap<string, Table>,
  lost: ReadonlySet<string>,
) {
  const byStage = new Map<string, FakeMember[]>();
  const waiting = new Set<string>();
  /** Pending for good. */
  const stuck = new Set<string>();
  for (const { name, from = [], foreach, more = {} } of stages) {
    const read = from.flatMap((stage) => byStage.get(stage)!);
    const awaited = read.filter(({ id, pending }) =>
      pending === true && !(more.omit === true && stuck.has(id))
    );
    const isStuck = awaited.some(({ id }) => stuck.has(id));
    const base = { kind: "table", ...more, from: read.map(({ id }) => id) };
    const members: FakeMember[] = [];
    const add = (id: string, pending: boolean, maker?: string) => {
      const also = maker === undefined ? {} : { maker };
      members.push({ ...base, id, params: { name: id }, ...also, ...pending ? { pending } : {} });
      if (pending && (isStuck || maker !== undefined && (stuck.has(maker) || lost.has(maker)))) {
        stuck.add(id);
      }
    };
    for (const maker of foreach === undefined ? [] : byStage.get(foreach)!) {
      const coords = maker.id.includes("[") ? `${maker.id.replace(/^.*\[|\]$/g, "")},` : "";
      const table = maker.pending === true ? undefined : tables.get(maker.id);
      if (maker.pending !== true && table === undefined) waiting.add(maker.id);
      const rows = table === undefined || awaited.length > 0
        ? ["?"]
        : table.rows.map(([row]) => String(row));
      for (const row of rows) add(`${name}[${coords}r${name}=${row}]`, row === "?", maker.id);
    }
    if (foreach === undefined) add(name, awaited.length > 0);
    byStage.set(name, members);
  }
  return { specs: [...byStage.values()].flat(), waiting };
}
