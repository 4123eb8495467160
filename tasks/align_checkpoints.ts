// Checkpoints of two runs side by side, each at its own share of its run: what a comparison over learning goes through.
// The pairs carry both networks, so that a stage may have one member for each pair. Leaves out the comparison.
// Source of the rule: RepAL (Guilhot, Wójcik, Achterberg & Costa 2024, arXiv 2410.24070).
//
//   aligned:   { task: align_checkpoints, from: { a: train.checkpoints, b: { stage: train.checkpoints, where: { group: master } } } }
//   own:       { task: represent, foreach: { pair: aligned.pairs }, from: { model: pair.a_weights, trials: trials } }
//   reference: { task: represent, foreach: { pair: aligned.pairs }, from: { model: pair.b_weights, trials: trials } }
//   over:      { task: compare, with: { metric: procrustes }, from: { a: own, b: reference } }

import { z } from "zod";
import { artifactCell, table, tableWithArtifacts } from "#lib/core/artifacts/table.ts";
import { file } from "#lib/core/artifacts/file.ts";
import { keyColumns } from "#lib/core/row_identity.ts";
import type { Cell, Column, Table } from "#lib/core/table.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { alignRuns } from "#lib/math/statistics/align_runs.ts";

const params = z.strictObject({
  rule: z.enum(["share", "key"]).default("share").describe(
    "share: for checkpoint i of the shorter run, of n, the first j of the longer one, of p, with the least " +
      "|⌊100 i/n⌋ − ⌊100 j/p⌋|, as published; key: checkpoints of one epoch, as far as both runs have them",
  ),
  at_most: z.int().min(2).optional()
    .describe("so many pairs at most, evenly spread, first and last among them; default: all"),
});

export default defineTask({
  name: "align_checkpoints",
  summary: "Pairs the checkpoints of two runs, each at its share of its own run.",
  version: 1,
  numerics: "exact",
  params,
  inputs: { a: one(table), b: one(table) },
  outputs: { pairs: table },
  examples: [
    { params: {}, inputs: () => ({ a: exampleRun(3), b: exampleRun(5) }) },
    { params: { rule: "key", at_most: 2 }, inputs: () => ({ a: exampleRun(5), b: exampleRun(3) }) },
    { params: {}, inputs: () => ({ a: exampleRun(0), b: exampleRun(3) }) },
  ],
  run(_context, { rule, at_most }, { a, b }) {
    const places = thinned(rule === "share" ? byShare(a, b) : byKey(a, b), at_most);
    const shorter = Math.min(a.rows.length, b.rows.length);
    const own: Column[] = [
      { name: "pair", type: "number", key: true, description: "from 1, in order of training" },
      {
        name: "percent",
        type: "number",
        unit: "%",
        description: "of the shorter run that lies behind its checkpoint",
      },
    ];
    const rows = places.map(([i, j], at): Cell[] => [
      at + 1,
      Math.floor(100 * (a.rows.length <= b.rows.length ? i : j) / shorter),
      ...cellsOf("a", a, i),
      ...cellsOf("b", b, j),
    ]);
    const files = { ...filesOf("a", a, rows), ...filesOf("b", b, rows) };
    return {
      pairs: {
        columns: [...own, ...columnsOf("a", a), ...columnsOf("b", b)],
        rows,
        ...(Object.keys(files).length === 0 ? {} : { files }),
      },
    };
  },
});

type Place = readonly [number, number];

function byShare(a: Table, b: Table): Place[] {
  const [n, p] = [a.rows.length, b.rows.length];
  const [ofA, ofB] = [inOrder(a), inOrder(b)];
  return n <= p
    ? Array.from(alignRuns(n, p), (j, i): Place => [ofA[i], ofB[j]])
    : Array.from(alignRuns(p, n), (i, j): Place => [ofA[i], ofB[j]]);
}

function byKey(a: Table, b: Table): Place[] {
  const [[keyA], [keyB]] = [keyColumns(a), keyColumns(b)];
  const places = new Map(b.rows.map((row, at) => [row[keyB], at]));
  return inOrder(a).flatMap((at): Place[] => {
    const other = places.get(a.rows[at][keyA]);
    return other === undefined ? [] : [[at, other]];
  });
}

/** Rows by their key, which is the epoch: tables may be in any order. */
function inOrder({ columns, rows }: Table): number[] {
  if (rows.length === 0) return [];
  const [key] = keyColumns({ columns, rows });
  if (columns[key].type !== "number") {
    throw new TypeError(
      `checkpoints are ordered by their key, but the column '${columns[key].name}' holds ${
        columns[key].type
      }s; give a table with a row per epoch (train_rnn: checkpoints)`,
    );
  }
  return [...rows.keys()].sort((i, j) => (rows[i][key] as number) - (rows[j][key] as number));
}

function thinned(places: readonly Place[], most = Infinity): readonly Place[] {
  if (places.length <= most) return places;
  return Array.from(
    { length: most },
    (_, k) => places[Math.round(k * (places.length - 1) / (most - 1))],
  );
}

function columnsOf(side: string, { columns }: Table): Column[] {
  return columns.map(({ key: _key, ...column }) => ({ ...column, name: `${side}_${column.name}` }));
}

function cellsOf(side: string, { columns, rows }: Table, row: number): Cell[] {
  return columns.map(({ type }, c) => {
    const cell = rows[row][c];
    return type === "artifact" && cell !== null ? `${side}_${cell}` : cell;
  });
}

/** Files of the artifacts that rows name. */
function filesOf(side: string, { files = {} }: Table, rows: readonly (readonly Cell[])[]) {
  const named = new Set(rows.flat());
  return Object.fromEntries(
    Object.entries(files).map(([path, bytes]) => [`${side}_${path}`, bytes] as const)
      .filter(([path]) => foldersAbove(path).some((folder) => named.has(folder))),
  );
}

function foldersAbove(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join("/"));
}

function exampleRun(numEpochs: number): Table {
  if (numEpochs === 0) {
    return {
      columns: [
        { name: "epoch", type: "number", key: true },
        { name: "weights", type: "artifact", kind: "file" },
      ],
      rows: [],
    };
  }
  return tableWithArtifacts(
    Array.from({ length: numEpochs }, (_, at) => ({
      epoch: at + 1,
      accuracy: at / numEpochs,
      weights: artifactCell(file, Uint8Array.of(at)),
    })),
    { epoch: { key: true } },
  );
}
