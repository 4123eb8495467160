// The schema of workflow files: every key, what it may hold, and a sentence about it. It checks the shape only;
// names, axes and types are checked where they are resolved. The editor's JSON Schema is made from it.

import { z } from "zod";

/** Names that can stand in expressions: axes, params, rows. */
const identifier = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
/** Names of stages and ports; a stage's has no dot, because `stage.output` has one. */
const stageName = /^[A-Za-z_][A-Za-z0-9_-]{0,99}$/;

/** Names of environment variables. */
const variable = /^[A-Za-z_][A-Za-z0-9_]*$/;

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const expression = z.string().regex(/\$\{\{/, "expected an expression, ${{ … }}");

const axisValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.record(z.string(), z.unknown()),
  z.array(scalar),
]);
const axisValues = z.union([expression, z.array(axisValue)]).meta({
  id: "axis",
  description:
    "Ordered, distinct values: scalars or records with an `id`; or an expression that gives a list",
});

const condition = z.union([z.boolean(), expression]);
const selector = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(scalar),
  z.strictObject({ not: z.union([z.string(), z.number(), z.boolean(), z.array(scalar)]) }),
]);
const gather = z.union([z.literal("all"), z.array(z.string())]);
const reference = z.string().min(1);

const inputShape = {
  stage: reference.meta({ description: "The stage, or `stage.output`" }),
  where: z.record(z.string(), selector).optional().meta({
    description: "Select: a scalar fixes an axis and removes it; a list or {not: […]} keeps it",
  }),
  rename: z.record(z.string(), z.string()).optional().meta({
    description: "Rename axes: {old: new}",
  }),
  gather: gather.optional().meta({
    description: "Axes to hand over as one list with coordinates, or `all`",
  }),
  as: z.record(z.string(), scalar).optional().meta({
    description: "In a list of inputs: the value on an axis that this stage lacks",
  }),
  failed: z.literal("omit").optional().meta({
    description: "Leave members that failed out of the list instead of skipping the stage",
  }),
} as const;
const inputObject = z.strictObject(inputShape);
const input = z.union([reference, inputObject, z.array(z.union([reference, inputObject]))]).meta({
  id: "input",
  description: "A stage, `stage.output`, {stage: …}, or a list of these",
});

const duration = z.union([z.number(), z.string()]);

/** A kind of artifact: `table`, `file`, … */
const kind = z.string().regex(/^[a-z][a-z0-9_]*$/, "expected a kind of artifact such as table");
const outputShape = {
  kind: kind.meta({ description: "What it is: file, folder, table, arrays, trajectories, …" }),
  path: z.string().optional().meta({
    description: "Where the command leaves it, below out/; the output's name if not given",
  }),
  volatile: z.boolean().optional().meta({
    description: "Kept, but no part of what is compared: logs, timings",
  }),
} as const;
const output = z.union([kind, z.strictObject(outputShape)]);

const retryShape = {
  attempts: z.int().min(1).max(100).meta({ description: "Attempts in all" }),
  backoff: duration.optional().meta({
    description: "Pause before the second attempt, doubled before each further one",
  }),
} as const;

const stageShape = {
  task: z.string().min(1).optional().meta({
    description: "What the stage computes: a task's name, or the path of a task file (./mine.ts)",
  }),
  run: z.union([z.string().min(1), z.array(z.union([z.string(), z.number()])).min(1)]).optional()
    .meta({
      description:
        "An external command: a line for the shell, or a list that is started without one",
    }),
  workflow: z.string().min(1).optional().meta({
    description: "A sub-workflow: the path of a workflow file",
  }),
  description: z.string().optional().meta({ description: "A sentence for people" }),
  over: z.array(z.string()).optional().meta({
    description: "Axes of the workflow that the stage has",
  }),
  matrix: z.record(z.string().regex(identifier), axisValues).optional().meta({
    description: "Axes of the stage's own",
  }),
  exclude: z.array(z.record(z.string(), z.union([scalar, z.array(scalar)]))).optional().meta({
    description: "Combinations that do not exist: a list of {axis: value}",
  }),
  foreach: z.record(z.string().regex(identifier), reference).optional().meta({
    description: "One member for each row of a table: {row: stage.table}",
  }),
  from: z.record(z.string().regex(stageName), input).optional().meta({
    description: "Inputs by port: a stage, `stage.output`, or {stage, where, rename, gather, as}",
  }),
  files: z.record(z.string().regex(stageName), z.union([z.string(), z.array(z.string())]))
    .optional().meta({
      description: "Input files by port, relative to the file they are named in",
    }),
  with: z.record(z.string(), z.unknown()).optional().meta({
    description: "Params of the task; values may hold ${{ }}",
  }),
  keep: condition.optional().meta({
    description: "An expression over the stage's axes: members for which it is false do not exist",
  }),
  gather: gather.optional().meta({
    description: "Axes to gather on every input that carries them, or `all`",
  }),
  when: condition.optional().meta({ description: "If false, the stage has no members" }),
  outputs: z.record(z.string().regex(stageName), output).optional().meta({
    description: "Outputs of an external command: name: kind, or name: {kind, path, volatile}",
  }),
  tools: z.record(z.string().regex(stageName), z.string().min(1)).optional().meta({
    description: "Tools of an external command: name: the command that prints its version",
  }),
  env: z.union([
    z.array(z.string().regex(variable)),
    z.record(z.string().regex(variable), scalar),
  ]).optional().meta({
    description: "Environment of an external command: names to take over, or {NAME: value}",
  }),
  resources: z.record(z.string().regex(identifier), z.union([z.number(), z.string()])).optional()
    .meta({
      description: "What one attempt needs: cpu, memory (8GB), and slots of the machine by name",
    }),
  retry: z.union([z.int().min(0).max(99), z.strictObject(retryShape)]).optional().meta({
    description: "Further attempts after a failure, or {attempts, backoff}",
  }),
  timeout: duration.optional().meta({
    description: "Longest run of one member: seconds, or a duration such as 90s, 10m, 2h",
  }),
  store: z.enum(["full", "digest"]).optional().meta({
    description: "What is kept of the outputs: all of them, or after the run their digests only",
  }),
} as const;
const stage = z.strictObject(stageShape).meta({ id: "stage", description: "One stage" });

const params = z.record(z.string().regex(identifier), z.unknown());
const axes = z.record(z.string().regex(identifier), axisValues);
const stages = z.record(z.string().regex(stageName), stage);

const profileShape = {
  description: z.string().optional(),
  params: params.optional(),
  axes: axes.optional(),
  stages: stages.optional(),
} as const;
const profile = z.strictObject(profileShape);

const workflowShape = {
  name: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/).optional().meta({
    description: "Names the folder of results; the file's name if not given",
  }),
  description: z.string().optional().meta({ description: "What the workflow is for" }),
  extends: z.union([z.string(), z.array(z.string())]).optional().meta({
    description: "Files this one builds on; later wins, maps merge, lists replace",
  }),
  params: params.optional().meta({ description: "Values for expressions: ${{ params.name }}" }),
  profiles: z.record(z.string().regex(stageName), profile).optional().meta({
    description: "Partial workflows laid over this one by --profile",
  }),
  axes: axes.optional().meta({ description: "Axes that stages share" }),
  inputs: z.record(z.string().regex(stageName), kind).optional().meta({
    description: "As a sub-workflow: what is handed in, name: kind",
  }),
  outputs: z.record(z.string().regex(stageName), reference).optional().meta({
    description: "As a sub-workflow: what is handed out, name: stage.output",
  }),
  stages: stages.optional().meta({ description: "What is computed" }),
} as const;

/** A whole workflow file. */
export const workflowSchema = z.strictObject(workflowShape).meta({
  title: "Basin workflow",
  description: "Stages are arrays with named axes; see workflows/README.md",
});

/** The keys of each kind of map, for suggestions. */
export const knownKeys = {
  workflow: Object.keys(workflowShape),
  profile: Object.keys(profileShape),
  stage: Object.keys(stageShape),
  input: Object.keys(inputShape),
  output: Object.keys(outputShape),
  retry: Object.keys(retryShape),
} as const;
