// What all steps of an expansion share.

import type { Catalogue } from "../core/catalogue.ts";
import type { Axis } from "./axis.ts";
import type { Workflow } from "./load.ts";
import type { Params } from "./params.ts";
import type { Problems } from "./problems.ts";
import type { StageState } from "./stage_state.ts";
import type { TaskParams } from "./task_params.ts";

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
  /** Stages by name, as far as they were looked at. */
  readonly states: Map<string, StageState>;
}
