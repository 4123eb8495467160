// `export`: the results of a run as a folder that NumPy, pandas, h5py and other programs open.

import { z } from "zod";
import { defineCommand } from "../command.ts";
import { storeOptions } from "../store_options.ts";

export default defineCommand({
  name: "export",
  summary: "Write the results of a run as files for NumPy, pandas and other programs.",
  arguments: [
    {
      name: "run",
      summary: "id of a run or its beginning, its folder, or a workflow (its latest run)",
      required: true,
      variadic: false,
      completes: "workflow",
    },
  ],
  options: z.strictObject({
    layout: z.enum(["basin", "neurogym"]).default("basin").describe(
      "basin: trial, time, unit; neurogym: time, batch, unit, and its names (ob, gt)",
    ),
    npz: z.boolean().default(false).describe(
      "arrays of a stage's member in one .npz, instead of .npy files",
    ),
    hdf5: z.boolean().default(false).describe(
      "arrays of each stage in one HDF5 file, instead of .npy files",
    ),
    parquet: z.boolean().default(false).describe("tables as Parquet, besides .tsv"),
    only: z.array(z.string()).optional().meta({
      description: "only these stages; a glob over ids, may be repeated",
      placeholder: "GLOB",
    }),
    to: z.string().optional().meta({
      description: "folder to write (default: results/exports/<workflow>/<run>); " +
        "outside of results: `deno task basin:external export`",
      placeholder: "DIR",
    }),
    ...storeOptions,
    json: z.boolean().default(false).describe("what was written, as JSON on standard output"),
  }),
  examples: [
    { command: "deno task export attractors", summary: "the latest run of a workflow" },
    {
      command: "deno task export 20261122T0545 --npz --only 'train*'",
      summary: "some stages of a run, known by the beginning of its id",
    },
    {
      command: "deno task export workflows/pdm.yaml --layout neurogym --hdf5",
      summary: "time first, as NeuroGym has it, one HDF5 file for each stage",
    },
  ],
  async handler(terminal, [run], options) {
    const { exportResults } = await import("../export_results.ts");
    return await exportResults(terminal, run, options);
  },
});
