// What a bundled task says of itself, as plain data: enough to make a `TaskHandle` without loading foreign code
// into the main process. Leaves out running it (run_job.ts).

import type { Fusion, MemberUse, Task } from "../core/task.ts";
import {
  chosenMembers,
  type ParamIssue,
  parseMemberParams,
  parseParams,
  resolvePorts,
  taskIssues,
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
  for (const field of ["continues", "check"] as const) {
    const found = typeof (task as Task)[field];
    if (found !== "function" && found !== "undefined") {
      return err(`the task's ${field} must be a function of its params, found ${found}`);
    }
  }
  const problem = fuse === undefined ? undefined : fuseProblem(fuse, task as Task);
  if (problem !== undefined) return err(problem);
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
  const found = taskIssues(task, params.value, loaded);
  if (found.length > 0) return err(found);
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

/** A name in `by` that is no param would let through what must not run as one. */
function fuseProblem(fuse: unknown, { params }: Pick<Task, "params">): string | undefined {
  const { by, most, anySizes } = (fuse ?? {}) as Partial<Record<keyof Fusion, unknown>>;
  if (!Array.isArray(by)) return "the task's fuse.by must be a list of names of params";
  const names = Object.keys(params.shape ?? {});
  const unknown = by.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    return `the task's fuse.by names ${unknown}, which is none of its params: ${names.join(", ")}`;
  }
  if (most !== undefined && !(Number.isInteger(most) && most as number >= 1)) {
    return `the task's fuse.most must be a whole number from 1 up, found ${most}`;
  }
  if (anySizes !== undefined && typeof anySizes !== "boolean") {
    return `the task's fuse.anySizes must be true or false, found ${anySizes}`;
  }
  return undefined;
}

const numericsKinds: readonly unknown[] = ["exact", "f64", "engine"];
