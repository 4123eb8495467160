// Options that several commands share, described once.

import { z } from "zod";
import type { ArgumentDescription } from "./command.ts";

/** The workflow file. */
export const workflowArgument: ArgumentDescription = {
  name: "workflow",
  summary: "workflow file, e.g. workflows/attractors.yaml",
  required: true,
  variadic: false,
  completes: "workflow",
};

/** `path=value` settings after the workflow. */
export const overridesArgument: ArgumentDescription = {
  name: "path=value",
  summary: "override, YAML on the right: seeds=5, stages.fit.with.n_delays=20, 'sizes=[32, 64]'",
  required: false,
  variadic: true,
};

/** Options that say which workflow is meant. */
export const workflowOptions = {
  profile: z.string().optional().meta({
    description: "profile of the workflow, e.g. smoke",
    placeholder: "NAME",
  }),
  set: z.array(z.string()).optional().meta({
    description: "an override, like path=value; may be repeated",
    placeholder: "PATH=VALUE",
  }),
  results: z.string().default("results").meta({
    description: "folder for the store and the runs",
    placeholder: "DIR",
  }),
  store: z.string().optional().meta({
    description: "folder of a shared store (needs `deno task run:external`)",
    placeholder: "DIR",
  }),
  engine: z.enum(["auto", "webgpu", "wasm", "ref"]).default("auto")
    .describe("engine for single-precision work; f64 stages do not change with it"),
  accept: z.array(
    z.string().regex(
      /^((tfjs-)?(wasm-f32(-relaxed)?|webgpu-f32\/[a-z0-9.-]+)|ref-f64|tfjs-cpu-f32)$/,
      "must be a class of results: wasm-f32, ref-f64 or webgpu-f32/<vendor>-<architecture>",
    ),
  ).optional().meta({
    description: "take stored results of another engine, e.g. wasm-f32; may be repeated",
    placeholder: "CLASS",
  }),
};

/** Options that choose members. */
export const selectionOptions = {
  only: z.array(z.string()).optional().meta({
    description: "only these stages and what they need; a glob over ids",
    placeholder: "GLOB",
  }),
  force: z.array(z.string()).optional().meta({
    description: "run these stages even if their results are stored",
    placeholder: "GLOB",
  }),
};
