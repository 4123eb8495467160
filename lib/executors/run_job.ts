// Running one job: bytes to values, `task.run`, values to bytes. Shared by all executors of TypeScript tasks, so that
// a task sees the same world wherever it runs. Leaves out where the code comes from and who may stop it.

import type { Files } from "../core/artifact.ts";
import type { JobInput, StageFailure, TaskJob } from "../core/executor.ts";
import type { Member } from "../core/member.ts";
import { choosePorts, memberPath, portSets } from "../core/resolve.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { OutputBytes } from "../core/store.ts";
import { jobStates } from "./job_states.ts";
import type { Recorder } from "./recorded.ts";
import type { Outputs, Port, Ports, SavedStates, Task, TaskContext } from "../core/task.ts";

/** The default export of a bundle. */
export interface BundleExport {
  readonly task: Task;
  /** By `room/name`. */
  readonly members: Readonly<Record<string, Member>>;
}

/**
 * What a task gets besides params, inputs and members. Without an engine, asking for it throws. Without states a task
 * that says `continues` finds none.
 */
export type JobContext =
  & Omit<TaskContext, "members" | "engine" | "states">
  & Partial<Pick<TaskContext, "engine" | "states">>;

/** A job without its code. */
export type JobData = Omit<TaskJob, "bundle">;

type Params = Readonly<Record<string | number, unknown>> | undefined;

/** What a job gave, by output. */
export type JobOutputs = Readonly<Record<string, OutputBytes>>;

/**
 * Runs a job with loaded code. A recorder notes what is read of params and files, also where ports and outputs are
 * chosen by them, for what the task is given depends on that as well. Everything that the task does wrong is a failure, never an exception.
 *
 * @example
 * ```ts
 * import { runJob } from "#lib/executors/run_job.ts";
 * import { defineTask } from "#lib/core/task.ts";
 * import { table } from "#lib/core/artifacts/table.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { z } from "zod";
 * import { assert } from "@std/assert";
 * const task = defineTask({
 *   name: "one", summary: "One row.", version: 1, numerics: "exact", params: z.strictObject({}),
 *   inputs: {}, outputs: { table }, examples: [], run: () => ({ table: tableOf([{ a: 1 }]) }),
 * });
 * const context = { signal: new AbortController().signal, progress: () => {} };
 * const ran = await runJob({ task: task as never, members: {} }, { params: {}, members: {}, inputs: {} }, context);
 * assert(ran.ok && ran.value.table.kind === "table");
 * ```
 */
export async function runJob(
  bundle: BundleExport,
  job: JobData,
  context: JobContext,
  recorder?: Recorder,
): Promise<Result<JobOutputs, StageFailure>> {
  const { task } = bundle;
  try {
    const params = recorder?.params ?? job.params;
    const members = chosenMembers(bundle, job.members, params);
    const inputs = decodeInputs(task, { ...job, params }, members, recorder);
    const states = jobStates(task, params, context.states, recorder);
    const values = await task.run(taskContext(context, members, states), params, inputs);
    return encodeOutputs(task, params, members, values);
  } catch (error) {
    return err(thrown(error));
  }
}

/**
 * The context of a task; `engine` is there only if the job has one, `states` only if they are given.
 *
 * @example
 * ```ts
 * import { taskContext } from "#lib/executors/run_job.ts";
 * import { assertThrows } from "@std/assert";
 * const context = taskContext({ signal: new AbortController().signal, progress: () => {} }, {});
 * assertThrows(() => context.engine, TypeError, "no engine");
 * ```
 */
export function taskContext(
  context: JobContext,
  members: Readonly<Record<string, Member>>,
  states?: SavedStates,
): TaskContext {
  return {
    signal: context.signal,
    progress: context.progress,
    members,
    get engine() {
      // Looked at no earlier: whoever made the context notes that it was used.
      const { engine } = context;
      if (engine === undefined) {
        throw new TypeError("this stage has no engine; its task's numerics are not `engine`");
      }
      return engine;
    },
    get states() {
      if (states === undefined) {
        throw new TypeError("this stage has no saved states; its task does not say `continues`");
      }
      return states;
    },
  };
}

/**
 * What was thrown, as a failure. Errors of engines are known by name: a bundle has classes of its own.
 *
 * @example
 * ```ts
 * import { thrown } from "#lib/executors/run_job.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(thrown("no").message, "no");
 * assertEquals(thrown(new RangeError("too large")).message, "RangeError: too large");
 * ```
 */
export function thrown(error: unknown): StageFailure {
  if (!(error instanceof Error)) return { reason: "threw", message: textOf(error) };
  if (error.name === "DeviceLostError") return { reason: "device-lost", message: error.message };
  if (error.name === "EngineMemoryError") {
    return { reason: "out-of-memory", message: error.message };
  }
  const name = error.name === "Error" ? "" : `${error.name}: `;
  const message = error.message === "" ? error.name : `${name}${error.message}`;
  return { reason: "threw", message, ...(error.stack === undefined ? {} : { stack: error.stack }) };
}

function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "something that has no text was thrown";
  }
}

/**
 * The member modules of a job, by param.
 *
 * @example
 * ```ts
 * import { chosenMembers } from "#lib/executors/run_job.ts";
 * import { assertEquals } from "@std/assert";
 * const bundle = { task: { name: "x" }, members: { "metrics/dsa": { name: "dsa" } } };
 * const members = chosenMembers(bundle as never, { metric: "metrics/dsa" }, { metric: "dsa" });
 * assertEquals(members.metric.name, "dsa");
 * ```
 */
export function chosenMembers(
  bundle: BundleExport,
  names: TaskJob["members"],
  params: JobData["params"],
): Readonly<Record<string, Member>> {
  const members: Record<string, Member> = {};
  for (const [param, name] of Object.entries(names)) {
    // The digest of the code says which members are there, but not which of them stands for which param.
    memberPath(param).reduce<unknown>((value, part) => (value as Params)?.[part], params);
    members[param] = bundle.members[name];
    if (members[param] === undefined) {
      throw new TypeError(`the bundle of ${bundle.task.name} lacks the member ${name}`);
    }
  }
  return members;
}

/**
 * The values of a job's inputs, by port.
 *
 * @throws {TypeError} if they do not fit the task's ports.
 *
 * @example
 * ```ts
 * import { decodeInputs } from "#lib/executors/run_job.ts";
 * import { assertEquals } from "@std/assert";
 * const task = { name: "x", inputs: {} } as never;
 * assertEquals(decodeInputs(task, { params: {}, members: {}, inputs: {} }, {}, undefined), {});
 * ```
 */
export function decodeInputs(
  task: Task,
  job: JobData,
  members: Readonly<Record<string, Member>>,
  recorder: Recorder | undefined,
): Record<string, unknown> {
  const sets = portSets(task, job.params, members);
  const ports = sets[choosePorts(sets, new Set(Object.keys(job.inputs)))];
  if (ports === undefined) {
    throw new TypeError(
      `${task.name} cannot run with the inputs ${Object.keys(job.inputs).join(", ") || "(none)"}`,
    );
  }
  return Object.fromEntries(
    Object.entries(ports as Ports).map(([name, port]) => [
      name,
      decodePort(name, port, job.inputs[name], recorder),
    ]),
  );
}

function decodePort(
  name: string,
  port: Port<unknown>,
  inputs: readonly JobInput[] | undefined,
  recorder: Recorder | undefined,
): unknown {
  if (inputs === undefined) return port.many ? [] : undefined;
  const values = inputs.map(({ kind, files, coords }) => {
    if (kind !== port.type.kind) {
      throw new TypeError(`input ${name} takes ${port.type.kind}, but was given ${kind}`);
    }
    const value = port.type.decode(recorder?.files(name, files) ?? files);
    return { value, coords: port.coords ? coords : {} };
  });
  return port.many ? values : values[0].value;
}

/**
 * The bytes of what a task returned, or what is wrong with it.
 *
 * @example
 * ```ts
 * import { encodeOutputs } from "#lib/executors/run_job.ts";
 * import { assert } from "@std/assert";
 * const task = { name: "x", outputs: {} } as never;
 * assert(!encodeOutputs(task, {}, {}, { more: 1 }).ok);
 * ```
 */
export function encodeOutputs(
  task: Task,
  params: JobData["params"],
  members: Readonly<Record<string, Member>>,
  values: unknown,
): Result<Record<string, OutputBytes>, StageFailure> {
  const types: Outputs = typeof task.outputs === "function"
    ? task.outputs(params, members)
    : task.outputs;
  const given = (values ?? {}) as Readonly<Record<string, unknown>>;
  const extra = Object.keys(given).find((name) => !(name in types) && given[name] !== undefined);
  if (extra !== undefined) {
    return badOutput(`${task.name} returned ${extra}, which it does not declare`);
  }
  const outputs: Record<string, OutputBytes> = {};
  for (const [name, type] of Object.entries(types)) {
    if (given[name] === undefined) {
      return badOutput(`${task.name} did not return its output ${name}`);
    }
    try {
      outputs[name] = { kind: type.kind, files: checkedFiles(type.encode(given[name])) };
    } catch (error) {
      const { message } = thrown(error);
      return badOutput(
        `output ${name} of ${task.name} cannot be written as ${type.kind}: ${message}`,
      );
    }
  }
  return ok(outputs);
}

function checkedFiles(files: Files): Files {
  for (const [name, bytes] of Object.entries(files)) {
    if (!(bytes instanceof Uint8Array)) throw new TypeError(`${name} is no bytes`);
  }
  // A copy, for these may be files of an input that are still watched.
  return { ...files };
}

/**
 * A failure of kind `bad-output`.
 *
 * @example
 * ```ts
 * import { badOutput } from "#lib/executors/run_job.ts";
 * import { assert } from "@std/assert";
 * assert(!badOutput("nothing came").ok);
 * ```
 */
export function badOutput(message: string): Result<never, StageFailure> {
  return err({ reason: "bad-output", message });
}
