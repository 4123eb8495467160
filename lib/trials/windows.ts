// Back-to-back trials in windows of a fixed number of steps: the network's state goes on from trial to trial, and the last
// trial of a window is cut. Leaves out the published cache (published.ts), from which windows come again and again.

import { clear, type PlacedTrial, shapeOf, type TrialSource } from "./batches.ts";
import { type StepArrays, type TrialSpec, type TrialWriter, trialWriter } from "./trial_writer.ts";

/**
 * Windows of `windowSteps` steps. Window i begins with a trial and holds the trials i·n, i·n + 1, …, where n is how many
 * fit at most; no trial is in two windows.
 *
 * @throws {RangeError} if a window has no step
 *
 * @example
 * ```ts
 * import { windowSource } from "#lib/trials/windows.ts";
 * import pdmPro from "#lib/neurotasks/pdm_pro.ts";
 * import { assertEquals } from "@std/assert";
 * const source = windowSource({
 *   neurotask: pdmPro, params: pdmPro.params.parse({}), mode: "test",
 *   dtMs: 20, seed: 0, designSeed: 0, label: "train/pdm_pro",
 * }, 400);
 * assertEquals(source.trials(5).map(({ at }) => at), [0, 220]);
 * ```
 */
export function windowSource(spec: TrialSpec, windowSteps: number): TrialSource {
  if (!(windowSteps >= 1)) {
    throw new RangeError(
      `windowSource() got windows of ${windowSteps} steps; they need 1 at least`,
    );
  }
  const writer = trialWriter(spec);
  const most = mostTrials(writer, windowSteps);
  return {
    ...shapeOf(spec),
    maxSteps: windowSteps,
    write(first, num, out, stride = windowSteps) {
      clear(num * stride, this, out);
      for (let row = 0; row < num; row++) {
        const steps = Math.min(windowSteps, stride);
        writeRun(writer, (first + row) * most, out, row * stride, steps);
        if (out.lengths !== undefined) out.lengths[row] = steps;
      }
    },
    trials: (sequence) => placedRun(writer, sequence * most, windowSteps),
  };
}

/**
 * Trials that may stand in a run of steps at most, the last perhaps cut.
 *
 * @example
 * ```ts
 * import { mostTrials } from "#lib/trials/windows.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(mostTrials({ shortest: 160 }, 400), 3);
 * ```
 */
export function mostTrials({ shortest }: Pick<TrialWriter, "shortest">, numSteps: number): number {
  return Math.ceil(numSteps / Math.max(1, shortest));
}

/**
 * Writes trials first, first + 1, … one behind the other from step `at` on, until `numSteps` steps are full.
 *
 * @example
 * ```ts
 * import { writeRun } from "#lib/trials/windows.ts";
 * import { trialWriter } from "#lib/trials/trial_writer.ts";
 * import pdmPro from "#lib/neurotasks/pdm_pro.ts";
 * import { assertEquals } from "@std/assert";
 * const writer = trialWriter({
 *   neurotask: pdmPro, params: pdmPro.params.parse({}), rules: ["pdm_pro"], mode: "test",
 *   dtMs: 20, seed: 0, designSeed: 0, label: "train",
 * });
 * const inputs = new Float32Array(3 * 230);
 * writeRun(writer, 0, { inputs, targets: new Float32Array(230) }, 0, 230);
 * assertEquals([inputs[3 * 219], inputs[3 * 220]], [0, 1]);
 * ```
 */
export function writeRun(
  writer: TrialWriter,
  first: number,
  out: StepArrays,
  at: number,
  numSteps: number,
): void {
  let done = 0;
  for (let trial = first; done < numSteps; trial++) {
    done += writer.write(trial, out, at + done, numSteps - done).numSteps;
  }
}

/**
 * The trials of such a run, and where each begins.
 *
 * @example
 * ```ts
 * import { placedRun } from "#lib/trials/windows.ts";
 * import { assertEquals } from "@std/assert";
 * const design = () => ({ conditions: {}, bounds: {}, numSteps: 3, dtMs: 1, uniform: (u: Float64Array) => u });
 * assertEquals(placedRun({ design }, 0, 7).map(({ at }) => at), [0, 3, 6]);
 * ```
 */
export function placedRun(
  writer: Pick<TrialWriter, "design">,
  first: number,
  numSteps: number,
): readonly PlacedTrial[] {
  const placed: PlacedTrial[] = [];
  let at = 0;
  for (let trial = first; at < numSteps; trial++) {
    const design = writer.design(trial);
    placed.push({ design, at });
    at += design.numSteps;
  }
  return placed;
}
