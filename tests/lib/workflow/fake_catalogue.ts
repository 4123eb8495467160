// A small fixed catalogue for the tests of the language: tasks with params and ports like those of the worked example,
// and nothing that runs. Fixed, so that messages about it stay as they are when Basin's own tasks change.

import { z } from "zod";
import type { Catalogue, TaskHandle } from "#lib/core/catalogue.ts";
import { chosenMembers, parseParams, type PortShape } from "#lib/core/resolve.ts";
import { err, ok } from "#lib/core/result.ts";

type PortSet = Readonly<Record<string, PortShape>>;
type Params = Readonly<Record<string, unknown>>;

/** A task that has params and ports only. */
export interface FakeTask {
  readonly name: string;
  readonly summary: string;
  readonly params: z.ZodObject;
  readonly members?: Readonly<Record<string, { readonly room: string }>>;
  readonly inputs: readonly PortSet[] | ((params: Params) => readonly PortSet[]);
  readonly outputs: Params | ((params: Params) => Params);
}

function one(kind: string): PortShape {
  return { kind, many: false, optional: false, coords: false };
}

function maybe(kind: string): PortShape {
  return { kind, many: false, optional: true, coords: false };
}

function many(kind: string): PortShape {
  return { kind, many: true, optional: false, coords: true };
}

const seed = z.int().min(0).default(0).describe("seed of the draws");
const phase = z.strictObject({ task: z.string(), trials: z.int().min(1) });

/** The tasks of the catalogue. */
export const fakeTasks: readonly FakeTask[] = [
  {
    name: "neurotask",
    summary: "Makes trials.",
    params: z.strictObject({
      rule: z.enum(["pdm_anti_delay", "pdm_delay", "gonogo"]),
      mode: z.enum(["train", "test"]).default("test"),
      num_trials: z.int().min(1),
      dt_ms: z.number().positive(),
      design_seed: seed,
      seed,
    }),
    inputs: [{}],
    outputs: { trials: "trials" },
  },
  {
    name: "train_rnn",
    summary: "Trains a network.",
    params: z.strictObject({
      units: z.int().min(1).describe("units of the network"),
      seed,
      phases: z.array(phase).default([]),
      trainable: z.array(z.string()).default(["all"]),
      lr: z.number().positive().default(0.001),
    }),
    inputs: [{ init: maybe("weights") }],
    outputs: { weights: "weights", checkpoints: "table", log: "table" },
  },
  {
    name: "represent",
    summary: "Runs a network on trials.",
    params: z.strictObject({}),
    inputs: [{ model: one("weights"), trials: one("trials") }],
    outputs: { trajectories: "trajectories" },
  },
  {
    name: "dmd",
    summary: "Fits an operator.",
    params: z.strictObject({
      span_ms: z.number().positive(),
      max_rank: z.int().min(1).default(50),
    }),
    inputs: [{ trajectories: one("trajectories") }],
    outputs: { operator: "operator" },
  },
  {
    name: "common_rank",
    summary: "One rank for a set of operators.",
    params: z.strictObject({}),
    inputs: [{ operators: { ...many("operator"), coords: false } }],
    outputs: { rank: "table" },
  },
  {
    name: "compare",
    summary: "Compares systems.",
    params: z.strictObject({ metric: z.enum(["dsa", "linear_cka", "procrustes"]) }),
    members: { metric: { room: "metrics" } },
    inputs: ({ metric }) => {
      const kind = metric === "dsa" ? "operator" : "trajectories";
      const list = metric === "dsa" ? "operators" : "trajectories";
      const rank: PortSet = metric === "dsa" ? { rank: one("table") } : {};
      return [{ [list]: many(kind), ...rank }, { a: one(kind), b: one(kind), ...rank }];
    },
    outputs: { result: "table" },
  },
  {
    name: "claims",
    summary: "Says what holds.",
    params: z.strictObject({ threshold: z.number().default(0.05) }),
    inputs: [{
      after: many("table"),
      floor: { ...many("table"), optional: true },
      logs: { ...many("table"), optional: true },
    }],
    outputs: { verdicts: "table" },
  },
  {
    name: "show",
    summary: "Draws a table.",
    params: z.strictObject({ title: z.string().default("") }),
    inputs: [{ table: one("table") }],
    outputs: { figure: "figure" },
  },
  {
    name: "collect",
    summary: "Puts tables together.",
    params: z.strictObject({ label: z.string().default("") }),
    inputs: [{ tables: many("table") }],
    outputs: { table: "table" },
  },
  {
    name: "read",
    summary: "Reads a file.",
    params: z.strictObject({}),
    inputs: [{ file: one("file") }],
    outputs: { table: "table" },
  },
  {
    name: "value",
    summary: "Any value.",
    params: z.looseObject({}),
    inputs: [{}],
    outputs: { table: "table" },
  },
  {
    name: "pair",
    summary: "Two tables from one.",
    params: z.strictObject({ n: z.number().default(0) }),
    inputs: [{ table: maybe("table"), other: maybe("table") }],
    outputs: { first: "table", second: "table" },
  },
];

/** The catalogue of {@link fakeTasks}, or of others. */
export function fakeCatalogue(tasks: readonly FakeTask[] = fakeTasks): Catalogue {
  const handles = new Map<string, TaskHandle>();
  for (const task of tasks) handles.set(task.name, handleOf(task));
  const taskNames = [...handles.keys()].sort();
  return {
    taskNames,
    task: (reference) => {
      const handle = handles.get(reference);
      return Promise.resolve(
        handle === undefined ? err(`there is no task \`${reference}\``) : ok(handle),
      );
    },
    memberModule: (room, name) => `/basin/lib/${room}/${name}.ts`,
  };
}

function handleOf(task: FakeTask): TaskHandle {
  return {
    reference: task.name,
    name: task.name,
    summary: task.summary,
    numerics: "exact",
    module: `/basin/tasks/${task.name}.ts`,
    resolve: (raw) => {
      const parsed = parseParams(task.params, raw);
      if (!parsed.ok) return Promise.resolve(parsed);
      const params = parsed.value;
      return Promise.resolve(ok({
        params,
        members: chosenMembers(task.members, params),
        inputs: typeof task.inputs === "function" ? task.inputs(params) : task.inputs,
        outputs:
          (typeof task.outputs === "function" ? task.outputs(params) : task.outputs) as Record<
            string,
            string
          >,
      }));
    },
  };
}
