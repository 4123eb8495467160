// The catalogue: Basin's own tasks and members from the generated indexes, and a user's task files through a sandbox.

import { stripAnsiCode } from "@std/fmt/colors";
import { isAbsolute, join, resolve } from "@std/path";
import { canonicalJson } from "../core/canonical.ts";
import type { Catalogue, ResolvedTask, TaskHandle } from "../core/catalogue.ts";
import type { Member, MemberIndex } from "../core/member.ts";
import {
  chosenMembers,
  memberPath,
  type ParamIssue,
  parseMemberParams,
  parseParams,
  resolvePorts,
  taskIssues,
} from "../core/resolve.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Task, TaskIndex } from "../core/task.ts";

/** A room of members: its index, and its folder relative to the project's root. */
export interface Room {
  readonly index: MemberIndex;
  readonly folder: string;
}

/** What a catalogue is made of. */
export interface CatalogueParts {
  /** Absolute path of the project. */
  readonly root: string;
  readonly tasks: TaskIndex;
  readonly rooms: Readonly<Record<string, Room>>;
  /** Describes a user's task file without giving its code any permission. The error is one sentence. */
  userTask(reference: string, module: string): Promise<Result<TaskHandle, string>>;
}

/**
 * Composes the catalogue.
 *
 * @example
 * ```ts
 * import { createCatalogue } from "#lib/cli/catalogue.ts";
 * import { err } from "#lib/core/result.ts";
 * import { assertEquals } from "@std/assert";
 * const catalogue = createCatalogue({ root: "/p", tasks: {}, rooms: {}, userTask: () => Promise.resolve(err("no")) });
 * assertEquals(await catalogue.task("dmd", "/p"), err("there is no task 'dmd'"));
 * ```
 */
export function createCatalogue(parts: CatalogueParts): Catalogue {
  const handles = new Map<string, Promise<Result<TaskHandle, string>>>();
  const find = (reference: string, folder: string): Promise<Result<TaskHandle, string>> => {
    if (!isPath(reference)) return builtIn(parts, reference);
    return parts.userTask(
      reference,
      isAbsolute(reference) ? reference : resolve(folder, reference),
    );
  };
  return {
    taskNames: Object.keys(parts.tasks).sort(),
    task(reference, folder) {
      const name = isPath(reference) ? resolve(folder, reference) : reference;
      const known = handles.get(name) ?? find(reference, folder);
      handles.set(name, known);
      return known;
    },
    memberModule: (room, name) => join(parts.root, parts.rooms[room].folder, `${name}.ts`),
  };
}

function isPath(reference: string): boolean {
  return reference.startsWith("./") || reference.startsWith("../") || isAbsolute(reference);
}

async function builtIn(parts: CatalogueParts, name: string): Promise<Result<TaskHandle, string>> {
  if (!Object.hasOwn(parts.tasks, name)) return err(`there is no task '${name}'`);
  const loaded = await parts.tasks[name]().then(
    ({ default: task }) => ok(task),
    (error) => err(reasonOf(error)),
  );
  if (!loaded.ok) return err(`the task '${name}' cannot be loaded: ${loaded.error}`);
  const task = loaded.value;
  const answers = new Map<string, Promise<Result<ResolvedTask, readonly ParamIssue[]>>>();
  return ok({
    reference: name,
    name: task.name,
    summary: task.summary,
    numerics: typeof task.numerics === "function" ? "by_params" : task.numerics,
    ...(task.fuse === undefined ? {} : { fuse: task.fuse }),
    module: join(parts.root, "tasks", `${name}.ts`),
    resolve(raw) {
      const text = canonicalJson(raw);
      const known = answers.get(text) ?? resolveTask(parts.rooms, task, raw);
      answers.set(text, known);
      return known;
    },
  });
}

/** Params -> members -> the members' own params -> ports, each step with the issues of that step. */
async function resolveTask(
  rooms: CatalogueParts["rooms"],
  // deno-lint-ignore no-explicit-any
  task: Task<any, any, any>,
  raw: unknown,
): Promise<Result<ResolvedTask, readonly ParamIssue[]>> {
  const parsed = parseParams(task.params, raw);
  if (!parsed.ok) return parsed;
  const chosen = chosenMembers(task.members, parsed.value);
  const members: Record<string, Member> = {};
  const issues: ParamIssue[] = [];
  for (const [param, { room, name }] of Object.entries(chosen)) {
    const index = rooms[room]?.index ?? {};
    if (Object.hasOwn(index, name)) {
      try {
        members[param] = (await index[name]()).default;
      } catch (error) {
        const message = `'${name}' of ${room} cannot be loaded: ${reasonOf(error)}`;
        issues.push({ path: memberPath(param), code: "broken-member", message });
      }
    } else {
      issues.push({
        path: memberPath(param),
        code: "unknown-member",
        message: `there is no '${name}' among ${room}`,
        known: Object.keys(index),
      });
    }
  }
  if (issues.length > 0) return err(issues);
  const params = parseMemberParams(task.members, parsed.value, members);
  if (!params.ok) return params;
  const found = taskIssues(task, params.value, members);
  if (found.length > 0) return err(found);
  return ok({
    params: params.value,
    members: chosen,
    ...resolvePorts(task, params.value, members),
  });
}

/** The first line of what Deno says of a module that does not parse, without its colours. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return stripAnsiCode(text).split("\n").map((line) => line.trim()).filter((line) => line !== "")
    .slice(0, 2).join(" ");
}
