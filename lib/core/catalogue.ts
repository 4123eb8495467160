// The catalogue: what the workflow room knows of tasks. The command line composes it from the generated indexes
// (and from sandboxes, for a user's own task files), so that nothing below it imports `tasks`.

import type { ParamIssue, ResolvedPorts } from "./resolve.ts";
import type { Result } from "./result.ts";
import type { Fusion, Numerics } from "./task.ts";

/** A task, resolved for one set of params. */
export interface ResolvedTask extends ResolvedPorts {
  /** Checked, with defaults. */
  readonly params: Readonly<Record<string, unknown>>;
  /** The members chosen, by param. */
  readonly members: Readonly<Record<string, { readonly room: string; readonly name: string }>>;
}

/** A task as workflows see it. */
export interface TaskHandle {
  /** As written in YAML: a name, or a path that starts with `./` or `../`. */
  readonly reference: string;
  readonly name: string;
  readonly summary: string;
  /** `by_params`: the resolved task says. */
  readonly numerics: Numerics | "by_params";
  /** Which of its actions may be run as one. */
  readonly fuse?: Fusion;
  /** Absolute path of the task's module: the root of its code closure. */
  readonly module: string;
  /** Checks params; equal params may share one answer. */
  resolve(raw: unknown): Promise<Result<ResolvedTask, readonly ParamIssue[]>>;
}

/** Finds tasks and members by name. */
export interface Catalogue {
  /** Names of the tasks that exist, sorted. */
  readonly taskNames: readonly string[];
  /** A task by name, or by path relative to the folder of the file that names it. The error is one sentence. */
  task(reference: string, folder: string): Promise<Result<TaskHandle, string>>;
  /** Absolute path of a member's module. */
  memberModule(room: string, name: string): string;
}
