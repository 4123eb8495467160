// The rows of an input: which members of its sources it can take, findable by the positions of the stage that takes
// them. Made once per input; looked up once per member.

import { type Axis, idOf } from "./axis.ts";
import type { Context } from "./context.ts";
import type { Row } from "./expression/compile.ts";
import { notKnownYet } from "./expression/fault.ts";
import type { Template } from "./expression/template.ts";
import { byRank, type PartRows, partRows } from "./part_rows.ts";
import { keyCoder, type Relation } from "./relation.ts";
import { positionOn } from "./select.ts";
import type { Place } from "./source_text.ts";
import type { InputPlan, PartPlan, StageState } from "./stage_state.ts";

/** One source member found for an input: index in the graph, the part it belongs to, its gathered coordinates. */
export interface FoundRow {
  readonly member: number;
  readonly part: PartPlan;
  readonly gathered: readonly number[];
}

/** What was found; equal `group` means the same rows. */
export interface Found {
  readonly group: number | string | null;
  readonly rows: readonly FoundRow[];
  /** What to look for is not known yet, so nothing was found, and nothing is absent. */
  readonly isOpen?: true;
}

const openFound: Found = { group: null, rows: [], isOpen: true };

/**
 * The rows of one input.
 *
 * @example
 * ```ts
 * import { InputRows } from "#lib/workflow/input_rows.ts";
 * import { assert } from "@std/assert";
 * assert(typeof InputRows === "function"); // made by members.ts, once per input of a stage
 * ```
 */
export class InputRows {
  readonly plan: InputPlan;
  /** The gathered axes in the order of coordinates. */
  readonly gatheredAxes: readonly Axis[];
  /** Slots of the joined axes in the stage's rows. */
  readonly #slots: readonly number[];
  readonly #parts: readonly PartRows[];
  readonly #context: Context;
  readonly #scratch: Int32Array;
  readonly #groups = new Map<number | string, Found>();
  /** Whether rows depend on the joined positions alone. */
  readonly #isStatic: boolean;
  /** Lists of `where` as they are for the member that is looked for. */
  #sets: readonly Uint8Array[] = [];

  constructor(context: Context, stage: StageState, plan: InputPlan) {
    this.#context = context;
    this.plan = plan;
    this.gatheredAxes = [...plan.gathered].sort(byRank);
    this.#slots = plan.joined.map((axis) => stage.slots.indexOf(axis));
    this.#parts = plan.parts.map((part) => partRows(plan, part));
    this.#isStatic = this.#parts.every((part) => part.chosen.length + part.filters.length === 0);
    this.#scratch = new Int32Array(
      Math.max(plan.joined.length, ...this.#parts.map((part) => part.keys.length)),
    );
    this.#checkDuplicates();
  }

  /** Whether members that it may take are pending. */
  get hasPending(): boolean {
    return this.plan.parts.some(({ source }) => source.hasPending);
  }

  /** Whether there is nothing to take. */
  get isEmpty(): boolean {
    return this.#parts.every((part) => part.members.length === 0);
  }

  /** Whether a list may be empty: nothing says which members there are but the list itself. */
  get mayBeEmpty(): boolean {
    return this.plan.isList && this.plan.joined.length === 0 &&
      this.#parts.every((part) => part.chosen.length === 0);
  }

  /** The combinations of joined axes that exist. */
  relation(): Relation {
    const { joined } = this.plan;
    const lengths = joined.map((axis) => axis.values.length);
    const columns = joined.map((_, c) => concat(this.#parts.map((part) => part.keys[c])));
    const length = this.#parts.reduce((sum, part) => sum + part.members.length, 0);
    const code = keyCoder(lengths);
    const seen = new Set<number | string>();
    const rows: number[] = [];
    for (let i = 0; i < length; i++) {
      for (let c = 0; c < columns.length; c++) this.#scratch[c] = columns[c][i];
      const key = code(this.#scratch);
      if (seen.has(key)) continue;
      seen.add(key);
      rows.push(i);
    }
    if (rows.length === length) return { axes: joined, columns, length };
    return {
      axes: joined,
      columns: columns.map((column) => Int32Array.from(rows, (row) => column[row])),
      length: rows.length,
    };
  }

  /** The rows for a member, or null if there are none; faults of expressions are reported. */
  find(row: Row): Found | null {
    for (let c = 0; c < this.#slots.length; c++) this.#scratch[c] = row[this.#slots[c]];
    const isOne = this.#parts.length === 1;
    let group: number | string | null = null;
    if (this.#isStatic) {
      group = this.#parts[0].code(this.#scratch);
      if (this.plan.isList) {
        const known = this.#groups.get(group);
        if (known !== undefined) return known.rows.length > 0 || this.mayBeEmpty ? known : null;
      }
    }
    const rows: FoundRow[] = [];
    let isMixed = !isOne;
    for (const part of this.#parts) {
      const first = rows.length;
      const result = this.#findIn(part, row, rows);
      if (result === "absent") return null;
      if (result === "open") return openFound;
      if (part.unknown.length > 0 && this.#findUnknown(part, first, rows)) isMixed = true;
    }
    if (isMixed && rows.length > 1) rows.sort(compareGathered);
    const found = { group, rows };
    if (group !== null && this.plan.isList) this.#groups.set(group, found);
    return rows.length > 0 || this.mayBeEmpty ? found : null;
  }

  #findIn(part: PartRows, row: Row, found: FoundRow[]): "found" | "absent" | "open" {
    const from = this.#slots.length;
    for (let c = 0; c < part.chosen.length; c++) {
      const { axis, template } = part.chosen[c];
      const value = evaluate(this.#context, template, row);
      if (typeof value === "string") return value;
      const position = this.#positionOn(axis, value.value, value.at);
      if (position === null) return "absent";
      this.#scratch[from + c] = position;
    }
    const sets: Uint8Array[] = this.#sets = [];
    for (const { axis, not, template } of part.filters) {
      const list = evaluate(this.#context, template, row);
      if (typeof list === "string") return list;
      const set = new Uint8Array(axis.values.length).fill(not ? 1 : 0);
      if (axis.unknownAt >= 0) set[axis.unknownAt] = 1;
      for (const id of Array.isArray(list.value) ? list.value : [list.value]) {
        const position = this.#positionOn(axis, id, list.at);
        if (position === null) return "absent";
        if (position >= 0) set[position] = not ? 0 : 1;
      }
      sets.push(set);
    }
    const { first, next } = part.index;
    for (let i = first.get(part.code(this.#scratch)) ?? -1; i >= 0; i = next[i]) {
      if (sets.some((set, f) => set[part.filters[f].column[i]] === 0)) continue;
      found.push(foundRow(part, i));
    }
    return "found";
  }

  /** Adds the rows that could become what is looked for, where it is not there already; whether there are any. */
  #findUnknown(part: PartRows, start: number, found: FoundRow[]): boolean {
    const exact = new Set(found.slice(start).map(({ gathered }) => gathered.join(",")));
    const before = found.length;
    for (const { index: { first, next }, code } of part.unknown) {
      for (let i = first.get(code(this.#scratch)) ?? -1; i >= 0; i = next[i]) {
        if (this.#sets.some((set, f) => set[part.filters[f].column[i]] === 0)) continue;
        const row = foundRow(part, i);
        if (!exact.has(row.gathered.join(","))) found.push(row);
      }
    }
    return found.length > before;
  }

  /** As in select.ts; what no row has is an error only once all tables are known. */
  #positionOn(axis: Axis, value: unknown, at: Place): number | null {
    const isMissing = axis.ragged?.isComplete === false && idOf(value) !== undefined &&
      axis.positionOf(value) === undefined;
    return isMissing ? -1 : positionOn(axis, value, at, this.#context.problems);
  }

  /** Rule 7: in a union no two members may have the same coordinates. */
  #checkDuplicates(): void {
    const parts = this.#parts;
    if (parts.length < 2 || !this.#isStatic) return;
    const axes = [...this.plan.joined, ...this.gatheredAxes];
    const code = keyCoder(axes.map((axis) => axis.values.length));
    const seen = new Map<number | string, PartRows>();
    const row = new Int32Array(axes.length);
    for (const part of parts) {
      const columns = [...part.keys, ...part.gathered];
      for (let i = 0; i < part.members.length; i++) {
        for (let c = 0; c < columns.length; c++) row[c] = columns[c][i];
        // What is not known yet may still differ.
        if (axes.some((axis, c) => row[c] === axis.unknownAt)) continue;
        const key = code(row);
        const other = seen.get(key);
        if (other === undefined) {
          seen.set(key, part);
          continue;
        }
        const where = axes.map((axis, c) => `${axis.name}=${axis.values[row[c]].text}`).join(",");
        this.#context.problems.error(
          "duplicate-coordinates",
          part.part.spec.at,
          `two stages in the input \`${this.plan.spec.port}\` have a member ` +
            (where === "" ? "without coordinates" : `at ${where}`),
          {
            notes: [{ message: "the other one", at: other.part.spec.at }],
            hint: "tell them apart: { stage: …, as: { source: … } }",
          },
        );
        return;
      }
    }
  }
}

function foundRow({ part, members, gathered }: PartRows, i: number): FoundRow {
  return { member: members[i], part, gathered: gathered.map((column) => column[i]) };
}

function compareGathered(a: FoundRow, b: FoundRow): number {
  for (let c = 0; c < a.gathered.length; c++) {
    const difference = a.gathered[c] - b.gathered[c];
    if (difference !== 0) return difference;
  }
  return a.member - b.member;
}

function evaluate(
  { problems }: Context,
  template: Template,
  row: Row,
): { readonly value: unknown; readonly at: Place } | "absent" | "open" {
  const result = template.evaluate(row);
  if (!result.ok) {
    const { at, code, message, hint } = result.error;
    if (code === notKnownYet) return "open";
    problems.error(code, at, message, { hint });
    return "absent";
  }
  return { value: result.value, at: template.at };
}

function concat(columns: readonly Int32Array[]): Int32Array {
  if (columns.length === 1) return columns[0];
  const result = new Int32Array(columns.reduce((sum, column) => sum + column.length, 0));
  let at = 0;
  for (const column of columns) {
    result.set(column, at);
    at += column.length;
  }
  return result;
}
