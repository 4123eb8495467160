// Whole sets of trials as an artifact: sequences of a source, with bounds of periods and a table of conditions.

import type { Trials } from "../core/artifacts/trials.ts";
import { type Cell, tableOf } from "../core/table.ts";
import { tensor } from "../core/tensor.ts";
import type { TrialSource } from "./batches.ts";
import type { TrialSpec } from "./trial_writer.ts";

/**
 * Sequences of a source, by their numbers. Bounds and conditions are those of the first trial of a sequence.
 *
 * @throws {RangeError} if there is no sequence
 *
 * @example
 * ```ts
 * import { trialSource } from "#lib/trials/batches.ts";
 * import { generateTrials } from "#lib/trials/generate.ts";
 * import pdmPro from "#lib/neurotasks/pdm_pro.ts";
 * import { assertEquals } from "@std/assert";
 * const spec = {
 *   neurotask: pdmPro, params: pdmPro.params.parse({}), mode: "test",
 *   dtMs: 100, seed: 0, designSeed: 0, label: "evaluation",
 * } as const;
 * const trials = generateTrials(trialSource(spec), spec, [0, 1, 2]);
 * assertEquals(trials.inputs.shape, [3, 44, 7]);
 * ```
 */
export function generateTrials(
  source: TrialSource,
  spec: TrialSpec,
  sequences: readonly number[],
): Trials {
  if (sequences.length === 0) throw new RangeError("generateTrials() got no sequence to write");
  const { neurotask } = spec;
  const num = sequences.length;
  const { maxSteps, channels, targetWidth, outputs } = source;
  const inputs = new Float32Array(num * maxSteps * channels.length);
  const targets = new Float32Array(num * maxSteps * targetWidth);
  const mask = new Float32Array(num * maxSteps);
  const scored = new Float32Array(num * maxSteps);
  const lengths = new Int32Array(num);
  sequences.forEach((sequence, row) => {
    const part = <T extends Float32Array | Int32Array>(array: T, width: number) =>
      array.subarray(row * width, (row + 1) * width) as T;
    source.write(sequence, 1, {
      inputs: part(inputs, maxSteps * channels.length),
      targets: part(targets, maxSteps * targetWidth),
      mask: part(mask, maxSteps),
      scored: part(scored, maxSteps),
      lengths: part(lengths, 1),
    });
  });
  const { periods } = neurotask;
  const bounds = new Int32Array(num * periods.length * 2);
  const records: Record<string, Cell>[] = [];
  sequences.forEach((sequence, row) => {
    const placed = source.trials(sequence);
    const { design, at } = placed[0];
    periods.forEach((period, p) => {
      const clip = (step: number) => Math.min(Math.max(at + step, 0), lengths[row]);
      bounds[2 * (row * periods.length + p)] = clip(design.bounds[period][0]);
      bounds[2 * (row * periods.length + p) + 1] = clip(design.bounds[period][1]);
    });
    records.push({
      trial: sequence,
      ...design.conditions,
      ...correctOf(source, targets, scored, row),
      decidable: neurotask.isDecidable(design.conditions),
      num_steps: lengths[row],
      ...(placed.length > 1 ? { num_trials: placed.length } : {}),
    });
  });
  const units = Object.fromEntries(
    neurotask.conditions(spec.params as never)
      .filter(({ unit }) => unit !== undefined)
      .map(({ name, unit }) => [name, { unit }]),
  );
  const time = { coords: { channel: channels } };
  return {
    inputs: tensor(["trial", "time", "channel"], [num, maxSteps, channels.length], inputs, time),
    targets: source.targets === "class" && targetWidth === 1
      ? tensor(["trial", "time"], [num, maxSteps], targets)
      : tensor(["trial", "time", "output"], [num, maxSteps, targetWidth], targets, {
        coords: { output: targetNames(spec, outputs) },
      }),
    mask: tensor(["trial", "time"], [num, maxSteps], mask),
    scored: tensor(["trial", "time"], [num, maxSteps], scored),
    bounds: tensor(["trial", "period", "edge"], [num, periods.length, 2], bounds, {
      coords: { period: periods, edge: ["start", "end"] },
    }),
    conditions: tableOf(records, { trial: { key: true }, ...units } as never),
    about: {},
  };
}

/** The class that is right where the response counts first; nothing for values and several heads. */
function correctOf(
  { targets: kind, targetWidth, maxSteps }: TrialSource,
  targets: Float32Array,
  scored: Float32Array,
  row: number,
): Record<string, Cell> {
  if (kind !== "class" || targetWidth !== 1) return {};
  for (let step = row * maxSteps; step < (row + 1) * maxSteps; step++) {
    if (scored[step] > 0) return { correct: targets[step] };
  }
  return { correct: null };
}

function targetNames(
  { neurotask, params }: TrialSpec,
  outputs: readonly string[],
): readonly string[] {
  if (neurotask.targets === "value") return outputs;
  return (neurotask.heads?.(params as never) ?? []).map(({ name }) => name);
}
