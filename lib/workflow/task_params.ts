// Params of tasks: checks them once for equal values, and shares equal ports and outputs, so that comparing them is
// comparing references. Leaves out saying what is wrong (param_issues.ts).

import { canonicalJson } from "../core/canonical.ts";
import type { ResolvedTask, TaskHandle } from "../core/catalogue.ts";
import type { ParamIssue, PortShape } from "../core/resolve.ts";

/** Checked params with what they imply, or what is wrong with them. */
export type Resolution =
  | { readonly ok: true; readonly value: ResolvedTask }
  | { readonly ok: false; readonly error: readonly ParamIssue[] };

/**
 * Resolves the params of tasks.
 *
 * @example
 * ```ts
 * import { TaskParams } from "#lib/workflow/task_params.ts";
 * import { assert, assertStrictEquals } from "@std/assert";
 * const handle = { resolve: (params: unknown) => Promise.resolve({ ok: true, value: { params, inputs: [{}], outputs: { x: "table" }, members: {} } }) };
 * const params = new TaskParams();
 * // deno-lint-ignore no-explicit-any
 * const [a, b] = await Promise.all([{ n: 1 }, { n: 2 }].map((raw) => params.resolve(handle as any, raw)));
 * assert(a.ok && b.ok);
 * assertStrictEquals(a.value.outputs, b.value.outputs);
 * ```
 */
export class TaskParams {
  readonly #resolutions = new Map<TaskHandle, Map<string, Promise<Resolution>>>();
  readonly #inputs = new Map<string, readonly Readonly<Record<string, PortShape>>[]>();
  readonly #outputs = new Map<string, Readonly<Record<string, string>>>();

  /** Checks raw params; equal params share one answer. */
  resolve(handle: TaskHandle, raw: unknown): Promise<Resolution> {
    let known = this.#resolutions.get(handle);
    if (known === undefined) this.#resolutions.set(handle, known = new Map());
    const key = canonicalJson(raw);
    let resolution = known.get(key);
    if (resolution === undefined) {
      resolution = handle.resolve(raw).then((result) =>
        result.ok
          ? {
            ok: true,
            value: {
              ...result.value,
              inputs: shared(this.#inputs, result.value.inputs),
              outputs: shared(this.#outputs, result.value.outputs),
            },
          }
          : result
      );
      known.set(key, resolution);
    }
    return resolution;
  }
}

function shared<T>(known: Map<string, T>, value: T): T {
  const key = JSON.stringify(value);
  const first = known.get(key);
  if (first !== undefined) return first;
  known.set(key, value);
  return value;
}
