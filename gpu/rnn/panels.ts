// Where weights lie for kernels that go through time: matrices as panels of eight targets (gate_panels), one matrix behind
// the other in each model's part.

import type { Engine, EngineBuffer } from "#lib/core/engine.ts";
import gatePanels, { panelLength } from "../gate_panels.ts";

/** A matrix as it lies in a model's parameters. */
export interface PanelMatrix {
  readonly at: number;
  readonly rows: number;
  readonly columns: number;
  /** Targets are the columns instead of the rows: for products with the transposed matrix. */
  readonly transposed?: boolean;
}

/**
 * Numbers that the panels of a matrix take.
 *
 * @example
 * ```ts
 * import { panelNumbers } from "#gpu/rnn/panels.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(panelNumbers(12, 5), 16 * 5);
 * ```
 */
export function panelNumbers(targets: number, sources: number): number {
  return panelLength({ blocks: 1, columns: targets, inner: sources });
}

/**
 * Where a weight lies in the panels of its matrix.
 *
 * @example
 * ```ts
 * import { panelAt } from "#gpu/rnn/panels.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(panelAt(9, 2, 5), 8 * (5 + 2) + 1);
 * ```
 */
export function panelAt(target: number, source: number, sources: number): number {
  const lane = target % 8;
  return (target - lane) * sources + 8 * source + lane;
}

/**
 * Puts the kernels in line that write matrices of all models as panels, one matrix behind the other.
 *
 * @param panels model × the `panelNumbers` of all matrices
 * @example
 * ```ts
 * import { packPanels } from "#gpu/rnn/panels.ts";
 * import { RefEngine } from "#gpu/runtime/ref_engine.ts";
 * import { assertEquals } from "@std/assert";
 * await using engine = new RefEngine();
 * const parameters = engine.upload(Float32Array.of(1, 2, 3, 4));
 * const panels = engine.allocate(16);
 * packPanels(engine, { models: 1, parameters: 4 }, { parameters, panels }, [{ at: 0, rows: 2, columns: 2 }]);
 * assertEquals([...await engine.download(panels)].filter((x) => x > 0), [1, 3, 2, 4]);
 * ```
 */
export function packPanels(
  engine: Engine,
  { models, parameters }: { readonly models: number; readonly parameters: number },
  buffers: { readonly parameters: EngineBuffer; readonly panels: EngineBuffer },
  matrices: readonly PanelMatrix[],
): void {
  const shapes = matrices.map(({ rows, columns, transposed = false }) =>
    transposed ? { targets: columns, sources: rows } : { targets: rows, sources: columns }
  );
  const lengths = shapes.map(({ targets, sources }) => panelNumbers(targets, sources));
  const num_panels = lengths.reduce((sum, length) => sum + length, 0);
  let to = 0;
  for (const [i, { at, columns, transposed = false }] of matrices.entries()) {
    if (lengths[i] > 0) {
      engine.dispatch(gatePanels, buffers, {
        num_models: models,
        num_parameters: parameters,
        num_panels,
        at,
        to,
        blocks: 1,
        columns: shapes[i].targets,
        inner: shapes[i].sources,
        step_block: 0,
        step_column: transposed ? 1 : columns,
        step_inner: transposed ? columns : 1,
      });
    }
    to += lengths[i];
  }
}
