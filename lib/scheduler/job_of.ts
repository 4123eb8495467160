// The job of a member: what an executor gets, be it a task's code or a command.

import type { Closure } from "../core/closure.ts";
import type { Grant, Job } from "../core/executor.ts";
import type { StageMember } from "../workflow/graph.ts";
import type { KeyedAction, MemberCode } from "../workflow/keys.ts";

/**
 * Makes the job of a member.
 *
 * @param text the bundle of a closure.
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
 * const job = await jobOf(members[0], keyed.value, code.value, {}, grant, (closure) => closure.code());
 * assert("bundle" in job && job.bundle.code.includes("mix"));
 * ```
 */
export async function jobOf(
  { members, params, command }: StageMember,
  { action }: KeyedAction,
  { closure }: MemberCode,
  inputs: Job["inputs"],
  grant: Grant,
  text: (closure: Closure) => Promise<string>,
): Promise<Job> {
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
  const bundle = { digest: closure.digest, code: await text(closure) };
  return { bundle, params, members: chosen, inputs };
}
