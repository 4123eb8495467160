// Gates of many models as panels of eight columns: what a product x·W reads, eight results at a time, without
// gaps. Panel p holds for each inner index the columns 8p … 8p + 7 side by side, zeros where there are none. A matrix may
// be read across (W as it lies) or along (Wᵀ), and may be several blocks of columns, such as gates, with panels of their own.

import { defineKernel } from "../lib/core/kernel.ts";
import module from "../lib/wasm/gate_panels.wasm" with { type: "bytes" };
import source from "./gate_panels.wgsl" with { type: "text" };

/** Parameters of all models, and the room for panels. */
export type GatePanelsBuffer = "parameters" | "panels";

/**
 * Element (k, c) of block b is `parameters[m · num_parameters + at + b · step_block + c · step_column + k · step_inner]`
 * for model m; its panels begin at `panels[m · num_panels + to]`.
 */
export type GatePanelsUniform =
  | "num_models"
  | "num_parameters"
  | "num_panels"
  | "at"
  | "to"
  | "blocks"
  | "columns"
  | "inner"
  | "step_block"
  | "step_column"
  | "step_inner";

/**
 * How many numbers the panels of `blocks` of `columns` take.
 *
 * @example
 * ```ts
 * import { panelLength } from "#gpu/gate_panels.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(panelLength({ blocks: 3, columns: 12, inner: 5 }), 3 * 16 * 5);
 * ```
 */
export function panelLength(
  { blocks, columns, inner }: { blocks: number; columns: number; inner: number },
): number {
  return blocks * Math.ceil(columns / 8) * 8 * inner;
}

export default defineKernel<GatePanelsBuffer, GatePanelsUniform>({
  name: "gate_panels",
  source,
  fragments: {},
  overrides: (device) => ({ THREADS: device === "gpu" ? 128 : 32 }),
  grid(uniforms, { THREADS }) {
    const groups = Math.ceil(uniforms.num_models * panelLength(uniforms) / 4 / THREADS);
    const across = Math.min(groups, 65535);
    return [across, across === 0 ? 0 : Math.ceil(groups / across), 1];
  },
  wasm: {
    module,
    entry: "gate_panels",
    buffers: ["parameters", "panels"],
    uniforms: [
      "num_models",
      "num_parameters",
      "num_panels",
      "at",
      "to",
      "blocks",
      "columns",
      "inner",
      "step_block",
      "step_column",
      "step_inner",
    ],
    // A part with less to copy than some thousands of numbers costs more than it saves.
    numParts: (u) => Math.ceil(u.num_models * panelLength(u) / 8192),
  },
  twin({ parameters, panels }, u) {
    const across = Math.ceil(u.columns / 8);
    for (let m = 0; m < u.num_models; m++) {
      for (let panel = 0; panel < u.blocks * across; panel++) {
        const block = Math.floor(panel / across);
        const first = 8 * (panel % across);
        const to = m * u.num_panels + u.to + 8 * panel * u.inner;
        const from = m * u.num_parameters + u.at + block * u.step_block + first * u.step_column;
        for (let k = 0; k < u.inner; k++) {
          for (let lane = 0; lane < 8; lane++) {
            panels[to + 8 * k + lane] = first + lane < u.columns
              ? parameters[from + lane * u.step_column + k * u.step_inner]
              : 0;
          }
        }
      }
    }
  },
  // Copies are exact.
  tolerance: { abs: 0, rel: 0 },
});
