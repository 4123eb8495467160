// Brings recorded data into a workflow: .npy, .npz, HDF5 (also MATLAB's v7.3 and NWB), CSV, TSV and JSON, as trajectories
// over trials × time × units, as operators, dissimilarities, tables or plain arrays. Axes are declared in the workflow
// and never guessed, units and time steps are written down, and missing numbers are refused unless it says otherwise.
// All numbers become doubles. Reading is in lib/formats; each kind has a file `_import_….ts` beside this one.

import { arraysOf } from "#lib/core/artifacts/arrays.ts";
import { controlledOperator } from "#lib/core/artifacts/controlled_operator.ts";
import { file } from "#lib/core/artifacts/file.ts";
import { operator } from "#lib/core/artifacts/operator.ts";
import { rdm } from "#lib/core/artifacts/rdm.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { encodeNpy } from "#lib/core/npy.ts";
import { defineTask, type Item, many, one, optional } from "#lib/core/task.ts";
import { importParams } from "./_import_files.ts";
import { importArrays, importRdm } from "./_import_arrays.ts";
import { importControlled, importOperator } from "./_import_operators.ts";
import { importTable } from "./_import_tables.ts";
import { importTrajectories } from "./_import_trajectories.ts";

const outputs = {
  trajectories: { trajectories },
  operator: { operator },
  controlled_operator: { operator: controlledOperator },
  rdm: { rdm },
  table: { table },
  arrays: { arrays: arraysOf("arrays") },
};

export default defineTask({
  name: "import",
  summary: "Reads recorded data from .npy, .npz, HDF5, CSV, TSV and JSON files.",
  version: 1,
  numerics: "exact",
  params: importParams,
  inputs: ({ kind }) =>
    kind === "controlled_operator"
      ? [{ data: one(file) }, { state: one(file), input: one(file), output: optional(file) }]
      : { data: many(file) },
  outputs: ({ kind }) => outputs[kind],
  examples: [
    {
      params: { dims: ["time", "trial", "unit"], dt_ms: 10, units: "Hz" },
      inputs: () => ({
        data: [
          encodeNpy({ dtype: "f8", shape: [3, 2, 1], data: Float64Array.of(1, 4, 2, 5, 3, 6) }),
        ],
      }),
    },
    {
      params: { kind: "operator", array: "pairs[0].A" },
      inputs: () => ({ data: [text('{"pairs": [{"A": [[0, 1], [-1, 0]]}]}')] }),
    },
    {
      params: { kind: "controlled_operator" },
      inputs: () => ({ data: text('{"A": [[0.9, 0], [0, 0.8]], "B": [[1], [0.5]]}') }),
    },
    {
      params: { kind: "rdm", measure: "correlation", labels: { item: ["a", "b", "c"] } },
      inputs: () => ({ data: [text("[0.1, 0.2, 0.3]")] }),
    },
    {
      params: { kind: "table" },
      inputs: () => ({ data: [text("area,rate\nV1,12\nV4,n/a\n")] }),
    },
    {
      params: {},
      inputs: () => ({ data: [text("trial,time_ms,a,b\n1,0,1,2\n1,10,3,4\n2,0,5,6\n")] }),
    },
    {
      params: { kind: "arrays" },
      inputs: () => ({ data: [text('{"x": [1, 2], "y": [[3]]}')] }),
    },
  ],
  async run(_context, params, inputs) {
    const bound = inputs as unknown as Readonly<Record<string, unknown>>;
    if (params.kind === "controlled_operator") {
      return {
        operator: await importControlled(bound as Record<string, Uint8Array | undefined>, params),
      };
    }
    const files = (bound.data as readonly Item<Uint8Array>[]).map(({ value }) => value);
    switch (params.kind) {
      case "trajectories":
        return { trajectories: await importTrajectories(files, params) };
      case "operator":
        return { operator: await importOperator(files, params) };
      case "rdm":
        return { rdm: await importRdm(files, params) };
      case "table":
        return { table: await importTable(files, params) };
      case "arrays":
        return { arrays: await importArrays(files, params) };
    }
  },
});

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}
