// A session: what a command works with, composed from all rooms. The composition root's only composition.

import { isAbsolute, join, relative, resolve } from "@std/path";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Store } from "../core/store.ts";
import type { World } from "../core/disk.ts";
import type { ClosureSource } from "../core/closure.ts";
import type { Catalogue } from "../core/catalogue.ts";
import { EsbuildClosures } from "../closure/esbuild_closures.ts";
import { openFsStore } from "../store/fs_store.ts";
import { denoWorld } from "../world/deno_world.ts";
import { expand } from "../workflow/expand.ts";
import type { Graph } from "../workflow/graph.ts";
import { diskInputFiles, type InputFiles } from "../workflow/input_files.ts";
import { loadWorkflow } from "../workflow/load.ts";
import { type Plan, plan, type PlanDeps } from "../workflow/plan.ts";
import { selectMembers } from "../workflow/selection.ts";
import { annotation } from "../report/github.ts";
import { renderDiagnostics } from "../report/diagnostics.ts";
import { tasks } from "#tasks/mod.ts";
import { createCatalogue } from "./catalogue.ts";
import { exitCodes } from "./command.ts";
import { rooms } from "./rooms.ts";
import type { Terminal } from "./terminal.ts";
import { userTasks } from "./user_tasks.ts";
import { denoVersion } from "./version.ts";

/** Options that every command on a workflow has. */
export interface SessionOptions {
  readonly profile?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly results: string;
  readonly store?: string | undefined;
  readonly engine: "auto" | "webgpu" | "wasm" | "ref";
}
