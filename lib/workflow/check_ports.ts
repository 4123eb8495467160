// Port against output: kinds, lists and single artifacts. Done on what the first pass knows, so that a mismatch is
// said beside everything else; the second pass checks each member exactly.

import type { PortShape } from "../core/resolve.ts";
import type { Context } from "./context.ts";
import { anyKind } from "./kinds.ts";
import { listNames, suggest } from "./nearest.ts";
import { type Fit, fitOutput } from "./ports.ts";
import type { PartSpec, StageSpec } from "./stage_spec.ts";
import type { InputPlan, PartPlan, PortChoice, StageState } from "./stage_state.ts";

/**
 * Checks the inputs and files of a stage against the ports that its members may have.
 *
 * @example
 * ```ts
 * import { checkPorts } from "#lib/workflow/check_ports.ts";
 * import { assertEquals } from "@std/assert";
 * const state = { inputs: [], spec: { files: [] } };
 * // deno-lint-ignore no-explicit-any
 * assertEquals(checkPorts({} as any, state as any, []), undefined);
 * ```
 */
export function checkPorts(
  context: Context,
  state: StageState,
  choices: readonly PortChoice[],
): void {
  for (const input of state.inputs) {
    const { port } = input.spec;
    const shapes = choices.filter(({ taken }) => taken.has(port)).map(({ ports }) => ports[port]);
    for (const shape of new Set(shapes)) {
      checkList(context, state, input, shape);
    }
    for (const part of input.parts) checkPart(context, state, input, part, shapes);
  }
  for (const { port, at, paths } of state.spec.files) {
    for (const { taken, ports } of choices) {
      if (!taken.has(port)) continue;
      const { kind, many } = ports[port];
      if (kind !== "file") {
        context.problems.error(
          "port-mismatch",
          at,
          `the port \`${port}\` of \`${state.spec.task.name}\` takes ${kind}, not a file`,
          { hint: "read the file with a task that makes such an artifact" },
        );
      } else if (paths.kind === "list" && !many) {
        context.problems.error("not-a-list", at, `the port \`${port}\` takes one file`);
      }
    }
  }
}

/**
 * Checks that outputs which inputs name exist, as far as those of the sources are known.
 *
 * @example
 * ```ts
 * import { checkOutputs } from "#lib/workflow/check_ports.ts";
 * import { assertEquals } from "@std/assert";
 * // deno-lint-ignore no-explicit-any
 * assertEquals(checkOutputs({} as any, { inputs: [] } as any), undefined);
 * ```
 */
export function checkOutputs({ problems, states }: Context, { inputs }: StageSpec): void {
  for (const part of inputs.flatMap((input) => input.parts)) {
    const source = states.get(part.stage);
    if (source === undefined || !lacksOutput(source, part)) continue;
    const known = new Set(source.outputs.flatMap((outputs) => Object.keys(outputs)));
    problems.error(
      "unknown-output",
      part.at,
      `\`${part.stage}\` has no output \`${part.output}\``,
      {
        notes: [runsNote(source)],
        hint: () => suggest(part.output!, known, "outputs"),
      },
    );
  }
}

function lacksOutput({ outputs }: StageState, { output }: PartSpec): boolean {
  return output !== undefined && outputs.length > 0 &&
    outputs.every((known) => !Object.hasOwn(known, output));
}

/**
 * The note that says which task a stage runs.
 *
 * @example
 * ```ts
 * import { runsNote } from "#lib/workflow/check_ports.ts";
 * import { assertEquals } from "@std/assert";
 * // deno-lint-ignore no-explicit-any
 * assertEquals(runsNote({ spec: { name: "fit", task: { name: "dmd" } } } as any).message, "`fit` runs `dmd`");
 * ```
 */
export function runsNote({ spec }: Pick<StageState, "spec">) {
  return { message: `\`${spec.name}\` runs \`${spec.task.name}\``, at: spec.task.at };
}

function checkList(
  { problems }: Context,
  { spec }: StageState,
  input: InputPlan,
  { many }: PortShape,
): void {
  const { port, at } = input.spec;
  if (many && !input.isList && input.joined.length > 0) {
    const names = input.joined.map((axis) => axis.name);
    problems.error(
      "needs-gather",
      at,
      `the port \`${port}\` of \`${spec.task.name}\` takes a list, but the input is one artifact ` +
        `for each ${names.join(", ")}`,
      { hint: `say what the list runs over: gather: [${names.join(", ")}]` },
    );
  } else if (!many && input.isList) {
    const gather = input.parts[0].spec.gather ?? spec.gather;
    problems.error(
      "not-a-list",
      gather?.at ?? at,
      `the port \`${port}\` of \`${spec.task.name}\` takes one artifact, but \`gather\` makes a list`,
      { hint: "remove `gather`, or select one with `where`" },
    );
  }
}

function checkPart(
  context: Context,
  state: StageState,
  input: InputPlan,
  part: PartPlan,
  shapes: readonly PortShape[],
): void {
  const { spec, source } = part;
  const { outputs } = source;
  if (outputs.length === 0) return;
  if (lacksOutput(source, spec)) return;
  const failures: [string, Fit & { ok: false }, Readonly<Record<string, string>>][] = [];
  for (const { kind } of shapes) {
    for (const known of outputs) {
      const fit = fitOutput(known, spec.output, kind);
      if (fit.ok) return;
      failures.push([kind, fit, known]);
    }
  }
  if (failures.length > 0) reportFit(context, state, input, part, ...failures[0]);
}

/**
 * Reports that no output, or more than one, fits a port.
 *
 * @example
 * ```ts
 * import { reportFit } from "#lib/workflow/check_ports.ts";
 * import { assert } from "@std/assert";
 * assert(typeof reportFit === "function"); // used by both passes, so that they say the same once
 * ```
 */
export function reportFit(
  { problems }: Context,
  state: StageState,
  input: InputPlan,
  part: PartPlan,
  kind: string,
  fit: Fit & { readonly ok: false },
  outputs: Readonly<Record<string, string>>,
): void {
  const { at, stage, output } = part.spec;
  const port = `the port \`${input.spec.port}\` of \`${state.spec.task.name}\``;
  const takes = kind === anyKind ? "takes one artifact" : `takes ${kind}`;
  const notes = [runsNote(part.source)];
  const kinds = (names: readonly string[]) =>
    names.map((name) => `\`${name}\` (${outputs[name]})`).join(", ");
  if (fit.reason === "unknown-output") {
    problems.error("unknown-output", at, `\`${stage}\` has no output \`${output}\``, {
      notes,
      hint: () => suggest(output!, fit.outputs, "outputs"),
    });
  } else if (fit.reason === "port-mismatch") {
    const message = output === undefined
      ? `${port} ${takes}, but \`${stage}\` gives ${kinds(fit.outputs) || "nothing"}`
      : `${port} takes ${kind}, but \`${stage}.${output}\` is ${outputs[output]}`;
    problems.error("port-mismatch", at, message, { notes });
  } else {
    problems.error(
      "ambiguous-output",
      at,
      `${port} ${takes}, and \`${stage}\` has ${fit.outputs.length} such outputs: ${
        listNames(fit.outputs)
      }`,
      { notes, hint: `say which: ${stage}.${fit.outputs[0]}` },
    );
  }
}
