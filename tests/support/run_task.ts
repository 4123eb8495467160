// Runs a task as a stage would: params checked and defaulted, members' params too, outputs written and read back.

import type { Engine } from "#lib/core/engine.ts";
import type { Member } from "#lib/core/member.ts";
import { parseMemberParams, parseParams } from "#lib/core/resolve.ts";
import type { Item, SavedStates, Task } from "#lib/core/task.ts";
import { jobStates } from "#lib/executors/job_states.ts";
import { taskContext } from "#lib/executors/run_job.ts";

/** Values by port; items of a `many` port carry their coordinates. */
// deno-lint-ignore no-explicit-any
type Inputs = Readonly<Record<string, any>>;

/** The outputs of a task for raw params, with states on the way if they are given. Throws what the task throws, and a list of issues for wrong params. */
export async function runTask(
  // deno-lint-ignore no-explicit-any
  task: Task<any, any, any>,
  raw: Readonly<Record<string, unknown>>,
  inputs: Inputs = {},
  members: Readonly<Record<string, Member>> = {},
  engine?: Engine,
  kept?: SavedStates,
  // deno-lint-ignore no-explicit-any
): Promise<Readonly<Record<string, any>>> {
  const parsed = parseParams(task.params, raw);
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.error));
  const full = parseMemberParams(task.members, parsed.value, members);
  if (!full.ok) throw new TypeError(JSON.stringify(full.error));
  const plain = { signal: new AbortController().signal, progress: () => {} };
  const states = jobStates(task, full.value, kept);
  const context = taskContext(
    engine === undefined ? plain : { ...plain, engine },
    members,
    states,
  );
  const results = await task.run(context, full.value, inputs);
  const types = typeof task.outputs === "function"
    ? task.outputs(full.value, members)
    : task.outputs;
  return Object.fromEntries(
    Object.entries(results).map((
      [port, value],
    ) => [port, types[port].decode(types[port].encode(value))]),
  );
}

/** Values as items without coordinates, as a `many` port hands them over. */
export function boundItems<T>(values: readonly T[]): Item<T>[] {
  return values.map((value) => ({ value, coords: {} }));
}
