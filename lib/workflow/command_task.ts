// The task of a `run:` stage: made from the stage itself, so that everything that holds for tasks holds for commands.
// Its ports are the names that are bound; they take artifacts of any kind.

import type { TaskHandle } from "../core/catalogue.ts";
import type { PortShape } from "../core/resolve.ts";
import { err, ok } from "../core/result.ts";
import type { Context } from "./context.ts";
import { compileTemplate } from "./expression/template.ts";
import { anyKind } from "./kinds.ts";
import { namesIn } from "./expression/split.ts";
import { Problems } from "./problems.ts";
import type { StageSpec } from "./stage_spec.ts";
import type { InputPlan } from "./stage_state.ts";

/**
 * The handle of a `run:` stage. `inputs` are its aligned inputs, `null` for those that could not be.
 *
 * @example
 * ```ts
 * import { commandTask } from "#lib/workflow/command_task.ts";
 * import { assertEquals } from "@std/assert";
 * const spec = { name: "fit", description: "", inputs: [], files: [], run: { outputs: [{ name: "model", kind: "file" }] } };
 * // deno-lint-ignore no-explicit-any
 * const resolved = await commandTask({} as any, spec as any, []).resolve({});
 * assertEquals(resolved.ok && resolved.value.outputs, { model: "file" });
 * ```
 */
export function commandTask(
  context: Context,
  spec: StageSpec,
  inputs: readonly (InputPlan | null)[],
): TaskHandle {
  const ports: Record<string, PortShape> = {};
  spec.inputs.forEach(({ port }, i) => {
    const many = inputs[i]?.isList ?? false;
    ports[port] = { kind: anyKind, many, optional: false, coords: many };
  });
  for (const { port, paths } of spec.files) {
    ports[port] = {
      kind: "file",
      many: isList(context, paths),
      optional: false,
      coords: false,
    };
  }
  const outputs = Object.fromEntries(
    (spec.run?.outputs ?? []).map(({ name, kind }) => [name, kind]),
  );
  return {
    reference: "run",
    name: "run",
    summary: spec.description,
    numerics: "exact",
    module: "",
    resolve: (raw) =>
      Promise.resolve(
        typeof raw === "object" && raw !== null && !Array.isArray(raw)
          ? ok({
            params: raw as Readonly<Record<string, unknown>>,
            members: {},
            inputs: [ports],
            outputs,
          })
          : err([{
            path: [],
            code: "invalid_type",
            message: "Invalid input: expected object, received something else",
          }]),
      ),
  };
}

/** Whether a port of files takes a list: it is one as written, or params say so. */
function isList({ params }: Context, paths: StageSpec["files"][number]["paths"]) {
  if (paths.kind === "list") return true;
  if ([...namesIn(paths)].some((name) => name !== "params")) return false;
  // What is wrong with them is reported where they are evaluated.
  return Array.isArray(compileTemplate(paths, params.scope, new Problems())?.constant);
}
