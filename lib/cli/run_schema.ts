// What the files of a run folder must look like to be read back. They may be damaged, or come from somebody else: what
// does not fit is refused with the place where it does not. Further keys are let be.

import { z } from "zod";
import type { Environment } from "../core/environment.ts";
import type { RunRecord } from "../report/record.ts";
import type { PageFile } from "./page_content.ts";

const stage = z.looseObject({
  stage: z.string(),
  status: z.enum(["hit", "ran", "failed", "skipped", "unfinished"]),
  key: z.string().optional(),
  seconds: z.number().optional(),
  started: z.number().optional(),
  worker: z.number().optional(),
  fused: z.number().optional(),
  engine: z.string().optional(),
  outputs: z.record(
    z.string(),
    z.looseObject({ kind: z.string(), digest: z.string(), bytes: z.number() }),
  ).optional(),
  failure: z.looseObject({ message: z.string(), reason: z.string(), stack: z.string().optional() })
    .optional(),
  because: z.string().optional(),
  usage: z.looseObject({ cpu_seconds: z.number(), peak_rss: z.number().optional() }).optional(),
  retried: z.number().optional(),
  omitted: z.array(z.string()).optional(),
  continued: z.looseObject({ unit: z.string(), found: z.number(), computed: z.number() })
    .optional(),
});

/** The record of a run, as `run.json` holds it or as its events give it. */
export const recordSchema = z.looseObject({
  workflow: z.string(),
  run: z.string(),
  started_at: z.string(),
  basin: z.string(),
  deno: z.string(),
  jobs: z.number(),
  ok: z.boolean(),
  finished: z.boolean(),
  interrupted: z.string().optional(),
  seconds: z.number(),
  totals: z.looseObject({
    stages: z.number(),
    ran: z.number(),
    hit: z.number(),
    failed: z.number(),
    skipped: z.number(),
    fused: z.number(),
    continued: z.number().optional(),
  }),
  stages: z.array(stage),
  warnings: z.array(z.string()),
  // The file says more of it than the record does.
  engine: z.union([
    z.string(),
    z.looseObject({ numerics: z.string() }).transform(({ numerics }) => numerics),
  ]).optional(),
  previous: z.string().optional(),
  environment: z.unknown().optional(),
}) as unknown as z.ZodType<RunRecord & { previous?: string; environment?: unknown }>;

/** The environment of a run. */
export const environmentSchema = z.looseObject({
  basin: z.string(),
  deno: z.string(),
  v8: z.string(),
  typescript: z.string(),
  machine: z.looseObject({
    os: z.string(),
    system: z.string().optional(),
    arch: z.string(),
    processor: z.string().optional(),
    cpus: z.number(),
    memory: z.number().optional(),
  }),
  engine: z.looseObject({
    name: z.string(),
    numerics: z.string(),
    policy: z.enum(["auto", "asked"]),
    adapter: z.string().optional(),
    vendor: z.string().optional(),
    driver: z.string().optional(),
    backend: z.string().optional(),
    software: z.boolean().optional(),
    limits: z.record(z.string(), z.number()).optional(),
  }).optional(),
  packages: z.array(z.looseObject({
    name: z.string(),
    version: z.string(),
    integrity: z.string().optional(),
    direct: z.literal(true).optional(),
  })),
  lock: z.string().optional(),
  git: z.looseObject({
    commit: z.string().optional(),
    branch: z.string().optional(),
    dirty: z.boolean().nullable(),
    dirtyDigest: z.string().optional(),
    numChanged: z.number(),
    changed: z.array(z.looseObject({
      path: z.string(),
      how: z.enum(["modified", "deleted", "added", "untracked"]),
    })),
    unseen: z.string().optional(),
  }).optional(),
  command: z.string(),
  workflow: z.string(),
  profile: z.string().optional(),
  overrides: z.array(z.string()),
  jobs: z.number(),
}) as unknown as z.ZodType<Environment>;

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** `page.json`. */
export const pageSchema = z.looseObject({
  format: z.literal(1),
  title: z.string(),
  description: z.string(),
  command: z.string(),
  profile: z.string().optional(),
  previous: z.looseObject({
    run: z.string(),
    started_at: z.string(),
    profile: z.string().optional(),
  }).optional(),
  num_left_out: z.number(),
  figures: z.array(z.looseObject({ stage: z.string(), name: z.string(), caption: z.string() })),
  tables: z.array(z.looseObject({ stage: z.string(), name: z.string(), verdicts: z.boolean() })),
  stages: z.array(z.looseObject({
    name: z.string(),
    task: z.string(),
    axes: z.array(z.string()),
    numMembers: z.number(),
    from: z.array(z.string()),
    status: z.enum(["hit", "ran", "failed", "skipped", "maybe"]).optional(),
  })),
  graph: z.string(),
  members: z.array(z.looseObject({
    id: z.string(),
    coords: z.record(z.string(), scalar),
    metrics: z.record(z.string(), z.number().nullable().transform((value) => value ?? NaN)),
    cost: z.looseObject({
      seconds: z.number(),
      cpu_seconds: z.number().optional(),
      peak_rss: z.number().optional(),
    }).optional(),
  })),
  stored_warnings: z.array(z.string()),
}) as unknown as z.ZodType<PageFile>;

/** The columns of a table, as the file beside it holds them. */
export const columnsSchema = z.looseObject({
  columns: z.array(z.looseObject({
    name: z.string(),
    type: z.enum(["number", "string", "boolean", "artifact"]),
    key: z.literal(true).optional(),
    unit: z.string().optional(),
    description: z.string().optional(),
  })),
});

/** What a figure's viewer turns. */
export const sceneSchema = z.looseObject({
  axes: z.array(z.string()).length(3),
  colour_by: z.array(z.string()),
  paths: z.array(z.looseObject({
    coords: z.record(z.string(), z.string()),
    of: z.enum(["mean", "trial"]),
    points: z.array(z.number()),
  })),
  points: z.array(z.looseObject({
    coords: z.record(z.string(), z.string()),
    position: z.array(z.number()).length(3),
    stable: z.boolean(),
    label: z.string().optional(),
  })),
});

/** What is wrong with a value, in one clause. */
export function schemaProblem(error: z.ZodError): string {
  const [{ path, message }] = error.issues;
  return `${path.length === 0 ? "" : `${path.map(String).join(".")}: `}${message}`;
}
