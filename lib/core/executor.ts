// Executors: where stages run. They move bytes and know nothing of keys, stores or terminals.

import type { Files } from "./artifact.ts";
import type { Digest } from "./digest.ts";
import type { OutputBytes } from "./store.ts";
import type { Result } from "./result.ts";

/** The code of a task: the very bundle that was keyed. Its default export is `{ task, members }`. */
export interface Bundle {
  readonly digest: Digest;
  readonly code: string;
}

/** One piece of work, self-contained. */
export interface Job {
  readonly bundle: Bundle;
  /** Checked params. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Which member modules of the bundle the params chose: param → `room/name`. */
  readonly members: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, readonly JobInput[]>>;
}

/** One artifact handed to a job. */
export interface JobInput {
  readonly kind: string;
  readonly files: Files;
  readonly coords: Readonly<Record<string, string | number | boolean>>;
}

/** Why a stage failed. `where` is the nearest line of the task's own code, if known. */
export type StageFailure =
  | { readonly reason: "threw"; readonly message: string; readonly stack?: string }
  | { readonly reason: "timed-out"; readonly message: string }
  | { readonly reason: "cancelled"; readonly message: string }
  | { readonly reason: "crashed"; readonly message: string }
  | { readonly reason: "bad-output"; readonly message: string };

/** What a finished job gives. */
export interface JobResult {
  readonly outputs: Readonly<Record<string, OutputBytes>>;
  readonly seconds: number;
}

/** Options of one execution. */
export interface ExecuteOptions {
  readonly signal: AbortSignal;
  readonly progress?: (fraction: number, note?: string) => void;
}

/** Where stages run. */
export interface Executor extends AsyncDisposable {
  readonly name: string;
  /** How many jobs it works on at a time. */
  readonly slots: number;
  execute(job: Job, options: ExecuteOptions): Promise<Result<JobResult, StageFailure>>;
}
