// Access to fields and items, in own properties only: there is no way from here to prototypes.

import { suggest } from "../nearest.ts";
import { describe, fault } from "./fault.ts";

/** Where an access is written. */
interface Node {
  readonly start: number;
  readonly end: number;
}

/** What is looked at of an axis. */
interface Fields {
  readonly name: string;
  readonly values: readonly { readonly value: unknown }[];
}

/**
 * A field of a record.
 *
 * @throws {ExpressionError} if there is none; inherited properties are none.
 *
 * @example
 * ```ts
 * import { field } from "#lib/workflow/expression/access.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(field({ label: "A" }, "label", { start: 0, end: 1 }), "A");
 * ```
 */
export function field(object: unknown, name: string, node: Node): unknown {
  if (typeof object !== "object" || object === null || Array.isArray(object)) {
    throw fault(node, `${describe(object)} has no fields, so no \`${name}\``);
  }
  if (Object.hasOwn(object, name)) return (object as Record<string, unknown>)[name];
  throw fault(node, `there is no field \`${name}\``, suggest(name, Object.keys(object), "fields"));
}

/**
 * An item of a list by position (negative ones count from the end), or a field of a record by name.
 *
 * @throws {ExpressionError} if there is none.
 *
 * @example
 * ```ts
 * import { element } from "#lib/workflow/expression/access.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(element([1, 2, 3], -1, { start: 0, end: 1 }), 3);
 * ```
 */
export function element(object: unknown, index: unknown, node: Node): unknown {
  if (!Array.isArray(object)) {
    if (typeof index === "string") return field(object, index, node);
    throw fault(node, `${describe(object)} cannot be indexed with ${describe(index)}`);
  }
  if (typeof index !== "number" || !Number.isInteger(index)) {
    throw fault(node, `a list is indexed with whole numbers, found ${describe(index)}`);
  }
  const at = index < 0 ? object.length + index : index;
  if (at < 0 || at >= object.length) {
    throw fault(
      node,
      `there is no item ${index} in a list of ${object.length}`,
      "the first item is 0, the last is -1",
    );
  }
  return object[at];
}

/**
 * A field that no value of an axis has is a mistake before any member is made.
 *
 * @throws {ExpressionError} if no value has it
 *
 * @example
 * ```ts
 * import { checkField } from "#lib/workflow/expression/access.ts";
 * import { assertThrows } from "@std/assert";
 * const axis = { name: "group", values: [{ value: { id: "a" } }] };
 * assertThrows(() => checkField("label", { start: 0, end: 1 }, axis), Error, "no value of the axis");
 * ```
 */
export function checkField(name: string, node: Node, { name: axis, values }: Fields): void {
  if (values.length === 0) return;
  const fields = new Set<string>();
  for (const { value } of values) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return;
    if (Object.hasOwn(value, name)) return;
    for (const field of Object.keys(value)) fields.add(field);
  }
  throw fault(
    node,
    `no value of the axis \`${axis}\` has a field \`${name}\``,
    suggest(name, fields, "fields"),
  );
}
