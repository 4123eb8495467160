// Designs of trials: conditions and durations, drawn so that trial i is a function of (design seed, label, i) alone,
// whatever else is drawn, and equal for all rules of a set. Leaves out what the design looks like (the neurotasks).

import type { Neurotask, TrialDesign, TrialMode } from "../core/neurotask.ts";
import { type RandomStream, randomStream } from "../core/random.ts";
import { drawSteps } from "../math/random/durations.ts";

/** What decides the designs. */
export interface DesignSpec {
  // deno-lint-ignore no-explicit-any
  readonly neurotask: Neurotask<any>;
  /** The neurotask's own params, defaults filled in. */
  readonly params: unknown;
  readonly mode: TrialMode;
  readonly dtMs: number;
  readonly designSeed: number | string;
  /** What the trials are for: `train/pdm_pro`, `evaluation/pdm_pro`. Other labels, other trials. */
  readonly label: string;
  /** Trials i with equal ⌊i / sharedTiming⌋ last equally long: for batches of one length. 1 if absent. */
  readonly sharedTiming?: number;
}

/**
 * The designs of a neurotask's trials, by number.
 *
 * @example
 * ```ts
 * import { trialDesigns } from "#lib/trials/designs.ts";
 * import pdmPro from "#lib/neurotasks/pdm_pro.ts";
 * import { assertEquals } from "@std/assert";
 * const spec = { mode: "test", dtMs: 20, designSeed: 0, label: "evaluation" } as const;
 * const design = trialDesigns({ ...spec, neurotask: pdmPro, params: pdmPro.params.parse({}) });
 * assertEquals(design(7).bounds.stimulus, [10, 210]);
 * assertEquals(design(7).conditions, design(7).conditions);
 * ```
 */
export function trialDesigns(spec: DesignSpec): (trial: number) => TrialDesign {
  const { neurotask, params, mode, dtMs, designSeed, label, sharedTiming = 1 } = spec;
  const stream = (what: string) => randomStream(designSeed, `${label}/${what}`);
  const [ofConditions, ofTiming, ofTrial] = ["conditions", "timing", "trial"].map(stream);
  const conditions = neurotask.conditions(params as never);
  const timing = neurotask.timing(params as never, mode);
  const durations = neurotask.periods.map((period) => timing[period]);
  const one = new Float64Array(1);
  const draw = (from: RandomStream, i: number, j: number) => from.uniform(one, i, j)[0];
  return (trial) => {
    const drawn: Record<string, number> = {};
    for (let c = 0; c < conditions.length; c++) {
      const condition = conditions[c];
      const u = draw(ofConditions, trial, c);
      drawn[condition.name] = "values" in condition
        ? condition.values[Math.floor(u * condition.values.length)]
        : condition.uniform[0] + (condition.uniform[1] - condition.uniform[0]) * u;
    }
    const group = Math.floor(trial / sharedTiming);
    const bounds: Record<string, readonly [number, number]> = {};
    let at = 0;
    for (let p = 0; p < durations.length; p++) {
      const duration = durations[p];
      const u = typeof duration === "number" ? 0 : draw(ofTiming, group, p);
      const end = at + drawSteps(duration, dtMs, u);
      bounds[neurotask.periods[p]] = [at, end];
      at = end;
    }
    return {
      conditions: drawn,
      bounds,
      numSteps: at,
      dtMs,
      uniform: (out, part = 0) => ofTrial.uniform(out, trial, part),
    };
  };
}
