// What all steps of an expansion share.

import type { Catalogue } from "../core/catalogue.ts";
import type { Axis } from "./axis.ts";
import type { WantedTable } from "./graph.ts";
import type { Named } from "./input_spec.ts";
import type { Call } from "./link.ts";
import type { Workflow } from "./load.ts";
import type { Params } from "./params.ts";
import type { Problems } from "./problems.ts";
import type { Place } from "./source_text.ts";
import type { StageState } from "./stage_state.ts";
import type { KnownTable, TableRows } from "./table_rows.ts";
import type { TaskParams } from "./task_params.ts";

/** A call of a sub-workflow, seen from inside. */
export interface CallScope {
  /** The axes that every stage inside has: those of the caller's own call, `over` and `matrix`. */
  readonly axes: readonly Axis[];
  /** Their names, also of those that are wrong. */
  readonly names: readonly string[];
  readonly caller: Context;
  readonly spec: Call;
}

/** Shared by the steps of one expansion. */
export interface Context {
  readonly workflow: Workflow;
  readonly catalogue: Catalogue;
  readonly problems: Problems;
  readonly params: Params;
  readonly taskParams: TaskParams;
  /** The workflow's axes; null for one whose declaration is wrong. */
  readonly axes: ReadonlyMap<string, Axis | null>;
  /** Axes made by unions, by what they are made of. */
  readonly unions: Map<string, Axis>;
  /** Axes declared in what is expanded, with places: the workflow's, or those of a call and its file. */
  readonly declarations: readonly Named[];
  /** Inside a sub-workflow: the call. */
  readonly call?: CallScope;
  /** Axes by declaration and values: called twice, a file declares the same axis twice. */
  readonly shared: Map<string, Axis>;
  /** Stages by name, as far as they were looked at. */
  readonly states: Map<string, StageState>;
  /** Tables that are known, by the stage that makes them. */
  readonly tables: ReadonlyMap<string, readonly KnownTable[]>;
  /** Tables that will never be known, as member and output with a space between. */
  readonly lost: ReadonlySet<string>;
  /** The rows of tables that `foreach` names, by `stage.output`; null where a table does not fit. */
  readonly tableRows: Map<string, TableRows | null>;
  /** Values that are on no row known so far: wrong if they still are when all tables are known. */
  readonly unseen: Unseen[];
  /** What the second pass finds to wait for. */
  readonly waiting: Waiting;
}

/** A value in `where` or `exclude` that is not on an axis whose tables are not all known. */
export interface Unseen {
  readonly axis: Axis;
  readonly value: unknown;
  readonly at: Place;
}

/** What a graph waits for. */
export interface Waiting {
  /** Tables that are not known, by member and output. */
  readonly wants: Map<string, WantedTable>;
  /** Indexes of pending members that stay so, because a table that they need is lost. */
  readonly stuck: Set<number>;
}
