// An executor that does what a test says, for tasks and commands alike. What it is not told it makes up: an output
// `out` whose text is a hash of the params, the command and the inputs.

import { digestOf, digestOfValue } from "#lib/core/digest.ts";
import type { ExecuteOptions, Executor, Job, JobResult, StageFailure } from "#lib/core/executor.ts";
import { err, ok, type Result } from "#lib/core/result.ts";

/** What a script is told of a job. */
export interface Called {
  readonly job: Job;
  readonly options: ExecuteOptions;
  /** `params.name`, by which tests tell jobs apart. */
  readonly name: string;
  /** How often a job of this name was asked for, from 1. */
  readonly time: number;
}

/** A failure, a part of the result, or nothing for what the executor makes up. */
export type Scripted = StageFailure | Partial<JobResult> | void;

/** Does what a script says. */
export class ScriptedExecutor implements Executor {
  readonly name = "scripted";
  readonly slots: number;
  /** Names in the order in which jobs started. */
  readonly started: string[] = [];
  readonly #script: (called: Called) => Promise<Scripted> | Scripted;

  constructor(slots: number, script: (called: Called) => Promise<Scripted> | Scripted = () => {}) {
    this.slots = slots;
    this.#script = script;
  }

  async execute(job: Job, options: ExecuteOptions): Promise<Result<JobResult, StageFailure>> {
    const name = String(job.params.name);
    this.started.push(name);
    const time = this.started.filter((other) => other === name).length;
    const given = await this.#script({ job, options, name, time });
    if (options.signal.aborted) {
      return err({ reason: "cancelled", message: String(options.signal.reason) });
    }
    if (given !== undefined && "reason" in given) return err(given);
    return ok({ outputs: { out: made(job) }, seconds: 0.01, ...given });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** Text of a hash of all that a job is made of. */
function made({ params, inputs, ...rest }: Job) {
  const read = Object.entries(inputs).map(([port, items]) => [
    port,
    items.map(({ files, coords }) => [
      Object.entries(files).map(([name, bytes]) => [name, digestOf(bytes)]),
      coords,
    ]),
  ]);
  const line = "command" in rest ? rest.command.line : "";
  return textOutput(digestOfValue([params, read, line]));
}

/** An output of kind `text`. */
export function textOutput(text: string) {
  return { kind: "text", files: { "text.txt": new TextEncoder().encode(text) } };
}
