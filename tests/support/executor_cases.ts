// Jobs for tests of executors, and a bundle around a piece of code.

import type { Files } from "#lib/core/artifact.ts";
import { digestOf } from "#lib/core/digest.ts";
import type {
  ExecuteManyOptions,
  Executor,
  Job,
  JobResult,
  StageFailure,
  TaskJob,
} from "#lib/core/executor.ts";
import type { Result } from "#lib/core/result.ts";
import { fakeCode } from "./fake_tasks.ts";

/** A job of a fake task. */
export function fakeJob(params: Record<string, unknown> = {}, texts: readonly string[] = []): Job {
  const inputs = texts.map((text) => ({
    kind: "text",
    files: { "text.txt": new TextEncoder().encode(text) },
    coords: {},
  }));
  return jobOf(fakeCode("mix"), params, texts.length === 0 ? {} : { in: inputs });
}

/** A job with any bundle. */
export function jobOf(
  code: string,
  params: Record<string, unknown> = {},
  inputs: TaskJob["inputs"] = {},
): TaskJob {
  return { bundle: { digest: digestOf(code), code }, params, members: {}, inputs };
}

/** A bundle whose task runs `body` and has no ports; `before` stands in front of it. */
export function bundleOf(body: string, before = ""): string {
  return `// tasks/probe.ts
${before}
const task = {
  name: "probe",
  inputs: {},
  outputs: {},
  async run(context, params, inputs) {
${body}
  },
};
export default { task, members: {} };
`;
}

/** Runs a job that nobody stops. */
export function execute(
  executor: Executor,
  job: Job,
): Promise<Result<JobResult, StageFailure>> {
  return executor.execute(job, { signal: new AbortController().signal });
}

/** The failure of a body, which must fail. */
export async function failureOf(
  executor: Executor,
  body: string,
  before?: string,
): Promise<StageFailure> {
  const result = await execute(executor, jobOf(bundleOf(body, before)));
  if (result.ok) throw new Error(`should have failed: ${body}`);
  return result.error;
}

/** The text that a fake job gave. */
export function textOf(result: Result<JobResult, StageFailure>): string {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  const files: Files = result.value.outputs.out.files;
  return new TextDecoder().decode(files["text.txt"]);
}

/** What a batch told: results by member, how often each ended, and how the batch itself did. */
export interface RanMany {
  readonly results: readonly (Result<JobResult, StageFailure> | undefined)[];
  readonly times: readonly number[];
  readonly batch: Result<void, StageFailure>;
  readonly log: string;
}

/** Runs jobs as one; nobody stops it. */
export async function executeMany(
  executor: Executor,
  jobs: readonly Job[],
  options: Partial<ExecuteManyOptions> = {},
): Promise<RanMany> {
  const results: (Result<JobResult, StageFailure> | undefined)[] = jobs.map(() => undefined);
  const times = jobs.map(() => 0);
  let log = "";
  const batch = await executor.executeMany!(jobs as readonly TaskJob[], {
    signal: new AbortController().signal,
    log: (bytes) => log += new TextDecoder().decode(bytes),
    finished(member, result) {
      results[member] = result;
      times[member]++;
    },
    ...options,
  });
  return { results, times, batch, log };
}

/** A bundle whose task has an output `n` of bytes, and runs batches by `body`, which sees `context` and `members`. */
export function fusedBundle(body: string, before = ""): string {
  return bundleOf(`return { n: Uint8Array.of(params.n) };`, before)
    .replace("outputs: {}", `outputs: { n: { kind: "n", encode: (n) => ({ n }) } }`)
    .replace(
      "async run(",
      `async runMany(context, members) {
${body}
  },
  async run(`,
    );
}
