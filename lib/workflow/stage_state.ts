// What expansion knows of a stage while it works: its task, inputs and axes (first pass), then its members (second).

import type { TaskHandle } from "../core/catalogue.ts";
import type { PortShape } from "../core/resolve.ts";
import type { Axis } from "./axis.ts";
import type { Template } from "./expression/template.ts";
import type { MemberExtras } from "./member_extras.ts";
import type { Relay } from "./relay.ts";
import type { RowAccess } from "./foreach.ts";
import type { FilesSpec, ForeachSpec, InputSpec, PartSpec, StageSpec } from "./stage_spec.ts";
import type { TableRows } from "./table_rows.ts";
import type { ScalarTree, Tree } from "./tree.ts";

/** What happens to one axis of a stage that is an input. */
export type Column =
  /** `where` fixes it. */
  | {
    readonly kind: "fixed";
    /** -1 for a value that no row known so far has. */
    readonly position: number;
  }
  /** `where` fixes it by an expression over the axes of the stage that takes the input. */
  | { readonly kind: "chosen"; readonly axis: Axis; readonly by: ScalarTree; template?: Template }
  /** It is an axis of the input, perhaps under another name and with some values left out. */
  | {
    readonly kind: "kept";
    /** The axis of the input. */
    target: Axis;
    /** Position on the target by position on the source; null if equal. */
    positions: Int32Array | null;
    /** By position on the source axis: 1 if selected; null if all are. */
    readonly allowed: Uint8Array | null;
    /** Selection by expressions over the axes of the stage that takes the input. */
    readonly filter: Filter | null;
  };

/** A `where` list that differs from member to member. */
export interface Filter {
  readonly axis: Axis;
  /** Whether the list says what to leave out. */
  readonly not: boolean;
  readonly list: Tree;
  template?: Template;
}

/** `foreach` of a stage, aligned. */
export interface ForeachPlan {
  readonly spec: ForeachSpec;
  /** The stage that makes the tables. */
  readonly source: StageState;
  /** The output that they are, as far as it is known. */
  readonly output: string;
  readonly rows: TableRows;
  /** The axis of the rows. */
  readonly axis: Axis;
  /** It, after the axes that it is nested in. */
  readonly joined: readonly Axis[];
}

/** One stage in an input, aligned. */
export interface PartPlan {
  readonly spec: PartSpec;
  readonly source: StageState;
  /** By axis of the source. */
  readonly columns: ReadonlyMap<Axis, Column>;
  /** `as`: the position on an axis of the input that the stage lacks. */
  readonly given: ReadonlyMap<Axis, number>;
}

/** One input, aligned. */
export interface InputPlan {
  readonly spec: InputSpec;
  readonly parts: readonly PartPlan[];
  /** Axes that are handed over as a list. */
  readonly gathered: readonly Axis[];
  /** Axes that the stage inherits. */
  readonly joined: readonly Axis[];
  /** Whether it is a list even if no axis is left to gather. */
  readonly isList: boolean;
  /** It is an artifact in a column of the stage's own row; there are no parts then. */
  readonly column?: string;
}

/** Ports that one or more members have, and which of the bound inputs they take. */
export interface PortChoice {
  /** Names of inputs and files taken. */
  readonly taken: ReadonlySet<string>;
  readonly ports: Readonly<Record<string, PortShape>>;
}

/** What leaves combinations out, and what differs from member to member besides params. */
export interface Filters {
  /** `keep` and `when`: a member for which one is false does not exist. */
  readonly conditions: readonly { readonly template: Template; readonly at: Tree }[];
  /** `exclude`: a member that is in every set of one of these does not exist. By slot, then position. */
  readonly exclude: readonly (readonly { readonly slot: number; readonly inside: Uint8Array }[])[];
  /** Paths of input files by port. */
  readonly files: readonly { readonly spec: FilesSpec; readonly template: Template }[];
}

/** A stage in the making. */
export interface StageState {
  readonly spec: StageSpec;
  task: TaskHandle | null;
  foreach: ForeachPlan | undefined;
  inputs: InputPlan[];
  /** Axes of all inputs, `over` and `matrix`, those of inputs that are not taken included. Index = slot in rows. */
  slots: Axis[];
  /** Axes of the stage; null if they cannot be known because something is wrong. Sorted in the second pass. */
  axes: readonly Axis[] | null;
  /** Axes from `over` and `matrix`. */
  declared: readonly Axis[];
  /** The rows that its axes stand for, for entries in expressions; null where they are more than one table's. */
  rows: ReadonlyMap<Axis, RowAccess | null>;
  with: Template | null;
  filters: Filters | null;
  /** What its members have besides task, params and inputs. */
  extras: MemberExtras | null;
  /** Inputs that every member takes. */
  common: ReadonlySet<string>;
  /** The sets of inputs that members take, as names joined by spaces. */
  takings: ReadonlySet<string>;
  /** Distinct outputs that its members have, as far as the first pass saw. */
  outputs: readonly Readonly<Record<string, string>>[];
  /** Whether members can be made: nothing is wrong with the stage or with those it depends on. */
  sound: boolean;
  /** Its params need rows of which none is known, so what it takes and gives is not known either. */
  isOpen: boolean;
  /** Whether some of its members are pending. */
  hasPending: boolean;
  /** Index of its first member in the graph. */
  first: number;
  numMembers: number;
  /** It stands for what a call hands in: its rows are members of other stages. */
  relay?: Relay;
  /** Positions of its members, one column per axis. */
  columns: readonly Int32Array[];
}
