// The layout of NeuroGym: time first, then the batch, then units or channels; observations are `ob`, targets `gt`, times in
// milliseconds. Basin itself keeps trial × time × unit. Names: NeuroGym (Molano-Mazon et al. 2022), TrialEnv and Dataset.

import type { NpyArray } from "../core/npy.ts";

/** An array with the names of its axes. */
export interface NamedArray extends NpyArray {
  readonly name: string;
  readonly sidecar: Readonly<Record<string, unknown>>;
}

/**
 * An array in NeuroGym's layout. Those over trial × time become time × batch; the period bounds of trials (steps) become
 * `start_t` and `end_t` (ms, batch × period); all others stay as they are.
 *
 * @param kind of the artifact; names are changed in `trials` only
 *
 * @example
 * ```ts
 * import { neurogymArrays } from "#lib/export/neurogym.ts";
 * import { assertEquals } from "@std/assert";
 * const sidecar = { dims: ["trial", "time", "channel"] };
 * const inputs = { name: "inputs", dtype: "f4", shape: [2, 3, 1], data: Float32Array.of(1, 2, 3, 4, 5, 6), sidecar } as const;
 * const [ob] = neurogymArrays("trials", inputs, 20);
 * assertEquals([ob.name, ob.shape, [...ob.data]], ["ob", [3, 2, 1], [1, 4, 2, 5, 3, 6]]);
 * assertEquals(ob.sidecar, { dims: ["time", "batch", "channel"], dt: 20 });
 * ```
 */
export function neurogymArrays(
  kind: string,
  array: NamedArray,
  dtMs: number | undefined,
): readonly NamedArray[] {
  const dims = array.sidecar.dims as readonly string[];
  if (kind === "trials" && array.name === "bounds" && dtMs !== undefined) {
    return periodTimes(array, dtMs);
  }
  if (dims[0] !== "trial") return [array];
  const { coords } = array.sidecar as { coords?: Readonly<Record<string, unknown>> };
  const { trial, ...others } = coords ?? {};
  const own = coords === undefined
    ? {}
    : { coords: trial === undefined ? others : { batch: trial, ...others } };
  const dt = dtMs === undefined ? {} : { dt: dtMs };
  const name = kind === "trials" ? names[array.name] ?? array.name : array.name;
  if (dims[1] !== "time") {
    const sidecar = { ...array.sidecar, dims: ["batch", ...dims.slice(1)], ...own };
    return [{ ...array, name, sidecar }];
  }
  const sidecar = { ...array.sidecar, dims: ["time", "batch", ...dims.slice(2)], ...own, ...dt };
  const [numTrials, numTime, ...rest] = array.shape;
  const shape = [numTime, numTrials, ...rest];
  return [{ ...array, name, shape, data: timeFirst(array), sidecar }];
}

/** Names in NeuroGym of the arrays of trials. */
const names: Readonly<Record<string, string>> = { inputs: "ob", targets: "gt" };

function timeFirst({ data, shape: [numTrials, numTime, ...rest] }: NpyArray): NpyArray["data"] {
  const inner = rest.reduce((product, length) => product * length, 1);
  const out = data.slice();
  for (let trial = 0; trial < numTrials; trial++) {
    for (let time = 0; time < numTime; time++) {
      const from = (trial * numTime + time) * inner;
      const to = (time * numTrials + trial) * inner;
      for (let i = 0; i < inner; i++) out[to + i] = data[from + i];
    }
  }
  return out;
}

function periodTimes({ data, shape, sidecar }: NamedArray, dtMs: number): readonly NamedArray[] {
  const [numTrials, numPeriods] = shape;
  const { coords } = sidecar as { coords?: Readonly<Record<string, unknown>> };
  const period = coords?.period === undefined ? {} : { coords: { period: coords.period } };
  return ["start_t", "end_t"].map((name, edge) => ({
    name,
    dtype: "f8",
    shape: [numTrials, numPeriods],
    data: Float64Array.from(
      { length: numTrials * numPeriods },
      (_, i) => data[2 * i + edge] * dtMs,
    ),
    sidecar: { dims: ["batch", "period"], units: "ms", ...period },
  }));
}
