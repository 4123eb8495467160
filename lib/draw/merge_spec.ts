// Deep merging of Vega-Lite specifications: how a workflow overrides any part of a figure.

/** A specification, or a part of one, as plain data. */
export type Spec = Readonly<Record<string, unknown>>;

/**
 * A specification with parts replaced: maps merge key by key, lists and everything else replace, `null` removes.
 *
 * @example
 * ```ts
 * import { mergeSpec } from "#lib/draw/merge_spec.ts";
 * import { assertEquals } from "@std/assert";
 * const spec = { mark: "bar", config: { axis: { grid: true, ticks: true } }, title: "old" };
 * assertEquals(mergeSpec(spec, { config: { axis: { grid: false } }, title: null }), {
 *   mark: "bar",
 *   config: { axis: { grid: false, ticks: true } },
 * });
 * ```
 */
export function mergeSpec(spec: Spec, override: Spec): Spec {
  const merged: Record<string, unknown> = { ...spec };
  for (const [key, value] of Object.entries(override)) {
    const known = merged[key];
    if (value === null) delete merged[key];
    else if (isMap(value)) merged[key] = mergeSpec(isMap(known) ? known : {}, value);
    else merged[key] = value;
  }
  return merged;
}

function isMap(value: unknown): value is Spec {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
