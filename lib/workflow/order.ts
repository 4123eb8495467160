// Order of stages: every stage after those it takes inputs from, else as in the file. Finds circles. Never recurses:
// chains may be 10,000 long.

import { suggest } from "./nearest.ts";
import type { Problems } from "./problems.ts";
import type { Place } from "./source_text.ts";
import type { StageSpec } from "./stage_spec.ts";

/**
 * Sorts stages so that sources come first. References to stages that do not exist and circles are reported;
 * the stages of a circle are left out, and so is nothing else.
 *
 * @example
 * ```ts
 * import { orderStages } from "#lib/workflow/order.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { assertEquals } from "@std/assert";
 * const part = (stage: string) => ({ parts: [{ stage }] });
 * const stages = [{ name: "b", inputs: [part("a")] }, { name: "a", inputs: [] }];
 * // deno-lint-ignore no-explicit-any
 * const order = orderStages(stages as any, new Map(), new Problems());
 * assertEquals(order.map((stage) => stage.name), ["a", "b"]);
 * ```
 */
export function orderStages(
  stages: readonly StageSpec[],
  unreadable: ReadonlyMap<string, Place>,
  problems: Problems,
): StageSpec[] {
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  const order: StageSpec[] = [];
  const marks = new Map<string, "open" | "done">();
  const inCircle = new Set<string>();
  for (const root of stages) {
    if (marks.has(root.name)) continue;
    const path: { stage: StageSpec; parts: readonly Reference[]; next: number }[] = [];
    const enter = (stage: StageSpec) => {
      marks.set(stage.name, "open");
      path.push({ stage, parts: referencesOf(stage), next: 0 });
    };
    enter(root);
    while (path.length > 0) {
      const top = path[path.length - 1];
      const part = top.parts[top.next++];
      if (part === undefined) {
        marks.set(top.stage.name, "done");
        if (!inCircle.has(top.stage.name)) order.push(top.stage);
        path.pop();
        continue;
      }
      const target = byName.get(part.stage);
      if (target === undefined) {
        if (!unreadable.has(part.stage)) {
          reportUnknown(part, [...byName.keys()], unreadable, problems);
        }
        continue;
      }
      const mark = marks.get(part.stage);
      if (mark === undefined) enter(target);
      else if (mark === "open") {
        const from = path.findIndex((step) => step.stage === target);
        const circle = path.slice(from);
        for (const step of circle) inCircle.add(step.stage.name);
        reportCircle(
          circle.map((step) => ({ stage: step.stage, part: step.parts[step.next - 1] })),
          problems,
        );
      }
    }
  }
  return order;
}

/** A stage that another one needs, and where it says so. */
interface Reference {
  readonly stage: string;
  readonly at: Place;
}

function referencesOf({ inputs, foreach }: StageSpec): readonly Reference[] {
  const references: Reference[] = inputs.flatMap(({ parts }) =>
    parts.filter((part) => !part.ofRow)
  );
  if (foreach === undefined) return references;
  return [...references, { stage: foreach.stage, at: foreach.tableAt }];
}

function reportUnknown(
  part: Reference,
  names: readonly string[],
  unreadable: ReadonlyMap<string, Place>,
  problems: Problems,
): void {
  problems.error("unknown-stage", part.at, `there is no stage \`${part.stage}\``, {
    hint: () => suggest(part.stage, [...names, ...unreadable.keys()], "stages"),
  });
}

/** At most this many steps of a circle are spelled out. */
const maxSteps = 8;

function reportCircle(
  circle: readonly { readonly stage: StageSpec; readonly part: Reference }[],
  problems: Problems,
): void {
  const names = circle.map(({ stage }) => stage.name);
  const shown = names.length > maxSteps
    ? [...names.slice(0, maxSteps / 2), "…", ...names.slice(-maxSteps / 2)]
    : names;
  const last = circle[circle.length - 1];
  problems.error(
    "cycle",
    last.part.at,
    names.length === 1
      ? `the stage \`${names[0]}\` takes an input from itself`
      : `stages take inputs from each other in a circle: ${
        [...shown, last.part.stage].join(" ← ")
      }`,
    {
      notes: circle.slice(0, -1).slice(0, maxSteps).map(({ stage, part }) => ({
        message: `\`${stage.name}\` takes \`${part.stage}\``,
        at: part.at,
      })),
    },
  );
}
