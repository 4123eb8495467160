// What the flights of one run share.

import type { Closure } from "../core/closure.ts";
import { coalesced } from "./coalesced.ts";
import type { FlightDeps } from "./flight.ts";
import type { Ledger } from "./ledger.ts";
import type { Pool } from "./pool.ts";
import { progressFilter } from "./progress_filter.ts";
import type { ScheduleDeps } from "./schedule.ts";
import type { Stopper } from "./stopper.ts";
import type { Teller } from "./teller.ts";

/** What of a run its flights use. */
export interface RunParts {
  readonly ledger: Ledger;
  readonly pool: Pool;
  readonly stopper: Stopper;
  readonly teller: Teller;
  readonly contended: () => void;
  readonly notDurable: (error: unknown) => void;
}

/**
 * Gathers what flights use.
 *
 * @example
 * ```ts ignore
 * const shared = flightDeps(deps, { ledger, pool, stopper, teller, contended, notDurable });
 * ```
 */
export function flightDeps(
  { store, executor, files, clock, run, basin, deno, graceMs, log, engine }: ScheduleDeps,
  { ledger, pool, stopper, teller, contended, notDurable }: RunParts,
): FlightDeps {
  const codes = new Map<Closure, Promise<string>>();
  const filter = progressFilter(() => clock.monotonic());
  const { workflow } = ledger.graph;
  return {
    store,
    executor,
    files,
    clock,
    pool,
    stopper,
    ...(graceMs === undefined ? {} : { graceMs }),
    ...(engine === undefined ? {} : { engine }),
    manifests: ledger.manifests,
    isOmitted: (index) => ledger.standing.isLost(index),
    omitted: ({ index }) => ledger.omittedBy(index),
    refresh: coalesced(() => store.refresh()),
    code: (closure) => {
      const code = codes.get(closure) ?? closure.code();
      codes.set(closure, code);
      return code;
    },
    provenance: { workflow, run, executor: executor.name, deno, basin },
    contended,
    notDurable,
    warned: (stage, message) => teller.warn(stage, message),
    started: ({ id }, worker, fused) =>
      teller.tell({
        type: "stage-started",
        stage: id,
        worker,
        ...(fused > 1 ? { fused } : {}),
      }),
    progress: ({ id }, fraction, note) => {
      const shown = filter(id, fraction, note);
      if (shown !== undefined) teller.tell({ type: "stage-progress", stage: id, ...shown });
    },
    log: ({ id }, attempt, bytes) => log?.(id, attempt, bytes),
  };
}
