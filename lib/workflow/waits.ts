// What a member waits for: tables that are not known yet, and members that wait themselves. Asked before its inputs are
// bound, because who waits has none yet.

import type { PortShape } from "../core/resolve.ts";
import type { Context } from "./context.ts";
import type { Row } from "./expression/compile.ts";
import type { BoundPort, Coords, StageMember } from "./graph.ts";
import type { FoundRow, InputRows } from "./input_rows.ts";
import { anyKind } from "./kinds.ts";
import { omitsFailed } from "./omit_failed.ts";
import { fitOutput } from "./ports.ts";
import type { PortChoice } from "./stage_state.ts";
import type { OnRow, TableMembers } from "./table_members.ts";

const noCoords: Coords = {};

/** What a member waits for. */
export interface Waits {
  /** By port; a table under `foreach <row>`. Empty if it waits for nothing. */
  readonly ports: Readonly<Record<string, BoundPort>>;
  /** It waits for what never comes. */
  readonly isStuck: boolean;
  /** The row it stands on, if its stage has `foreach`. */
  readonly onRow: OnRow | null;
}

/** What a stage's members may wait for. */
export interface Awaited {
  readonly inputs: readonly InputRows[];
  readonly tables: TableMembers | undefined;
  readonly members: readonly StageMember[];
}

/**
 * What the member at a row waits for; null if one of its inputs is absent. `choice` is null if it is not known which
 * inputs it takes: then all count.
 *
 * @example
 * ```ts
 * import { waitsOf } from "#lib/workflow/waits.ts";
 * import { assertEquals } from "@std/assert";
 * const context = { waiting: { stuck: new Set<number>() } };
 * // deno-lint-ignore no-explicit-any
 * const waits = waitsOf(context as any, { inputs: [], tables: undefined, members: [] }, [], null);
 * assertEquals(waits, { ports: {}, isStuck: false, onRow: null });
 * ```
 */
export function waitsOf(
  { waiting: { stuck } }: Context,
  { inputs, tables, members }: Awaited,
  row: Row,
  choice: PortChoice | null,
): Waits | null {
  const ports: Record<string, BoundPort> = {};
  let isStuck = false;
  const onRow = tables?.find(row) ?? null;
  if (tables !== undefined) {
    if (onRow === null) return null;
    if (onRow.row < 0) {
      // No port has a space in its name.
      const name = `foreach ${tables.plan.axis.name}`;
      ports[name] = { kind: "table", many: false, coords: false, sources: [onRow.source] };
      isStuck = onRow.isLost;
    }
  }
  for (const input of inputs) {
    const { port } = input.plan.spec;
    if (choice !== null && !choice.taken.has(port)) continue;
    const found = input.find(row);
    if (found === null) return null;
    if (!input.hasPending) continue;
    const omits = omitsFailed(input.plan);
    const awaited = found.rows.filter(({ member }) =>
      members[member].pending && !(omits && stuck.has(member))
    );
    if (awaited.length === 0) continue;
    if (awaited.some(({ member }) => stuck.has(member))) isStuck = true;
    ports[port] = awaitedPort(input, choice?.ports[port], awaited, members);
  }
  return { ports, isStuck, onRow };
}

/** The pending members among those an input takes. */
function awaitedPort(
  { plan }: InputRows,
  shape: PortShape | undefined,
  rows: readonly FoundRow[],
  members: readonly StageMember[],
): BoundPort {
  const sources = rows.map(({ member, part }) => {
    const { outputs } = members[member];
    const output = part.source.relay?.outputs.get(member) ?? part.spec.output;
    const fit = fitOutput(outputs, output, shape?.kind ?? anyKind);
    return {
      from: member,
      output: fit.ok ? fit.output : output ?? Object.keys(outputs)[0] ?? "",
      coords: noCoords,
    };
  });
  const [{ member }] = rows;
  const kind = shape?.kind ?? members[member].outputs[sources[0].output] ?? "";
  return { kind, many: plan.isList, coords: false, sources };
}
