// Entries of a row in expressions: `row.column`, for stages that have the row's axis with all that it is nested in.

import type { Axis } from "./axis.ts";
import type { Compiled } from "./expression/compile.ts";
import { ExpressionError, fault, unknownYet } from "./expression/fault.ts";
import type { RowAccess } from "./foreach.ts";

/**
 * A column of a row as an expression over a stage's axes. It has no value where the row is not known yet.
 *
 * @throws {ExpressionError} if the column does not exist, or the stage lacks an axis that the row is nested in.
 *
 * @example
 * ```ts
 * import { rowColumn } from "#lib/workflow/row_column.ts";
 * import { assertThrows } from "@std/assert";
 * // deno-lint-ignore no-explicit-any
 * const axis = { name: "checkpoint" } as any;
 * assertThrows(() => rowColumn(axis, null, [], "loss", { start: 0, end: 1 }), Error, "more than one table");
 * ```
 */
export function rowColumn(
  axis: Axis,
  access: RowAccess | null | undefined,
  slots: readonly Axis[],
  name: string,
  node: { readonly start: number; readonly end: number },
): Compiled {
  if (access === null) {
    throw fault(
      node,
      `the rows of \`${axis.name}\` come from more than one table here`,
      "its inputs fix or rename the axes that the rows are nested in differently",
    );
  }
  if (access === undefined) {
    throw fault(
      node,
      `the entries of \`${axis.name}\` are not known here, only \`${axis.name}\` itself is`,
      "a row has entries where all axes that it is nested in are still there",
    );
  }
  const { rows, at } = access;
  const wrong = rows.checkColumn(name);
  if (wrong !== undefined) {
    throw new ExpressionError(
      { message: wrong.message, hint: wrong.hint, start: node.start, end: node.end },
      "unknown-column",
    );
  }
  const steps = [...at, axis].map((step) =>
    typeof step === "number" ? { slot: -1, position: step } : { slot: slots.indexOf(step) }
  );
  const positions = new Int32Array(steps.length);
  return {
    slots: new Set(steps.flatMap(({ slot }) => slot < 0 ? [] : [slot])),
    run: (row) => {
      steps.forEach(({ slot, position }, c) => positions[c] = position ?? row[slot]);
      const entry = rows.entry(positions, name);
      if (entry === undefined) throw unknownYet(node);
      return entry.cell;
    },
  };
}
