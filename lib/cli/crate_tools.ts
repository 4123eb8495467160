// The tools of a run, for its record of provenance: tasks with their code, and commands.

import type { CrateTool } from "../provenance/content.ts";
import { toolId } from "../provenance/tools.ts";
import type { StageMember } from "../workflow/graph.ts";
import type { Origin } from "./origins.ts";

/**
 * Tools by what they are; members whose closure is not known take that of their like.
 *
 * @example
 * ```ts
 * import { ToolList } from "#lib/cli/crate_tools.ts";
 * import { fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const tools = new ToolList();
 * const { members } = fakeGraph([{ id: "a" }, { id: "b" }]);
 * assertEquals([tools.numberOf(members[0], undefined), tools.list.length], [0, 1]);
 * ```
 */
export class ToolList {
  readonly list: CrateTool[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #byChoice = new Map<string, number>();
  readonly #known = new Map<string, number>();

  numberOf(member: StageMember | undefined, origin: Origin | undefined): number {
    const task = member?.task;
    const name = member?.command === undefined ? task?.name ?? "unknown" : `run:${member.stage}`;
    const choice = member === undefined ? name : choiceOf(member);
    if (origin === undefined) {
      const known = this.#byChoice.get(choice);
      if (known !== undefined) return known;
    }
    const { code, engine } = origin ?? {};
    const full = `${choice} ${code} ${engine}`;
    const seen = this.#known.get(full);
    if (seen !== undefined) return seen;
    const tool: CrateTool = {
      name,
      summary: task?.summary ?? "",
      ...(code === undefined ? {} : { code }),
      ...(engine === undefined || engine === null ? {} : { engine }),
    };
    const id = toolId(tool);
    let number = this.#numbers.get(id);
    if (number === undefined) this.#numbers.set(id, number = this.list.push(tool) - 1);
    this.#known.set(full, number);
    if (origin !== undefined) this.#byChoice.set(choice, number);
    return number;
  }
}

/**
 * What decides which code a member runs.
 *
 * @example
 * ```ts
 * import { choiceOf } from "#lib/cli/crate_tools.ts";
 * import { fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const [member] = fakeGraph([{ id: "a" }]).members;
 * assertEquals(choiceOf(member), `${member.task.name} {}`);
 * ```
 */
export function choiceOf({ task, stage, command, members }: StageMember): string {
  return `${command === undefined ? task.name : `run:${stage}`} ${JSON.stringify(members)}`;
}
