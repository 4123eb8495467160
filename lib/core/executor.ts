// Executors: where stages run. They move bytes and know nothing of keys, stores or terminals.

import type { Files } from "./artifact.ts";
import type { Command } from "./command.ts";
import type { Digest } from "./digest.ts";
import type { EngineRequest } from "./engine.ts";
import type { Usage } from "./manifest.ts";
import type { OutputBytes } from "./store.ts";
import type { Result } from "./result.ts";
import type { SavedStates } from "./task.ts";
import type { Reads } from "./trace.ts";

/** The code of a task: the very bundle that was keyed. Its default export is `{ task, members }`. */
export interface Bundle {
  readonly digest: Digest;
  readonly code: string;
}

/** What a stage was given of the machine: whole cores, bytes, and named slots by index. Never in a key. */
export interface Grant {
  readonly cpu: number;
  readonly memory?: number;
  /** Slot name → the indexes handed over, e.g. `{ gpu: [1] }`. */
  readonly slots: Readonly<Record<string, readonly number[]>>;
}

/** One piece of work, self-contained: a bundled task or a command. */
export type Job = TaskJob | CommandJob;

/** A task of TypeScript. */
export interface TaskJob {
  readonly bundle: Bundle;
  /** Checked params. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Which member modules of the bundle the params chose: param → `room/name`. */
  readonly members: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, readonly JobInput[]>>;
  /** The engine it runs on, if its numerics are `engine`. */
  readonly engine?: EngineRequest;
}

/** A command of a `run:` stage, to be run as a child process in a folder of its own. */
export interface CommandJob {
  readonly command: Command;
  /** Checked params; lie as `params.json` in the folder. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, readonly JobInput[]>>;
  /** Declared environment variables with their values. */
  readonly env: Readonly<Record<string, string>>;
  readonly grant: Grant;
  /** What its folder's name begins with, for people: first digits of the key, number of the attempt. */
  readonly name?: string;
}

/** One artifact handed to a job. */
export interface JobInput {
  readonly kind: string;
  readonly files: Files;
  readonly coords: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Why a stage failed. `exited` and `killed` are commands that ended with a code other than 0 or by a signal;
 * `device-lost` is a GPU that went away.
 */
export type StageFailure =
  | { readonly reason: "exited"; readonly message: string; readonly code: number }
  | { readonly reason: "killed"; readonly message: string; readonly signal: string }
  | { readonly reason: "out-of-memory"; readonly message: string }
  | { readonly reason: "device-lost"; readonly message: string }
  | { readonly reason: "threw"; readonly message: string; readonly stack?: string }
  | { readonly reason: "timed-out"; readonly message: string }
  | { readonly reason: "cancelled"; readonly message: string }
  | { readonly reason: "crashed"; readonly message: string }
  | { readonly reason: "bad-output"; readonly message: string };

/** What a finished job gives. */
export interface JobResult {
  readonly outputs: Readonly<Record<string, OutputBytes>>;
  readonly seconds: number;
  readonly usage?: Usage;
  /** What the task looked at, if less than everything; absent if that is not known. */
  readonly reads?: Reads;
  /** The numerics class of the engine that did the work, as that engine says; absent if none was used. */
  readonly engine?: string;
}

/** Options of the execution of a batch. */
export interface ExecuteManyOptions {
  readonly signal: AbortSignal;
  readonly progress?: (member: number, fraction: number, note?: string) => void;
  /** Takes what the batch prints. */
  readonly log?: (bytes: Uint8Array) => void;
  /** States on the way, by member; absent where there are none. */
  readonly states?: readonly (SavedStates | undefined)[];
  /** Told once for each member that came to an end of its own, as it does. */
  readonly finished: (member: number, result: Result<JobResult, StageFailure>) => void;
}

/** Options of one execution. */
export interface ExecuteOptions {
  readonly signal: AbortSignal;
  readonly progress?: (fraction: number, note?: string) => void;
  /** Takes what the stage prints, as it comes: UTF-8 lines for tasks, raw bytes for commands. */
  readonly log?: (bytes: Uint8Array) => void;
  /** States on the way, for tasks that say `continues`; without them the task finds none, and keeps none. */
  readonly states?: SavedStates;
  /** How long an aborted command may take to end by itself before it is killed, in ms. */
  readonly graceMs?: number;
}

/** Where stages run. */
export interface Executor extends AsyncDisposable {
  readonly name: string;
  /** How many jobs it works on at a time. */
  readonly slots: number;
  execute(job: Job, options: ExecuteOptions): Promise<Result<JobResult, StageFailure>>;
  /**
   * Runs jobs of one bundle as one (`runMany` of its task). The error is the batch's: members that were not told
   * `finished` by then did not come to an end.
   */
  executeMany?(
    jobs: readonly TaskJob[],
    options: ExecuteManyOptions,
  ): Promise<Result<void, StageFailure>>;
}
