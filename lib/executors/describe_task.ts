// What a bundled task says of itself, as plain data: enough to make a `TaskHandle` without loading foreign code
// into the main process. Leaves out running it (run_job.ts).

import type { Fusion, MemberUse, Task } from "../core/task.ts";
import {
  chosenMembers,
  type ParamIssue,
  parseMemberParams,
  parseParams,
  resolvePorts,
} from "../core/resolve.ts";
import type { ResolvedTask, TaskHandle } from "../core/catalogue.ts";
import type { Member } from "../core/member.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { BundleExport } from "./run_job.ts";

/** A task's own description. */
export interface TaskDescription {
  readonly name: string;
  readonly summary: string;
  readonly numerics: TaskHandle["numerics"];
  readonly fuse?: Fusion;
  /** Params that choose members. */
  readonly members: Readonly<Record<string, MemberUse>>;
}

/** A resolved task, or the members that the bundle must hold before it can be resolved. */
export type Resolution =
  | { readonly need: ResolvedTask["members"] }
  | { readonly resolved: ResolvedTask };

/**
 * Describes a bundle, or says in one sentence what is missing from its definition.
 *
 * @example
 * ```ts
 * import { describeTask } from "#lib/executors/describe_task.ts";
 * import { assertEquals } from "@std/assert";
 * const bad = describeTask({ task: { name: "x" }, members: {} } as never);
 * assertEquals(bad.ok, false);
 * ```
 */
export function describeTask(bundle: BundleExport): Result<TaskDescription, string> {
  const task = bundle?.task as Partial<Task> | undefined;
  const asTaskIs = "export default defineTask({ name, summary, version, numerics, params, … })";
  if (typeof task !== "object" || task === null) {
    return err(`the file's default export is no task; write ${asTaskIs}`);
  }
  for (const [field, type] of Object.entries(fields)) {
    const found: string = typeof task[field as keyof Task];
    if (found !== type) {
      return err(`the task's ${field} must be a ${type}, found ${found}; write ${asTaskIs}`);
    }
  }
  const { name, summary, numerics, fuse, runMany } = task as Task;
  if (typeof numerics !== "function" && !numericsKinds.includes(numerics)) {
    return err(
      `the task's numerics must be ${numericsKinds.join(", ")} or a function, found ${numerics}`,
    );
  }
  if (fuse !== undefined && typeof runMany !== "function") {
    return err("the task has `fuse` but no `runMany`; give both or none");
  }
  return ok({
    name,
    summary,
    numerics: typeof numerics === "function" ? "by_params" : numerics,
    ...(fuse === undefined ? {} : { fuse }),
    members: task.members ?? {},
  });
}

/**
 * Checks raw params and resolves ports with the members in the bundle.
 *
 * @example
 * ```ts
 * import { resolveTask } from "#lib/executors/describe_task.ts";
 * import { defineTask } from "#lib/core/task.ts";
 * import { z } from "zod";
 * import { assertEquals } from "@std/assert";
 * const task = defineTask({
 *   name: "pick", summary: "Picks.", version: 1, numerics: "exact",
 *   params: z.strictObject({ metric: z.string() }), members: { metric: { room: "metrics" } },
 *   inputs: {}, outputs: {}, examples: [], run: () => ({}),
 * });
 * const first = resolveTask({ task: task as never, members: {} }, { metric: "dsa" });
 * assertEquals(first, { ok: true, value: { need: { metric: { room: "metrics", name: "dsa" } } } });
 * ```
 */
export function resolveTask(
  bundle: BundleExport,
  raw: unknown,
): Result<Resolution, readonly ParamIssue[]> {
  const { task } = bundle;
  const checked = parseParams(task.params, raw);
  if (!checked.ok) return checked;
  const chosen = chosenMembers(task.members, checked.value);
  const loaded: Record<string, Member> = {};
  for (const [param, { room, name }] of Object.entries(chosen)) {
    const member = bundle.members[`${room}/${name}`];
    if (member === undefined) return ok({ need: chosen });
    loaded[param] = member;
  }
  const params = parseMemberParams(task.members, checked.value, loaded);
  if (!params.ok) return params;
  const ports = resolvePorts(task, params.value, loaded);
  return ok({ resolved: { ...ports, params: params.value, members: chosen } });
}

const fields: Readonly<Partial<Record<keyof Task, string>>> = {
  name: "string",
  summary: "string",
  version: "number",
  params: "object",
  run: "function",
};

const numericsKinds: readonly unknown[] = ["exact", "f64", "engine"];
