// What the keys of `run:` stages hold besides params and inputs: the rendered command, the versions that its tools
// print, and the environment that it declares. Asked once for a whole graph, a few tools at a time.
// Leaves out who asks (lib/executors) and what running a command means.

import type { Recipe } from "../core/action.ts";
import type { CommandPreimage } from "../core/command.ts";
import { digestOf } from "../core/digest.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { CommandSpec, StageMember } from "./graph.ts";

/** What commands are keyed by that only the machine knows. */
export interface CommandWorld {
  /** What a version command prints, trimmed, or one sentence saying why it cannot be told. */
  tool(line: string): Promise<Result<string, string>>;
  /** The value of a variable of the environment. */
  env(name: string): string | undefined;
}

/** Makes the preimages of one graph's commands. */
export interface CommandKeys {
  /** Asks for the versions that further members need. */
  extend(members: Iterable<StageMember>): Promise<void>;
  /** The preimage, or one sentence saying what of it cannot be told. */
  preimage(command: CommandSpec): Result<CommandPreimage, string>;
}

const toolsAtOnce = 4;
const notAllowed =
  "may start no programs and see no environment here; `deno task run:external` allows it";

/**
 * The recipe of a `run:` stage; Basin's own code has no part in its result.
 *
 * @example
 * ```ts
 * import { commandRecipe } from "#lib/workflow/command_keys.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(commandRecipe({ model: "file" }, "").task, "run");
 * ```
 */
export function commandRecipe(outputs: Recipe["outputs"], salt: string): Recipe {
  return { code: digestOf("run/1"), task: "run", outputs, numerics: "exact", deno: "", salt };
}

/**
 * Makes preimages; every version and every variable is looked at once, so that one run sees one state of them.
 *
 * @param world absent if this process may not start programs: then only commands have preimages that need neither a
 *   tool's version nor a variable.
 *
 * @example
 * ```ts
 * import { commandKeys } from "#lib/workflow/command_keys.ts";
 * import { assertEquals } from "@std/assert";
 * const command = { line: "echo", outputs: {}, inputPaths: {} };
 * const keys = commandKeys({ tool: () => Promise.resolve({ ok: true, value: "3" }), env: () => "1" });
 * const found = keys.preimage({ command, env: { THREADS: null }, tools: {} });
 * assertEquals(found, { ok: true, value: { line: "echo", outputs: {}, env: { THREADS: "1" }, tools: {} } });
 * ```
 */
export function commandKeys(world: CommandWorld | undefined): CommandKeys {
  const versions = new Map<string, Result<string, string>>();
  const variables = new Map<string, string | null>();
  return {
    async extend(members) {
      if (world === undefined) return;
      const lines = new Set<string>();
      for (const { command } of members) {
        if (command === undefined) continue;
        for (const line of Object.values(command.tools)) if (!versions.has(line)) lines.add(line);
      }
      const rest = [...lines];
      while (rest.length > 0) {
        await Promise.all(
          rest.splice(-toolsAtOnce).map(async (line) => {
            versions.set(line, await world.tool(line));
          }),
        );
      }
    },
    preimage({ command: { line, outputs }, env, tools }) {
      const told: Record<string, string> = {};
      for (const [name, versionLine] of Object.entries(tools)) {
        const version = versions.get(versionLine);
        if (version === undefined) {
          return err(`the version of its tool ${name} is not known: Basin ${notAllowed}`);
        }
        if (!version.ok) {
          return err(`the version of its tool ${name} cannot be told: ${version.error}`);
        }
        told[name] = version.value;
      }
      const values: Record<string, string | null> = {};
      for (const [name, value] of Object.entries(env)) {
        if (value !== null) values[name] = value;
        else if (world === undefined) {
          return err(`the value of its variable ${name} is not known: Basin ${notAllowed}`);
        } else values[name] = variable(name, world);
      }
      return ok({ line, outputs, env: values, tools: told });
    },
  };

  function variable(name: string, { env }: CommandWorld): string | null {
    let value = variables.get(name);
    if (value === undefined) variables.set(name, value = env(name) ?? null);
    return value;
  }
}
