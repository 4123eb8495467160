// The file `run.json`: the record of a run, what surrounded it, and which run was before. Whoever reads a run folder
// finds the outcome here.

import type { Environment } from "../core/environment.ts";
import type { RunRecord } from "../report/record.ts";
import type { EngineChoice } from "./engine_choice.ts";

/** What surrounds the record of a run. */
export interface AroundRun {
  readonly engine: EngineChoice | null;
  readonly environment: Environment;
  /** The run that `latest` named before. */
  readonly previous: { readonly run: string } | undefined;
}

/** What `run.json` says. */
export function runFile(
  record: RunRecord,
  { engine, environment, previous }: AroundRun,
): Readonly<Record<string, unknown>> {
  return {
    ...record,
    ...engineRecord(engine),
    ...(previous === undefined ? {} : { previous: previous.run }),
    environment,
  };
}

/** What is said of the engine beyond its class: who chose it, adapter, driver, limits. */
function engineRecord(engine: EngineChoice | null): Readonly<Record<string, unknown>> {
  if (engine === null) return {};
  const { name, numerics, policy, about } = engine;
  return { engine: { name, numerics, policy, ...about } };
}
