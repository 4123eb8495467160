// A user's task as a `TaskHandle`: everything about it is asked in a sandbox, nothing of it is loaded here.
// Leaves out Basin's own tasks, which the command line loads in process.

import { canonicalJson } from "../core/canonical.ts";
import type { ResolvedTask, TaskHandle } from "../core/catalogue.ts";
import type { Closure, ClosureSource } from "../core/closure.ts";
import type { Bundle } from "../core/executor.ts";
import { memberPath, type ParamIssue } from "../core/resolve.ts";
import type { Fusion } from "../core/task.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { TaskDescription } from "./describe_task.ts";
import type { Answering } from "./remembered_answers.ts";

/** What a sandboxed task needs. */
export interface SandboxDeps {
  readonly closures: ClosureSource;
  readonly workers: Answering;
  /** Absolute path of a member's module. */
  readonly memberModule: (room: string, name: string) => string;
  /** Names of the members of a room, sorted. */
  readonly memberNames: (room: string) => readonly string[];
}

/**
 * Loads a user's task into the sandbox.
 *
 * @param reference as written in YAML.
 * @param module absolute path of its file.
 * @returns the task, or one sentence saying what is wrong with the file.
 *
 * @example
 * ```ts ignore
 * const task = await sandboxedTask("./my_metric.ts", "/home/me/study/my_metric.ts", deps);
 * ```
 */
export async function sandboxedTask(
  reference: string,
  module: string,
  deps: SandboxDeps,
): Promise<Result<TaskHandle, string>> {
  const bundle = await bundleOf(await deps.closures.closure(module, {}));
  if (!bundle.ok) return err(`${reference}: ${bundle.error}`);
  const described = await deps.workers.describe(bundle.value);
  if (!described.ok) return err(`${reference}: ${described.error}`);
  return ok(new SandboxedTask(reference, module, described.value, bundle.value, deps));
}

class SandboxedTask implements TaskHandle {
  readonly name: string;
  readonly summary: string;
  readonly numerics: TaskHandle["numerics"];
  readonly fuse?: Fusion;
  readonly #answers = new Map<string, ReturnType<TaskHandle["resolve"]>>();

  constructor(
    readonly reference: string,
    readonly module: string,
    description: TaskDescription,
    readonly bundle: Bundle,
    readonly deps: SandboxDeps,
  ) {
    this.name = description.name;
    this.summary = description.summary;
    this.numerics = description.numerics;
    if (description.fuse !== undefined) this.fuse = description.fuse;
  }

  resolve(raw: unknown): Promise<Result<ResolvedTask, readonly ParamIssue[]>> {
    const name = canonicalJson(raw);
    const known = this.#answers.get(name) ?? this.#resolve(raw);
    this.#answers.set(name, known);
    return known;
  }

  async #resolve(raw: unknown): Promise<Result<ResolvedTask, readonly ParamIssue[]>> {
    const { workers } = this.deps;
    let answer = await workers.resolve(this.bundle, raw);
    if (!answer.ok) return answer;
    if ("need" in answer.value) {
      const { need } = answer.value;
      const unknown = Object.entries(need).flatMap(([param, member]) =>
        unknownMember(param, member, this.deps)
      );
      if (unknown.length > 0) return err(unknown);
      const bundle = await this.#bundleWith(need);
      if (!bundle.ok) return err([{ path: [], code: "closure", message: bundle.error }]);
      answer = await workers.resolve(bundle.value, raw);
      if (!answer.ok) return answer;
    }
    if ("need" in answer.value) throw new Error(`the bundle of ${this.name} lacks its members`);
    return plain(answer.value.resolved);
  }

  async #bundleWith(chosen: ResolvedTask["members"]): Promise<Result<Bundle, string>> {
    const modules: Record<string, string> = {};
    for (const { room, name } of Object.values(chosen)) {
      modules[`${room}/${name}`] = this.deps.memberModule(room, name);
    }
    return bundleOf(await this.deps.closures.closure(this.module, modules));
  }
}

async function bundleOf(closure: Result<Closure, string>): Promise<Result<Bundle, string>> {
  if (!closure.ok) return closure;
  return ok({ digest: closure.value.digest, code: await closure.value.code() });
}

function unknownMember(
  param: string,
  { room, name }: { readonly room: string; readonly name: string },
  deps: SandboxDeps,
): readonly ParamIssue[] {
  const known = deps.memberNames(room);
  if (known.includes(name)) return [];
  return [{
    path: memberPath(param),
    code: "unknown-member",
    message: `${room} has no ${name}`,
    known,
  }];
}

/** Params enter the key, so they must be plain data. */
function plain(resolved: ResolvedTask): Result<ResolvedTask, readonly ParamIssue[]> {
  try {
    canonicalJson(resolved.params);
    return ok(resolved);
  } catch (error) {
    const message = `the checked params are no plain data: ${(error as Error).message}`;
    return err([{ path: [], code: "not-plain", message }]);
  }
}
