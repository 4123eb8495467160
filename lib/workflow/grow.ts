// Growing: a graph in which some members wait for tables, and the same graph once these are known. All that tables can
// change is expanded again with every table known so far, and matched by id: what stood there before keeps its place.
// Sound because a member that is not pending is what it will be whatever other tables say.

import { err, ok, type Result } from "../core/result.ts";
import type { Table } from "../core/table.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { type Basis, expandAgain, type Expansion } from "./expansion.ts";
import type { BoundPort, Graph, Source, StageInfo, StageMember, WantedTable } from "./graph.ts";
import { resolvedText, resolvedValue } from "./resolved_text.ts";
import { spanOf } from "./source_text.ts";
import type { StageSpec } from "./stage_spec.ts";
import type { StageState } from "./stage_state.ts";
import type { KnownTable } from "./table_rows.ts";

/**
 * The graph of an expansion.
 *
 * @param tables those it was made with
 * @param lost tables that will never be known, as member and output with a space between
 *
 * @example
 * ```ts
 * import { graphOf } from "#lib/workflow/grow.ts";
 * import { assert } from "@std/assert";
 * assert(typeof graphOf === "function"); // used by expand.ts
 * ```
 */
export function graphOf(
  basis: Basis,
  expansion: Expansion,
  tables: readonly KnownTable[],
  lost: readonly string[],
): Graph {
  const { workflow, values, axes } = basis;
  const { states, members, wants, problems } = expansion;
  const byName = new Map(states.map((state) => [state.spec.name, state]));
  let resolved: string | undefined;
  const known = () => [...axes.values()].filter((axis) => axis !== null);
  return {
    workflow: workflow.name,
    description: workflow.description,
    file: workflow.file,
    profile: workflow.profile,
    stages: states.filter((state) => state.relay === undefined)
      .sort((a, b) => a.spec.index - b.spec.index).map((state) => infoOf(state, byName)),
    members,
    warnings: problems.warnings(),
    // Written when first read: for 10,000 stages it takes as long as the expansion.
    get resolved() {
      return resolved ??= resolvedText(workflow, values, known());
    },
    resolvedValue: () => resolvedValue(workflow, values, known()),
    ...(wants.length === 0 ? {} : {
      growing: {
        wants,
        grow: (more, never = []) => grow(basis, members, { tables, lost }, more, never),
      },
    }),
  };
}

function infoOf(
  { spec, axes, numMembers }: StageState,
  states: ReadonlyMap<string, StageState>,
): StageInfo {
  return {
    name: spec.name,
    task: spec.task.name,
    description: spec.description,
    axes: axes!.map((axis) => axis.name),
    numMembers,
    from: [...new Set(namesOfSources(spec, states))],
    at: spanOf(spec.at),
  };
}

/** Names of the stages that a stage takes inputs from, also through calls of sub-workflows. */
function namesOfSources(
  { inputs, foreach }: StageSpec,
  states: ReadonlyMap<string, StageState>,
): string[] {
  const names = inputs.flatMap(({ parts }) => parts).filter(({ ofRow }) => !ofRow)
    .map(({ stage }) => stage);
  if (foreach !== undefined) names.push(foreach.stage);
  return names.flatMap((name) => {
    const source = states.get(name);
    return source?.spec.relay === undefined ? [name] : namesOfSources(source.spec, states);
  });
}

/** Which tables a graph was made with. */
interface Known {
  readonly tables: readonly KnownTable[];
  readonly lost: readonly string[];
}

async function grow(
  basis: Basis,
  members: readonly StageMember[],
  known: Known,
  more: readonly (WantedTable & { readonly table: Table })[],
  never: readonly WantedTable[],
): Promise<Result<Graph, Diagnostic[]>> {
  const given = new Set(known.tables.map(({ id, output }) => `${id} ${output}`));
  const tables = [...known.tables];
  for (const { from, output, table } of more) {
    const { id, stage, coords } = members[from];
    if (given.has(`${id} ${output}`)) continue;
    given.add(`${id} ${output}`);
    tables.push({ stage, id, coords, output, table });
  }
  const lost = [
    ...new Set([
      ...known.lost,
      ...never.map(({ from, output }) => `${members[from].id} ${output}`),
    ]),
  ];
  const again = await expandAgain(basis, tables, lost);
  if (again.problems.failed) return err(again.problems.errors());
  return ok(graphOf(basis, laidOver(members, again, basis.members.length), tables, lost));
}

/** An expansion with the members of an earlier one in their places; the first `numFixed` are the same in both. */
function laidOver(
  before: readonly StageMember[],
  expansion: Expansion,
  numFixed: number,
): Expansion {
  const members = before.slice();
  const places = new Map<string, number>();
  for (let i = numFixed; i < before.length; i++) {
    if (!before[i].replaced) places.set(before[i].id, i);
  }
  /** Where the members of the expansion stand. */
  const at = new Int32Array(expansion.members.length);
  const moved = new Map<BoundPort, BoundPort>();
  for (let i = 0; i < at.length; i++) {
    if (i < numFixed) {
      at[i] = i;
      continue;
    }
    const member = expansion.members[i];
    const place = places.get(member.id);
    places.delete(member.id);
    if (place !== undefined && !before[place].pending && !member.pending) {
      at[i] = place;
      continue;
    }
    const inputs = movedInputs(member.inputs, at, moved);
    if (place !== undefined && member.pending && isBelow(inputs, place)) {
      // It still waits, though perhaps for less.
      at[i] = place;
      members[place] = { ...member, index: place, inputs };
      continue;
    }
    if (place !== undefined) members[place] = { ...before[place], replaced: true };
    at[i] = members.length;
    members.push({ ...member, index: members.length, inputs });
  }
  for (const place of places.values()) {
    if (!before[place].pending) throw new Error(`${before[place].id} vanished as the graph grew`);
    members[place] = { ...before[place], replaced: true };
  }
  const wants = expansion.wants.map((want) => ({ ...want, from: at[want.from] }));
  return { ...expansion, members, wants };
}

type Inputs = StageMember["inputs"];

function movedInputs(inputs: Inputs, at: Int32Array, moved: Map<BoundPort, BoundPort>): Inputs {
  const result: Record<string, BoundPort> = {};
  for (const name in inputs) {
    const port = inputs[name];
    let now = moved.get(port);
    if (now === undefined) {
      const move = (source: Source) =>
        "from" in source ? { ...source, from: at[source.from] } : source;
      const isStill = port.sources.every((source) =>
        !("from" in source) || at[source.from] === source.from
      );
      // Lists are shared between members, before and after.
      now = isStill ? port : { ...port, sources: port.sources.map(move) };
      moved.set(port, now);
    }
    result[name] = now;
  }
  return result;
}

function isBelow(inputs: Inputs, place: number): boolean {
  return Object.values(inputs).every(({ sources }) =>
    sources.every((source) => !("from" in source) || source.from < place)
  );
}
