// What all steps of an expansion share.

import type { Catalogue } from "../core/catalogue.ts";
import type { Axis } from "./axis.ts";
import type { Named } from "./input_spec.ts";
import type { Call } from "./link.ts";
import type { Workflow } from "./load.ts";
import type { Params } from "./params.ts";
import type { Problems } from "./problems.ts";
import type { StageState } from "./stage_state.ts";
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
}
