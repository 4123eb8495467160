// Rule 9, first pass: the axis that the rows of a table make, nested in the axes of the stage whose table it is, and
// the columns of a row that a stage binds as inputs.

import { runsNote } from "./check_ports.ts";
import type { Context } from "./context.ts";
import { rowRank, takenName } from "./declare_axes.ts";
import { listNames, suggest } from "./nearest.ts";
import { fitOutput } from "./ports.ts";
import type { ForeachSpec, InputSpec, StageSpec } from "./stage_spec.ts";
import type { ForeachPlan, InputPlan, StageState } from "./stage_state.ts";
import { TableRows } from "./table_rows.ts";
import type { Axis } from "./axis.ts";

/**
 * The axis of a stage's `foreach`. Null if something is wrong with it (reported) or with the stage of the table;
 * undefined for a stage without `foreach`.
 *
 * @example
 * ```ts
 * import { alignForeach } from "#lib/workflow/foreach.ts";
 * import { assertEquals } from "@std/assert";
 * // deno-lint-ignore no-explicit-any
 * assertEquals(alignForeach({} as any, { foreach: undefined } as any), undefined);
 * ```
 */
export function alignForeach(context: Context, stage: StageSpec): ForeachPlan | null | undefined {
  const { problems, states, workflow, declarations } = context;
  const spec = stage.foreach;
  if (spec === undefined) return undefined;
  const taken = takenName(spec.name);
  if (taken !== undefined) {
    problems.error("bad-name", spec.at, `a row cannot be called \`${spec.name}\``, taken);
    return null;
  }
  const namesake = workflow.stages.find(({ name }) => name === spec.name);
  if (namesake !== undefined) {
    problems.error("bad-name", spec.at, `\`${spec.name}\` is a stage, so no row can be called so`, {
      notes: [{ message: "the stage is here", at: namesake.at }],
      hint: "give the row a name of its own",
    });
    return null;
  }
  const handedIn = states.get(spec.stage);
  if (handedIn === undefined || handedIn.axes === null) return null;
  const maker = makerOf(handedIn, spec.output);
  if (maker === undefined) {
    problems.error("bad-value", spec.tableAt, "`foreach` takes tables as a stage makes them", {
      notes: [{ message: "they are handed in here", at: handedIn.spec.at }],
      hint: "hand in the tables of one stage without `where`, `rename` or `gather`",
    });
    return null;
  }
  const { source, output: named } = maker;
  const other = source.axes!.find((axis) => axis.name === spec.name) ??
    stage.matrix.find((axis) => axis.name === spec.name) ??
    declarations.find((axis) => axis.name === spec.name);
  if (other !== undefined) {
    problems.error("axis-declared-twice", spec.at, `there is an axis \`${spec.name}\` already`, {
      notes: [{ message: "it is declared here", at: other.at }],
      hint: "give the row a name of its own",
    });
    return null;
  }
  const output = tableOutput(context, { ...spec, stage: source.spec.name, output: named }, source);
  if (output === null) return null;
  const rows = rowsOf(context, stage, source, output);
  if (rows === null) return null;
  const axis = rows.axis.renamed(spec.name, spec.at, rowRank(stage));
  axis.rank = Math.min(axis.rank, rowRank(stage));
  return { spec, source, output, rows, axis, joined: [...source.axes!, axis] };
}

/** The stage that makes the tables, behind what calls of sub-workflows hand in; undefined if they are changed there. */
function makerOf(
  source: StageState,
  output: string | undefined,
): { readonly source: StageState; readonly output: string | undefined } | undefined {
  if (source.relay === undefined) return { source, output };
  const [{ parts, joined }] = source.inputs;
  const [part] = parts;
  const isWhole = parts.length === 1 && source.relay.gathers === null &&
    source.axes!.length === joined.length &&
    [...part.columns].every(([axis, column]) =>
      column.kind === "kept" && column.target === axis && column.allowed === null &&
      column.filter === null
    );
  return isWhole ? makerOf(part.source, part.spec.output) : undefined;
}

/** The output that the table is: one of kind `table`; as written if the outputs are not known yet. */
function tableOutput(
  { problems }: Context,
  { stage, output, tableAt }: ForeachSpec,
  source: StageState,
): string | null {
  for (const outputs of source.outputs) {
    const fit = fitOutput(outputs, output, "table");
    if (fit.ok) return fit.output;
  }
  const [outputs] = source.outputs;
  if (outputs === undefined) return output ?? "";
  const notes = [runsNote(source)];
  if (output !== undefined && !Object.hasOwn(outputs, output)) {
    problems.error("unknown-output", tableAt, `\`${stage}\` has no output \`${output}\``, {
      notes,
      hint: () => suggest(output, Object.keys(outputs), "outputs"),
    });
  } else if (output !== undefined) {
    problems.error(
      "port-mismatch",
      tableAt,
      `\`foreach\` takes a table, but \`${stage}.${output}\` is ${outputs[output]}`,
      { notes },
    );
  } else {
    const tables = Object.keys(outputs).filter((name) => outputs[name] === "table");
    problems.error(
      tables.length === 0 ? "port-mismatch" : "ambiguous-output",
      tableAt,
      tables.length === 0
        ? `\`foreach\` takes a table, but \`${stage}\` gives none`
        : `\`${stage}\` has ${tables.length} tables: ${listNames(tables)}`,
      { notes, hint: tables.length === 0 ? undefined : `say which: ${stage}.${tables[0]}` },
    );
  }
  return null;
}

/** Rows are declared by their table: the same table gives the same axis, under another name a renamed one. */
function rowsOf(
  context: Context,
  stage: StageSpec,
  source: StageState,
  output: string,
): TableRows | null {
  const spec = stage.foreach!;
  const maker = source.spec.name;
  const name = output === "" ? maker : `${maker}.${output}`;
  const known = context.tableRows.get(name);
  if (known !== undefined) return known;
  const tables = (context.tables.get(maker) ?? []).filter((table) => table.output === output);
  const made = TableRows.of(spec.name, name, source.axes!, tables, spec.at, rowRank(stage));
  if (!made.ok) context.problems.error("bad-table", spec.tableAt, made.error);
  const rows = made.ok ? made.value : null;
  context.tableRows.set(name, rows);
  return rows;
}

/**
 * An input that is a column of the stage's row. Null if it is wrong, which is reported.
 *
 * @example
 * ```ts
 * import { alignColumn } from "#lib/workflow/foreach.ts";
 * import { assertEquals } from "@std/assert";
 * const part = { ofRow: true, output: "weights", where: [], rename: [], as: [] };
 * // deno-lint-ignore no-explicit-any
 * const plan = alignColumn({} as any, { foreach: {} } as any, { port: "model", parts: [part] } as any, null);
 * assertEquals(plan?.column, "weights");
 * ```
 */
export function alignColumn(
  { problems }: Context,
  stage: StageSpec,
  input: InputSpec,
  plan: ForeachPlan | null | undefined,
): InputPlan | null {
  const part = input.parts.find(({ ofRow }) => ofRow)!;
  const row = stage.foreach!.name;
  if (part.output === undefined) {
    problems.error("unknown-output", part.at, `\`${row}\` is a row, and no artifact`, {
      hint: `name the column that holds the artifact: ${row}.column`,
    });
    return null;
  }
  const { where, rename, as, gather, failed } = part;
  const extra = where[0]?.at ?? rename[0]?.at ?? as[0]?.at ?? gather?.at ?? failed;
  if (input.parts.length > 1 || extra !== undefined) {
    problems.error(
      "bad-value",
      extra ?? part.at,
      `\`${row}.${part.output}\` is one artifact, that of the member's own row`,
      { hint: "it stands alone, without `where`, `rename`, `as`, `gather` or `failed`" },
    );
    return null;
  }
  const wrong = plan?.rows.checkColumn(part.output);
  if (wrong !== undefined) {
    problems.error("unknown-column", part.at, wrong.message, { hint: wrong.hint });
    return null;
  }
  return { spec: input, parts: [], gathered: [], joined: [], isList: false, column: part.output };
}

/** Where the entries of a row are found in a stage that has its axis. */
export interface RowAccess {
  readonly rows: TableRows;
  /** By axis that the rows are nested in: the stage's axis it is there, or the position where it was fixed. */
  readonly at: readonly (Axis | number)[];
}

/**
 * Which rows a stage's axes stand for: its own `foreach`, and those its inputs bring with all that they are nested in.
 * Null where two inputs mean different tables by one axis.
 *
 * @example
 * ```ts
 * import { rowAccess } from "#lib/workflow/foreach.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(rowAccess(undefined, []).size, 0);
 * ```
 */
export function rowAccess(
  foreach: ForeachPlan | undefined,
  inputs: readonly InputPlan[],
): Map<Axis, RowAccess | null> {
  const found = new Map<Axis, RowAccess | null>();
  if (foreach !== undefined) {
    for (const [axis, access] of foreach.source.rows) found.set(axis, access);
    found.set(foreach.axis, { rows: foreach.rows, at: foreach.rows.nested });
  }
  // The stage's own row is meant, whatever its inputs fix or rename.
  const own = new Set(found.keys());
  for (const { parts, joined } of inputs) {
    // In a union an axis may stand for rows of several tables.
    if (parts.length !== 1) continue;
    const [{ source, columns }] = parts;
    const here = (axis: Axis): Axis | number | undefined => {
      const column = columns.get(axis);
      if (column?.kind === "fixed") return column.position;
      if (column?.kind !== "kept" || column.positions !== null) return undefined;
      return joined.includes(column.target) ? column.target : undefined;
    };
    for (const [axis, access] of source.rows) {
      const target = here(axis);
      if (access === null || typeof target !== "object" || own.has(target)) continue;
      const at = access.at.map((step) => typeof step === "number" ? step : here(step));
      if (at.includes(undefined)) continue;
      const known = found.get(target);
      const same = known === undefined ||
        (known?.rows === access.rows && known.at.every((step, i) => step === at[i]));
      found.set(target, same ? { rows: access.rows, at: at as (Axis | number)[] } : null);
    }
  }
  return found;
}
