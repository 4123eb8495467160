// The states of one run by the quarter of training they belong to, and which pairs of them a comparison within learning
// takes: for quarters i ≤ j, state a of the one with state b of the other, a ≤ b. Leaves out the comparison: `compare`
// takes the pairs, and `aggregate` joins the quarters to its scores.
// Source: RepAL (Guilhot, Wójcik, Achterberg & Costa 2024, arXiv 2410.24070), comparison within learning.

import { z } from "zod";
import { table } from "#lib/core/artifacts/table.ts";
import { keyColumns } from "#lib/core/row_identity.ts";
import { type Column, type Table, tableOf } from "#lib/core/table.ts";
import { defineTask, one } from "#lib/core/task.ts";

const params = z.strictObject({
  num_parts: z.int().min(2).default(4).describe("parts of the run: quarters as published"),
  at_least: z.int().min(1).default(4).describe(
    "checkpoints below which there is no pair at all, instead of missing numbers: more than 3 as published",
  ),
  start: z.union([z.string(), z.number()]).optional().describe(
    "what the network before training is called on the axis of checkpoints, if it stands first: 0",
  ),
  same: z.boolean().default(false).describe(
    "also a state with itself (a = b within a quarter), as published; such pairs are 0 by construction",
  ),
});

export default defineTask({
  name: "checkpoint_quarters",
  summary: "Names the pairs of checkpoints by which quarters of a training are compared.",
  version: 1,
  numerics: "exact",
  params,
  inputs: { checkpoints: one(table) },
  outputs: { pairs: table },
  examples: [
    { params: {}, inputs: () => ({ checkpoints: exampleRun(9) }) },
    { params: { start: 0, same: true }, inputs: () => ({ checkpoints: exampleRun(7) }) },
    { params: {}, inputs: () => ({ checkpoints: exampleRun(2) }) },
  ],
  run(_context, { num_parts, at_least, start, same }, { checkpoints }) {
    const own = statesOf(checkpoints);
    const states = start === undefined ? own : [String(start), ...own];
    if (own.length < at_least) return { pairs: { columns, rows: [] } };
    const edge = (part: number) => Math.floor(states.length * part / num_parts);
    const parts = Array.from(
      { length: num_parts },
      (_, part) => states.slice(edge(part), edge(part + 1)),
    );
    const rows = parts.flatMap((first, i) =>
      parts.slice(i).flatMap((second, k) => {
        const count = Math.min(first.length, second.length);
        return first.slice(0, count).flatMap((a, at) =>
          second.slice(at, count).filter((b) => same || b !== a)
            .map((b) => [a, b, i + 1, i + k + 1])
        );
      })
    );
    return { pairs: { columns, rows } };
  },
});

const columns: readonly Column[] = [
  { name: "a", type: "string", key: true, description: "checkpoint, as compare calls it" },
  { name: "b", type: "string", key: true },
  { name: "a_part", type: "number", description: "part of the run, from 1" },
  { name: "b_part", type: "number" },
];

/** What checkpoints are called, in order of training. */
function statesOf(checkpoints: Table): string[] {
  if (checkpoints.rows.length === 0) return [];
  const [key] = keyColumns(checkpoints);
  return checkpoints.rows.map((row) => row[key]).sort((a, b) => Number(a) - Number(b)).map(String);
}

function exampleRun(numEpochs: number): Table {
  return tableOf(
    Array.from({ length: numEpochs }, (_, at) => ({ epoch: at + 1, accuracy: at / numEpochs })),
    { epoch: { key: true } },
  );
}
