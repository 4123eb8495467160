// Cases of the kernel `gate_panels` for the conformance suite.

import type { KernelCase } from "../../lib/core/kernel.ts";
import type { RandomStream } from "../../lib/core/random.ts";
import { type GatePanelsBuffer, type GatePanelsUniform, panelLength } from "../gate_panels.ts";

/** Matrices across and along, one block and three, no models and many, widths around eight. */
export default function* cases(
  random: RandomStream,
): Iterable<KernelCase<GatePanelsBuffer, GatePanelsUniform>> {
  const of = (
    num_models: number,
    blocks: number,
    columns: number,
    inner: number,
    isAlong: boolean,
  ): KernelCase<GatePanelsBuffer, GatePanelsUniform> => {
    const at = 3;
    const to = 8;
    const num_parameters = at + blocks * columns * inner + 2;
    const num_panels = to + panelLength({ blocks, columns, inner }) + 16;
    const label = `${num_models} × ${blocks} × ${columns} × ${inner} ${
      isAlong ? "along" : "across"
    }`;
    return {
      label,
      buffers: {
        parameters: random.normal(
          new Float32Array(num_models * num_parameters),
          num_models + 100 * blocks,
          columns,
          2 * inner + (isAlong ? 1 : 0),
        ) as Float32Array,
        panels: new Float32Array(num_models * num_panels),
      },
      uniforms: {
        num_models,
        num_parameters,
        num_panels,
        at,
        to,
        blocks,
        columns,
        inner,
        step_block: columns * inner,
        step_column: isAlong ? inner : 1,
        step_inner: isAlong ? 1 : columns,
      },
    };
  };
  for (const isAlong of [false, true]) {
    yield of(0, 1, 8, 4, isAlong);
    yield of(1, 1, 1, 1, isAlong);
    yield of(1, 3, 7, 5, isAlong);
    yield of(2, 1, 8, 16, isAlong);
    yield of(3, 3, 9, 17, isAlong);
    yield of(2, 3, 12, 0, isAlong);
    yield of(5, 2, 33, 20, isAlong);
    yield of(4, 3, 128, 64, isAlong);
    yield of(
      2,
      1 + random.integer(3, 1),
      1 + random.integer(40, 2),
      1 + random.integer(40, 3),
      isAlong,
    );
  }
}
