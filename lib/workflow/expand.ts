// Expansion: a workflow and a catalogue of tasks -> the graph of stage members, or everything that is wrong.
// Two passes over the stages in order: the first works out axes and ports (prepare.ts), the second makes members
// (members.ts). The rules are those of workflows/README.md. Stages that depend on tables (`foreach`) come after the
// others, and are expanded again with every table that becomes known (grow.ts).

import type { Catalogue } from "../core/catalogue.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { err, ok, type Result } from "../core/result.ts";
import { expandFirst } from "./expansion.ts";
import type { Graph } from "./graph.ts";
import { graphOf } from "./grow.ts";
import type { Workflow } from "./load.ts";
import { Problems } from "./problems.ts";
import { startOf } from "./tree.ts";

/**
 * Expands a workflow. On failure, every problem of the files, sorted by place; warnings are among them.
 *
 * @example
 * ```ts
 * import { expand } from "#lib/workflow/expand.ts";
 * import { loadWorkflow } from "#lib/workflow/load.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const text = "axes: { seed: [0, 1] }\nstages: { a: { task: t, over: [seed] } }";
 * const loaded = await loadWorkflow("a.yaml", () => Promise.resolve(text), { overrides: [] });
 * const value = { params: {}, members: {}, inputs: [{}], outputs: { x: "table" } };
 * const handle = { resolve: () => Promise.resolve({ ok: true, value }) };
 * const catalogue = { taskNames: ["t"], task: () => Promise.resolve({ ok: true, value: handle }) };
 * // deno-lint-ignore no-explicit-any
 * const graph = await expand((loaded as any).value, catalogue as any);
 * assert(graph.ok);
 * assertEquals(graph.value.members.map((member) => member.id), ["a[seed=0]", "a[seed=1]"]);
 * ```
 */
export async function expand(
  workflow: Workflow,
  catalogue: Catalogue,
): Promise<Result<Graph, Diagnostic[]>> {
  const problems = new Problems();
  problems.addAll(workflow.problems);
  try {
    const first = await expandFirst(workflow, catalogue, problems);
    return first === null ? err(problems.errors()) : ok(graphOf(...first, [], []));
  } catch (error) {
    // The limits keep recursion shallow; should one have been forgotten, it is still a user's file, not a crash.
    if (!(error instanceof RangeError) || !/call stack/.test(error.message)) throw error;
    problems.error("too-deep", startOf(workflow.tree.source), "the file is nested too deeply");
    return err(problems.errors());
  }
}
