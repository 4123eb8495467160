// The job of a member: what an executor gets, be it a task's code or a command.

import type { Closure } from "../core/closure.ts";
import type { Grant, Job, TaskJob } from "../core/executor.ts";
import { numericsOf, type StageMember } from "../workflow/graph.ts";
import type { KeyedAction, MemberCode } from "../workflow/keys.ts";
import { requestFor, type RunEngine } from "./run_engine.ts";

/** What jobs are made of besides members. */
export interface JobDeps {
  /** The bundle of a closure. */
  readonly code: (closure: Closure) => Promise<string>;
  readonly engine?: RunEngine;
}

/**
 * Makes the job of a member.
 *
 * @example
 * ```ts
 * import { jobOf } from "#lib/scheduler/job_of.ts";
 * import { prepareKeys } from "#lib/workflow/keys.ts";
 * import { fakeDeps, fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assert } from "@std/assert";
 * const { members } = fakeGraph([{ id: "a" }]);
 * const keys = await prepareKeys(members, fakeDeps());
 * const [keyed, code] = [keys.keyed(0, () => undefined), keys.code(0)];
 * assert(keyed?.ok && code.ok);
 * const grant = { cpu: 1, slots: {} };
 * const job = await jobOf(members[0], keyed.value, code.value, {}, grant, {
 *   code: (closure) => closure.code(),
 * });
 * assert("bundle" in job && job.bundle.code.includes("mix"));
 * ```
 */
export async function jobOf(
  member: StageMember,
  { action }: KeyedAction,
  { closure }: MemberCode,
  inputs: Job["inputs"],
  grant: Grant,
  { code, engine }: JobDeps,
): Promise<Job> {
  const { members, params, command } = member;
  if (closure === undefined) {
    if (command === undefined) throw new Error("a stage has neither code nor a command");
    const env: Record<string, string> = {};
    for (const [name, value] of Object.entries(action.command?.env ?? {})) {
      if (value !== null) env[name] = value;
    }
    return { command: command.command, params, inputs, env, grant };
  }
  const chosen: Record<string, string> = {};
  for (const [param, { room, name }] of Object.entries(members)) chosen[param] = `${room}/${name}`;
  const bundle = { digest: closure.digest, code: await code(closure) };
  const request = numericsOf(member) === "engine"
    ? requestFor(engine, action.recipe.numerics, grant.cpu)
    : undefined;
  const job: TaskJob = { bundle, params, members: chosen, inputs };
  return request === undefined ? job : { ...job, engine: request };
}
